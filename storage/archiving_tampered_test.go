package storage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage"
	"qunguan/storage/archive"
)

// segment writes a file as a run that was killed has left it.
func (o *oldWorld) segment(t *testing.T, from, to int64) {
	t.Helper()
	var b bytes.Buffer
	for _, r := range o.stored(t) {
		if from <= r.N && r.N <= to {
			b.Write(append(journal.Line(r.N, r.Stored), '\n'))
		}
	}
	o.zip(t, archive.Segment{From: from, To: to}.Name(), b.Bytes())
}

func (o *oldWorld) zip(t *testing.T, name string, content []byte) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(content)
	require.NoError(t, errors.Join(err, z.Close()))
	require.NoError(t, os.WriteFile(filepath.Join(o.dir, name), b.Bytes(), 0o600))
}

func (o *oldWorld) unzip(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(o.dir, name))
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(raw))
	require.NoError(t, err)
	out, err := io.ReadAll(z)
	require.NoError(t, err)
	return out
}

// lines changes the lines of a file.
func (o *oldWorld) lines(t *testing.T, name string, change func([][]byte) [][]byte) {
	t.Helper()
	l := bytes.Split(bytes.TrimSuffix(o.unzip(t, name), []byte("\n")), []byte("\n"))
	o.zip(t, name, append(bytes.Join(change(l), []byte("\n")), '\n'))
}

const (
	firstFile  = "journal-000000001-000000025.jsonl.gz"
	secondFile = "journal-000000026-000000045.jsonl.gz"
)

// TestTamperingWithTheArchiveIsNamed does to the files what the journal is there to show.
func TestTamperingWithTheArchiveIsNamed(t *testing.T) {
	edit := func(l []byte) []byte { return bytes.Replace(l, []byte(`"outcome":`), []byte(`"OUTCOME":`), 1) }
	for name, c := range map[string]struct {
		do       func(t *testing.T, o *oldWorld)
		flaw     journal.Flaw
		from, to int64
	}{
		"an edited line": {func(t *testing.T, o *oldWorld) {
			o.lines(t, firstFile, func(l [][]byte) [][]byte { l[16] = edit(l[16]); return l })
		}, journal.Edited, 17, 17},
		"a removed line": {func(t *testing.T, o *oldWorld) {
			o.lines(t, firstFile, func(l [][]byte) [][]byte { return slices.Delete(l, 16, 17) })
		}, journal.Unread, 17, 17},
		"lines that have changed places": {func(t *testing.T, o *oldWorld) {
			o.lines(t, firstFile, func(l [][]byte) [][]byte { l[3], l[4] = l[4], l[3]; return l })
		}, journal.Unread, 4, 4},
		"the end cut off": {func(t *testing.T, o *oldWorld) {
			o.lines(t, secondFile, func(l [][]byte) [][]byte { return l[:10] })
		}, journal.Unread, 36, 45},
		"the first file gone": {func(t *testing.T, o *oldWorld) {
			require.NoError(t, os.Remove(filepath.Join(o.dir, firstFile)))
		}, journal.Unread, 1, 25},
		"the second file gone": {func(t *testing.T, o *oldWorld) {
			require.NoError(t, os.Remove(filepath.Join(o.dir, secondFile)))
		}, journal.Unread, 26, 45},
		"two files that have changed places": {func(t *testing.T, o *oldWorld) {
			a, b := o.unzip(t, firstFile), o.unzip(t, secondFile)
			o.zip(t, firstFile, b)
			o.zip(t, secondFile, a)
		}, journal.Unread, 1, 25},
		"a damaged file": {func(t *testing.T, o *oldWorld) {
			raw, err := os.ReadFile(filepath.Join(o.dir, secondFile))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(o.dir, secondFile), raw[:len(raw)/2], 0o600))
		}, journal.Unread, 26, 45},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *world) {
				o := old(t, w, 80)
				for _, m := range []time.Duration{20, 40} {
					o.after(m * time.Minute)
					_, err := o.archiver().Run(t.Context())
					require.NoError(t, err)
				}
				c.do(t, o)
				v := o.inspect(t, o.marks[0])
				require.NotNil(t, v.Fault)
				assert.Equal(t, c.flaw, v.Fault.Flaw)
				if name != "a damaged file" { // how much of it can be read is for the compression to say
					assert.Equal(t, c.from, v.Fault.From)
				}
				assert.Equal(t, c.to, v.Fault.To)
				_, _, err := rebuild(t.Context(), o.ledger(), true)
				require.Error(t, err, "and nothing is folded from it")
			})
		})
	}
}

// forged is an entry that is old enough.
var forged = map[string]any{"e": `{"at":"2026-02-28T12:00:00.000Z","kind":"k","outcome":"done","reason":"x"}`}

