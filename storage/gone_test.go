package storage_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// everyMethod calls everything of this package that goes to Redis. What is asked of it can be asked again and again.
func everyMethod(w *world, l *storage.Ledger, o *storage.Outbox) map[string]func(context.Context) error {
	queries := journal.Want{Names: both, Who: "li", Queries: []journal.Query{{}, {Actor: "li", Undoable: true}}, Usage: []chat.Group{"G1"}}
	return map[string]func(context.Context) error{
		"ping":       w.redis.Ping,
		"durability": func(ctx context.Context) error { _, err := w.Durability(ctx); return err },
		"accept": func(ctx context.Context) error {
			_, err := l.Accept(ctx, said("m"), journal.Want{Names: both})
			return err
		},
		"accept, with queries": func(ctx context.Context) error { _, err := l.Accept(ctx, said("m"), queries); return err },
		"load":                 func(ctx context.Context) error { _, err := l.Load(ctx, journal.Want{Names: both}); return err },
		"rebuild":              func(ctx context.Context) error { _, _, err := rebuild(ctx, l, true); return err },
		"load, with queries":   func(ctx context.Context) error { _, err := l.Load(ctx, queries); return err },
		"commit": func(ctx context.Context) error {
			e := entry("box.changed")
			_, err := l.Commit(ctx, journal.Write{Entry: &e, Effects: []chat.Effect{tell("1")}})
			return err
		},
		"head":     func(ctx context.Context) error { _, err := l.Head(ctx); return err },
		"take up":  func(ctx context.Context) error { _, err := l.TakeUp(ctx, 10); return err },
		"claim":    func(ctx context.Context) error { _, err := l.Claim(ctx, 10); return err },
		"next due": func(ctx context.Context) error { _, _, err := l.NextDue(ctx); return err },
		"each": func(ctx context.Context) error {
			return l.Each(ctx, journal.Query{Undoable: true}, func(journal.Entry) error { return nil })
		},
		"open":  o.Open,
		"next":  func(ctx context.Context) error { _, err := o.Next(ctx, 1, 20*time.Millisecond); return err },
		"done":  func(ctx context.Context) error { return o.Done(ctx, "1-1") },
		"later": func(ctx context.Context) error { return o.Later(ctx, chat.Effect{ID: "1-1"}, noon.Add(time.Hour)) },
		"merge": func(ctx context.Context) error {
			_, _, err := o.Merge(ctx, []chat.Effect{{ID: "1-1"}, {ID: "1-2"}}, tell("both"))
			return err
		},
		"split": func(ctx context.Context) error {
			return o.Split(ctx, chat.Effect{ID: "1-1", Parts: []chat.Effect{tell("1")}}, noon.Add(time.Hour))
		},
		"give up":    func(ctx context.Context) error { return o.GiveUp(ctx, chat.Effect{ID: "1-1"}, "why") },
		"revive":     o.Revive,
		"next later": func(ctx context.Context) error { _, _, err := o.NextLater(ctx); return err },
		"waiting":    func(ctx context.Context) error { _, _, _, err := o.Waiting(ctx); return err },
		"dead":       func(ctx context.Context) error { _, err := o.Dead(ctx, 1); return err },
		"spend":      func(ctx context.Context) error { _, _, err := o.Spend(ctx, "zhao", 1); return err },
		"token":      func(ctx context.Context) error { _, err := w.Tokens().Token(ctx, "app"); return err },
		"set token": func(ctx context.Context) error {
			return w.Tokens().SetToken(ctx, "app", "secret", time.Hour)
		},
		"begin": func(ctx context.Context) error {
			_, err := w.Firings().Begin(ctx, "review", "a w", noon, lease)
			return err
		},
		"renew":   func(ctx context.Context) error { _, err := w.Firings().Renew(ctx, "review", "a w", lease); return err },
		"release": func(ctx context.Context) error { return w.Firings().Release(ctx, "review", "a w") },
		"end": func(ctx context.Context) error {
			_, err := w.Firings().End(ctx, "review", "a w", canary.Run{Due: noon})
			return err
		},
		"kept": func(ctx context.Context) error {
			_, _, err := w.Firings().Kept(ctx, map[string]time.Time{"review": noon})
			return err
		},
		"beat":    func(ctx context.Context) error { _, err := w.Heart().Beat(ctx, "a", time.Hour); return err },
		"told":    func(ctx context.Context) error { return w.Heart().Told(ctx) },
		"newest":  func(ctx context.Context) error { _, _, err := w.Heart().Newest(ctx); return err },
		"turn":    func(ctx context.Context) error { _, err := w.Turn(ctx, "read", noon); return err },
		"probe":   func(ctx context.Context) error { return w.Probe(ctx, "word") },
		"time":    func(ctx context.Context) error { _, err := w.redis.Time(ctx); return err },
		"overdue": func(ctx context.Context) error { _, _, err := w.Overdue(ctx); return err },
		"waits":   func(ctx context.Context) error { _, err := o.Waits(ctx); return err },
		"heard": func(ctx context.Context) error {
			return w.Traces().Heard(ctx, map[string]time.Time{"app": noon}, nil)
		},
		"hours":  func(ctx context.Context) error { _, _, err := w.Traces().Hours(ctx, "app"); return err },
		"oldest": func(ctx context.Context) error { _, _, err := w.Traces().Oldest(ctx, []chat.Group{"g"}); return err },
	}
}

