package storage_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// TestThousandsAreReadAtOnceAndChecked: more than fits on the stack of Lua, in one round trip; and each of them must
// be what it was when it is committed.
func TestThousandsAreReadAtOnceAndChecked(t *testing.T) {
	// With a Redis of its own: what others have it do at the same time must not let this one wait beyond its time.
	everywhereAlone(t, func(t *testing.T, w *world, _ server) {
		const many = 9000
		ctx, other := t.Context(), w.ledger()
		choose(t, other, "li", "17")
		for _, i := range []int{0, 17, 255, 256, 8999} {
			put(t, other, box(fmt.Sprint(i)), "k", &note{Text: fmt.Sprint("note ", i)})
		}
		want := journal.Want{Who: "li"}
		for i := range many {
			want.Names = append(want.Names, box(fmt.Sprint(i)))
			want.Usage = append(want.Usage, chat.Group(fmt.Sprint(i)))
		}
		want.Names = append(want.Names, box(journal.Chosen), directory.OfPerson("li")) // what depends on the choice may come last
		want.Usage = append(want.Usage, journal.Chosen)
		l, m := w.metered(t)
		var found journal.Found
		for _, how := range []string{"cold", "warm"} {
			var err error
			found, err = l.Accept(ctx, said(how), want)
			require.NoError(t, err)
			trips, _ := m.take()
			assert.Equal(t, 1, trips, how)
			assert.Equal(t, chat.Group("17"), found.Chosen)
			assert.Len(t, found.States, many+1)
			assert.Len(t, found.Usage, many)
			for _, i := range []int{0, 17, 255, 256, 8999} {
				assert.Equal(t, fmt.Sprint("note ", i), found.States[box(fmt.Sprint(i))].Value.(map[string]note)["k"].Text, how)
			}
			assert.Empty(t, found.States[box("18")].Value)
		}
		e := entry("box.changed")
		write := journal.Write{Entry: &e}
		for n, s := range found.States {
			write.Checks = append(write.Checks, journal.Check{Name: n, Version: s.Version})
			if n.Kind() == "box" && n != box("256") {
				e.Changes = append(e.Changes, journal.Set(n, "all", nil, &note{Text: "all"}))
			}
		}
		put(t, other, box("256"), "k", &note{Text: "moved on"})
		_, err := l.Commit(ctx, write)
		assert.ErrorIs(t, err, journal.ErrStale)
		assert.ErrorContains(t, err, "box/256", "it says which")
		for i, c := range write.Checks {
			if c.Name == box("256") {
				f, err := l.Load(ctx, journal.Want{Names: []journal.Name{c.Name}})
				require.NoError(t, err)
				write.Checks[i].Version = f.States[c.Name].Version
			}
		}
		_, err = l.Commit(ctx, write)
		require.NoError(t, err)
		found, err = other.Load(ctx, want)
		require.NoError(t, err)
		assert.Equal(t, "all", found.States[box("8999")].Value.(map[string]note)["all"].Text)
		got, _ := ask(t, l, journal.Query{Changed: box("4000")})
		assert.Len(t, got, 1)
	})
}

// TestManyStepsFindAFinishedMessage: also when much was asked for, a message that was finished is answered by its reply.
func TestManyStepsFindAFinishedMessage(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		want := journal.Want{Usage: []chat.Group{"G1"}, Queries: []journal.Query{{}}}
		for i := range 600 {
			want.Names = append(want.Names, box(fmt.Sprint(i)))
		}
		_, err := l.Accept(ctx, said("m"), want)
		require.NoError(t, err)
		_, err = l.Commit(ctx, journal.Write{MessageID: "m", Reply: chat.Reply{Text: chat.Same("done")}})
		require.NoError(t, err)
		found, err := l.Accept(ctx, said("m"), want)
		require.NoError(t, err)
		require.NotNil(t, found.Finished)
		assert.Equal(t, "done", found.Finished.Reply.Text.EN)
		assert.Equal(t, int64(0), w.raw.Exists(ctx, w.prefix()+"inbox:").Val(), "only one of the steps claims it")
	})
}
