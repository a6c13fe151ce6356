package sla_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

// TestQuantilesAreAccurate compares with sorting all of them, for lengths from a millisecond to a month.
func TestQuantilesAreAccurate(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 10, 1000} {
		var tally sla.Tally
		all := make([]time.Duration, n)
		sum := time.Duration(0)
		for i := range all {
			all[i] = time.Duration(math.Exp(dice.Float64()*21)) * time.Millisecond
			sum += all[i]
			tally = tally.With(sla.Sample{Took: all[i], Breached: i%2 == 0})
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.9, 0.95, 1} {
			want := all[max(0, int(math.Ceil(q*float64(n)))-1)]
			assert.InEpsilon(t, float64(want), float64(tally.Quantile(q)), sla.Accuracy+1e-6, "%v of %d", q, n)
		}
		assert.Equal(t, int64(n), tally.Count())
		assert.Equal(t, all[n-1], tally.Max())
		assert.InDelta(t, sum/time.Duration(n), tally.Mean(), float64(time.Millisecond))
		assert.InDelta(t, 0.5, tally.Rate(), 0.5)
	}
}

func TestATallyOfNothing(t *testing.T) {
	var none sla.Tally
	assert.Zero(t, none.Count())
	assert.Zero(t, none.Mean())
	assert.Zero(t, none.Rate())
	assert.Zero(t, none.Quantile(0.5))
	at0 := none.With(sla.Sample{})
	assert.Zero(t, at0.Quantile(1))
	assert.Equal(t, int64(1), at0.Count())
}

func TestASheetIsTheSameHoweverItIsAddedUp(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	var all []sla.Sample
	for i := range 200 {
		all = append(all, sla.Sample{
			Kind: []sla.Kind{sla.First, sla.Handling}[dice.IntN(2)], Took: time.Duration(dice.IntN(10_000_000)) * time.Millisecond,
			Breached: i%3 == 0, By: []chat.User{"li", "a/b%2F"}[dice.IntN(2)], Shift: []chat.User{"", "zhao"}[dice.IntN(2)],
			Day: sla.Day(20260227 + dice.IntN(2)),
		})
	}
	want := sla.Sheet{}.With(all...)
	parts := sla.Sheet{}.With(all[150:]...).Plus(sla.Sheet{}.With(all[:40]...)).Plus(sla.Sheet{}.With(all[40:150]...))
	assert.Equal(t, written(want), written(parts))
	read, err := sla.ReadSheet(append(sla.Sheet{}.With(all[:70]...).Cells(), sla.Sheet{}.With(all[70:]...).Cells()...))
	require.NoError(t, err)
	assert.Equal(t, want, read, "also as it is kept: two batches added up")
	for _, k := range []sla.Kind{sla.First, sla.Handling} {
		n := read.Total(k).Count()
		assert.Equal(t, n, read.ByPerson(k)["li"].Count()+read.ByPerson(k)["a/b%2F"].Count())
		assert.Equal(t, n, read.ByShift(k)[""].Count()+read.ByShift(k)["zhao"].Count())
		assert.Equal(t, n, read.ByDay(k)[20260227].Count()+read.ByDay(k)[20260228].Count())
	}
	assert.Equal(t, int64(200), read.Total(sla.First).Count()+read.Total(sla.Handling).Count())
	for _, bad := range []string{"", "f", "f1", "f1/x", "fx/li/li", "/a/b"} {
		_, err := sla.ReadSheet([]sla.Cell{{Name: bad}})
		assert.Error(t, err, bad)
	}
}
