package duty_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// watch is a group whose shifts are followed, as the engine does it: what is committed is followed by the cursor.
type watch struct {
	t      *testing.T
	roster map[string]json.RawMessage
	life   map[string]json.RawMessage
	rules  duty.Rules
	zone   *time.Location
	// upcoming is when there is something to look at; zero if never.
	upcoming time.Time
	duty.Roster
	duty.Lives
}

const room chat.Group = "room"

func newWatch(t *testing.T, zone string) *watch {
	z, err := time.LoadLocation(zone)
	require.NoError(t, err)
	return &watch{t: t, zone: z}
}

// commit makes events so, and lets the cursor follow unless they move it.
func (w *watch) commit(now time.Time, events ...journal.Event) {
	w.t.Helper()
	moved := false
	apply := func(e journal.Event) {
		for _, ch := range e.Changes {
			moved = moved || ch.Key == duty.CursorKey
			require.Contains(w.t, []journal.Name{duty.Of(room), duty.OfLife(room)}, ch.Of)
		}
		if slices.ContainsFunc(e.Changes, func(ch journal.Change) bool { return ch.Of == duty.Of(room) }) {
			var err error
			w.roster = journal.Apply(w.roster, duty.Of(room), e.Changes)
			w.Roster, err = duty.Build(w.roster)
			require.NoError(w.t, err)
		}
		w.life = journal.Apply(w.life, duty.OfLife(room), e.Changes)
	}
	for _, e := range events {
		apply(e)
	}
	w.build()
	if next, ok := w.Follow(w.Roster, now.In(w.zone), w.rules); ok && !moved {
		apply(journal.Event{Changes: []journal.Change{w.Set(room, next)}})
		w.build()
	}
}

func (w *watch) build() {
	w.t.Helper()
	var err error
	w.Lives, err = duty.BuildLife(w.life)
	require.NoError(w.t, err)
	w.upcoming = time.Time{}
	if raw := w.life[duty.CursorKey]; raw != nil {
		c, err := journal.Decode[duty.Cursor](raw)
		require.NoError(w.t, err)
		w.upcoming = c.Next
	}
}

// set gives the group a roster.
func (w *watch) set(now time.Time, shifts ...duty.Shift) {
	w.t.Helper()
	e, err := w.Replace(room, "boss", shifts, now.UTC())
	require.NoError(w.t, err)
	w.commit(now, e)
}

// until plays what the clock brings until a moment, and tells each round to see.
func (w *watch) until(at time.Time, see func(now time.Time, r duty.Round)) {
	w.t.Helper()
	for last := (time.Time{}); ; {
		now := w.upcoming.In(w.zone)
		if w.upcoming.IsZero() || now.After(at) {
			return
		}
		require.False(w.t, now.Before(last), "the agenda runs backwards: %s after %s", now, last)
		last = now
		w.round(now, see)
	}
}

func (w *watch) round(now time.Time, see func(now time.Time, r duty.Round)) {
	w.t.Helper()
	r, ok := w.Come(room, w.Roster, now, w.rules)
	again, _ := w.Come(room, w.Roster, now, w.rules)
	require.Equal(w.t, r, again, "a round that is worked out again is the same")
	w.commit(now, r.Events...)
	if ok && see != nil {
		see(now, r)
	}
}

func clocks(ms []duty.Moment) []string {
	names := map[duty.MomentKind]string{
		duty.Ends: "ends", duty.Begins: "begins", duty.HandOverDue: "hand over", duty.RemindDue: "remind",
	}
	var out []string
	for _, m := range ms {
		s := m.At.Format("01-02 15:04 ") + names[m.Kind] + " " + string(m.Stint.Who)
		if m.Kind == duty.RemindDue {
			s += " of " + m.Stint.Start.Format("01-02 15:04")
		}
		out = append(out, s)
	}
	return out
}

