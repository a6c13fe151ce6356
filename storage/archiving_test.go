package storage_test

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
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
