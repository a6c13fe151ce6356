package main

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kills is how often the process is killed: QUNGUAN_CHAOS_KILLS, or at least.
func kills(tb testing.TB, least int) int {
	tb.Helper()
	given := os.Getenv("QUNGUAN_CHAOS_KILLS")
	if given == "" {
		return least
	}
	n, err := strconv.Atoi(given)
	require.NoError(tb, err, "QUNGUAN_CHAOS_KILLS")
	return max(n, least)
}

// TestKilledAtAnyMoment kills the only process again and again under load, also while it starts: what was
// acknowledged is done, once.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	p := s.process()
	n := kills(t, 24)
	l := &crowd{stage: s, rounds: max(5, n/5), seed: 7}
	require.NoError(t, p.start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(ctx)
	}()
	killed := killer{crowd: l, kills: n, random: rand.New(rand.NewPCG(11, 13))}.run(ctx, t, ended, p)
	<-ended
	p.ready()
	l.prove(ctx, t)
	assert.GreaterOrEqual(t, killed, n)
	t.Logf("%d kills, %d deliveries repeated", killed, l.again.Load())
}

// killer kills processes at moments that the progress of the load gives, spread over the whole of it.
type killer struct {
	crowd  *crowd
	kills  int
	random *rand.Rand
}

// run returns how many it has killed, once the load has ended. All processes run then.
func (k killer) run(ctx context.Context, tb testing.TB, ended <-chan struct{}, processes ...*process) int {
	tb.Helper()
	step := float64(k.crowd.total()) * 0.95 / float64(k.kills)
	killed, at := 0, 0.0
	for killed < k.kills {
		at += step
		moment := int64(at - step*k.random.Float64())
		for k.crowd.acked.Load() < moment && ctx.Err() == nil {
			select {
			case <-ended:
				tb.Errorf("the load ended after %d kills", killed)
				return killed
			case <-time.After(time.Duration(k.random.IntN(3000)) * time.Microsecond):
			}
		}
		p := processes[k.random.IntN(len(processes))]
		require.NoError(tb, p.kill())
		killed++
		require.NoError(tb, p.start())
		if k.random.IntN(4) > 0 {
			continue
		}
		<-time.After(time.Duration(k.random.IntN(150)) * time.Millisecond)
		require.NoError(tb, p.kill())
		killed++
		require.NoError(tb, p.start())
	}
	return killed
}