func TestMoments(t *testing.T) {
	const hour = 60
	an := duty.Rules{RemindBefore: []time.Duration{24 * time.Hour, time.Hour}}
	for name, c := range map[string]struct {
		shifts       []duty.Shift
		changes      []duty.Change
		after, until string
		rules        duty.Rules
		want         []string
	}{
		"a day": {
			shifts: []duty.Shift{{From: 9 * hour, To: 18 * hour, Who: "li"}}, after: "2026-03-02 08:00:00", until: "2026-03-02 23:00:00", rules: an,
			want: []string{
				"03-02 09:00 begins li", "03-02 09:00 remind li of 03-03 09:00",
				"03-02 17:50 hand over li", "03-02 18:00 ends li",
			},
		},
		"after is exclusive, until is not": {
			shifts: []duty.Shift{{From: 9 * hour, To: 18 * hour, Who: "li"}}, after: "2026-03-02 09:00:00", until: "2026-03-02 18:00:00",
			rules: duty.Rules{RemindBefore: []time.Duration{}}, want: []string{"03-02 17:50 hand over li", "03-02 18:00 ends li"},
		},
		"a night turn is reminded of in the morning before, not in the night before": {
			shifts: []duty.Shift{{From: 3 * hour, To: 4 * hour, Who: "li"}}, after: "2026-03-02 04:00:00", until: "2026-03-03 04:00:00", rules: an,
			want: []string{
				"03-02 09:00 remind li of 03-03 03:00", "03-03 02:00 remind li of 03-03 03:00", "03-03 03:00 begins li", "03-03 03:50 hand over li",
				"03-03 04:00 ends li",
			},
		},
		"who goes on neither ends nor begins": {
			shifts: []duty.Shift{{From: 8 * hour, To: 16 * hour, Who: "li"}, {From: 16 * hour, To: 20 * hour, Who: "li"}},
			after:  "2026-03-02 09:00:00", until: "2026-03-02 23:00:00", rules: an,
			want: []string{"03-02 19:50 hand over li", "03-02 20:00 ends li"},
		},
		"over the end of a month and midnight": {
			shifts: []duty.Shift{{From: 22 * hour, To: 6 * hour, Who: "li"}}, after: "2026-02-28 21:30:00", until: "2026-03-01 10:00:00", rules: an,
			want: []string{
				"02-28 22:00 begins li", "03-01 05:50 hand over li", "03-01 06:00 ends li", "03-01 09:00 remind li of 03-02 22:00",
			},
		},
		"a short turn is handed over without being asked": {
			shifts: []duty.Shift{{From: 9 * hour, To: 9*hour + 30, Who: "li"}}, after: "2026-03-02 09:00:00", until: "2026-03-02 10:00:00",
			rules: duty.Rules{RemindBefore: []time.Duration{}}, want: []string{"03-02 09:30 ends li"},
		},
		"what was taken over is still a turn of whose it was; what was given is not": {
			shifts: []duty.Shift{{From: 9 * hour, To: 18 * hour, Who: "li", Backup: "wang"}},
			changes: []duty.Change{
				{Code: "a", Kind: duty.Takeover, For: "li", Who: "wang", From: shanghai("2026-03-02 09:10:00"), Until: shanghai("2026-03-02 11:00:00")},
				{Code: "b", Kind: duty.Cover, For: "li", Who: "sun", From: shanghai("2026-03-02 15:00:00"), Until: shanghai("2026-03-02 18:00:00")},
			},
			after: "2026-03-02 08:00:00", until: "2026-03-02 23:00:00", rules: duty.Rules{RemindBefore: []time.Duration{}},
			want: []string{"03-02 09:00 begins li", "03-02 14:50 hand over li", "03-02 15:00 ends li", "03-02 15:00 begins sun", "03-02 17:50 hand over sun", "03-02 18:00 ends sun"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t, "Asia/Shanghai")
			now := shanghai("2026-01-01 00:00:00")
			w.set(now, c.shifts...)
			for _, ch := range c.changes {
				e, err := w.Give(room, ch, now)
				require.NoError(t, err)
				w.commit(now, e)
			}
			assert.Equal(t, c.want, clocks(w.Moments(shanghai(c.after), shanghai(c.until), c.rules)))
		})
	}
}

