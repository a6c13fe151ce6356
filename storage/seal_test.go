package storage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
	"qunguan/storage"
)

// grow seals what is in the journal after the first so many entries, up to a size.
func grow(ctx context.Context, t *testing.T, s storage.Seals, from, to int64, note string) (journal.Edge, bool) {
	t.Helper()
	e, err := journal.OpenEdge(from, s.Hashes(ctx))
	require.NoError(t, err)
	numbers, stored, err := s.After(ctx, from, to-from)
	require.NoError(t, err)
	require.Len(t, numbers, int(to-from))
	var hashes []journal.Hash
	for i, b := range stored {
		require.Equal(t, from+int64(i)+1, numbers[i])
		hashes = append(hashes, e.Add(journal.LeafOf(b))...)
	}
	ok, err := s.Seal(ctx, from, to, hashes, note)
	require.NoError(t, err)
	return e, ok
}

func TestTheTreeGrowsOnceAndIsReadBack(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l, s := t.Context(), w.ledger(), w.Tenant.Seals()
		for i := range 70 {
			write(t, l, journal.Entry{At: noon, Kind: "k", Outcome: journal.Done, Actor: "li", Reason: fmt.Sprint(i)})
		}
		size, note, err := s.Sealed(ctx)
		require.NoError(t, err)
		assert.Zero(t, size)
		assert.Empty(t, note)

		_, ok := grow(ctx, t, s, 0, 33, "first")
		assert.True(t, ok)
		_, ok = grow(ctx, t, s, 0, 33, "first")
		assert.True(t, ok, "the same, sent again")
		_, ok = grow(ctx, t, s, 0, 20, "another's")
		assert.False(t, ok, "from a size that it no longer has")
		e, ok := grow(ctx, t, s, 33, 70, "second")
		assert.True(t, ok)
		size, note, err = s.Sealed(ctx)
		require.NoError(t, err)
		assert.Equal(t, int64(70), size)
		assert.Equal(t, "second", note)

		again, err := journal.OpenEdge(70, s.Hashes(ctx))
		require.NoError(t, err)
		assert.Equal(t, e.Root(), again.Root())
		leaf, fault := s.Leaves(ctx)
		_, stored, err := s.After(ctx, 0, 100)
		require.NoError(t, err)
		for i, b := range stored {
			h, ok := leaf(int64(i) + 1)
			assert.True(t, ok)
			assert.Equal(t, journal.LeafOf(b), h)
		}
		_, ok = leaf(71)
		assert.False(t, ok)
		require.NoError(t, fault())
		_, err = s.Hashes(ctx).ReadHashes([]int64{journal.Place(200)})
		assert.ErrorIs(t, err, storage.ErrNoHash)
	})
}

// TestTheTreeCrossesStrings: hashes that do not fit into one string go on in the next.
func TestTheTreeCrossesStrings(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, s := t.Context(), w.Tenant.Seals()
		var e journal.Edge
		var hashes []journal.Hash
		const size = 17000 // some more than 32768 hashes
		for i := range size {
			hashes = append(hashes, e.Add(journal.LeafOf(fmt.Appendf(nil, "%d", i)))...)
		}
		ok, err := s.Seal(ctx, 0, size, hashes, "n")
		require.NoError(t, err)
		require.True(t, ok)
		again, err := journal.OpenEdge(size, s.Hashes(ctx))
		require.NoError(t, err)
		assert.Equal(t, e.Root(), again.Root())
		leaf, fault := s.Leaves(ctx)
		for i := range size {
			h, ok := leaf(int64(i) + 1)
			require.True(t, ok)
			require.Equal(t, journal.LeafOf(fmt.Appendf(nil, "%d", i)), h)
		}
		require.NoError(t, fault())
	})
}
