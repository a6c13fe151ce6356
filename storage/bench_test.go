package storage_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
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

// BenchmarkCommit is what most commands cost: four aggregates are read, one record of them is changed. A long journal
// must make it no dearer.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{0, benchEntries(b)} {
		b.Run(fmt.Sprintf("after %d", n), func(b *testing.B) { benchCommit(b, n) })
	}
}

func benchCommit(b *testing.B, entries int) {
	b.Helper()
	w := benchWorld(b)
	w.fillJournal(b, entries)
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

// fillGroups writes, past the script, what a company of many groups has: rights and facts of each, and who used what.
func (w *world) fillGroups(b *testing.B, groups int) journal.Want {
	b.Helper()
	ctx, want := context.Background(), journal.Want{}
	for from := 0; from < groups; from += 200 {
		_, err := w.raw.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i := from; i < from+200; i++ {
				g := fmt.Sprint("G", i)
				rights, facts, usage := []any{}, []any{}, []any{}
				for k := range 20 {
					rights = append(rights, fmt.Sprint("temp/user", k), `{"text":"middle, because of the holidays"}`)
					usage = append(usage, fmt.Sprintf("user%d/mute", k), noon.UnixMilli())
				}
				for k := range 50 {
					facts = append(facts, fmt.Sprint("member/user", k), `{"text":"a member of this group"}`)
				}
				p.HSet(ctx, w.prefix()+"state:box/"+g, rights...)
				p.HSet(ctx, w.prefix()+"state:crate/"+g, facts...)
				p.HSet(ctx, w.prefix()+"versions", "box/"+g, 1, "crate/"+g, 1)
				p.HSet(ctx, w.prefix()+"usage:"+g, usage...)
			}
			return nil
		})
		require.NoError(b, err)
	}
	for i := range groups {
		g := fmt.Sprint("G", i)
		want.Names, want.Usage = append(want.Names, box(g), crate(g)), append(want.Usage, chat.Group(g))
	}
	return want
}

// BenchmarkLoadGroups reads the rights and the facts of 2,000 groups, and when rights were used there: what a
// question about the whole company costs a process that has just started, and one that has asked before.
func BenchmarkLoadGroups(b *testing.B) {
	w := benchWorld(b)
	want := w.fillGroups(b, 2000)
	b.Run("cold", func(b *testing.B) {
		w.spent(b, func() {
			for range b.N {
				_, err := w.ledger().Load(context.Background(), want)
				require.NoError(b, err)
			}
		})
	})
	b.Run("warm", func(b *testing.B) {
		l := w.ledger()
		_, err := l.Load(context.Background(), want)
		require.NoError(b, err)
		w.spent(b, func() {
			for range b.N {
				_, err := l.Load(context.Background(), want)
				require.NoError(b, err)
			}
		})
	})
	b.Run("warm, without usage", func(b *testing.B) {
		l, want := w.ledger(), journal.Want{Names: want.Names}
		_, err := l.Load(context.Background(), want)
		require.NoError(b, err)
		w.spent(b, func() {
			for range b.N {
				_, err := l.Load(context.Background(), want)
				require.NoError(b, err)
			}
		})
	})
}

// fillJournal writes a journal of n entries past the script: 1,000 groups, 500 people, one command a second. Each adds
// a record to the box of its group.
func (w *world) fillJournal(b *testing.B, n int) {
	b.Helper()
	ctx, p := context.Background(), w.prefix()
	require.NoError(b, w.raw.ConfigSet(ctx, "appendfsync", "no").Err())
	defer func() { require.NoError(b, w.raw.ConfigSet(ctx, "appendfsync", "always").Err()) }()
	for from := 1; from <= n; from += 1000 {
		_, err := w.raw.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i := from; i < from+1000 && i <= n; i++ {
				e := benchEntry(i)
				z := redis.Z{Score: float64(i), Member: i}
				pipe.XAdd(ctx, &redis.XAddArgs{Stream: p + "journal", ID: fmt.Sprintf("%d-0", i), Values: []any{"e", e.Encode()}})
				for _, name := range []string{
					"actor:" + string(e.Actor), "target:zhao", "group:" + string(e.Group), "item:mute", "undoable:all", "changed:" + string(e.Changes[0].Of),
				} {
					pipe.ZAdd(ctx, p+"index:"+name, z)
				}
				pipe.HSet(ctx, p+"usage:"+string(e.Group), string(e.Actor)+"/mute", e.At.UnixMilli())
				pipe.HSet(ctx, p+"state:"+string(e.Changes[0].Of), e.Changes[0].Key, string(e.Changes[0].After))
				pipe.HSet(ctx, p+"versions", string(e.Changes[0].Of), 1)
			}
			pipe.Set(ctx, p+"head", min(from+999, n), 0)
			return nil
		})
		require.NoError(b, err)
	}
}

