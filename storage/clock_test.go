package storage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
	"qunguan/storage"
)

var half = sla.Rules{Limit: 30 * time.Minute, OnDuty: func(time.Time) chat.User { return "li" }}

func ask1(id string, at time.Time) sla.Message {
	return sla.Message{ID: id, What: sla.ByCustomer, By: "wm1", At: at, Source: "test"}
}

func answer(id string, at time.Time) sla.Message {
	return sla.Message{ID: id, What: sla.ByStaff, By: "zhao", At: at, Source: "test"}
}

// clockOf is the clock of a group as it is kept.
func clockOf(t *testing.T, l *storage.Ledger, g chat.Group) sla.Clock {
	t.Helper()
	found, err := l.Load(t.Context(), journal.Want{Clocks: []chat.Group{g}})
	require.NoError(t, err)
	c, err := sla.Unpack(found.Clocks[g])
	require.NoError(t, err)
	return c
}

// heard is the write of messages, given how the clock stands.
func heard(g chat.Group, was sla.Clock, checks []journal.Check, said ...sla.Message) (sla.Write, sla.Clock) {
	is, settled := was.Take(half, said...)
	w, _ := sla.NewWrite(g, was, is, settled)
	w.Checks = checks
	return w, is
}

func keep(t *testing.T, l *storage.Ledger, writes ...sla.Write) []sla.Moved {
	t.Helper()
	moved, err := l.KeepClocks(t.Context(), sla.Batch{Writes: writes})
	require.NoError(t, err)
	return moved
}

func look(t *testing.T, l *storage.Ledger) []sla.Come {
	t.Helper()
	come, err := l.ClaimClocks(t.Context(), 10)
	require.NoError(t, err)
	return come
}

// days are all days of these tests.
func days(g chat.Group) journal.Days {
	return journal.Days{Group: g, From: noon.AddDate(0, 0, -1), Until: noon.AddDate(0, 0, 2)}
}

// count is how many first responses a reader finds settled.
func count(t *testing.T, l *storage.Ledger, d journal.Days) int64 {
	t.Helper()
	found, err := l.Load(t.Context(), journal.Want{Tallies: []journal.Days{d}})
	require.NoError(t, err)
	require.Len(t, found.Tallies, 1)
	var cells []sla.Cell
	for _, c := range found.Tallies[0].Cells {
		cells = append(cells, sla.Cell{Day: sla.Day(c.Day), Name: c.Name, Value: c.Value})
	}
	sheet, err := sla.ReadSheet(cells)
	require.NoError(t, err)
	return sheet.Total(sla.First).Count()
}

func TestAClockIsKeptWithItsMoment(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		assert.False(t, clockOf(t, l, "G1").HasSource())
		first, clock := heard("G1", sla.Clock{}, nil, ask1("1", noon))
		assert.Empty(t, keep(t, l, first))
		assert.Equal(t, clock, clockOf(t, w.ledger(), "G1"), "for every process")

		w.clock.set(noon.Add(30*time.Minute - time.Millisecond))
		assert.Empty(t, look(t, l))
		w.clock.set(noon.Add(30 * time.Minute))
		come := look(t, l)
		require.Len(t, come, 1)
		assert.Equal(t, chat.Group("G1"), come[0].Group)
		assert.Equal(t, clock.Pack(), come[0].Clock)
		assert.Equal(t, journal.Name("clock/G1"), come[0].Due.Of)
		assert.Empty(t, look(t, w.ledger()), "it is claimed")
		w.clock.add(31 * time.Second)
		again := look(t, w.ledger())
		require.Len(t, again, 1, "its worker has not finished it")
		_, err := l.Commit(t.Context(), journal.Write{Moment: come[0].Due.ID})
		require.ErrorIs(t, err, journal.ErrFinished, "the lease is over")
		_, err = l.Commit(t.Context(), journal.Write{Moment: again[0].Due.ID, Again: w.clock.now().Add(time.Minute)})
		require.NoError(t, err)
		assert.Empty(t, look(t, l))
		w.clock.add(time.Minute)
		last := look(t, l)
		require.Len(t, last, 1, "it was to be looked at again")
		_, err = l.Commit(t.Context(), journal.Write{Moment: last[0].Due.ID})
		require.NoError(t, err)
		w.clock.add(time.Hour)
		assert.Empty(t, look(t, l))

		second, _ := heard("G1", clock, nil, answer("2", noon.Add(time.Hour)))
		assert.Empty(t, keep(t, l, second))
		assert.NotContains(t, w.snapshot(t), "waiting")
	})
}

