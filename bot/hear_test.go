package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/sla"
	"qunguan/storage"
)

var shanghai = time.FixedZone("Shanghai", 8*3600)

// friday is 17:00 of 27 February 2026 where the company is.
var friday = time.Date(2026, 2, 27, 17, 0, 0, 0, shanghai)

// company is a platform with customer groups C…, of so many people as follow, and internal groups of anything else.
type company struct{}

func (company) Observe(_ context.Context, g chat.Group) (chat.Observed, error) {
	if g == "gone" {
		return chat.Observed{}, errors.New("no such group")
	}
	o := chat.Observed{Group: g, Kind: chat.CustomerGroup, Name: string(g), MembersKnown: true, Owner: "li"}
	n := 0
	if _, err := fmt.Sscanf(string(g), "C%d", &n); err != nil {
		o.Kind, n = chat.BotGroup, 10
	}
	o.Members = []chat.Member{{ID: "li", Kind: chat.Staff}, {ID: "zhao", Kind: chat.Staff}}
	for i := range n - 2 {
		o.Members = append(o.Members, chat.Member{ID: chat.User(fmt.Sprint("wm", i)), Kind: chat.Customer})
	}
	return o, nil
}

func (company) Person(context.Context, chat.User) (chat.Person, error) { return chat.Person{}, nil }

func (company) Followers(context.Context, chat.User) ([]chat.User, error) { return nil, nil }

// trips counts round trips to Redis.
type trips struct{ n atomic.Int64 }

func (t *trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (t *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { t.n.Add(1); return next(ctx, cmd) }
}

func (t *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { t.n.Add(1); return next(ctx, cmds) }
}

// post is a bot that listens, on a Redis within this process.
type post struct {
	*bot.Bot
	ledger *storage.Ledger
	outbox *storage.Outbox
	trips  *trips
	now    *atomic.Int64
	mu     *sync.Mutex
	heard  []bot.Listened
	looked []string // what jobs were run for
}

func (p *post) clock() time.Time { return time.Unix(0, p.now.Load()).In(shanghai) }

func (p *post) set(at time.Time) { p.now.Store(at.UnixNano()) }

func newPost(t testing.TB, addr string, jobs ...bot.Job) *post {
	t.Helper()
	return newPostOf(t, addr, "corp", jobs...)
}

// newPostOf is newPost of a company of its own.
func newPostOf(t testing.TB, addr string, corp chat.Corp, jobs ...bot.Job) *post {
	t.Helper()
	p := &post{now: &atomic.Int64{}, trips: &trips{}, mu: &sync.Mutex{}}
	p.set(friday)
	r := storage.Open(storage.Options{Addrs: []string{addr}})
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	r.Hook(p.trips)
	tenant := r.Tenant(corp, p.clock)
	p.ledger, p.outbox = tenant.Ledger(journal.Builds{
		"group": journal.Typed(directory.BuildGroup), "groups": journal.Typed(directory.BuildGroups),
		"access": journal.Typed(access.Build), "company": journal.Typed(access.Build), "duty": journal.Typed(duty.Build),
		"sla": journal.Typed(sla.Build), "person": journal.Typed(directory.BuildPerson), "task": emptyTasks,
		"keywords": journal.Typed(moderation.BuildList), "conduct": journal.Typed(moderation.BuildConduct),
	}), tenant.Outbox("a")
	var err error
	p.Bot, err = bot.New(bot.Config{
		Ledger: p.ledger, Platform: company{}, Jobs: jobs, Now: p.clock, Zone: shanghai,
		Follow: func(bot.Call, []journal.Event) bot.Consequence { return bot.Consequence{} },
		Listened: func(l bot.Listened) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.heard = append(p.heard, l)
		},
	})
	require.NoError(t, err)
	return p
}

func emptyTasks(map[string]json.RawMessage) (any, error) { return nil, nil }

func fakeRedis(t testing.TB) string {
	t.Helper()
	m := miniredis.NewMiniRedis()
	require.NoError(t, m.Start())
	t.Cleanup(m.Close)
	return m.Addr()
}

func (p *post) bind(t testing.TB, groups ...chat.Group) {
	t.Helper()
	for _, g := range groups {
		require.NoError(t, p.Observe(t.Context(), g))
	}
}

// hear tells of messages and returns how many round trips that took.
func (p *post) hear(t testing.TB, heard ...chat.Heard) int64 {
	t.Helper()
	before := p.trips.n.Load()
	require.NoError(t, p.Hear(t.Context(), "test", heard, chat.Cursor{}))
	return p.trips.n.Load() - before
}

