package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

// TestNoSecondKeyIsMade: a key that is looked for at a wrong place is not made anew, since the journal knows the first.
func TestNoSecondKeyIsMade(t *testing.T) {
	store := startEmbedded(t)
	var c configs.Config
	c.Redis.Addrs, c.Redis.KeyPrefix, c.WeCom.CorpID = []string{store.addr()}, "qunguan", "ww1"
	c.Audit.KeyFile = filepath.Join(t.TempDir(), "journal.key")
	require.NoError(t, mayMakeKey(t.Context(), c), "a new journal may have one")

	raw := redis.NewClient(&redis.Options{Addr: store.addr()})
	t.Cleanup(func() { assert.NoError(t, raw.Close()) })
	require.NoError(t, raw.HSet(t.Context(), "qunguan:{ww1}:sealed", "size", 5, "note", "x").Err())
	err := mayMakeKey(t.Context(), c)
	require.ErrorAs(t, err, &usageError{})
	assert.ErrorContains(t, err, "there is no "+c.Audit.KeyFile+", but 5 entries of the journal are sealed with a key already")

	away := c
	away.Redis.Addrs = []string{"127.0.0.1:1"}
	assert.ErrorContains(t, mayMakeKey(t.Context(), away), "Redis must be asked whether the journal is sealed already")

	require.NoError(t, os.WriteFile(c.Audit.KeyFile, []byte("k"), 0o600))
	assert.NoError(t, mayMakeKey(t.Context(), c), "where there is a key, none is made")
	c.Audit.KeyFile = configs.NoKey
	assert.NoError(t, mayMakeKey(t.Context(), c))
}
