package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/configs"
)

// TestTheScheduledExportIsTheWholeJournal: each run goes on where the files end, and all of them together are verified with
// the checkpoint that lies beside them.
func TestTheScheduledExportIsTheWholeJournal(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), []string{"sealed"}, startEmbedded(t))
	s.settle()
	sys, dir := s.procs[0].system, filepath.Join(t.TempDir(), "journal")
	sys.config.Audit.Export = configs.Export{Dir: dir, Format: "jsonl"}
	for range 3 {
		s.say("boss> /选群 华东VIP客户群")
		require.NoError(t, sys.exportNext(s.ctx))
		s.settle()
	}
	require.NoError(t, sys.exportNext(s.ctx))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, 5, "%v", files)
	assert.Equal(t, "audit-000000001-000000005.jsonl", filepath.Base(files[0]))
	assert.Equal(t, "audit.checkpoint", filepath.Base(files[4]))
	public := filepath.Join(t.TempDir(), "journal.pub")
	require.NoError(t, os.WriteFile(public, []byte(s.sealing.public), 0o600))

	var out bytes.Buffer
	all := verification{files: []string{filepath.Join(dir, "audit-*.jsonl")}, checkpoints: filepath.Join(dir, "audit.checkpoint"), key: public}
	require.NoError(t, all.run(s.ctx, &out, &out), out.String())
	assert.Contains(t, out.String(), "fit what was signed")
	require.NoError(t, os.Remove(files[1]))
	out.Reset()
	require.ErrorIs(t, all.run(s.ctx, &out, &out), errTampered)
	assert.Contains(t, out.String(), "was removed")
	all.files = []string{filepath.Join(dir, "none-*")}
	assert.ErrorContains(t, all.run(s.ctx, &out, &out), "there is no such file")
}