// of is what a reader finds about a group.
func (p *post) of(t testing.TB, g chat.Group) (sla.Clock, sla.Sheet) {
	t.Helper()
	var (
		clock sla.Clock
		sheet sla.Sheet
	)
	day := p.clock()
	require.NoError(t, p.Amend(t.Context(), nil, g, func(c bot.Call) (bot.Outcome, error) {
		if clock, sheet = c.Clock(g), c.Sheet(0); c.Tallies() == 0 {
			return bot.Outcome{Need: journal.Want{
				Clocks: []chat.Group{g}, Tallies: []journal.Days{{Group: g, From: day.AddDate(0, 0, -7), Until: day.AddDate(0, 0, 7)}},
			}}, nil
		}
		return bot.Outcome{}, nil
	}))
	return clock, sheet
}

var ids atomic.Int64

func says(g chat.Group, who chat.User, at time.Time) chat.Heard {
	kind := chat.Staff
	if who[0] == 'w' {
		kind = chat.Customer
	}
	return chat.Heard{ID: fmt.Sprint("m", ids.Add(1)), Group: g, From: who, Kind: kind, At: at, Text: "什么时候发货"}
}

func TestHearingIsOneRoundTripABatch(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10", "C20")
	batch := func(i int) []chat.Heard {
		at := friday.Add(time.Duration(i-100) * time.Minute)
		return []chat.Heard{says("C10", "wm1", at), says("C20", "wm1", at), says("C20", "li", at.Add(time.Second)), says("C10", "wm2", at)}
	}
	first := p.hear(t, batch(0)...)
	assert.LessOrEqual(t, first, int64(4), "the first time it has to read, and teaches Redis its script")
	for i := range 20 {
		assert.Equal(t, int64(1), p.hear(t, batch(1+i)...))
	}
	same := batch(30)
	assert.Equal(t, int64(1), p.hear(t, same...))
	assert.Equal(t, int64(0), p.hear(t, same...), "what was heard before changes nothing")
	clock, sheet := p.of(t, "C20")
	assert.Equal(t, "test", clock.Source)
	assert.Equal(t, int64(22), sheet.Total(sla.First).Count())
}

func TestWhoWaitsAndByWhatRules(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10", "C100", "C300", "inside")
	opened := friday.Add(50 * time.Minute) // 17:50
	p.set(opened)
	for g, due := range map[chat.Group]time.Time{
		"C10":  time.Date(2026, 2, 28, 9, 20, 0, 0, shanghai), // as long as there is no roster, a day has 09-18
		"C100": opened.Add(15 * time.Minute),
		"C300": opened.Add(5 * time.Minute),
	} {
		p.hear(t, says(g, "wm1", opened))
		clock, _ := p.of(t, g)
		w, ok := clock.Waiting()
		require.True(t, ok)
		assert.Equal(t, due.UTC(), w.Due, g)
	}
	settings := func(s sla.Settings) {
		require.NoError(t, p.Amend(t.Context(), []journal.Name{sla.Of("C10")}, "C10", func(c bot.Call) (bot.Outcome, error) {
			e, err := bot.At[sla.Book](c, sla.Of("C10")).Change("C10", s, "boss", c.Now)
			return bot.Outcome{Events: []journal.Event{e}}, err
		}))
	}
	for _, c := range []struct {
		set sla.Settings
		due time.Duration
	}{
		{sla.Settings{Outside: sla.Counts}, 30 * time.Minute}, {sla.Settings{Outside: sla.Counts, VIP: true}, 5 * time.Minute},
		{sla.Settings{Outside: sla.Counts, VIP: true, Limit: time.Hour}, time.Hour},
	} {
		settings(c.set)
		p.set(p.clock().Add(time.Minute))
		p.hear(t, says("C10", "li", p.clock()), says("C10", "wm1", p.clock().Add(time.Second)))
		clock, _ := p.of(t, "C10")
		w, _ := clock.Waiting()
		assert.Equal(t, c.due, w.Due.Sub(w.Opened), "%+v", c.set)
	}
}

