package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, a, b := t.Context(), w.Tokens(), w.open(t).Tenant(w.corp, w.clock.now).Tokens()
		kept, err := a.Token(ctx, "app")
		require.NoError(t, err)
		assert.Empty(t, kept)
		require.NoError(t, a.SetToken(ctx, "app", "secret", 0))
		require.NoError(t, a.SetToken(ctx, "app", "secret", -time.Second))
		kept, err = a.Token(ctx, "app")
		require.NoError(t, err)
		assert.Empty(t, kept, "what is over is not kept")
		require.NoError(t, a.SetToken(ctx, "app", "secret", time.Hour))
		kept, err = b.Token(ctx, "app")
		require.NoError(t, err)
		assert.Equal(t, "secret", kept, "every replica sees it")
		kept, err = b.Token(ctx, "contact")
		require.NoError(t, err)
		assert.Empty(t, kept)
		kept, err = w.redis.Tenant("another", w.clock.now).Tokens().Token(ctx, "app")
		require.NoError(t, err)
		assert.Empty(t, kept, "but no other company")
		ttl := w.raw.PTTL(ctx, w.prefix()+"token:app").Val()
		assert.True(t, 59*time.Minute < ttl && ttl <= time.Hour, ttl)
	})
}
