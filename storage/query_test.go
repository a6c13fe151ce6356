package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

// write commits an entry as it stands.
func write(t *testing.T, l *storage.Ledger, e journal.Entry) journal.Entry {
	t.Helper()
	w := journal.Write{Entry: &e}
	names := make([]journal.Name, len(e.Changes))
	for i, c := range e.Changes {
		names[i] = c.Of
	}
	found, err := l.Load(t.Context(), journal.Want{Names: names})
	require.NoError(t, err)
	for n, s := range found.States {
		w.Checks = append(w.Checks, journal.Check{Name: n, Version: s.Version})
	}
	f, err := l.Commit(t.Context(), w)
	require.NoError(t, err)
	e.N = f.N
	return e
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// randomEntry is entry number n of a journal whose clocks disagree by up to half a minute.
func randomEntry(r *rand.Rand, n int) journal.Entry {
	e := journal.Entry{
		At:   noon.Add(time.Duration(n)*10*time.Second + time.Duration(r.IntN(30_000))*time.Millisecond),
		Kind: pick[journal.Kind](r, "a.done", "b.done"), Outcome: pick(r, journal.Done, journal.Done, journal.Refused, journal.Expired),
		Actor: pick[chat.User](r, "", "li", "zhao"), Group: pick[chat.Group](r, "", "G1", "G2"),
		Targets: pick(r, nil, []chat.User{"li"}, []chat.User{"zhao", "li"}), Items: pick(r, nil, []string{"mute"}, []string{"admins", "mute"}),
	}
	if r.IntN(3) > 0 {
		e.Changes = []journal.Change{
			journal.Set(box(fmt.Sprint(n)), "k", nil, &note{Text: "x"}), journal.Set(box(fmt.Sprint(n)), "l", nil, &note{Text: "x"}),
		}
		if r.IntN(3) == 0 {
			e.Changes = append(e.Changes, journal.Set(pick(r, box("shared"), crate("shared")), fmt.Sprint(n), nil, &note{Text: "x"}))
		}
	}
	if n > 1 && r.IntN(5) == 0 {
		e.Undoes = int64(1 + r.IntN(n-1))
	}
	return e
}

func randomQuery(r *rand.Rand, n int) journal.Query {
	q := journal.Query{
		Actor: pick[chat.User](r, "", "", "li", "zhao", "nobody"), Target: pick[chat.User](r, "", "", "li", "zhao"),
		Group: pick[chat.Group](r, "", "", "G1"), Item: pick(r, "", "", "mute", "admins"), Kind: pick[journal.Kind](r, "", "", "a.done"),
		Refused: r.IntN(4) == 0, Groupless: r.IntN(4) == 0, Undoable: r.IntN(4) == 0, Limit: pick(r, 0, 0, 1, 3, 7, 1000),
	}
	if r.IntN(4) == 0 {
		q.Changed = pick(r, box("shared"), crate("shared"), box("7"), box("never"))
	}
	if r.IntN(8) == 0 {
		q.N = int64(1 + r.IntN(n+2))
	}
	if r.IntN(3) == 0 && q.N == 0 {
		q.Before = int64(1 + r.IntN(n+2))
	}
	at := func() time.Time { return noon.Add(time.Duration(r.IntN(n*10_000)) * time.Millisecond) }
	if r.IntN(3) == 0 {
		q.Since = at()
	}
	if r.IntN(3) == 0 {
		q.Until = at()
	}
	return q
}

// slowly answers a query by looking at every entry.
func slowly(all []journal.Entry, undone map[int64]bool, q journal.Query) (out []journal.Entry, more bool) {
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	for _, e := range slices.Backward(all) {
		switch {
		case q.Before != 0 && e.N >= q.Before, q.Undoable && undone[e.N], !q.Matches(e):
		case len(out) == limit:
			return out, true
		default:
			out = append(out, e)
		}
	}
	return out, false
}

func TestQueriesFindWhatLookingAtEveryEntryFinds(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const entries, queries = 150, 250
		l, r := w.ledger(), rand.New(rand.NewPCG(1, 2))
		var all []journal.Entry
		undone := map[int64]bool{}
		for n := range entries {
			e := write(t, l, randomEntry(r, n+1))
			require.Equal(t, int64(n+1), e.N)
			undone[e.Undoes] = true
			all = append(all, e)
		}
		hits, full := 0, 0
		for range queries {
			q := randomQuery(r, entries)
			want, more := slowly(all, undone, q)
			found, err := l.Load(t.Context(), journal.Want{Queries: []journal.Query{{Limit: 1}, q}})
			require.NoError(t, err)
			assert.Equal(t, numbers(want), numbers(found.Entries[1]), "%+v", q)
			assert.Equal(t, more, found.More[1], "%+v", q)
			hits += len(want)
			if more {
				full++
			}

			var each []journal.Entry
			require.NoError(t, l.Each(t.Context(), q, func(e journal.Entry) error {
				each = append(each, e)
				return nil
			}))
			q.Before, q.Limit = 0, entries
			want, _ = slowly(all, undone, q)
			slices.Reverse(want)
			assert.Equal(t, numbers(want), numbers(each), "each %+v", q)
		}
		assert.Greater(t, hits, queries, "the questions are about something")
		assert.Greater(t, full, queries/10)
	})
}