func TestWhoIsStaffWhereTheSourceDoesNotTell(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10", "inside")
	require.NoError(t, p.Amend(t.Context(), []journal.Name{duty.Of("inside")}, "inside", func(c bot.Call) (bot.Outcome, error) {
		e, err := bot.At[duty.Roster](c, duty.Of("inside")).Replace("inside", "boss", []duty.Shift{{From: 540, To: 1080, Who: "qian", Backup: "sun"}}, c.Now)
		return bot.Outcome{Events: []journal.Event{e}}, err
	}))
	waits := func(g chat.Group, who chat.User) bool {
		h := says(g, who, p.clock())
		h.Kind = ""
		p.hear(t, h)
		clock, _ := p.of(t, g)
		_, ok := clock.Waiting()
		p.set(p.clock().Add(time.Second))
		return ok
	}
	assert.True(t, waits("C10", "wm1"))
	assert.False(t, waits("C10", "zhao"), "of the company")
	assert.True(t, waits("C10", "stranger"))
	assert.True(t, waits("inside", "li"), "in an internal group everybody is, so who has no part in its duty is served")
	assert.False(t, waits("inside", "qian"))
	assert.True(t, waits("inside", "zhao"))
	assert.False(t, waits("inside", "sun"), "the backup, too")
}

func TestWhatMeansNothing(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	thanks, robot, sticker := says("C10", "wm1", friday), says("C10", "wb1", friday), says("C10", "wm1", friday)
	thanks.Text, robot.Robot, sticker.Form, sticker.Text = "谢谢！", true, "emotion", ""
	ahead, strange := says("C10", "wm1", friday.Add(time.Hour)), says("nowhere", "wm1", friday)
	p.hear(t, thanks, robot, sticker, ahead, strange)
	clock, _ := p.of(t, "C10")
	_, ok := clock.Waiting()
	assert.False(t, ok)
	assert.True(t, clock.HasSource())
	assert.Equal(t, friday.UTC(), clock.Heard, "a message from the future moves nothing")
	require.Len(t, p.heard, 1)
	l := p.heard[0]
	l.Took = 0
	assert.Equal(t, bot.Listened{Source: "test", Messages: 5, Ahead: 1, Strange: 1}, l)
	silent, _ := p.of(t, "C20")
	assert.False(t, silent.HasSource(), "of which nothing may be said")

	asked := says("C10", "wm1", friday)
	back := says("C10", "wm1", friday.Add(time.Second))
	back.Recalls = asked.ID
	p.hear(t, asked, back)
	clock, _ = p.of(t, "C10")
	_, ok = clock.Waiting()
	assert.False(t, ok, "taken back")
}

// TestSeveralProcessesHear: each remembers other clocks than there are, and none of them counts wrongly.
func TestSeveralProcessesHear(t *testing.T) {
	addr := fakeRedis(t)
	a, b := newPost(t, addr), newPost(t, addr)
	a.bind(t, "C10")
	for i := range 10 {
		at := friday.Add(time.Duration(i-20) * time.Minute)
		ask, answer := says("C10", "wm1", at), says("C10", "li", at.Add(30*time.Second))
		a.hear(t, ask, answer)
		b.hear(t, answer, ask, says("C10", "li", at.Add(40*time.Second)))
	}
	_, sheet := b.of(t, "C10")
	assert.Equal(t, int64(10), sheet.Total(sla.First).Count())
	assert.Equal(t, 30*time.Second, sheet.Total(sla.First).Mean())
}

// alarm opens an alert for whoever waits, and calm ends it.
func (p *post) alarm() []bot.Job {
	look := func(kind string) bot.Job {
		return bot.Job{Kind: kind, Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			w, waits := c.Clock(g).Waiting()
			p.looked = append(p.looked, fmt.Sprint(kind, " ", g, " ", waits, " ", w.Late(c.Now)))
			ch := journal.Set(sla.Of(g), "alert/1", nil, &sla.Alert{Opened: time.UnixMilli(1)})
			if kind == bot.Answered {
				ch = ch.Opposite()
			}
			return bot.Outcome{Events: []journal.Event{{Kind: "sla.test", Group: g, Changes: []journal.Change{ch}}}}, nil
		}}
	}
	return []bot.Job{look(bot.Clock), look(bot.Answered)}
}

func TestTheClockRunsOutAndIsAnswered(t *testing.T) {
	addr := fakeRedis(t)
	seen := &post{}
	p := newPost(t, addr, seen.alarm()...)
	p.bind(t, "C10", "C20")
	tick := func(at time.Time) []string {
		p.set(at)
		_, err := p.Tick(t.Context())
		require.NoError(t, err)
		out := seen.looked
		seen.looked = nil
		return out
	}
	p.hear(t, says("C10", "wm1", friday), says("C20", "wm1", friday.Add(-time.Minute)))
	p.hear(t, says("C20", "li", friday))
	assert.Empty(t, tick(friday.Add(30*time.Minute-time.Second)))
	assert.Equal(t, []string{"clock C10 true true"}, tick(friday.Add(30*time.Minute)))
	assert.Empty(t, tick(friday.Add(time.Hour)), "once")
	p.hear(t, says("C10", "wm1", p.clock()))
	assert.Empty(t, tick(p.clock()))
	p.hear(t, says("C10", "li", p.clock()))
	assert.Equal(t, []string{"answered C10 false false"}, seen.looked)
	found, err := p.ledger.Load(t.Context(), journal.Want{Names: []journal.Name{sla.Of("C10")}})
	require.NoError(t, err)
	assert.Empty(t, found.States[sla.Of("C10")].Records)
	p.hear(t, says("C10", "wm1", p.clock()), says("C10", "li", p.clock()))
	assert.Len(t, seen.looked, 1, "without an alert there is nothing to end")
}

