package scheduler

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// own lets the company have owners.
func own(t *testing.T, w *Clockwork, owners ...chat.User) {
	t.Helper()
	require.NoError(t, w.Bot.Amend(t.Context(), []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
		return bot.Outcome{Events: []journal.Event{{Kind: access.Settled, Changes: c.Access.Company.Configure(owners, nil, 10)}}}, nil
	}))
}

// sent takes what waits to be sent: to whom, and the first line.
func sent(t *testing.T, c *company) []string {
	t.Helper()
	o := c.tenant(c.now).Outbox("courier")
	require.NoError(t, o.Open(t.Context()))
	var out []string
	for {
		effects, err := o.Next(t.Context(), 100, 0)
		require.NoError(t, err)
		if len(effects) == 0 {
			return out
		}
		for _, e := range effects {
			assert.Equal(t, chat.OfSystem, e.Class)
			line, _, _ := strings.Cut(e.Reply.Text.EN, "\n")
			out = append(out, string(e.To)+": "+line)
			require.NoError(t, o.Done(t.Context(), e.ID))
		}
	}
}

// TestBreakEachPart breaks one part after the other: each time the owners hear of just that part, once, once a day while
// it stays broken, and once when it is well.
func TestBreakEachPart(t *testing.T) {
	c := newCompany(t, nine.Add(4*time.Minute+30*time.Second))
	zero, off := time.Duration(0), 3*time.Minute
	var m canary.Measured
	look := func(context.Context) (canary.Measured, error) { return m, nil }
	var replicas []*Clockwork
	for range 3 {
		w := c.replica()
		r, err := New(w.Config, Canary(w.Bot, look, "5 * * * *"))
		require.NoError(t, err)
		replicas = append(replicas, r)
	}
	own(t, replicas[0], "boss", "deputy")
	fine := func() {
		hour := c.now().Unix() / 3600
		var week []int64
		for day := range int64(7) {
			week = append(week, hour-24*(day+1))
		}
		m = canary.Measured{
			Now: c.now(), Credentials: []canary.Credential{{Key: "wecom.app.secret"}}, RedisAhead: &zero, PlatformAhead: &zero, Reader: "sync",
			ReadEvery: 15 * time.Minute, OldestGroup: chat.Same("ops"), OldestRead: c.now().Add(-20 * time.Minute),
			Clockwork: canary.Clockwork{Rhythms: []canary.Rhythm{{
				Name: "sync", Title: chat.Same("sync"), Newest: c.now().Add(-20 * time.Minute), Ran: true,
			}}},
			Callbacks: []canary.Callback{{Name: "app", Last: c.now(), Hours: week}},
			Sources:   []canary.Source{{Name: "archive", Last: c.now(), Hours: week}},
		}
	}
	after := func(hours time.Duration, broken func()) []string {
		c.add(hours * time.Hour)
		fine()
		broken()
		step(t, replicas...)
		return sent(t, c)
	}
	require.Empty(t, after(1, func() {}), "all is well")
	for _, p := range []struct {
		part   string
		title  string
		broken func()
	}{
		{"token:wecom.app.secret", "WeCom credential wecom.app.secret", func() { m.Credentials[0].Fault = "errcode 40001" }},
		{"redis", "Redis", func() { m.Redis = "OOM command not allowed" }},
		{"redis", "Redis", func() { m.RedisTook = time.Second }},
		{"clock", "clock", func() { m.RedisAhead = &off }},
		{"clock", "clock", func() { m.PlatformAhead = &off }},
		{"cron", "scheduled jobs", func() { m.Clockwork.Rhythms[0].Ran, m.Clockwork.Rhythms[0].Waits = false, c.now().Add(-time.Hour) }},
		{"cron", "scheduled jobs", func() { m.Clockwork.Rhythms[0].Failures = 3 }},
		{"callback:app", "callbacks /wecom/app", func() { m.Callbacks[0].Last = c.now().Add(-5 * time.Hour) }},
		{"data", "group data", func() { m.OldestRead = c.now().Add(-2 * time.Hour) }},
		{"outbox", "outbox", func() { m.Outbox.Oldest = time.Hour }},
		{"outbox", "outbox", func() { m.Outbox.DeadAt = c.now().Add(-time.Hour) }},
		{"agenda", "due records", func() { m.Clockwork.Due, m.Clockwork.Oldest = 7, c.now().Add(-time.Hour) }},
		{"source:archive", "message source (archive)", func() { m.Sources[0].Last = c.now().Add(-5 * time.Hour) }},
		{"source:archive", "message source (archive)", func() { m.Sources[0].Fault = "no licence" }},
	} {
		got := after(1, p.broken)
		head := "⚠️ **Self-test: " + p.title + " is not well**"
		if quiet := strings.HasPrefix(p.part, "callback:") || strings.HasPrefix(p.part, "source:") && m.Sources[0].Fault == ""; quiet {
			head = "ℹ️ **Self-test: please look at " + p.title + "**"
		}
		assert.Equal(t, []string{"boss: " + head, "deputy: " + head}, got, "the alert names the part")
		for _, hours := range []time.Duration{1, 1, 21} {
			assert.Empty(t, after(hours, p.broken), "%s: not again each hour", p.part)
		}
		got = after(1, p.broken)
		require.Len(t, got, 2, "%s: once a day", p.part)
		assert.Contains(t, got[0], "still not well")
		got = after(1, func() {})
		require.Len(t, got, 2, "%s: once when it is well", p.part)
		assert.Contains(t, got[0], p.title)
		assert.Contains(t, got[0], "well again")
		assert.Empty(t, after(1, func() {}), p.part)
	}
	assert.Len(t, kindsOf(t, c), 1+3*14, "each is one entry")
}