// TestNothingLeavesThatIsNotWhatWasSigned: a journal or a file that was tampered with before it is archived stays.
func TestNothingLeavesThatIsNotWhatWasSigned(t *testing.T) {
	other, _ := newKey(t)
	for name, do := range map[string]func(t *testing.T, o *oldWorld){
		"an edited entry": func(t *testing.T, o *oldWorld) {
			o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[5].Values = forged; return r })
		},
		"a removed entry": func(t *testing.T, o *oldWorld) {
			o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { return slices.Delete(r, 5, 6) })
		},
		"entry and hash edited": func(t *testing.T, o *oldWorld) {
			o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[5].Values = forged; return r })
			h := journal.LeafOf([]byte(forged["e"].(string)))
			require.NoError(t, o.raw.SetRange(t.Context(), o.prefix()+"tree:0", journal.Place(5)*journal.HashSize, string(h[:])).Err())
		},
		"everything rewritten, and signed with another key": func(t *testing.T, o *oldWorld) {
			o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[5].Values = forged; return r })
			require.NoError(t, o.raw.Del(t.Context(), o.prefix()+"sealed", o.prefix()+"tree:0").Err())
			again := *o.sealedWorld
			again.signer = other
			again.sealTo(t, 66)
		},
		"an older state put back": func(t *testing.T, o *oldWorld) {
			o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { return r[:40] })
			require.NoError(t, o.raw.Del(t.Context(), o.prefix()+"sealed", o.prefix()+"tree:0").Err())
			again := *o.sealedWorld
			again.sealTo(t, 40)
		},
		"a file that is there already, and says something else": func(t *testing.T, o *oldWorld) {
			o.segment(t, 1, 20)
			o.lines(t, archive.Segment{From: 1, To: 20}.Name(), func(l [][]byte) [][]byte {
				l[3] = bytes.Replace(l[3], []byte(`"outcome":`), []byte(`"OUTCOME":`), 1)
				return l
			})
		},
		"a link in the place of a file": func(t *testing.T, o *oldWorld) {
			o.segment(t, 1, 20)
			file, elsewhere := filepath.Join(o.dir, archive.Segment{From: 1, To: 20}.Name()), filepath.Join(t.TempDir(), "x")
			require.NoError(t, os.Rename(file, elsewhere))
			require.NoError(t, os.Symlink(elsewhere, file))
		},
		"a file of another place": func(t *testing.T, o *oldWorld) { o.segment(t, 10, 20) },
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *world) {
				o := old(t, w, 60)
				require.NoError(t, os.MkdirAll(o.dir, 0o700))
				do(t, o)
				first, count := o.inRedis(t)
				o.after(40 * time.Minute)
				_, err := o.archiver().Run(t.Context())
				require.Error(t, err)
				was, now := first, count
				first, count = o.inRedis(t)
				assert.Equal(t, [2]int64{was, now}, [2]int64{first, count}, "%v", err)
				assert.Empty(t, o.recorded)
			})
		})
	}
}

// TestWhatIsTooYoungStays although a file of it is there: one that a run left whose clock was wrong, or that somebody put
// there. What of it is old enough leaves.
func TestWhatIsTooYoungStays(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 60)
		before := o.stored(t)
		require.NoError(t, os.MkdirAll(o.dir, 0o700))
		o.segment(t, 1, 40)
		o.after(-time.Minute)
		done, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Zero(t, done)
		assert.Empty(t, o.recorded, "what does not leave is not told of")
		first, _ := o.inRedis(t)
		assert.Equal(t, int64(1), first)

		o.after(20 * time.Minute)
		planned, err := o.archiver().Plan(t.Context())
		require.NoError(t, err)
		done, err = o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, archive.Done{From: 1, To: 25, Last: noon.Add(19 * time.Minute), Files: []string{"journal-000000001-000000040.jsonl.gz"}}, done)
		assert.Equal(t, planned, done)
		first, _ = o.inRedis(t)
		assert.Equal(t, int64(26), first)

		o.after(50 * time.Minute)
		done, err = o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(55), done.To)
		assert.Equal(t, []archive.Segment{{From: 1, To: 40}, {From: 41, To: 55}}, o.recorded, "each once")
		assert.Equal(t, before, o.stored(t))
	})
}

// meddled is a tree on which somebody changes the file between two looks at it.
type meddled struct {
	*storage.Auditor
	look   int
	meddle func()
}

func (m *meddled) Leaves(ctx context.Context) (func(int64) (journal.Hash, bool), func() error) {
	if m.look++; m.look == 2 {
		m.meddle()
	}
	return m.Auditor.Leaves(ctx)
}

// TestAFileThatChangesOnTheWay takes nothing with it: what leaves was read from it, as it was sealed, just then.
func TestAFileThatChangesOnTheWay(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 60)
		require.NoError(t, os.MkdirAll(o.dir, 0o700))
		o.after(50 * time.Minute)
		o.segment(t, 1, 40)
		a := o.archiver()
		a.Tree = &meddled{Auditor: o.Auditor(o.verifier, o.kept), meddle: func() {
			o.lines(t, archive.Segment{From: 1, To: 40}.Name(), func(l [][]byte) [][]byte {
				l[3] = bytes.Replace(l[3], []byte(`"outcome":`), []byte(`"OUTCOME":`), 1)
				return l
			})
		}}
		_, err := a.Run(t.Context())
		require.ErrorIs(t, err, archive.ErrNotSealed)
		first, _ := o.inRedis(t)
		assert.Equal(t, int64(1), first)
		assert.Empty(t, o.recorded)
	})
}
