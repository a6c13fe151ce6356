package sla_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

func TestAPackedClockIsTheSameClock(t *testing.T) {
	for seed := range uint64(40) {
		dice := rand.New(rand.NewPCG(seed, 1))
		rules := paused
		rules.Warn = []int{0, 80}[seed%2]
		var clock sla.Clock
		for _, m := range upset(dice, life(dice, 200)) {
			clock, _ = clock.Take(rules, m)
			read, err := sla.Unpack(clock.Pack())
			require.NoError(t, err)
			require.Equal(t, clock.Pack(), read.Pack())
			now := clock.Heard.Add(time.Hour)
			require.Equal(t, clock.Unsettled(now), read.Unsettled(now))
			w, _ := clock.Waiting()
			r, _ := read.Waiting()
			require.Equal(t, w, r)
			clock = read // and goes on like it
		}
	}
	none, err := sla.Unpack(nil)
	require.NoError(t, err)
	assert.False(t, none.HasSource())
	same, err := sla.Unpack(sla.Clock{}.Pack())
	require.NoError(t, err)
	assert.Equal(t, none.HasSource(), same.HasSource())
}

func TestWhatIsPackedTellsNoMessage(t *testing.T) {
	clock, _ := sla.Clock{}.Take(counts, sla.Message{ID: "CAQQ2fbb4QUY0On2rYSAgAMgip/yzgs=", What: sla.ByCustomer, By: "wm1", At: at("09:00")})
	assert.NotContains(t, string(clock.Pack()), "CAQQ")
}

func TestAnOpenClockIsSmall(t *testing.T) {
	customer := chat.User("wm" + strings.Repeat("O", 30))
	clock, _ := sla.Clock{}.Take(paused, sla.Message{ID: "1", What: sla.ByCustomer, By: customer, At: at("09:00")})
	assert.LessOrEqual(t, len(clock.Pack()), 80)
}

func FuzzUnpack(f *testing.F) {
	dice := rand.New(rand.NewPCG(1, 1))
	var clock sla.Clock
	for _, m := range life(dice, 60) {
		clock, _ = clock.Take(paused, m)
		f.Add(clock.Pack())
	}
	f.Add([]byte{1})
	f.Add([]byte{2, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		clock, err := sla.Unpack(raw)
		if err != nil {
			require.ErrorIs(t, err, sla.ErrPacked)
			return
		}
		again, err := sla.Unpack(clock.Pack())
		require.NoError(t, err)
		require.Equal(t, clock.Pack(), again.Pack())
		next, _ := clock.Take(counts, sla.Message{ID: "x", What: sla.ByCustomer, By: "c", At: time.UnixMilli(1772150400000)})
		_, err = sla.Unpack(next.Pack())
		require.NoError(t, err)
	})
}
