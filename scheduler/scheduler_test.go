package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"qunguan/bot"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/commands"
	"qunguan/storage"
	"qunguan/storage/redistest"
)

// company is one Redis and a clock that the test sets; replicas share both, unless a replica's clock goes wrong.
type company struct {
	t     *testing.T
	redis *storage.Redis
	clock atomic.Int64
	lapse func() // lets every lease end that is not renewed
	n     int
}

func (c *company) now() time.Time      { return time.Unix(0, c.clock.Load()).UTC() }
func (c *company) set(at time.Time)    { c.clock.Store(at.UnixNano()) }
func (c *company) add(d time.Duration) { c.clock.Add(int64(d)) }

func newCompany(t *testing.T, at time.Time) *company {
	m := miniredis.RunT(t)
	c := companyOn(t, at, m.Addr())
	c.lapse = func() { m.FastForward(2 * lease) }
	return c
}

func companyOn(t *testing.T, at time.Time, addr string) *company {
	c := &company{t: t, redis: storage.Open(storage.Options{Addrs: []string{addr}})}
	c.set(at)
	t.Cleanup(func() { assert.NoError(t, c.redis.Close()) })
	return c
}

// tenant is what a replica with its own clock sees of the company.
func (c *company) tenant(now func() time.Time) *storage.Tenant { return c.redis.Tenant("corp", now) }

// replica starts one more process.
func (c *company) replica(rhythms ...Rhythm) *Clockwork {
	t := c.tenant(c.now)
	return c.replicaWith(c.now, t.Firings(), t.Heart(), rhythms...)
}

func (c *company) replicaWith(now func() time.Time, f firings, h heart, rhythms ...Rhythm) *Clockwork {
	c.n++
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(c.t, err)
	b, err := bot.New(bot.Config{
		Ledger: c.tenant(now).Ledger(commands.Builds()), Builds: commands.Builds(), Now: now, Zone: zone, Jobs: Jobs(), Follow: commands.Follow,
	})
	require.NoError(c.t, err)
	w, err := New(Config{
		Bot: b, Firings: f, Heart: h, Name: fmt.Sprint("replica", c.n), Now: now, Zone: zone, Log: zap.NewNop(), SilentAfter: 10 * time.Minute,
	}, rhythms...)
	require.NoError(c.t, err)
	return w
}

// step does what is due and waits for the rhythms that this began.
func step(t *testing.T, replicas ...*Clockwork) {
	t.Helper()
	for _, w := range replicas {
		w.Step(t.Context())
		w.Wait()
	}
}

// morning is a rhythm at nine, in Shanghai.
func morning(run func(context.Context) error) Rhythm {
	return Rhythm{Name: "morning", Title: chat.Same("morning"), Spec: "0 9 * * *", Run: run}
}

// counted counts how often it is run.
func counted(n *int) func(context.Context) error {
	return func(context.Context) error { *n++; return nil }
}

// nine is shortly after nine in Shanghai.
var nine = time.Date(2026, 11, 23, 1, 0, 5, 0, time.UTC)

func TestARhythmRunsOnceAcrossReplicas(t *testing.T) {
	c, ran := newCompany(t, nine.Add(-35*time.Second)), 0
	a, b := c.replica(morning(counted(&ran))), c.replica(morning(counted(&ran)))
	for range 8 {
		step(t, a, b)
		c.add(15 * time.Second)
	}
	assert.Equal(t, 1, ran, "9 o'clock came once")
}

func TestMissedFiringsAreCaughtUpOnce(t *testing.T) {
	c, ran := newCompany(t, nine), 0
	step(t, c.replica(morning(counted(&ran))))
	require.Equal(t, 1, ran)
	c.add(72 * time.Hour) // all replicas were down for three days
	a := c.replica(morning(counted(&ran)))
	step(t, a, a)
	assert.Equal(t, 2, ran)
	assert.Equal(t, "2026-11-26 09:00", how(t, a).Last.Due.In(a.Zone).Format("2006-01-02 15:04"), "the newest missed one")
}

