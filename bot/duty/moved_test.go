package duty_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// planned is a roster of records, by the calendar that is built in.
func planned(t *testing.T, records map[string]any) duty.Roster {
	raw := map[string]json.RawMessage{}
	for key, v := range records {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		raw[key] = b
	}
	r, err := duty.ByCalendar(duty.BuiltIn())(raw)
	require.NoError(t, err)
	return r
}

// on is a moment of November or December 2026 in Shanghai; 11-30 is a Monday.
func on(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, time.FixedZone("CST", 8*60*60))
}

func shiftsOf(list ...duty.Shift) duty.Roster { return duty.Roster{Shifts: list} }

func TestMoves(t *testing.T) {
	day, late := duty.Shift{From: 480, To: 960, Who: "li", Backup: "wang"}, duty.Shift{From: 960, To: 1440, Who: "wang"}
	before := planned(t, map[string]any{"roster": shiftsOf(day, late)})
	for name, c := range map[string]struct {
		records map[string]any
		backup  bool
		want    []duty.Move
	}{
		"nothing changes": {records: map[string]any{"roster": shiftsOf(day, late)}},
		"an override in the middle of a turn": {
			records: map[string]any{"roster": shiftsOf(day, late), "change/a": duty.Change{Code: "a", Kind: duty.Override, From: on(11, 30, 10), Until: on(11, 30, 12), Who: "zhao"}},
			want: []duty.Move{
				{Who: "li", Loses: []duty.Stretch{{on(11, 30, 10), on(11, 30, 12)}}},
				{Who: "zhao", Gains: []duty.Stretch{{on(11, 30, 10), on(11, 30, 12)}}},
			},
		},
		"a leave: the backup has it": {
			records: map[string]any{"roster": shiftsOf(day, late), "leave/a": duty.Leave{Code: "a", Who: "li", From: on(11, 30, 0), Until: on(12, 1, 0)}},
			want: []duty.Move{
				{Who: "li", Loses: []duty.Stretch{{on(11, 30, 9), on(11, 30, 16)}}},
				{Who: "wang", Gains: []duty.Stretch{{on(11, 30, 9), on(11, 30, 16)}}},
			},
		},
		"no roster any more": {
			records: map[string]any{},
			want: []duty.Move{
				{Who: "li", Loses: []duty.Stretch{{on(11, 30, 9), on(11, 30, 16)}}},
				{Who: "wang", Loses: []duty.Stretch{{on(11, 30, 16), on(12, 1, 0)}}},
			},
		},
		"another backup": {
			records: map[string]any{"roster": shiftsOf(duty.Shift{From: 480, To: 960, Who: "li", Backup: "zhao"}, late)}, backup: true,
			want: []duty.Move{
				{Who: "wang", Loses: []duty.Stretch{{on(11, 30, 9), on(11, 30, 16)}}},
				{Who: "zhao", Gains: []duty.Stretch{{on(11, 30, 9), on(11, 30, 16)}}},
			},
		},
	} {
		got := duty.Moves(before, planned(t, c.records), on(11, 30, 9), on(12, 1, 0), c.backup)
		require.Len(t, got, len(c.want), name)
		for i, m := range got {
			assert.Equal(t, c.want[i].Who, m.Who, name)
			same(t, c.want[i].Gains, m.Gains, name)
			same(t, c.want[i].Loses, m.Loses, name)
		}
	}
}

func same(t *testing.T, want, got []duty.Stretch, name string) {
	require.Len(t, got, len(want), name)
	for i, s := range want {
		assert.True(t, s.Start.Equal(got[i].Start) && s.End.Equal(got[i].End), "%s: want %v, got %v", name, s, got[i])
	}
}

func TestCheck(t *testing.T) {
	week := func(list ...duty.Shift) map[string]any { return map[string]any{"roster": shiftsOf(list...)} }
	with := func(m map[string]any, key string, v any) map[string]any { m[key] = v; return m }
	from, until := on(11, 30, 0), on(12, 7, 0)
	whole := duty.Shift{From: 540, To: 1080, Who: "li", Backup: "wang"}
	for name, c := range map[string]struct {
		records                             map[string]any
		vacant, alone, short, empty, people int
		years                               []int
	}{
		"all is well":              {records: week(whole), people: 1},
		"workdays alone":           {records: week(duty.Shift{From: 540, To: 1080, Who: "li", Days: duty.Workdays}), people: 1, empty: 2},
		"a leave with a backup":    {records: with(week(whole), "leave/a", duty.Leave{Code: "a", Who: "li", From: from, Until: on(12, 1, 0)}), people: 2},
		"a leave without a backup": {records: with(week(duty.Shift{From: 540, To: 1080, Who: "li"}), "leave/a", duty.Leave{Code: "a", Who: "li", From: from, Until: on(12, 1, 0)}), people: 1, vacant: 1},
		"the backup is on leave":   {records: with(week(whole), "leave/a", duty.Leave{Code: "a", Who: "wang", From: from, Until: on(12, 2, 0)}), people: 1, alone: 2},
		"six hours of rest":        {records: week(duty.Shift{From: 0, To: 480, Who: "li"}, duty.Shift{From: 840, To: 1080, Who: "li"}), people: 1, short: 13},
		"eight hours of rest":      {records: week(duty.Shift{From: 0, To: 960, Who: "li"}), people: 1},
		"turn to turn is one time": {records: week(duty.Shift{From: 0, To: 720, Who: "li"}, duty.Shift{From: 720, To: 1440, Who: "li"}), people: 1},
	} {
		f := planned(t, c.records).Check(from, until)
		assert.Len(t, f.Vacant, c.vacant, name)
		assert.Len(t, f.Alone, c.alone, name)
		assert.Len(t, f.Short, c.short, name)
		assert.Len(t, f.Empty, c.empty, name)
		assert.Len(t, f.Staff, c.people, name)
		assert.Equal(t, c.years, f.Uncounted, name)
	}
	r := planned(t, week(duty.Shift{From: 540, To: 1080, Who: "li", Days: duty.RestDays}))
	assert.Equal(t, []int{2027}, r.Check(on(12, 20, 0), time.Date(2027, 1, 10, 0, 0, 0, 0, from.Location())).Uncounted, "a year without data is said")
	r = planned(t, week(whole))
	assert.Empty(t, r.Check(on(12, 20, 0), time.Date(2027, 1, 10, 0, 0, 0, 0, from.Location())).Uncounted, "not where no shift asks for workdays")
}

