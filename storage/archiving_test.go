package storage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
	"qunguan/storage/archive"
)

const kept180 = 180 * 24 * time.Hour

// oldWorld is a company whose journal was sealed, with a directory for what is old.
type oldWorld struct {
	*sealedWorld
	dir      string
	recorded []archive.Segment
}

// old lives for a while: entries come a minute after the other from noon on, and all of them are sealed.
func old(t *testing.T, w *world, entries int) *oldWorld {
	t.Helper()
	w.live(t, entries)
	o := &oldWorld{sealedWorld: &sealedWorld{world: w}, dir: filepath.Join(t.TempDir(), "old")}
	o.signer, o.verifier = newKey(t)
	head, err := w.ledger().Head(t.Context())
	require.NoError(t, err)
	o.sealTo(t, int(head))
	w.ReadArchive(archive.Open(o.dir))
	return o
}

func (o *oldWorld) kept() (journal.Checkpoint, error) { return o.marks[len(o.marks)-1], nil }

func (o *oldWorld) archiver() *archive.Archiver {
	return &archive.Archiver{
		Dir: archive.Open(o.dir), Ledger: o.ledger(), Tree: o.Auditor(o.verifier, o.kept), Kept: o.kept, Signer: o.signer, Keep: kept180, Now: o.clock.now,
		Record: func(_ context.Context, s archive.Segment) error { o.recorded = append(o.recorded, s); return nil },
	}
}

// after sets the clock to so long after a moment of the journal that everything before it is old enough.
func (o *oldWorld) after(at time.Duration) { o.clock.set(noon.Add(kept180 + at)) }

func (o *oldWorld) stored(t *testing.T) []journal.Row {
	t.Helper()
	var out []journal.Row
	for row, err := range o.Stored(t.Context(), 0) {
		require.NoError(t, err)
		out = append(out, row)
	}
	return out
}

func (o *oldWorld) inRedis(t *testing.T) (first, count int64) {
	t.Helper()
	rows, err := o.raw.XRange(t.Context(), o.prefix()+"journal", "-", "+").Result()
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	_, err = fmt.Sscanf(rows[0].ID, "%d-", &first)
	require.NoError(t, err)
	return first, int64(len(rows))
}

func TestOldEntriesMoveIntoFilesAndAreReadAsBefore(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 300)
		before, whole := o.stored(t), o.views(t)

		o.after(0)
		done, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Zero(t, done, "what is 180 days old to the moment stays")
		assert.Empty(t, o.recorded)

		o.after(100 * time.Minute)
		planned, err := o.archiver().Plan(t.Context())
		require.NoError(t, err)
		first, _ := o.inRedis(t)
		assert.Equal(t, int64(1), first, "a plan moves nothing")
		done, err = o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, planned, done)
		// Five entries come before the first minute; those of minutes 0 to 99 follow.
		assert.Equal(t, archive.Done{From: 1, To: 105, Last: noon.Add(99 * time.Minute), Files: []string{"journal-000000001-000000105.jsonl.gz"}}, done)
		assert.Equal(t, []archive.Segment{{From: 1, To: 105}}, o.recorded)
		first, count := o.inRedis(t)
		assert.Equal(t, int64(106), first)
		assert.Equal(t, int64(201), count)

		assert.Equal(t, before, o.stored(t), "read through the archive, byte for byte")
		assert.Empty(t, rebuilt(t, o.ledger(), true), "nothing is missing beside what the archive has")
		now := o.views(t)
		for key, v := range whole {
			if _, index := v.([]redis.Z); !index {
				assert.Equal(t, v, now[key], key)
			}
		}
		v := o.inspect(t, o.marks[0])
		assert.Nil(t, v.Fault)
		assert.Equal(t, int64(306), v.Sealed)
		assert.Zero(t, v.Hashed)

		again, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Zero(t, again)
		o.after(150 * time.Minute)
		done, err = o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{"journal-000000106-000000155.jsonl.gz"}, done.Files)
		assert.Equal(t, before, o.stored(t))
	})
}

func TestTheNewestSealedEntryStays(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 20)
		o.after(1000 * time.Hour)
		done, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(25), done.To, "of 26")
		first, count := o.inRedis(t)
		assert.Equal(t, [2]int64{26, 1}, [2]int64{first, count})
		assert.Empty(t, rebuilt(t, o.ledger(), true))

		l := o.ledger()
		last := journal.Entry{N: 26, At: noon, Kind: "k"}
		had, err := l.Archived(t.Context())
		require.NoError(t, err)
		_, err = l.Trim(t.Context(), had, []journal.Entry{last}, "here")
		require.ErrorIs(t, err, storage.ErrUnsealed)
		_, err = l.Trim(t.Context(), journal.Archived{To: 3}, []journal.Entry{{N: 4, At: noon}}, "here")
		require.ErrorIs(t, err, storage.ErrTrimmed)
	})
}

