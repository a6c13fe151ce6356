package storage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

func dueOf(_ journal.Name, _ string, raw json.RawMessage) time.Time {
	n, err := journal.Decode[note](raw)
	if err != nil {
		return time.Time{}
	}
	return n.Until
}

// rebuilt runs a rebuild and returns what it tells.
func rebuilt(t *testing.T, l *storage.Ledger, repair bool) []string {
	t.Helper()
	lines, done, err := rebuild(t.Context(), l, repair)
	require.NoError(t, err)
	assert.Equal(t, int64(len(lines)), done.Differences)
	return lines
}

func rebuild(ctx context.Context, l *storage.Ledger, repair bool) (lines []string, done storage.Rebuilt, err error) {
	lines = []string{}
	done, err = l.Rebuild(ctx, storage.Rebuilding{
		Due: dueOf, Repair: repair, Report: func(d storage.Difference) { lines = append(lines, d.String()) },
	})
	return lines, done, err
}

// views is every key that is a view, but for the versions, whose numbers are no part of the journal.
func (w *world) views(t *testing.T) map[string]any {
	t.Helper()
	out := w.snapshot(t)
	maps.DeleteFunc(out, func(key string, _ any) bool {
		for _, of := range []string{"state:", "index:", "usage:", "agenda", "head"} {
			if strings.HasPrefix(key, of) {
				return false
			}
		}
		return true
	})
	return out
}

func (w *world) versions(t *testing.T) map[string]string {
	t.Helper()
	v, err := w.raw.HGetAll(t.Context(), w.prefix()+"versions").Result()
	require.NoError(t, err)
	return v
}

// live fills a company: records that come and go and are due, strange names, refusals, undos.
func (w *world) live(t *testing.T, entries int) {
	t.Helper()
	l, r := w.ledger(), rand.New(rand.NewPCG(7, 8))
	put(t, l, box("a"), "k", &note{Text: "first", Until: noon.Add(time.Hour)})
	put(t, l, box("a"), "gone", &note{Text: "gone", Until: noon.Add(time.Hour)})
	put(t, l, box("a"), "gone", nil)
	put(t, l, crate("emptied"), "k", &note{Text: "x"})
	put(t, l, crate("emptied"), "k", nil)
	for n := range entries {
		in := pick(r, box("a"), box("b"), crate("a"), box("值班:%3A\n"))
		key := pick(r, "k1", "k2", "值:班", "a\nb")
		after := &note{Text: fmt.Sprint(n)}
		if r.IntN(2) == 0 {
			after.Until = noon.Add(time.Duration(1+r.IntN(48)) * time.Hour)
		}
		write, err := change(t.Context(), l, in, key, after)
		require.NoError(t, err)
		e := write.Entry
		e.At = noon.Add(time.Duration(n) * time.Minute)
		e.Actor, e.Group = pick[chat.User](r, "", "li", "a/b%"), pick[chat.Group](r, "", "G1", "G2")
		e.Items, e.Targets = pick(r, nil, []string{"mute"}, []string{"admins", "mute"}), pick(r, nil, []chat.User{"zhao", "zhao"})
		switch r.IntN(8) {
		case 0:
			e.Outcome, e.Changes = journal.Refused, nil
		case 1:
			e.Undoes = int64(1 + r.IntN(n+5))
		case 2:
			e.Changes = append(e.Changes, journal.Change{Of: in, Key: "never"}) // neither there before nor after
		case 3:
			e.Changes = []journal.Change{{Of: in, Key: "never"}}
		}
		_, err = l.Commit(t.Context(), write)
		require.NoError(t, err)
	}
	put(t, l, box("a"), "k", &note{Text: "last", Until: noon.Add(2 * time.Hour)})
}

func TestViewsAreWhatTheJournalGives(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		assert.Empty(t, rebuilt(t, w.ledger(), true), "an empty company is whole")
		w.live(t, 300)
		before := w.snapshot(t)
		lines, done, err := rebuild(t.Context(), w.ledger(), true)
		require.NoError(t, err)
		assert.Empty(t, lines)
		assert.Equal(t, int64(306), done.Entries)
		assert.Equal(t, int64(4), done.Aggregates)
		assert.Equal(t, before, w.snapshot(t), "and nothing was touched")
	})
}

// spoil damages the views of a company in one way.
type spoil struct {
	name  string
	do    func(ctx context.Context, c redis.UniversalClient, p string) error
	tells []string // parts of the lines that tell it
	moves []string // aggregates whose version must move
}

