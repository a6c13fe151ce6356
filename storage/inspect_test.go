package storage_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
)

// sealedWorld is a journal of so many entries, sealed in steps of ten.
type sealedWorld struct {
	*world
	signer   journal.Signer
	verifier journal.Verifier
	marks    []journal.Checkpoint
}

func newKey(t testing.TB) (journal.Signer, journal.Verifier) {
	t.Helper()
	text, err := journal.NewKey(rand.Reader, "qunguan/ww1")
	require.NoError(t, err)
	s, v, err := journal.OpenKey(text)
	require.NoError(t, err)
	return s, v
}

func sealAll(t *testing.T, w *world, entries int) *sealedWorld {
	t.Helper()
	l := w.ledger()
	for i := range entries {
		write(t, l, journal.Entry{At: noon, Kind: "k", Outcome: journal.Done, Actor: "li", Reason: fmt.Sprint(i)})
	}
	s := &sealedWorld{world: w}
	s.signer, s.verifier = newKey(t)
	s.sealTo(t, entries)
	return s
}

func (s *sealedWorld) sealTo(t *testing.T, entries int) {
	t.Helper()
	seals := s.Tenant.Seals()
	size, _, err := seals.Sealed(t.Context())
	require.NoError(t, err)
	for size < int64(entries) {
		e, err := journal.OpenEdge(size, seals.Hashes(t.Context()))
		require.NoError(t, err)
		_, stored, err := seals.After(t.Context(), size, 10)
		require.NoError(t, err)
		var hashes []journal.Hash
		for _, b := range stored {
			hashes = append(hashes, e.Add(journal.LeafOf(b))...)
		}
		c, err := journal.Sign(s.signer, e.Size(), e.Root(), noon.Add(time.Duration(size)*time.Second))
		require.NoError(t, err)
		ok, err := seals.Seal(t.Context(), size, e.Size(), hashes, c.Note)
		require.NoError(t, err)
		require.True(t, ok)
		size, s.marks = e.Size(), append(s.marks, c)
	}
}

func (s *sealedWorld) inspect(t *testing.T, kept journal.Checkpoint) journal.Verdict {
	t.Helper()
	v, err := s.Auditor(s.verifier, func() (journal.Checkpoint, error) { return kept, nil }).Inspect(t.Context(), nil, nil)
	require.NoError(t, err)
	return v
}

// rewrite gives the journal other rows, as somebody could who may write to Redis.
func (s *sealedWorld) rewrite(t *testing.T, change func([]redis.XMessage) []redis.XMessage) {
	t.Helper()
	key := "qunguan:{" + string(s.corp) + "}:journal"
	rows, err := s.raw.XRange(t.Context(), key, "-", "+").Result()
	require.NoError(t, err)
	require.NoError(t, s.raw.Del(t.Context(), key).Err())
	for _, r := range change(rows) {
		require.NoError(t, s.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: key, ID: r.ID, Values: r.Values}).Err())
	}
}

func renumbered(rows []redis.XMessage) []redis.XMessage {
	for i := range rows {
		rows[i].ID = fmt.Sprintf("%d-0", i+1)
	}
	return rows
}

func says(s string) map[string]any {
	return map[string]any{"e": `{"at":"2026-11-26T00:00:00.000Z","kind":"k","outcome":"done","reason":"` + s + `"}`}
}

// TestTamperingInRedisIsNamed does in Redis what the journal is there to show.
func TestTamperingInRedisIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		do   func([]redis.XMessage) []redis.XMessage
		flaw journal.Flaw
		from int64
	}{
		"edited":                         {func(r []redis.XMessage) []redis.XMessage { r[16].Values = says("x"); return r }, journal.Edited, 17},
		"deleted":                        {func(r []redis.XMessage) []redis.XMessage { return slices.Delete(r, 16, 17) }, journal.Removed, 17},
		"deleted, and the rest moved up": {func(r []redis.XMessage) []redis.XMessage { return renumbered(slices.Delete(r, 16, 17)) }, journal.Removed, 17},
		"inserted": {func(r []redis.XMessage) []redis.XMessage {
			return renumbered(slices.Insert(r, 16, redis.XMessage{Values: says("x")}))
		}, journal.Inserted, 17},
		"inserted beside": {func(r []redis.XMessage) []redis.XMessage {
			return slices.Insert(r, 17, redis.XMessage{ID: "17-1", Values: says("x")})
		}, journal.Inserted, 17},
		"reordered": {func(r []redis.XMessage) []redis.XMessage {
			r[16].Values, r[17].Values = r[17].Values, r[16].Values
			return r
		}, journal.Moved, 17},
		"truncated": {func(r []redis.XMessage) []redis.XMessage { return r[:31] }, journal.Cut, 32},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *world) {
				s := sealAll(t, w, 45)
				last := s.marks[len(s.marks)-1]
				require.Equal(t, journal.Verdict{Entries: 45, Sealed: 45, Last: last, Matched: 2}, s.inspect(t, last))
				s.rewrite(t, c.do)
				v := s.inspect(t, last)
				require.NotNil(t, v.Fault)
				assert.Equal(t, c.flaw, v.Fault.Flaw)
				assert.Equal(t, c.from, v.Fault.From)
			})
		})
	}
}