func numbers(in []journal.Entry) []int64 {
	out := make([]int64, len(in))
	for i, e := range in {
		out[i] = e.N
	}
	return out
}

// ask is one query on its own.
func ask(t *testing.T, l *storage.Ledger, q journal.Query) ([]int64, bool) {
	t.Helper()
	found, err := l.Load(t.Context(), journal.Want{Queries: []journal.Query{q}})
	require.NoError(t, err)
	return numbers(found.Entries[0]), found.More[0]
}

func TestQueriesByName(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		for n := range 30 {
			e := entry("box.changed")
			e.At = noon.Add(time.Duration(n+1) * time.Minute)
			e.Group, e.Items, e.Targets = "G1", []string{"mute", "mute:all"}, []chat.User{"zhao"}
			if n%10 == 9 {
				e.Outcome = journal.Refused
			}
			write(t, l, e)
		}
		seconds := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
		for name, c := range map[string]struct {
			query journal.Query
			want  []int64
			more  bool
		}{
			"the newest, twenty":                  {journal.Query{}, down(30, 11), true},
			"the whole":                           {journal.Query{Limit: 30}, down(30, 1), false},
			"less than one is twenty":             {journal.Query{Limit: -3}, down(30, 11), true},
			"one":                                 {journal.Query{N: 7}, down(7, 7), false},
			"one, of somebody else":               {journal.Query{N: 7, Actor: "boss"}, down(0, 1), false},
			"one that is not":                     {journal.Query{N: 31}, down(0, 1), false},
			"one that cannot be":                  {journal.Query{N: -1, Limit: 1}, down(0, 1), false},
			"one beyond all numbers":              {journal.Query{N: 1<<63 - 1}, down(0, 1), false},
			"an earlier page":                     {journal.Query{Before: 11, Limit: 5}, down(10, 6), true},
			"the last page, full":                 {journal.Query{Before: 11, Limit: 10}, down(10, 1), false},
			"before the first":                    {journal.Query{Before: 1}, down(0, 1), false},
			"before all numbers":                  {journal.Query{Before: -5}, down(0, 1), false},
			"refusals":                            {journal.Query{Refused: true}, []int64{30, 20, 10}, false},
			"refusals of a group, page by page":   {journal.Query{Refused: true, Group: "G1", Limit: 2}, []int64{30, 20}, true},
			"an item with a colon":                {journal.Query{Item: "mute:all", Limit: 1}, []int64{30}, true},
			"an item that begins like it":         {journal.Query{Item: "mut"}, down(0, 1), false},
			"until is exclusive":                  {journal.Query{Until: seconds(5 * 60), Limit: 2}, down(4, 3), true},
			"until a moment later":                {journal.Query{Until: seconds(5*60 + 1), Limit: 2}, down(5, 4), true},
			"until less than a millisecond later": {journal.Query{Until: seconds(5 * 60).Add(time.Nanosecond), Limit: 2}, down(5, 4), true},
			"since is inclusive":                  {journal.Query{Since: seconds(28 * 60)}, down(30, 28), false},
			"since a moment later":                {journal.Query{Since: seconds(28*60 + 1)}, down(30, 29), false},
			"between":                             {journal.Query{Since: seconds(3 * 60), Until: seconds(6 * 60)}, down(5, 3), false},
			"between, the other way round":        {journal.Query{Since: seconds(6 * 60), Until: seconds(3 * 60)}, down(0, 1), false},
			"until before everything":             {journal.Query{Until: noon.Add(-time.Hour)}, down(0, 1), false},
			"until after everything":              {journal.Query{Until: noon.Add(time.Hour * 100), Limit: 1}, down(30, 30), true},
		} {
			got, more := ask(t, l, c.query)
			assert.Equal(t, c.want, got, name)
			assert.Equal(t, c.more, more, name)
		}
		var paged []int64
		for before := int64(0); ; {
			got, more := ask(t, l, journal.Query{Group: "G1", Actor: "li", Before: before, Limit: 7})
			paged = append(paged, got...)
			if !more {
				break
			}
			before = got[len(got)-1]
		}
		assert.Equal(t, down(30, 1), paged, "page by page nothing is missing and nothing comes twice")
	})
}

