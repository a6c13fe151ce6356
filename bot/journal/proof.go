package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that an entry is in the journal that a checkpoint vouches for. Whoever has the entry's line, the proof and
// the public key needs nobody's word: neither the bot's nor Redis'.
type Proof struct {
	N          int64 // the entry
	Path       []Hash
	Checkpoint Checkpoint
}

// Prove makes the proof of an entry from the hashes that are kept; it fails for one that the checkpoint is too old for.
func Prove(n int64, c Checkpoint, kept HashReader) (Proof, error) {
	if n < 1 || n > c.Size {
		return Proof{}, fmt.Errorf("%w: #%d of %d", ErrUnsealed, n, c.Size)
	}
	path, err := tlog.ProveRecord(c.Size, n-1, kept)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry: %w", err)
	}
	return Proof{N: n, Path: path, Checkpoint: c}, nil
}

var (
	// ErrUnsealed says that no checkpoint vouches for an entry yet, or that there is no such entry.
	ErrUnsealed = errors.New("not sealed yet")
	// ErrNotProven says that a proof does not fit its entry.
	ErrNotProven = errors.New("the entry is not the one that was sealed")
)

// Verify proves that the stored form of an entry is in the log of the proof's checkpoint. It does not prove that the
// checkpoint is the newest one, nor whose it is: that is OpenCheckpoint's.
func (p Proof) Verify(stored []byte) error {
	if p.N < 1 || p.N > p.Checkpoint.Size ||
		tlog.CheckRecord(p.Path, p.Checkpoint.Size, p.Checkpoint.Root, p.N-1, LeafOf(stored)) != nil {
		return ErrNotProven
	}
	return nil
}

// proofHead begins a proof in the format of transparency logs (C2SP tlog-proof).
const proofHead = "c2sp.org/tlog-proof@v1"

// String writes the proof as text: the head, the leaf's place, the path, an empty line, the checkpoint.
func (p Proof) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHead, p.N-1)
	for _, h := range p.Path {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	return b.String() + "\n" + p.Checkpoint.Note
}

// ParseProof reads what String writes, and checks the checkpoint's signature.
func ParseProof(text string, v Verifier) (Proof, error) {
	head, signed, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || lines[0] != proofHead {
		return Proof{}, fmt.Errorf("read proof: it does not begin with %q", proofHead)
	}
	said, ok := strings.CutPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(said, 10, 64)
	if !ok || err != nil || index < 0 {
		return Proof{}, errors.New("read proof: it does not tell the entry's place")
	}
	p := Proof{N: index + 1}
	for _, l := range lines[2:] {
		h, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(h) != HashSize || len(p.Path) >= 64 {
			return Proof{}, fmt.Errorf("read proof: %q is no hash", l)
		}
		p.Path = append(p.Path, Hash(h))
	}
	p.Checkpoint, err = OpenCheckpoint(signed, v)
	return p, err
}
