package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot"
)

// TestMistakenItem: a reason is asked about where its first word is what people call a right, and not where it only
// speaks of one.
func TestMistakenItem(t *testing.T) {
	for reason, asks := range map[string]bool{
		"移出成员 不许踢人": true, "踢人 活动期间": true, "踢人": true, "发红包 巡查用": true, "发言审合": true, "mutte while away": true,
		"所有人 活动期间": true, "删人": true,
		"替班": false, "误移客户": false, "误移客户 两次": false, "国庆值班": false, "踢了客户": false, "多次违规，已谈话": false,
		"removed a customer by mistake": false, "standing in for bob": false, "": false,
	} {
		assert.Equal(t, asks, !mistakenItem(reason).IsZero(), reason)
	}
}

// TestMistakenJob: likewise of an appointment's reason and jobs, levels and ways.
func TestMistakenJob(t *testing.T) {
	for reason, asks := range map[string]bool{
		"客服专员 替班": true, "客服经理": true, "值班生效": true, "supervisr for the fair": true,
		"国庆值班": false, "接替李敏": false, "换季 交接": false, "holiday duty": false, "": false,
	} {
		assert.Equal(t, asks, !mistakenJob(bot.Call{}, reason, false).IsZero(), reason)
	}
	assert.False(t, mistakenJob(bot.Call{}, "巡查 替班", true).IsZero(), "a word in the place of a job, before a term")
}
