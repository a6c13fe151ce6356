package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"qunguan/bot/journal"
)

// ledger is what stands in Redis.
type ledger interface {
	Archived(context.Context) (journal.Archived, error)
	Stored(ctx context.Context, after int64) iter.Seq2[journal.Row, error]
	Trim(ctx context.Context, had journal.Archived, entries []journal.Entry, where string) (journal.Archived, error)
}

// tree is what was sealed of it.
type tree interface {
	Newest(context.Context) (journal.Checkpoint, error)
	Hashes(context.Context) journal.HashReader
	Leaves(context.Context) (leaf func(n int64) (journal.Hash, bool), fault func() error)
}

// Archiver moves entries that are old enough into files. It may be run again at any time, and by several processes: what one
// has left, the next one ends.
type Archiver struct {
	Dir    Dir
	Ledger ledger
	Tree   tree
	Kept   func() (journal.Checkpoint, error) // the newest checkpoint that was kept outside of Redis
	Signer journal.Signer
	Keep   time.Duration // how old entries stay in Redis
	Now    func() time.Time
	// Record writes into the journal what is about to leave Redis.
	Record func(context.Context, Segment) error
}

// Done is what a run has moved, or would move. The zero Done is nothing.
type Done struct {
	From, To int64
	Last     time.Time // no entry of them is later
	Files    []string
}

// add counts the entries of a segment up to one, the last of them at the latest; none, if that is before the first.
func (d *Done) add(s Segment, to int64, last time.Time) {
	if to < s.From || to <= d.To {
		return
	}
	if d.From == 0 {
		d.From = s.From
	}
	d.To, d.Last, d.Files = min(to, s.To), last, append(d.Files, s.Name())
}

// Run ends what an earlier run has left, then moves what is old enough. It stops at the first entry that is not, also where a
// file has it already: by a clock that was wrong, say.
func (a *Archiver) Run(ctx context.Context) (done Done, err error) {
	had, left, err := a.stands(ctx)
	if err != nil {
		return done, err
	}
	if err := os.MkdirAll(a.Dir.path, 0o700); err != nil { // not before: one that is missing may have something in it
		return done, wrap(err)
	}
	for _, s := range left {
		if had, err = a.leave(ctx, s, had); err != nil {
			return done, err
		}
		if done.add(s, had.To, had.Last); had.To < s.To {
			return done, nil
		}
	}
	for {
		s, ok, err := a.write(ctx, had)
		if err != nil || !ok {
			return done, err
		}
		if had, err = a.leave(ctx, s, had); err != nil {
			return done, err
		}
		if done.add(s, had.To, had.Last); had.To < s.To {
			return done, nil
		}
	}
}

// Plan tells what Run would move.
func (a *Archiver) Plan(ctx context.Context) (done Done, err error) {
	had, left, err := a.stands(ctx)
	if err != nil {
		return done, err
	}
	for _, s := range left {
		for r, err := range a.ripe(s, had.To) {
			if err != nil {
				return done, wrap(err)
			}
			if had.To = r.N; r.At.After(had.Last) {
				had.Last = r.At
			}
		}
		if done.add(s, had.To, had.Last); had.To < s.To {
			return done, nil
		}
	}
	c, err := a.signed(ctx)
	if err != nil {
		return done, err
	}
	s := Segment{From: had.To + 1}
	for row, err := range a.old(ctx, had, c.Size-1, a.Now().Add(-a.Keep)) {
		if err != nil {
			return done, err
		}
		if e, err := journal.DecodeEntry(row.N, row.Stored); err == nil && e.At.After(done.Last) {
			done.Last = e.At
		}
		if s.To = row.N; s.To-s.From+1 == perSegment {
			done.add(s, s.To, done.Last)
			s.From = row.N + 1
		}
	}
	if s.To >= s.From {
		done.add(s, s.To, done.Last)
	}
	return done, nil
}

