// Package archive keeps old entries of the journal in files, where Redis need not hold them any longer. It promises that
// nothing leaves Redis that was not read back from disk and found to be what was signed, and that a process that dies in the
// middle leaves something that the next one goes on from. It refuses to know what is in an entry, but for its moment.
//
// A directory has segments, which follow each other from entry #1 on:
//
//	journal-000000001-000050000.jsonl.gz     the entries, byte for byte, as they are exported: one a line, the oldest first
//	journal-000000001-000050000.checkpoint   the root of the tree up to its last entry, signed
//
// The files, a checkpoint and the public key are all that is needed to verify them: no Redis, no service.
package archive

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"qunguan/bot/journal"
)

// Dir is a directory of segments. It needs not be there yet.
type Dir struct{ path string }

// Open returns the directory at a path, from which it must not be moved while it is in use.
func Open(path string) Dir { return Dir{path} }

// Where is the directory as an operator would look for it.
func (d Dir) Where() string {
	whole, err := filepath.Abs(d.path)
	if err != nil {
		return d.path
	}
	return whole
}

// Segment is one file of entries: the first and the last.
type Segment struct{ From, To int64 }

// Name is the name of the segment's file.
func (s Segment) Name() string { return s.stem() + ".jsonl.gz" }

// Checkpoint is the name of the file with its signed checkpoint.
func (s Segment) Checkpoint() string { return s.stem() + ".checkpoint" }

func (s Segment) stem() string { return fmt.Sprintf("journal-%09d-%09d", s.From, s.To) }

var segmentName = regexp.MustCompile(`^journal-(\d{9,})-(\d{9,})\.jsonl\.gz$`)

// Segments are those that are there, by their first entry; of two that begin with the same one, the longer comes first.
func (d Dir) Segments() ([]Segment, error) {
	files, err := os.ReadDir(d.path)
	if err != nil {
		return nil, err
	}
	var out []Segment
	for _, f := range files {
		m := segmentName.FindStringSubmatch(f.Name())
		if m == nil {
			continue
		}
		from, err1 := strconv.ParseInt(m[1], 10, 64)
		to, err2 := strconv.ParseInt(m[2], 10, 64)
		if err1 == nil && err2 == nil && 1 <= from && from <= to {
			out = append(out, Segment{from, to})
		}
	}
	slices.SortFunc(out, func(a, b Segment) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To)) })
	return out, nil
}

// errNone says that a directory has no segments at all.
var errNone = fmt.Errorf("no archived entries: %w", fs.ErrNotExist)

// Check says, by the names of the files alone, why the directory does not have all that is archived; nil if it does.
func (d Dir) Check(a journal.Archived) error {
	if a.To == 0 {
		return nil
	}
	segments, err := d.Segments()
	if err == nil && len(segments) == 0 {
		err = fmt.Errorf("%s: %w", d.path, errNone)
	}
	if err != nil {
		return err
	}
	have := int64(0)
	for _, s := range segments {
		if s.From > have+1 {
			break
		}
		have = max(have, s.To)
	}
	if have >= a.To {
		return nil
	}
	next := a.To
	for _, s := range slices.Backward(segments) {
		if s.From > have+1 {
			next = min(next, s.From-1)
		}
	}
	return fmt.Errorf("%s lacks entries #%d to #%d, which were archived in %s: every replica needs the same directory",
		d.path, have+1, next, a.Where)
}
