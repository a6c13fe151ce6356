package storage_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// whole is a Write of which every part is there.
func whole(checks ...journal.Check) journal.Write {
	e := entry("box.changed")
	e.Targets, e.Group, e.Items, e.Reason, e.MessageID = []chat.User{"zhao"}, "G1", []string{"mute"}, "noise", "m1"
	e.Changes = []journal.Change{
		journal.Set(box("a"), "one", nil, &note{Text: "1", Until: noon.Add(time.Hour)}),
		journal.Set(box("b"), "two", nil, &note{Text: "<&> \u2028 值班"}),
	}
	return journal.Write{
		MessageID: "m1", Reply: chat.Reply{Text: chat.Same("recorded " + chat.ThisEntry)}, Checks: checks, Entry: &e,
		Effects: []chat.Effect{chat.SendTo("zhao", "G1", chat.Reply{Text: chat.Same("muted " + chat.ThisEntry)})},
	}
}

var both = []journal.Name{box("a"), box("b")}

func TestCommitKeepsAllOfAWrite(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		found, err := l.Accept(ctx, said("m1"), journal.Want{Names: both})
		require.NoError(t, err)
		assert.Nil(t, found.Finished)
		assert.Equal(t, journal.State{Name: box("a"), Records: found.States[box("a")].Records, Value: map[string]note{}, AsOf: noon},
			found.States[box("a")], "an aggregate that is not there has version 0 and no records")

		write := whole(journal.Check{Name: box("a")}, journal.Check{Name: box("b")})
		done, err := l.Commit(ctx, write)
		require.NoError(t, err)
		assert.Equal(t, journal.Finished{Reply: write.Reply, N: 1}, done)

		found, err = w.ledger().Accept(ctx, said("m1"), journal.Want{Names: both})
		require.NoError(t, err)
		assert.Equal(t, &journal.Finished{Reply: write.Reply, N: 1}, found.Finished, "heard again, answered the same")

		found, err = w.ledger().Load(ctx, journal.Want{Names: both, Queries: []journal.Query{{}}})
		require.NoError(t, err)
		assert.Equal(t, map[string]note{"one": {Text: "1", Until: noon.Add(time.Hour)}}, found.States[box("a")].Value)
		assert.Equal(t, map[string]note{"two": {Text: "<&> \u2028 值班"}}, found.States[box("b")].Value)
		want := *write.Entry
		want.N = 1
		for i := range want.Changes {
			want.Changes[i].Due = time.Time{}
		}
		assert.Equal(t, [][]journal.Entry{{want}}, found.Entries)

		o := w.Outbox("c1")
		require.NoError(t, o.Open(ctx))
		effects, err := o.Next(ctx, 10, 0)
		require.NoError(t, err)
		require.Len(t, effects, 1)
		assert.Equal(t, chat.Same("muted #1"), effects[0].Reply.Text)

		at, ok, err := l.NextDue(ctx)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, noon.Add(time.Hour), at)

		left := w.snapshot(t)
		assert.NotContains(t, left, "pending")
		assert.NotContains(t, left["inbox:m1"], "m", "a finished message is kept for its reply alone")
		ttl := w.raw.PTTL(ctx, w.prefix()+"inbox:m1").Val()
		assert.True(t, 23*time.Hour < ttl && ttl <= 24*time.Hour, ttl)
	})
}

func TestCommitRefusesAndLeavesEverythingAsItWas(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		put(t, l, box("a"), "old", &note{Text: "0", Until: noon.Add(-time.Second)})
		put(t, l, box("c"), "other", &note{Text: "0", Until: noon.Add(-time.Second)})
		due, err := l.Claim(ctx, 1)
		require.NoError(t, err)
		require.Len(t, due, 1)
		found, err := l.Accept(ctx, said("m1"), journal.Want{Names: both})
		require.NoError(t, err)
		now := func(n journal.Name) journal.Check { return journal.Check{Name: n, Version: found.States[n].Version} }
		_, err = l.Accept(ctx, said("m0"), journal.Want{})
		require.NoError(t, err)
		_, err = l.Commit(ctx, journal.Write{MessageID: "m0", Reply: chat.Reply{Text: chat.Same("done")}})
		require.NoError(t, err)

		for name, c := range map[string]struct {
			write func(journal.Write) journal.Write
			err   error
		}{
			"an aggregate has moved": {func(x journal.Write) journal.Write {
				x.Checks = []journal.Check{now(box("b")), {Name: box("a"), Version: now(box("a")).Version - 1}}
				return x
			}, journal.ErrStale},
			"an aggregate that was not there has come": {func(x journal.Write) journal.Write {
				x.Checks = []journal.Check{now(box("b")), {Name: box("a")}}
				return x
			}, journal.ErrStale},
			"what was only looked at has moved": {func(x journal.Write) journal.Write {
				x.Checks = append(x.Checks, journal.Check{Name: box("c"), Version: 1})
				return x
			}, journal.ErrStale},
			"the message is finished": {func(x journal.Write) journal.Write {
				x.MessageID = "m0"
				return x
			}, journal.ErrFinished},
			"the moment is finished": {func(x journal.Write) journal.Write {
				x.Moment = "1\nbox/a\nnothing"
				return x
			}, journal.ErrFinished},
			"the moment is claimed by another": {func(x journal.Write) journal.Write {
				x.Moment = "1" + due[0].ID
				return x
			}, journal.ErrFinished},
		} {
			before := w.snapshot(t)
			_, err := l.Commit(ctx, c.write(whole(now(box("a")), now(box("b")))))
			assert.ErrorIs(t, err, c.err, name)
			assert.NotErrorIs(t, err, chat.ErrUnavailable, name)
			assert.Equal(t, before, w.snapshot(t), name)
		}

		before := w.snapshot(t)
		nonsense := whole(now(box("a")), now(box("b")))
		nonsense.Moment = "nonsense"
		_, err = l.Commit(ctx, nonsense)
		assert.ErrorContains(t, err, `moment "nonsense" is none that was claimed`)
		_, err = l.Commit(ctx, whole(now(box("a"))))
		assert.ErrorContains(t, err, "box/b changes without having been read")
		assert.Equal(t, before, w.snapshot(t), "what was not read is not changed")

		_, err = l.Commit(ctx, whole(now(box("a")), now(box("b"))))
		assert.NoError(t, err, "and the same write, with everything as it was read, goes through")
	})
}

