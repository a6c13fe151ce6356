package storage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/storage"
)

func tell(text string) chat.Effect {
	return chat.SendTo("zhao", "G1", chat.Reply{Text: chat.Same(text)})
}

// post commits effects, without an entry.
func (w *world) post(t *testing.T, effects ...chat.Effect) {
	t.Helper()
	_, err := w.ledger().Commit(t.Context(), journal.Write{Effects: effects})
	require.NoError(t, err)
}

func (w *world) courier(t *testing.T, name string) *storage.Outbox {
	t.Helper()
	o := w.Outbox(name)
	require.NoError(t, o.Open(t.Context()))
	return o
}

func next(t *testing.T, o *storage.Outbox) []chat.Effect {
	t.Helper()
	got, err := o.Next(t.Context(), 10, 0)
	require.NoError(t, err)
	return got
}

func texts(in []chat.Effect) []string {
	out := make([]string, len(in))
	for i, e := range in {
		out[i] = e.Reply.Text.EN
	}
	return out
}

// abandon makes it so that a courier has held an effect for longer than anybody should.
func (w *world) abandon(t *testing.T, courier, row string) {
	t.Helper()
	require.NoError(t, w.raw.Do(t.Context(), "XCLAIM", w.prefix()+"outbox", "couriers", courier, 0, row, "IDLE", 61_000).Err())
}

func waiting(t *testing.T, o *storage.Outbox) [3]int64 {
	t.Helper()
	now, later, dead, err := o.Waiting(t.Context())
	require.NoError(t, err)
	return [3]int64{now, later, dead}
}

func TestEffectsComeInOrderAndOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.post(t, tell("1"), tell("2")) // before there is any courier
		a, b := w.courier(t, "a"), w.courier(t, "b")
		require.NoError(t, a.Open(t.Context()), "opening again changes nothing")
		w.post(t, tell("3"))
		got, err := a.Next(t.Context(), 2, time.Second)
		require.NoError(t, err)
		assert.Equal(t, []string{"1", "2"}, texts(got))
		assert.Equal(t, []string{"3"}, texts(next(t, b)), "what one courier holds is not given to another")
		assert.Empty(t, next(t, a))
		assert.Equal(t, [3]int64{3, 0, 0}, waiting(t, a), "what is held is not done")
		for _, e := range got {
			require.NoError(t, a.Done(t.Context(), e.ID))
			assert.NoError(t, a.Done(t.Context(), e.ID), "twice is harmless")
		}
		assert.Equal(t, [3]int64{1, 0, 0}, waiting(t, b))
	})
}

func TestNextWaitsOnlyAsLongAsItIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		o := w.courier(t, "a")
		for _, wait := range []time.Duration{-time.Second, 0, time.Microsecond, 20 * time.Millisecond} {
			got, err := o.Next(t.Context(), 1, wait)
			assert.NoError(t, err)
			assert.Empty(t, got)
		}
		sent := make(chan error, 1)
		go func() {
			_, err := w.ledger().Commit(t.Context(), journal.Write{Effects: []chat.Effect{tell("now")}})
			sent <- err
		}()
		got, err := o.Next(t.Context(), 1, 10*time.Second)
		assert.NoError(t, err)
		assert.Equal(t, []string{"now"}, texts(got))
		assert.NoError(t, <-sent)
	})
}

func TestANumberIsFilledIn(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l, e := w.ledger(), entry("box.changed")
		write(t, l, e)
		card := chat.Card{Title: chat.Same("card"), Buttons: []chat.Button{{Label: chat.Same("undo"), Command: "/undo " + chat.ThisEntry}}}
		send := tell("done " + chat.ThisEntry)
		send.Reply.Card = &card
		_, err := l.Commit(t.Context(), journal.Write{Entry: &e, Effects: []chat.Effect{send}})
		require.NoError(t, err)

		o := w.courier(t, "a")
		got := next(t, o)
		require.Len(t, got, 1)
		assert.Equal(t, chat.Same("done #2"), got[0].Reply.Text)
		assert.Equal(t, "/undo #2", got[0].Reply.Card.Buttons[0].Command)

		require.NoError(t, o.Later(t.Context(), got[0], w.clock.now()))
		require.NoError(t, o.Revive(t.Context()))
		again := next(t, o)
		require.Len(t, again, 1)
		assert.Equal(t, got[0], again[0], "an effect that was put off is the same effect")
	})
}

