package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/platform/simulator"
	"qunguan/commands"
	"qunguan/storage/redistest"
)

// exportEntries is how many entries the export has whose time and memory are told.
const exportEntries = 100_000

// BenchmarkExport writes a journal in each format, and tells how large the heap became and the file.
func BenchmarkExport(b *testing.B) {
	needRedis(b)
	server, err := redistest.Start(b.TempDir())
	require.NoError(b, err)
	b.Cleanup(func() { _ = server.Stop() })
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	s, err := newSystem(wiredConfig(world, server.Addr(), "http://127.0.0.1:1"), options{now: time.Now, log: zap.NewNop()})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.close() })
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), DisableIdentity: true})
	b.Cleanup(func() { _ = client.Close() })
	fillExport(b, client, "qunguan:{"+s.config.WeCom.CorpID+"}:journal")
	for _, format := range formats {
		b.Run(format, func(b *testing.B) {
			var file bytes.Buffer
			for b.Loop() {
				file.Reset()
				stop := watchHeap(b)
				done, err := s.writeJournal(context.Background(), &file, commands.Export{Format: format, Any: []journal.Query{{}}})
				stop()
				require.NoError(b, err)
				require.Empty(b, done.holes)
				require.Equal(b, exportEntries, done.entries)
			}
			b.ReportMetric(float64(file.Len())/(1<<20), "MB-file")
		})
	}
}

// watchHeap looks at the heap until stop is called, which reports the most of it.
func watchHeap(b *testing.B) (stop func()) {
	b.Helper()
	runtime.GC()
	var most atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		b.ReportMetric(float64(most.Load())/(1<<20), "MB-heap")
	}
}

func fillExport(b *testing.B, client *redis.Client, stream string) {
	b.Helper()
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for from := 1; from <= exportEntries; from += 1000 {
		_, err := client.Pipelined(b.Context(), func(p redis.Pipeliner) error {
			for i := from; i < from+1000; i++ {
				who := bigAdmin(i)
				role := &access.Role{Who: who, Level: access.Mid, By: "boss", Reason: "国庆活动", At: began}
				e := journal.Entry{
					At: began.Add(time.Duration(i) * time.Minute), Kind: access.Granted, Outcome: journal.Done, Actor: bigAdmin(i + 7),
					Group: bigGroup(i % bigGroups), Targets: []chat.User{who}, Items: []string{"admins"}, Rule: "owner", Reason: "国庆活动",
					Command: fmt.Sprintf("/设管理 @%s 中级 国庆活动", who), MessageID: fmt.Sprint("app:", i),
					Changes: []journal.Change{journal.Set(access.Of(bigGroup(i%bigGroups)), "role/"+string(who), nil, role)},
				}
				p.XAdd(b.Context(), &redis.XAddArgs{Stream: stream, ID: fmt.Sprintf("%d-0", i), Values: []any{"e", e.Encode()}})
			}
			return nil
		})
		require.NoError(b, err)
	}
}
