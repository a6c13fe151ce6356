package storage_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func letter(link, class string) chat.Effect {
	return chat.PostLetter(link, chat.Letter{Class: class, At: noon})
}

// TestLettersKeepTheirOrderAndTheirIDs also if the first one is tried again, and nobody else waits for them.
func TestLettersKeepTheirOrderAndTheirIDs(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, o, p := t.Context(), w.courier(t, "a"), w.Posts()
		w.post(t, letter("crm", "1"), tell("hello"), letter("crm", "2"), letter("audit", "3"))
		assert.Equal(t, []string{"hello"}, texts(next(t, o)), "letters do not stand among messages to people")

		first, ok, err := p.Take(ctx, "crm")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, "1", first.Letter.Class)
		assert.Equal(t, first.ID, first.Letter.ID)
		first.Tries++
		require.NoError(t, p.Later(ctx, first, w.clock.now().Add(time.Minute), "down"))
		_, ok, err = p.Take(ctx, "crm")
		require.NoError(t, err)
		assert.False(t, ok, "what stands behind it waits too")
		other, ok, err := p.Take(ctx, "audit")
		require.NoError(t, err)
		require.True(t, ok, "another link does not")
		assert.Equal(t, "3", other.Letter.Class)
		s, err := p.State(ctx, "crm")
		require.NoError(t, err)
		assert.Equal(t, [3]any{int64(2), 1, "down"}, [3]any{s.Waiting, s.Tries, s.Fault})

		w.clock.add(time.Minute)
		again, ok, err := p.Take(ctx, "crm")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, first.ID, again.ID)
		assert.Equal(t, 1, again.Tries)
		require.NoError(t, p.Posted(ctx, again))
		second, ok, err := p.Take(ctx, "crm")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, "2", second.Letter.Class)
		assert.Zero(t, second.Tries)
		require.NoError(t, p.Drop(ctx, second, "wrong"))
		_, ok, err = p.Take(ctx, "crm")
		require.NoError(t, err)
		assert.False(t, ok)
		s, err = p.State(ctx, "crm")
		require.NoError(t, err)
		assert.Equal(t, int64(1), s.Lost)
		dead, err := o.Dead(ctx, 10)
		require.NoError(t, err)
		require.Len(t, dead, 1)
		assert.Equal(t, "wrong", dead[0].Reason)
	})
}

// TestOnePostmanAtATime: what a postman who died has taken goes to the next one when the lease is over, as the same letter.
func TestOnePostmanAtATime(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, a, b := t.Context(), w.Posts(), w.Posts()
		w.post(t, letter("crm", "1"))
		taken, ok, err := a.Take(ctx, "crm")
		require.NoError(t, err)
		require.True(t, ok)
		_, ok, err = b.Take(ctx, "crm")
		require.NoError(t, err)
		assert.False(t, ok)
		w.clock.add(31 * time.Second)
		same, ok, err := b.Take(ctx, "crm")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, taken.ID, same.ID)
		_, ok, err = a.Take(ctx, "crm")
		require.NoError(t, err)
		assert.False(t, ok, "the one who was late has lost it")
	})
}

func TestALetterKnowsTheNumberOfItsEntry(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, p := t.Context(), w.Posts()
		e := entry("box.changed")
		e.Reason = "why"
		l := letter("audit", "box.changed")
		l.Letter.Entry = e.Encode()
		done, err := w.ledger().Commit(ctx, journal.Write{Entry: &e, Effects: []chat.Effect{l}})
		require.NoError(t, err)
		got, ok, err := p.Take(ctx, "audit")
		require.NoError(t, err)
		require.True(t, ok)
		read, err := journal.DecodeEntry(0, got.Letter.Entry)
		require.NoError(t, err)
		assert.Equal(t, done.N, read.N)
		assert.Equal(t, "why", read.Reason)
		assert.True(t, json.Valid(got.Letter.Entry))
	})
}
