package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage"
)

func claim(t *testing.T, l *storage.Ledger) []journal.Due {
	t.Helper()
	due, err := l.Claim(t.Context(), 10)
	require.NoError(t, err)
	return due
}

func TestAMomentIsClaimedWhenItHasComeAndNotBefore(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		_, ok, err := l.NextDue(ctx)
		require.NoError(t, err)
		assert.False(t, ok)

		end := noon.Add(time.Minute + 300*time.Microsecond) // clocks are finer than the agenda
		put(t, l, box("a"), "k", &note{Text: "1", Until: end})
		put(t, l, box("a"), "for ever", &note{Text: "1"})
		w.clock.set(end.Add(-100 * time.Microsecond))
		assert.Empty(t, claim(t, l), "who looks a moment too early would find it still running, and never look again")
		w.clock.set(end.Add(time.Millisecond))
		due := claim(t, l)
		require.Len(t, due, 1)
		assert.Equal(t, box("a"), due[0].Of)
		assert.Equal(t, "k", due[0].Key)
		assert.Equal(t, noon.Add(time.Minute+time.Millisecond), due[0].At)
	})
}

func TestAClaimIsALease(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l, other := t.Context(), w.ledger(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon})
		first := claim(t, l)
		require.Len(t, first, 1)
		w.clock.add(29 * time.Second)
		assert.Empty(t, claim(t, other), "its worker has it")
		w.clock.add(time.Second)
		second := claim(t, other)
		require.Len(t, second, 1, "its worker has not finished it")

		gone := func(d journal.Due) error {
			out, err := change(ctx, l, box("a"), "k", nil)
			require.NoError(t, err)
			out.Moment = d.ID
			_, err = l.Commit(ctx, out)
			return err
		}
		assert.ErrorIs(t, gone(first[0]), journal.ErrFinished, "the first worker is too late")
		assert.Len(t, notes(t, l, box("a")), 1)
		assert.NoError(t, gone(second[0]))
		assert.ErrorIs(t, gone(second[0]), journal.ErrFinished)
		w.clock.add(time.Hour)
		assert.Empty(t, claim(t, l))
		n, err := l.Head(ctx)
		require.NoError(t, err)
		assert.Equal(t, int64(2), n, "it ended once")
	})
}

func TestAMomentThatNeedsNothingIsOver(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon})
		due := claim(t, l)
		require.Len(t, due, 1)
		_, err := l.Commit(t.Context(), journal.Write{Moment: due[0].ID})
		require.NoError(t, err)
		w.clock.add(time.Hour)
		assert.Empty(t, claim(t, l))
	})
}

func TestAnExtensionReplacesAMomentEvenWhileItIsClaimed(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon})
		due := claim(t, l)
		require.Len(t, due, 1)
		late, err := change(ctx, l, box("a"), "k", nil) // what the worker will commit, as it sees things now
		require.NoError(t, err)
		late.Moment = due[0].ID
		put(t, w.ledger(), box("a"), "k", &note{Text: "longer", Until: noon.Add(time.Hour)})

		_, err = l.Commit(ctx, late)
		assert.ErrorIs(t, err, journal.ErrFinished)
		assert.Equal(t, "longer", notes(t, l, box("a"))["k"].Text)
		w.clock.add(31 * time.Second)
		assert.Empty(t, claim(t, l), "the lease is gone with the old moment")
		at, ok, err := l.NextDue(ctx)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, noon.Add(time.Hour), at)

		put(t, l, box("a"), "k", &note{Text: "for ever"})
		_, ok, err = l.NextDue(ctx)
		require.NoError(t, err)
		assert.False(t, ok, "what has no end is not looked at")
		put(t, l, box("a"), "k", &note{Text: "1", Until: noon.Add(time.Hour)})
		put(t, l, box("a"), "k", nil)
		_, ok, err = l.NextDue(ctx)
		require.NoError(t, err)
		assert.False(t, ok, "what is gone is not looked at")
	})
}