// down counts from one number down to another; nothing if that is larger.
func down(from, to int64) []int64 {
	out := []int64{}
	for n := from; n >= to; n-- {
		out = append(out, n)
	}
	return out
}

func TestAnUndoTakesAnEntryOffTheUndoable(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1"})
		put(t, l, box("a"), "k", &note{Text: "2"})
		got, _ := ask(t, l, journal.Query{Actor: "li", Undoable: true})
		assert.Equal(t, []int64{2, 1}, got)

		back, err := change(t.Context(), l, box("a"), "k", &note{Text: "1"})
		require.NoError(t, err)
		back.Entry.Undoes = 2
		_, err = l.Commit(t.Context(), back)
		require.NoError(t, err)
		got, _ = ask(t, l, journal.Query{Actor: "li", Undoable: true})
		assert.Equal(t, []int64{1}, got, "neither what was undone nor the undo")
		got, _ = ask(t, l, journal.Query{N: 2, Undoable: true})
		assert.Empty(t, got)
		got, _ = ask(t, l, journal.Query{N: 1, Undoable: true})
		assert.Equal(t, []int64{1}, got)
		got, _ = ask(t, l, journal.Query{N: 2})
		assert.Equal(t, []int64{2}, got, "it still stands in the journal")
	})
}

func TestEachGoesThroughALongJournal(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const entries, writers = 2048, 32
		ctx, l := t.Context(), w.ledger()
		for _, err := range atOnce(writers, func(i int) error {
			var faults []error
			for k := range entries / writers {
				e := entry("box.changed")
				e.Actor, e.Reason = chat.User(fmt.Sprint(i)), fmt.Sprint(k)
				_, err := l.Commit(ctx, journal.Write{Entry: &e})
				faults = append(faults, err)
			}
			return errors.Join(faults...)
		}) {
			require.NoError(t, err)
		}
		var all []int64
		seen := map[string]bool{}
		require.NoError(t, l.Each(ctx, journal.Query{Before: 3, Limit: 1}, func(e journal.Entry) error {
			all = append(all, e.N)
			seen[string(e.Actor)+"/"+e.Reason] = true
			return nil
		}))
		want := down(entries, 1)
		slices.Reverse(want)
		assert.Equal(t, want, all)
		assert.Len(t, seen, entries)

		stop := errors.New("enough")
		n := 0
		assert.ErrorIs(t, l.Each(ctx, journal.Query{}, func(journal.Entry) error {
			if n++; n == 700 {
				return stop
			}
			return nil
		}), stop)
		assert.Equal(t, 700, n)

		got, more := ask(t, l, journal.Query{Limit: 1500})
		assert.Equal(t, down(entries, entries-1499), got)
		assert.True(t, more)
		got, more = ask(t, l, journal.Query{Kind: "unheard.of"})
		assert.Empty(t, got)
		assert.False(t, more)
		first, err := l.Load(ctx, journal.Want{Queries: []journal.Query{{N: 1}}})
		require.NoError(t, err)
		q := journal.Query{Actor: first.Entries[0][0].Actor, Limit: entries/writers - 1}
		got, more = ask(t, l, q)
		assert.Len(t, got, entries/writers-1)
		assert.True(t, more, "the first of all is missing")
	})
}

// TestQueriesWhileOthersCommit: whatever is read is a piece of the journal without a gap.
func TestQueriesWhileOthersCommit(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := w.ledger()
		for _, err := range atOnce(8, func(i int) error {
			for k := range 20 {
				if i < 4 {
					e := entry("box.changed")
					if _, err := l.Commit(ctx, journal.Write{Entry: &e}); err != nil {
						return err
					}
					continue
				}
				f, err := l.Load(ctx, journal.Want{Queries: []journal.Query{{Limit: 10}, {Actor: "li", Limit: 10}}})
				if err != nil {
					return err
				}
				for _, found := range f.Entries {
					for j, e := range found {
						if e.N != found[0].N-int64(j) {
							return fmt.Errorf("round %d: %v", k, numbers(found))
						}
					}
				}
			}
			return nil
		}) {
			assert.NoError(t, err)
		}
	})
}
