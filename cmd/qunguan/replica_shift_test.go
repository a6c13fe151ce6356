package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// shiftReplica is one of several processes, whose clock is not quite right.
type shiftReplica struct {
	*system
	skew   atomic.Int64 // nanoseconds ahead of the world's clock
	mortal atomic.Bool  // it dies right after the next message that it sends
	dead   atomic.Bool
}

var errDied = errors.New("the process has died")

// RoundTrip carries a request; a mortal replica dies once the platform has it, and never hears the answer.
func (r *shiftReplica) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil && strings.Contains(req.URL.Path, "message/send") && r.mortal.CompareAndSwap(true, false) {
		_ = resp.Body.Close()
		r.die()
		return nil, errDied
	}
	return resp, err
}

func (r *shiftReplica) die() {
	if r.dead.CompareAndSwap(false, true) {
		_ = r.close()
	}
}

// shiftChaos is a day of duty in several groups, followed by replicas that die and whose clocks jump.
type shiftChaos struct {
	*theatre
	replicas []*shiftReplica
	random   *rand.Rand
	died     int
	calm     time.Time // until then nobody dies: platforms drop what is sent again within half a minute, not for ever
}

func (c *shiftChaos) spawn() *shiftReplica {
	r := &shiftReplica{}
	sys, err := newSystem(c.config, options{
		now: func() time.Time { return c.now().Add(time.Duration(r.skew.Load())) }, log: c.log, botName: c.world.BotName,
		pictures: c.pictures, http: &http.Client{Transport: r},
	})
	require.NoError(c.t, err)
	require.NoError(c.t, sys.outbox.Open(c.ctx))
	r.system = sys
	c.t.Cleanup(r.die)
	return r
}

// step lets all replicas work at once at one moment.
func (c *shiftChaos) step(ctx context.Context) {
	var wg sync.WaitGroup
	for _, r := range c.replicas {
		wg.Go(func() {
			r.clockwork.Step(ctx)
			_, _ = r.courier.Round(ctx, -1) // who dies fails
		})
	}
	wg.Wait()
}

// disturb lets clocks jump and processes die, before or right after they have sent something.
func (c *shiftChaos) disturb() {
	jumps := []time.Duration{0, 0, 0, -3 * time.Minute, -20 * time.Second, 15 * time.Second, 2 * time.Minute}
	for i, r := range c.replicas {
		if c.random.IntN(15) == 0 {
			r.skew.Store(int64(jumps[c.random.IntN(len(jumps))]))
		}
		if r.dead.Load() {
			c.died++
			c.replicas[i], c.calm = c.spawn(), c.now().Add(time.Minute)
			continue
		}
		if c.now().Before(c.calm) || c.dying() {
			continue
		}
		switch c.random.IntN(12) {
		case 0:
			r.mortal.Store(true)
		case 1:
			r.die()
		}
	}
}

// dying says that a process is dead, or about to die.
func (c *shiftChaos) dying() bool {
	return slices.ContainsFunc(c.replicas, func(r *shiftReplica) bool { return r.dead.Load() || r.mortal.Load() })
}

// idle says that nothing is left to send, and nobody is about to die of it.
func (c *shiftChaos) idle() bool {
	for _, r := range c.replicas {
		r.mortal.Store(false)
	}
	for _, key := range c.keys() {
		if strings.HasSuffix(key, ":outbox") {
			n, err := c.client.XLen(c.ctx, key).Result()
			require.NoError(c.t, err)
			return n == 0
		}
	}
	return true
}

// counted is how often each person was told each thing.
func (c *shiftChaos) counted() map[string]int {
	out := map[string]int{}
	for _, who := range []string{"boss", "li", "wang", "zhao", "sun", "zhou"} {
		for _, m := range c.sim.Sees(who) {
			if m.From != "" {
				continue
			}
			text := m.Text
			if m.Card != nil {
				text = m.Card.Title
			}
			for _, what := range []string{"值班提醒", "您上班了", "B 角已接手", "值班已自动转给您", "已自动接手", "您下班了", "分钟下班", "交接单", "您还没有签到", "没有 B 角可以接手"} {
				out[who+" "+what] += strings.Count(text, what)
			}
		}
	}
	return out
}

