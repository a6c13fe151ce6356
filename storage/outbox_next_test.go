package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhenTheNextEffectGoes(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.post(t, tell("1"), tell("2"))
		a := w.courier(t, "a")
		_, ok, err := a.NextLater(t.Context())
		require.NoError(t, err)
		assert.False(t, ok, "nothing was put off")
		held := next(t, a)
		require.Len(t, held, 2)
		require.NoError(t, a.Later(t.Context(), held[0], w.clock.now().Add(time.Hour)))
		require.NoError(t, a.Later(t.Context(), held[1], w.clock.now().Add(time.Minute)))
		at, ok, err := a.NextLater(t.Context())
		require.NoError(t, err)
		assert.True(t, ok)
		assert.True(t, at.Equal(w.clock.now().Add(time.Minute)), at)
	})
}
