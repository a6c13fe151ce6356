package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// order is one command and the kind of entry that it must leave.
type order struct {
	text string
	kind journal.Kind
}

// script is what one client orders, one after the other: acts that are refused, or add up, when they are done twice.
func script(client, rounds int) []order {
	admin := adminID(client)
	orders := []order{{"/admin add @" + admin + " mid for 10d", access.Granted}}
	for r := range rounds {
		who, level := mutedID(client, r%mutesEach), "junior"
		if r%2 == 1 {
			level = "mid"
		}
		orders = append(orders,
			order{"/mute @" + who + " 2h", moderation.Muted},
			order{"/admin extend @" + admin + " 1d", access.Extended},
			order{"/admin level @" + admin + " " + level, access.Releveled},
		)
		if r < rounds-1 {
			orders = append(orders, order{"/unmute @" + who, moderation.Unmuted})
		}
	}
	if client%2 == 0 {
		orders = append(orders, order{"/admin remove @" + admin, access.Revoked})
	}
	return orders
}

// sent is one command that was acknowledged.
type sent struct {
	client int
	order  order
	id     string // of the platform's message
	key    string // the same in the journal
	reply  string
}

// crowd is clients that send commands until each is acknowledged and answered.
type crowd struct {
	stage  *stage
	rounds int
	seed   uint64
	acked  atomic.Int64 // commands acknowledged so far
	again  atomic.Int64 // deliveries that were not acknowledged
	busy   atomic.Int64 // of those, the ones that were told 503

	mu      sync.Mutex
	done    []sent
	dropped []string // keys of messages that were sent and never delivered again
	faults  []error
}

// total is how many commands all clients together send.
func (l *crowd) total() int {
	n := 0
	for i := range stageClients {
		n += len(script(i, l.rounds))
	}
	return n
}

// run plays all clients to their end.
func (l *crowd) run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range stageClients {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(l.seed, uint64(i)))
			for n, o := range script(i, l.rounds) {
				if n > 0 && random.IntN(12) == 0 {
					l.drop(ctx, i, random)
				}
				// A group is known by its first message, and only then can be named in a direct one.
				if err := l.order(ctx, i, o, n > 0 && random.IntN(4) == 0); err != nil {
					l.mu.Lock()
					l.faults = append(l.faults, err)
					l.mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
}

// order sends one command, in the group or as a direct message, and delivers it again until it has its reply.
func (l *crowd) order(ctx context.Context, client int, o order, direct bool) error {
	where, text, side := groupID(client), o.text, "bot:"
	if direct {
		where, text, side = "", o.text+" #"+groupID(client), "app:"
	}
	d, err := l.stage.sim.Say(ctx, clientID(client), where, text)
	if d.MsgID == "" {
		return fmt.Errorf("say %q: %w", text, err)
	}
	acked := false
	for try := 0; ; try++ {
		if d.Status == http.StatusOK && err == nil {
			if !acked {
				acked = true
				l.acked.Add(1)
			}
			if d.Reply != "" {
				break
			}
		} else {
			l.again.Add(1)
			if d.Status == http.StatusServiceUnavailable {
				l.busy.Add(1)
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("say %q: status %d, error %w, and the time is over", text, d.Status, err)
		}
		_ = shortly(ctx, 0) // the loop looks at ctx itself
		d, err = l.stage.sim.Redeliver(ctx, d.MsgID, try%2 == 0)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = append(l.done, sent{client: client, order: o, id: d.MsgID, key: side + d.MsgID, reply: d.Reply})
	return nil
}

// drop sends a command that nobody waits for: its sender gives up within milliseconds. It may be lost or be done, but
// not by half and not twice.
func (l *crowd) drop(ctx context.Context, client int, random *rand.Rand) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(random.IntN(15000))*time.Microsecond)
	defer cancel()
	d, err := l.stage.sim.Say(ctx, clientID(client), groupID(client), "/admin extend @"+adminID(client)+" 7d")
	if err == nil && d.Status == http.StatusOK || d.MsgID == "" {
		return // it was in time, or never left
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped = append(l.dropped, "bot:"+d.MsgID)
}

// finished fails the test if a client gave up.
func (l *crowd) finished(tb testing.TB) {
	tb.Helper()
	for _, err := range l.faults {
		tb.Error(err)
	}
	require.Len(tb, l.done, l.total(), "every command must be acknowledged")
}
