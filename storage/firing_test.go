package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
	"qunguan/storage"
)

const lease = 30 * time.Second

// expects begins a firing for a replica and compares the claim.
func expects(t *testing.T, f storage.Firings, want canary.Claim, replica, job string, due time.Time) {
	t.Helper()
	got, err := f.Begin(t.Context(), job, replica+" w", due, lease)
	require.NoError(t, err)
	assert.Equal(t, want, got, "%s %s %s", replica, job, due)
}

func ended(t *testing.T, f storage.Firings, replica, job string, due time.Time, fault string) bool {
	t.Helper()
	ok, err := f.End(t.Context(), job, replica+" w", canary.Run{Due: due, Began: due.Add(time.Second), Took: time.Minute, By: replica, Error: fault})
	require.NoError(t, err)
	return ok
}

func TestAFiringIsRunOnceForEachMoment(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		a, b := w.Firings(), w.open(t).Tenant(w.corp, w.clock.now).Firings()
		expects(t, a, canary.Done, "a", "review", noon.Add(-time.Hour)) // it begins with its next moment
		expects(t, a, canary.Mine, "a", "review", noon)
		expects(t, a, canary.Mine, "a", "review", noon) // the first answer was lost on its way
		expects(t, b, canary.Held, "b", "review", noon)
		expects(t, b, canary.Held, "b", "review", noon.Add(time.Hour)) // a rhythm does not overlap itself
		expects(t, b, canary.Mine, "b", "digest", noon)                // another one is another matter
		assert.False(t, ended(t, b, "b", "review", noon, ""), "it is not b's")
		assert.True(t, ended(t, a, "a", "review", noon, ""))
		assert.True(t, ended(t, a, "a", "review", noon, ""), "the first answer was lost on its way")
		expects(t, a, canary.Done, "a", "review", noon)
		expects(t, b, canary.Mine, "b", "review", noon.Add(2*time.Hour)) // a clock that is ahead
		assert.True(t, ended(t, b, "b", "review", noon.Add(2*time.Hour), "no answer"))
		expects(t, a, canary.Mine, "a", "review", noon.Add(time.Hour)) // what it has left out is not lost
		assert.True(t, ended(t, a, "a", "review", noon.Add(time.Hour), "no answer"))
		expects(t, a, canary.Done, "a", "review", noon.Add(2*time.Hour)) // what it has run is not run again

		kept, ran, err := b.Kept(t.Context(), map[string]time.Time{"review": noon.Add(3 * time.Hour), "digest": noon, "never": noon})
		require.NoError(t, err)
		at := noon.Add(time.Hour)
		assert.Equal(t, canary.Firing{
			Since: noon.Add(-time.Minute), Succeeded: noon.Add(time.Second), Failures: 2,
			Last: canary.Run{Due: at, Began: at.Add(time.Second), Took: time.Minute, By: "a", Error: "no answer"},
		}, kept["review"])
		assert.Equal(t, "b", kept["digest"].Holder)
		assert.Equal(t, map[string]bool{"review": false, "digest": false, "never": true}, ran)
	})
}

func TestAClaimThatIsGivenBackOrLost(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		a, b := w.Firings(), w.open(t).Tenant(w.corp, w.clock.now).Firings()
		renewed := func(f storage.Firings, replica string) bool {
			ok, err := f.Renew(t.Context(), "review", replica+" w", lease)
			require.NoError(t, err)
			return ok
		}
		for try := range 5 { // a process that is stopped gives it back: that is no failed attempt
			expects(t, a, canary.Mine, "a", "review", noon)
			assert.True(t, renewed(a, "a"), try)
			require.NoError(t, b.Release(t.Context(), "review", "b w"))
			assert.True(t, renewed(a, "a"), "it was not b's to give")
			require.NoError(t, a.Release(t.Context(), "review", "a w"))
			assert.False(t, renewed(a, "a"))
		}
		for try := range 3 { // a process that dies leaves it to its end
			expects(t, a, canary.Mine, fmt.Sprint("a", try), "review", noon)
			require.NoError(t, w.raw.Del(t.Context(), w.prefix()+"lease:review").Err())
		}
		assert.False(t, ended(t, a, "a2", "review", noon, ""), "it came back too late")
		expects(t, b, canary.Lost, "b", "review", noon) // what kills whoever runs it is given up
		expects(t, b, canary.Done, "b", "review", noon)
		expects(t, b, canary.Mine, "b", "review", noon.Add(time.Hour))
	})
}

func TestOneOfManyTakesTheTurn(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		for i := range 10 {
			won := atOnce(16, func(int) bool {
				mine, err := w.Turn(t.Context(), "read", noon.Add(time.Duration(i)*time.Minute))
				return mine && err == nil
			})
			assert.Len(t, slices.DeleteFunc(won, func(mine bool) bool { return !mine }), 1)
		}
		mine, err := w.Turn(t.Context(), "read", noon)
		require.NoError(t, err)
		assert.False(t, mine, "it is over")
	})
}

func TestOneOfManyFires(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		for i := range 10 {
			due := noon.Add(time.Duration(i) * time.Minute)
			won := atOnce(16, func(n int) bool {
				claim, err := w.Firings().Begin(t.Context(), "review", fmt.Sprint("r", n, " w"), due, lease)
				return claim == canary.Mine && err == nil && ended(t, w.Firings(), fmt.Sprint("r", n), "review", due, "")
			})
			assert.Len(t, slices.DeleteFunc(won, func(mine bool) bool { return !mine }), 1)
		}
	})
}
