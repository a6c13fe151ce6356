package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/platform/simulator"
	"qunguan/commands"
	"qunguan/storage"
	"qunguan/storage/redistest"
)

// What the big company is like: 2,000 groups, 10,000 grants, a year of a million entries, of which one busy group has
// 100,000.
const (
	bigGroups  = 2_000
	bigGrants  = 10_000
	bigEntries = 1_000_000
	bigBusy    = 100_000
	bigStaff   = 500
)

func bigGroup(i int) chat.Group { return chat.Group(fmt.Sprintf("biggroup%04d", i)) }
func bigAdmin(i int) chat.User  { return chat.User(fmt.Sprintf("staff%03d", i%bigStaff)) }

// bigCompany is the whole bot on a real Redis with a year behind it.
type bigCompany struct {
	*system
	client *redis.Client
	began  time.Time // of the journal
	now    time.Time
	said   int
}

func newBigCompany(b *testing.B) *bigCompany {
	b.Helper()
	needRedis(b)
	collectLess()
	server, err := redistest.Start(b.TempDir())
	require.NoError(b, err)
	b.Cleanup(func() { _ = server.Stop() })
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	sim, err := simulator.New(world, simulator.Options{Now: func() time.Time { return now }})
	require.NoError(b, err)
	api := httptest.NewServer(sim.API())
	b.Cleanup(api.Close)
	s, err := newSystem(wiredConfig(world, server.Addr(), api.URL), options{now: func() time.Time { return now }, log: zap.NewNop()})
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.close() })
	c := &bigCompany{system: s, now: now, began: now.AddDate(-1, 0, -1)}
	c.client = redis.NewClient(&redis.Options{Addr: server.Addr(), DisableIdentity: true, ReadTimeout: time.Minute})
	b.Cleanup(func() { _ = c.client.Close() })
	// What is measured is reading; that each of a million writes is on disk is not.
	require.NoError(b, c.client.ConfigSet(b.Context(), "appendfsync", "no").Err())
	c.live(b)
	require.NoError(b, s.settle(b.Context()))
	return c
}

// live writes the year as the journal alone, and lets the views be folded from it.
func (c *bigCompany) live(b *testing.B) {
	b.Helper()
	ctx := b.Context()
	pipe, n := c.client.Pipeline(), int64(0)
	step := c.now.Sub(c.began) / (bigEntries + 1000)
	flush := func() {
		_, err := pipe.Exec(ctx)
		require.NoError(b, err)
		pipe = c.client.Pipeline()
	}
	write := func(e journal.Entry) {
		n++
		e.At = c.began.Add(time.Duration(n) * step).UTC().Truncate(time.Millisecond)
		pipe.XAdd(ctx, &redis.XAddArgs{
			Stream: c.key("journal"), ID: fmt.Sprintf("%d-0", n), Values: []any{"e", e.Encode()},
		})
		if n%5000 == 0 {
			flush()
		}
	}
	c.begin(write)
	busy, level := 0, access.Role{Who: bigAdmin(4), Level: access.Mid, At: c.began}
	for int(n) < bigEntries {
		g := int(n) % bigGroups
		if int(n)*bigBusy/bigEntries != int(n-1)*bigBusy/bigEntries {
			g = 0 // the busy one
		}
		e := journal.Entry{
			Kind: "moderation.muted", Outcome: journal.Done, Actor: bigAdmin(g*5 + int(n)%5), Group: bigGroup(g), Items: []string{"mute"},
			Rule: "granted", Command: "/mute @zhao 10m", Targets: []chat.User{"zhao"}, MessageID: fmt.Sprintf("m%d", n),
		}
		if n%10 == 0 {
			e.Kind, e.Outcome, e.Rule = "command.refused", journal.Refused, "default"
		}
		if g == 0 {
			if busy++; busy%100 == 0 { // the rights of the busy group change a thousand times
				was := level
				level.Level = access.Mid + access.Junior - level.Level
				e = journal.Entry{
					Kind: access.Granted, Outcome: journal.Done, Actor: "boss", Group: bigGroup(0), Targets: []chat.User{level.Who},
					Items: []string{"admins"}, Rule: "owner",
					Changes: []journal.Change{journal.Set(access.Of(bigGroup(0)), level.Key(), &was, &level)},
				}
			}
		}
		write(e)
	}
	flush()
	require.NoError(b, c.client.Set(ctx, c.key("head"), n, 0).Err())
	_, err := c.ledger.Rebuild(ctx, storage.Rebuilding{Due: commands.Due, Repair: true, Report: func(storage.Difference) {}})
	require.NoError(b, err)
}

