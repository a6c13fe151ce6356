package archive

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"qunguan/bot/journal"
)

// longestLine bounds an entry; one message may change many records.
const longestLine = 64 << 20

// Rows tells the entries above one number and up to another, the oldest first. Numbers are those that the lines have, not
// those of the names: what is missing, or in another's place, shows in them. It fails where there is nothing at all, and
// with journal.ErrBroken at a file that cannot be read to its end.
func (d Dir) Rows(after, to int64) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		segments, err := d.Segments()
		if err == nil && len(segments) == 0 {
			err = errNone
		}
		if err != nil {
			yield(journal.Row{}, err)
			return
		}
		for _, s := range segments {
			if s.To <= after || s.From > to {
				continue
			}
			for row, err := range read(filepath.Join(d.path, s.Name())) {
				if err != nil {
					yield(row, err)
					return
				}
				if row.N <= after || row.N > to {
					continue
				}
				if after = row.N; !yield(row, nil) {
					return
				}
			}
		}
	}
}

// read tells the entries of a file, in its order.
func read(file string) iter.Seq2[journal.Row, error] {
	return func(yield func(journal.Row, error) bool) {
		if err := each(file, func(r journal.Row) bool { return yield(r, nil) }); err != nil {
			yield(journal.Row{}, err)
		}
	}
}

// each visits the entries of a file until visit returns false.
func each(file string, visit func(journal.Row) bool) (err error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	broken := func(err error) error { return fmt.Errorf("%s: %w: %w", file, journal.ErrBroken, err) }
	unzipped, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return broken(err)
	}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var r journal.Row
		if r.N, r.Stored, err = journal.Stored(lines.Bytes()); err != nil {
			return broken(err)
		}
		if !visit(r) {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return broken(err)
	}
	return nil
}
