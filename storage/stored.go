package storage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/redis/go-redis/v9"

	"qunguan/bot/journal"
)

// Archive is where entries are that are no longer in Redis.
type Archive interface {
	// Rows tells the entries above one number and up to another, oldest first, as far as they are there: what is missing
	// is left out. It fails where there is nothing at all, and with journal.ErrBroken at what is damaged.
	Rows(after, to int64) iter.Seq2[journal.Row, error]
}

// ReadArchive lets everything that goes through the journal go on in an archive where Redis no longer has the entries. It
// is called before anything is read.
func (t *Tenant) ReadArchive(a Archive) { t.archive = a }

// reading goes through the journal, oldest first: what is archived out of the archive, the rest out of Redis. Entries
// that are archived meanwhile are neither left out nor told twice.
type reading struct {
	*Tenant
	archived int64                   // the last archived entry, as it last knew
	checks   func(journal.Row) error // what comes out of the archive; nil: whoever reads does
}

func (t *Tenant) reading(checks func(journal.Row) error) *reading {
	return &reading{Tenant: t, checks: checks}
}

// Stored tells every entry with a number above one, as it is kept, oldest first. Nothing is locked, and its memory does not
// grow with the journal. What comes out of the archive is compared with the hashes that were kept of it.
func (t *Tenant) Stored(ctx context.Context, after int64) iter.Seq2[journal.Row, error] {
	return t.reading(t.sealedOnly(ctx)).rows(ctx, after, perInspection)
}

// sealedOnly refuses entries that are not what their kept hashes say. A tree that is not there refuses none: it is made
// anew from them.
func (t *Tenant) sealedOnly(ctx context.Context) func(journal.Row) error {
	leaf, fault := t.Seals().Leaves(ctx)
	return func(r journal.Row) error {
		if kept, ok := leaf(r.N); ok && kept != journal.LeafOf(r.Stored) {
			return fmt.Errorf("archived entry #%d: %w; qunguan audit verify tells more", r.N, journal.ErrNotProven)
		}
		return fault()
	}
}

func (r *reading) rows(ctx context.Context, after, page int64) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		for last := after; ; {
			if last < r.archived {
				for row, err := range r.old(ctx, last) {
					if !yield(row, err) || err != nil {
						return
					}
				}
				last = r.archived // what the archive lacks shows in the numbers
			}
			rows, err := r.page(ctx, last, page)
			if err != nil {
				yield(journal.Row{}, err)
				return
			}
			if last < r.archived && (len(rows) == 0 || rows[0].N > last+1) {
				continue
			}
			for _, row := range rows {
				if last = row.N; !yield(row, nil) {
					return
				}
			}
			if int64(len(rows)) < page {
				return
			}
		}
	}
}

// old tells the archived entries above one.
func (r *reading) old(ctx context.Context, after int64) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		if r.archive == nil {
			yield(journal.Row{}, r.unreadable(ctx, errors.New("audit.archive.dir is not set")))
			return
		}
		for row, err := range r.archive.Rows(after, r.archived) {
			switch {
			case err == nil && r.checks != nil:
				err = r.checks(row)
			case err != nil && !errors.Is(err, journal.ErrBroken):
				err = r.unreadable(ctx, err)
			}
			if err == nil {
				err = ctx.Err()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// unreadable names what cannot be read.
func (r *reading) unreadable(ctx context.Context, why error) error {
	a, err := r.Archived(ctx)
	if err != nil {
		return err
	}
	return fmt.Errorf("entries #1 to #%d are in %s: %w: %w", a.To, a.Where, journal.ErrArchived, why)
}

// page reads entries above a number from Redis, and after that, so that none goes between the two, what is archived.
func (r *reading) page(ctx context.Context, after, limit int64) ([]journal.Row, error) {
	var (
		rows *redis.XMessageSliceCmd
		to   *redis.StringCmd
	)
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		rows = p.XRangeN(ctx, r.keys.journal(), fmt.Sprintf("(%d-0", after), "+", limit)
		to = p.HGet(ctx, r.keys.archived(), "to")
		return nil
	})
	if err = gone("read journal", err); err != nil {
		return nil, err
	}
	if said := to.Val(); said != "" {
		n, err := strconv.ParseInt(said, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read what is archived: %w", err)
		}
		r.archived = max(r.archived, n)
	}
	out := make([]journal.Row, len(rows.Val()))
	for i, m := range rows.Val() {
		if _, err := fmt.Sscanf(m.ID, "%d-", &out[i].N); err != nil {
			return nil, fmt.Errorf("read journal: id %q: %w", m.ID, err)
		}
		out[i].Stored = []byte(text(m.Values["e"]))
	}
	return out, nil
}