func TestAnAnswerFinishesAMomentThatIsClaimed(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		first, clock := heard("G1", sla.Clock{}, nil, ask1("1", noon))
		keep(t, l, first)
		w.clock.add(time.Hour)
		come := look(t, l)
		require.Len(t, come, 1)
		second, clock := heard("G1", clock, nil, answer("2", noon.Add(59*time.Minute)))
		keep(t, l, second)
		e := entry("sla.late")
		_, err := l.Commit(t.Context(), journal.Write{Moment: come[0].Due.ID, Entry: &e})
		require.ErrorIs(t, err, journal.ErrFinished, "nobody is alarmed about a customer who has an answer")

		third, clock := heard("G1", clock, nil, ask1("3", noon.Add(60*time.Minute)))
		keep(t, l, third)
		w.clock.add(time.Hour)
		come = look(t, l)
		require.Len(t, come, 1)
		fourth, _ := heard("G1", clock, nil, ask1("4", noon.Add(65*time.Minute)))
		keep(t, l, fourth)
		_, err = l.Commit(t.Context(), journal.Write{Moment: come[0].Due.ID, Entry: &e})
		require.NoError(t, err, "but what changes nothing for the one who waits does not")
	})
}

func TestABatchSentTwiceCountsOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		var clock sla.Clock
		batch := sla.Batch{Cursor: chat.Cursor{Source: "archive", Seq: 7}}
		one, is := heard("G1", clock, nil, ask1("1", noon), answer("2", noon.Add(time.Minute)), ask1("3", noon.Add(time.Hour)))
		two, _ := heard("G2", clock, nil, ask1("4", noon))
		batch.Writes = []sla.Write{one, two}
		for range 3 {
			moved, err := l.KeepClocks(t.Context(), batch)
			require.NoError(t, err)
			assert.Empty(t, moved)
		}
		assert.Equal(t, is, clockOf(t, l, "G1"))
		assert.Equal(t, int64(1), count(t, l, days("G1")))
		assert.Equal(t, int64(1), count(t, l, days("")), "of the company, too")
		seq, err := l.Cursor(t.Context(), "archive")
		require.NoError(t, err)
		assert.Equal(t, uint64(7), seq)
	})
}

func TestWhatHasMovedOnIsSaidAndNothingOfItIsKept(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1"})
		found, err := l.Load(t.Context(), journal.Want{Names: []journal.Name{box("a")}})
		require.NoError(t, err)
		checks := []journal.Check{{Name: box("never")}, {Name: box("a"), Version: found.States[box("a")].Version}}
		first, clock := heard("G1", sla.Clock{}, checks, ask1("1", noon))
		require.Empty(t, keep(t, l, first))

		late, _ := heard("G1", sla.Clock{}, checks, ask1("2", noon)) // by somebody who has not heard the first
		fine, _ := heard("G2", sla.Clock{}, checks, ask1("3", noon))
		moved, err := l.KeepClocks(t.Context(), sla.Batch{Writes: []sla.Write{late, fine}, Cursor: chat.Cursor{Source: "s", Seq: 1}})
		require.NoError(t, err)
		assert.Equal(t, []sla.Moved{{Group: "G1", Clock: clock.Pack()}}, moved)
		assert.Equal(t, clock, clockOf(t, l, "G1"))
		assert.True(t, clockOf(t, l, "G2").HasSource(), "the others are kept")
		seq, err := l.Cursor(t.Context(), "s")
		require.NoError(t, err)
		assert.Zero(t, seq, "the source tells it again")

		put(t, l, box("a"), "k", &note{Text: "2"})
		stale, _ := heard("G1", clock, checks, ask1("4", noon))
		assert.Equal(t, []sla.Moved{{Group: "G1", Clock: clock.Pack(), Stale: box("a")}}, keep(t, l, stale))
		assert.Equal(t, clock, clockOf(t, l, "G1"))
	})
}

func TestACursorOnlyMovesForward(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		for _, seq := range []uint64{5, 3, 9, 0} {
			_, err := l.KeepClocks(t.Context(), sla.Batch{Cursor: chat.Cursor{Source: "archive", Seq: seq}})
			require.NoError(t, err)
		}
		seq, err := l.Cursor(t.Context(), "archive")
		require.NoError(t, err)
		assert.Equal(t, uint64(9), seq)
	})
}

