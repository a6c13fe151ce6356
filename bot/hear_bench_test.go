package bot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
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
