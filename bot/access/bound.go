package access

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// A right does not outlast the right by which it was given (D3): who is admin for a week gives nothing for a month. A
// right that rests between shifts is not over, so it bounds nothing. The right to give counts as well as what is given.

// outlasted is when the asker's own right to what a move grants ends, if the move would grant it for longer; else zero.
func (a *asker) outlasted(m move) time.Time {
	if m.after == nil {
		return time.Time{}
	}
	return a.ends(Admins, a.grants(m), m.after.Until)
}

// ends is when the asker stops holding one of the items, or the right by which they are given, if that is before until;
// a zero until is never. Who may appoint for half an hour, in an emergency, makes no admin for good, not even of what
// they hold for good themselves.
func (a *asker) ends(by Item, items Items, until time.Time) time.Time {
	if a.above || items == 0 {
		return time.Time{}
	}
	items = items.With(by)
	if a.f.Offered != 0 {
		items &= a.f.Offered
	}
	then := *a.f
	if then.Roster != nil {
		then.Roster = stopped{then.Roster, a.now}
	}
	for _, end := range a.changesAhead() {
		if !until.IsZero() && !end.Before(until) {
			break
		}
		if items.Minus(then.Items(a.by, a.f.Actor, a.g, end)) != 0 {
			return end
		}
	}
	return time.Time{}
}

// changesAhead lists the ends to come, soonest first, of what gives the asker anything.
func (a *asker) changesAhead() []time.Time {
	var out []time.Time
	note := func(lines []line) {
		for i := range lines {
			if l := &lines[i]; (l.role != nil || l.statement != nil) && l.until().After(a.now) {
				out = append(out, l.until())
			}
		}
	}
	for _, b := range []Book{a.f.Company, a.f.Group} {
		note(b.person(a.by).lines)
		wide, _ := b.wide()
		note(wide)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// stopped is a roster that stays as it is at one moment.
type stopped struct {
	Roster
	at time.Time
}

// OnDuty says who is on shift at the moment at which the roster stopped.
func (s stopped) OnDuty(who chat.User, _ time.Time) bool { return s.Roster.OnDuty(who, s.at) }
