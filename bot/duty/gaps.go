package duty

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Rest is how long somebody has between two turns, at least.
const Rest = 8 * time.Hour

// Findings are what is wrong with a roster in some time.
type Findings struct {
	Vacant    []Turn    // a shift that nobody has
	Alone     []Turn    // a shift whose B角 is on leave
	Short     []Short   // turns that follow each other too soon
	Waiting   []Offer   // swaps and requests for cover without an answer
	Empty     []Day     // days without any shift
	Uncounted []int     // years whose days off are not known, although shifts ask for workdays
	Staff     []OnStaff // who has turns, in their order
}

// OnStaff is somebody who has turns, with the first one.
type OnStaff struct {
	Who   chat.User
	First Turn
}

// Short is too little rest of somebody between two turns.
type Short struct {
	Who         chat.User
	Ended, Next time.Time
}

// Check looks for what is wrong from one moment until another. The location of from is the roster's zone.
func (r Roster) Check(from, until time.Time) Findings {
	f := Findings{Waiting: r.Offers()}
	turns := r.all(from, until)
	last := map[chat.User]time.Time{}
	busy := map[Day]bool{}
	for _, t := range turns {
		for d := DayOf(t.Start); !DayOf(t.End.Add(-1)).Before(d); d = d.Plus(1) {
			busy[d] = true
		}
		if t.Vacant() {
			f.Vacant = append(f.Vacant, t)
			continue
		}
		if t.Backup == "" && r.planned(t) != "" {
			f.Alone = append(f.Alone, t)
		}
		if !slices.ContainsFunc(f.Staff, func(s OnStaff) bool { return s.Who == t.Who }) {
			f.Staff = append(f.Staff, OnStaff{t.Who, t})
		}
		if end, ok := last[t.Who]; ok && t.Start.After(end) && t.Start.Sub(end) < Rest {
			f.Short = append(f.Short, Short{t.Who, end, t.Start})
		}
		last[t.Who] = t.End
	}
	if len(r.Shifts) > 0 {
		for d := DayOf(from); d.Before(DayOf(until)); d = d.Plus(1) {
			if !busy[d] {
				f.Empty = append(f.Empty, d)
			}
		}
	}
	f.Uncounted = r.unknownYears(from, until)
	return f
}

// planned is the B角 of a turn who is on leave then.
func (r Roster) planned(t Turn) chat.User {
	for _, l := range r.leaves {
		if overlaps(l.From, l.Until, t.Start, t.End) && l.Who != t.Base && r.backs(l.Who, t) {
			return l.Who
		}
	}
	return ""
}

// backs says whether somebody would be the B角 of a turn if nobody were on leave.
func (r Roster) backs(who chat.User, t Turn) bool {
	calm := r
	calm.index = indexOf(nil, nil)
	for _, u := range calm.all(t.Start, t.End) {
		if u.Backup == who && u.Who == t.Who {
			return true
		}
	}
	return false
}

// unknownYears are the years of a time whose days off are not known, where that matters to the shifts.
func (r Roster) unknownYears(from, until time.Time) []int {
	asks := func(list []Shift) bool {
		return slices.ContainsFunc(list, func(s Shift) bool { return s.Days == Workdays || s.Days == RestDays })
	}
	if !asks(r.Shifts) && !slices.ContainsFunc(r.schedules, func(s Schedule) bool { return asks(s.Shifts) }) {
		return nil
	}
	var out []int
	for y := from.Year(); y <= until.Year(); y++ {
		if !r.calendar.Known(y) {
			out = append(out, y)
		}
	}
	return out
}

// Clash is somebody on duty by two rosters at the same time.
type Clash struct {
	Who   chat.User
	Times Stretch
}

// Clashes are the times at which people are on duty by both rosters.
func Clashes(a, b Roster, from, until time.Time) []Clash {
	var out []Clash
	other := b.Between(from, until)
	for _, t := range a.Between(from, until) {
		for _, o := range other {
			if t.Who == o.Who && overlaps(t.Start, t.End, o.Start, o.End) {
				out = append(out, Clash{t.Who, Stretch{later(later(t.Start, o.Start), from), earlier(earlier(t.End, o.End), until)}})
			}
		}
	}
	return out
}
