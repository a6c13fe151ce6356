package sla_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// watch follows one alert from 09:00, when wm1 writes with half an hour to be answered in.
type watch struct {
	t      *testing.T
	book   sla.Book
	reach  sla.Reach
	rules  sla.Rules
	ladder sla.Ladder
	log    []string
}

func newWatch(t *testing.T, r sla.Reach) *watch { return &watch{t: t, reach: r} }

func (w *watch) waiting() sla.Waiting {
	return sla.Waiting{Customer: "wm1", Opened: at("09:00"), Warn: at("09:20"), Due: at("09:30"), Limit: 30 * time.Minute, Shift: "a"}
}

func (w *watch) scene(now time.Time) sla.Scene {
	return sla.Scene{Group: "G1", Reach: w.reach, Rules: w.rules, Ladder: w.ladder, Now: now}
}

// commit folds an event and notes whom it newly told.
func (w *watch) commit(now time.Time, e journal.Event) {
	w.t.Helper()
	before, _ := journal.Decode[sla.Alert](e.Changes[0].Before)
	after, err := journal.Decode[sla.Alert](e.Changes[0].After)
	require.NoError(w.t, err)
	w.book, err = sla.Build(journal.Apply(nil, sla.Of("G1"), e.Changes))
	require.NoError(w.t, err)
	line := now.Format("15:04") + " " + strings.TrimPrefix(string(e.Kind), "sla.")
	for _, t := range after.Told[len(before.Told):] {
		line += fmt.Sprintf(" %s:%d", t.Who, t.Step)
	}
	w.log = append(w.log, line)
}

// run lets time pass, a moment of the agenda at a time.
func (w *watch) run(until time.Time) []string {
	w.t.Helper()
	if len(w.log) == 0 {
		for _, now := range []time.Time{at("09:20"), at("09:30")} {
			if e, ok := w.book.Open(w.scene(now), w.waiting()); ok {
				w.commit(now, e)
			}
		}
	}
	for range 20 {
		a, open := w.book.Alert("")
		if !open || a.Due().IsZero() || a.Due().After(until) {
			return w.log
		}
		now := a.Due().In(shanghai)
		e, ok := w.book.Come(w.scene(now), a.Key())
		require.True(w.t, ok)
		w.commit(now, e)
	}
	require.Fail(w.t, "it never ends")
	return nil
}

func TestTheLadder(t *testing.T) {
	users := func(u ...chat.User) []chat.User { return u }
	for name, c := range map[string]struct {
		reach sla.Reach
		want  []string
	}{
		"everybody is there": {
			sla.Reach{OnDuty: "a", Backup: "b", Managers: users("m", "n"), Company: users("c")},
			[]string{"09:20 warned a:1", "09:30 late b:2", "09:35 escalated m:3 n:3", "09:45 escalated c:4"},
		},
		"no backup": { // those in charge are not waited for
			sla.Reach{OnDuty: "a", Managers: users("m"), Company: users("c")},
			[]string{"09:20 warned a:1", "09:30 late m:3", "09:45 escalated c:4"},
		},
		"no backup and nobody in charge": {
			sla.Reach{OnDuty: "a", Company: users("c")}, []string{"09:20 warned a:1", "09:30 late c:4"},
		},
		"nobody in charge": {
			sla.Reach{OnDuty: "a", Backup: "b", Company: users("c")},
			[]string{"09:20 warned a:1", "09:30 late b:2", "09:35 escalated c:4"},
		},
		"nobody on duty": {
			sla.Reach{Backup: "b", Managers: users("m"), Company: users("c")},
			[]string{"09:20 escalated b:2", "09:35 escalated m:3", "09:45 escalated c:4"},
		},
		"only those in charge": {
			sla.Reach{Managers: users("m"), Company: users("c")}, []string{"09:20 escalated m:3", "09:45 escalated c:4"},
		},
		"nobody near":   {sla.Reach{Company: users("c")}, []string{"09:20 escalated c:4"}},
		"nobody at all": {sla.Reach{}, []string{"09:20 escalated"}},
		"the one on duty is in charge too": { // each is told once
			sla.Reach{OnDuty: "a", Backup: "b", Managers: users("a"), Company: users("b", "c")},
			[]string{"09:20 warned a:1", "09:30 late b:2", "09:35 escalated c:4"},
		},
		"one person is everything": {
			sla.Reach{OnDuty: "a", Managers: users("a"), Company: users("a")}, []string{"09:20 warned a:1", "09:30 late a:2"},
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, newWatch(t, c.reach).run(at("12:00"))) })
	}
}

