package duty_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// plainRoster says who is on duty as somebody would who has the papers on a table and a wall clock: nothing is sorted,
// counted ahead or cut.
type plainRoster struct {
	shifts    []duty.Shift
	schedules []duty.Schedule
	changes   []duty.Change
	leaves    []duty.Leave
	workday   func(duty.Day) bool
}

// onDuty is who has duty at a moment, and who backs them up. The zone's clocks are never changed.
func (p plainRoster) onDuty(at time.Time) (who, backup chat.User) {
	shifts, last := p.shifts, time.Time{}
	for _, s := range p.schedules {
		if !at.Before(s.From) && at.Before(s.Until) && !s.At.Before(last) {
			shifts, last = s.Shifts, s.At
		}
	}
	base := chat.User("")
	for _, s := range shifts {
		for ago := range 2 {
			day := duty.DayOf(at).Plus(-ago)
			length := s.To - s.From
			if length <= 0 {
				length += 24 * 60
			}
			into := at.Hour()*60 + at.Minute() + ago*24*60 - s.From
			if p.has(s, day) && into >= 0 && into < length {
				base, backup = p.whose(s, day, into, length)
				who = base
			}
		}
	}
	if base == "" {
		return "", ""
	}
	stands := func(u chat.User) chat.User {
		switch {
		case !p.away(u, at):
			return u
		case u == base && backup != "" && !p.away(backup, at):
			return backup
		}
		return ""
	}
	for _, c := range p.changes { // made in this order
		if c.At.Before(last) {
			continue // somebody has set a schedule for this time since
		}
		if !at.Before(c.From) && at.Before(c.Until) && (c.For == "" || c.For == who || c.For == stands(who)) {
			who = c.Who
		}
	}
	who = stands(who)
	if backup == who || p.away(backup, at) {
		backup = ""
	}
	return who, backup
}

func (p plainRoster) away(u chat.User, at time.Time) bool {
	for _, l := range p.leaves {
		if l.Who == u && !at.Before(l.From) && at.Before(l.Until) {
			return true
		}
	}
	return false
}

func (p plainRoster) has(s duty.Shift, d duty.Day) bool {
	switch s.Days {
	case duty.EveryDay:
		return true
	case duty.Workdays:
		return p.workday(d)
	case duty.RestDays:
		return !p.workday(d)
	}
	return s.Days.Has(d.Weekday())
}

func (p plainRoster) whose(s duty.Shift, d duty.Day, into, length int) (who, backup chat.User) {
	r := s.Rotation
	if r == nil {
		return s.Who, s.Backup
	}
	turn := 0
	for x := r.Anchor; x.Before(d); x = x.Plus(1) {
		switch {
		case r.Unit == duty.Weekly, p.has(s, x):
			turn++
		}
	}
	switch r.Unit {
	case duty.Weekly:
		turn = turn / 7 / r.Length
	case duty.Daily:
		turn /= r.Length
	case duty.Hourly:
		parts := 0
		for m := 0; m < length; m += r.Length * 60 {
			parts++
		}
		turn = turn*parts + into/(r.Length*60)
	}
	who, backup = r.People[turn%len(r.People)], r.People[(turn+1)%len(r.People)]
	if s.Backup != "" {
		backup = s.Backup
	}
	if backup == who {
		backup = ""
	}
	return who, backup
}

var everybody = []chat.User{"li", "wang", "zhao", "sun", "qian"}

