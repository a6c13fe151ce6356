package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/journal"
)

// seals is what the sealer needs of storage.
type seals interface {
	Sealed(context.Context) (size int64, note string, err error)
	After(ctx context.Context, n int64, limit int64) (numbers []int64, stored [][]byte, err error)
	Seal(ctx context.Context, from, to int64, hashes []journal.Hash, note string) (bool, error)
	Hashes(context.Context) journal.HashReader
}

// witness keeps the newest checkpoint where whoever writes to Redis cannot: beside the key.
type witness interface {
	Last() (journal.Checkpoint, error)
	Keep(journal.Checkpoint) error
}

// Sealer lets the Merkle tree grow with the journal and signs what it came to. Several replicas with the same key may
// run one each: one of them is faster, and the others go on from where it came to.
type Sealer struct {
	seals    seals
	signer   journal.Signer
	verifier journal.Verifier
	witness  witness
	now      func() time.Time
	log      *zap.Logger
	edge     journal.Edge
	opened   bool
}

// NewSealer returns a sealer.
func NewSealer(s seals, signer journal.Signer, v journal.Verifier, w witness, now func() time.Time, log *zap.Logger) *Sealer {
	return &Sealer{seals: s, signer: signer, verifier: v, witness: w, now: now, log: log}
}

// PerSeal is how many entries one Step seals at most.
const PerSeal = 5000

// What keeps a sealer from going on. It does not mend anything by itself: what it finds is what it is there to find.
var (
	ErrOtherKey = errors.New("the journal was sealed with another key; give this replica the same key file")
	ErrGap      = errors.New("the journal has a gap")
	ErrLast     = errors.New("the newest entry that was sealed is gone, or is another one")
)

// Step seals what is new, and returns how many entries that were.
func (s *Sealer) Step(ctx context.Context) (int, error) {
	if !s.opened {
		if err := s.open(ctx); err != nil {
			return 0, err
		}
	}
	size := s.edge.Size()
	numbers, stored, err := s.fresh(ctx, size)
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	next, hashes := s.edge, []journal.Hash(nil)
	for i, n := range numbers {
		if n != size+int64(i)+1 {
			return 0, fmt.Errorf("%w before #%d", ErrGap, n)
		}
		hashes = append(hashes, next.Add(journal.LeafOf(stored[i]))...)
	}
	c, err := journal.Sign(s.signer, next.Size(), next.Root(), s.now())
	if err != nil {
		return 0, err
	}
	ok, err := s.seals.Seal(ctx, size, next.Size(), hashes, c.Note)
	if err != nil {
		return 0, err
	}
	if !ok {
		s.opened = false // another replica was faster
		return 0, nil
	}
	s.edge = next
	s.log.Debug("journal sealed", zap.Int64("size", c.Size), zap.String("root", c.Root.String()))
	return len(numbers), s.witness.Keep(c)
}

// fresh reads what is new, and the newest sealed entry with it: a journal that was cut off or put back while this runs is
// noticed at once, not when somebody verifies.
func (s *Sealer) fresh(ctx context.Context, size int64) (numbers []int64, stored [][]byte, err error) {
	last, sealed := s.edge.Last()
	if !sealed {
		return s.seals.After(ctx, 0, PerSeal)
	}
	numbers, stored, err = s.seals.After(ctx, size-1, PerSeal+1)
	if err != nil {
		return nil, nil, err
	}
	if len(numbers) == 0 || numbers[0] != size || journal.LeafOf(stored[0]) != last {
		return nil, nil, fmt.Errorf("%w: #%d", ErrLast, size)
	}
	return numbers[1:], stored[1:], nil
}

// open reads where the tree stands, and refuses to go on from one that is not what was signed and kept.
func (s *Sealer) open(ctx context.Context) error {
	size, signed, err := s.seals.Sealed(ctx)
	if err != nil {
		return err
	}
	var c journal.Checkpoint
	if size != 0 || signed != "" {
		c, err = journal.OpenCheckpoint(signed, s.verifier)
		if errors.Is(err, journal.ErrSignature) {
			return fmt.Errorf("%w: %w", ErrOtherKey, err)
		}
		if err != nil {
			return err
		}
	}
	if c.Size != size {
		return fmt.Errorf("%w: %d were signed, and it says %d", journal.ErrMiscounted, c.Size, size)
	}
	edge, err := journal.OpenEdge(size, s.seals.Hashes(ctx))
	if err != nil {
		return fmt.Errorf("open tree: %w", err)
	}
	if size > 0 && c.Root != edge.Root() {
		return fmt.Errorf("%w: the tree is not the one that was signed at %d entries", journal.ErrRolledBack, c.Size)
	}
	last, err := s.witness.Last()
	if err != nil {
		return err
	}
	if err := last.Extends(size, edge.Root(), s.seals.Hashes(ctx)); err != nil {
		return err
	}
	s.edge, s.opened = edge, true
	return nil
}
