package sla

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Accuracy is how far a quantile of a Tally may be from the true one, as a part of it.
const Accuracy = 0.025

// gamma is the ratio of neighbouring buckets that gives Accuracy.
const gamma = (1 + Accuracy) / (1 - Accuracy)

var logGamma = math.Log(gamma)

// Tally sums up samples of one kind. The zero Tally has none. Tallies may be added up in any order and any grouping,
// and a Tally of all is always the same.
type Tally struct {
	Breaches int64
	sum, max int64         // milliseconds
	buckets  map[int]int64 // how many took about gamma^key milliseconds; 0: less than one
}

// bucket is where a length counts.
func bucket(ms int64) int {
	if ms <= 0 {
		return 0
	}
	return 1 + int(math.Ceil(math.Log(float64(ms))/logGamma-1e-9))
}

// middle is the length that stands for a bucket.
func middle(bucket int) time.Duration {
	if bucket == 0 {
		return 0
	}
	ms := 2 * math.Pow(gamma, float64(bucket-1)) / (gamma + 1)
	return time.Duration(ms * float64(time.Millisecond))
}

// Count is how many samples there are.
func (t Tally) Count() int64 {
	n := int64(0)
	for _, c := range t.buckets {
		n += c
	}
	return n
}

// Rate is which part of the samples is late; 0 without any.
func (t Tally) Rate() float64 {
	if n := t.Count(); n > 0 {
		return float64(t.Breaches) / float64(n)
	}
	return 0
}

// Mean is exact, to the millisecond; 0 without any samples.
func (t Tally) Mean() time.Duration {
	if n := t.Count(); n > 0 {
		return time.Duration(t.sum) * time.Millisecond / time.Duration(n)
	}
	return 0
}

// Max is exact.
func (t Tally) Max() time.Duration { return time.Duration(t.max) * time.Millisecond }

// Quantile is the length that the part q of all samples does not exceed, within Accuracy: 0.5 is the median.
func (t Tally) Quantile(q float64) time.Duration {
	n := t.Count()
	if n == 0 {
		return 0
	}
	rank := max(1, int64(math.Ceil(q*float64(n))))
	for _, b := range slices.Sorted(maps.Keys(t.buckets)) {
		if rank -= t.buckets[b]; rank <= 0 {
			return min(middle(b), t.Max())
		}
	}
	panic("unreachable: the rank is at most the sum of all buckets")
}

// Plus is the tally of both.
func (t Tally) Plus(o Tally) Tally {
	out := Tally{Breaches: t.Breaches + o.Breaches, sum: t.sum + o.sum, max: max(t.max, o.max)}
	out.buckets = maps.Clone(t.buckets)
	if out.buckets == nil {
		out.buckets = make(map[int]int64, len(o.buckets))
	}
	for b, n := range o.buckets {
		out.buckets[b] += n
	}
	return out
}

// With is the tally with one more sample.
func (t Tally) With(s Sample) Tally {
	one := Tally{sum: s.Took.Milliseconds(), max: s.Took.Milliseconds(), buckets: map[int]int64{bucket(s.Took.Milliseconds()): 1}}
	if s.Breached {
		one.Breaches = 1
	}
	return t.Plus(one)
}