func TestCommitWithoutAnEntry(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		_, err := l.Accept(ctx, said("m1"), journal.Want{})
		require.NoError(t, err)
		reply := chat.Reply{Text: chat.Same("nothing changed")}
		done, err := l.Commit(ctx, journal.Write{MessageID: "m1", Reply: reply, Effects: []chat.Effect{chat.ObserveGroup("G1")}})
		require.NoError(t, err)
		assert.Equal(t, journal.Finished{Reply: reply}, done)
		n, err := l.Head(ctx)
		require.NoError(t, err)
		assert.Zero(t, n)
		done, err = l.Commit(ctx, journal.Write{MessageID: "m1", Reply: chat.Reply{Text: chat.Same("again")}})
		assert.ErrorIs(t, err, journal.ErrFinished)
		assert.Equal(t, journal.Finished{Reply: reply}, done, "the first answer counts")
	})
}

// TestNumbersAreDense: 32 committers, half of them in each other's way.
func TestNumbersAreDense(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const committers, each = 32, 4
		type end struct {
			numbers []int64
			err     error
		}
		ends := atOnce(committers, func(i int) (out end) {
			l := w.ledger()
			in := box("shared")
			if i%2 == 0 {
				in = box(string(rune('a' + i)))
			}
			for k := 0; k < each; {
				write, err := change(t.Context(), l, in, string(rune('a'+i)), &note{Text: string(rune('0' + k))})
				if err != nil {
					out.err = err
					return out
				}
				f, err := l.Commit(t.Context(), write)
				if errors.Is(err, journal.ErrStale) {
					continue
				}
				if err != nil {
					out.err = err
					return out
				}
				out.numbers = append(out.numbers, f.N)
				k++
			}
			return out
		})
		var got, want []int64
		for _, e := range ends {
			assert.NoError(t, e.err)
			got = append(got, e.numbers...)
		}
		for n := range int64(committers * each) {
			want = append(want, n+1)
		}
		slices.Sort(got)
		assert.Equal(t, want, got)

		var kept []int64
		l := w.ledger()
		require.NoError(t, l.Each(t.Context(), journal.Query{}, func(e journal.Entry) error {
			kept = append(kept, e.N)
			return nil
		}))
		assert.Equal(t, want, kept)
		assert.Len(t, notes(t, l, box("shared")), committers/2, "nobody's change was lost")
	})
}

// TestVersionsDoNotComeAgain: what Redis has lost and got back in another way is not taken for what was remembered.
func TestVersionsDoNotComeAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l, other := w.ledger(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "lost"})
		require.Equal(t, "lost", notes(t, l, box("a"))["k"].Text)
		w.empty(t)
		put(t, other, box("a"), "k", &note{Text: "true"})
		assert.Equal(t, "true", notes(t, l, box("a"))["k"].Text)
		assert.Equal(t, "true", l.LastKnown(journal.Want{Names: both}).States[box("a")].Value.(map[string]note)["k"].Text)
	})
}

// TestAnOlderStateThatCameBackIsTheState: a backup was restored while the process ran on.
func TestAnOlderStateThatCameBackIsTheState(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "lost"})
		require.Equal(t, "lost", notes(t, l, box("a"))["k"].Text)
		require.NoError(t, w.raw.HSet(ctx, w.prefix()+"state:box/a", "k", `{"text":"restored"}`).Err())
		require.NoError(t, w.raw.HSet(ctx, w.prefix()+"versions", "box/a", "7").Err())
		w.clock.add(time.Second)
		assert.Equal(t, "restored", notes(t, l, box("a"))["k"].Text)
		assert.Equal(t, "restored", l.LastKnown(journal.Want{Names: both}).States[box("a")].Value.(map[string]note)["k"].Text)
	})
}

func TestVersionsGrowWithinOneMicrosecond(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		ctx, l := t.Context(), w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1"})
		ahead := "4000000000000000"
		require.NoError(t, w.raw.HSet(ctx, w.prefix()+"versions", "box/a", ahead).Err(), "a server whose clock ran ahead")
		put(t, l, box("a"), "k", &note{Text: "2"})
		put(t, l, box("a"), "k", &note{Text: "3"})
		assert.Equal(t, "4000000000000002", w.raw.HGet(ctx, w.prefix()+"versions", "box/a").Val())
		assert.Equal(t, "3", notes(t, l, box("a"))["k"].Text)
	})
}
