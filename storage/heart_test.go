package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func TestASilenceIsToldOfOnceWhoeverBreaksIt(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, a, b := t.Context(), w.Heart(), w.open(t).Tenant(w.corp, w.clock.now).Heart()
		_, ever, err := a.Newest(ctx)
		require.NoError(t, err)
		assert.False(t, ever)
		beat := func(replica string) canary.Silence {
			s, err := a.Beat(ctx, replica, 10*time.Minute)
			require.NoError(t, err)
			return s
		}
		assert.Zero(t, beat("a"), "the first sign ends no silence")
		w.clock.set(noon.Add(5 * time.Hour))
		assert.Zero(t, beat("a"), "a clock that jumps is no silence")
		ago, ever, err := b.Newest(ctx)
		require.NoError(t, err)
		assert.True(t, ever)
		assert.Less(t, ago, time.Minute)

		put(t, w.ledger(), box("a"), "k", &note{Text: "due", Until: noon.Add(time.Hour)})
		require.NoError(t, w.raw.ZIncrBy(ctx, w.prefix()+"heartbeat", -(3*time.Hour).Seconds()*1000, "a").Err())
		ago, _, err = b.Newest(ctx)
		require.NoError(t, err)
		assert.InDelta(t, 3*time.Hour, ago, float64(time.Minute))
		s := beat("b")
		assert.WithinDuration(t, noon.Add(2*time.Hour), s.From, time.Minute, "by the clock of whoever asks")
		assert.WithinDuration(t, noon.Add(5*time.Hour), s.To, time.Minute)
		assert.Equal(t, int64(1), s.Due)
		again := beat("a")
		assert.WithinDuration(t, s.From, again.From, time.Minute, "b may have died before it told anybody")
		require.NoError(t, b.Told(ctx))
		assert.Zero(t, beat("a"))
		assert.Zero(t, beat("b"))
	})
}

func TestTraces(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, tr := t.Context(), w.Traces()
		hours, last, err := tr.Hours(ctx, "app")
		require.NoError(t, err)
		assert.Empty(t, hours)
		assert.Zero(t, last)
		for _, at := range []time.Time{noon.Add(-9 * 24 * time.Hour), noon.Add(-2 * time.Hour), noon.Add(-time.Hour - time.Minute), noon.Add(-time.Hour)} {
			require.NoError(t, tr.Heard(ctx, map[string]time.Time{"app": at}, map[chat.Group]time.Time{"g1": at, "gone": noon.Add(-time.Hour * 99)}))
		}
		hours, last, err = tr.Hours(ctx, "app")
		require.NoError(t, err)
		assert.Equal(t, []int64{noon.Unix()/3600 - 2, noon.Unix()/3600 - 1}, dedupe(hours)[len(dedupe(hours))-2:])
		assert.Equal(t, noon.Add(-time.Hour), last)
		g, at, err := tr.Oldest(ctx, []chat.Group{"new", "g1"})
		require.NoError(t, err)
		assert.Equal(t, chat.Group("g1"), g, "one that was never told of counts from now; one that is gone does not count")
		assert.Equal(t, noon.Add(-time.Hour), at)
	})
}

func dedupe(hours []int64) []int64 {
	out := []int64{}
	for _, h := range hours {
		if len(out) == 0 || out[len(out)-1] != h {
			out = append(out, h)
		}
	}
	return out
}

func TestWhatIsOverdueAndHowLongTheOutboxWaits(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, o := t.Context(), w.courier(t, "a")
		n, oldest, err := w.Overdue(ctx)
		require.NoError(t, err)
		assert.Zero(t, n)
		assert.Zero(t, oldest)
		put(t, w.ledger(), box("a"), "1", &note{Text: "x", Until: noon.Add(-time.Minute)})
		put(t, w.ledger(), box("a"), "2", &note{Text: "x", Until: noon.Add(-time.Hour)})
		put(t, w.ledger(), box("a"), "3", &note{Text: "x", Until: noon.Add(time.Hour)})
		n, oldest, err = w.Overdue(ctx)
		require.NoError(t, err)
		assert.Equal(t, int64(2), n)
		assert.Equal(t, noon.Add(-time.Hour), oldest)

		waits, err := o.Waits(ctx)
		require.NoError(t, err)
		assert.Zero(t, waits)
		_, err = w.ledger().Commit(ctx, journal.Write{Effects: []chat.Effect{tell("1")}})
		require.NoError(t, err)
		waits, err = o.Waits(ctx)
		require.NoError(t, err)
		assert.Less(t, waits, time.Minute)
		require.NoError(t, w.Probe(ctx, "word"))
	})
}