func TestQueriesSayWhatTheArchiveHides(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 100)
		o.after(50 * time.Minute)
		_, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		edge := noon.Add(49 * time.Minute)
		for name, c := range map[string]struct {
			q      journal.Query
			beyond bool
		}{
			"an archived entry":             {journal.Query{N: 55}, true},
			"the first that is not":         {journal.Query{N: 56}, false},
			"one that is not there":         {journal.Query{N: 5000}, false},
			"everything":                    {journal.Query{Limit: 200}, true},
			"a page of it":                  {journal.Query{Limit: 5}, false},
			"of a person":                   {journal.Query{Actor: "li", Limit: 200}, true},
			"of nobody":                     {journal.Query{Actor: "nobody"}, true},
			"of a history":                  {journal.Query{Changed: box("a"), Limit: 200}, true},
			"since the last that is":        {journal.Query{Since: edge, Limit: 200}, true},
			"since later":                   {journal.Query{Since: edge.Add(time.Second), Limit: 200}, false},
			"before the first that is not":  {journal.Query{Before: 56, Limit: 200}, true},
			"until before all that are not": {journal.Query{Until: noon.Add(time.Minute), Limit: 200}, true},
		} {
			t.Run(name, func(t *testing.T) {
				found, err := o.ledger().Load(t.Context(), journal.Want{Queries: []journal.Query{c.q}})
				require.NoError(t, err)
				assert.Equal(t, []bool{c.beyond}, found.Beyond)
				assert.Equal(t, journal.Archived{To: 55, First: noon, Last: edge, Where: o.dir}, found.Archived)
				for _, e := range found.Entries[0] {
					assert.Greater(t, e.N, int64(55))
				}
			})
		}
	})
}

// TestUsageIsKnownSinceTheFirstEntry: how long something was not used must not begin anew with every archive.
func TestUsageIsKnownSinceTheFirstEntry(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 100)
		ask := journal.Want{Usage: []chat.Group{"G1"}}
		before, err := o.ledger().Load(t.Context(), ask)
		require.NoError(t, err)
		o.after(50 * time.Minute)
		_, err = o.archiver().Run(t.Context())
		require.NoError(t, err)
		after, err := o.ledger().Load(t.Context(), ask)
		require.NoError(t, err)
		assert.Equal(t, before.Usage, after.Usage)
		assert.Equal(t, noon, after.Usage["G1"].Since)
	})
}

// TestReadingGoesOnWhileEntriesMove reads a journal of which something is archived in the middle of the reading.
func TestReadingGoesOnWhileEntriesMove(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 300)
		before := o.stored(t)
		var got []journal.Row
		for last := int64(0); ; {
			numbers, stored, err := o.Tenant.Seals().After(t.Context(), last, 20)
			require.NoError(t, err)
			for i, n := range numbers {
				last, got = n, append(got, journal.Row{N: n, Stored: stored[i]})
			}
			o.after(time.Duration(last+30) * time.Minute) // more than was read
			_, err = o.archiver().Run(t.Context())
			require.NoError(t, err)
			if len(numbers) < 20 {
				break
			}
		}
		assert.Equal(t, before, got)

		next, stop := iter.Pull2(o.Stored(t.Context(), 0))
		defer stop()
		for i, want := range before {
			if i == 10 {
				o.after(1000 * time.Hour)
				_, err := o.archiver().Run(t.Context())
				require.NoError(t, err)
			}
			row, err, ok := next()
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, want, row)
		}
	})
}

// TestARebuildWhileEntriesMove mends what is wrong, and does not take what has been archived meanwhile for missing.
func TestARebuildWhileEntriesMove(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 200)
		require.NoError(t, o.raw.HSet(t.Context(), o.prefix()+"state:box/a", "evil", `{"text":"x"}`).Err())
		require.NoError(t, o.raw.ZRem(t.Context(), o.prefix()+"index:actor:li", "206").Err())
		step := 0
		_, err := o.ledger().Rebuild(t.Context(), storage.Rebuilding{Due: dueOf, Repair: true, Report: func(d storage.Difference) {
			step++
			o.after(time.Duration(step) * 40 * time.Minute)
			_, err := o.archiver().Run(t.Context())
			require.NoError(t, err)
			assert.Contains(t, []string{"state", "index"}, d.View, d.String())
		}})
		require.NoError(t, err)
		assert.Positive(t, step)
		assert.Empty(t, rebuilt(t, o.ledger(), false))
	})
}