func full() sla.Reach {
	return sla.Reach{OnDuty: "a", Backup: "b", Managers: []chat.User{"m"}, Company: []chat.User{"c"}}
}

func (w *watch) acting(who chat.User, now time.Time) sla.Acting {
	return sla.Acting{Scene: w.scene(now), Who: who}
}

func TestAckHoldsTheLadder(t *testing.T) {
	w := newWatch(t, full())
	w.run(at("09:25"))
	a, e, err := w.book.Ack(w.acting("a", at("09:25")))
	require.NoError(t, err)
	assert.True(t, a.Due().Equal(at("09:35")))
	w.commit(at("09:25"), e)
	_, _, err = w.book.Ack(w.acting("a", at("09:26")))
	require.ErrorIs(t, err, sla.ErrTwice)
	held, _, err := w.book.Ack(w.acting("b", at("09:26")))
	require.ErrorIs(t, err, sla.ErrTaken)
	assert.Equal(t, chat.User("a"), held.AckedBy)
	_, _, err = w.book.Snooze(w.acting("b", at("09:26")), time.Minute)
	require.ErrorIs(t, err, sla.ErrTaken)
	// At 09:35 the backup and those in charge are both due.
	assert.Equal(t, []string{"09:20 warned a:1", "09:25 acked", "09:35 late b:2 m:3", "09:45 escalated c:4"}, w.run(at("12:00")))
	open, _ := w.book.Alert("")
	assert.Equal(t, chat.User("a"), open.Unacked)
	_, e, err = w.book.Ack(w.acting("c", at("09:50")))
	require.NoError(t, err)
	w.commit(at("09:50"), e)
	log := w.run(at("12:00"))
	assert.Equal(t, []string{"09:50 acked", "10:00 unacked"}, log[len(log)-2:], "nobody is left to be told, but c")
}

func TestSnoozeIsBounded(t *testing.T) {
	w := newWatch(t, full())
	w.run(at("09:31"))
	put := func(now string, d time.Duration) error {
		_, e, err := w.book.Snooze(w.acting("b", at(now)), d)
		if err == nil {
			w.commit(at(now), e)
		}
		return err
	}
	require.NoError(t, put("09:31", 10*time.Minute))
	require.ErrorIs(t, put("09:31:30", 10*time.Minute), sla.ErrTwice, "a button that is pressed twice")
	assert.Equal(t, []string{"09:20 warned a:1", "09:30 late b:2", "09:31 snoozed", "09:41 escalated m:3"}, w.run(at("09:42")))
	require.ErrorIs(t, put("09:42", 21*time.Minute), sla.ErrSnooze)
	require.NoError(t, put("09:42", 20*time.Minute))
	log := w.run(at("12:00"))
	assert.Equal(t, "10:02 escalated c:4", log[len(log)-1])
	require.ErrorIs(t, put("10:03", time.Minute), sla.ErrSnooze)
}

// TestOutsideDutyHoursNobodyIsTold: what is due in the night comes in the morning.
func TestOutsideDutyHoursNobodyIsTold(t *testing.T) {
	w := newWatch(t, full())
	w.rules = sla.Rules{Zone: shanghai, Hours: func(time.Time, time.Time) []sla.Span {
		return []sla.Span{{Start: at("09:00"), End: at("09:33")}, {Start: at("14:00"), End: at("18:00")}}
	}}
	assert.Equal(t, []string{"09:20 warned a:1", "09:30 late b:2", "14:02 escalated m:3", "14:12 escalated c:4", "20:12 looked"},
		w.run(at("23:00")), "whoever knows is not told again")
}

