package duty

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// ByCalendar makes rosters whose workdays and holidays are those of a calendar.
func ByCalendar(c Calendar) func(map[string]json.RawMessage) (Roster, error) {
	days := countWorkdays(c.Workday)
	return func(records map[string]json.RawMessage) (Roster, error) {
		r, err := build(records, days)
		r.calendar = c
		return r, err
	}
}

// Calendar is what the roster knows of workdays and holidays.
func (r Roster) Calendar() Calendar { return r.calendar }

// Rebuilt is the roster of other records, by the same calendar: what it becomes, or was.
func (r Roster) Rebuilt(records map[string]json.RawMessage) (Roster, error) {
	next, err := build(records, r.days)
	next.calendar = r.calendar
	return next, err
}

// Turns returns the turns that touch a time, those included that nobody has, by their beginning.
func (r Roster) Turns(from, until time.Time) []Turn { return r.all(from, until) }

// Stretch is a time from Start to End, exclusive.
type Stretch struct{ Start, End time.Time }

// Move is what becomes different for one person where a roster changes.
type Move struct {
	Who          chat.User
	Gains, Loses []Stretch
	Changes      []Reshaped // only of ByDay

	was, is []Stretch
}

// Reshaped is a time that somebody keeps with other hours.
type Reshaped struct{ Was, Is Stretch }

// Moves tells who has which times by one roster and not by the other, by userid. Of the B角 it tells where backup is true.
func Moves(before, after Roster, from, until time.Time, backup bool) []Move {
	was, is := before.held(from, until, backup), after.held(from, until, backup)
	var out []Move
	for _, who := range people(append(holders(was), holders(is)...)...) {
		m := Move{Who: who, Gains: less(is[who], was[who]), Loses: less(was[who], is[who]), was: was[who], is: is[who]}
		if len(m.Gains)+len(m.Loses) > 0 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Move) int { return strings.Compare(string(a.Who), string(b.Who)) })
	return out
}

// ByDay is the move as people see it where the shifts themselves changed: whoever keeps a day with other hours has
// gained and lost nothing there.
func (m Move) ByDay() Move {
	kept, old, now := reshaped(m.was, m.is)
	m.Changes, m.Gains, m.Loses = kept, less(now, m.was), less(old, m.is)
	return m
}

// reshaped finds the days on which somebody has one time both before and after, and not the same one, where the two
// touch each other; rests are the others.
func reshaped(was, is []Stretch) (kept []Reshaped, restWas, restIs []Stretch) {
	on := func(of []Stretch, d Day) (found []Stretch) {
		for _, s := range of {
			if DayOf(s.Start) == d {
				found = append(found, s)
			}
		}
		return found
	}
	done := map[Day]bool{}
	for _, s := range was {
		d := DayOf(s.Start)
		before, after := on(was, d), on(is, d)
		if joins(was, s) || len(after) == 1 && joins(is, after[0]) {
			continue // part of a longer one: the other part is of another day
		}
		if len(before) != 1 || len(after) != 1 || s == after[0] || !s.Start.Before(after[0].End) || !after[0].Start.Before(s.End) {
			continue
		}
		done[d] = true
		kept = append(kept, Reshaped{Was: s, Is: after[0]})
	}
	in := func(s Stretch) bool { return done[DayOf(s.Start)] }
	return kept, slices.DeleteFunc(slices.Clone(was), in), slices.DeleteFunc(slices.Clone(is), in)
}

// joins says whether another of some times begins where one ends, or the other way round.
func joins(of []Stretch, s Stretch) bool {
	return slices.ContainsFunc(of, func(o Stretch) bool { return o.Start.Equal(s.End) || o.End.Equal(s.Start) })
}

func holders(of map[chat.User][]Stretch) []chat.User {
	var out []chat.User
	for who := range of {
		out = append(out, who)
	}
	return out
}

// held are the times that people have of the shifts that begin before until, from from on. What one shift hands to the next of the same person is
// two times: people count shifts.
func (r Roster) held(from, until time.Time, backup bool) map[chat.User][]Stretch {
	out := map[chat.User][]Stretch{}
	for _, t := range r.all(from, until.AddDate(0, 0, 2)) { // no shift is longer than a day, so all of its pieces are there
		who := t.Who
		if backup {
			who = t.Backup
		}
		if who != "" && t.Begins.Before(until) {
			out[who] = append(out[who], Stretch{later(t.Start, from), t.End})
		}
	}
	return out
}

// less is what is left of some times without others. Both are in order.
func less(of, without []Stretch) []Stretch {
	var out []Stretch
	for _, s := range of {
		rest := []Stretch{s}
		for _, w := range without {
			var next []Stretch
			for _, p := range rest {
				for _, q := range []Stretch{{p.Start, earlier(p.End, w.Start)}, {later(p.Start, w.End), p.End}} {
					if q.Start.Before(q.End) {
						next = append(next, q)
					}
				}
			}
			if overlap := w.Start.Before(s.End) && s.Start.Before(w.End); overlap {
				rest = next
			}
		}
		out = append(out, rest...)
	}
	return out
}