func TestWithoutTheArchiveNobodyTellsAWrongPast(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 100)
		o.after(50 * time.Minute)
		_, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		for name, a := range map[string]storage.Archive{"none is set": nil, "it is elsewhere": archive.Open(filepath.Join(t.TempDir(), "none"))} {
			t.Run(name, func(t *testing.T) {
				blind := *o
				blind.sealedWorld = &sealedWorld{world: &world{}, signer: o.signer, verifier: o.verifier, marks: o.marks}
				*blind.world = *o.world
				blind.Tenant = o.redis.Tenant(o.corp, o.clock.now)
				if a != nil {
					blind.ReadArchive(a)
				}
				_, _, err := rebuild(t.Context(), blind.ledger(), true)
				require.ErrorIs(t, err, journal.ErrArchived)
				assert.ErrorContains(t, err, "entries #1 to #55 are in "+o.dir)
				for _, err = range blind.Stored(t.Context(), 0) {
					break
				}
				require.ErrorIs(t, err, journal.ErrArchived)
				_, _, err = blind.Auditor(o.verifier, o.kept).Prove(t.Context(), 3)
				require.ErrorIs(t, err, journal.ErrArchived)

				v := blind.inspect(t, o.marks[0])
				assert.Nil(t, v.Fault)
				assert.Equal(t, [2]int64{106, 55}, [2]int64{v.Sealed, v.Hashed}, "of those only the hashes fit")

				_, err = (&archive.Archiver{
					Dir: archive.Open(t.TempDir()), Ledger: blind.ledger(), Tree: blind.Auditor(o.verifier, o.kept), Kept: o.kept, Signer: o.signer, Keep: kept180, Now: o.clock.now,
				}).Run(t.Context())
				assert.ErrorContains(t, err, "no archived entries", "a replica with a directory of its own archives nothing")
			})
		}
		_, _, err = o.Auditor(o.verifier, o.kept).Prove(t.Context(), 3)
		require.NoError(t, err)
	})
}

// TestSeveralWhoArchiveAtOnce get in each other's way, and nothing else.
func TestSeveralWhoArchiveAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 700)
		before := o.stored(t)
		o.after(650 * time.Minute)
		for _, err := range atOnce(4, func(int) error {
			a := o.archiver()
			a.Record = func(context.Context, archive.Segment) error { return nil }
			_, err := a.Run(context.Background())
			return err
		}) {
			if err != nil {
				assert.ErrorIs(t, err, storage.ErrTrimmed)
			}
		}
		_, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, before, o.stored(t))
		assert.Empty(t, rebuilt(t, o.ledger(), false))
		first, _ := o.inRedis(t)
		assert.Equal(t, int64(656), first)
	})
}

// TestALostKeyIsReplacedAlsoWhereEntriesAreArchived: the tree is made anew from the files and from Redis.
func TestALostKeyIsReplacedAlsoWhereEntriesAreArchived(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 100)
		o.after(50 * time.Minute)
		_, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		root := o.marks[len(o.marks)-1].Root
		require.NoError(t, o.raw.Del(t.Context(), o.prefix()+"sealed", o.prefix()+"tree:0").Err())
		o.signer, o.verifier = newKey(t)
		o.marks = nil
		o.sealTo(t, 106)
		assert.Equal(t, root, o.marks[len(o.marks)-1].Root)
		assert.Nil(t, o.inspect(t, o.marks[0]).Fault)
		o.after(70 * time.Minute)
		done, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, int64(75), done.To, "and it goes on")
	})
}

// TestWhoeverCallsDeletedEntriesArchivedIsFound: the mark alone hides nothing.
func TestWhoeverCallsDeletedEntriesArchivedIsFound(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 100)
		mark := func(to int) {
			require.NoError(t, o.raw.HSet(t.Context(), o.prefix()+"archived", "to", to, "first", "2026-02-28T12:00:00.000Z",
				"last", "2026-02-28T12:00:00.000Z", "where", "elsewhere").Err())
		}
		mark(30)
		assert.Len(t, o.stored(t), 106, "what is in Redis is read there")
		o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { return r[30:] })
		assert.Equal(t, int64(30), o.inspect(t, o.marks[0]).Hashed)

		mark(0)
		o = old(t, newWorld(t, w.addrs), 100)
		o.after(50 * time.Minute)
		_, err := o.archiver().Run(t.Context())
		require.NoError(t, err)
		mark(60)
		o.rewrite(t, func(r []redis.XMessage) []redis.XMessage { return r[5:] })
		v := o.inspect(t, o.marks[0])
		require.NotNil(t, v.Fault)
		assert.Equal(t, [2]int64{56, 60}, [2]int64{v.Fault.From, v.Fault.To})
		assert.Equal(t, journal.Unread, v.Fault.Flaw)
	})
}

// dying stands between the archiver and Redis, and fails for good after so many calls.
type dying struct {
	*storage.Ledger
	*storage.Auditor
	left *int
}

var errKilled = errors.New("killed")

func (d dying) alive() error {
	if *d.left--; *d.left < 0 {
		return errKilled
	}
	return nil
}