// benchEntry is entry i of such a journal.
func benchEntry(i int) journal.Entry {
	g := fmt.Sprint("G", i%1000)
	muted := &note{Text: "muted, because of the holidays"}
	before := muted
	if i <= 100_000 {
		before = nil
	}
	return journal.Entry{
		At: noon.Add(time.Duration(i) * time.Second), Kind: "box.changed", Outcome: journal.Done, Actor: chat.User(fmt.Sprint("user", i%500)),
		Group: chat.Group(g), Targets: []chat.User{"zhao"}, Items: []string{"mute"}, Rule: "role-allows", Reason: "because of the holidays",
		Command: fmt.Sprintf("/mute @zhao 30m because of the holidays, %d", i), MessageID: fmt.Sprint("wecom:message", i),
		Changes: []journal.Change{journal.Set(box(g), fmt.Sprint("k", i%100_000), before, muted)},
	}
}

// benchEntries is how long the journal of the benchmarks is; QUNGUAN_BENCH_ENTRIES sets another number.
func benchEntries(b *testing.B) int {
	b.Helper()
	raw := os.Getenv("QUNGUAN_BENCH_ENTRIES")
	if raw == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(raw)
	require.NoError(b, err)
	return n
}

// BenchmarkJournal reads a journal of a million entries.
func BenchmarkJournal(b *testing.B) {
	w := benchWorld(b)
	n := benchEntries(b)
	w.fillJournal(b, n)
	l := w.ledger()
	middle := benchEntry(n / 2).At
	for _, c := range []struct {
		name  string
		query journal.Query
	}{
		{"the newest 20", journal.Query{}},
		{"20 of a group", journal.Query{Group: "G7"}},
		{"20 of a person in a group", journal.Query{Group: "G7", Actor: "user7"}},
		{"20 that changed an aggregate", journal.Query{Changed: box("G7")}},
		{"20 from long ago", journal.Query{Until: middle}},
		{"100,000", journal.Query{Limit: 100_000}},
		{"100,000 of an item, long ago", journal.Query{Limit: 100_000, Item: "mute", Until: middle}},
		{"100,000 of a kind, long ago", journal.Query{Limit: 100_000, Kind: "box.changed", Until: middle}},
		{"all of a day", journal.Query{Limit: 100_000, Since: middle, Until: middle.AddDate(0, 0, 1)}},
		{"one", journal.Query{N: int64(n / 2)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			w.spent(b, func() {
				for range b.N {
					found, err := l.Load(context.Background(), journal.Want{Queries: []journal.Query{c.query}})
					require.NoError(b, err)
					require.NotEmpty(b, found.Entries[0])
				}
			})
		})
	}
}

// BenchmarkRebuild folds a journal of a million entries again, while nothing is wrong, and once an index and the
// records of a group are lost.
func BenchmarkRebuild(b *testing.B) {
	w := benchWorld(b)
	n := benchEntries(b)
	w.fillJournal(b, n)
	ctx := context.Background()
	for _, c := range []struct {
		name string
		lost []string
	}{{"nothing lost", nil}, {"lost", []string{"index:undoable:all", "state:box/G7"}}} {
		b.Run(c.name, func(b *testing.B) {
			w.spent(b, func() {
				for range b.N {
					for _, key := range c.lost {
						require.NoError(b, w.raw.Del(ctx, w.prefix()+key).Err())
					}
					lines, done, err := rebuild(ctx, w.ledger(), true)
					require.NoError(b, err)
					require.Equal(b, int64(n), done.Entries)
					require.Equal(b, len(c.lost) > 0, len(lines) > 0, lines)
				}
			})
		})
	}
}
