package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// TestTheButtonAsksForWhatWasTried: what was typed becomes the reason, without what would be read as something else.
func TestTheButtonAsksForWhatWasTried(t *testing.T) {
	g := directory.Group{}
	g.ID = "G1"
	for said, want := range map[string]string{
		"/禁言 @zhao 10分钟":                 "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao 10分钟",
		"/mute @zhao 10m":                "/request mute 2h #G1 to run: /mute @zhao 10m",
		"/禁言 @zhao --预演":                 "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao",
		"/禁言 @zhao －－确认":                 "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao",
		"/禁言 @zhao #华东VIP客户群 刷屏":         "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao 刷屏",
		"/禁言 @zhao “见 #12”":              "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao 见",
		"/禁言\n@zhao\t刷屏":                 "/申请 禁言 2小时 #G1 想执行：/禁言 @zhao 刷屏",
		"/禁言 " + strings.Repeat("长", 90): "/申请 禁言 2小时 #G1 想执行：/禁言 " + strings.Repeat("长", 55) + "…",
	} {
		c := Call{Message: chat.Message{Text: said}, Group: g}
		assert.Equal(t, want, petitionCommand(c, access.Mute), said)
	}
	assert.Equal(t, "/申请 mention_all 2小时 #G1 想执行：/通知",
		petitionCommand(Call{Message: chat.Message{Text: "/通知"}, Group: g}, access.MentionAll), "a label with an @ would be a person")
	assert.Equal(t, "/申请 禁言 2小时 #G1 想执行：/禁言 甲",
		petitionCommand(Call{Message: chat.Message{Text: "确认"}, Group: g, agreed: "/禁言 甲"}, access.Mute), "what was confirmed counts")
}
