package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"qunguan/bot/platform/simulator"
	"qunguan/configs"
	"qunguan/scheduler"
	"qunguan/storage/redistest"
)

// store is the Redis of a theatre: embedded, or a real server.
type store interface {
	addr() string
	stop(t *testing.T)
	start(t *testing.T)
}

// theatre is the whole bot behind a simulated WeCom, with a clock that only the story moves.
type theatre struct {
	t      *testing.T
	ctx    context.Context
	clock  atomic.Int64 // Unix nanoseconds
	store  store
	client *redis.Client // of the test itself
	world  simulator.World
	sim    *simulator.Simulator
	api    *httptest.Server
	config configs.Config
	log    *zap.Logger
	logs   *observer.ObservedLogs
	procs  []*troupe
	// pictures are drawn with these: in words, by sketches, unless a test says otherwise.
	pictures pictures
	sketches *sketcher
	sealing  sealing                 // the zero sealing unless a story asks for it
	talkTo   int                     // the process that hears what is typed
	others   map[string]*otherSystem // that letters are posted to, by the names of the links
	booted   int                     // processes so far
	// redisAhead is how far the clock of Redis is ahead of the story's.
	redisAhead time.Duration

	cursor  map[string]int64 // by person: the newest thing they were seen to see
	typed   []string
	written []string // by people to each other
	last    simulator.Delivery
}

// troupe is one running bot.
type troupe struct {
	*system
	server *httptest.Server
	busy   sync.WaitGroup // requests whose handler has not returned
}

func (s *theatre) now() time.Time { return time.Unix(0, s.clock.Load()) }

// openTheatre builds the world of a story and starts one process.
func openTheatre(t *testing.T, at time.Time, with []string, redisStore store) *theatre {
	return openTheatreOf(t, at, with, redisStore, func(*simulator.World) {})
}

