package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// writeMatrix writes who may do what of a group that has a temporary admin, by the binary.
func writeMatrix(t *testing.T, s *stage) {
	d, err := s.sim.Say(t.Context(), clientID(2), groupID(2), "/admin add @"+adminID(2)+" mid for 7d")
	require.NoError(t, err)
	require.Contains(t, d.Reply, "#")
	dir := t.TempDir()
	for _, format := range []string{"xlsx", "html"} {
		out := filepath.Join(dir, "matrix."+format)
		code, _, stderr := runBinary(t, s.binary, s.environ("127.0.0.1:1"), "matrix", "--group", groupID(2), "--out", out)
		require.Equal(t, exitFine, code, stderr)
		raw, err := os.ReadFile(out)
		require.NoError(t, err)
		if format == "html" {
			assert.Contains(t, string(raw), adminID(2))
			continue
		}
		f, err := excelize.OpenReader(bytes.NewReader(raw))
		require.NoError(t, err)
		assert.Equal(t, []string{"Rights"}, f.GetSheetList(), "named after what is in it")
		rows, err := f.GetRows(f.GetSheetName(0))
		require.NoError(t, err)
		require.Greater(t, len(rows), 5)
		assert.Contains(t, rows[5][0], adminID(2))
		assert.Contains(t, rows[5], "~", "what is held for a time has its own sign")
	}
	for want, args := range map[string][]string{
		"--group: name a group":       {"matrix", "--out", filepath.Join(dir, "x")},
		"the bot knows no such group": {"matrix", "--group", "nowhere", "--out", filepath.Join(dir, "x")},
		"xlsx or html":                {"matrix", "--group", groupID(2), "--format", "pdf", "--out", filepath.Join(dir, "x")},
		"contradict each other":       {"matrix", "--group", groupID(2), "--format", "html", "--out", filepath.Join(dir, "y.xlsx")},
		"nothing is overwritten":      {"matrix", "--group", groupID(2), "--out", filepath.Join(dir, "matrix.xlsx")},
	} {
		code, _, stderr := runBinary(t, s.binary, s.environ("127.0.0.1:1"), args...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, stderr, want)
	}
}
