package journal_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"qunguan/bot/journal"
)

// keptHashes are the hashes of a tree in memory.
type keptHashes []journal.Hash

func (k keptHashes) ReadHashes(indexes []int64) ([]journal.Hash, error) {
	out := make([]journal.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = k[x]
	}
	return out, nil
}

func stored(n int) []byte {
	return fmt.Appendf(nil, `{"at":"2026-11-26T00:00:00.000Z","kind":"k","actor":"u%d"}`, n)
}

// TestEdgeGrowsTheSameTree compares the edge with the library's own tree, and opens it again from what was kept.
func TestEdgeGrowsTheSameTree(t *testing.T) {
	var kept keptHashes
	var e journal.Edge
	for n := range 300 {
		want, err := tlog.TreeHash(int64(n), kept)
		require.NoError(t, err)
		require.Equal(t, want, e.Root())
		again, err := journal.OpenEdge(int64(n), kept)
		require.NoError(t, err)
		require.Equal(t, want, again.Root())
		hashes := e.Add(journal.LeafOf(stored(n)))
		require.Equal(t, hashes, again.Add(journal.LeafOf(stored(n))))
		kept = append(kept, hashes...)
		require.Len(t, kept, int(tlog.StoredHashIndex(0, int64(n+1))))
	}
}

func TestLineIsTheStoredEntryWithItsNumber(t *testing.T) {
	line := journal.Line(12, stored(1))
	assert.Equal(t, `{"n":12,"at":"2026-11-26T00:00:00.000Z","kind":"k","actor":"u1"}`, string(line))
	n, back, err := journal.Stored(line)
	require.NoError(t, err)
	assert.Equal(t, int64(12), n)
	assert.Equal(t, stored(1), back)
	for _, bad := range []string{``, `{}`, `{"n":}`, `{"n":0,"a":1}`, `{"n":x,"a":1}`, `{"at":1}`, `[1]`} {
		_, _, err := journal.Stored([]byte(bad))
		assert.Error(t, err, bad)
	}
}

func keyPair(tb testing.TB, name string) (journal.Signer, journal.Verifier) {
	tb.Helper()
	text, err := journal.NewKey(rand.NewChaCha8([32]byte{1}), name)
	require.NoError(tb, err)
	s, v, err := journal.OpenKey(text)
	require.NoError(tb, err)
	return s, v
}

func TestCheckpointIsReadBackAndCannotBeForged(t *testing.T) {
	s, v := keyPair(t, "qunguan/ww1")
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	c, err := journal.Sign(s, 7, journal.LeafOf(stored(1)), at)
	require.NoError(t, err)
	back, err := journal.OpenCheckpoint(c.Note, v)
	require.NoError(t, err)
	assert.Equal(t, c, back)
	_, err = journal.OpenCheckpoint(strings.Replace(c.Note, "\n7\n", "\n8\n", 1), v)
	assert.ErrorIs(t, err, journal.ErrSignature)
	_, other := keyPair(t, "qunguan/ww2")
	_, err = journal.OpenCheckpoint(c.Note, other)
	assert.Error(t, err)
}

