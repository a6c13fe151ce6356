package access

import (
	"time"

	"qunguan/bot/chat"
)

// FindingKind is what is wrong with a grant, or with how a group is staffed (R42).
type FindingKind string

// The kinds of findings.
const (
	FoundConflict   FindingKind = "conflict"   // one exception allows what another forbids
	FoundShadowed   FindingKind = "shadowed"   // something stronger takes all of it away
	FoundUseless    FindingKind = "useless"    // it changes nothing: held anyway, or above the ceiling
	FoundOverWide   FindingKind = "over-wide"  // it reaches further than what is done with it
	FoundUnused     FindingKind = "unused"     // nothing of it was used for long
	FoundFamilies   FindingKind = "families"   // one person holds all three families (R61)
	FoundSeparation FindingKind = "sod"        // somebody holds what is exclusive
	FoundExemption  FindingKind = "exemption"  // an exemption is over, and still on the book
	FoundReview     FindingKind = "review-due" // its review date has passed
	FoundCap        FindingKind = "cap"        // as many people as allowed hold a role, or nearly
	FoundPending    FindingKind = "pending"    // a role by position waits for the cap
	FoundHeadcount  FindingKind = "headcount"  // too few admins for the size of the group, or too many (D1)
	FoundAlone      FindingKind = "alone"      // only one person can do it
)

// Severity is how much a finding matters. The zero Severity is a note.
type Severity uint8

// The severities.
const (
	Note Severity = iota
	Warning
	Alarm
)

// Finding is one thing that a check has found. What it says beyond its kind depends on it; empty fields say nothing.
type Finding struct {
	Kind     FindingKind
	Severity Severity
	Who      chat.User
	Items    Items
	Key      string // the record that it is about; of a conflict, the side that has no effect, empty if both have one
	// Effect and Temporary tell an exception from others about the same.
	Effect    Effect
	Temporary bool
	// By is what is stronger, or what it conflicts with.
	By Voice
	// Rule is why it is without effect, for shadowed and useless ones.
	Rule Rule
	// Name is that of a rule of separation of duties.
	Name string
	// Last is the last use; zero: never, as far as the journal goes back.
	Last time.Time
	// Days is for how long nothing was used.
	Days int
	// Count and Limit are people with a role and how many may, or should.
	Count, Limit int
	Since        time.Time // when it ended, or was due
}

// Used tells what a check knows of use.
type Used struct {
	// Last is when somebody last used an item in the group; zero is never. Nil knows of no use at all.
	Last func(who chat.User, i Item) time.Time
	// Measured are the items whose use the journal shows; of others nothing is claimed.
	Measured Items
	// Since is when the journal begins: what is younger than a span cannot have been unused for it.
	Since time.Time
}

// How long nothing must have been used for a finding (R62); the longer one weighs more.
const (
	unusedFor     = 30 * 24 * time.Hour
	longUnusedFor = 90 * 24 * time.Hour
)
