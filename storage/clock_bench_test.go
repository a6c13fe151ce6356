package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
	"qunguan/storage"
)

// longGroup and longCustomer are ids as long as WeCom's are.
func longGroup(i int) chat.Group   { return chat.Group(fmt.Sprintf("wrOgQhDgAA%022d", i)) }
func longCustomer(i int) chat.User { return chat.User(fmt.Sprintf("wmOgQhDgAA%022d", i)) }

// fillClocks lets a customer wait in so many groups, with one to three messages; the last due are late, the others not
// within limit. It returns the packed clocks' mean length.
func (w *world) fillClocks(t testing.TB, l *storage.Ledger, groups, due int, limit time.Duration) int {
	t.Helper()
	dice, size := rand.New(rand.NewPCG(1, 1)), 0
	rules := sla.Rules{Limit: limit, OnDuty: func(time.Time) chat.User { return "zhangsan" }}
	for from := 0; from < groups; from += 1000 {
		var batch sla.Batch
		for i := from; i < min(from+1000, groups); i++ {
			at := noon.Add(-time.Hour)
			if i >= groups-due {
				at = noon.Add(-limit - time.Hour)
			}
			said := make([]sla.Message, 0, 3)
			for k := range []int{1, 1, 1, 2, 2, 3}[dice.IntN(6)] {
				said = append(said, sla.Message{
					ID: fmt.Sprint(i, " ", k), What: sla.ByCustomer, By: longCustomer(i), At: at.Add(time.Duration(k*20+dice.IntN(10)) * time.Second), Source: "archive",
				})
			}
			clock, _ := sla.Clock{}.Take(rules, said...)
			write, ok := sla.NewWrite(longGroup(i), sla.Clock{}, clock, sla.Settled{})
			require.True(t, ok)
			write.Checks = []journal.Check{{Name: journal.Named("duty", string(longGroup(i)))}, {Name: journal.Named("sla", string(longGroup(i)))}}
			batch.Writes, size = append(batch.Writes, write), size+len(write.Is)
		}
		moved, err := l.KeepClocks(context.Background(), batch)
		require.NoError(t, err)
		require.Empty(t, moved)
	}
	return size / groups
}

func (w *world) used(t testing.TB) int {
	t.Helper()
	info, err := w.raw.Info(context.Background(), "memory").Result()
	require.NoError(t, err)
	for line := range strings.Lines(info) {
		if rest, ok := strings.CutPrefix(line, "used_memory:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(rest))
			require.NoError(t, err)
			return n
		}
	}
	t.Fatal("Redis does not tell its memory")
	return 0
}

// TestAnOpenClockTakesLittleMemory: all of it, the clock and the moment at which it is looked at.
func TestAnOpenClockTakesLittleMemory(t *testing.T) {
	t.Parallel()
	const groups, most = 100_000, 300
	s, addrs, err := kinds[1].start(t.TempDir())
	mustRun(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	w := newWorld(t, addrs)
	l := w.ledger()
	w.fillClocks(t, l, 1, 0, 5*time.Hour)
	w.empty(t)
	before := w.used(t)
	packed := w.fillClocks(t, l, groups, 0, 5*time.Hour)
	each := (w.used(t) - before) / groups
	waiting, err := w.raw.MemoryUsage(t.Context(), w.prefix()+"waiting", 0).Result()
	require.NoError(t, err)
	t.Logf("%d bytes an open clock, %d of them in waiting; packed %d", each, int(waiting)/groups, packed)
	assert.LessOrEqual(t, each, most)
}

// BenchmarkClaimClocks is a tick that finds 10 groups due, of 1,000 and of 100,000 whose customers wait. What waits
// beside them must not matter: "ratio" is how much longer the median tick takes. Both take turns on one server, so that
// they meet the same weather; what the disk takes is left out.
func BenchmarkClaimClocks(b *testing.B) {
	const due = 10
	few := benchWorld(b)
	many := newWorld(b, few.addrs)
	ctx := context.Background()
	worlds, ledgers := []*world{few, many}, []*storage.Ledger{few.ledger(), many.ledger()}
	for i, groups := range []int{1_000, 100_000} {
		worlds[i].fillClocks(b, ledgers[i], groups, due, 100_000*time.Hour)
	}
	require.NoError(b, few.raw.ConfigSet(ctx, "appendonly", "no").Err())
	took := [2][]time.Duration{}
	b.ResetTimer()
	for range b.N {
		for i, w := range worlds {
			w.clock.add(31 * time.Second) // the leases of the last time are over
			began := time.Now()
			come, err := ledgers[i].ClaimClocks(ctx, 100)
			took[i] = append(took[i], time.Since(began))
			require.NoError(b, err)
			require.Len(b, come, due)
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	of1000, of100000 := took[0][b.N/2], took[1][b.N/2]
	b.ReportMetric(float64(of1000.Microseconds()), "µs/of-1000")
	b.ReportMetric(float64(of100000.Microseconds()), "µs/of-100000")
	b.ReportMetric(float64(of100000)/float64(of1000), "ratio")
}

// BenchmarkKeepClocks is a batch of 500 messages of as many groups, whose clocks are remembered.
func BenchmarkKeepClocks(b *testing.B) {
	const batch, groups = 500, 20_000
	w := benchWorld(b)
	l := w.ledger()
	clocks := make([]sla.Clock, groups)
	ctx, at := context.Background(), 0
	w.spent(b, func() {
		for n := range b.N {
			var writes sla.Batch
			writes.Cursor = chat.Cursor{Source: "archive", Seq: uint64(n + 1)}
			for range batch {
				i := at % groups
				m := sla.Message{
					ID: strconv.Itoa(at), What: []sla.What{sla.ByCustomer, sla.ByStaff}[at/groups%2], By: longCustomer(i), Source: "archive",
					At: noon.Add(time.Duration(at/groups) * 4 * time.Second),
				}
				next, settled := clocks[i].Take(half, m)
				write, _ := sla.NewWrite(longGroup(i), clocks[i], next, settled)
				write.Checks = []journal.Check{{Name: journal.Named("duty", string(longGroup(i)))}, {Name: journal.Named("sla", string(longGroup(i)))}}
				writes.Writes, clocks[i] = append(writes.Writes, write), next
				at++
			}
			moved, err := l.KeepClocks(ctx, writes)
			require.NoError(b, err)
			require.Empty(b, moved)
		}
	})
	b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkReadSheet is what it costs to read a week of a group, and of a company of 20,000 groups whose clocks are
// all looked at for what is not settled.
func BenchmarkReadSheet(b *testing.B) {
	w := benchWorld(b)
	l := w.ledger()
	w.fillClocks(b, l, 20_000, 0, 5*time.Hour)
	ctx := context.Background()
	for _, g := range []chat.Group{longGroup(1), ""} {
		b.Run("group "+string(g), func(b *testing.B) {
			for range b.N {
				_, err := l.Load(ctx, journal.Want{Tallies: []journal.Days{{Group: g, From: noon.AddDate(0, 0, -7), Until: noon}}})
				require.NoError(b, err)
			}
		})
	}
}
