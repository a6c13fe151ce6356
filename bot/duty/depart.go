package duty

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Absent is an ErrAway that says of whom, and by which leave.
type Absent struct{ Leave Leave }

func (a Absent) Error() string {
	return fmt.Sprintf("%v: %s until %s", ErrAway, a.Leave.Who, a.Leave.Until.Format(time.RFC3339))
}

// Is says that it is an ErrAway.
func (a Absent) Is(target error) bool { return target == ErrAway }

// Present refuses somebody who is on leave in a part of a time.
func (r Roster) Present(who chat.User, from, until time.Time) error {
	for _, l := range r.leaves {
		if l.Who == who && overlaps(l.From, l.Until, from, until) {
			return Absent{l}
		}
	}
	return nil
}

// forGood is how long the leave of somebody who has left the company is noted for.
const forGood = 100 * 365 * 24 * time.Hour

// Depart returns the event in which somebody who has left the company has no turns any more: the shifts stay as they are
// written, since who takes their place is for people to say, but the backup has the turns, or the gap is told. ok is
// false where the roster knows nothing of them, or has noted it already.
func (r Roster) Depart(g chat.Group, who chat.User, code string, now time.Time) (e journal.Event, ok bool) {
	known := slices.Contains(r.Staff(), who)
	for _, s := range r.schedules {
		known = known || now.Before(s.Until) && slices.Contains(Roster{Shifts: s.Shifts}.Staff(), who)
	}
	for _, c := range r.changes {
		known = known || now.Before(c.Until) && c.Who == who
	}
	gone := slices.ContainsFunc(r.leaves, func(l Leave) bool { return l.Who == who && l.Left })
	if !known || gone {
		return journal.Event{}, false
	}
	l := Leave{Code: code, Who: who, From: now.UTC(), Until: now.UTC().Add(forGood), At: now.UTC(), Left: true}
	return event(Departed, g, nil, &l, who), true
}

// Departed are those whom the shifts ask for although they have left the company, with when they did.
func (r Roster) Departed() []Leave {
	staff := r.Staff()
	return slices.DeleteFunc(r.Leaves(), func(l Leave) bool { return !l.Left || !slices.Contains(staff, l.Who) })
}
