package journal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
)

func TestEveryEntryIsProvenAndNothingElse(t *testing.T) {
	s, v := keyPair(t, "qunguan/ww1")
	var kept keptHashes
	var e journal.Edge
	const size = 37
	for n := 1; n <= size; n++ {
		kept = append(kept, e.Add(journal.LeafOf(stored(n)))...)
	}
	c, err := journal.Sign(s, size, e.Root(), time.Unix(1, 0))
	require.NoError(t, err)
	for n := int64(1); n <= size; n++ {
		made, err := journal.Prove(n, c, kept)
		require.NoError(t, err)
		p, err := journal.ParseProof(made.String(), v)
		require.NoError(t, err)
		assert.Equal(t, made, p)
		require.NoError(t, p.Verify(stored(int(n))))
		assert.ErrorIs(t, p.Verify(stored(99)), journal.ErrNotProven)
		p.N = n%size + 1
		assert.ErrorIs(t, p.Verify(stored(int(n))), journal.ErrNotProven, "at another place")
	}
	for _, n := range []int64{0, size + 1} {
		_, err := journal.Prove(n, c, kept)
		assert.ErrorIs(t, err, journal.ErrUnsealed)
	}
}

func FuzzParseProof(f *testing.F) {
	s, v := keyPair(f, "qunguan/ww1")
	var e journal.Edge
	kept := keptHashes(e.Add(journal.LeafOf(stored(1))))
	c, err := journal.Sign(s, 1, e.Root(), time.Unix(1, 0))
	if err != nil {
		f.Fatal(err)
	}
	p, err := journal.Prove(1, c, kept)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.String())
	f.Add(strings.Replace(p.String(), "index 0", "index -1", 1))
	f.Add("c2sp.org/tlog-proof@v1\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := journal.ParseProof(text, v); err == nil && p.Verify(stored(2)) == nil {
			t.Fatal("something else was proven")
		}
	})
}