// openTheatreOf is openTheatre with something changed in the world.
func openTheatreOf(t *testing.T, at time.Time, with []string, redisStore store, alter func(*simulator.World)) *theatre {
	s := &theatre{t: t, ctx: context.Background(), cursor: map[string]int64{}, store: redisStore, sketches: &sketcher{}}
	s.pictures = pictures{painter: s.sketches, font: "Story Sans"}
	s.clock.Store(at.UnixNano())
	core, logs := observer.New(zapcore.DebugLevel)
	s.log, s.logs = zap.New(core), logs
	random := rand.NewChaCha8(sha256.Sum256([]byte("a story")))
	world := simulator.SampleWorld()
	edition, language, admins := configs.Standard, "zh", []configs.DepartmentAdmin(nil)
	owners, canary, checkpoint, postTo, publicURL, secret, sealed := []string{world.People[0].ID}, "", "", "", "", "", false
	helpdesk, reviews, links := false, false, [][]string(nil)
	watch, weekly, daily, commend, portraits, old := "", "", "", "", "", ""
	var aims configs.KPI
	var bounds configs.Suspicion
	for _, w := range with {
		f := strings.Fields(w)
		switch f[0] {
		case "person": // person ID NAME DEPARTMENT [in GROUP]
			world.People = append(world.People, simulator.Person{ID: f[1], Name: f[2], Departments: []string{f[3]}})
			if len(f) > 5 {
				join(t, &world, f[5], f[1])
			}
		case "crowd": // crowd 20 in GROUP
			for i := range atoi(t, f[1]) {
				id := fmt.Sprintf("staff%02d", i+1)
				world.People = append(world.People, simulator.Person{ID: id, Name: fmt.Sprintf("员工%02d", i+1), Departments: []string{"客服部"}})
				join(t, &world, f[3], id)
			}
		case "archive": // what is written in customer groups is archived, and told to the bot
			secret = "a secret of the stories, for pipelines"
		case "no-font":
			s.pictures = pictures{}
		case "customers": // customers 39 in GROUP
			for i := range atoi(t, f[1]) {
				id := fmt.Sprintf("wmCrowd%04d", i+1)
				world.People = append(world.People, simulator.Person{ID: id, Name: fmt.Sprintf("客户%04d", i+1), Customer: true})
				join(t, &world, f[3], id)
			}
		case "newcomer": // newcomer ID NAME: a customer who is in no group yet
			world.People = append(world.People, simulator.Person{ID: f[1], Name: f[2], Customer: true})
		case "contact": // contact ID on|off: the right to serve customers
			i := slices.IndexFunc(world.People, func(p simulator.Person) bool { return p.ID == f[1] })
			require.GreaterOrEqual(t, i, 0, "nobody is %q", f[1])
			world.People[i].NoContact = f[2] == "off"
		case "sealed":
			sealed = true
		case "retention": // retention 45 3 * * *: what is older than 180 days moves to files then
			old = strings.TrimPrefix(w, "retention ")
		case "post-to":
			postTo = f[1]
		case "checkpoint": // checkpoint 5 9 * * *
			checkpoint = strings.Join(f[1:], " ")
		case "public-url":
			publicURL = f[1]
		case "edition":
			edition = f[1]
		case "language":
			language = f[1]
		case "canary": // canary 5 * * * *: the bot looks at itself; else it does not, since stories leap over hours
			canary = strings.TrimPrefix(w, "canary ")
		case "watch": // the bot looks for suspicious acts every minute
			watch = "* * * * *"
		case "digests": // on Mondays and every morning
			weekly, daily = "0 9 * * 1", "30 8 * * *"
		case "commend":
			commend = "10 9 * * 1"
		case "portraits":
			portraits = "20 9 * * 1"
		case "reviews": // begin reviews in their rhythms; else nobody does, since stories leap over months
			reviews = true
		case "targets": // targets HANDLING SOLVED CAUGHT WEEKS, else as usual
			aims.HandlingWithin, aims.SolvedPercent, aims.CaughtAWeek, aims.RewardWeeks = f[1], count(t, f[2]), count(t, f[3]), count(t, f[4])
		case "suspicion": // suspicion ACTS REFUSALS WITHIN, else as usual
			bounds.MostActs, bounds.Refusals, bounds.Within = count(t, f[1]), count(t, f[2]), f[3]
		case "owners":
			owners = f[1:]
		case "helpdesk":
			helpdesk = true
		case "link": // link KIND NAME [EVENTS…]
			links = append(links, f[1:])
		case "department-admin": // department-admin ID DEPARTMENT
			admins = append(admins, configs.DepartmentAdmin{User: f[1], Departments: f[2:]})
		default:
			require.Fail(t, "unknown world", "with %s", w)
		}
	}
	alter(&world)
	s.world = world.WithSecrets(random)
	var err error
	s.sim, err = simulator.New(s.world, simulator.Options{
		Now: s.now, Rand: random, Pause: func(context.Context, time.Duration) error { return nil }, IngestSecret: secret,
	})
	require.NoError(t, err)
	s.api = httptest.NewServer(s.sim.API())
	s.sim.SetAPIBase(s.api.URL)
	s.config = demoConfig(s.world, s.store.addr(), s.api.URL, language)
	s.config.KPI, s.config.Suspicion = aims, bounds
	s.config.Schedule.Canary, s.config.Schedule.Checkpoint = canary, checkpoint
	s.config.Schedule.Watch, s.config.Schedule.DigestWeekly, s.config.Schedule.DigestDaily = watch, weekly, daily
	s.config.Schedule.Commend, s.config.Schedule.Portraits = commend, portraits
	if s.config.Schedule.Archive = old; old != "" {
		s.config.Audit.Archive = configs.Retention{Dir: filepath.Join(t.TempDir(), "archive"), KeepDays: configs.LeastKeepDays}
	}
	if !reviews {
		s.config.Schedule.ReviewMatrix, s.config.Schedule.ReviewBusiness, s.config.Schedule.ReviewGroup = "", "", ""
	}
	s.config.Ingest.Secret = configs.Secret(secret)
	s.config.Edition, s.config.Owners, s.config.DepartmentAdmins = edition, owners, admins
	s.config.PublicURL, s.config.Audit.PostTo = publicURL, postTo
	if sealed {
		s.sealing = storySealing(t, s.config)
	}
	if helpdesk {
		s.config.Ingest.Secret = "0123456789abcdef0123456789abcdef"
	}
	s.openOthers(links)
	s.client = redis.NewClient(&redis.Options{Addr: s.store.addr(), DisableIdentity: true, MaxRetries: -1})
	t.Cleanup(func() {
		for _, p := range s.procs {
			p.server.Close()
			_ = p.close()
		}
		s.sim.Close()
		s.api.Close()
		_ = s.client.Close()
	})
	s.boot()
	return s
}