// TestARewrittenHistoryFailsWhatWasKept: whoever rewrites everything that is in Redis, hashes too, has no key; and one who
// puts back an older state of all of it does not have what was kept beside the key.
func TestARewrittenHistoryFailsWhatWasKept(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		s := sealAll(t, w, 40)
		last := s.marks[3]
		tree := "qunguan:{" + string(w.corp) + "}:sealed"

		other := *s
		other.signer, _ = newKey(t)
		s.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[2].Values = says("x"); return r })
		require.NoError(t, w.raw.Del(t.Context(), tree).Err())
		other.sealTo(t, 40)
		v := s.inspect(t, last)
		require.NotNil(t, v.Fault)
		assert.Equal(t, journal.Forged, v.Fault.Flaw)

		require.NoError(t, w.raw.Del(t.Context(), tree).Err())
		s.sealTo(t, 20)
		s.rewrite(t, func(r []redis.XMessage) []redis.XMessage { return r[:20] })
		v = s.inspect(t, last)
		require.NotNil(t, v.Fault)
		assert.Equal(t, last, v.Fault.Against)
	})
}

// TestAChangedNumberIsNamedAsSuch: what was signed is as it was, and so it is said; but where the journal does not fit either,
// that comes first.
func TestAChangedNumberIsNamedAsSuch(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		s := sealAll(t, w, 45)
		last := s.marks[len(s.marks)-1]
		tree := "qunguan:{" + string(w.corp) + "}:sealed"
		a := s.Auditor(s.verifier, func() (journal.Checkpoint, error) { return last, nil })
		for said, kept := range map[string]int64{"44": 44, "46": 46, "0": 0, "x": -1} {
			require.NoError(t, w.raw.HSet(t.Context(), tree, "size", said).Err())
			v := s.inspect(t, last)
			assert.Equal(t, &journal.Fault{Flaw: journal.Miscounted, From: 45, To: kept, Against: last}, v.Fault, said)
			assert.Equal(t, int64(45), v.Sealed)
			_, err := a.Newest(t.Context())
			require.ErrorIs(t, err, journal.ErrMiscounted)
		}
		require.NoError(t, w.raw.HDel(t.Context(), tree, "size").Err())
		assert.Equal(t, journal.Miscounted, s.inspect(t, last).Fault.Flaw)
		s.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[16].Values = says("x"); return r })
		assert.Equal(t, journal.Edited, s.inspect(t, last).Fault.Flaw)
	})
}

func TestProveIsOfWhatStands(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		s := sealAll(t, w, 25)
		a := s.Auditor(s.verifier, func() (journal.Checkpoint, error) { return journal.Checkpoint{}, nil })
		p, line, err := a.Prove(t.Context(), 7)
		require.NoError(t, err)
		n, stored, err := journal.Stored(line)
		require.NoError(t, err)
		assert.Equal(t, int64(7), n)
		read, err := journal.ParseProof(p.String(), s.verifier)
		require.NoError(t, err)
		require.NoError(t, read.Verify(stored))
		_, _, err = a.Prove(t.Context(), 26)
		assert.ErrorIs(t, err, journal.ErrUnsealed)
		s.rewrite(t, func(r []redis.XMessage) []redis.XMessage { r[6].Values = says("x"); return r })
		_, _, err = a.Prove(t.Context(), 7)
		assert.ErrorIs(t, err, journal.ErrNotProven)
	})
}
