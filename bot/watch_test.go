package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// does lets something become so in a group.
func (p *post) does(t testing.TB, g chat.Group, of journal.Name, change func(bot.Call) (journal.Event, error)) {
	t.Helper()
	require.NoError(t, p.Amend(context.Background(), []journal.Name{of}, g, func(c bot.Call) (bot.Outcome, error) {
		e, err := change(c)
		return bot.Outcome{Events: []journal.Event{e}}, err
	}))
}

// watches switches the keyword monitor of a group on, with words of its own.
func (p *post) watches(t testing.TB, g chat.Group, words ...string) {
	t.Helper()
	list := func(c bot.Call) moderation.List { return bot.At[moderation.List](c, moderation.WordsOf(g)) }
	if len(words) > 0 {
		p.does(t, g, moderation.WordsOf(g), func(c bot.Call) (journal.Event, error) {
			var add []moderation.Word
			for _, w := range words {
				add = append(add, moderation.Word{Text: w})
			}
			return list(c).Add(g, add)
		})
	}
	if g != "" {
		p.does(t, g, moderation.WordsOf(g), func(c bot.Call) (journal.Event, error) { return list(c).Switch(g, true, "li", friday) })
	}
}

// inScene puts a scene on.
func (p *post) inScene(t testing.TB, g chat.Group, s access.Scene) {
	t.Helper()
	p.does(t, g, access.Of(g), func(c bot.Call) (journal.Event, error) {
		return journal.Event{Kind: access.SceneOn, Group: g, Changes: []journal.Change{
			journal.Set(access.Of(g), access.SceneKey(s.Name), nil, &s),
		}}, nil
	})
}

// caught is how many messages of each person were caught in a group, and how often that was journalled.
func (p *post) caught(t testing.TB, g chat.Group) (by map[chat.User]int, entries int) {
	t.Helper()
	by = map[chat.User]int{}
	require.NoError(t, p.Amend(context.Background(), []journal.Name{moderation.ConductOf(g)}, g, func(c bot.Call) (bot.Outcome, error) {
		for _, x := range bot.At[moderation.Conduct](c, moderation.ConductOf(g)).Open() {
			by[x.Who] += x.Count()
		}
		return bot.Outcome{}, nil
	}))
	require.NoError(t, p.ledger.Each(context.Background(), journal.Query{Group: g}, func(e journal.Entry) error {
		if e.Kind == moderation.Caught {
			entries++
			assert.NotEmpty(t, e.MessageID)
			assert.Empty(t, e.Actor)
		}
		return nil
	}))
	return by, entries
}

func text(h chat.Heard, s string) chat.Heard { h.Text = s; return h }

func TestAMessageThatBreaksSomethingIsCaughtOnce(t *testing.T) {
	addr := fakeRedis(t)
	p, other := newPost(t, addr), newPost(t, addr)
	p.bind(t, "C10", "C20")
	bad := text(says("C10", "wm1", friday), "这里有返利")
	p.hear(t, bad)
	by, _ := p.caught(t, "C10")
	assert.Empty(t, by, "nobody wants it looked at")

	p.watches(t, "C10", "返利")
	next := text(says("C10", "wm1", friday.Add(time.Second)), "这里有返 利")
	for range 2 {
		p.hear(t, next) // the group is remembered without its watch: it is noticed that this has changed
		other.hear(t, next)
	}
	by, entries := p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"wm1": 1}, by)
	assert.Equal(t, 1, entries)

	// Told of late, among others, and in a batch of several; what others write in other groups is nobody's business.
	p.hear(t, text(says("C10", "wm2", friday.Add(-time.Hour)), "返利"), text(says("C10", "wm1", friday.Add(2*time.Second)), "返利"),
		says("C10", "wm1", friday.Add(3*time.Second)), text(says("C20", "wm1", friday), "返利"),
		text(says("C10", "wm3", friday.AddDate(0, 0, -8)), "返利"))
	by, entries = p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"wm1": 2, "wm2": 1}, by, "what is older than a week is past")
	assert.Equal(t, 3, entries)
	by, _ = p.caught(t, "C20")
	assert.Empty(t, by)
}

