package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
	"qunguan/configs"
)

// trips counts round trips to Redis: a pipeline is one.
type trips struct{ n atomic.Int64 }

func (c *trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

// wired is the whole system, reached as its adapter reaches it, with nothing running in the background.
type wired struct {
	t      *testing.T
	system *system
	trips  *trips
	said   int
}

func newWired(t *testing.T) *wired {
	store := miniredis.RunT(t)
	world := simulator.SampleWorld().WithSecrets(rand.Reader)
	sim, err := simulator.New(world, simulator.Options{Now: time.Now})
	require.NoError(t, err)
	api := httptest.NewServer(sim.API())
	t.Cleanup(api.Close)
	s, err := newSystem(wiredConfig(world, store.Addr(), api.URL), options{now: time.Now, log: zap.NewNop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.close() })
	w := &wired{t: t, system: s, trips: &trips{}}
	s.redis.Hook(w.trips)
	require.NoError(t, s.settle(t.Context()))
	return w
}

func wiredConfig(w simulator.World, redis, api string) configs.Config {
	c := configs.Config{Timezone: "Asia/Shanghai", Language: "en", Owners: []string{"boss"}, Edition: configs.Standard}
	c.Schedule, c.Deadman = configs.Schedule{Sync: "*/15 * * * *"}, configs.Deadman{After: "10m"}
	c.Redis.Addrs, c.Redis.KeyPrefix = []string{redis}, "qunguan"
	c.WeCom.CorpID, c.WeCom.APIBase = w.Corp, api
	c.WeCom.App = configs.App{
		AgentID: w.AgentID, Secret: configs.Secret(w.AppSecret), Token: configs.Secret(w.App.Token),
		EncodingAESKey: configs.Secret(w.App.EncodingAESKey),
	}
	c.WeCom.Bot = configs.Bot{Token: configs.Secret(w.Bot.Token), EncodingAESKey: configs.Secret(w.Bot.EncodingAESKey)}
	c.WeCom.CustomerContact.Secret = configs.Secret(w.CustomerContactSecret)
	return c
}

// say says something as a person, in a group or directly, and returns the reply and how many round trips it took.
func (w *wired) say(from chat.User, group chat.Group, text string) (string, int64) {
	w.t.Helper()
	w.said++
	return w.hear(chat.Message{ID: fmt.Sprintf("test:%d", w.said), From: from, Group: group, Text: text, At: time.Now()})
}

func (w *wired) hear(m chat.Message) (string, int64) {
	w.t.Helper()
	before := w.trips.n.Load()
	reply, err := w.system.bot.Handle(w.t.Context(), m)
	require.NoError(w.t, err, m.Text)
	return reply.Text.EN, w.trips.n.Load() - before
}

// TestRoundTrips holds what a command costs: one round trip to accept it and to read, one to commit. The rows are
// one conversation, in their order. What is dearer says why.
func TestRoundTrips(t *testing.T) {
	w := newWired(t)
	const project, customers = simulator.SampleProjectGroup, simulator.SampleCustomerGroup
	for _, text := range []string{
		"/whoami", "/can @li mute", "/can @wang mute", "/can @zhao mute", "/can @xiaochen mute", "/audit", // the people, the scripts
	} {
		w.say("boss", project, text)
	}
	for _, who := range []chat.User{"li", "wang", "zhao", "xiaochen"} {
		w.say(who, project, "/whoami")
	}
	w.say("boss", "", "/use "+customers)
	w.say("boss", "", "/whoami")
	for _, c := range []struct {
		from  chat.User
		group chat.Group
		text  string
		reply string // the beginning of it
		want  int64
		why   string
	}{
		{"boss", project, "/help", "**What you may run here**", 2, ""},
		{"boss", project, "/help mute", "- `/mute @lisi", 2, ""},
		{"boss", project, "/whoami", "", 2, ""},
		{"boss", project, "/can @li mute", "", 2, ""},
		{"boss", project, "/why @li mute", "", 2, ""},
		{"boss", project, "/status", "", 2, ""},
		{"boss", project, "/groups", "", 2, ""},
		{"boss", project, "/admin", "", 2, ""},
		{"boss", project, "/tasks", "", 2, ""},
		{"boss", project, "/admin add @wang mid for 7d --dry-run", "Dry run", 2, ""},
		{"boss", project, "/admin add @wang mid for 7d", "Recorded", 2, ""},
		{"boss", project, "/admin extend @wang 1d", "Recorded", 2, ""},
		{"boss", project, "/admin level @wang junior", "Recorded", 2, ""},
		{"boss", project, "/admin job @wang operations", "Recorded", 2, ""},
		{"boss", project, "/admin remove @wang", "Recorded", 2, ""},
		{"boss", project, "/mute @zhao 30m", "Recorded", 2, ""},
		{"boss", project, "/mute list", "**Mutes", 2, ""},
		{"boss", project, "/unmute @zhao", "Recorded", 2, ""},
		{"boss", project, "/duty set 08:00-16:00 @li 16:00-24:00 @wang", "Recorded", 2, ""},
		{"boss", project, "/duty", "", 2, ""},
		{"boss", project, "/unmute @zhao", "This person is not muted", 2, ""},
		{"boss", project, "/mute", "", 2, ""},
		{"boss", project, "/nonsense", "I did not understand", 2, ""},
		{"zhao", project, "/mute @wang 30m", "You may not", 2, ""},
		{"boss", "", "/use", "", 2, ""},
		{"boss", "", "/use " + project, "", 2, ""},
		{"boss", "", "/mute @zhao 30m", "Recorded", 2, ""},
		{"boss", "", "/unmute @zhao #" + project, "Recorded", 2, ""},
		{"boss", "", "/mute list #" + customers, "", 2, ""},
		{"boss", project, "/admin add @li senior", "Please confirm", 2, ""},
		{"boss", project, "/cancel", "", 2, ""},
		{"boss", project, "/admin add @li senior", "Please confirm", 2, ""},
		{"boss", project, "/confirm", "Recorded", 3, "it learns from the question what it confirms"},
		{"boss", project, "/undo --yes", "Recorded", 3, "it learns from the entry what it takes back"},
		{"boss", project, "/why #20", "", 3, "it learns from the entry whose rights to unwind"},
		{"boss", project, "/audit", "**Audit", 3, "what may be read is known once the rights are"},
		{"boss", project, "/audit #20", "", 3, "likewise"},
		{"zhao", project, "/request mute 2h flooding", "Submitted", 2, ""},
		{"boss", project, "/requests", "**Requests", 3, "the numbers of requests stand in the journal"},
		{"zhao", project, "/withdraw #30", "Recorded", 2, ""},
		{"boss", project, "/approval", "**Rules", 2, ""},
		{"boss", project, "/delegate", "Nobody", 2, ""},
	} {
		reply, got := w.say(c.from, c.group, c.text)
		assert.Equal(t, c.want, got, "%s as %s: %s", c.text, c.from, strings.SplitN(reply, "\n", 2)[0])
		assert.Equal(t, c.want > 2, c.why != "", "%s: what costs more than two says why", c.text)
		assert.True(t, strings.HasPrefix(reply, c.reply), "%s as %s: %s", c.text, c.from, reply)
	}
}

// TestDeliveredAgainIsOneRoundTrip holds what a message costs that was handled before.
func TestDeliveredAgainIsOneRoundTrip(t *testing.T) {
	w := newWired(t)
	m := chat.Message{ID: "test:again", From: "boss", Group: simulator.SampleProjectGroup, Text: "/mute @li 30m", At: time.Now()}
	first, _ := w.hear(m)
	again, got := w.hear(m)
	assert.Equal(t, int64(1), got)
	assert.Equal(t, first, again)
}
