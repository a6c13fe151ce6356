package duty_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/duty"
)

// What customers see has these fields and no other: whoever adds one must think of M12 first.
func TestCardHasNothingElse(t *testing.T) {
	var fields []string
	of := reflect.TypeFor[duty.Card]()
	for i := range of.NumField() {
		fields = append(fields, of.Field(i).Name)
	}
	assert.Equal(t, []string{"Name", "From", "Until", "Running", "Today"}, fields)
}

func TestCard(t *testing.T) {
	today := duty.Day{Year: 2026, Month: 11, Day: 30}
	for _, c := range []struct {
		card duty.Card
		zh   string
	}{
		{duty.Card{Name: "李敏", From: on(11, 30, 9), Until: on(11, 30, 18), Running: true, Today: today}, "【当前值班】李敏\n时间：今天 09:00 至 18:00\n有事请直接在群里留言。"},
		{duty.Card{From: on(11, 30, 16), Until: on(12, 1, 0), Running: true, Today: today}, "【当前值班】值班客服\n时间：今天 16:00 至 24:00\n有事请直接在群里留言。"},
		{duty.Card{Name: "李敏", From: on(12, 1, 22), Until: on(12, 2, 6), Today: today}, "【下一班】李敏\n时间：明天 22:00 至 12月2日 06:00\n现在不在值班时间，请先留言，上班后尽快回复。"},
		{duty.Card{Name: "*李*", From: on(12, 5, 9), Until: on(12, 5, 18), Today: today}, "【下一班】\\*李\\*\n时间：12月5日 09:00 至 18:00\n现在不在值班时间，请先留言，上班后尽快回复。"},
	} {
		assert.Equal(t, c.zh, c.card.Text().ZH)
		assert.NotEmpty(t, c.card.Text().EN)
	}
}
