package storage_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// meter counts what goes to Redis and what comes back.
type meter struct {
	mu    sync.Mutex
	trips int
	bytes int
}

func (m *meter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (m *meter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		m.count(cmd)
		return err
	}
}

func (m *meter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		m.count(cmds...)
		return err
	}
}

func (m *meter) count(cmds ...redis.Cmder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trips++
	for _, c := range cmds {
		if c, ok := c.(*redis.Cmd); ok {
			m.bytes += size(c.Val())
		}
	}
}

func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		n := 0
		for _, x := range v {
			n += size(x)
		}
		return n
	}
	return 8
}

// take returns what was counted since it was last asked.
func (m *meter) take() (trips, bytes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	trips, bytes = m.trips, m.bytes
	m.trips, m.bytes = 0, 0
	return trips, bytes
}

// metered is one more process, with a meter.
func (w *world) metered(t *testing.T) (*storage.Ledger, *meter) {
	t.Helper()
	r, m := w.open(t), &meter{}
	l := r.Tenant(w.corp, w.clock.now).Ledger(builds, histories...)
	_, err := l.Load(t.Context(), journal.Want{Names: []journal.Name{box("none")}, Queries: []journal.Query{{}}})
	require.NoError(t, err, "the scripts and the connection are there before anything is counted")
	_, err = l.Commit(t.Context(), journal.Write{MessageID: rand.Text()})
	require.NoError(t, err)
	r.Hook(m)
	return l, m
}

func TestAMessageIsTwoRoundTrips(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for i := range 60 {
			put(t, w.ledger(), box("a"), "k", &note{Text: string(rune('a' + i))})
		}
		for name, want := range map[string]journal.Want{
			"without queries": {Names: both},
			"with queries": {Names: both, Who: "li", Queries: []journal.Query{
				{}, {Actor: "li"}, {Actor: "li", Undoable: true, Limit: 5}, {N: 3}, {Group: "G1", Refused: true},
			}},
		} {
			l, m := w.metered(t)
			found, err := l.Accept(ctx, said(name), want)
			require.NoError(t, err)
			trips, _ := m.take()
			assert.Equal(t, 1, trips, "accept "+name)
			e := entry("box.changed")
			e.Changes = []journal.Change{journal.Set(box("a"), "k", nil, &note{Text: name})}
			_, err = l.Commit(ctx, journal.Write{MessageID: name, Entry: &e, Checks: []journal.Check{
				{Name: box("a"), Version: found.States[box("a")].Version}, {Name: box("b")},
			}})
			require.NoError(t, err)
			trips, _ = m.take()
			assert.Equal(t, 1, trips, "commit "+name)
		}
	})
}

func TestOnlyWhatHasMovedIsSentAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, other := t.Context(), w.ledger()
		long := note{Text: strings.Repeat("x", 4096)}
		put(t, other, box("a"), "k", &long)
		put(t, other, box("b"), "k", &long)
		l, m := w.metered(t)
		want := journal.Want{Names: []journal.Name{box("a"), box("b"), box("never")}}
		read := func() (journal.Found, int) {
			found, err := l.Load(ctx, want)
			require.NoError(t, err)
			_, bytes := m.take()
			return found, bytes
		}

		first, bytes := read()
		assert.Greater(t, bytes, 2*4096)
		w.clock.add(time.Second)
		again, bytes := read()
		assert.Less(t, bytes, 200, "nothing has moved, so nothing is sent")
		assert.Equal(t, noon.Add(time.Second), again.States[box("a")].AsOf, "but it was asked")
		assert.Equal(t, first.States[box("a")].Value, again.States[box("a")].Value)

		put(t, other, box("a"), "k2", &note{Text: "new"})
		moved, bytes := read()
		assert.Greater(t, bytes, 4096)
		assert.Less(t, bytes, 2*4096, "one of the two has moved")
		assert.Equal(t, "new", moved.States[box("a")].Value.(map[string]note)["k2"].Text)

		put(t, other, box("never"), "k", &note{Text: "now"})
		found, _ := read()
		assert.Equal(t, map[string]note{"k": {Text: "now"}}, found.States[box("never")].Value, "that it was missing is no lasting truth")

		put(t, other, box("never"), "k", nil)
		found, _ = read()
		assert.Empty(t, found.States[box("never")].Value)
		assert.NotZero(t, found.States[box("never")].Version, "an emptied aggregate is not one that never was")
	})
}

// TestReadersAreNeverBehind: while one process commits, what others read has at least the number that was committed
// before they asked.
func TestReadersAreNeverBehind(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		writer, reader := w.ledger(), w.ledger()
		for i := range 30 {
			put(t, writer, box("a"), "k", &note{Text: string(rune('a' + i))})
			for _, n := range atOnce(4, func(int) string {
				f, err := reader.Load(t.Context(), journal.Want{Names: []journal.Name{box("a")}})
				if err != nil {
					return err.Error()
				}
				return f.States[box("a")].Value.(map[string]note)["k"].Text
			}) {
				assert.Equal(t, string(rune('a'+i)), n)
			}
		}
	})
}