// TestWhatIsCaughtAndRecalledInOneBatch is known as both, and counted by its own kind of entry.
func TestWhatIsCaughtAndRecalledInOneBatch(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	p.watches(t, "C10", "返利")
	p.hear(t, says("C10", "wm1", friday))
	bad, worse := text(says("C10", "wm1", friday.Add(time.Second)), "返利"), text(says("C10", "wm1", friday.Add(2*time.Second)), "返利啊")
	recall := func(h chat.Heard) chat.Heard {
		r := says("C10", "wm1", h.At.Add(time.Minute))
		r.Recalls = h.ID
		return r
	}
	p.hear(t, recall(bad), bad, worse, recall(worse), text(says("C10", "wm1", friday.Add(3*time.Second)), "返利三"))
	by, entries := p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"wm1": 3}, by)
	assert.Equal(t, 1, entries)
	require.NoError(t, p.Amend(t.Context(), []journal.Name{moderation.ConductOf("C10")}, "C10", func(c bot.Call) (bot.Outcome, error) {
		open := bot.At[moderation.Conduct](c, moderation.ConductOf("C10")).Open()
		if assert.Len(t, open, 1) {
			assert.Len(t, open[0].Gone, 2, "both are known to be recalled")
		}
		return bot.Outcome{}, nil
	}))
}

func TestWhatTheCompanyAddsToItsListIsSoughtAtOnce(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	p.watches(t, "C10")
	p.hear(t, text(says("C10", "wm1", friday), "代开票"))
	p.watches(t, "", "代开票")
	p.hear(t, text(says("C10", "wm1", friday.Add(time.Second)), "代开票"))
	by, _ := p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"wm1": 1}, by)
}

func TestAdminsRobotsAndCommandsAreNotCaught(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10", "inside")
	for _, g := range []chat.Group{"C10", "inside"} {
		p.watches(t, g, "返利")
		p.inScene(t, g, access.Scene{Name: access.Sensitive, Industry: access.Finance, From: friday.AddDate(0, 0, -1)})
		p.inScene(t, g, access.Scene{Name: access.CrossDept, From: friday.AddDate(0, 0, -1), Until: friday.Add(time.Hour)})
		p.does(t, g, access.Of(g), func(bot.Call) (journal.Event, error) {
			r := access.Role{Who: "admin", Level: access.Junior, From: friday.AddDate(0, 0, -1)}
			return journal.Event{Kind: access.Granted, Group: g, Targets: []chat.User{"admin"}, Changes: []journal.Change{
				journal.Set(access.Of(g), access.RoleKey("admin", false), nil, &r),
			}}, nil
		})
	}
	of := func(who chat.User, change func(*chat.Heard)) chat.Heard {
		h := says("C10", who, friday)
		change(&h)
		return h
	}
	file, everybody := func(h *chat.Heard) { h.Form = "file" }, func(h *chat.Heard) { h.Everybody = true }
	p.hear(t, of("zhao", file), of("wm1", file), of("wm1", everybody), of("admin", file), of("li", file),
		of("robot", func(h *chat.Heard) { h.Form, h.Robot = "file", true }),
		of("admin", everybody), of("li", everybody),
		of("wm2", func(h *chat.Heard) { h.Text = "/举报 @li 返利" }))
	by, _ := p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"zhao": 1, "wm1": 2, "admin": 1, "wm2": 1}, by,
		"li owns the group; the lowest admin may send files and not mention everybody; a customer has no commands")
	p.hear(t, func() chat.Heard { h := says("C10", "wm4", friday.Add(2*time.Hour)); h.Everybody = true; return h }())
	by, _ = p.caught(t, "C10")
	assert.Zero(t, by["wm4"], "the scene was over when it was written")
}