// how is how the only rhythm of a replica is getting on.
func how(t *testing.T, w *Clockwork) canary.Rhythm {
	t.Helper()
	all, err := w.Rhythms(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func TestClocksThatJump(t *testing.T) {
	c, ran := newCompany(t, nine), 0
	hourly := Rhythm{Name: "hourly", Spec: "0 * * * *", Run: counted(&ran)}
	a := c.replica(hourly)
	step(t, a)
	require.Equal(t, 1, ran)
	for _, j := range []struct {
		by   time.Duration
		want int
		why  string
	}{
		{5 * time.Hour, 2, "forwards: the newest hour"},
		{-5 * time.Hour, 2, "and back: this hour has run"},
		{time.Hour, 3, "the hours in between are not lost"},
		{-7 * time.Hour, 4, "further back, to an hour that was never run"},
		{-time.Second, 4, "which is not run twice"},
		{7 * time.Hour, 4, "nor this one"},
		{time.Hour, 5, "nor is the next one lost"},
		{3 * time.Hour, 5, "the hour that was run too early, when it comes"},
		{time.Hour, 6, "and the one behind it"},
	} {
		c.add(j.by)
		step(t, a, a)
		assert.Equal(t, j.want, ran, "%s: %s", c.now().Format("15:04"), j.why)
	}
}

func TestAJobThatPanicsOrFailsRunsAgainNextTime(t *testing.T) {
	failures := map[string]func() error{"panic": func() error { panic("broken") }, "error": func() error { return errors.New("broken") }}
	for _, order := range [][]string{{"panic", "error", "panic"}, {"error", "panic", "error"}} {
		c, ran := newCompany(t, nine), 0
		run := func(context.Context) error {
			ran++
			if ran <= len(order) {
				return failures[order[ran-1]]()
			}
			return nil
		}
		a, b := c.replica(morning(run)), c.replica(morning(run))
		for i, failure := range order {
			step(t, a, b, a, b)
			require.Equal(t, i+1, ran, "%v: once for each morning", order)
			r := how(t, b)
			assert.Contains(t, r.Last.Error, "broken", failure)
			assert.Equal(t, i+1, r.Failures)
			assert.Empty(t, r.Holder)
			c.add(24 * time.Hour)
		}
		step(t, a, b)
		r := how(t, a)
		assert.Equal(t, len(order)+1, ran)
		assert.Empty(t, r.Last.Error)
		assert.Zero(t, r.Failures)
		assert.Equal(t, nine.Add(3*24*time.Hour), r.Succeeded)
		assert.Equal(t, nine.Add(4*24*time.Hour).Truncate(time.Minute), r.Next.UTC())
	}
}

// slow is a rhythm that goes on until it is let go or stopped.
type slow struct{ begun, let chan struct{} }

func newSlow() slow { return slow{make(chan struct{}, 10), make(chan struct{})} }

func (s slow) run(ctx context.Context) error {
	s.begun <- struct{}{}
	select {
	case <-s.let:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestALongRhythmHoldsNothingUpAndDoesNotOverlapItself(t *testing.T) {
	c, s, quick := newCompany(t, nine), newSlow(), 0
	long := Rhythm{Name: "long", Spec: "* * * * *", Run: s.run}
	other := Rhythm{Name: "other", Spec: "* * * * *", Run: counted(&quick)}
	a, b := c.replica(long, other), c.replica(long)
	for range 5 {
		a.Step(t.Context())
		b.Step(t.Context())
		c.add(time.Minute)
	}
	<-s.begun
	assert.Empty(t, s.begun, "it has begun once, here or there")
	assert.Equal(t, "replica1", how(t, b).Holder)
	close(s.let)
	a.Wait()
	assert.Positive(t, quick, "others ran meanwhile")
	step(t, b)
	<-s.begun
	assert.Empty(t, s.begun, "of the moments that it missed, the newest is run when it is over")
}

func TestARhythmThatIsStoppedIsLeftToAnother(t *testing.T) {
	c, s, ran := newCompany(t, nine), newSlow(), 0
	a := c.replica(morning(s.run))
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		a.Run(ctx)
	}()
	<-s.begun
	stop()
	<-over // it waits for what it began
	b := c.replica(morning(counted(&ran)))
	step(t, b, b)
	assert.Equal(t, 1, ran, "at once: nobody has to die for it")
}

// renewing tells of every renewal of a claim once it is over: whether the claim stands.
type renewing struct {
	firings
	stands chan bool
}

func (r renewing) Renew(ctx context.Context, job, word string, lease time.Duration) (bool, error) {
	ours, err := r.firings.Renew(ctx, job, word, lease)
	r.stands <- ours && err == nil
	return ours, err
}

func TestARhythmWhoseReplicaDiesIsLeftToAnother(t *testing.T) {
	c, s, ran := newCompany(t, nine), newSlow(), 0
	f := renewing{c.tenant(c.now).Firings(), make(chan bool)}
	a, b := c.replicaWith(c.now, f, nil, morning(s.run)), c.replica(morning(counted(&ran)))
	ticks := make(chan time.Time)
	a.tick = func(time.Duration) (<-chan time.Time, func()) { return ticks, func() {} }
	a.Step(t.Context())
	<-s.begun
	ticks <- c.now()
	require.True(t, <-f.stands) // not before: a renewal that is still on its way would find the lease that lapses below
	step(t, b)
	assert.Zero(t, ran, "it is renewed while it runs")
	c.lapse() // a hangs: it renews nothing for so long
	step(t, b, b)
	assert.Equal(t, 1, ran)
	ticks <- c.now() // it comes back, and learns that it is not its any more
	require.False(t, <-f.stands)
	a.Wait()
	step(t, a, b)
	assert.Equal(t, 1, ran)
	assert.Equal(t, "replica2", how(t, a).Last.By)
}

// TestSpecsThatAreNone has those, too, on which the parser of robfig/cron panics: it must never see them.
func TestSpecsThatAreNone(t *testing.T) {
	for spec, why := range map[string]string{
		"": "0 fields", "* * * *": "4 fields", "* * * * * *": "6 fields", "61 * * * *": `"61" is no minute`, "0 0 30 2 *": "never comes",
		"CRON_TZ=UTC": "zone", "TZ=": "zone", "TZ=Asia/Shanghai": "zone", "CRON_TZ=UTC 0 9 * * *": "zone", "@every 0s": "shorthand",
		"@every 1h": "shorthand", "@daily": "shorthand", "0 0 * * 7": "Sunday", "0 0 * * MO": `"MO" is no weekday`, "a b c d e": `"e" is no weekday`, "*/0 * * * *": `"*/0" is no minute`,
		"0 25 * * *": `"25" is no hour`, "0 0 31 4,6,9,11 *": "never comes", "-1 * * * *": `"-1" is no minute`,
	} {
		assert.NotPanics(t, func() {
			require.Error(t, Check(spec), "%q", spec)
			assert.ErrorContains(t, Check(spec), why, "%q", spec)
			_, err := New(Config{}, Rhythm{Name: "review", Spec: spec})
			assert.ErrorContains(t, err, "rhythm review", "%q", spec)
		})
	}
	for _, spec := range []string{"*/15 * * * *", "0 9 * * MON-FRI", "0 0 29 2 *", "30 8 1,15 * *", "  5   *  * * *  "} {
		assert.NoError(t, Check(spec), "%q", spec)
	}
}

func FuzzCheckDoesNotPanic(f *testing.F) {
	for _, s := range []string{"TZ=", "CRON_TZ=UTC", "* * * * *", "@every -5s", "0 0 30 2 *"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { _ = Check(s) })
}

// TestMomentsAroundNow compares with walking there from far away.
func TestMomentsAroundNow(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, spec := range []string{"* * * * *", "*/15 * * * *", "5 * * * *", "30 2 * * *", "0 9 * * MON", "0 0 1 * *", "0 0 29 2 *", "* * 1 1 *"} {
		s, err := parse(spec)
		require.NoError(t, err)
		m := moments{schedule: s}
		for _, now := range []time.Time{
			time.Date(2026, 3, 8, 1, 59, 59, 0, zone), time.Date(2026, 3, 8, 3, 0, 0, 0, zone), time.Date(2026, 11, 1, 1, 30, 0, 0, zone),
			time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC).In(zone), time.Date(2024, 2, 29, 0, 0, 0, 0, zone), time.Date(2027, 1, 1, 23, 59, 0, 0, zone),
		} {
			newest, next := m.around(now)
			assert.True(t, next.After(now), "%s at %s", spec, now)
			assert.False(t, newest.After(now), "%s at %s", spec, now)
			require.False(t, newest.IsZero(), "%s at %s", spec, now)
			assert.Equal(t, next, s.Next(newest), "%s at %s: there is none between", spec, now)
		}
	}
}

func TestThereIsAJobForEveryRecordThatEnds(t *testing.T) {
	kinds := map[string]bool{}
	for _, j := range Jobs() {
		assert.False(t, kinds[j.Kind], "two jobs for %s", j.Kind)
		kinds[j.Kind] = true
	}
	assert.Equal(t, map[string]bool{
		"access": true, "company": true, "duty": true, "moderation": true, "task": true, "reminder": true, "request": true, "event": true, "shift": true,
		bot.Clock: true, bot.Answered: true, "sla": true, "ticket": true, "settled": true, "conduct": true, "reviews": true, "reviewer": true,
	}, kinds)
}

// startServer starts a real Redis, or skips the test where there is none.
func startServer(t *testing.T) *redistest.Server {
	r, err := redistest.Start(t.TempDir())
	if errors.Is(err, redistest.ErrNoServer) {
		t.Skip("no redis-server on this machine")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Stop() })
	return r
}

// kindsOf are the kinds of a company's entries, oldest first.
func kindsOf(t *testing.T, c *company) []string {
	var out []string
	require.NoError(t, c.tenant(c.now).Ledger(commands.Builds()).Each(t.Context(), journal.Query{}, func(e journal.Entry) error {
		out = append(out, string(e.Kind))
		return nil
	}))
	return out
}