func join(t *testing.T, w *simulator.World, group, who string) {
	i := slices.IndexFunc(w.Groups, func(g simulator.Group) bool { return g.Name == group || g.ID == group })
	require.GreaterOrEqual(t, i, 0, "no group %q", group)
	w.Groups[i].Members = append(w.Groups[i].Members, who)
}

// boot starts one more process on the same Redis and lets it take over the settings.
func (s *theatre) boot() {
	s.booted++
	sys, err := newSystem(s.config, options{
		now: s.now, log: s.log, botName: s.world.BotName, pictures: s.pictures, sealing: s.sealing, name: fmt.Sprintf("replica%d", s.booted),
		redisNow: func() time.Time { return s.now().Add(s.redisAhead) },
	})
	require.NoError(s.t, err)
	p := &troupe{system: sys}
	handler := sys.handler()
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.busy.Add(1)
		defer p.busy.Done()
		handler.ServeHTTP(w, r)
	}))
	s.procs = append(s.procs, p)
	s.listen(len(s.procs) - 1)
	sys.prepare(s.ctx)
	parts := sys.examine(s.ctx)
	sys.health.Store(&parts)
	sys.lookInside(s.ctx)
}

// examine looks at the parts of every process, as each does now and then.
func (s *theatre) examine() {
	for _, p := range s.procs {
		parts := p.system.examine(s.ctx)
		p.health.Store(&parts)
	}
}

// listen sends what is typed from now on to one process.
func (s *theatre) listen(n int) {
	s.talkTo = n
	s.sim.SetCallbackBase(s.procs[n].server.URL)
}

// kill ends a process without a word.
func (s *theatre) kill(n int) {
	s.procs[n].server.Close()
	require.NoError(s.t, s.procs[n].close())
	s.procs = slices.Delete(s.procs, n, n+1)
}

// settle does the background work of all processes until nothing is left to do at this moment. Processes race for it,
// as they do in service.
func (s *theatre) settle() {
	for range 50 {
		var done atomic.Int64
		var wg sync.WaitGroup
		for _, p := range s.procs {
			p.busy.Wait()
			wg.Go(func() {
				p.clockwork.Step(s.ctx)
				p.clockwork.Wait()
				if s.sealing.on() {
					p.sealOnce(s.ctx)
				}
				n, err := p.courier.Round(s.ctx, -1)
				if err == nil {
					done.Add(int64(n))
				}
				for _, l := range p.postman.Links() {
					if n, err := p.postman.Round(s.ctx, l); err == nil {
						done.Add(int64(n))
					}
				}
			})
		}
		wg.Wait()
		if done.Load() == 0 {
			for _, p := range s.procs {
				p.lookInside(s.ctx)
			}
			return
		}
	}
	require.Fail(s.t, "the background work does not come to an end")
}

