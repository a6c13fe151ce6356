package main

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// TestTwoReplicas spreads the load over two processes on one Redis, gives half of the callbacks to both at once, and
// kills one or the other: each command is done once, and what ends by itself is told once.
func TestTwoReplicas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s.route.double = 0.5
	a, b := s.process(), s.process()
	require.NoError(t, a.start())
	require.NoError(t, b.start())
	l := &crowd{stage: s, rounds: 5, seed: 3}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(ctx)
	}()
	for g := range stageGroups { // the groups are known, and their first messages handled, before guests are muted
		require.NoError(t, l.wait(ctx, int64(5*g)))
	}
	guests := inviteGuests(ctx, t, s)
	killed := killer{crowd: l, kills: 8, random: rand.New(rand.NewPCG(17, 19))}.run(ctx, t, ended, a, b)
	<-ended
	a.ready()
	b.ready()
	l.prove(ctx, t)
	t.Logf("%d kills, %d deliveries repeated", killed, l.again.Load())
	proveEnds(ctx, t, s, guests)
}

// wait waits until n commands are acknowledged.
func (l *crowd) wait(ctx context.Context, n int64) error {
	for l.acked.Load() < n {
		if err := shortly(ctx, 0); err != nil {
			return err
		}
	}
	return nil
}

// inviteGuests mutes one half of the guests and appoints the other half, for a few seconds. It returns what each must
// be told once, when it ends.
func inviteGuests(ctx context.Context, tb testing.TB, s *stage) map[string]string {
	tb.Helper()
	told := map[string]string{}
	l := &crowd{stage: s}
	for i := range stageGuests {
		guest := guestID(i)
		o := order{"/mute @" + guest + " 4s", moderation.Muted}
		told[guest] = "the mute in “" + groupID(i) + "” has ended"
		if i%2 == 1 {
			o = order{"/admin add @" + guest + " mid for 4s", access.Granted}
			told[guest] = "the temporary role in “" + groupID(i) + "” has ended"
		}
		require.NoError(tb, l.order(ctx, i%stageGroups, o, false))
		require.Contains(tb, l.done[i].reply, " #", "%q was done", o.text)
	}
	return told
}

// proveEnds proves that every end is one entry, and that each guest is told of it once. It waits for the ends: the crowd
// may be done before them.
func proveEnds(ctx context.Context, tb testing.TB, s *stage, guests map[string]string) {
	tb.Helper()
	for guest, text := range guests {
		for s.toldTo(guest, text) == 0 {
			require.NoError(tb, shortly(ctx, 0), "%s is never told that %s, but: %v", guest, text, s.sim.Sees(guest))
		}
	}
	ends := map[string]int{}
	for _, entry := range s.evidence(ctx).entries {
		if entry.Kind == moderation.Ended || entry.Kind == access.Lapsed {
			assert.Equal(tb, journal.Expired, entry.Outcome)
			ends[string(entry.Targets[0])]++
		}
	}
	for guest := range guests {
		assert.Equal(tb, 1, ends[guest], "the end of %s is one entry", guest)
	}
	// Whatever a killed courier had in its hands comes back until the outbox is empty; only then is once proven.
	for s.waitingFor(ctx, guests) > 0 {
		require.NoError(tb, shortly(ctx, 0), "the outbox never empties")
	}
	for guest, text := range guests {
		assert.Equal(tb, 1, s.toldTo(guest, text), "%s is told once that %s", guest, text)
	}
	tb.Logf("%d mutes and grants ended, each told once", len(guests))
}

// toldTo counts the messages to a person that hold a text.
func (s *stage) toldTo(who, text string) int {
	n := 0
	for _, m := range s.sim.Sees(who) {
		if m.From == "" && strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// waitingFor counts the effects in the outbox that are for guests.
func (s *stage) waitingFor(ctx context.Context, guests map[string]string) int {
	s.tb.Helper()
	rows, err := s.client.XRange(ctx, s.prefix()+"outbox", "-", "+").Result()
	require.NoError(s.tb, err)
	later, err := s.client.ZRange(ctx, s.prefix()+"later", 0, -1).Result()
	require.NoError(s.tb, err)
	for _, r := range rows {
		if raw, ok := r.Values["e"].(string); ok {
			later = append(later, raw)
		}
	}
	n := 0
	for guest := range guests {
		for _, raw := range later {
			if strings.Contains(raw, `"to":"`+guest+`"`) {
				n++
			}
		}
	}
	return n
}
