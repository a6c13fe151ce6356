package duty

import (
	"slices"
	"time"
)

// period is a time in which the same shifts are in force: those that come again, or those of a temporary schedule. A
// zero from or until is without a bound.
type period struct {
	from, until time.Time
	shifts      []Shift
	temporary   bool
	made        time.Time // when somebody made the temporary schedule
}

// cutPeriods lays the schedules over the shifts, a later one over an earlier one.
func cutPeriods(shifts []Shift, schedules []Schedule) []period {
	out := []period{{shifts: shifts}}
	for _, s := range schedules {
		var next []period
		for _, p := range out {
			if before := p; s.From.After(p.from) {
				if before.until = s.From; !p.until.IsZero() && p.until.Before(s.From) {
					before.until = p.until
				}
				next = append(next, before)
			}
			if after := p; p.until.IsZero() || p.until.After(s.Until) {
				if after.from = s.Until; p.from.After(s.Until) {
					after.from = p.from
				}
				next = append(next, after)
			}
		}
		next = append(next, period{from: s.From, until: s.Until, shifts: s.Shifts, temporary: true, made: s.At})
		slices.SortFunc(next, func(a, b period) int { return a.from.Compare(b.from) })
		out = next
	}
	return out
}

// period is what is in force at a moment.
func (r Roster) period(at time.Time) period {
	if len(r.sections) == 0 {
		return period{shifts: r.Shifts}
	}
	lo, hi := 0, len(r.sections)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; at.Before(r.sections[mid].from) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return r.sections[lo]
}

// periods are what is in force while turns that begin on a day may run.
func (r Roster) periods(d int, zone *time.Location) []period {
	if len(r.sections) <= 1 {
		return []period{{shifts: r.Shifts}}
	}
	from := dayNumbered(d-1).clock(0, zone)
	until := dayNumbered(d+3).clock(0, zone)
	return slices.DeleteFunc(slices.Clone(r.sections), func(p period) bool {
		return !p.until.IsZero() && !p.until.After(from) || !p.from.Before(until)
	})
}

// clip is the part of a turn that lies within the period; it may be empty.
func (p period) clip(t Turn) Turn {
	if p.temporary {
		t.By, t.made = Temporary, p.made
	}
	if p.from.After(t.Start) {
		t.Start = p.from.In(t.Start.Location())
		t.Begins = t.Start
	}
	if !p.until.IsZero() && p.until.Before(t.End) {
		t.End = p.until.In(t.End.Location())
		t.Ends = t.End
	}
	return t
}