// TestTwoWhoHearAtOnce: whoever is slower does it again, and no message is lost or counted twice.
func TestTwoWhoHearAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		const n, each = 4, 12
		faults := atOnce(n, func(i int) error {
			l := w.ledger()
			var clock sla.Clock
			for k := range each {
				said := []sla.Message{
					ask1(fmt.Sprint("c", i, k), noon.Add(time.Duration(k*20)*time.Hour+time.Duration(2*i)*time.Minute)),
					answer(fmt.Sprint("s", i, k), noon.Add(time.Duration(k*20)*time.Hour+time.Duration(2*i+1)*time.Minute)),
				}
				for {
					write, is := heard("G1", clock, nil, said...)
					moved, err := l.KeepClocks(t.Context(), sla.Batch{Writes: []sla.Write{write}})
					if err != nil {
						return err
					}
					if clock = is; len(moved) == 0 {
						break
					}
					if clock, err = sla.Unpack(moved[0].Clock); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, err := range faults {
			require.NoError(t, err)
		}
		clock := clockOf(t, w.ledger(), "G1")
		wide := journal.Days{Group: "G1", From: noon.AddDate(0, -1, 0), Until: noon.AddDate(0, 2, 0)}
		got := count(t, w.ledger(), wide) + int64(len(clock.Unsettled(noon))) // of those behind others, some are too late to count
		assert.Positive(t, got)
		assert.LessOrEqual(t, got, int64(n*each))
	})
}

func TestTalliesAreReadByTheDay(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		var clock sla.Clock
		for day := range 40 { // over the end of a month, and of another
			at := noon.AddDate(0, 0, day)
			var write sla.Write
			write, clock = heard("G1", clock, nil, ask1(fmt.Sprint("c", day), at), answer(fmt.Sprint("s", day), at.Add(time.Duration(day)*time.Minute)))
			require.Empty(t, keep(t, l, write))
		}
		write, _ := heard("G2", sla.Clock{}, nil, ask1("x", noon), answer("y", noon.Add(time.Minute)), ask1("z", noon.Add(time.Hour)))
		keep(t, l, write)
		for _, c := range []struct {
			from, days int
			want       int64
		}{{0, 1, 1}, {0, 2, 2}, {-5, 5, 0}, {0, 7, 7}, {28, 5, 5}, {0, 39, 39}, {0, 100, 39}} {
			d := journal.Days{Group: "G1", From: noon.AddDate(0, 0, c.from), Until: noon.AddDate(0, 0, c.from+c.days-1).Add(time.Hour)}
			assert.Equal(t, c.want, count(t, l, d), "%v", d)
			d.Group = ""
			if c.from == 0 {
				assert.Equal(t, c.want+1, count(t, l, d), "and of the company")
			}
		}
		metered, m := w.metered(t)
		choose(t, l, "li", "G1")
		want := journal.Want{
			Who: "li", Names: []journal.Name{journal.Named("person", "li")}, Clocks: []chat.Group{journal.Chosen, "G2"},
			Tallies: []journal.Days{days(journal.Chosen), days("G2"), days("")}, Queries: []journal.Query{{Limit: 1}},
		}
		for _, trips := range []int{2, 1} { // the first time it is not known which group was chosen
			found, err := metered.Load(t.Context(), want)
			require.NoError(t, err)
			n, _ := m.take()
			assert.Equal(t, trips, n)
			assert.Equal(t, clock.Pack(), found.Clocks["G1"])
			assert.Len(t, found.Tallies, 3)
			assert.Equal(t, [][]byte{clock.Pack()}, found.Tallies[0].Clocks)
			assert.Len(t, found.Tallies[2].Clocks, 2, "of the company all")
		}
	})
}

// TestClocksAreNoViews: the journal does not tell of messages, so a rebuild leaves clocks alone.
func TestClocksAreNoViews(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		l := w.ledger()
		put(t, l, box("a"), "k", &note{Text: "1"})
		write, clock := heard("G1", sla.Clock{}, nil, ask1("1", noon), answer("2", noon.Add(time.Minute)), ask1("3", noon.Add(time.Hour)))
		_, err := l.KeepClocks(t.Context(), sla.Batch{Writes: []sla.Write{write}, Cursor: chat.Cursor{Source: "s", Seq: 1}})
		require.NoError(t, err)
		before := w.snapshot(t)
		for _, repair := range []bool{false, true} {
			done, err := l.Rebuild(t.Context(), storage.Rebuilding{
				Due: dueOf, Repair: repair, Report: func(d storage.Difference) { t.Errorf("%+v", d) },
			})
			require.NoError(t, err)
			assert.Zero(t, done.Differences)
		}
		assert.Equal(t, before, w.snapshot(t))
		assert.Equal(t, clock, clockOf(t, l, "G1"))
	})
}

func TestAClockOfSomebodyElseIsAFault(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		write, _ := heard("G1", sla.Clock{}, nil, ask1("1", noon))
		keep(t, w.ledger(), write)
		for _, key := range w.allKeys(t, w.prefix()+"clocks:*") {
			fields, err := w.raw.HGetAll(t.Context(), key).Result()
			require.NoError(t, err)
			for f := range fields {
				require.NoError(t, w.raw.HSet(t.Context(), key, f, string(sla.AppendText(nil, "G2"))+"rest").Err())
			}
		}
		_, err := w.ledger().Load(t.Context(), journal.Want{Clocks: []chat.Group{"G1"}})
		require.ErrorContains(t, err, "G2")
	})
}
