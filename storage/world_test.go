package storage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/storage"
	"qunguan/storage/redistest"
)

// server is a Redis of some kind that tests have started.
type server interface {
	Kill() error
	Restart() error
	Stop() error
}

// fake is an in-memory Redis within this process.
type fake struct{ *miniredis.Miniredis }

func (f fake) Kill() error { f.Close(); return nil }
func (f fake) Stop() error { f.Close(); return nil }

// Restart gives it a context anew: what waits for a stream looks at the old one, which Close has ended.
func (f fake) Restart() error {
	f.Ctx, f.CtxCancel = context.WithCancel(context.Background())
	return f.Miniredis.Restart()
}

// kind is one kind of Redis on which every test of this package runs.
type kind struct {
	name  string
	start func(dir string) (s server, addrs []string, err error)
	// shared is one that all tests use which do not end it.
	shared func() (running, error)
}

type running struct {
	server server
	dir    string
	addrs  []string
}

var kinds = []*kind{
	{name: "fake", start: func(string) (server, []string, error) {
		m := miniredis.NewMiniRedis()
		if err := m.Start(); err != nil {
			return nil, nil, err
		}
		return fake{m}, []string{m.Addr()}, nil
	}},
	{name: "server", start: func(dir string) (server, []string, error) {
		s, err := redistest.Start(dir)
		if err != nil {
			return nil, nil, err
		}
		return s, []string{s.Addr()}, nil
	}},
	{name: "cluster", start: func(dir string) (server, []string, error) {
		s, err := redistest.StartCluster(dir)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Addrs(), nil
	}},
}

func TestMain(m *testing.M) {
	var started []running
	for _, k := range kinds {
		k.shared = sync.OnceValues(func() (running, error) {
			dir, err := os.MkdirTemp("", "storage")
			if err != nil {
				return running{}, err
			}
			r := running{dir: dir}
			if r.server, r.addrs, err = k.start(dir); err != nil {
				return running{}, errors.Join(err, os.RemoveAll(dir))
			}
			mu.Lock()
			started = append(started, r)
			mu.Unlock()
			return r, nil
		})
	}
	code := m.Run()
	for _, r := range started {
		if err := errors.Join(r.server.Stop(), os.RemoveAll(r.dir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var mu sync.Mutex // guards what TestMain has started

// mustRun skips a test where there is no redis-server, but for QUNGUAN_TEST_REAL=1.
func mustRun(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, redistest.ErrNoServer) && os.Getenv("QUNGUAN_TEST_REAL") != "1" {
		t.Skip("not tested on a real Redis: no redis-server on the PATH; QUNGUAN_TEST_REAL=1 makes this a failure")
	}
	require.NoError(t, err)
}

// everywhere runs a test on every kind of Redis, each time with a company of its own.
func everywhere(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			r, err := k.shared()
			mustRun(t, err)
			test(t, newWorld(t, r.addrs))
		})
	}
}

// everywhereAlone is everywhere with a Redis that the test may end and start again.
func everywhereAlone(t *testing.T, test func(t *testing.T, w *world, s server)) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			s, addrs, err := k.start(t.TempDir())
			mustRun(t, err)
			t.Cleanup(func() { assert.NoError(t, s.Stop()) })
			test(t, newWorld(t, addrs), s)
		})
	}
}

// world is one company on one Redis, with a clock that the test sets.
type world struct {
	*storage.Tenant
	redis *storage.Redis
	addrs []string
	corp  chat.Corp
	raw   redis.UniversalClient
	clock *clock
}

var corps atomic.Int64

func newWorld(t testing.TB, addrs []string) *world {
	t.Helper()
	w := &world{addrs: addrs, corp: chat.Corp(fmt.Sprintf("corp%d", corps.Add(1))), clock: &clock{}}
	w.clock.set(noon)
	w.redis = w.open(t)
	w.Tenant = w.redis.Tenant(w.corp, w.clock.now)
	w.raw = redis.NewUniversalClient(&redis.UniversalOptions{Addrs: addrs, MaxRetries: 1})
	t.Cleanup(func() { assert.NoError(t, w.raw.Close()) })
	return w
}

// open is one more process that uses the same Redis.
func (w *world) open(t testing.TB) *storage.Redis {
	t.Helper()
	r := storage.Open(storage.Options{Addrs: w.addrs})
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	return r
}

func (w *world) ledger() *storage.Ledger { return w.Ledger(builds, histories...) }

func (w *world) prefix() string { return "qunguan:{" + string(w.corp) + "}:" }

var noon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

type clock struct{ at atomic.Int64 }

func (c *clock) set(at time.Time)    { c.at.Store(at.UnixNano()) }
func (c *clock) add(d time.Duration) { c.at.Add(int64(d)) }
func (c *clock) now() time.Time      { return time.Unix(0, c.at.Load()).UTC() }

// note is the record of these tests.
type note struct {
	Text  string    `json:"text"`
	Until time.Time `json:"until,omitzero"`
}

func (n note) Due() time.Time { return n.Until }