func TestClashes(t *testing.T) {
	a := planned(t, map[string]any{"roster": shiftsOf(duty.Shift{From: 540, To: 1080, Who: "li"})})
	b := planned(t, map[string]any{"roster": shiftsOf(duty.Shift{From: 960, To: 1320, Who: "li"}, duty.Shift{From: 0, To: 960, Who: "wang"})})
	got := duty.Clashes(a, b, on(11, 30, 0), on(12, 1, 0))
	require.Len(t, got, 1)
	assert.Equal(t, chat.User("li"), got[0].Who)
	assert.True(t, got[0].Times.Start.Equal(on(11, 30, 16)) && got[0].Times.End.Equal(on(11, 30, 18)))
	assert.Empty(t, duty.Clashes(a, planned(t, map[string]any{}), on(11, 30, 0), on(12, 1, 0)))
}

func TestFairness(t *testing.T) {
	r := planned(t, map[string]any{
		"roster":   shiftsOf(duty.Shift{From: 1320, To: 360, Who: "li"}, duty.Shift{From: 540, To: 1080, Who: "wang", Backup: "zhao"}),
		"change/a": duty.Change{Code: "a", Kind: duty.Cover, From: on(12, 1, 9), Until: on(12, 1, 18), For: "wang", Who: "zhao"},
		"change/b": duty.Change{Code: "b", Kind: duty.Swap, From: on(12, 2, 9), Until: on(12, 2, 18), For: "wang", Who: "sun"},
	})
	got := map[chat.User]duty.Load{}
	for _, l := range r.Fairness(on(11, 30, 12), on(12, 7, 12)) {
		got[l.Who] = l
	}
	// From Monday noon to Monday noon: seven nights, seven days of which the first and the last are cut.
	assert.Equal(t, duty.Load{Who: "li", Turns: 7, Time: 56 * time.Hour, Nights: 7, RestDays: 2, Overloaded: true}, got["li"])
	assert.Equal(t, duty.Load{Who: "wang", Turns: 6, Time: 45 * time.Hour, RestDays: 2, Received: 1, Overloaded: true}, got["wang"])
	assert.Equal(t, duty.Load{Who: "zhao", Turns: 1, Time: 9 * time.Hour, Given: 1}, got["zhao"])
	assert.Equal(t, duty.Load{Who: "sun", Turns: 1, Time: 9 * time.Hour}, got["sun"], "a swap is no gift")
	for _, c := range []struct {
		from, to  int
		isAtNight bool
	}{{9, 22, false}, {9, 23, true}, {6, 14, false}, {5, 14, true}, {22, 30, true}, {20, 22, false}} {
		one := planned(t, map[string]any{"roster": shiftsOf(duty.Shift{From: c.from * 60, To: c.to * 60 % 1440, Who: "li"})})
		assert.Equal(t, c.isAtNight, one.Fairness(on(11, 30, 0), on(12, 1, 12))[0].Nights > 0, "%d to %d", c.from, c.to)
	}
}

// More people than shifts take turns, and nobody is on again without eight hours of rest.
func TestShare(t *testing.T) {
	people := []chat.User{"a", "b", "c", "d", "e"}
	for _, size := range duty.Sizes() {
		for n := 1; n <= len(people); n++ {
			shifts := size.Share(people[:n], duty.Daily, duty.Day{Year: 2026, Month: 11, Day: 30})
			require.Len(t, shifts, len(size.Spans()))
			if n <= len(shifts) {
				assert.Equal(t, size.Cut(people[:n]), shifts, "%s of %d", size, n)
				continue
			}
			r := planned(t, map[string]any{"roster": shiftsOf(shifts...)})
			assert.Empty(t, r.Check(on(11, 30, 0), on(12, 30, 0)).Short, "%s of %d", size, n)
			loads := r.Fairness(on(11, 30, 0), on(12, 30, 0))
			assert.Len(t, loads, n, "everybody has turns")
			assert.False(t, loads[0].Overloaded, "%s of %d", size, n)
		}
	}
}