func TestMessagesAreListedForReview(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	p.inScene(t, "C10", access.Scene{Name: access.Sensitive, Industry: access.Medical, From: friday.AddDate(0, 0, -1)})
	first, second := says("C10", "wm1", friday), says("C10", "wm2", friday.Add(time.Second))
	second.Form = "image"
	for range 2 {
		p.hear(t, second, first)
	}
	require.NoError(t, p.Amend(t.Context(), nil, "C10", func(c bot.Call) (bot.Outcome, error) {
		if c.Listed("C10") == nil {
			return bot.Outcome{Need: journal.Want{Clocks: []chat.Group{"C10"}, Listed: []chat.Group{"C10"}}}, nil
		}
		assert.Equal(t, []journal.Listed{
			{Group: "C10", ID: first.ID, Who: "wm1", At: friday.UTC()},
			{Group: "C10", ID: second.ID, Who: "wm2", Form: "image", At: friday.Add(time.Second).UTC()},
		}, c.Listed("C10"))
		return bot.Outcome{}, nil
	}))
}

func TestWatchingCostsNoRoundTripWhereNothingIsBroken(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10", "C20")
	p.watches(t, "C10", "返利")
	for i := range 5 {
		at := friday.Add(time.Duration(i) * time.Minute)
		trips := p.hear(t, says("C10", "wm1", at), says("C20", "wm1", at))
		if i > 0 {
			assert.Equal(t, int64(1), trips)
		}
	}
}

func TestWhatIsCaughtIsKeptBeforeTheMessageCountsAsHeard(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	p.watches(t, "C10", "返利")
	p.hear(t, says("C10", "wm1", friday))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	bad := text(says("C10", "wm1", friday.Add(time.Second)), "返利")
	require.Error(t, p.Hear(ctx, "test", []chat.Heard{bad}, chat.Cursor{Source: "test", Seq: 7}))
	seq, err := p.ledger.Cursor(t.Context(), "test")
	require.NoError(t, err)
	assert.Zero(t, seq, "the source tells it again")
	require.NoError(t, p.Hear(t.Context(), "test", []chat.Heard{bad}, chat.Cursor{Source: "test", Seq: 7}))
	by, _ := p.caught(t, "C10")
	assert.Equal(t, map[chat.User]int{"wm1": 1}, by)
}

// BenchmarkWatch is BenchmarkHear where every group looks for a thousand words of the company and ten of its own, beside
// the same messages where nobody wants that.
func BenchmarkWatch(b *testing.B) {
	const batch, groups = 500, 500
	addr, worlds := realRedis(b), 0
	for i, name := range []string{"off", "on"} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			worlds++ // a company of its own each time that it runs
			p := newPostOf(b, addr, chat.Corp(fmt.Sprint(name, worlds)), bot.Job{Kind: bot.Clock})
			group := func(n int) chat.Group { return chat.Group(fmt.Sprintf("C10x%028d", n)) }
			var words []string
			for n := range 1000 {
				words = append(words, fmt.Sprintf("违禁词语%d号", n))
			}
			p.watches(b, "", words...)
			for n := range groups {
				require.NoError(b, p.Observe(ctx, group(n)))
				if i == 1 {
					p.watches(b, group(n), words[:10]...)
				}
			}
			batches := make([][]chat.Heard, b.N+1)
			for n := range batches {
				for g := range groups {
					who := []chat.User{"wmOgQhDgAA0000000000000000000001", "li"}[n%2]
					h := says(group(g), who, friday.Add(time.Duration(n)*time.Minute))
					batches[n] = append(batches[n], text(h, "您好，请问上周下的订单什么时候可以发货？客户这边催得比较急，麻烦帮忙查一下物流信息，谢谢！"))
				}
			}
			p.set(friday.Add(6 * 24 * time.Hour))
			hear := func(n int) {
				require.NoError(b, p.Hear(ctx, "archive", batches[n], chat.Cursor{Source: "archive", Seq: uint64(n + 1)}))
			}
			hear(0) // the first time, everything about the groups is read
			before := p.trips.n.Load()
			b.ResetTimer()
			for n := range b.N {
				hear(1 + n)
			}
			b.StopTimer()
			b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "messages/s")
			b.ReportMetric(float64(p.trips.n.Load()-before)/float64(b.N), "trips/batch")
		})
	}
}