// stands is what is archived, and the segments that reach beyond that: those of a run that did not come to its end.
func (a *Archiver) stands(ctx context.Context) (had journal.Archived, left []Segment, err error) {
	if had, err = a.Ledger.Archived(ctx); err != nil {
		return had, nil, err
	}
	if err := a.Dir.Check(had); err != nil {
		return had, nil, fmt.Errorf("archive: %w", err)
	}
	segments, err := a.Dir.Segments()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return had, nil, fmt.Errorf("archive: %w", err)
	}
	next := had.To + 1
	for _, s := range segments {
		if s.To < next {
			continue
		}
		if s.From > next {
			return had, nil, fmt.Errorf("archive: %s does not follow #%d, the last entry that is archived; is %s the directory of another journal?",
				s.Name(), next-1, a.Dir.path)
		}
		left, next = append(left, s), s.To+1
	}
	return had, left, nil
}

// old tells the entries after those that are archived, up to one, as long as they are older than a moment.
func (a *Archiver) old(ctx context.Context, had journal.Archived, most int64, before time.Time) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		last := had.To
		for row, err := range a.Ledger.Stored(ctx, last) {
			if err == nil && row.N != last+1 {
				err = fmt.Errorf("archive: #%d does not follow #%d: the journal is not whole (qunguan audit verify)", row.N, last)
			}
			if err != nil {
				yield(row, err)
				return
			}
			e, err := journal.DecodeEntry(row.N, row.Stored)
			if err == nil && (row.N > most || !e.At.Before(before)) {
				return
			}
			if last = row.N; !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// write makes the next segment; ok is false if nothing is old enough.
func (a *Archiver) write(ctx context.Context, had journal.Archived) (s Segment, ok bool, err error) {
	c, err := a.signed(ctx)
	if err != nil {
		return s, false, err
	}
	d, ok, err := a.draft(ctx, had, min(had.To+perSegment, c.Size-1), a.Now().Add(-a.Keep))
	if err != nil || !ok {
		return s, false, wrap(err)
	}
	root, err := a.prove(ctx, d.Segment, d.file, c)
	if err == nil {
		c, err = journal.Sign(a.Signer, d.To, root, a.Now())
	}
	if err == nil {
		err = a.place(d, c)
	}
	if err != nil {
		return s, false, errors.Join(wrap(err), os.Remove(d.file))
	}
	return d.Segment, true, nil
}

// leave takes the entries of a segment out of Redis, after reading all of it back and comparing it with what was signed.
func (a *Archiver) leave(ctx context.Context, s Segment, had journal.Archived) (journal.Archived, error) {
	c, err := a.signed(ctx)
	if err != nil {
		return had, err
	}
	file := filepath.Join(a.Dir.path, s.Name())
	if is, err := os.Lstat(file); err != nil || !is.Mode().IsRegular() { // what a link points to is not the archive's to keep
		return had, wrap(errors.Join(err, fmt.Errorf("%s is no file of its own, so nothing of it was taken out of Redis; put the file itself there", file)))
	}
	root, err := a.prove(ctx, s, file, c)
	if err != nil {
		return had, wrap(err)
	}
	if _, err := os.Stat(filepath.Join(a.Dir.path, s.Checkpoint())); errors.Is(err, fs.ErrNotExist) {
		if c, err = journal.Sign(a.Signer, s.To, root, a.Now()); err == nil {
			err = a.keep(s, c)
		}
		if err != nil {
			return had, wrap(err)
		}
	}
	return a.trim(ctx, s, had)
}

// perTrim is how many entries are in memory, decoded, at once.
const perTrim = 500

// trim takes the entries of a segment out of Redis that are old enough. Each was read from the file, and found to be what was
// sealed, just before: a file that was proven may be another one by now.
func (a *Archiver) trim(ctx context.Context, s Segment, had journal.Archived) (journal.Archived, error) {
	var entries []journal.Entry
	leaf, fault := a.Tree.Leaves(ctx)
	flush := func() (err error) {
		if len(entries) > 0 && had.To < s.From { // else that was told before anything of it left
			if err := a.Record(ctx, s); err != nil {
				return fmt.Errorf("archive: tell of %s: %w", s.Name(), err)
			}
		}
		had, err = a.Ledger.Trim(ctx, had, entries, a.Dir.Where())
		entries = entries[:0]
		return err
	}
	for r, err := range a.ripe(s, had.To) {
		if err != nil {
			return had, wrap(err)
		}
		if kept, ok := leaf(r.N); !ok || kept != r.leaf {
			return had, wrap(errors.Join(fmt.Errorf("%s: #%d has changed on the way: %w", s.Name(), r.N, ErrNotSealed), fault()))
		}
		if entries = append(entries, r.Entry); len(entries) == perTrim {
			if err := flush(); err != nil {
				return had, err
			}
		}
	}
	return had, flush()
}

// filed is an entry as a file has it.
type filed struct {
	journal.Entry
	leaf journal.Hash
}

// ripe tells the entries of a segment above one, up to the first that is not old enough.
func (a *Archiver) ripe(s Segment, after int64) iter.Seq2[filed, error] {
	before := a.Now().Add(-a.Keep)
	return func(yield func(filed, error) bool) {
		for row, err := range read(filepath.Join(a.Dir.path, s.Name())) {
			if err == nil && (row.N <= after || row.N > s.To) {
				continue
			}
			var e journal.Entry
			if err == nil {
				e, err = journal.DecodeEntry(row.N, row.Stored)
			}
			if err == nil && !e.At.Before(before) || !yield(filed{e, journal.LeafOf(row.Stored)}, err) || err != nil {
				return
			}
		}
	}
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("archive: %w", err)
}

// signed is the newest checkpoint, once it is certain that it goes on from the one that was kept: a Redis that was put back,
// or rewritten, archives nothing.
func (a *Archiver) signed(ctx context.Context) (journal.Checkpoint, error) {
	kept, err := a.Kept() // first: the sealer keeps it after Redis has it
	if err != nil {
		return kept, err
	}
	c, err := a.Tree.Newest(ctx)
	if err != nil {
		return c, err
	}
	if err := kept.Extends(c.Size, c.Root, a.Tree.Hashes(ctx)); err != nil {
		return c, wrap(err)
	}
	return c, nil
}

// ErrNotSealed says that a file is not what was signed. Nothing of it leaves Redis.
var ErrNotSealed = errors.New("it is not what was sealed, so nothing of it was taken out of Redis (qunguan audit verify)")

// prove reads a segment back from disk: every entry is the one whose hash was kept, and all of them together are the
// beginning of the journal that was signed. It returns the root of the tree that ends with them.
func (a *Archiver) prove(ctx context.Context, s Segment, file string, c journal.Checkpoint) (root journal.Hash, err error) {
	bad := func(what string, n int64) error { return fmt.Errorf("%s: %s #%d: %w", s.Name(), what, n, ErrNotSealed) }
	if s.To >= c.Size {
		return root, bad("the newest checkpoint does not reach beyond", s.To)
	}
	edge, err := journal.OpenEdge(s.From-1, a.Tree.Hashes(ctx))
	if err != nil {
		return root, err
	}
	leaf, fault := a.Tree.Leaves(ctx)
	for row, err := range read(file) {
		if err != nil {
			return root, err
		}
		if want := edge.Size() + 1; row.N != want || row.N > s.To {
			return root, bad("it does not go on with", want)
		}
		h := journal.LeafOf(row.Stored)
		if kept, ok := leaf(row.N); !ok || kept != h {
			return root, errors.Join(bad("its hash is not that of", row.N), fault())
		}
		edge.Add(h)
	}
	if edge.Size() != s.To {
		return root, bad("it ends before", s.To)
	}
	root = edge.Root()
	err = journal.Checkpoint{Size: s.To, Root: root}.Extends(c.Size, c.Root, a.Tree.Hashes(ctx))
	if errors.Is(err, journal.ErrRolledBack) {
		err = bad("it does not lead to the root that was signed, from", s.From)
	}
	return root, err
}