func TestAMomentMayBringTheNext(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "first look", Until: noon})
		due := claim(t, l)
		require.Len(t, due, 1)
		next, err := change(ctx, l, box("a"), "k", &note{Text: "second look", Until: noon.Add(time.Minute)})
		require.NoError(t, err)
		next.Moment = due[0].ID
		_, err = l.Commit(ctx, next)
		require.NoError(t, err)
		assert.Empty(t, claim(t, l))
		w.clock.add(time.Minute)
		assert.Len(t, claim(t, l), 1)
	})
}

// TestManyWorkersHandleEachMomentOnce: claims and commits race, with leases running out in between.
func TestManyWorkersHandleEachMomentOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const moments, workers = 40, 8
		ctx := t.Context()
		for i := range moments {
			put(t, w.ledger(), box(fmt.Sprint(i)), "k", &note{Text: "1", Until: noon.Add(-time.Duration(i) * time.Second)})
		}
		type end struct {
			done []string
			err  error
		}
		var got []string
		for _, e := range atOnce(workers, func(i int) (out end) {
			l := w.ledger()
			for range 20 {
				due, err := l.Claim(ctx, 3)
				if err != nil {
					out.err = err
					return out
				}
				w.clock.add(10 * time.Second) // now and then somebody's lease runs out
				for _, d := range due {
					write, err := change(ctx, l, d.Of, d.Key, nil)
					if err != nil {
						out.err = err
						return out
					}
					write.Moment = d.ID
					_, err = l.Commit(ctx, write)
					switch {
					case err == nil:
						out.done = append(out.done, string(d.Of))
					case !errors.Is(err, journal.ErrFinished) && !errors.Is(err, journal.ErrStale):
						out.err = err
						return out
					}
				}
			}
			return out
		}) {
			assert.NoError(t, e.err)
			got = append(got, e.done...)
		}
		slices.Sort(got)
		assert.Len(t, slices.Compact(slices.Clone(got)), len(got), "none twice")
		assert.Len(t, got, moments, "none forgotten")
	})
}

func TestManyTakeUpEachMessageOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const messages = 30
		ctx := t.Context()
		for _, err := range atOnce(messages, func(i int) error {
			_, err := w.ledger().Accept(ctx, said(fmt.Sprint(i)), journal.Want{})
			return err
		}) {
			require.NoError(t, err)
		}
		w.clock.add(time.Minute)
		var got []string
		for _, ids := range atOnce(8, func(int) (ids []string) {
			for range 10 {
				left, err := w.ledger().TakeUp(ctx, 4)
				if err != nil {
					return append(ids, err.Error())
				}
				for _, m := range left {
					ids = append(ids, m.ID)
				}
			}
			return ids
		}) {
			got = append(got, ids...)
		}
		slices.Sort(got)
		assert.Len(t, slices.Compact(slices.Clone(got)), messages)
		assert.Len(t, got, messages)
	})
}

// TestOneOfManyFinishesAMessage: the same message, delivered to eight processes at once.
func TestOneOfManyFinishesAMessage(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const processes = 8
		type end struct {
			finished journal.Finished
			err      error
		}
		ends := atOnce(processes, func(i int) end {
			l := w.ledger()
			found, err := l.Accept(t.Context(), said("m1"), journal.Want{Names: both})
			if err != nil {
				return end{err: err}
			}
			if found.Finished != nil {
				return end{*found.Finished, journal.ErrFinished}
			}
			write := whole(journal.Check{Name: box("a"), Version: found.States[box("a")].Version},
				journal.Check{Name: box("b"), Version: found.States[box("b")].Version})
			write.Reply.Text.EN = fmt.Sprint("by ", i)
			f, err := l.Commit(t.Context(), write)
			return end{f, err}
		})
		won := slices.IndexFunc(ends, func(e end) bool { return e.err == nil })
		require.GreaterOrEqual(t, won, 0)
		for i, e := range ends {
			if i != won {
				assert.ErrorIs(t, e.err, journal.ErrFinished)
			}
			assert.Equal(t, ends[won].finished, e.finished)
		}
		n, err := w.ledger().Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(1), n)
	})
}