// TestABacklogAlarmsNobody: what was written days ago and answered then is told of by and by, and in between nobody is
// alarmed. Whoever waits after all of it does wait.
func TestABacklogAlarmsNobody(t *testing.T) {
	seen := &post{}
	p := newPost(t, fakeRedis(t), seen.alarm()...)
	p.bind(t, "C10", "C20")
	tick := func(after time.Duration) []string {
		p.set(p.clock().Add(after))
		_, err := p.Tick(t.Context())
		require.NoError(t, err)
		out := seen.looked
		seen.looked = nil
		return out
	}
	now := friday.AddDate(0, 0, 5)
	p.set(now)
	p.hear(t, says("C10", "wm1", friday), says("C20", "wm1", friday))
	assert.Empty(t, tick(time.Second))
	p.hear(t, says("C10", "li", friday.Add(3*time.Minute)))
	assert.Empty(t, tick(50*time.Minute))
	assert.Equal(t, []string{"clock C20 true true"}, tick(11*time.Minute))

	p.hear(t, says("C10", "wm1", p.clock().Add(-40*time.Minute))) // a source that was away for a while
	assert.Empty(t, tick(30*time.Second))
	assert.Equal(t, []string{"clock C10 true true"}, tick(30*time.Second))
}

func TestMarkedAsHandled(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	p.bind(t, "C10")
	p.hear(t, says("C10", "wm1", friday))
	require.NoError(t, p.Amend(t.Context(), nil, "C10", func(c bot.Call) (bot.Outcome, error) {
		return bot.Outcome{Effects: []chat.Effect{chat.MarkHandled("C10", "li", friday.Add(time.Minute))}}, nil
	}))
	courier := p.Courier(p.outbox, nil)
	_, err := courier.Round(t.Context(), time.Millisecond)
	require.NoError(t, err)
	clock, sheet := p.of(t, "C10")
	_, ok := clock.Waiting()
	assert.False(t, ok)
	assert.Equal(t, time.Minute, sheet.Total(sla.First).Max())
	assert.Equal(t, time.Minute, sheet.Total(sla.Handling).Max())
	assert.Equal(t, int64(1), sheet.ByPerson(sla.Handling)["li"].Count())
}

func TestRedisIsAway(t *testing.T) {
	m := miniredis.NewMiniRedis()
	require.NoError(t, m.Start())
	p := newPost(t, m.Addr())
	p.bind(t, "C10")
	said := []chat.Heard{says("C10", "wm1", friday), says("C10", "li", friday.Add(time.Second))}
	m.SetError("LOADING")
	require.ErrorIs(t, p.Hear(t.Context(), "test", said, chat.Cursor{Source: "test", Seq: 4}), chat.ErrUnavailable)
	m.SetError("")
	require.NoError(t, p.Hear(t.Context(), "test", said, chat.Cursor{Source: "test", Seq: 4}), "it is told again")
	_, sheet := p.of(t, "C10")
	assert.Equal(t, int64(1), sheet.Total(sla.First).Count())
	seq, err := p.ledger.Cursor(t.Context(), "test")
	require.NoError(t, err)
	assert.Equal(t, uint64(4), seq)
	m.Close()
}

func TestManyMessagesAreKeptInPieces(t *testing.T) {
	p := newPost(t, fakeRedis(t))
	groups := []chat.Group{"C10", "C11", "C12"}
	p.bind(t, groups...)
	var all []chat.Heard
	for i := range 2500 {
		all = append(all, says(groups[i%3], []chat.User{"wm1", "li"}[i/3%2], friday.Add(time.Duration(i-3000)*time.Second)))
	}
	slices.Reverse(all[2000:2300])
	assert.LessOrEqual(t, p.hear(t, all...), int64(9))
	n := int64(0)
	for _, g := range groups {
		_, sheet := p.of(t, g)
		n += sheet.Total(sla.First).Count()
	}
	assert.InDelta(t, 1250, n, 2)
}
