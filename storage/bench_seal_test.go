package storage_test

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage"
)

// busy is how long this process has worked.
func busy(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// perSecond is how many entries a second of the busiest company brings, which a step of the sealer takes at once.
const perSecond = 2000

// BenchmarkProof seals a journal as it would grow at perSecond, and tells how much of a core that takes; looks through all
// of it; and proves entries.
func BenchmarkProof(b *testing.B) {
	w, ctx, n := benchWorld(b), context.Background(), benchEntries(b)
	w.fillStream(b, n)
	signer, verifier := newKey(b)
	seals := w.Seals()
	var last journal.Checkpoint
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, w.raw.Del(ctx, w.prefix()+"sealed").Err())
			var edge journal.Edge
			worked := busy(b)
			for edge.Size() < int64(n) {
				from, hashes := edge.Size(), []journal.Hash(nil)
				_, stored, err := seals.After(ctx, from, perSecond)
				require.NoError(b, err)
				for _, e := range stored {
					hashes = append(hashes, edge.Add(journal.LeafOf(e))...)
				}
				last, err = journal.Sign(signer, edge.Size(), edge.Root(), noon)
				require.NoError(b, err)
				ok, err := seals.Seal(ctx, from, edge.Size(), hashes, last.Note)
				require.NoError(b, err)
				require.True(b, ok)
			}
			b.ReportMetric(100*(busy(b)-worked).Seconds()/(float64(n)/perSecond), "%-of-a-core-at-2000/s")
		}
	})
	auditor := w.Auditor(verifier, func() (journal.Checkpoint, error) { return last, nil })
	b.Run("verify", func(b *testing.B) { benchVerify(b, auditor, int64(n)) })
	b.Run("prove", func(b *testing.B) {
		i := int64(0)
		for b.Loop() {
			i = (i*48271 + 11) % int64(n)
			_, _, err := auditor.Prove(ctx, i+1)
			require.NoError(b, err)
		}
	})
}

func benchVerify(b *testing.B, a *storage.Auditor, n int64) {
	b.Helper()
	var most uint64
	for b.Loop() {
		v, err := a.Inspect(context.Background(), nil, func(read, _ int64) {
			if read%100_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		})
		require.NoError(b, err)
		require.Nil(b, v.Fault)
		require.Equal(b, n, v.Sealed)
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-heap")
}

// fillStream writes entries into the stream alone.
func (w *world) fillStream(b *testing.B, n int) {
	b.Helper()
	ctx, p := context.Background(), w.prefix()
	require.NoError(b, w.raw.ConfigSet(ctx, "appendfsync", "no").Err())
	for from := 1; from <= n; from += 2000 {
		_, err := w.raw.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i := from; i < from+2000 && i <= n; i++ {
				e := benchEntry(i)
				pipe.XAdd(ctx, &redis.XAddArgs{Stream: p + "journal", ID: fmt.Sprintf("%d-0", i), Values: []any{"e", e.Encode()}})
			}
			pipe.Set(ctx, p+"head", min(from+1999, n), 0)
			return nil
		})
		require.NoError(b, err)
	}
}