// begin writes who and what there is: people, groups and their grants.
func (c *bigCompany) begin(write func(journal.Entry)) {
	people := []chat.Person{{ID: "boss", Name: "陈建国"}, {ID: "zhao", Name: "赵倩"}}
	for i := range bigStaff {
		people = append(people, chat.Person{ID: bigAdmin(i), Name: "员工" + string(bigAdmin(i))})
	}
	for _, p := range people {
		write(journal.Entry{Kind: directory.PersonObserved, Outcome: journal.Done, Changes: directory.Person{}.Observe(p.ID, p, c.began)})
	}
	var all directory.Groups
	for i := range bigGroups {
		seen := chat.Observed{Group: bigGroup(i), Kind: chat.BotGroup, Name: fmt.Sprintf("客户群%04d", i), Owner: "boss"}
		changes := append(directory.Group{}.Observe(seen), all.List(seen)...)
		write(journal.Entry{Kind: directory.GroupObserved, Outcome: journal.Done, Group: seen.Group, Changes: changes})
	}
	for i := range bigGrants {
		g := bigGroup(i % bigGroups)
		r := access.Role{Who: bigAdmin(i%bigGroups*5 + i/bigGroups), Level: access.Senior, At: c.began}
		if i/bigGroups > 0 {
			r.Level = access.Mid
		}
		write(journal.Entry{
			Kind: access.Granted, Outcome: journal.Done, Actor: "boss", Group: g, Targets: []chat.User{r.Who}, Items: []string{"admins"}, Rule: "owner",
			Changes: []journal.Change{journal.Set(access.Of(g), r.Key(), nil, &r)},
		})
	}
}

func (c *bigCompany) key(name string) string {
	return "qunguan:{" + c.config.WeCom.CorpID + "}:" + name
}

// says is the answer to a command, measured from the message to the reply.
func (c *bigCompany) says(b *testing.B, from chat.User, g chat.Group, text string) string {
	b.Helper()
	c.said++
	// Without a deadline nobody would wait: what is measured is how long the work takes, so what is sent is waited for.
	reply, err := c.bot.Handle(context.Background(), chat.Message{ID: fmt.Sprintf("big:%d", c.said), From: from, Group: g, Text: text, At: c.now})
	if err == nil {
		return reply.Text.ZH
	}
	require.ErrorIs(b, err, chat.ErrLater)
	for {
		kept, err := c.client.HGet(b.Context(), c.key(fmt.Sprintf("inbox:big:%d", c.said)), "r").Result()
		if err == nil {
			return kept
		}
		require.ErrorIs(b, err, redis.Nil)
	}
}

// BenchmarkBigCompany is what looks far: over all groups, a year back, over 100,000 commands. Beside it the naive way,
// which reads the whole journal from its start.
func BenchmarkBigCompany(b *testing.B) {
	c := newBigCompany(b)
	year := c.now.AddDate(-1, 0, 0).In(time.FixedZone("CST", 8*60*60)).Format("2006-01-02")
	for _, k := range []struct{ name, text, want string }{
		{"check all", "/check all", "2000 个群"},
		{"history a year back", "/history at " + year, "权限"},
		{"replay of 100,000 commands", "/replay 366d /admin job @" + string(bigAdmin(1)) + " operations", "会拦下"},
		{"rehearse 31 days", "/rehearse 2026-12-01 2027-01-01", "权限预演"},
	} {
		b.Run(k.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				got := c.says(b, "boss", bigGroup(0), k.text)
				took = append(took, time.Since(began))
				require.True(b, strings.Contains(got, k.want), "%.400s", got)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[0].Milliseconds()), "fastest-ms")
		})
	}
	b.Run("naive, the journal from its start", func(b *testing.B) {
		for b.Loop() {
			fold := journal.Fold{}
			err := c.ledger.Each(b.Context(), journal.Query{}, func(e journal.Entry) error {
				fold.Make(e.Changes)
				return nil
			})
			require.NoError(b, err)
		}
	})
}