// dealt makes a roster of whatever can be on record.
func dealt(r *rand.Rand, first time.Time) plainRoster {
	someone := func() chat.User { return everybody[r.IntN(len(everybody))] }
	swapped := map[duty.Day]bool{duty.DayOf(first).Plus(r.IntN(20)): true, duty.DayOf(first).Plus(r.IntN(20)): true}
	p := plainRoster{workday: func(d duty.Day) bool {
		w := d.Weekday()
		return (w != time.Saturday && w != time.Sunday) != swapped[d]
	}}
	shifts := func() []duty.Shift {
		cuts := [][]int{{9, 18}, {8, 16, 24}, {0, 8, 16, 24}, {6, 22, 30}}[r.IntN(4)]
		days := []duty.Days{duty.EveryDay, duty.EveryDay, duty.Workdays, duty.RestDays, duty.On(time.Monday, time.Saturday)}[r.IntN(5)]
		var out []duty.Shift
		for i, from := range cuts[:len(cuts)-1] {
			s := duty.Shift{From: from * 60, To: (cuts[i+1]*60-1)%1440 + 1, Days: days, Who: someone(), Backup: someone()}
			if s.Backup == s.Who {
				s.Backup = ""
			}
			if r.IntN(2) == 0 {
				people := append([]chat.User{}, everybody...)
				r.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
				s.Who, s.Rotation = "", &duty.Rotation{
					People: people[:2+r.IntN(4)], Unit: []duty.Unit{duty.Daily, duty.Weekly, duty.Hourly}[r.IntN(3)],
					Length: 1 + r.IntN(3), Anchor: duty.DayOf(first).Plus(-r.IntN(30) - 2),
				}
			}
			out = append(out, s)
		}
		return out
	}
	span := func(most int) (from, until time.Time) {
		from = first.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
		return from, from.Add(time.Duration(1+r.IntN(most)) * time.Minute)
	}
	p.shifts = shifts()
	for i := range r.IntN(3) {
		from, until := span(8 * 24 * 60)
		p.schedules = append(p.schedules, duty.Schedule{Code: fmt.Sprint(i), From: from.UTC(), Until: until.UTC(), Shifts: shifts(), At: first.Add(time.Duration(i) * time.Hour).UTC()})
	}
	for i := range r.IntN(12) {
		from, until := span(30 * 60)
		c := duty.Change{Code: fmt.Sprint(i), Kind: duty.Override, From: from.UTC(), Until: until.UTC(), Who: someone(), At: first.Add(time.Duration(i) * time.Hour).UTC()}
		if r.IntN(3) > 0 {
			c.For = someone()
		}
		p.changes = append(p.changes, c)
	}
	for i := range r.IntN(5) {
		from, until := span(5 * 24 * 60)
		p.leaves = append(p.leaves, duty.Leave{Code: fmt.Sprint(i), Who: someone(), From: from.UTC(), Until: until.UTC(), At: first.UTC()})
	}
	return p
}

func (p plainRoster) build(t *testing.T) duty.Roster {
	t.Helper()
	e, err := duty.Roster{}.Replace("G1", "boss", p.shifts, time.Unix(0, 0))
	require.NoError(t, err)
	records := journal.Apply(nil, duty.Of("G1"), e.Changes)
	keep := func(key string, v any) {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		records[key] = raw
	}
	for _, s := range p.schedules {
		keep(s.Key(), s)
	}
	for _, c := range p.changes {
		keep(c.Key(), c)
	}
	for _, l := range p.leaves {
		keep(l.Key(), l)
	}
	r, err := duty.Builder(p.workday)(records)
	require.NoError(t, err)
	return r
}

// TestEveryMinuteOfDealtRosters compares every answer about three weeks with what the papers on the table say.
func TestEveryMinuteOfDealtRosters(t *testing.T) {
	first := shanghai("2026-02-20 00:00:00")
	for seed := range uint64(15) {
		p := dealt(rand.New(rand.NewPCG(seed, 4)), first)
		r := p.build(t)
		until := first.AddDate(0, 0, 21)
		turns, vacant := r.Between(first, until), r.Vacant(first, until)
		at := func(list []duty.Turn, m time.Time) (duty.Turn, bool) {
			for _, x := range list {
				if !m.Before(x.Start) && m.Before(x.End) {
					return x, true
				}
			}
			return duty.Turn{}, false
		}
		var last duty.Turn
		for m := first; m.Before(until); m = m.Add(time.Minute) {
			who, backup := p.onDuty(m)
			got, ok := r.OnDuty(m)
			require.Equal(t, who != "", ok, "seed %d, %s", seed, m)
			if !ok {
				_, empty := at(vacant, m)
				_, taken := at(turns, m)
				require.False(t, taken, "seed %d, %s", seed, m)
				require.Equal(t, got.Base != "", empty, "seed %d, %s", seed, m)
				continue
			}
			require.Equal(t, [2]chat.User{who, backup}, [2]chat.User{got.Who, got.Backup}, "seed %d, %s", seed, m)
			if m.Before(last.End) && !m.Before(last.Start) {
				require.Equal(t, last, got, "seed %d, %s: one turn, one answer", seed, m)
				continue
			}
			listed, ok := at(turns, m)
			require.True(t, ok, "seed %d, %s", seed, m)
			require.Equal(t, listed, got, "seed %d, %s", seed, m)
			next, ok := r.Next(got.Start.Add(-time.Nanosecond))
			require.True(t, ok)
			require.Equal(t, got.Start, next.Start, "seed %d, %s", seed, m)
			last = got
		}
	}
}
