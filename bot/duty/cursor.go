package duty

import (
	"cmp"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Rules are how the life of a shift is kept in step. The zero Rules are the usual ones.
type Rules struct {
	RemindBefore  []time.Duration // nil: a week, a day and an hour; empty: nobody is reminded
	CheckInWithin time.Duration   // of the beginning; zero: ten minutes
}

// The usual rules (R75, M03).
var usualLeads = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour}

const (
	usualCheckIn = 10 * time.Minute
	// EarlyCheckIn is how long before a turn somebody can check in for it.
	EarlyCheckIn = 30 * time.Minute
	// AskBefore is how long before its end the hand-over of a turn is asked for.
	AskBefore = 10 * time.Minute
	// ConfirmWithin is how long whoever follows has to confirm a hand-over.
	ConfirmWithin = 15 * time.Minute
	// ReminderHour is when reminders of days come: what is a day ahead is for people a matter of days, not of hours, and
	// a turn at three in the morning is no reason to wake anybody the night before.
	ReminderHour = 9
)

func (r Rules) leads() []time.Duration {
	if r.RemindBefore == nil {
		return usualLeads
	}
	return r.RemindBefore
}

// CheckIn is how long after the beginning of a turn somebody is late.
func (r Rules) CheckIn() time.Duration { return cmp.Or(r.CheckInWithin, usualCheckIn) }

// days is how many days of the calendar a lead is; 0 for one that is counted in hours.
func days(lead time.Duration) int {
	if lead%(24*time.Hour) != 0 {
		return 0
	}
	return int(lead / (24 * time.Hour))
}

// MomentKind is what comes at a moment.
type MomentKind uint8

// The kinds of moments, in the order in which they are looked at where several come at once.
const (
	Ends        MomentKind = iota // somebody is relieved
	Begins                        // somebody's turn begins
	CheckInDue                    // whoever has not checked in is late
	HandOverDue                   // a hand-over is asked for
	ConfirmDue                    // a hand-over should be confirmed by now
	RemindDue                     // somebody is reminded
)

// Moment is one moment in the life of a stint.
type Moment struct {
	At    time.Time
	Kind  MomentKind
	Stint Stint
	Lead  time.Duration // of RemindDue
}

// Moments returns what the roster alone brings after a moment until another, inclusive, in order: reminders, beginnings,
// requests for hand-over, ends. Reminders of days come at nine on the day that many days before; those of hours so long
// before. Who goes on without a pause neither begins nor ends in between. The location of after is the roster's zone.
func (r Roster) Moments(after, until time.Time, rules Rules) []Moment {
	ahead := 24 * time.Hour
	for _, lead := range rules.leads() {
		ahead = max(ahead, lead+24*time.Hour)
	}
	var out []Moment
	add := func(at time.Time, kind MomentKind, s Stint, lead time.Duration) {
		if at.After(after) && !at.After(until) {
			out = append(out, Moment{at, kind, s, lead})
		}
	}
	all := r.Stints(after.Add(-time.Second), until.Add(ahead))
	for i, s := range all {
		begins := i == 0 || !all[i-1].goesOn(s)
		if begins {
			add(s.Start, Begins, s, 0)
		}
		for _, lead := range rules.leads() {
			if n := days(lead); n > 0 {
				add(DayOf(s.Start).Plus(-n).clock(ReminderHour*60, after.Location()), RemindDue, s, lead)
			} else if begins {
				add(s.Start.Add(-lead), RemindDue, s, lead)
			}
		}
		if i+1 < len(all) && s.goesOn(all[i+1]) {
			continue
		}
		if s.End.Sub(s.Start) > 3*AskBefore {
			add(s.End.Add(-AskBefore), HandOverDue, s, 0)
		}
		add(s.End, Ends, s, 0)
	}
	slices.SortStableFunc(out, func(x, y Moment) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Kind, y.Kind), x.Stint.Start.Compare(y.Stint.Start))
	})
	return out
}

