package archive

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"qunguan/bot/journal"
)

// draft is a segment that has not got its name yet.
type draft struct {
	Segment
	file string
}

// perSegment is how many entries one file has at most.
const perSegment = 50_000

// draft writes the entries that follow those that are archived, as long as they are older than a moment, up to one. ok is
// false if there are none.
func (a *Archiver) draft(ctx context.Context, had journal.Archived, most int64, before time.Time) (d draft, ok bool, err error) {
	f, err := os.CreateTemp(a.Dir.path, ".journal-*")
	if err != nil {
		return d, false, err
	}
	d = draft{file: f.Name(), Segment: Segment{From: had.To + 1, To: had.To}}
	zipped := gzip.NewWriter(f)
	buffered := bufio.NewWriter(zipped)
	for row, fault := range a.old(ctx, had, most, before) {
		if err = fault; err != nil {
			break
		}
		if _, err = buffered.Write(append(journal.Line(row.N, row.Stored), '\n')); err != nil {
			break
		}
		d.To = row.N
	}
	err = errors.Join(err, buffered.Flush(), zipped.Close(), f.Sync(), f.Close())
	if err != nil || d.To < d.From {
		return d, false, errors.Join(err, os.Remove(d.file))
	}
	return d, true, nil
}

// place gives a draft its name, after its checkpoint: a segment that has a name has one.
func (a *Archiver) place(d draft, c journal.Checkpoint) error {
	if err := a.keep(d.Segment, c); err != nil {
		return err
	}
	if err := os.Rename(d.file, filepath.Join(a.Dir.path, d.Name())); err != nil {
		return err
	}
	return a.Dir.sync()
}

// keep writes the checkpoint of a segment.
func (a *Archiver) keep(s Segment, c journal.Checkpoint) error {
	f, err := os.CreateTemp(a.Dir.path, ".checkpoint-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(c.Note)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(a.Dir.path, s.Checkpoint()))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return a.Dir.sync()
}

// sync makes new names last, whatever happens to the machine.
func (d Dir) sync() error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", d.path, err)
	}
	return nil
}