func TestRedisIsGoneAndComesBack(t *testing.T) {
	everywhereAlone(t, func(t *testing.T, w *world, s server) {
		ctx, l, o := t.Context(), w.ledger(), w.courier(t, "a")
		put(t, l, box("a"), "k", &note{Text: "kept", Until: noon.Add(time.Hour)})
		choose(t, l, "li", "G1")
		for name, call := range everyMethod(w, l, o) {
			require.NoError(t, call(ctx), name)
		}
		head, err := l.Head(ctx)
		require.NoError(t, err)

		require.NoError(t, s.Kill())
		for name, err := range together(ctx, everyMethod(w, l, o)) {
			assert.ErrorIs(t, err, chat.ErrUnavailable, name)
			assert.NotErrorIs(t, err, redis.Nil, name)
			assert.NotErrorIs(t, err, journal.ErrStale, name)
			assert.NotErrorIs(t, err, journal.ErrFinished, name)
		}
		known := l.LastKnown(journal.Want{Names: []journal.Name{box("a"), box("b"), box("never")}, Who: "li"})
		assert.Equal(t, map[string]note{"k": {Text: "kept", Until: noon.Add(time.Hour)}}, known.States[box("a")].Value)
		assert.Equal(t, noon, known.States[box("a")].AsOf)
		assert.NotContains(t, known.States, box("never"), "what was never read is not made up")
		assert.Empty(t, w.ledger().LastKnown(journal.Want{Names: both}).States)

		require.NoError(t, s.Restart())
		require.Eventually(t, func() bool { return w.redis.Ping(ctx) == nil }, 10*time.Second, 10*time.Millisecond)
		for name, err := range together(ctx, everyMethod(w, l, o)) {
			assert.NoError(t, err, name)
		}
		assert.Equal(t, "kept", notes(t, l, box("a"))["k"].Text)
		now, err := l.Head(ctx)
		require.NoError(t, err)
		assert.Equal(t, head+1, now, "the journal goes on where it was")
	})
}

// together calls all at the same time: being away takes its time to notice.
func together(ctx context.Context, calls map[string]func(context.Context) error) map[string]error {
	var names []string
	for name := range calls {
		names = append(names, name)
	}
	out := map[string]error{}
	for i, err := range atOnce(len(names), func(i int) error { return calls[names[i]](ctx) }) {
		out[names[i]] = err
	}
	return out
}

func TestAwayIsNoticedInTime(t *testing.T) {
	t.Parallel()
	r := storage.Open(storage.Options{Addrs: []string{"127.0.0.1:1"}})
	defer r.Close()
	w := &world{Tenant: r.Tenant("corp", func() time.Time { return noon }), redis: r}
	began := time.Now()
	_, err := w.ledger().Accept(t.Context(), said("m"), journal.Want{Names: both})
	assert.ErrorIs(t, err, chat.ErrUnavailable)
	assert.Less(t, time.Since(began), 2*time.Second, "a platform waits five seconds for its answer")
}

// TestRedisHasLostEverything: it was emptied, or another took its place. Nobody has to be started again.
func TestRedisHasLostEverything(t *testing.T) {
	everywhereAlone(t, func(t *testing.T, w *world, _ server) {
		ctx, l, o := t.Context(), w.ledger(), w.courier(t, "a")
		flush := func() {
			do := func(ctx context.Context, c redis.Cmdable) error {
				return firstOf(c.FlushAll(ctx).Err(), c.ScriptFlush(ctx).Err())
			}
			if c, ok := w.raw.(*redis.ClusterClient); ok {
				require.NoError(t, c.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return do(ctx, c) }))
				return
			}
			require.NoError(t, do(ctx, w.raw))
		}
		for name, call := range everyMethod(w, l, o) {
			flush()
			assert.NoError(t, call(ctx), name)
		}
		flush()
		w.post(t, tell("1"))
		assert.Equal(t, []string{"1"}, texts(next(t, o)), "the group of couriers is made again, and misses nothing")
	})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestWhoeverGivesUpWaitingIsToldSo(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		l, o := w.ledger(), w.courier(t, "a")
		cancel()
		for name, call := range everyMethod(w, l, o) {
			assert.ErrorIs(t, call(ctx), context.Canceled, name)
		}
	})
}

func TestDurabilityTellsWhatCouldBeLost(t *testing.T) {
	t.Parallel()
	k := kinds[1]
	require.Equal(t, "server", k.name)
	s, addrs, err := k.start(t.TempDir())
	mustRun(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	w := newWorld(t, addrs)
	for _, c := range []struct{ set, to, want string }{
		{"appendfsync", "always", ""},
		{"appendfsync", "everysec", "appendfsync everysec"},
		{"appendonly", "no", "appendonly no"},
	} {
		require.NoError(t, w.raw.ConfigSet(t.Context(), c.set, c.to).Err())
		got, err := w.Durability(t.Context())
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
}