func (d dying) Archived(ctx context.Context) (journal.Archived, error) {
	if err := d.alive(); err != nil {
		return journal.Archived{}, err
	}
	return d.Ledger.Archived(ctx)
}

func (d dying) Stored(ctx context.Context, after int64) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		for row, err := range d.Ledger.Stored(ctx, after) {
			if row.N%40 == 0 && err == nil {
				err = d.alive()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func (d dying) Trim(ctx context.Context, had journal.Archived, entries []journal.Entry, where string) (journal.Archived, error) {
	if err := d.alive(); err != nil {
		return had, err
	}
	return d.Ledger.Trim(ctx, had, entries, where)
}

func (d dying) Newest(ctx context.Context) (journal.Checkpoint, error) {
	if err := d.alive(); err != nil {
		return journal.Checkpoint{}, err
	}
	return d.Auditor.Newest(ctx)
}

func (d dying) Hashes(ctx context.Context) journal.HashReader {
	return journal.HashReaderFunc(func(indexes []int64) ([]journal.Hash, error) {
		if err := d.alive(); err != nil {
			return nil, err
		}
		return d.Auditor.Hashes(ctx).ReadHashes(indexes)
	})
}

func (d dying) Leaves(ctx context.Context) (func(int64) (journal.Hash, bool), func() error) {
	return d.Auditor.Leaves(ctx)
}

// TestWhoeverDiesInTheMiddleLosesNothing ends a run at every call, then lets another one go on.
func TestWhoeverDiesInTheMiddleLosesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := old(t, w, 1200)
		before := o.stored(t)
		o.after(1100 * time.Minute)
		for calls := 0; ; calls++ {
			left := calls % 60
			a := o.archiver()
			d := dying{o.ledger(), o.Auditor(o.verifier, o.kept), &left}
			a.Ledger, a.Tree = d, d
			a.Record = func(ctx context.Context, s archive.Segment) error { return d.alive() }
			_, err := a.Run(t.Context())
			if err == nil {
				break
			}
			require.ErrorIs(t, err, errKilled)
			if calls%5 == 0 {
				require.Equal(t, before, o.stored(t), "after %d calls", calls)
				require.Nil(t, o.inspect(t, o.marks[0]).Fault)
			}
		}
		require.Equal(t, before, o.stored(t))
		require.Empty(t, rebuilt(t, o.ledger(), false))
		first, _ := o.inRedis(t)
		assert.Equal(t, int64(1106), first)
	})
}

// TestWhatStandsInTheDirectoryAfterACrash: between two steps that are no calls of Redis, the process dies too.
func TestWhatStandsInTheDirectoryAfterACrash(t *testing.T) {
	for name, leave := range map[string]func(t *testing.T, o *oldWorld){
		"half a draft": func(t *testing.T, o *oldWorld) {
			require.NoError(t, os.WriteFile(filepath.Join(o.dir, ".journal-123"), []byte("half"), 0o600))
		},
		"a checkpoint without its segment": func(t *testing.T, o *oldWorld) {
			require.NoError(t, os.WriteFile(filepath.Join(o.dir, "journal-000000001-000000010.checkpoint"), []byte("x"), 0o600))
		},
		"a segment without its checkpoint": func(t *testing.T, o *oldWorld) { o.segment(t, 1, 10) },
		"two that overlap":                 func(t *testing.T, o *oldWorld) { o.segment(t, 1, 10); o.segment(t, 1, 20) },
		"the rest of one that has begun to leave": func(t *testing.T, o *oldWorld) {
			o.segment(t, 1, 30)
			var entries []journal.Entry
			for _, r := range o.stored(t)[:12] {
				e, err := journal.DecodeEntry(r.N, r.Stored)
				require.NoError(t, err)
				entries = append(entries, e)
			}
			_, err := o.ledger().Trim(t.Context(), journal.Archived{}, entries, o.dir)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *world) {
				o := old(t, w, 60)
				before := o.stored(t)
				require.NoError(t, os.MkdirAll(o.dir, 0o700))
				leave(t, o)
				o.after(40 * time.Minute)
				done, err := o.archiver().Run(t.Context())
				require.NoError(t, err)
				assert.Equal(t, int64(45), done.To)
				assert.Equal(t, before, o.stored(t))
				assert.Empty(t, rebuilt(t, o.ledger(), false))
				segments, err := archive.Open(o.dir).Segments()
				require.NoError(t, err)
				for _, s := range segments {
					if s.From == 1 && s.To == 10 && name == "two that overlap" {
						continue // the longer one is used
					}
					raw, err := os.ReadFile(filepath.Join(o.dir, s.Checkpoint()))
					require.NoError(t, err)
					c, err := journal.OpenCheckpoint(string(raw), o.verifier)
					require.NoError(t, err, s.Name())
					assert.Equal(t, s.To, c.Size)
				}
			})
		})
	}
}

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
