package duty_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// yearOfChanges is a roster of three shifts that rotate, with a change every day of 2026, leave every week and four
// temporary schedules.
func yearOfChanges(tb testing.TB, zone *time.Location) duty.Roster {
	tb.Helper()
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	people := []chat.User{"li", "wang", "zhao", "sun"}
	var shifts []duty.Shift
	for i := range 3 {
		shifts = append(shifts, rotation(hours(8*i, 8*i+8, ""), duty.Daily, 1, people[i:]...))
	}
	shifts[2] = rotation(hours(16, 24, ""), duty.Weekly, 1, people...)
	e, err := duty.Roster{}.Replace("G1", "boss", shifts, first)
	require.NoError(tb, err)
	records := journal.Apply(nil, duty.Of("G1"), e.Changes)
	keep := func(key string, v any) {
		raw, err := json.Marshal(v)
		require.NoError(tb, err)
		records[key] = raw
	}
	for d := range 365 {
		from := first.AddDate(0, 0, d).Add(time.Duration(d%24) * time.Hour)
		c := duty.Change{Code: fmt.Sprint("c", d), Kind: duty.Override, From: from.UTC(), Until: from.Add(5 * time.Hour).UTC(), Who: people[d%4], At: first.Add(time.Duration(d)).UTC()}
		keep(c.Key(), c)
	}
	for w := range 52 {
		from := first.AddDate(0, 0, 7*w)
		l := duty.Leave{Code: fmt.Sprint("l", w), Who: people[w%4], From: from.UTC(), Until: from.AddDate(0, 0, 2).UTC(), By: "boss", At: first.UTC()}
		keep(l.Key(), l)
	}
	for q := range 4 {
		from := first.AddDate(0, 3*q, 9)
		s := duty.Schedule{Code: fmt.Sprint("s", q), From: from.UTC(), Until: from.AddDate(0, 0, 3).UTC(), Shifts: []duty.Shift{hours(9, 21, "qian")}, By: "boss", At: first.UTC()}
		keep(s.Key(), s)
	}
	r, err := duty.Build(records)
	require.NoError(tb, err)
	return r
}

// BenchmarkOnDuty asks a roster with a year of changes about moments all over that year; beside it the same roster
// without any.
func BenchmarkOnDuty(b *testing.B) {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin"} {
		zone, err := time.LoadLocation(name)
		require.NoError(b, err)
		full := yearOfChanges(b, zone)
		for what, r := range map[string]duty.Roster{"a year of changes": full, "shifts alone": {Shifts: full.Shifts}} {
			b.Run(name+"/"+what, func(b *testing.B) {
				at := time.Date(2026, 1, 2, 0, 0, 0, 0, zone)
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					if _, ok := r.OnDuty(at.Add(time.Duration(n%8700) * time.Hour)); !ok {
						n++
					}
					n += 7
				}
			})
		}
	}
}
