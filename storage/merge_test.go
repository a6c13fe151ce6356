package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// TestAMergedEffectIsOne to whoever takes it over: the same one, under the same id, and done in one step.
func TestAMergedEffectIsOne(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.post(t, tell("1"), tell("2"), tell("3"), tell("4"))
		a, b := w.courier(t, "a"), w.courier(t, "b")
		held := next(t, a)
		require.Len(t, held, 4)
		merged, ok, err := a.Merge(ctx, held[:3], tell("1 to 3"))
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, held[:3], merged.Parts)
		assert.Equal(t, [3]int64{2, 0, 0}, waiting(t, a), "the merged one and the fourth")
		assert.Empty(t, next(t, b), "it is held")

		w.abandon(t, "a", held[0].ID)
		assert.Equal(t, []chat.Effect{merged}, next(t, b), "a courier that died after sending it: the same message again")
		w.abandon(t, "b", held[0].ID)
		assert.Equal(t, []chat.Effect{merged}, next(t, a))
		require.NoError(t, a.Done(ctx, merged.ID))
		assert.Equal(t, [3]int64{1, 0, 0}, waiting(t, a), "all parts are done")
		assert.NotContains(t, w.snapshot(t), "merged", "nothing is left of it")
	})
}

// TestWhatAnotherHasTakenOverIsNotMerged: it would be told twice.
func TestWhatAnotherHasTakenOverIsNotMerged(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.post(t, tell("1"), tell("2"))
		a, b := w.courier(t, "a"), w.courier(t, "b")
		held := next(t, a)
		require.Len(t, held, 2)
		w.abandon(t, "a", held[1].ID)
		require.Len(t, next(t, b), 1)
		_, ok, err := a.Merge(t.Context(), held, tell("both"))
		require.NoError(t, err)
		assert.False(t, ok)
		assert.Equal(t, [3]int64{2, 0, 0}, waiting(t, a), "nothing has changed")
		w.abandon(t, "a", held[0].ID)
		assert.Equal(t, held[:1], next(t, b))
	})
}

func TestAMergedEffectIsPutOffWholeOrInItsParts(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.post(t, tell("1"), tell("2"))
		o := w.courier(t, "a")
		held := next(t, o)
		merged, ok, err := o.Merge(ctx, held, tell("both"))
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, o.Later(ctx, merged, noon))
		require.NoError(t, o.Revive(ctx))
		assert.Equal(t, []chat.Effect{merged}, next(t, o), "whole")
		require.NoError(t, o.Split(ctx, merged, noon.Add(time.Minute)))
		assert.Equal(t, [3]int64{0, 2, 0}, waiting(t, o))
		w.clock.add(time.Minute)
		require.NoError(t, o.Revive(ctx))
		assert.Equal(t, held, next(t, o), "in its parts, under their own ids")
		again, ok, err := o.Merge(ctx, held, tell("both"))
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, merged.ID, again.ID, "the same parts are the same message")
		_, _, err = o.Merge(ctx, []chat.Effect{again}, tell("more"))
		assert.Error(t, err)
		require.NoError(t, o.GiveUp(ctx, again, "why"))
		assert.Equal(t, [3]int64{0, 0, 1}, waiting(t, o))
		assert.NotContains(t, w.snapshot(t), "merged")
	})
}