func TestAnAbandonedEffectIsGivenToAnother(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		w.post(t, tell("1"), tell("2"))
		a, b := w.courier(t, "a"), w.courier(t, "b")
		held := next(t, a)
		require.Len(t, held, 2)
		w.post(t, tell("3"))
		w.abandon(t, "a", held[0].ID)
		got := next(t, b)
		assert.Equal(t, held[:1], got, "what was abandoned comes first, under the same id")
		assert.Equal(t, []string{"3"}, texts(next(t, b)))
		require.NoError(t, b.Done(t.Context(), got[0].ID))
		w.abandon(t, "a", held[1].ID)
		assert.Equal(t, held[1:], next(t, w.courier(t, "a")), "also to the same courier, when it has come back")
	})
}

func TestWhatIsPutOffComesAgainInTime(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.post(t, tell("1"), tell("2"))
		a, b := w.courier(t, "a"), w.courier(t, "b")
		held := next(t, a)
		require.Len(t, held, 2)
		id := held[0].ID
		for try := range 3 {
			require.Equal(t, id, held[0].ID, "try %d", try)
			held[0].Tries++
			require.NoError(t, a.Later(ctx, held[0], w.clock.now().Add(time.Minute)))
			assert.Equal(t, [3]int64{1, 1, 0}, waiting(t, a))
			require.NoError(t, a.Revive(ctx))
			assert.Empty(t, next(t, a), "not yet")
			w.clock.add(time.Minute)
			require.NoError(t, b.Revive(ctx))
			require.NoError(t, a.Revive(ctx))
			assert.Equal(t, [3]int64{2, 0, 0}, waiting(t, a))
			held = next(t, a)
			require.Len(t, held, 1)
			assert.Equal(t, try+1, held[0].Tries)
		}
		require.NoError(t, a.Done(ctx, id))
		assert.Equal(t, [3]int64{1, 0, 0}, waiting(t, a), "done is done, however often it was put off")
	})
}

func TestDeadLetters(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, o := t.Context(), w.courier(t, "a")
		none, err := o.Dead(ctx, 10)
		require.NoError(t, err)
		assert.Empty(t, none)
		w.post(t, tell("1"), tell("2"))
		held := next(t, o)
		require.Len(t, held, 2)
		require.NoError(t, o.GiveUp(ctx, held[0], "no such person"))
		w.clock.add(time.Second)
		require.NoError(t, o.GiveUp(ctx, held[1], "a day is over"))
		assert.Equal(t, [3]int64{0, 0, 2}, waiting(t, o))
		letters := []storage.DeadLetter{
			{Effect: held[1], Reason: "a day is over", At: noon.Add(time.Second)},
			{Effect: held[0], Reason: "no such person", At: noon},
		}
		for limit, want := range map[int64][]storage.DeadLetter{10: letters, 1: letters[:1], 0: nil, -1: nil} {
			got, err := o.Dead(ctx, limit)
			require.NoError(t, err)
			assert.Equal(t, want, got, limit)
		}
	})
}

func TestAnUnreadableEffectIsADeadLetter(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, o := t.Context(), w.courier(t, "a")
		w.post(t, tell("1"))
		require.NoError(t, w.raw.Do(ctx, "XADD", w.prefix()+"outbox", "*", "n", "0", "e", "{").Err())
		w.post(t, tell("2"))
		assert.Equal(t, []string{"1", "2"}, texts(next(t, o)), "the others do not wait for it")
		assert.Equal(t, [3]int64{2, 0, 1}, waiting(t, o))
		dead, err := o.Dead(ctx, 1)
		require.NoError(t, err)
		require.Len(t, dead, 1)
		assert.Contains(t, dead[0].Reason, "it cannot be read")
	})
}

func TestManyCouriersCarryEachEffectOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const effects, each, workers = 60, 20, 8
		ctx := t.Context()
		require.NoError(t, w.Outbox("a").Open(ctx))
		for i := range effects {
			raw, err := json.Marshal(tell(fmt.Sprint(i)))
			require.NoError(t, err)
			if i%2 == 0 {
				w.post(t, tell(fmt.Sprint(i)))
				continue
			}
			require.NoError(t, w.raw.Do(ctx, "ZADD", w.prefix()+"later", noon.UnixMilli(), raw).Err())
		}
		var got []string
		for _, found := range atOnce(workers, func(i int) (out []string) {
			o := w.Outbox(fmt.Sprint("courier", i))
			for range each {
				err := o.Revive(ctx)
				var effects []chat.Effect
				if err == nil {
					effects, err = o.Next(ctx, 3, time.Millisecond)
				}
				if err != nil {
					return append(out, err.Error())
				}
				for _, e := range effects {
					out = append(out, e.Reply.Text.EN)
					if err := o.Done(ctx, e.ID); err != nil {
						return append(out, err.Error())
					}
				}
			}
			return out
		}) {
			got = append(got, found...)
		}
		slices.Sort(got)
		assert.Len(t, slices.Compact(slices.Clone(got)), effects, got)
		assert.Len(t, got, effects, "none twice")
		assert.Equal(t, [3]int64{}, waiting(t, w.Outbox("a")))
	})
}

func TestMessagesToOnePersonAreCountedByTheMinute(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		passed := 0
		for _, ok := range atOnce(40, func(i int) bool {
			ok, _, err := w.Outbox(fmt.Sprint(i)).Spend(ctx, "zhao", 25)
			return err == nil && ok
		}) {
			if ok {
				passed++
			}
		}
		assert.Equal(t, 25, passed, "across replicas")
		ok, until, err := w.Outbox("a").Spend(ctx, "zhao", 26)
		require.NoError(t, err)
		assert.True(t, ok, "what was refused is not counted")
		assert.True(t, until.Equal(noon.Add(time.Minute)), until)
		ok, _, err = w.Outbox("a").Spend(ctx, "li", 1)
		require.NoError(t, err)
		assert.True(t, ok, "others have counters of their own")
		ttl := w.raw.PTTL(ctx, w.prefix()+"rate:zhao").Val()
		assert.True(t, 0 < ttl && ttl <= time.Minute, ttl)
		w.clock.add(time.Minute - 1)
		ok, _, err = w.Outbox("a").Spend(ctx, "zhao", 26)
		require.NoError(t, err)
		assert.False(t, ok)
		w.clock.add(1)
		ok, until, err = w.Outbox("a").Spend(ctx, "zhao", 1)
		require.NoError(t, err)
		assert.True(t, ok, "a new minute")
		assert.True(t, until.Equal(noon.Add(2*time.Minute)), until)
	})
}

// TestWhatIsPutOffTogetherComesInOrder: twelve of one commit have ids that differ in their last part only, which sorts
// 10 before 2 as text.
func TestWhatIsPutOffTogetherComesInOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		var effects []chat.Effect
		var want []string
		for i := range 12 {
			effects, want = append(effects, tell(fmt.Sprint(i))), append(want, fmt.Sprint(i))
		}
		w.post(t, effects...)
		o := w.courier(t, "a")
		held, err := o.Next(t.Context(), 20, 0)
		require.NoError(t, err)
		for _, e := range slices.Backward(held) {
			require.NoError(t, o.Later(t.Context(), e, noon.Add(time.Minute)))
		}
		w.clock.add(time.Minute)
		require.NoError(t, o.Revive(t.Context()))
		again, err := o.Next(t.Context(), 20, 0)
		require.NoError(t, err)
		assert.Equal(t, want, texts(again))
	})
}
