package storage_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage"
	"qunguan/storage/archive"
)

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