// Cursor is how far the life of a group's shifts has been followed.
type Cursor struct {
	Done time.Time `json:"done"`          // everything until then has been looked at, inclusive
	Next time.Time `json:"next,omitzero"` // when there is something to look at again
	// Listed is, by lead and person, until when their turns have been told of: a reminder of days tells of those of as
	// many days, so that whoever is on duty daily is not told of each turn a week before.
	Listed map[string]time.Time `json:"listed,omitempty"`
}

// Due is when the cursor must be looked at again.
func (c Cursor) Due() time.Time { return c.Next }

// CursorKey is the record of the cursor.
const CursorKey = "cursor"

func listing(lead time.Duration, who chat.User) string { return lead.String() + " " + string(who) }

// moments are those of the roster that are not told of yet, and those that the lives bring.
func (b Lives) moments(r Roster, listed map[string]time.Time, after, until time.Time, rules Rules) []Moment {
	out := slices.DeleteFunc(r.Moments(after, until, rules), func(m Moment) bool {
		return m.Kind == RemindDue && days(m.Lead) > 0 && m.Stint.Start.Before(listed[listing(m.Lead, m.Stint.Who)])
	})
	for _, l := range b.lives {
		s := Stint{Start: l.Start, End: l.End, Who: l.Who}
		// What is overdue since before after comes too: a moment of a life is over only once the life says so.
		if l.expected() && !l.Deadline.After(until) {
			out = append(out, Moment{l.Deadline, CheckInDue, s, 0})
		}
		if l.unanswered() && !l.Answer.After(until) {
			out = append(out, Moment{l.Answer, ConfirmDue, s, 0})
		}
	}
	slices.SortStableFunc(out, func(x, y Moment) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Kind, y.Kind), x.Stint.Start.Compare(y.Stint.Start))
	})
	return out
}

// next is the first moment after a moment, within 400 days; zero if there is none.
func (b Lives) next(r Roster, listed map[string]time.Time, after time.Time, rules Rules) time.Time {
	from := after
	for _, ahead := range []int{2, 8, 35, 400} {
		until := after.AddDate(0, 0, ahead)
		if m := b.moments(r, listed, from, until, rules); len(m) > 0 {
			return m[0].At.UTC()
		}
		from = until
	}
	return time.Time{}
}

// restFor is how long a group that is dissolved is left alone before it is looked at again: that it is, is only what the
// platform says.
const restFor = 24 * time.Hour

// Rest returns the event in which what has come is passed over: the group is dissolved, and nobody is on duty there.
func (b Lives) Rest(g chat.Group, now time.Time) []journal.Event {
	if b.cursor == nil {
		return nil
	}
	c := *b.cursor
	if !now.Before(c.Next) {
		c.Done, c.Next = now.UTC(), now.Add(restFor).UTC()
	}
	return []journal.Event{lifeEvent(Passed, g, []journal.Change{b.Set(g, c)})}
}

// Followed says whether anybody follows the shifts.
func (b Lives) Followed() bool { return b.cursor != nil }

// wrongClock is how far ahead of now the cursor can be because a clock was put right: what is further ahead was a clock
// that was wrong, and waiting for it would silence the group.
const wrongClock = 24 * time.Hour

// Follow returns the cursor as it must be once the roster, or the lives, are these. What a change brings about in the past,
// or in this very moment, is told by the change itself and does not come again. What has come, and was not looked at yet,
// is not lost. changed is false where it stands so already.
func (b Lives) Follow(r Roster, now time.Time, rules Rules) (c Cursor, changed bool) {
	if b.cursor == nil {
		c = Cursor{Done: now.UTC()}
		c.Next = b.next(r, nil, now, rules)
		return c, !c.Next.IsZero()
	}
	c = Cursor{Done: b.cursor.Done, Listed: b.cursor.Listed}
	if pending := b.cursor.Next; pending.IsZero() || pending.After(now) {
		c.Done = later(c.Done, now).UTC()
	}
	c.Done = earlier(c.Done, now.Add(wrongClock)).UTC()
	c.Next = b.next(r, c.Listed, c.Done.In(now.Location()), rules)
	return c, true
}