// advance moves the clock to at, stopping at every moment of the agenda on the way.
func (s *theatre) advance(at time.Time) {
	require.False(s.t, at.Before(s.now()), "the clock runs backwards: %s after %s", at, s.now())
	for range 200 {
		due, ok, err := s.procs[0].ledger.NextDue(s.ctx)
		if err != nil || !ok || due.After(at) {
			break
		}
		if due.After(s.now()) {
			s.clock.Store(due.UnixNano())
		}
		s.settle()
	}
	s.clock.Store(at.UnixNano())
	s.settle()
}

// sync re-reads every group, as the clockwork does each quarter of an hour.
func (s *theatre) sync() {
	p := s.procs[s.talkTo]
	require.NoError(s.t, scheduler.Sync(p.bot, p.platform, s.config.Schedule.Sync).Run(s.ctx))
	s.settle()
}

// beSilent stops every process for so long. Signs of life stand on the clock of Redis, which no story moves: so it is
// they that are set back. The process that comes next is another one.
func (s *theatre) beSilent(length string) {
	d, err := time.ParseDuration(length)
	require.NoError(s.t, err)
	for len(s.procs) > 0 {
		s.kill(0)
	}
	s.clock.Store(s.now().Add(d).UnixNano())
	for _, key := range s.keys() {
		if strings.HasSuffix(key, ":heartbeat") {
			for _, z := range s.client.ZRangeWithScores(s.ctx, key, 0, -1).Val() {
				require.NoError(s.t, s.client.ZIncrBy(s.ctx, key, -float64(d.Milliseconds()), z.Member.(string)).Err())
			}
		}
	}
	s.boot()
}

// group is the id of a group by its name or id.
func (s *theatre) group(name string) string {
	for _, g := range s.world.Groups {
		if g.Name == name || g.ID == name {
			return g.ID
		}
	}
	require.Fail(s.t, "no such group", "%q", name)
	return ""
}

// embedded is the Redis inside this process.
type embedded struct{ *miniredis.Miniredis }

func startEmbedded(t *testing.T) store {
	m, err := miniredis.Run()
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return embedded{m}
}

func (e embedded) addr() string       { return e.Addr() }
func (e embedded) stop(*testing.T)    { e.Close() }
func (e embedded) start(t *testing.T) { require.NoError(t, e.Restart()) }

// server is a redis-server of this machine.
type server struct{ *redistest.Server }

func startServer(t *testing.T) store {
	r, err := redistest.Start(t.TempDir())
	if errors.Is(err, redistest.ErrNoServer) {
		t.Skip("no redis-server on this machine")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.Stop() })
	return server{r}
}

func (r server) addr() string       { return r.Addr() }
func (r server) stop(t *testing.T)  { require.NoError(t, r.Stop()) }
func (r server) start(t *testing.T) { require.NoError(t, r.Restart()) }

// reconnect waits until every process has noticed that Redis is back.
func (s *theatre) reconnect() {
	for _, p := range s.procs {
		require.Eventually(s.t, func() bool { return p.redis.Ping(s.ctx) == nil }, 10*time.Second, 10*time.Millisecond)
	}
}

func (s *theatre) keys() []string {
	keys, err := s.client.Keys(s.ctx, "*").Result()
	require.NoError(s.t, err)
	slices.Sort(keys)
	return keys
}

func (s *theatre) dump(key string) string {
	kind, err := s.client.Type(s.ctx, key).Result()
	require.NoError(s.t, err)
	var v any
	switch kind {
	case "hash":
		v, err = s.client.HGetAll(s.ctx, key).Result()
	case "zset":
		v, err = s.client.ZRangeWithScores(s.ctx, key, 0, -1).Result()
	case "stream":
		v, err = s.client.XRange(s.ctx, key, "-", "+").Result()
	case "list":
		v, err = s.client.LRange(s.ctx, key, 0, -1).Result()
	default:
		v, err = s.client.Get(s.ctx, key).Result()
	}
	require.NoError(s.t, err, "dump %s", key)
	return fmt.Sprint(v)
}

func count(t *testing.T, said string) int {
	t.Helper()
	n, err := strconv.Atoi(said)
	require.NoError(t, err)
	return n
}