// TestWhatWasDoneToAJournalIsNamed does to a sealed journal what somebody might who can write to Redis.
func TestWhatWasDoneToAJournalIsNamed(t *testing.T) {
	s, _ := keyPair(t, "qunguan/ww1")
	const size = 40
	type row struct {
		n int64
		b []byte
	}
	var rows []row
	var leaves []journal.Hash
	var e journal.Edge
	var marks []journal.Checkpoint
	for n := int64(1); n <= size; n++ {
		b := stored(int(n))
		rows, leaves = append(rows, row{n, b}), append(leaves, journal.LeafOf(b))
		e.Add(leaves[n-1])
		if n%10 == 0 {
			c, err := journal.Sign(s, n, e.Root(), time.Unix(n, 0))
			require.NoError(t, err)
			marks = append(marks, c)
		}
	}
	leaf := func(n int64) (journal.Hash, bool) {
		if n < 1 || n > size {
			return journal.Hash{}, false
		}
		return leaves[n-1], true
	}
	renumber := func(r []row) []row {
		for i := range r {
			r[i].n = int64(i + 1)
		}
		return r
	}
	for name, c := range map[string]struct {
		do   func([]row) []row
		want journal.Fault // as named with what was kept
		from int64         // and by the checkpoints alone
		to   int64
	}{
		"edited":                       {func(r []row) []row { r[16].b = stored(99); return r }, journal.Fault{Flaw: journal.Edited, From: 17, To: 17}, 11, 20},
		"the last one edited":          {func(r []row) []row { r[39].b = stored(99); return r }, journal.Fault{Flaw: journal.Edited, From: 40, To: 40}, 31, 40},
		"deleted":                      {func(r []row) []row { return slices.Delete(r, 16, 18) }, journal.Fault{Flaw: journal.Removed, From: 17, To: 18}, 17, 18},
		"deleted, and the rest moved":  {func(r []row) []row { return renumber(slices.Delete(r, 16, 17)) }, journal.Fault{Flaw: journal.Removed, From: 17, To: 17}, 11, 20},
		"inserted, and the rest moved": {func(r []row) []row { return renumber(slices.Insert(r, 16, row{0, stored(99)})) }, journal.Fault{Flaw: journal.Inserted, From: 17, To: 17}, 11, 20},
		"inserted beside":              {func(r []row) []row { return slices.Insert(r, 17, row{17, stored(99)}) }, journal.Fault{Flaw: journal.Inserted, From: 17, To: 17}, 17, 17},
		"reordered":                    {func(r []row) []row { r[16].b, r[17].b = r[17].b, r[16].b; return r }, journal.Fault{Flaw: journal.Moved, From: 17, To: 18}, 11, 20},
		"the tail cut":                 {func(r []row) []row { return r[:35] }, journal.Fault{Flaw: journal.Cut, From: 36, To: 40}, 36, 40},
		"all gone":                     {func([]row) []row { return nil }, journal.Fault{Flaw: journal.Cut, From: 1, To: 40}, 1, 40},
	} {
		changed := c.do(slices.Clone(rows))
		for _, known := range []bool{true, false} {
			check := journal.Inspect(marks, nil)
			if known {
				check = journal.Inspect(marks, leaf)
			}
			for _, r := range changed {
				if !check.Add(r.n, r.b) {
					break
				}
			}
			v := check.End()
			require.NotNil(t, v.Fault, name)
			if known {
				assert.Equal(t, c.want.Flaw, v.Fault.Flaw, name)
				assert.Equal(t, [2]int64{c.want.From, c.want.To}, [2]int64{v.Fault.From, v.Fault.To}, name)
				continue
			}
			assert.Equal(t, [2]int64{c.from, c.to}, [2]int64{v.Fault.From, v.Fault.To}, name)
		}
	}
	// A history that was rewritten together with everything that is kept beside it fails what was signed before.
	check := journal.Inspect(marks[1:2], func(int64) (journal.Hash, bool) { return journal.Hash{}, false })
	for _, r := range rows {
		b := r.b
		if r.n == 3 {
			b = stored(99)
		}
		if !check.Add(r.n, b) {
			break
		}
	}
	v := check.End()
	require.NotNil(t, v.Fault)
	assert.Equal(t, journal.Rewritten, v.Fault.Flaw)
	assert.Equal(t, marks[1], v.Fault.Against)

	// Where only what is kept beside the entries was changed, the entries are not accused.
	check = journal.Inspect(marks, func(n int64) (journal.Hash, bool) {
		if n == 17 {
			return journal.LeafOf(stored(99)), true
		}
		return leaf(n)
	})
	for _, r := range rows {
		if !check.Add(r.n, r.b) {
			break
		}
	}
	v = check.End()
	require.NotNil(t, v.Fault)
	assert.Equal(t, journal.Fault{Flaw: journal.Damaged, From: 17, To: 17, Against: marks[1]}, *v.Fault)

	whole := journal.Inspect(marks, leaf)
	for _, r := range append(slices.Clone(rows), row{41, stored(41)}) {
		require.True(t, whole.Add(r.n, r.b))
	}
	v = whole.End()
	assert.Nil(t, v.Fault)
	assert.Equal(t, journal.Verdict{Entries: 41, Sealed: 40, Last: marks[3], Matched: 4}, v)
}

// TestHashesAloneVouchForThemselves: an entry that cannot be read is counted as not read, and what follows is compared.
func TestHashesAloneVouchForThemselves(t *testing.T) {
	signer, _ := keyPair(t, "qunguan/ww1")
	var e journal.Edge
	for n := range 9 {
		e.Add(journal.LeafOf(stored(n)))
	}
	mark, err := journal.Sign(signer, e.Size(), e.Root(), time.Unix(0, 0))
	require.NoError(t, err)
	leaf := func(n int64) (journal.Hash, bool) { return journal.LeafOf(stored(int(n - 1))), true }
	look := func(change func(n int64, h journal.Hash) journal.Hash) journal.Verdict {
		i := journal.Inspect([]journal.Checkpoint{mark}, leaf)
		for n := int64(1); n <= 9; n++ {
			if h, _ := leaf(n); n <= 5 {
				i.Hash(n, change(n, h))
			} else {
				i.Add(n, stored(int(n-1)))
			}
		}
		return i.End()
	}
	v := look(func(_ int64, h journal.Hash) journal.Hash { return h })
	assert.Nil(t, v.Fault)
	assert.Equal(t, [3]int64{9, 9, 5}, [3]int64{v.Entries, v.Sealed, v.Hashed})
	v = look(func(n int64, h journal.Hash) journal.Hash {
		if n == 3 {
			h[0] ^= 1
		}
		return h
	})
	assert.NotNil(t, v.Fault, "another hash is found out")

	i := journal.Inspect([]journal.Checkpoint{mark}, leaf)
	i.Add(1, stored(0))
	i.Lost(2, 5)
	assert.False(t, i.Add(6, stored(5)))
	assert.Equal(t, &journal.Fault{Flaw: journal.Unread, From: 2, To: 5, Against: mark}, i.End().Fault)
}

func TestWhatTheArchiveHides(t *testing.T) {
	last := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a := journal.Archived{To: 7, Last: last}
	for name, c := range map[string]struct {
		q    journal.Query
		hide bool
	}{
		"an archived entry": {journal.Query{N: 7}, true}, "the next": {journal.Query{N: 8}, false}, "none": {journal.Query{N: -1}, false},
		"since ever": {journal.Query{}, true}, "since the last": {journal.Query{Since: last}, true},
		"since later": {journal.Query{Since: last.Add(1)}, false},
	} {
		assert.Equal(t, c.hide, a.Hides(c.q), name)
		assert.False(t, journal.Archived{}.Hides(c.q), name)
	}
}
