package scheduler

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// ledgerOfFirings is the record of firings that several replicas share.
type ledgerOfFirings map[string]time.Time

func (f ledgerOfFirings) Fire(_ context.Context, job string, at time.Time) (bool, error) {
	if !f[job].Before(at) {
		return false, nil
	}
	f[job] = at
	return true, nil
}

func (f ledgerOfFirings) Last(_ context.Context, job string) (time.Time, error) { return f[job], nil }

// replica is a clockwork with one rhythm and a clock that the test sets.
type replica struct {
	*Clockwork
	ran *int
}

func newReplica(t *testing.T, shared ledgerOfFirings, clock *time.Time, run func() error) replica {
	t.Helper()
	ran := 0
	w, err := New(nil, nil, shared, func() time.Time { return *clock }, shanghai(t), zap.NewNop(), Rhythm{
		Name: "morning", Spec: "0 9 * * *", Run: func(context.Context) error { ran++; return run() },
	})
	require.NoError(t, err)
	return replica{Clockwork: w, ran: &ran}
}

func (r replica) beat(t *testing.T) {
	t.Helper()
	for _, one := range r.rhythms {
		_ = r.safely(func() error { return r.Clockwork.beat(t.Context(), one) })
	}
}

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return zone
}

func fine() error { return nil }

func TestARhythmRunsOnceAcrossReplicas(t *testing.T) {
	clock := time.Date(2026, 11, 23, 0, 59, 30, 0, time.UTC) // 08:59:30 in Shanghai
	shared := ledgerOfFirings{}
	a, b := newReplica(t, shared, &clock, fine), newReplica(t, shared, &clock, fine)
	for range 5 {
		a.beat(t)
		b.beat(t)
		clock = clock.Add(15 * time.Second)
	}
	assert.Equal(t, 1, *a.ran+*b.ran, "9 o'clock came once")
}

func TestMissedFiringsAreCaughtUpOnce(t *testing.T) {
	clock := time.Date(2026, 11, 23, 1, 0, 5, 0, time.UTC)
	shared := ledgerOfFirings{}
	a := newReplica(t, shared, &clock, fine)
	a.beat(t)
	require.Equal(t, 1, *a.ran)
	clock = clock.Add(72 * time.Hour) // all replicas were down for three days
	a.beat(t)
	a.beat(t)
	assert.Equal(t, 2, *a.ran)
	assert.Equal(t, "2026-11-26 09:00", shared["morning"].In(shanghai(t)).Format("2006-01-02 15:04"), "the newest missed one")
}

func TestAJobThatPanicsOrFailsRunsAgainNextTime(t *testing.T) {
	clock := time.Date(2026, 11, 23, 1, 0, 5, 0, time.UTC)
	for name, run := range map[string]func() error{
		"panic": func() error { panic("broken") }, "error": func() error { return errors.New("broken") },
	} {
		shared := ledgerOfFirings{}
		at := clock
		a := newReplica(t, shared, &at, run)
		a.beat(t)
		at = at.Add(24 * time.Hour)
		a.beat(t)
		assert.Equal(t, 2, *a.ran, name)
	}
}

// TestSpecsThatAreNone has those, too, on which the parser of robfig/cron panics: it must never see them.
func TestSpecsThatAreNone(t *testing.T) {
	for _, spec := range []string{
		"", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "CRON_TZ=UTC", "TZ=", "TZ=Asia/Shanghai", "@every 0s", "@daily",
		"0 0 * * 7",
	} {
		_, err := New(nil, nil, ledgerOfFirings{}, func() time.Time { return time.Time{} }, time.UTC, zap.NewNop(), Rhythm{Name: "review", Spec: spec})
		assert.ErrorContains(t, err, "rhythm review", "%q", spec)
	}
}

func TestThereIsAJobForEveryRecordThatEnds(t *testing.T) {
	kinds := map[string]bool{}
	for _, j := range Jobs() {
		assert.False(t, kinds[j.Kind], "two jobs for %s", j.Kind)
		kinds[j.Kind] = true
	}
	assert.Equal(t, map[string]bool{"access": true, "company": true, "moderation": true, "task": true, "reminder": true, "request": true, "event": true}, kinds)
}
