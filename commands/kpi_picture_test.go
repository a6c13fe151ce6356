package commands

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

// TestAnOutlierDoesNotHideTheOthers: the panel ends where the usual bars can be told apart.
func TestAnOutlierDoesNotHideTheOthers(t *testing.T) {
	for want, values := range map[float64][]float64{
		0:   {5848},                              // nothing to compare it with
		240: {5848, 60},                          // twice the target
		260: {90, 130, 120, 5848, 80, 100, 5000}, // twice what three quarters do not exceed
		840: {400, 420, 5000, 390},               // all are late, one far more
	} {
		p := chat.Panel{Target: &chat.Aim{Value: 120}, Points: []chat.Point{{}}} // one is not known
		for _, v := range values {
			p.Points = append(p.Points, chat.Point{Known: true, Value: v})
		}
		assert.InDelta(t, want, ceiling(p), 1, fmt.Sprint(values))
	}
	even := chat.Panel{Target: &chat.Aim{Value: 95}}
	for _, v := range []float64{100, 90, 0, 66.7, 100} {
		even.Points = append(even.Points, chat.Point{Known: true, Value: v})
	}
	assert.Zero(t, ceiling(even))
}
