package redistest_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/storage/redistest"
)

// started skips without redis-server, but for QUNGUAN_TEST_REAL=1.
func started(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, redistest.ErrNoServer) && os.Getenv("QUNGUAN_TEST_REAL") != "1" {
		t.Skip("not tested: no redis-server on the PATH; QUNGUAN_TEST_REAL=1 makes this a failure")
	}
	require.NoError(t, err)
}

func TestServerComesBackWithItsData(t *testing.T) {
	s, err := redistest.Start(t.TempDir())
	started(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1})
	defer c.Close()

	require.NoError(t, c.Set(t.Context(), "k", "v", 0).Err())
	require.NoError(t, s.Kill())
	assert.Error(t, c.Ping(t.Context()).Err())
	assert.NoError(t, s.Kill(), "what has ended has ended")
	require.NoError(t, s.Restart())
	assert.Equal(t, "v", c.Get(t.Context(), "k").Val())
	require.NoError(t, s.Restart(), "one that runs is stopped first")
	assert.Equal(t, "v", c.Get(t.Context(), "k").Val())
}

func TestClusterComesBackWithItsData(t *testing.T) {
	s, err := redistest.StartCluster(t.TempDir())
	started(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	assert.Len(t, s.Addrs(), 3)
	c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: s.Addrs()})
	defer c.Close()

	set := func(ctx context.Context, value string) {
		for _, k := range []string{"a", "b", "c", "d", "e", "f"} {
			require.NoError(t, c.Set(ctx, k, value, 0).Err())
		}
	}
	set(t.Context(), "v")
	require.NoError(t, s.Kill())
	require.NoError(t, s.Restart())
	for _, k := range []string{"a", "b", "c", "d", "e", "f"} {
		assert.Equal(t, "v", c.Get(t.Context(), k).Val(), k)
	}
	set(t.Context(), "w")
}

func TestNoServer(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := redistest.Start(t.TempDir())
	assert.ErrorIs(t, err, redistest.ErrNoServer)
	_, err = redistest.StartCluster(t.TempDir())
	assert.ErrorIs(t, err, redistest.ErrNoServer)
}
