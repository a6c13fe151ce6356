package bot

import (
	"context"
	"errors"

	"qunguan/bot/journal"
)

// auditor is what the engine needs of whoever looks through the journal.
type auditor interface {
	Inspect(ctx context.Context, others []journal.Checkpoint, progress func(read, of int64)) (journal.Verdict, error)
	Prove(ctx context.Context, n int64) (p journal.Proof, line []byte, err error)
	Newest(ctx context.Context) (journal.Checkpoint, error)
}

// Inspection is what a command asks of the journal as a whole. The zero Inspection asks nothing.
type Inspection struct {
	Verify bool  // compare every entry with what was signed
	Prove  int64 // prove this entry; 0: none
	Newest bool  // the newest checkpoint
}

// Inspected is the answer. Of is what was asked.
type Inspected struct {
	Of      Inspection
	Sealing bool // false: this installation does not seal its journal, and the rest is empty
	Verdict journal.Verdict
	Proof   journal.Proof
	Newest  journal.Checkpoint // the zero Checkpoint where nothing is sealed yet
	Line    []byte             // the entry that is proven, as it is exported
	// Fault is why it is not proven, or why there is no checkpoint: journal.ErrUnsealed, journal.ErrNotProven,
	// journal.ErrSignature; nil: it is, or there is.
	Fault error
}

// Inspected returns what was found out on the command's Outcome.Inspect; ok is false if nothing was asked yet.
func (c Call) Inspected() (i Inspected, ok bool) { return c.inspected, c.inspected.Of != Inspection{} }

// inspect finds out what a command has asked of the journal as a whole.
func (b *Bot) inspect(ctx context.Context, ask Inspection) (Inspected, error) {
	out := Inspected{Of: ask, Sealing: b.Auditor != nil}
	if b.Auditor == nil {
		return out, nil
	}
	var err error
	if ask.Verify {
		if out.Verdict, err = b.Auditor.Inspect(ctx, nil, nil); err != nil {
			return out, err
		}
	}
	switch {
	case ask.Prove != 0:
		out.Proof, out.Line, err = b.Auditor.Prove(ctx, ask.Prove)
	case ask.Newest:
		out.Newest, err = b.Auditor.Newest(ctx)
	}
	if errors.Is(err, journal.ErrUnsealed) || errors.Is(err, journal.ErrNotProven) || errors.Is(err, journal.ErrSignature) ||
		errors.Is(err, journal.ErrMiscounted) {
		out.Fault, err = err, nil
	}
	return out, err
}