func TestATroubleOfAPartThatIsNoMoreEnds(t *testing.T) {
	c := newCompany(t, nine)
	w := c.replica()
	own(t, w, "boss")
	require.NoError(t, note(t.Context(), w.Bot, []canary.Finding{{Part: "token:old"}, {Part: "data"}}))
	require.Len(t, sent(t, c), 2)
	require.NoError(t, note(t.Context(), w.Bot, []canary.Finding{{Part: "token:new", Works: true}, {Part: "data", Unknown: true}}))
	assert.Equal(t, []string{"boss: ✅ **Self-test: WeCom credential old is well again** (since 2026-11-23 09:00, for 0m)"},
		sent(t, c), "what cannot be told stays as it was")
}

func TestALookThatFailsIsAFailedRun(t *testing.T) {
	c := newCompany(t, nine.Add(5*time.Minute))
	w := c.replica()
	r, err := New(w.Config, Canary(w.Bot, func(context.Context) (canary.Measured, error) { return canary.Measured{}, errors.New("no answer") }, "5 * * * *"))
	require.NoError(t, err)
	step(t, r)
	assert.Equal(t, "look at the parts: no answer", how(t, r).Last.Error)
}

// fakeHeart tells of a silence until it is told.
type fakeHeart struct {
	beats   int
	silence canary.Silence
	broken  error
}

func (h *fakeHeart) Beat(context.Context, string, time.Duration) (canary.Silence, error) {
	h.beats++
	return h.silence, h.broken
}

func (h *fakeHeart) Told(context.Context) error { h.silence = canary.Silence{}; return nil }

func TestTheOwnersHearOnceOfASilence(t *testing.T) {
	c, ran := newCompany(t, nine), 0
	h := &fakeHeart{}
	hourly := Rhythm{Name: "hourly", Title: chat.Same("the hour"), Spec: "0 * * * *", Run: counted(&ran)}
	a := c.replicaWith(c.now, c.tenant(c.now).Firings(), h, hourly)
	own(t, a, "boss")
	step(t, a, a)
	assert.Equal(t, 1, h.beats, "not each second")
	assert.Equal(t, c.now(), a.Beaten().UTC())
	s := canary.Silence{From: c.now(), To: c.now().Add(5 * time.Hour), Due: 3, Mark: 1}
	c.add(5 * time.Hour)
	for range 3 { // of whichever replicas, also of one that died before it could say that it has told
		h.silence = s
		step(t, c.replicaWith(c.now, c.tenant(c.now).Firings(), h, hourly))
	}
	assert.Equal(t, []string{"boss: ⚠️ **The bot was silent**"}, sent(t, c))
	assert.Equal(t, []string{string(access.Settled), string(canary.Silent)}, kindsOf(t, c))
	assert.Equal(t, 2, ran, "and what was missed is caught up once")
	assert.Equal(t, "; “the hour” missed 5 times, run once", a.missed(s).EN)

	b := c.replicaWith(c.now, c.tenant(c.now).Firings(), &fakeHeart{broken: errors.New("no answer")})
	step(t, b)
	assert.Zero(t, b.Beaten())
}