func TestAShiftThatChangesIsTold(t *testing.T) {
	w := newWatch(t, full())
	w.run(at("09:25"))
	w.reach.OnDuty = "x" // whose turn began at 09:28
	assert.Equal(t, "09:30 late x:1 b:2", w.run(at("09:31"))[1])
}

// TestLateIsCaughtUp: whoever comes back after an hour tells everybody at once, each once.
func TestLateIsCaughtUp(t *testing.T) {
	w := newWatch(t, full())
	e, ok := w.book.Open(w.scene(at("10:30")), w.waiting())
	require.True(t, ok)
	w.commit(at("10:30"), e)
	assert.Equal(t, []string{"10:30 late a:1 b:2 m:3 c:4"}, w.log)
}

// TestLongAgo: what is found out days later goes up the ladder step by step.
func TestLongAgo(t *testing.T) {
	w := newWatch(t, full())
	found := at("10:30").AddDate(0, 0, 4)
	e, ok := w.book.Open(w.scene(found), w.waiting())
	require.True(t, ok)
	w.commit(found, e)
	assert.Equal(t, []string{"10:30 late a:1 b:2", "10:35 escalated m:3", "10:45 escalated c:4"}, w.run(found.Add(time.Hour)))
}

func TestAnAlertEnds(t *testing.T) {
	w := newWatch(t, full())
	_, ok := w.book.Open(w.scene(at("09:19:59")), w.waiting())
	assert.False(t, ok, "not yet")
	w.run(at("09:25"))
	assert.True(t, w.book.Alerted())
	a, _ := w.book.Alert("")
	_, ok = w.book.Open(w.scene(at("09:30")), w.waiting())
	assert.False(t, ok, "it is open already")
	e, ok := w.book.Come(w.scene(at("09:24")), a.Key())
	assert.False(t, ok)
	assert.Equal(t, sla.Looked, e.Kind, "the clock was put back: it stays on the agenda")
	assert.True(t, e.Changes[0].Due.Equal(at("09:30")))
	w.commit(at("09:26"), w.book.End("G1", a, sla.Answered, "b", at("09:26")))
	assert.False(t, w.book.Alerted())
	assert.True(t, w.book.Settled(a.Key()))
	assert.False(t, w.book.Settled("settings"))
	_, ok = w.book.Come(w.scene(at("09:30")), a.Key())
	assert.False(t, ok)
	late, _, err := w.book.Ack(sla.Acting{Scene: w.scene(at("09:27")), Code: strings.ToUpper(a.Code()), Who: "a"})
	require.ErrorIs(t, err, sla.ErrOver)
	assert.Equal(t, chat.User("b"), late.EndedBy, "a late press is told who it was")
	_, _, err = w.book.Ack(w.acting("a", at("09:27")))
	require.ErrorIs(t, err, sla.ErrNobody)

	next := w.waiting()
	next.Opened, next.Warn, next.Due = at("09:00").AddDate(0, 0, 2), at("09:20").AddDate(0, 0, 2), at("09:30").AddDate(0, 0, 2)
	e, ok = w.book.Open(w.scene(next.Due), next)
	require.True(t, ok)
	assert.Len(t, e.Changes, 1)
}

func TestTheUsualLadder(t *testing.T) {
	assert.Equal(t, sla.Usual(), sla.Ladder{}.Whole())
	l := sla.Ladder{Backup: 10 * time.Minute, Manager: 5 * time.Minute, Company: time.Minute}.Whole()
	assert.Equal(t, []time.Duration{10 * time.Minute, 10 * time.Minute, 10 * time.Minute}, []time.Duration{l.Backup, l.Manager, l.Company},
		"no step comes before the one below it")
}
