package bot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/storage/redistest"
)

// realRedis is a server of its own, which is what the numbers are about.
func realRedis(b *testing.B) string {
	b.Helper()
	s, err := redistest.Start(b.TempDir())
	if errors.Is(err, redistest.ErrNoServer) && os.Getenv("QUNGUAN_TEST_REAL") != "1" {
		b.Skip("not measured: no redis-server on the PATH")
	}
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Stop() })
	return s.Addr()
}

// BenchmarkHearSpread is what 5,000 messages a second are where 5,000 groups talk: one message a second in each. It is the
// worst that a window can hold, and all windows are full.
func BenchmarkHearSpread(b *testing.B) {
	const batch, groups, full = 500, 5_000, 300
	ctx := context.Background()
	p := newPost(b, realRedis(b), bot.Job{Kind: bot.Clock})
	id := func(i int) chat.Group { return chat.Group(fmt.Sprintf("C10x%028d", i)) }
	at := func(i, round int) chat.Heard {
		who := []chat.User{"wmOgQhDgAA0000000000000000000001", "li"}[round%2]
		return says(id(i), who, friday.Add(time.Duration(round)*time.Second))
	}
	for i := 0; i < groups; i += batch {
		var (
			all    []journal.Change
			checks []journal.Check
		)
		for k := range batch {
			seen, err := company{}.Observe(ctx, id(i+k))
			require.NoError(b, err)
			seen.Group = id(i + k)
			all = append(all, directory.Group{}.Observe(seen)...)
			checks = append(checks, journal.Check{Name: directory.OfGroup(id(i + k))})
		}
		_, err := p.ledger.Commit(ctx, journal.Write{Entry: &journal.Entry{Kind: directory.GroupObserved, At: friday, Changes: all}, Checks: checks})
		require.NoError(b, err)
	}
	p.set(friday.Add(365 * 24 * time.Hour))
	for i := 0; i < groups; i += 5 { // a few groups at once: it only fills
		var said []chat.Heard
		for round := range full {
			for k := range 5 {
				said = append(said, at(i+k, round))
			}
		}
		require.NoError(b, p.Hear(ctx, "archive", said, chat.Cursor{}))
	}
	batches := make([][]chat.Heard, b.N)
	for n, i := 0, 0; n < b.N; n++ {
		for range batch {
			batches[n] = append(batches[n], at(i%groups, full+i/groups))
			i++
		}
	}
	before, spent := p.trips.n.Load(), busy(b)
	b.ResetTimer()
	for n := range b.N {
		require.NoError(b, p.Hear(ctx, "archive", batches[n], chat.Cursor{Source: "archive", Seq: uint64(n + 1)}))
	}
	b.StopTimer()
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(p.trips.n.Load()-before)/float64(b.N), "trips/batch")
	b.ReportMetric(float64((busy(b)-spent).Microseconds())/1000/float64(b.N), "own-cpu-ms/batch")
}

// busy is how much time of processors this process has taken, whatever else the machine does.
func busy(b *testing.B) time.Duration {
	b.Helper()
	var r syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkHear is the whole way of messages, in batches of 500, each of another group: customers ask and
// staff answers by turns. What there is to beat is 5,000 messages a second, in one round trip a batch.
func BenchmarkHear(b *testing.B) {
	const batch, groups = 500, 500
	ctx := context.Background()
	for name, every := range map[string]time.Duration{"a message a minute in each group": time.Minute, "one in four seconds": 4 * time.Second} {
		b.Run(name, func(b *testing.B) {
			p := newPost(b, realRedis(b), bot.Job{Kind: bot.Clock})
			for i := range groups {
				require.NoError(b, p.Observe(ctx, chat.Group(fmt.Sprintf("C10x%028d", i))))
			}
			batches := make([][]chat.Heard, b.N+groups/batch)
			for n, at := 0, 0; n < len(batches); n++ {
				for range batch {
					who := []chat.User{"wmOgQhDgAA0000000000000000000001", "li"}[at/groups%2]
					h := says(chat.Group(fmt.Sprintf("C10x%028d", at%groups)), who, friday.Add(time.Duration(at/groups)*every))
					batches[n] = append(batches[n], h)
					at++
				}
			}
			p.set(friday.Add(365 * 24 * time.Hour))
			hear := func(n int) {
				require.NoError(b, p.Hear(ctx, "archive", batches[n], chat.Cursor{Source: "archive", Seq: uint64(n + 1)}))
			}
			for n := range groups / batch {
				hear(n) // the first time, everything about the groups is read
			}
			before := p.trips.n.Load()
			b.ResetTimer()
			for n := range b.N {
				hear(groups/batch + n)
			}
			b.StopTimer()
			b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(float64(p.trips.n.Load()-before)/float64(b.N), "trips/batch")
		})
	}
}