func spoils() []spoil {
	h := func(key, field, value string) func(context.Context, redis.UniversalClient, string) error {
		return func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.HSet(ctx, p+key, field, value).Err()
		}
	}
	z := func(key, member string, score float64) func(context.Context, redis.UniversalClient, string) error {
		return func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.ZAdd(ctx, p+key, redis.Z{Score: score, Member: member}).Err()
		}
	}
	del := func(key string) func(context.Context, redis.UniversalClient, string) error {
		return func(ctx context.Context, c redis.UniversalClient, p string) error { return c.Del(ctx, p+key).Err() }
	}
	return []spoil{
		{"a changed byte", h("state:box/a", "k", `{"text":"lasT"}`), []string{`state box/a k: stands {"text":"lasT"}; should be {"text":"last",`}, []string{"box/a"}},
		{"a missing record", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.HDel(ctx, p+"state:box/a", "k").Err()
		}, []string{`state box/a k: stands nothing; should be {"text":"last",`}, []string{"box/a"}},
		{"an extra record", h("state:box/a", "evil", `{"text":"all rights"}`), []string{`state box/a evil: stands {"text":"all rights"}; should be nothing`}, []string{"box/a"}},
		{"a missing aggregate", del("state:box/a"), []string{"state box/a k: stands nothing"}, []string{"box/a"}},
		{"an extra aggregate", h("state:box/evil", "k", "1"), []string{"state box/evil k: stands 1; should be nothing"}, []string{"box/evil"}},
		{"an aggregate of another type", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return errors.Join(c.Del(ctx, p+"state:box/a").Err(), c.Set(ctx, p+"state:box/a", "x", 0).Err())
		}, []string{"state box/a: stands another type of key; should be a hash", "state box/a k: stands nothing"}, []string{"box/a"}},
		{"a missing version", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.HDel(ctx, p+"versions", "box/b").Err()
		}, []string{"version box/b: stands nothing; should be a number above 0"}, []string{"box/b"}},
		{"no number for a version", h("versions", "box/b", "x"), []string{"version box/b: stands x"}, []string{"box/b"}},
		{"an extra number", z("index:actor:li", "99999", 99999), []string{"index actor:li #99999: stands there; should be nothing"}, nil},
		{"a number of another", z("index:changed:box/a", "4", 4), []string{"index changed:box/a #4: stands there; should be nothing"}, nil},
		{"no number", z("index:actor:li", "x", 3), []string{"index actor:li #x: stands there; should be nothing"}, nil},
		{"a wrong place", z("index:actor:li", "1", 7), []string{"index actor:li #1: stands missing or at a wrong place; should be there"}, nil},
		{"a missing number", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.ZRem(ctx, p+"index:undoable:all", "1").Err()
		}, []string{"index undoable:all #1: stands missing"}, nil},
		{"a missing index", del("index:changed:box/a"), []string{"index changed:box/a #1, #2, #3,", " more: stands missing"}, nil},
		{"an index that nobody keeps", z("index:changed:crate/a", "3", 3), []string{"index changed:crate/a #3: stands there; should be nothing"}, nil},
		{"a wrong moment", z("agenda", "box/a\nk", float64(noon.UnixMilli())), []string{"agenda box/a k: stands 2026-02-28T12:00:00.000Z; should be 2026-02-28T14:00:00.000Z"}, nil},
		{"a missing moment", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.ZRem(ctx, p+"agenda", "box/a\nk").Err()
		}, []string{"agenda box/a k: stands nothing; should be 2026-02-28T14:00:00.000Z"}, nil},
		{"an extra moment", z("agenda", "box/a\ngone", 1), []string{"agenda box/a gone: stands 1970-01-01T00:00:00.001Z; should be nothing"}, nil},
		{"no agenda", del("agenda"), []string{"agenda box/a k: stands nothing"}, nil},
		{"a wrong use", h("usage:G1", "li/mute", "1"), []string{"usage G1 li mute: stands 1970-01-01T00:00:00.001Z; should be 2026-02-28T1"}, nil},
		{"an extra use", h("usage:", "evil/policy", "1"), []string{"usage company evil policy: stands 1970-01-01T00:00:00.001Z; should be nothing"}, nil},
		{"missing uses", del("usage:G2"), []string{"usage G2 a/b% mute: stands nothing"}, nil},
		{"no head", del("head"), []string{"head: stands 0; should be 306"}, nil},
		{"an old head", func(ctx context.Context, c redis.UniversalClient, p string) error {
			return c.Set(ctx, p+"head", 5, 0).Err()
		},
			[]string{"head: stands 5; should be 306"}, nil},
	}
}

