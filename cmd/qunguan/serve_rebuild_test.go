package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rebuildViews damages the views of a running service: the command tells where, and puts it right.
func rebuildViews(t *testing.T, s *stage) {
	ctx := t.Context()
	run := func(args ...string) (int, string, string) {
		return runBinary(t, s.binary, s.environ("127.0.0.1:1"), append([]string{"rebuild"}, args...)...)
	}
	code, stdout, stderr := run("--dry-run")
	require.Equal(t, exitFine, code, stdout+stderr)
	assert.Regexp(t, `^no differences: \d+ entries give the \d+ aggregates that are kept\n$`, stdout)

	keys, err := s.client.Keys(ctx, "*:state:access/"+groupID(1)).Result()
	require.NoError(t, err)
	require.Len(t, keys, 1)
	require.NoError(t, s.client.HDel(ctx, keys[0], "temp/"+adminID(1)).Err())
	for range 2 {
		code, stdout, stderr = run("--dry-run")
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stdout, "state access/"+groupID(1)+" temp/"+adminID(1)+": stands nothing; should be {")
		assert.Contains(t, stdout, "differences: 1; nothing was changed\n")
		assert.Contains(t, stderr, "qunguan: the views are not what the journal gives")
	}
	code, stdout, stderr = run()
	assert.Equal(t, exitFine, code, stderr)
	assert.Contains(t, stdout, "differences: 1; all were put right\n")
	d, err := s.sim.Say(ctx, clientID(1), groupID(1), "/admin extend @"+adminID(1)+" 1d")
	require.NoError(t, err)
	assert.Contains(t, d.Reply, "#", "the service goes on with what is right")
	code, stdout, _ = run()
	assert.Equal(t, exitFine, code)
	assert.Contains(t, stdout, "no differences")
}
