package storage_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAJobIsFiredOnceForEachMoment(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, a, b := t.Context(), w.Firings(), w.open(t).Tenant(w.corp, w.clock.now).Firings()
		last, err := a.Last(ctx, "review")
		require.NoError(t, err)
		assert.True(t, last.IsZero(), "never")
		for _, c := range []struct {
			at   time.Time
			mine bool
		}{
			{noon, true}, {noon, false}, {noon.Add(-time.Hour), false}, {noon.Add(time.Hour), true}, {noon, false},
		} {
			mine, err := a.Fire(ctx, "review", c.at)
			require.NoError(t, err)
			assert.Equal(t, c.mine, mine, c.at)
			mine, err = b.Fire(ctx, "review", c.at)
			require.NoError(t, err)
			assert.False(t, mine, "the other replica has it")
		}
		last, err = b.Last(ctx, "review")
		require.NoError(t, err)
		assert.Equal(t, noon.Add(time.Hour), last)
		mine, err := b.Fire(ctx, "digest", noon)
		require.NoError(t, err)
		assert.True(t, mine, "another job is another matter")
	})
}

func TestOneOfManyFires(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		for i := range 10 {
			won := atOnce(16, func(int) bool {
				mine, err := w.Firings().Fire(t.Context(), "review", noon.Add(time.Duration(i)*time.Minute))
				return mine && err == nil
			})
			assert.Len(t, slices.DeleteFunc(won, func(mine bool) bool { return !mine }), 1)
		}
	})
}
