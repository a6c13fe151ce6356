package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/commands"
	"qunguan/storage"
)

// halfAYear is a world whose first entries are old enough for files.
func halfAYear(t *testing.T) (*theatre, *system) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), []string{"sealed", "retention 45 3 31 12 *"}, startEmbedded(t))
	s.settle()
	for _, line := range []string{"boss> /选群 华东VIP客户群", "boss> /设管理 @li 中级 国庆", "boss> /撤管理 @li", "boss> /设管理 @wang 中级"} {
		s.say(line)
	}
	s.settle()
	s.clock.Store(s.now().Add(200 * 24 * time.Hour).UnixNano())
	s.say("boss> /审计")
	sys := s.procs[0].system
	for range 3 {
		sys.sealOnce(s.ctx)
	}
	return s, sys
}

// TestOldEntriesAreMovedByHandAndStillExported: what the operator does at a terminal, from a dry run to a proof for a third party.
func TestOldEntriesAreMovedByHandAndStillExported(t *testing.T) {
	t.Parallel()
	s, sys := halfAYear(t)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(file("journal.pub"), []byte(s.sealing.public), 0o600))
	export1 := func(name string) []byte {
		_, err := export{format: "jsonl", out: file(name)}.from(s.ctx, sys)
		require.NoError(t, err)
		raw, err := os.ReadFile(file(name))
		require.NoError(t, err)
		return raw
	}
	before := export1("before.jsonl")

	var out bytes.Buffer
	require.NoError(t, sys.archiveByHand(s.ctx, true, &out))
	assert.Regexp(t, `^#1 to #\d+ \(until 2026-02-20 09:00\) would be moved to /.*: journal-000000001-\d{9}\.jsonl\.gz\n$`, out.String())
	assert.NoDirExists(t, sys.config.Audit.Archive.Dir, "a dry run makes nothing")
	out.Reset()
	require.NoError(t, sys.archiveByHand(s.ctx, false, &out))
	assert.Contains(t, out.String(), ") moved to ")
	out.Reset()
	require.NoError(t, sys.archiveByHand(s.ctx, false, &out))
	assert.Equal(t, "nothing is older than 180 days\n", out.String())
	a, err := sys.tenant.Archived(s.ctx)
	require.NoError(t, err)
	require.Positive(t, a.To)

	after := export1("after.jsonl")
	assert.True(t, bytes.HasPrefix(after, before), "an export has everything, byte for byte")
	sys.sealOnce(s.ctx)
	c, err := s.sealing.kept.Last()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file("posted.txt"), []byte(c.Note), 0o600))
	verify := func(files ...string) (string, error) {
		var out bytes.Buffer
		err := verification{files: files, checkpoints: file("posted.txt"), key: file("journal.pub")}.run(s.ctx, &out, &out)
		return out.String(), err
	}
	old := filepath.Join(sys.config.Audit.Archive.Dir, "journal-*.jsonl.gz")
	said, err := verify(old, file("after.jsonl"))
	require.NoError(t, err, said)
	assert.Contains(t, said, "fit what was signed")
	said, err = verify(old)
	require.ErrorIs(t, err, errTampered)
	assert.Contains(t, said, "the journal was cut off", "the archive alone is not all of it")
	checkpoint, err := filepath.Glob(filepath.Join(sys.config.Audit.Archive.Dir, "*.checkpoint"))
	require.NoError(t, err)
	require.Len(t, checkpoint, 1)
	out.Reset()
	alone := verification{files: []string{old}, checkpoints: checkpoint[0], key: file("journal.pub")}
	require.NoError(t, alone.run(s.ctx, &out, &out), "but it is whole by the checkpoint that lies beside it: %s", out.String())

	p, line, err := sys.auditor.Prove(s.ctx, 2)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file("e.json"), append(line, '\n'), 0o600))
	require.NoError(t, os.WriteFile(file("e.proof"), []byte(p.String()), 0o600))
	require.NoError(t, checkProof(file("e.json"), file("e.proof"), file("journal.pub"), &out))
}

// TestWhatNeedsTheWholeJournalIsRefusedWithoutTheFiles: nobody is shown a part as if it were all.
func TestWhatNeedsTheWholeJournalIsRefusedWithoutTheFiles(t *testing.T) {
	t.Parallel()
	s, sys := halfAYear(t)
	require.NoError(t, sys.archiveByHand(s.ctx, false, &bytes.Buffer{}))
	s.moveArchive(true)
	defer s.moveArchive(false)
	_, err := export{format: "jsonl", out: filepath.Join(t.TempDir(), "all.jsonl")}.from(s.ctx, sys)
	require.ErrorIs(t, err, journal.ErrArchived)
	_, err = sys.ledger.Rebuild(s.ctx, storage.Rebuilding{Due: commands.Due, Report: func(storage.Difference) {}})
	require.ErrorIs(t, err, journal.ErrArchived)
	require.ErrorContains(t, sys.archiveOld(s.ctx), "no such file or directory")
	for _, dry := range []bool{true, false} {
		var out bytes.Buffer
		require.ErrorContains(t, sys.archiveByHand(s.ctx, dry, &out), "audit.archive.dir: ", "the key, and not only the file")
		assert.Empty(t, out.String())
	}
	sys.warnOfArchive(s.ctx)
	found := s.logs.FilterMessage("archived entries cannot be read").All()
	require.Len(t, found, 1)
	assert.Equal(t, s.config.Audit.Archive.Dir, found[0].ContextMap()["where"])
}

// TestADryRunPromisesNothingThatCannotBeDone: where the files cannot be written, it says so like the run itself.
func TestADryRunPromisesNothingThatCannotBeDone(t *testing.T) {
	t.Parallel()
	s, sys := halfAYear(t)
	file := filepath.Join(t.TempDir(), "afile")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	sys.config.Audit.Archive.Dir = file
	for _, dry := range []bool{true, false} {
		var out bytes.Buffer
		require.EqualError(t, sys.archiveByHand(s.ctx, dry, &out),
			"audit.archive.dir: the service cannot write to "+file+": not a directory; name a directory that it can write to, or give it that right")
		assert.Empty(t, out.String())
	}
}

// TestIndicatorsOfAnArchivedTimeAreNotMadeUp: over HTTP, too.
func TestIndicatorsOfAnArchivedTimeAreNotMadeUp(t *testing.T) {
	t.Parallel()
	s, sys := halfAYear(t)
	require.NoError(t, sys.archiveByHand(s.ctx, false, &bytes.Buffer{}))
	sys.config.API.Token = "0123456789abcdef0123456789abcdef"
	mux := http.NewServeMux()
	sys.mountAPI(mux)
	for days, want := range map[string]int{"from=2026-02-16&until=2026-02-28": http.StatusUnprocessableEntity, "from=2026-08-17&until=2026-08-23": http.StatusOK} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/api/kpi?group="+s.group("华东VIP客户群")+"&"+days, nil)
		r.Header.Set("Authorization", "Bearer "+sys.config.API.Token.Reveal())
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		assert.Equal(t, want, w.Code, w.Body.String())
		if want != http.StatusOK {
			assert.True(t, strings.Contains(w.Body.String(), "archived"), w.Body.String())
		}
	}
}
