package sla_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

// TestEveryMessageCountsOnce: however it comes, and whether it moves a clock or not; what a robot writes, a mark and a
// recall are none.
func TestEveryMessageCountsOnce(t *testing.T) {
	said := talk("09:00 c1 A", "09:01 -1", "09:02 s1", "09:03 t1 B", "09:04 r1 A", "09:05 x1", "09:30 s2", "09:50 c2", "10:20 t1", "23:59 c1")
	said = append(said, said[0], said[3]) // told again
	want := map[chat.User]int64{"": 5, "s1": 1, "s2": 1}
	for _, one := range []bool{true, false} {
		var clock sla.Clock
		var sheet sla.Sheet
		step := len(said)
		if one {
			step = 1
		}
		for i := 0; i < len(said); i += step {
			var settled sla.Settled
			clock, settled = clock.Take(counts, said[i:i+step]...)
			sheet = sheet.Heard(settled.Said...)
		}
		all := sheet.Heard(clock.Said(shanghai, nil)...)
		assert.Equal(t, want, all.MessagesBy())
		assert.Equal(t, int64(7), all.Messages())
		assert.Equal(t, map[sla.Day]int64{20260227: 7}, all.MessagesByDay())
	}
}

func TestMessagesAreKeptAsCells(t *testing.T) {
	s := sla.Sheet{}.Heard(sla.Said{Day: 20260227, By: "li/1", N: 3}, sla.Said{Day: 20260228, N: 4}).With(sla.Sample{
		Kind: sla.First, Day: 20260228, By: "li/1", Took: time.Minute, Limit: time.Hour,
	})
	cells := s.Cells()
	read, err := sla.ReadSheet(append(cells, cells...))
	require.NoError(t, err)
	assert.Equal(t, int64(14), read.Messages())
	assert.Equal(t, map[chat.User]int64{"li/1": 6, "": 8}, read.MessagesBy())
	assert.Equal(t, int64(2), read.Total(sla.First).Count())
	assert.Equal(t, int64(21), read.Plus(s).Messages())
	assert.Equal(t, int64(14), read.Messages(), "a sheet stays as it was")
}

// TestHoursOfTheRosterAreKept: clocks count in the hours in which they opened, messages in those in which they were
// written, settled or not; cells of before there were any are still read.
func TestHoursOfTheRosterAreKept(t *testing.T) {
	half := func(at time.Time) sla.Slot {
		switch h := at.Hour(); {
		case h < 9:
			return sla.OffDuty
		case h < 12:
			return sla.SlotOf(9*60, 12*60)
		}
		return sla.SlotOf(12*60, 24*60)
	}
	rules := counts
	rules.Slot, rules.Spoken = half, half
	clock, settled := sla.Clock{}.Take(rules, talk("08:30 t1", "11:59 c1 A", "12:05 s1", "15:00 c1", "16:00 s2", "20:00 x1")...)
	sheet := sla.Sheet{}.With(settled.Samples...).Heard(settled.Said...)
	assert.Equal(t, map[sla.Slot]int64{"off": 1, "0900-1200": 1, "1200-2400": 3}, sheet.Heard(clock.Said(shanghai, half)...).MessagesBySlot())
	read, err := sla.ReadSheet(append(sheet.Cells(), sla.Sheet{}.With(sla.Sample{Kind: sla.First, Day: 20260227, Took: time.Hour}).Cells()...))
	require.NoError(t, err)
	first := read.BySlot(sla.First)
	assert.Equal(t, []int64{1, 1, 1}, []int64{first["0900-1200"].Count(), first["1200-2400"].Count(), first[""].Count()})
	assert.Equal(t, time.Hour, first["1200-2400"].Max())
	assert.Equal(t, int64(3), read.Total(sla.First).Count())
	assert.Equal(t, sheet.MessagesBySlot(), read.MessagesBySlot())
	assert.Equal(t, "09:00–12:00", sla.SlotOf(9*60, 12*60).String())
}
