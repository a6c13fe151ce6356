package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// openAlerts is a company whose customer group is archived, with an A, a B, a manager and an owner.
func openAlerts(t *testing.T, replicas int) *shiftChaos {
	s := openTheatre(t, time.Date(2026, 2, 20, 7, 0, 0, 0, zone), []string{"archive"}, startEmbedded(t))
	c := &shiftChaos{theatre: s, random: rand.New(rand.NewPCG(7, 11))}
	for _, text := range []string{"/设管理 @sun 高级 --确认", "/排班 08:00-20:00 @li+@wang", "/排班 签到 关"} {
		d, err := s.sim.Say(s.ctx, "boss", "", text+" #华东VIP客户群")
		require.NoError(t, err)
		require.Contains(t, d.Reply, "已记录", "%s", text)
	}
	s.settle()
	for range replicas {
		c.replicas = append(c.replicas, c.spawn())
	}
	return c
}

// pass lets time pass until a moment, quickly where nothing is near.
func (c *shiftChaos) pass(until time.Time, disturbed bool) {
	for c.now().Before(until) {
		ahead := c.now().Add(12 * time.Second)
		due, ok, err := c.procs[0].ledger.NextDue(c.ctx)
		require.NoError(c.t, err)
		if early := due.Add(-4 * time.Minute); ok && early.After(ahead) && c.idle() {
			ahead = early
		}
		if ahead.After(until) {
			ahead = until
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
}

// ask lets customers ask, one after the other, and wait until everybody who can be told was told; then somebody answers.
// It returns how often each person was told each thing.
func (c *shiftChaos) ask(questions int, disturbed bool) map[string]int {
	say := func(who, text string) {
		_, err := c.sim.Say(c.ctx, who, simulator.SampleCustomerGroup, text)
		require.NoError(c.t, err)
	}
	morning := time.Date(2026, 2, 20, 9, 0, 0, 0, zone)
	for i := range questions {
		at := morning.Add(time.Duration(i) * 80 * time.Minute)
		c.pass(at, disturbed)
		say("wmCustomerZhang01", "在吗？")
		c.pass(at.Add(65*time.Minute), disturbed)
		say("li", "在的")
		c.pass(at.Add(75*time.Minute), false)
	}
	out := map[string]int{}
	for _, who := range []string{"boss", "li", "wang", "zhao", "sun", "zhou"} {
		for _, m := range c.sim.Sees(who) {
			text := m.Text
			if m.Card != nil {
				text = m.Card.Title
			}
			for _, what := range []string{"客户在等您回复", "请您处理", "请您过问", "群里没有人回复", "已得到回复"} {
				if m.From == "" && strings.Contains(text, what) {
					out[who+" "+what] += strings.Count(text, what)
				}
			}
		}
	}
	return out
}

// TestAlertsOverReplicas lets three processes on one Redis, whose clocks jump and which die, tell of customers who wait:
// each step reaches whom it reaches with one process and a good clock, once.
func TestAlertsOverReplicas(t *testing.T) {
	t.Parallel()
	const questions = 5
	calm := openAlerts(t, 1)
	want := calm.ask(questions, false)
	assert.Equal(t, map[string]int{
		"li 客户在等您回复": questions, "wang 请您处理": questions, "sun 请您过问": questions, "boss 群里没有人回复": questions,
		"sun 已得到回复": questions, "boss 已得到回复": questions,
	}, want)
	wild := openAlerts(t, 3)
	assert.Equal(t, want, wild.ask(questions, true))
	assert.Greater(t, wild.died, 3, "few have died")
	t.Logf("%d processes have died", wild.died)
}
