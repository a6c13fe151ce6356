package duty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Load is what one person's duty amounts to.
type Load struct {
	Who             chat.User
	Turns           int           // shifts, whole or in part
	Time            time.Duration // on duty
	Nights          int           // shifts that touch the night
	RestDays        int           // shifts that begin on a day off
	Given, Received int           // shifts taken from others, and given to them
	Overloaded      bool          // half as much again as the average, or more
}

// The night is from NightFrom until NightUntil, in hours.
const (
	NightFrom  = 22
	NightUntil = 6
)

// Fairness tells how duty is shared from one moment until another, most first. The location of from is the roster's zone.
func (r Roster) Fairness(from, until time.Time) []Load {
	loads := map[chat.User]*Load{}
	of := func(who chat.User) *Load {
		if loads[who] == nil {
			loads[who] = &Load{Who: who}
		}
		return loads[who]
	}
	for _, u := range r.Staff() {
		of(u)
	}
	for _, t := range r.Between(from, until) {
		start, end := later(t.Start, from), earlier(t.End, until)
		if !start.Before(end) {
			continue
		}
		l := of(t.Who)
		l.Turns++
		l.Time += end.Sub(start)
		if night(start, end) {
			l.Nights++
		}
		if !r.isWorkday(DayOf(start)) {
			l.RestDays++
		}
		if t.By != "" && t.By != Temporary && t.By != Swap && t.Base != t.Who && t.Base != "" {
			l.Given++
			of(t.Base).Received++
		}
	}
	var out []Load
	var sum time.Duration
	for _, l := range loads {
		sum += l.Time
		out = append(out, *l)
	}
	for i, l := range out {
		out[i].Overloaded = len(out) > 1 && 2*l.Time*time.Duration(len(out)) > 3*sum
	}
	slices.SortFunc(out, func(a, b Load) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), strings.Compare(string(a.Who), string(b.Who)))
	})
	return out
}

// night says whether a time touches the night.
func night(start, end time.Time) bool {
	for at := start; at.Before(end); at = at.Add(time.Hour).Truncate(time.Minute) {
		if h := at.Hour(); h >= NightFrom || h < NightUntil {
			return true
		}
	}
	h := end.Add(-1).Hour()
	return h >= NightFrom || h < NightUntil
}

func (r Roster) isWorkday(d Day) bool { return Workdays.has(d.number(), r.days) }
