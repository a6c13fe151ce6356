package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/journal"
)

// exported is the contract's entry, as a reader of the export would write it down.
type exported struct {
	N         int64           `json:"n"`
	At        string          `json:"at"`
	Kind      string          `json:"kind"`
	Outcome   string          `json:"outcome"`
	Actor     string          `json:"actor"`
	Targets   []string        `json:"targets"`
	Group     string          `json:"group"`
	Items     []string        `json:"items"`
	Rule      string          `json:"rule"`
	Reason    string          `json:"reason"`
	Command   string          `json:"command"`
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
	MessageID string          `json:"message_id"`
	Undoes    int64           `json:"undoes"`
}

func exportAudit(t *testing.T, s *stage) {
	formula := `=HYPERLINK("http://example.com","华东")`
	for _, say := range []struct {
		who  int
		text string
	}{
		{0, "/admin add @" + adminID(0) + " mid for 7d " + formula},
		{0, "/undo"},
		{8, "/admin add @" + adminID(8) + " mid for 7d"}, // of the same group
		{1, "/admin add @" + adminID(1) + " mid for 7d"},
	} {
		d, err := s.sim.Say(t.Context(), clientID(say.who), groupID(say.who), say.text)
		require.NoError(t, err)
		require.Contains(t, d.Reply, "#", say.text)
	}
	all := exportLines(t, s)
	byKind := map[string]exported{}
	for i, e := range all {
		assert.Equal(t, int64(i+1), e.N, "oldest first, and none is missing")
		assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, e.At)
		byKind[e.Kind] = e
	}
	self := all[len(all)-1]
	assert.Equal(t, []string{string(bot.AuditExported), string(journal.Done), "jsonl, by the operator at the machine, account " + account()},
		[]string{self.Kind, self.Outcome, self.Reason}, "the export stands in the journal, and in itself")
	undone := byKind[string(bot.Undone)]
	assert.Equal(t, string(access.Granted), all[undone.Undoes-1].Kind, "an undo names what it took back")
	role := "access/" + groupID(0) + ":temp/" + adminID(0)
	assert.Contains(t, string(undone.Before), role)
	assert.NotContains(t, string(undone.After), role)

	for _, e := range exportLines(t, s, "--group", groupID(0), "--actor", clientID(8)) {
		assert.Equal(t, []string{groupID(0), clientID(8)}, []string{e.Group, e.Actor})
	}
	assert.Len(t, exportLines(t, s, "--group", groupID(0), "--actor", clientID(8)), 1)
	assert.Empty(t, exportLines(t, s, "--since", "2999-01-01"))
	assert.Empty(t, exportLines(t, s, "--until", "2001-01-01 08:00"))
	exportTable(t, s, formula)
	exportRefusals(t, s)
}

func export1(t *testing.T, s *stage, out string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	args = append([]string{"audit", "export", "--out", out}, args...)
	return runBinary(t, s.binary, s.environ("127.0.0.1:1"), args...)
}

func exportLines(t *testing.T, s *stage, args ...string) []exported {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	code, stdout, stderr := export1(t, s, file, args...)
	require.Equal(t, exitFine, code, stderr)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []exported
	for line := range strings.Lines(string(raw)) {
		var e exported
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&e), line)
		out = append(out, e)
	}
	assert.Equal(t, fmt.Sprintf("%s written to %s\n", entries(len(out)), file), stdout)
	return out
}

// exportTable reads the table as a spreadsheet does.
func exportTable(t *testing.T, s *stage, formula string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.csv")
	code, _, stderr := export1(t, s, file, "--format", "csv", "--group", groupID(0))
	require.Equal(t, exitFine, code, stderr)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	text, marked := strings.CutPrefix(string(raw), "\uFEFF")
	assert.True(t, marked, "a spreadsheet needs the mark to read Chinese")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{
		"n", "at", "kind", "outcome", "actor", "targets", "group", "items", "rule", "reason", "command", "before", "after",
		"message_id", "undoes",
	}, rows[0])
	reasons := map[string]bool{}
	for _, row := range rows[1:] {
		assert.Equal(t, groupID(0), row[6])
		reasons[row[9]] = true
		for _, cell := range row {
			assert.NotContains(t, "=+-@\t\r", (cell + " ")[:1], "no cell begins a formula: %q", cell)
		}
	}
	assert.True(t, reasons["'"+formula], "the formula is there, as text: %v", reasons)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "the journal is nobody else's to read")
}

func exportRefusals(t *testing.T, s *stage) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "there.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("mine"), 0o600))
	before := len(exportLines(t, s))
	code, _, stderr := export1(t, s, file)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--out")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(kept), "a file that is there is not overwritten")
	assert.Len(t, exportLines(t, s), before+1, "the journal does not tell of an export that was not made")
	code, _, stderr = export1(t, s, strings.TrimSuffix(file, ".jsonl")+"-new.jsonl", "--since", "yesterday")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `--since "yesterday": write it as 2026-11-01`)
	for want, args := range map[string][]string{
		`--group "nowhere": the bot knows no such group`:          {"--group", "nowhere"},
		`--since "2026-11-02" is not before --until "2026-11-01"`: {"--since", "2026-11-02", "--until", "2026-11-01"},
	} {
		code, _, stderr = export1(t, s, strings.TrimSuffix(file, ".jsonl")+"-new.jsonl", args...)
		assert.Equal(t, exitUsage, code, want)
		assert.Contains(t, stderr, want)
	}
}