// began counts how often each turn began.
func (c *shiftChaos) began() map[string]int {
	out := map[string]int{}
	require.NoError(c.t, c.procs[0].ledger.Each(c.ctx, journal.Query{}, func(e journal.Entry) error {
		for _, ch := range e.Changes {
			if l, err := journal.Decode[duty.Life](ch.After); ch.Of.Kind() == "shift" && err == nil && !l.Begun.IsZero() && ch.Before == nil {
				out[fmt.Sprint(ch.Of, l.Key())]++
			}
		}
		return nil
	}))
	return out
}

// day plays a day and a bit of duty and tells who was told what how often.
func (c *shiftChaos) day(disturbed bool) map[string]int {
	end := c.now().Add(26 * time.Hour)
	for c.now().Before(end) {
		due, ok, err := c.procs[0].ledger.NextDue(c.ctx)
		require.NoError(c.t, err)
		ahead := c.now().Add(12 * time.Second)
		if early := due.Add(-4 * time.Minute); ok && early.After(ahead) && c.idle() {
			ahead = early
		}
		if ahead.After(end) {
			ahead = end
		}
		c.clock.Store(ahead.UnixNano())
		if m, ok := c.store.(embedded); ok {
			m.SetTime(ahead)
		}
		if disturbed {
			c.disturb()
		}
		c.step(c.ctx)
	}
	for range 20 { // what a dead courier had in its hands comes back
		c.clock.Add(int64(12 * time.Second))
		if m, ok := c.store.(embedded); ok {
			m.SetTime(c.now())
		}
		for i, r := range c.replicas {
			r.mortal.Store(false)
			if r.dead.Load() {
				c.replicas[i] = c.spawn()
			}
		}
		c.step(c.ctx)
	}
	return c.counted()
}

func openShifts(t *testing.T, replicas int) *shiftChaos {
	s := openTheatre(t, time.Date(2026, 2, 20, 7, 0, 0, 0, zone), nil, startEmbedded(t))
	c := &shiftChaos{theatre: s, random: rand.New(rand.NewPCG(3, 5))}
	for where, text := range map[string]string{
		"":      "/排班 08:00-14:00 @li+@wang 14:00-20:00 @wang 20:00-02:00 @zhao+@sun #华东VIP客户群",
		"运营管理群": "/排班 09:30-15:00 @sun+@li 15:00-22:00 @zhou",
	} {
		if where != "" {
			where = s.group(where)
		}
		d, err := s.sim.Say(s.ctx, "boss", where, text)
		require.NoError(t, err)
		require.Contains(t, d.Reply, "已记录", "%s", text)
	}
	s.settle()
	for range replicas {
		c.replicas = append(c.replicas, c.spawn())
	}
	return c
}

// TestShiftsOverReplicas follows shifts by three processes on one Redis whose clocks jump back and forth and which die, also
// between sending a message and noting that it was sent. Everybody is told just what one process with a good clock tells
// them: nothing is lost, and nothing comes twice.
func TestShiftsOverReplicas(t *testing.T) {
	t.Parallel()
	calm := openShifts(t, 1)
	want := calm.day(false)
	require.Positive(t, want["li 您上班了"])
	require.Positive(t, want["wang 值班已自动转给您"])
	wild := openShifts(t, 3)
	got := wild.day(true)
	assert.Equal(t, want, got)
	assert.Greater(t, wild.died, 5, "few have died")
	assert.Equal(t, calm.began(), wild.began(), "each turn begins once")
	t.Logf("%d processes have died", wild.died)
}

// TestRostersFromBeforeAreFollowed starts the program on rosters that were set before it followed any.
func TestRostersFromBeforeAreFollowed(t *testing.T) {
	t.Parallel()
	c := openShifts(t, 0)
	of := func(suffix string) string {
		for _, key := range c.keys() {
			if strings.HasSuffix(key, suffix) {
				return key
			}
		}
		return ""
	}
	followed := string(duty.OfLife("wrHuadongVIP0001"))
	require.NoError(t, c.client.Del(c.ctx, of(":state:"+followed)).Err())
	require.NoError(t, c.client.ZRem(c.ctx, of(":agenda"), followed+"\n"+duty.CursorKey).Err())
	c.kill(0)
	c.boot()
	assert.NotEmpty(t, of(":state:"+followed))
	c.advance(time.Date(2026, 2, 20, 8, 0, 0, 0, zone))
	assert.Equal(t, 1, c.counted()["li 您上班了"])
}
