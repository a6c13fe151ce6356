package journal

import (
	"errors"
	"time"
)

// Row is an entry as it is kept, byte for byte, with its number.
type Row struct {
	N      int64
	Stored []byte
}

// Archived tells which entries are no longer in the ledger but in files: the first ones, up to To. Their hashes stay where
// they are, so that they are still what was signed, or not. The zero Archived is that none are.
type Archived struct {
	To    int64
	First time.Time // of entry #1
	Last  time.Time // no archived entry is later than this
	Where string    // as an operator would look for it
}

// Hides says whether entries that a query asks for may be among those that are archived, given that no more of those
// that are not can match.
func (a Archived) Hides(q Query) bool {
	switch {
	case a.To == 0:
		return false
	case q.N != 0:
		return q.N >= 1 && q.N <= a.To
	}
	return q.Since.IsZero() || !q.Since.After(a.Last)
}

var (
	// ErrArchived says that entries are archived where they cannot be read from here.
	ErrArchived = errors.New("archived where it cannot be read from here")
	// ErrBroken says that a file of the archive is there but cannot be read to its end.
	ErrBroken = errors.New("the file is damaged")
)
