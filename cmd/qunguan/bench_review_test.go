package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/platform/simulator"
	"qunguan/bot/review"
	"qunguan/scheduler"
	"qunguan/storage/redistest"
)

// largeCompany is the whole bot on a real Redis with many groups of five admins each: a senior, two of the middle and
// two juniors, every one another person, with a roster and some use.
type largeCompany struct {
	*system
	clock  time.Time
	groups int
	addr   string // of its Redis
}

func newLargeCompany(t testing.TB, groups int) *largeCompany {
	t.Helper()
	server, err := redistest.Start(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	c := &largeCompany{clock: time.Date(2026, 3, 8, 1, 0, 0, 0, time.UTC), groups: groups, addr: server.Addr()}
	sim, err := simulator.New(world, simulator.Options{Now: func() time.Time { return c.clock }})
	require.NoError(t, err)
	api := httptest.NewServer(sim.API())
	t.Cleanup(api.Close)
	c.system, err = newSystem(wiredConfig(world, server.Addr(), api.URL), options{now: func() time.Time { return c.clock }, log: zap.NewNop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.close() })
	require.NoError(t, c.settle(t.Context()))
	c.clock = c.clock.AddDate(0, 0, -100)
	for from := 0; from < groups; from += 50 {
		c.found(t, from, min(from+50, groups))
	}
	c.clock = c.clock.AddDate(0, 0, 100)
	return c
}

func largeGroup(i int) chat.Group { return chat.Group(fmt.Sprintf("large%04d", i)) }

// found founds some groups: what the platform would show, and who was appointed, past all consequences.
func (c *largeCompany) found(t testing.TB, from, until int) {
	t.Helper()
	ctx := t.Context()
	names := []journal.Name{directory.AllGroups}
	for i := from; i < until; i++ {
		g := largeGroup(i)
		names = append(names, directory.OfGroup(g), access.Of(g), duty.Of(g))
	}
	found, err := c.ledger.Load(ctx, journal.Want{Names: names})
	require.NoError(t, err)
	list, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	e := journal.Entry{At: c.clock, Kind: access.Granted, Outcome: journal.Done, Actor: "boss"}
	for i := from; i < until; i++ {
		g := largeGroup(i)
		seen := chat.Observed{Group: g, Kind: chat.CustomerGroup, Name: "客户群" + string(g), Owner: "boss", MembersKnown: true}
		for k, l := range []access.Level{access.Senior, access.Mid, access.Mid, access.Junior, access.Junior} {
			u := chat.User(fmt.Sprintf("admin%04d%d", i, k))
			seen.Members = append(seen.Members, chat.Member{ID: u, Name: "员" + string(u), Kind: chat.Staff})
			r := access.Role{Who: u, Level: l, By: "boss", At: c.clock, Tier: access.Enterprise}
			e.Changes = append(e.Changes, journal.Set(access.Of(g), r.Key(), nil, &r))
		}
		roster, err := duty.Roster{}.Replace(g, "boss", []duty.Shift{{
			From: 9 * 60, To: 18 * 60, Who: seen.Members[1].ID, Backup: seen.Members[2].ID,
		}}, c.clock)
		require.NoError(t, err)
		e.Changes = append(e.Changes, roster.Changes...)
		e.Changes = append(e.Changes, directory.Group{}.Observe(seen)...)
		changes := list.List(seen)
		e.Changes = append(e.Changes, changes...)
	}
	w := journal.Write{Entry: &e}
	for n, s := range found.States {
		w.Checks = append(w.Checks, journal.Check{Name: n, Version: s.Version})
	}
	_, err = c.ledger.Commit(ctx, w)
	require.NoError(t, err)
	for i := from; i < until; i += 2 { // half of the seniors use something now and then
		g := largeGroup(i)
		use := journal.Entry{
			At: c.clock.AddDate(0, 0, 80), Kind: "moderation.muted", Outcome: journal.Done, Actor: chat.User(fmt.Sprintf("admin%04d0", i)), Group: g, Items: []string{"mute"},
		}
		_, err := c.ledger.Commit(ctx, journal.Write{Entry: &use})
		require.NoError(t, err)
	}
}

// begin begins the campaign of the month as its rhythm does.
func (c *largeCompany) begin(t testing.TB) string {
	t.Helper()
	require.NoError(t, scheduler.ReviewBusiness(c.bot, "0 9 1 * *").Run(t.Context()))
	return review.IDOf(review.Business, c.clock.In(zone))
}

// campaign is how far a campaign is.
func (c *largeCompany) campaign(t testing.TB, id string) review.Campaign {
	t.Helper()
	found, err := c.ledger.Load(context.Background(), journal.Want{Names: []journal.Name{review.All}})
	require.NoError(t, err)
	book, _ := found.States[review.All].Value.(review.Book)
	x, _ := book.Get(id)
	return x
}

// BenchmarkReview prepares a review of 2,000 groups with 10,000 admins, each card sent: from the beginning until every
// reviewer is told.
func BenchmarkReview(b *testing.B) {
	needRedis(b)
	collectLess()
	for range b.N {
		b.StopTimer()
		c := newLargeCompany(b, 2_000)
		b.StartTimer()
		began, spent, redisSpent := time.Now(), spentHere(b), c.spentByRedis(b)
		id := c.begin(b)
		steps := 0
		for x := c.campaign(b, id); x.State == review.Preparing || x.State == review.Telling; x = c.campaign(b, id) {
			_, err := c.bot.Tick(b.Context())
			require.NoError(b, err)
			steps++
		}
		b.StopTimer()
		x := c.campaign(b, id)
		require.Equal(b, 10_000, x.Cases+x.Orphans)
		b.ReportMetric(time.Since(began).Seconds(), "s/campaign")
		b.ReportMetric((spentHere(b) - spent).Seconds(), "cpu-s/campaign")
		b.ReportMetric(c.spentByRedis(b)-redisSpent, "redis-cpu-s/campaign")
		b.ReportMetric(float64(steps), "commits/campaign")
		b.ReportMetric(float64(len(x.Reviewers)), "cards/campaign")
	}
}

// spentHere is the time that this process has worked, whatever else the machine does.
func spentHere(t testing.TB) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// spentByRedis is how many seconds its Redis has worked.
func (c *largeCompany) spentByRedis(t testing.TB) (seconds float64) {
	client := redis.NewClient(&redis.Options{Addr: c.addr, DisableIdentity: true})
	defer func() { _ = client.Close() }()
	for _, name := range []string{"used_cpu_sys", "used_cpu_user"} {
		part, err := strconv.ParseFloat(client.InfoMap(t.Context(), "cpu").Item("CPU", name), 64)
		require.NoError(t, err)
		seconds += part
	}
	return seconds
}

// counter is a platform that counts what arrives.
type counter struct {
	mu    sync.Mutex
	cards map[chat.User]int    // that tell of cases to review
	says  map[chat.User]string // the newest of them
}

func (p *counter) Deliver(_ context.Context, e chat.Effect) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Reply.Card != nil && strings.HasPrefix(e.Reply.Card.Title.ZH, "待您复核") {
		p.cards[e.To]++
		p.says[e.To] = e.Reply.Card.Title.ZH
	}
	return nil
}

