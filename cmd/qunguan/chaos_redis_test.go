package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRedisGoesAndComes takes Redis away under load, once in good order and twice at once: callbacks are answered 503
// while it is gone, nothing is lost, and the bot goes on by itself when it is back.
func TestRedisGoesAndComes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	p := s.process()
	require.NoError(t, p.start())
	p.ready()
	l := &crowd{stage: s, rounds: 5, seed: 5}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(ctx)
	}()
	for i, end := range []func() error{s.redis.Kill, s.redis.Stop, s.redis.Kill} {
		require.NoError(t, l.wait(ctx, int64((i+1)*l.total()/4)))
		busy := l.busy.Load()
		require.NoError(t, end())
		for l.busy.Load() < busy+stageClients {
			require.NoError(t, shortly(ctx, 0), "callbacks must be answered 503 while Redis is gone")
		}
		assert.Equal(t, http.StatusServiceUnavailable, p.status("/readyz"))
		assert.Equal(t, http.StatusOK, p.status("/healthz"))
		require.NoError(t, s.redis.Restart())
		p.ready()
	}
	<-ended
	l.prove(ctx, t)
	t.Logf("%d callbacks were told 503 while Redis was gone", l.busy.Load())
	code, err := p.stop()
	require.NoError(t, err)
	assert.Zero(t, code, "the same process served all the time, and ends in good order")
}