func TestRebuildFindsAndMendsWhatIsWrong(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.live(t, 300)
		before, versions := w.views(t), w.versions(t)
		reader := w.ledger()
		notes(t, reader, box("a"))
		spoilt := func(of []spoil) {
			t.Helper()
			var names, moves []string
			for _, s := range of {
				require.NoError(t, s.do(ctx, w.raw, w.prefix()), s.name)
				names, moves = append(names, s.name), append(moves, s.moves...)
			}
			name := strings.Join(names, ", ")
			notes(t, reader, box("a")) // whoever has read what is wrong must not go on with it
			wrong := w.snapshot(t)
			dry := rebuilt(t, w.ledger(), false)
			assert.NotEmpty(t, dry, name)
			assert.Equal(t, wrong, w.snapshot(t), "%s: a dry run changes nothing", name)
			if len(of) == 1 {
				for _, part := range of[0].tells {
					assert.Contains(t, strings.Join(dry, "\n"), part, name)
				}
			}
			assert.Equal(t, dry, rebuilt(t, w.ledger(), true), name)
			assert.Equal(t, before, w.views(t), "%s: mended to the byte", name)
			assert.Empty(t, rebuilt(t, w.ledger(), true), "%s: nothing is left", name)
			now := w.versions(t)
			for n, v := range now {
				if slices.Contains(moves, n) {
					assert.Greater(t, number(v), number(versions[n]), "%s: %s moves forward", name, n)
				} else {
					assert.Equal(t, versions[n], v, "%s: %s stays", name, n)
				}
			}
			versions = now
			assert.Equal(t, "last", notes(t, reader, box("a"))["k"].Text, name)
		}
		for _, s := range spoils() {
			spoilt([]spoil{s})
		}
		spoilt(slices.DeleteFunc(spoils(), func(s spoil) bool { return s.name == "an aggregate of another type" }))
		head := put(t, w.ledger(), box("a"), "k", &note{Text: "on"})
		assert.Equal(t, int64(307), head, "and it goes on")
	})
}

func number(v string) int64 { n, _ := strconv.ParseInt(v, 10, 64); return n }

// TestRebuildTrustsNoBrokenJournal: what cannot be folded is not folded into views.
func TestRebuildTrustsNoBrokenJournal(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.live(t, 20)
		for _, c := range []struct {
			name string
			do   func() error
			tell string
		}{
			{"a head beyond it", func() error { return w.raw.Set(ctx, w.prefix()+"head", 30, 0).Err() }, "head: stands 30; should be 26"},
			{"a gap", func() error { return w.raw.XDel(ctx, w.prefix()+"journal", "3-0", "4-0").Err() }, "journal #3 to #4: stands missing"},
			{"no beginning", func() error { return w.raw.XDel(ctx, w.prefix()+"journal", "1-0").Err() }, "journal #1: stands missing"},
			{"nothing at all", func() error { return w.raw.Del(ctx, w.prefix()+"journal", w.prefix()+"head").Err() }, "journal: stands empty"},
		} {
			require.NoError(t, c.do(), c.name)
			before := w.snapshot(t)
			lines, _, err := rebuild(ctx, w.ledger(), true)
			require.ErrorIs(t, err, storage.ErrJournal, c.name)
			assert.Contains(t, strings.Join(lines, "\n"), c.tell, c.name)
			assert.Equal(t, before, w.snapshot(t), "%s: nothing was touched", c.name)
			require.NoError(t, w.raw.Set(ctx, w.prefix()+"head", 26, 0).Err())
		}
	})
}

func TestRebuildSaysWhereTheJournalContradictsItself(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1"})
		e := entry("box.changed")
		e.Changes = []journal.Change{journal.Set(box("a"), "k", &note{Text: "2"}, &note{Text: "3"})}
		write(t, l, e)
		lines, _, err := rebuild(t.Context(), w.ledger(), true)
		require.ErrorIs(t, err, storage.ErrJournal)
		assert.Equal(t, []string{
			`journal #2 box/a k: stands before it {"text":"2"}; should be what the entries before it have made: {"text":"1"}`,
		}, lines)
	})
}

// TestRebuildLeavesAClaimedMoment: while somebody works on a moment that has come, the agenda keeps their lease.
func TestRebuildLeavesAClaimedMoment(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon})
		w.clock.set(noon.Add(time.Minute))
		require.Len(t, claim(t, l), 1)
		assert.Empty(t, rebuilt(t, w.ledger(), true))
	})
}

// TestRebuildWhileOthersCommit: what others commit meanwhile is no difference, and is not taken back.
func TestRebuildWhileOthersCommit(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.live(t, 50)
		ctx, l := t.Context(), w.ledger()
		for _, err := range atOnce(4, func(i int) error {
			for k := range 20 {
				if i == 0 {
					key := fmt.Sprint("evil", k)
					if err := w.raw.HSet(ctx, w.prefix()+"state:box/a", key, "{}").Err(); err != nil {
						return err
					}
					lines, _, err := rebuild(ctx, w.ledger(), true)
					if err != nil {
						return err
					}
					if len(lines) != 1 || !strings.Contains(lines[0], key) {
						return fmt.Errorf("round %d: %q", k, lines)
					}
					continue
				}
				for { // the version moves when it is mended: then it is decided again
					write, err := change(ctx, l, crate(fmt.Sprint(i)), "k", &note{Text: fmt.Sprint(k), Until: noon.Add(time.Hour)})
					if err != nil {
						return err
					}
					if _, err = l.Commit(ctx, write); !errors.Is(err, journal.ErrStale) {
						if err != nil {
							return err
						}
						break
					}
				}
			}
			return nil
		}) {
			assert.NoError(t, err)
		}
		assert.Empty(t, rebuilt(t, w.ledger(), false))
	})
}