// TestMomentsWhereClocksChange has a night whose clocks are put forward: a reminder an hour before is an hour of time, one
// of days keeps its hour of the clock.
func TestMomentsWhereClocksChange(t *testing.T) {
	w := newWatch(t, "Europe/Berlin")
	berlin := func(s string) time.Time { return at("Europe/Berlin", s) }
	w.set(berlin("2026-03-01 00:00:00"), duty.Shift{From: 3*60 + 30, To: 8 * 60, Who: "li"})
	got := clocks(w.Moments(berlin("2026-03-28 08:30:00"), berlin("2026-03-29 09:30:00"), duty.Rules{RemindBefore: []time.Duration{24 * time.Hour, time.Hour}}))
	assert.Equal(t, []string{
		"03-28 09:00 remind li of 03-29 03:30", "03-29 01:30 remind li of 03-29 03:30", "03-29 03:30 begins li", "03-29 07:50 hand over li",
		"03-29 08:00 ends li", "03-29 09:00 remind li of 03-30 03:30",
	}, got)
}

func TestALateStart(t *testing.T) {
	w := newWatch(t, "Asia/Shanghai")
	day := func(s string) time.Time { return shanghai("2026-03-02 " + s) }
	w.set(day("08:30:00"), duty.Shift{From: 9 * 60, To: 18 * 60, Who: "li", Backup: "wang"})
	w.until(day("09:09:59"), func(_ time.Time, r duty.Round) {
		require.Len(t, r.Begun, 1)
		assert.True(t, r.Begun[0].Deadline.Equal(day("09:10:00")))
	})
	holder := func(at time.Time) chat.User { o, _ := w.OnDuty(at); return o.Who }
	assert.Equal(t, chat.User("li"), holder(day("09:09:59")))
	var late []duty.Lateness
	w.until(day("09:10:00"), func(_ time.Time, r duty.Round) { late = append(late, r.Late...) })
	require.Len(t, late, 1)
	assert.True(t, late[0].TakenOver)
	assert.Equal(t, chat.User("wang"), holder(day("09:10:00")))
	_, again := w.TakeOver(room, day("09:20:00"), duty.LateAnswer)
	assert.False(t, again, "the backup has it already")

	_, _, err := w.CheckIn(room, w.Roster, "wang", day("09:30:00"))
	require.ErrorIs(t, err, duty.ErrNotOnDuty, "who took over is there by what they do")
	s, back, err := w.CheckIn(room, w.Roster, "li", day("09:40:00"))
	require.NoError(t, err)
	assert.True(t, s.Start.Equal(day("09:00:00")))
	require.Equal(t, duty.GivenBack, back[0].Kind)
	w.commit(day("09:40:00"), back...)
	assert.Equal(t, chat.User("wang"), holder(day("09:39:59")))
	assert.Equal(t, chat.User("li"), holder(day("09:40:00")))
	_, _, err = w.CheckIn(room, w.Roster, "li", day("09:41:00"))
	require.ErrorIs(t, err, duty.ErrTwice)

	over, ok := w.TakeOver(room, day("11:00:00"), duty.LateAnswer)
	require.True(t, ok, "a late answer lets the backup take over, although somebody checked in")
	w.commit(day("11:00:00"), over)
	_, back, err = w.CheckIn(room, w.Roster, "li", day("11:30:00"))
	require.NoError(t, err)
	w.commit(day("11:30:00"), back...)
	assert.Equal(t, chat.User("li"), holder(day("12:00:00")))
}

// TestWhatComesLate has nobody look for hours or days: what makes no sense any more tells nobody, and who could not check in is
// not late.
func TestWhatComesLate(t *testing.T) {
	w := newWatch(t, "Asia/Shanghai")
	w.set(shanghai("2026-03-02 00:30:00"), duty.Shift{From: 9 * 60, To: 18 * 60, Who: "li", Backup: "wang"})
	var rounds []duty.Round
	see := func(_ time.Time, r duty.Round) { rounds = append(rounds, r) }
	w.round(shanghai("2026-03-02 09:30:00"), see)
	require.Len(t, rounds, 1)
	require.Len(t, rounds[0].Begun, 1)
	assert.True(t, rounds[0].Begun[0].Deadline.Equal(shanghai("2026-03-02 09:40:00")), "ten minutes from when it was told")
	assert.Empty(t, rounds[0].Late)
	for _, m := range rounds[0].Reminders {
		for _, s := range m.Stints {
			assert.True(t, s.Start.After(shanghai("2026-03-02 09:30:00")), "the turn has begun: %s", s.Start)
		}
	}
	w.round(shanghai("2026-03-05 20:00:00"), see)
	assert.Empty(t, rounds[1].Begun)
	assert.Empty(t, rounds[1].Late)
	assert.Empty(t, rounds[1].Ended, "two hours after the end")
	assert.Empty(t, rounds[1].Closing)
}

