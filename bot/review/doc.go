// Package review holds access reviews: which admins are looked at when, what is known of each at the start, what is
// advised and why, who decides, and what comes of it. It promises that nobody decides about themselves, that a case is
// decided once and told once, that no answer means what the policy says and nothing else, and that a run that would take
// much away stops and asks. It computes only: rights come in as plain values, and what a verdict changes is made by
// those who know rights.
package review