// dies is a kill -9: the process is gone with everything that it held in its memory, and another one takes its place.
func (c *largeCompany) dies(t testing.TB) {
	t.Helper()
	_ = c.close()
	var err error
	c.system, err = newSystem(c.config, options{now: func() time.Time { return c.clock }, log: zap.NewNop()})
	require.NoError(t, err)
	c.clock = c.clock.Add(2 * time.Minute) // the leases of whoever was killed are over
}

// asks is what the bot answers to the owner.
func (c *largeCompany) asks(t testing.TB, id, text string) string {
	t.Helper()
	reply, err := c.bot.Handle(t.Context(), chat.Message{ID: id, From: "boss", Text: text, At: c.clock})
	require.NoError(t, err)
	return reply.Text.ZH
}

// deliver lets a courier carry everything out that waits.
func (c *largeCompany) deliver(t testing.TB, to *counter) {
	t.Helper()
	o := c.outbox.Tenant.Outbox("counting")
	require.NoError(t, o.Open(t.Context()))
	courier := c.bot.Courier(o, to)
	for n := 1; n > 0; {
		var err error
		n, err = courier.Round(t.Context(), 0)
		require.NoError(t, err)
	}
}

// TestAReviewGoesOnAfterAKill holds that a campaign whose preparation is cut off anywhere, by a context that ends in the
// middle of a step and by processes that die between them, is gone on with: each admin has one case, each reviewer gets
// one card on the platform, and how far it is can be asked all the time.
func TestAReviewGoesOnAfterAKill(t *testing.T) {
	needRedis(t)
	const groups = 320
	c := newLargeCompany(t, groups)
	to := &counter{cards: map[chat.User]int{}, says: map[chat.User]string{}}
	c.deliver(t, to)
	id := c.begin(t)
	require.NoError(t, scheduler.ReviewBusiness(c.bot, "0 9 1 * *").Run(t.Context()), "begun twice, it is one")
	var course []string
	for step := 0; ; step++ {
		x := c.campaign(t, id)
		if x.State != review.Preparing && x.State != review.Telling {
			break
		}
		course = append(course, c.asks(t, fmt.Sprint("progress", step), "/复核 进度 "+id))
		dying, kill := context.WithTimeout(t.Context(), time.Duration(step%5)*4*time.Millisecond)
		_, _ = c.bot.Tick(dying) // it is killed somewhere in between
		kill()
		c.dies(t)
		require.Less(t, step, 200)
		if step%3 == 2 {
			_, err := c.bot.Tick(t.Context())
			require.NoError(t, err)
			c.deliver(t, to)
		}
	}
	c.dies(t)
	c.deliver(t, to)
	x := c.campaign(t, id)
	assert.Equal(t, groups, x.Looked)
	assert.Equal(t, 5*groups, x.Cases)
	cases := map[string]int{}
	require.NoError(t, c.ledger.Each(t.Context(), journal.Query{}, func(e journal.Entry) error {
		for _, ch := range e.Changes {
			if ch.Of.Kind() == "review" && ch.Before == nil {
				cases[string(ch.Of)+ch.Key]++
			}
		}
		return nil
	}))
	assert.Len(t, cases, 5*groups)
	assert.Len(t, to.cards, len(x.Reviewers))
	for _, u := range x.Reviewers {
		assert.Equal(t, 1, to.cards[u], "%s gets one card", u)
	}
	assert.Contains(t, to.says["boss"], fmt.Sprint(groups), "one card for the seniors of all groups")
	told := strings.Join(course, "\n")
	assert.Contains(t, told, "准备中：0 / ")
	assert.Contains(t, told, fmt.Sprintf("准备中：100 / %d 个群（31%%），已有 500 位", groups), "how far it is")
	assert.Contains(t, c.asks(t, "done", "/复核 进度 "+id), "进行中")
}
