package storage_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// benchWorld is a company on a real server of its own, which is what the numbers are about.
func benchWorld(b *testing.B) *world {
	b.Helper()
	dir, err := os.MkdirTemp("", "storage")
	require.NoError(b, err)
	s, addrs, err := kinds[1].start(dir)
	mustRun(b, err)
	b.Cleanup(func() { _ = s.Stop(); _ = os.RemoveAll(dir) })
	w := newWorld(b, addrs)
	return w
}

// spent reports how long the server itself worked on scripts for each operation: while it does, nobody else is served.
func (w *world) spent(b *testing.B, run func()) {
	b.Helper()
	ctx := context.Background()
	require.NoError(b, w.raw.ConfigResetStat(ctx).Err())
	b.ResetTimer()
	run()
	b.StopTimer()
	info, err := w.raw.Info(ctx, "commandstats").Result()
	require.NoError(b, err)
	for line := range strings.Lines(info) {
		if rest, ok := strings.CutPrefix(line, "cmdstat_evalsha:calls="); ok {
			_, rest, _ = strings.Cut(rest, "usec=")
			usec, _, _ := strings.Cut(rest, ",")
			n, err := strconv.ParseFloat(usec, 64)
			require.NoError(b, err)
			b.ReportMetric(n/float64(b.N), "redis-µs/op")
		}
	}
}

// BenchmarkCommit is what most commands commit: one record, of four aggregates that were looked at.
func BenchmarkCommit(b *testing.B) {
	w := benchWorld(b)
	ctx, l := context.Background(), w.ledger()
	kept := []journal.Name{box("a"), box("b"), box("c"), box("d")}
	w.spent(b, func() {
		for i := range b.N {
			found, err := l.Load(ctx, journal.Want{Names: kept})
			require.NoError(b, err)
			e := entry("box.changed")
			e.Group, e.Items, e.Targets = "G1", []string{"mute"}, []chat.User{"zhao"}
			e.Changes = []journal.Change{journal.Set(box("a"), strconv.Itoa(i%100), nil, &note{Text: "x"})}
			write := journal.Write{MessageID: fmt.Sprint("m", i), Entry: &e, Reply: chat.Reply{Text: chat.Same("Recorded.")}}
			for _, n := range kept {
				write.Checks = append(write.Checks, journal.Check{Name: n, Version: found.States[n].Version})
			}
			_, err = l.Commit(ctx, write)
			require.NoError(b, err)
		}
	})
}

var _ = redis.Nil
var _ storage.Options
