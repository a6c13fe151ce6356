package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot"
	"qunguan/bot/chat"
)

func TestAButtonSpeaksAsThePersonDid(t *testing.T) {
	fix := chat.Text{ZH: "/撤管理 @li", EN: "/admin remove @li"}
	for typed, want := range map[string]string{
		"/check":           fix.EN,
		"@群管 /check":       fix.EN,
		"/check #华东VIP客户群": fix.EN,
		"/权限检测":            fix.ZH,
		"@群管 ／权限检测 all":    fix.ZH,
		"检测 #G1":           fix.ZH,
		"check":            fix.EN,
	} {
		assert.Equal(t, want, typedAs(bot.Call{Message: chat.Message{Text: typed}}, fix), typed)
	}
}

func TestCounted(t *testing.T) {
	assert.Equal(t, chat.Text{ZH: "1 人", EN: "1 person"}, peopleCounted(1))
	assert.Equal(t, chat.Text{ZH: "0 个群", EN: "0 groups"}, groupsCounted(0))
	assert.Equal(t, chat.Text{ZH: "1 项", EN: "1 finding"}, findingsCounted(1))
	assert.Equal(t, chat.Text{ZH: "2 条", EN: "2 entries"}, entriesCounted(2))
}
