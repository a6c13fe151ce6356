package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/access"
	"qunguan/bot/duty"
)

// TestHeadcountText is D1 and R17 as people read it.
func TestHeadcountText(t *testing.T) {
	for _, c := range []struct {
		people, admins int
		zh             string
	}{
		{1, 0, "⚠️ 警报：管理员严重不足。本群 1 人，有 0 位管理员，建议 1–2 位。"},
		{1, 1, ""},
		{50, 2, ""},
		{50, 3, "说明：管理员偏多。本群 50 人，有 3 位管理员，建议 1–2 位。"},
		{51, 1, "提醒：管理员偏少。本群 51 人，有 1 位管理员，建议 2–3 位。"},
		{51, 2, ""},
		{200, 3, ""},
		{200, 4, "说明：管理员偏多。本群 200 人，有 4 位管理员，建议 2–3 位。"},
		{201, 2, "⚠️ 警报：管理员严重不足。本群 201 人，有 2 位管理员，建议 4–5 位。"},
		{201, 3, "提醒：管理员偏少。本群 201 人，有 3 位管理员，建议 4–5 位。"},
		{201, 4, ""},
		{201, 5, ""},
	} {
		got := headcountText(c.people, c.admins)
		assert.Equal(t, c.zh, got.ZH, "%d people, %d admins", c.people, c.admins)
		assert.Equal(t, c.zh == "", got.EN == "")
	}
}

// TestTheTwoHalvesOfTheTableAgree: how many admins is a rule about rights, how many shifts one about duty; they change at
// the same sizes.
func TestTheTwoHalvesOfTheTableAgree(t *testing.T) {
	for people := 1; people <= 400; people++ {
		least, most := access.Wanted(people)
		l, m := advised(duty.SizeOf(people))
		assert.Equal(t, []int{least, most}, []int{l, m}, people)
	}
}
