package duty_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/duty"
)

func TestUncovered(t *testing.T) {
	const hour = 60
	shifts := func(spans ...int) (r duty.Roster) {
		for i := 0; i < len(spans); i += 2 {
			r.Shifts = append(r.Shifts, duty.Shift{From: spans[i] * hour, To: spans[i+1] * hour, Who: "li"})
		}
		return r
	}
	for name, c := range map[string]struct{ is, was, want duty.Roster }{
		"the same":            {shifts(9, 18), shifts(9, 18), shifts()},
		"more than before":    {shifts(8, 20), shifts(9, 18), shifts()},
		"less at both ends":   {shifts(10, 17), shifts(9, 18), shifts(9, 10, 17, 18)},
		"no shifts any more":  {shifts(), shifts(9, 12, 12, 18), shifts(9, 18)},
		"until midnight":      {shifts(8, 16), shifts(8, 24), shifts(16, 24)},
		"over midnight, gone": {shifts(), shifts(22, 6), shifts(0, 6, 22, 24)},
	} {
		var want []duty.Shift
		for _, s := range c.want.Shifts {
			want = append(want, duty.Shift{From: s.From, To: s.To})
		}
		assert.Equal(t, want, c.is.Uncovered(c.was), name)
	}
}
