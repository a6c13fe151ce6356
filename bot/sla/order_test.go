package sla_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

// life is what is said in one group: customers and staff by turns and bursts, recalls, marks, silence. It is in order.
func life(dice *rand.Rand, n int) []sla.Message {
	now := time.Date(2026, 2, 23, 6, 0, 0, 0, shanghai)
	out := make([]sla.Message, 0, n)
	for i := range n {
		pause := dice.ExpFloat64() * float64(4*time.Minute)
		if dice.IntN(40) == 0 {
			pause = float64(time.Duration(dice.IntN(15)) * time.Hour)
		}
		now = now.Add(time.Duration(pause).Truncate([]time.Duration{time.Second, time.Millisecond}[dice.IntN(2)]))
		m := sla.Message{ID: fmt.Sprint("m", i), At: now, Source: "test"}
		switch d := dice.IntN(20); {
		case d < 10:
			m.What, m.By = sla.ByCustomer, chat.User(fmt.Sprint("wm", dice.IntN(3)))
		case d < 17:
			m.What, m.By = sla.ByStaff, chat.User(fmt.Sprint("s", dice.IntN(3)))
		case d < 18:
			m.What, m.By = sla.Handled, "s0"
		case d < 19 && i > 0:
			m.What, m.ID = sla.Recall, out[max(0, i-1-dice.IntN(3))].ID
		}
		out = append(out, m)
	}
	return out
}

// upset is the same in another order, in which nothing comes so late that it would not count, with repetitions.
func upset(dice *rand.Rand, said []sla.Message) []sla.Message {
	type late struct {
		sla.Message
		comes time.Time
	}
	all := make([]late, 0, len(said)*5/4)
	for _, m := range said {
		for range 1 + dice.IntN(5)/4 {
			all = append(all, late{m, m.At.Add(time.Duration(dice.Int64N(int64(sla.Window))))})
		}
	}
	slices.SortStableFunc(all, func(a, b late) int { return a.comes.Compare(b.comes) })
	out := make([]sla.Message, len(all))
	for i, m := range all {
		out[i] = m.Message
	}
	return out
}

// statistics are what comes of messages that are delivered in batches of any size.
func statistics(t testing.TB, dice *rand.Rand, said []sla.Message) ([]byte, sla.Clock) {
	t.Helper()
	var clock sla.Clock
	var sheet sla.Sheet
	var settled []sla.Sample
	for len(said) > 0 {
		n := min(len(said), 1+dice.IntN(20))
		var step sla.Settled
		clock, step = clock.Take(paused, said[:n]...)
		if settled = append(settled, step.Samples...); len(settled) > 500 {
			sheet, settled = sheet.With(settled...), nil
		}
		said = said[n:]
	}
	sheet = sheet.With(settled...).With(clock.Unsettled(clock.Heard.Add(time.Hour))...)
	return written(sheet), clock
}

// written are the numbers of a sheet, one a line.
func written(s sla.Sheet) []byte {
	lines := map[string]int64{}
	for _, c := range s.Cells() {
		lines[fmt.Sprint(int(c.Day), " ", c.Name)] = c.Value
	}
	var out []byte
	for _, k := range slices.Sorted(maps.Keys(lines)) {
		out = fmt.Appendln(out, k, lines[k])
	}
	return out
}

// TestOrderAndRepetitionsChangeNoNumber replays messages out of order and doubled. QUNGUAN_REPLAY is how many messages
// there are in all.
func TestOrderAndRepetitionsChangeNoNumber(t *testing.T) {
	messages := 20_000
	if n, err := strconv.Atoi(os.Getenv("QUNGUAN_REPLAY")); err == nil {
		messages = n
	}
	const each = 400
	samples, began := int64(0), time.Now()
	for seed := range uint64(messages / each) {
		dice := rand.New(rand.NewPCG(seed, 7))
		said := life(dice, each)
		want, whole := statistics(t, dice, said)
		got, clock := statistics(t, dice, upset(dice, said))
		require.Equal(t, string(want), string(got), "seed %d", seed)
		waits, ok := whole.Waiting()
		still, too := clock.Waiting()
		require.Equal(t, ok, too, "seed %d", seed)
		require.Equal(t, waits, still, "seed %d", seed)
		require.Zero(t, clock.Late, "seed %d", seed)
		clocks := inOrder(said)
		require.Equal(t, string(want), string(written(sla.Sheet{}.With(clocks...))), "seed %d: all at once", seed)
		samples += int64(len(clocks))
	}
	assert.Positive(t, samples)
	t.Logf("%d messages, %d clocks, %v", messages, samples, time.Since(began))
}

// inOrder are the samples of messages that come all at once and in order.
func inOrder(said []sla.Message) []sla.Sample {
	clock, settled := sla.Clock{}.Take(paused, said...)
	return append(settled.Samples, clock.Unsettled(clock.Heard.Add(time.Hour))...)
}

func BenchmarkTake(b *testing.B) {
	for _, busy := range []time.Duration{time.Minute, 10 * time.Second} {
		b.Run(fmt.Sprint("a message every ", busy), func(b *testing.B) {
			var clock sla.Clock
			now := at("09:00")
			b.ReportAllocs()
			for i := range b.N {
				what := []sla.What{sla.ByCustomer, sla.ByStaff, sla.ByCustomer}[i%3]
				clock, _ = clock.Take(paused, sla.Message{ID: strconv.Itoa(i), What: what, By: "wm1", At: now})
				now = now.Add(busy)
			}
		})
	}
}
