package configs

import "time"

// SLA is about customers who wait for an answer.
type SLA struct {
	// Ignore are messages that ask for nothing, beside the courtesies that the program knows.
	Ignore []string `koanf:"ignore"`
	// Outside is what becomes of the time outside duty hours where a group does not say: pause or count.
	Outside string `koanf:"outside"`
	// WarnPercent is after which part of the limit whoever is on duty is told; 0: only once it has passed.
	WarnPercent int `koanf:"warn_percent"`
	// BackupAfter, ManagerAfter and CompanyAfter are how long after the limit has passed the backup, those in charge of
	// the group and those in charge of the company are told, as Length reads it.
	BackupAfter  string `koanf:"backup_after"`
	ManagerAfter string `koanf:"manager_after"`
	CompanyAfter string `koanf:"company_after"`
	// UnackAfter is how long somebody who says that they see to a customer is trusted.
	UnackAfter string `koanf:"unack_after"`
}

// The choices of SLA.Outside.
const (
	OutsidePauses = "pause"
	OutsideCounts = "count"
)

const (
	mostIgnored  = 500
	longestDelay = 24 * time.Hour
)

func (l *layers) checkSLA(s SLA) {
	l.oneOf("sla.outside", s.Outside, OutsidePauses, OutsideCounts)
	if !numbers["sla.warn_percent"].have(s.WarnPercent) {
		l.found("sla.warn_percent", "%d is not possible; write which part of the limit, from 1 to 99, or 0 to warn nobody", s.WarnPercent)
	}
	if len(s.Ignore) > mostIgnored {
		l.found("sla.ignore", "%d messages; write at most %d", len(s.Ignore), mostIgnored)
	}
	var last time.Duration
	for _, d := range []struct {
		key, said string
		least     time.Duration
	}{
		{"sla.backup_after", s.BackupAfter, 0}, {"sla.manager_after", s.ManagerAfter, time.Minute},
		{"sla.company_after", s.CompanyAfter, time.Minute}, {"sla.unack_after", s.UnackAfter, time.Minute},
	} {
		after, err := Length(d.said)
		switch {
		case err != nil || after < d.least || after > longestDelay:
			l.found(d.key, "%q is no length from %s to 24h; write for example 5m or 15m", d.said, d.least)
		case d.key != "sla.unack_after" && after < last:
			l.found(d.key, "%q comes before the step below it; each step is told after the one before, counted from when the limit passed", d.said)
		default:
			last = after
		}
	}
}
