package scheduler

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
)

// mortal is the record of firings as one process sees it, until it dies: then nothing that it does reaches anybody.
type mortal struct {
	firings
	count func(due time.Time)

	mu   sync.Mutex
	dead bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) die() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
}

func (m *mortal) alive() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.dead
}

func (m *mortal) End(ctx context.Context, job, word string, r canary.Run) (bool, error) {
	if !m.alive() {
		return false, errDead
	}
	ours, err := m.firings.End(ctx, job, word, r)
	if ours && r.Error == "" {
		m.count(r.Due)
	}
	return ours, err
}

func (m *mortal) Release(ctx context.Context, job, word string) error {
	if !m.alive() {
		return errDead
	}
	return m.firings.Release(ctx, job, word)
}

// TestEachFiringCountsOnce lets three clockworks work on one Redis for eight days, each of which is killed now and then,
// also in the middle of a run, and whose clocks jump by hours, forwards and backwards. One of them always tells the right
// time, though not always the same one.
func TestEachFiringCountsOnce(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 0, 0, 30, 0, time.UTC)
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		chaos(t, newCompany(t, start), start)
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		r := startServer(t)
		c := companyOn(t, start, r.Addr())
		raw := redis.NewClient(&redis.Options{Addr: r.Addr(), DisableIdentity: true})
		t.Cleanup(func() { _ = raw.Close() })
		c.lapse = func() { require.NoError(t, raw.Del(t.Context(), "qunguan:{corp}:lease:hourly").Err()) }
		chaos(t, c, start)
	})
}

// actor is one replica of the chaos.
type actor struct {
	*Clockwork
	ledger *mortal
	off    time.Duration // how wrong its clock is
}

func chaos(t *testing.T, c *company, start time.Time) {
	const days, every = 8, 10 * time.Minute
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(7, 11))
	chance := func(p float64) bool {
		mu.Lock()
		defer mu.Unlock()
		return random.Float64() < p
	}
	counts, deaths := map[time.Time]int{}, 0
	diedLately := 0
	spawn := func(a *actor) {
		now := func() time.Time { return c.now().Add(a.off) }
		a.ledger = &mortal{firings: c.tenant(now).Firings(), count: func(due time.Time) {
			mu.Lock()
			defer mu.Unlock()
			counts[due.UTC()]++
			diedLately = 0
		}}
		a.Clockwork = c.replicaWith(now, a.ledger, nil, Rhythm{Name: "hourly", Spec: "0 * * * *", Run: func(context.Context) error {
			mu.Lock()
			die := diedLately < 2 && random.Float64() < 0.2
			if die {
				diedLately++
				deaths++
			}
			mu.Unlock()
			if die {
				a.ledger.die()
				return errDead
			}
			return nil
		}})
	}
	actors := []*actor{{}, {}, {}}
	for _, a := range actors {
		spawn(a)
	}
	jumps := 0
	for range days * 24 * int(time.Hour/every) {
		var wg sync.WaitGroup
		for _, a := range actors {
			wg.Go(func() {
				a.Step(t.Context())
				a.Wait()
			})
		}
		wg.Wait()
		c.add(every)
		c.lapse()
		right := int(c.now().Unix()/86400) % len(actors)
		for i, a := range actors {
			switch {
			case i == right:
				a.off = 0
			case chance(0.05):
				a.off = time.Duration(random.IntN(13)-6) * time.Hour
				jumps++
			case chance(0.1):
				a.off = 0
			}
			if !a.ledger.alive() || chance(0.01) {
				a.ledger.die()
				spawn(a)
			}
		}
	}
	for at := start.Truncate(time.Hour); at.Before(c.now().Add(-time.Hour)); at = at.Add(time.Hour) {
		assert.Equal(t, 1, counts[at], "%s", at)
	}
	for at, n := range counts {
		assert.Equal(t, 1, n, "%s", at)
	}
	assert.Greater(t, deaths, 20)
	assert.Greater(t, jumps, 50)
	t.Logf("%d firings, %d deaths in the middle of one, %d jumps of clocks", len(counts), deaths, jumps)
}