var builds = journal.Builds{
	"person": journal.Typed(directory.BuildPerson),
	"box":    journal.Typed(buildNotes),
	"crate":  journal.Typed(buildNotes),
}

func buildNotes(records map[string]json.RawMessage) (map[string]note, error) {
	out := map[string]note{}
	for k, raw := range records {
		n, err := journal.Decode[note](raw)
		if err != nil {
			return nil, err
		}
		out[k] = n
	}
	return out, nil
}

// histories are the kinds whose history the tests ask for. A crate is read as a box is, but its history is not kept.
var histories = []string{"box"}

func box(id string) journal.Name   { return journal.Named("box", id) }
func crate(id string) journal.Name { return journal.Named("crate", id) }

// notes reads one box.
func notes(t *testing.T, l *storage.Ledger, n journal.Name) map[string]note {
	t.Helper()
	f, err := l.Load(t.Context(), journal.Want{Names: []journal.Name{n}})
	require.NoError(t, err)
	return f.States[n].Value.(map[string]note)
}

// change is the Write that puts a note in a box, or takes it out if after is nil, as it follows from what l reads now.
func change(ctx context.Context, l *storage.Ledger, in journal.Name, key string, after *note) (journal.Write, error) {
	f, err := l.Load(ctx, journal.Want{Names: []journal.Name{in}})
	if err != nil {
		return journal.Write{}, err
	}
	var before *note
	if old, ok := f.States[in].Value.(map[string]note)[key]; ok {
		before = &old
	}
	e := entry("box.changed")
	e.Changes = []journal.Change{journal.Set(in, key, before, after)}
	return journal.Write{Checks: []journal.Check{{Name: in, Version: f.States[in].Version}}, Entry: &e}, nil
}

func entry(kind journal.Kind) journal.Entry {
	return journal.Entry{At: noon, Kind: kind, Outcome: journal.Done, Actor: "li"}
}

// put commits one note and returns the number of its entry.
func put(t *testing.T, l *storage.Ledger, in journal.Name, key string, after *note) int64 {
	t.Helper()
	w, err := change(t.Context(), l, in, key, after)
	require.NoError(t, err)
	f, err := l.Commit(t.Context(), w)
	require.NoError(t, err)
	return f.N
}

// snapshot is everything that Redis keeps for the company.
func (w *world) snapshot(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, k := range w.allKeys(t, w.prefix()+"*") {
		out[strings.TrimPrefix(k, w.prefix())] = w.value(t, k)
	}
	return out
}

func (w *world) value(t *testing.T, key string) any {
	t.Helper()
	ctx := t.Context()
	var (
		v   any
		err error
	)
	switch of := w.raw.Type(ctx, key).Val(); of {
	case "string":
		v, err = w.raw.Get(ctx, key).Result()
	case "hash":
		v, err = w.raw.HGetAll(ctx, key).Result()
	case "zset":
		v, err = w.raw.ZRangeWithScores(ctx, key, 0, -1).Result()
	case "list":
		v, err = w.raw.LRange(ctx, key, 0, -1).Result()
	case "stream":
		v, err = w.raw.XRange(ctx, key, "-", "+").Result()
	default:
		t.Fatalf("unknown type %q of %s", of, key)
	}
	require.NoError(t, err)
	return v
}

// allKeys lists keys on every server.
func (w *world) allKeys(t *testing.T, pattern string) []string {
	t.Helper()
	var (
		out []string
		mu  sync.Mutex
	)
	scan := func(ctx context.Context, c redis.Cmdable) error {
		it := c.Scan(ctx, 0, pattern, 1000).Iterator()
		for it.Next(ctx) {
			mu.Lock()
			out = append(out, it.Val())
			mu.Unlock()
		}
		return it.Err()
	}
	var err error
	if c, ok := w.raw.(*redis.ClusterClient); ok {
		err = c.ForEachMaster(t.Context(), func(ctx context.Context, c *redis.Client) error { return scan(ctx, c) })
	} else {
		err = scan(t.Context(), w.raw)
	}
	require.NoError(t, err)
	return out
}

// empty takes everything away that Redis keeps for the company.
func (w *world) empty(t *testing.T) {
	t.Helper()
	for _, key := range w.allKeys(t, w.prefix()+"*") {
		require.NoError(t, w.raw.Del(t.Context(), key).Err())
	}
}

// atOnce runs do n times at the same time and returns what each said.
func atOnce[T any](n int, do func(i int) T) []T {
	var (
		wg    sync.WaitGroup
		start = make(chan struct{})
		out   = make([]T, n)
	)
	for i := range n {
		wg.Go(func() {
			<-start
			out[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return out
}

// said is a message with an id of its own.
func said(id string) chat.Message {
	return chat.Message{ID: id, From: "li", Group: "G1", Text: "/mute @zhao 30m", At: noon, ReplyTo: "r1", Pressed: true}
}

func TestAWorldStartsEmpty(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		assert.Empty(t, w.snapshot(t))
		assert.NoError(t, w.redis.Ping(t.Context()))
		n, err := w.ledger().Head(t.Context())
		assert.NoError(t, err)
		assert.Zero(t, n)
	})
}