// TestTheClockIsPutBack keeps the moment that is still to come, and brings none twice.
func TestTheClockIsPutBack(t *testing.T) {
	w := newWatch(t, "Asia/Shanghai")
	w.set(shanghai("2026-03-02 00:30:00"), duty.Shift{From: 9 * 60, To: 18 * 60, Who: "li"})
	w.until(shanghai("2026-03-02 09:05:00"), nil)
	next := w.upcoming
	r, ok := w.Come(room, w.Roster, shanghai("2026-03-02 08:00:00"), w.rules)
	assert.False(t, ok)
	require.Len(t, r.Events, 1)
	assert.True(t, r.Events[0].Changes[0].Due.Equal(next), "it stays on the agenda")
	// A change meanwhile does not bring back what was told by the clock that was ahead.
	e, err := w.Give(room, duty.Change{Code: "x", Kind: duty.Override, Who: "sun", From: shanghai("2026-03-04 09:00:00"), Until: shanghai("2026-03-04 18:00:00")}, shanghai("2026-03-02 08:00:00"))
	require.NoError(t, err)
	w.commit(shanghai("2026-03-02 08:00:00"), e)
	assert.True(t, w.upcoming.Equal(next))
}

func TestNoRosterNoMoments(t *testing.T) {
	w := newWatch(t, "Asia/Shanghai")
	next, ok := w.Follow(w.Roster, shanghai("2026-03-02 00:30:00"), w.rules)
	assert.False(t, ok, "%v", next)
	_, ok = w.Come(room, w.Roster, shanghai("2026-03-02 00:30:00"), w.rules)
	assert.False(t, ok)
}

// TestAFirstListLeavesNothingOut: a roster that is new has turns nearer than a week that no reminder of a week comes for.
// A list that went from tomorrow to next week would say that there are none.
func TestAFirstListLeavesNothingOut(t *testing.T) {
	w := newWatch(t, "Asia/Shanghai")
	morning := time.Date(2026, 2, 20, 8, 0, 0, 0, w.zone)
	w.set(morning, duty.Shift{From: 9 * 60, To: 18 * 60, Who: "a"})
	listed := 0
	w.until(morning.Add(2*time.Hour), func(_ time.Time, r duty.Round) {
		for _, m := range r.Reminders {
			for i, s := range m.Stints {
				listed++
				assert.Equal(t, duty.DayOf(morning).Plus(i+1), duty.DayOf(s.Start.In(w.zone)))
			}
		}
	})
	assert.Equal(t, 13, listed)
}

// TestMissed tells from an entry who did not come in time: once, and whatever the entry is named after.
func TestMissed(t *testing.T) {
	nine := time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	was := duty.Life{Start: nine, End: nine.Add(9 * time.Hour), Who: "li"}
	late := was
	late.Late = nine.Add(10 * time.Minute)
	noted := late
	noted.Over = was.End
	of := duty.OfLife("G1")
	for name, row := range map[string]struct {
		before, after *duty.Life
		want          []chat.User
	}{
		"missed": {&was, &late, []chat.User{"li"}}, "missed at its beginning": {nil, &late, []chat.User{"li"}},
		"told before": {&late, &noted, nil}, "came": {nil, &was, nil}, "forgotten": {&late, nil, nil},
	} {
		e := journal.Entry{Kind: duty.TakenOver, Group: "G1", Changes: []journal.Change{journal.Set(of, was.Key(), row.before, row.after)}}
		assert.Equal(t, row.want, duty.Missed(e), name)
	}
}
