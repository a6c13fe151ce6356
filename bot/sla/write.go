package sla

import (
	"bytes"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Write is what some messages make of the clock of one group.
type Write struct {
	Group chat.Group
	Was   []byte // the packed clock that was read; empty for none
	Is    []byte
	// Looks says that the moment at which somebody must look at the group has become Look; zero: nobody must.
	Looks bool
	Look  time.Time
	Cells []Cell // what has settled
	// Checks are the aggregates that were looked at, with their versions.
	Checks []journal.Check
}

// Batch is everything that one delivery of a source makes so. Each write is whole or does not happen; the cursor moves
// when all of them have happened. One that is kept twice counts once.
type Batch struct {
	Writes []Write
	Cursor chat.Cursor
}

// Moved says that a write did not happen, since something that was looked at has moved on.
type Moved struct {
	Group chat.Group
	Clock []byte       // how the clock stands, packed
	Stale journal.Name // the aggregate that has another version; empty if it is the clock that has changed
}

// Come is a group whose moment to be looked at has come; it is claimed.
type Come struct {
	Due   journal.Due
	Group chat.Group
	Clock []byte // packed
}

// NewWrite is what turns a clock into another; ok is false where that is nothing.
func NewWrite(g chat.Group, was, is Clock, settled Settled) (w Write, ok bool) {
	w = Write{Group: g, Is: is.Pack(), Cells: Sheet{}.With(settled.Samples...).Heard(settled.Said...).Cells()}
	if was.HasSource() {
		w.Was = was.Pack()
	}
	if bytes.Equal(w.Was, w.Is) {
		return Write{}, false
	}
	before, _ := was.Waiting()
	after, _ := is.Waiting()
	if before != after {
		w.Looks, w.Look = true, after.Look(time.Time{})
	}
	return w, true
}
