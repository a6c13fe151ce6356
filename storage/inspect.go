package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"qunguan/bot/journal"
)

// Auditor looks through the journal and proves entries of it, with the public key, and with the checkpoint that was last
// kept beside the key: what stands in Redis alone is nobody's word.
type Auditor struct {
	Seals
	Verifier journal.Verifier
	Kept     func() (journal.Checkpoint, error)
}

// Auditor returns an auditor of the tenant's journal. kept is the checkpoint that was kept outside of Redis.
func (t *Tenant) Auditor(v journal.Verifier, kept func() (journal.Checkpoint, error)) *Auditor {
	return &Auditor{Seals: t.Seals(), Verifier: v, Kept: kept}
}

// Newest is the newest checkpoint, the zero Checkpoint before the first. It fails with journal.ErrSignature for one that
// is not signed with the key, and with journal.ErrMiscounted, beside the checkpoint, where another number is kept with it.
func (a *Auditor) Newest(ctx context.Context) (journal.Checkpoint, error) {
	c, size, err := a.newest(ctx)
	if err == nil && c.Size != size {
		err = fmt.Errorf("%w: %d were signed, and it says %d", journal.ErrMiscounted, c.Size, size)
	}
	return c, err
}

// newest is the newest checkpoint, and how many entries are said to be sealed.
func (a *Auditor) newest(ctx context.Context) (c journal.Checkpoint, size int64, err error) {
	size, signed, err := a.Sealed(ctx)
	if err != nil || size == 0 && signed == "" {
		return c, 0, err
	}
	c, err = journal.OpenCheckpoint(signed, a.Verifier)
	return c, size, err
}

// perInspection is how many entries are read at once.
const perInspection = 2000

// Inspect compares every entry with what was signed: the newest checkpoint, the one that was kept, and others that
// somebody may have. progress is told how many entries of how many were read; nil tells nobody. Its memory does not
// grow with the journal. What is sealed while it runs is not looked at. Archived entries are read from the archive; where
// that cannot be read, only their hashes are compared, and Verdict.Hashed says so.
func (a *Auditor) Inspect(ctx context.Context, others []journal.Checkpoint, progress func(read, of int64)) (journal.Verdict, error) {
	marks := append([]journal.Checkpoint{}, others...)
	newest, said, err := a.newest(ctx)
	if errors.Is(err, journal.ErrSignature) {
		return journal.Verdict{Fault: &journal.Fault{Flaw: journal.Forged}}, nil
	}
	if err != nil {
		return journal.Verdict{}, err
	}
	size := newest.Size
	if size > 0 {
		marks = append(marks, newest)
	}
	kept, err := a.Kept()
	if err != nil {
		return journal.Verdict{}, err
	}
	if kept.Size > 0 {
		marks = append(marks, kept)
	}
	of, err := a.head(ctx)
	if err != nil {
		return journal.Verdict{}, err
	}
	leaf, fault := a.Leaves(ctx)
	look := journal.Inspect(marks, func(n int64) (journal.Hash, bool) {
		if n > size {
			return journal.Hash{}, false
		}
		return leaf(n)
	})
	read := a.reading(nil)
	for more := true; more; {
		if more, err = a.inspect(ctx, look, read, leaf, func(last int64) {
			if progress != nil {
				progress(last, max(of, last))
			}
		}); err != nil {
			return journal.Verdict{}, err
		}
	}
	v := look.End()
	if v.Fault == nil && said != size {
		v.Fault = &journal.Fault{Flaw: journal.Miscounted, From: size, To: said, Against: newest}
	}
	return v, fault()
}

// inspect shows an inspection what comes next; more is true once it has taken the kept hashes of entries that are archived
// where they cannot be read, and goes on after them.
func (a *Auditor) inspect(
	ctx context.Context, look *journal.Inspection, read *reading, leaf func(int64) (journal.Hash, bool), progress func(last int64),
) (more bool, err error) {
	last := look.Seen()
	for row, err := range read.rows(ctx, last, perInspection) {
		switch {
		case errors.Is(err, journal.ErrArchived):
			return hashesOnly(look, last+1, read.archived, leaf), nil
		case errors.Is(err, journal.ErrBroken), err == nil && row.N > last+1 && last < read.archived:
			until := read.archived
			if err == nil {
				until = min(until, row.N-1)
			}
			look.Lost(last+1, until)
			return false, nil
		case err != nil:
			return false, err
		}
		if last = row.N; !look.Add(row.N, row.Stored) {
			return false, nil
		}
		if last%perInspection == 0 {
			progress(last)
		}
	}
	progress(last)
	return false, nil
}

// hashesOnly shows an inspection the kept hashes of entries that are archived.
func hashesOnly(look *journal.Inspection, from, to int64, leaf func(int64) (journal.Hash, bool)) bool {
	for n := from; n <= to; n++ {
		h, ok := leaf(n)
		if !ok {
			look.Lost(n, to)
			return false
		}
		if !look.Hash(n, h) {
			return false
		}
	}
	return true
}

func (a *Auditor) head(ctx context.Context) (int64, error) {
	said, err := a.client.Get(ctx, a.keys.head()).Result()
	if err != nil {
		return 0, gone("read head", err)
	}
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read head: %w", err)
	}
	return n, nil
}

// Prove proves an entry by the newest checkpoint, and returns it as it is exported. It fails with ErrUnsealed for one
// that is not sealed, and with ErrNotProven for one that is not what was sealed.
func (a *Auditor) Prove(ctx context.Context, n int64) (p journal.Proof, line []byte, err error) {
	c, err := a.Newest(ctx)
	if err != nil {
		return p, nil, err
	}
	if n < 1 || n > c.Size {
		return p, nil, fmt.Errorf("%w: #%d of %d", journal.ErrUnsealed, n, c.Size)
	}
	numbers, stored, err := a.After(ctx, n-1, 1)
	if err != nil {
		return p, nil, err
	}
	if len(numbers) == 0 || numbers[0] != n {
		return p, nil, fmt.Errorf("%w: #%d is gone", journal.ErrNotProven, n)
	}
	if p, err = journal.Prove(n, c, a.Hashes(ctx)); err != nil {
		return p, nil, err
	}
	return p, journal.Line(n, stored[0]), p.Verify(stored[0])
}
