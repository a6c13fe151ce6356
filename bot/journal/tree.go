package journal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the Merkle tree over the journal (RFC 6962, as Go's checksum database builds it). Entry n is the
// n-th leaf; what is hashed is the entry as it stands in the ledger, byte for byte.
type Hash = tlog.Hash

// HashSize is how many bytes a Hash has.
const HashSize = tlog.HashSize

// HashReader reads kept hashes by their places. It and the three below stand for what others need of the libraries
// behind this file, so that they need not know them.
type HashReader = tlog.HashReader

// HashReaderFunc makes a HashReader of a function.
type HashReaderFunc = tlog.HashReaderFunc

// Signer signs checkpoints.
type Signer = note.Signer

// Verifier checks what a Signer has signed.
type Verifier = note.Verifier

// Place is where the leaf of entry n+1 is kept, counted in hashes: as many are kept before it.
func Place(n int64) int64 { return tlog.StoredHashIndex(0, n) }

// LeafOf is the leaf of an entry. The number is no part of it: it is the leaf's place.
func LeafOf(stored []byte) Hash { return tlog.RecordHash(stored) }

// Line is a stored entry as it is exported: the same bytes, with the number spliced in. Encoding it again would not do,
// since another version might write it otherwise.
func Line(n int64, stored []byte) []byte {
	return slices.Concat([]byte(`{"n":`), strconv.AppendInt(nil, n, 10), []byte(`,`), stored[1:])
}

// Stored is the entry that a Line was made of.
func Stored(line []byte) (n int64, stored []byte, err error) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"n":`))
	number, rest, found := bytes.Cut(rest, []byte(`,`))
	if n, err = strconv.ParseInt(string(number), 10, 64); !ok || !found || err != nil || n < 1 {
		return 0, nil, errors.New("not an exported entry: it does not begin with its number")
	}
	return n, slices.Concat([]byte(`{`), rest), nil
}

// Edge is the right edge of a growing tree: all that is needed to add leaves, and to tell the root. The zero Edge is
// the empty tree. It is bounded in size however large the tree is.
type Edge struct {
	size  int64
	at    [64]Hash // of each level, the last hash that is complete
	place [64]int64
}

// Size is how many leaves the tree has.
func (e *Edge) Size() int64 { return e.size }

// Last is the newest leaf; ok is false while there is none.
func (e *Edge) Last() (leaf Hash, ok bool) { return e.at[0], e.size > 0 }

// Add adds a leaf and returns the hashes that are to be kept for proofs, in their order.
func (e *Edge) Add(leaf Hash) []Hash {
	hashes, err := tlog.StoredHashesForRecordHash(e.size, leaf, e)
	if err != nil {
		panic(fmt.Sprintf("unreachable: the edge of a tree has what is needed to add to it: %v", err))
	}
	for level, h := range hashes {
		e.at[level], e.place[level] = h, e.size>>level
	}
	e.size++
	return hashes
}

// Root is the root of the tree.
func (e *Edge) Root() Hash {
	h, err := tlog.TreeHash(e.size, e)
	if err != nil {
		panic(fmt.Sprintf("unreachable: the edge of a tree has what its root is made of: %v", err))
	}
	return h
}

// ReadHashes returns hashes of the edge, for tlog.
func (e *Edge) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		if e.place[level] != n {
			return nil, fmt.Errorf("hash %d of level %d is not on the edge", n, level)
		}
		out[i] = e.at[level]
	}
	return out, nil
}

// OpenEdge reads the edge of a tree of so many leaves from its kept hashes.
func OpenEdge(size int64, kept HashReader) (Edge, error) {
	e := Edge{size: size}
	var indexes []int64
	var levels []int
	for level, n := 0, size; n > 0; level, n = level+1, n>>1 {
		// The last complete hash of a level; those that are no peak are needed when their neighbour is complete.
		indexes, levels = append(indexes, tlog.StoredHashIndex(level, n-1)), append(levels, level)
	}
	hashes, err := kept.ReadHashes(indexes)
	if err != nil {
		return Edge{}, err
	}
	for i, level := range levels {
		e.at[level], e.place[level] = hashes[i], size>>level-1
	}
	return e, nil
}

// Checkpoint is a signed word on the journal: at some moment it had so many entries, with this root. Whoever keeps it
// can tell later whether that journal is still the beginning of the one that is there.
type Checkpoint struct {
	Origin string // whose journal it is
	Size   int64
	Root   Hash
	At     time.Time
	Note   string // the signed text, as it is posted
}

// atPrefix begins the line that tells when; readers of the format skip lines that they do not know.
const atPrefix = "at "

// Sign makes a checkpoint of a tree. The text is that of transparency logs' checkpoints (C2SP tlog-checkpoint): origin,
// size, root, each on a line of its own, then when, then signatures.
func Sign(signer Signer, size int64, root Hash, at time.Time) (Checkpoint, error) {
	c := Checkpoint{Origin: signer.Name(), Size: size, Root: root, At: at.UTC().Truncate(time.Second)}
	text := fmt.Sprintf("%s\n%d\n%s\n%s%s\n", c.Origin, size, base64.StdEncoding.EncodeToString(root[:]), atPrefix, c.At.Format(time.RFC3339))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	c.Note = string(signed)
	return c, nil
}

// ErrSignature says that a checkpoint is not signed with the key.
var ErrSignature = errors.New("not signed with this journal's key")

// ErrMiscounted says that the number of sealed entries that is kept beside a checkpoint is not the one that was signed.
var ErrMiscounted = errors.New("the number kept beside the checkpoint is not the one that was signed")

// OpenCheckpoint reads a signed checkpoint, or fails with ErrSignature.
func OpenCheckpoint(signed string, v Verifier) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != v.Name() {
		return Checkpoint{}, fmt.Errorf("read checkpoint: it is not of %s", v.Name())
	}
	c := Checkpoint{Origin: lines[0], Note: signed}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err1 != nil || err2 != nil || size < 0 || len(root) != HashSize {
		return Checkpoint{}, errors.New("read checkpoint: its size or root is not written as it should be")
	}
	c.Size, c.Root = size, Hash(root)
	for _, l := range lines[3:] {
		if told, ok := strings.CutPrefix(l, atPrefix); ok {
			if c.At, err = time.Parse(time.RFC3339, told); err != nil {
				return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
			}
		}
	}
	return c, nil
}

// OpenCheckpoints reads signed checkpoints that stand one after the other, as they were posted.
func OpenCheckpoints(text string, v Verifier) ([]Checkpoint, error) {
	var out []Checkpoint
	begin := v.Name() + "\n"
	for rest := strings.ReplaceAll(text, "\r\n", "\n"); ; {
		_, after, ok := strings.Cut(rest, begin)
		if !ok {
			return out, nil
		}
		one, _, _ := strings.Cut(after, "\n"+begin)
		rest = after[len(one):]
		head, signatures, ok := strings.Cut(one, "\n\n")
		if !ok {
			return out, errors.New("read checkpoints: one has no signature")
		}
		signed := begin + head + "\n\n"
		for line := range strings.SplitSeq(signatures, "\n") {
			if !strings.HasPrefix(line, "— ") {
				break // what stands between two checkpoints is somebody else's
			}
			signed += line + "\n"
		}
		c, err := OpenCheckpoint(signed, v)
		if err != nil {
			return out, err
		}
		out = append(out, c)
	}
}

// ErrRolledBack says that a tree does not begin with one that was signed.
var ErrRolledBack = errors.New("the journal is not the continuation of the one that was signed")

// Extends checks that a tree of so many leaves, with its root, begins with the one that a checkpoint vouches for; else it
// fails with ErrRolledBack.
func (c Checkpoint) Extends(size int64, root Hash, kept HashReader) error {
	switch {
	case c.Size == 0:
		return nil
	case c.Size > size:
		return fmt.Errorf("%w: it has %d entries, and had %d", ErrRolledBack, size, c.Size)
	}
	proof, err := tlog.ProveTree(size, c.Size, kept)
	if err != nil {
		return fmt.Errorf("prove that the journal has grown: %w", err)
	}
	if tlog.CheckTree(proof, size, root, c.Size, c.Root) != nil {
		return fmt.Errorf("%w: the first %d entries are not those of then", ErrRolledBack, c.Size)
	}
	return nil
}