// choose lets a person choose a group.
func choose(t *testing.T, l *storage.Ledger, u chat.User, g chat.Group) {
	t.Helper()
	n := directory.OfPerson(u)
	f, err := l.Load(t.Context(), journal.Want{Names: []journal.Name{n}})
	require.NoError(t, err)
	e := entry(directory.GroupChosen)
	e.Changes = f.States[n].Value.(directory.Person).Choose(u, g).Changes
	_, err = l.Commit(t.Context(), journal.Write{Entry: &e, Checks: []journal.Check{{Name: n, Version: f.States[n].Version}}})
	require.NoError(t, err)
}

func TestTheChosenGroupIsReadInTheSameRoundTrip(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, other := t.Context(), w.ledger()
		e := entry("box.changed")
		e.Changes = []journal.Change{ // at once, so that both have the same version
			journal.Set(box("G1"), "k", nil, &note{Text: "one"}), journal.Set(box("G2"), "k", nil, &note{Text: "two"}),
		}
		_, err := other.Commit(ctx, journal.Write{Entry: &e, Checks: []journal.Check{{Name: box("G1")}, {Name: box("G2")}}})
		require.NoError(t, err)
		l, m := w.metered(t)
		want := journal.Want{Who: "li", Names: []journal.Name{box(journal.Chosen), directory.OfPerson("li"), box("G1")}}
		read := func() (chat.Group, map[string]note) {
			found, err := l.Accept(ctx, said("m"), want)
			require.NoError(t, err)
			trips, _ := m.take()
			assert.Equal(t, 1, trips)
			assert.Len(t, found.States, len(want.Names)-map[bool]int{true: 1}[found.Chosen == "G1"])
			return found.Chosen, found.States[box(string(found.Chosen))].Value.(map[string]note)
		}

		g, got := read()
		assert.Empty(t, g, "nobody has chosen")
		assert.Empty(t, got)
		for _, c := range []struct {
			group chat.Group
			text  string
		}{{"G1", "one"}, {"G2", "two"}, {"G2", "two"}, {"G1", "one"}} {
			choose(t, other, "li", c.group) // elsewhere: what this process remembers of the choice is no longer so
			for range 2 {
				g, got = read()
				assert.Equal(t, c.group, g)
				assert.Equal(t, map[string]note{"k": {Text: c.text}}, got)
			}
		}
		assert.Equal(t, chat.Group("G1"), l.LastKnown(want).Chosen)
		assert.Equal(t, map[string]note{"k": {Text: "one"}}, l.LastKnown(want).States[box("G1")].Value)

		found, err := l.Load(ctx, journal.Want{Who: "zhao", Names: []journal.Name{box(journal.Chosen)}})
		require.NoError(t, err)
		assert.Empty(t, found.Chosen, "another person's choice is their own")
	})
}

func TestAcceptClaimsAMessageOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		for range 3 {
			found, err := l.Accept(ctx, said("m1"), journal.Want{})
			require.NoError(t, err)
			assert.Nil(t, found.Finished)
			w.clock.add(time.Second)
		}
		left, err := l.TakeUp(ctx, 10)
		require.NoError(t, err)
		assert.Empty(t, left, "it is left to who accepted it")

		w.clock.set(noon.Add(10 * time.Second))
		left, err = w.ledger().TakeUp(ctx, 10)
		require.NoError(t, err)
		assert.Equal(t, []chat.Message{said("m1")}, left, "ten seconds after it was first heard, not last")
		left, err = l.TakeUp(ctx, 10)
		require.NoError(t, err)
		assert.Empty(t, left, "somebody else has taken it up")
		w.clock.add(10 * time.Second)
		left, err = l.TakeUp(ctx, 10)
		require.NoError(t, err)
		assert.Len(t, left, 1, "who took it up has not finished it either")

		_, err = l.Commit(ctx, journal.Write{MessageID: "m1", Reply: chat.Reply{Text: chat.Same("done")}})
		require.NoError(t, err)
		w.clock.add(time.Hour)
		left, err = l.TakeUp(ctx, 10)
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

func TestOneUnreadableMessageDoesNotHoldUpTheOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		for _, id := range []string{"a", "b", "c", "d"} {
			_, err := l.Accept(ctx, said(id), journal.Want{})
			require.NoError(t, err)
		}
		require.NoError(t, w.raw.HSet(ctx, w.prefix()+"inbox:a", "m", "{").Err())
		require.NoError(t, w.raw.Del(ctx, w.prefix()+"inbox:b").Err())
		w.clock.add(10 * time.Second)
		left, err := l.TakeUp(ctx, 10)
		assert.ErrorContains(t, err, "decode message a")
		assert.Equal(t, []chat.Message{said("c"), said("d")}, left)
		assert.Equal(t, int64(3), w.raw.ZCard(ctx, w.prefix()+"pending").Val(), "of b nothing is left to do")
	})
}

func TestAKindThatCannotBeBuiltIsAnError(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, err := w.ledger().Load(ctx, journal.Want{Names: []journal.Name{"unheard/of"}})
		assert.ErrorContains(t, err, "unheard/of")
		assert.NotErrorIs(t, err, chat.ErrUnavailable)

		put(t, w.ledger(), box("a"), "k", &note{Text: "1"})
		broken := errors.New("half understood")
		l := w.Ledger(journal.Builds{"box": func(map[string]json.RawMessage) (any, error) { return nil, broken }})
		_, err = l.Load(ctx, journal.Want{Names: []journal.Name{box("a")}})
		assert.ErrorIs(t, err, broken)
		assert.Empty(t, l.LastKnown(journal.Want{Names: both}).States, "what could not be built is not remembered")
	})
}
