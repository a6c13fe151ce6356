package commands

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// TestWherePositionsGiveNoRoles: R12, on DingTalk nothing is inherited, and it is said why.
func TestWherePositionsGiveNoRoles(t *testing.T) {
	for _, p := range access.Platforms() {
		for _, cmd := range []bot.Command{inherit(), inheritList(), matrixTree()} {
			out, err := cmd.Run(bot.Call{
				Profile: chat.Profile{Name: p.Label, Inherits: p.Inherits}, Zone: time.UTC, Now: noon, Actor: chat.Member{ID: "boss"},
			})
			var refused *bot.Refusal
			if p.Inherits {
				if errors.As(err, &refused) {
					assert.NotContains(t, refused.Text.EN, "has no roles by position", "%s %s", p.Name, cmd.Name)
				}
				continue
			}
			require.ErrorAs(t, err, &refused, "%s %s", p.Name, cmd.Name)
			assert.Contains(t, refused.Text.ZH, "钉钉不支持按职位或部门继承角色")
			assert.Contains(t, refused.Text.ZH, "/设管理", "and what to do instead")
			assert.Empty(t, out.Events)
		}
	}
}

// TestInheritForms: what the forms of /inherit understand.
func TestInheritForms(t *testing.T) {
	cmd := inherit()
	forms, err := grammar.Compile(cmd.Forms, cmd.Holes...)
	require.NoError(t, err)
	var g grammar.Grammar
	require.NoError(t, g.Add(cmd.Name, forms))
	for text, want := range map[string]bool{
		"/继承 职位 客服主管 中级":                                              true,
		"/继承 客服主管 中级":                                                 true,
		"/继承 客服主管 客服主管":                                               true,
		"/继承 部门 华东销售部 中级 运营专员":                                        true,
		"/继承 部门 \"华东 销售部\" 中级":                                        true,
		"/继承 职位 客服主管 高级 客服主管 至少 200 人 场景 线下活动":                        true,
		"/继承 职位 客服主管 中级 标签 VIP 试行一个月":                                 true,
		"/inherit position Agent mid at least 10 up to 50 tagged VIP": true,
		"/inherit department Sales mid sales groups of Sales":         true,
	} {
		m := g.Match(text, grammar.Context{Now: noon, Zone: time.UTC, Addressed: true})
		assert.Equal(t, want, m.Command == cmd.Name && m.Problem == nil, "%s: %+v", text, m.Problem)
	}
}

// TestConditionsAreNoReasons: a condition with a slip in it does not become a reason.
func TestConditionsAreNoReasons(t *testing.T) {
	for reason, want := range map[string]bool{"至少 很多 人": true, "at least many": true, "场景 开业": true, "试行": false, "": false} {
		assert.Equal(t, want, conditionLike.MatchString(reason), reason)
	}
}
