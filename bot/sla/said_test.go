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
		all := sheet.Heard(clock.Said(shanghai)...)
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
