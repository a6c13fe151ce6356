package bot

import (
	"fmt"
	"strings"

	"qunguan/bot/chat"
)

// Why is the rule of a refusal as one sentence without a full stop, with what of it matters here.
func (c Call) Why(d *Denied) chat.Text { return reason(c, d) }

// fourEyes is why an admin of the group may not change its policy alone.
var fourEyes = chat.Text{
	ZH: "群里的权限策略（场景、职责分离、对多人的设置）要第二个人同意才能改；超级管理员和本部门的分级管理员可以直接改",
	EN: "the policy of a group (scenes, separation of duties, settings about many people) changes only with a second person's consent; owners and department admins may alone",
}

// separated names the rule of separation of duties that would be broken, and what stands on its sides.
func separated(c Call, d *Denied) chat.Text {
	x, _, ok := c.Access.Exclusive(d.Decision.Exclusive())
	if !ok {
		return d.Decision.Rule.Text()
	}
	sides := make([]chat.Text, len(x.Sets))
	for i, s := range x.Sets {
		l := s.Brief()
		sides[i] = chat.Text{ZH: fmt.Sprintf("〔%s〕", l.ZH), EN: fmt.Sprintf("[%s]", l.EN)}
	}
	return chat.Text{
		ZH: "违反职责分离“%s”：同一个人不能同时持有 %s", EN: "it would break the separation of duties “%s”: one person may not hold both of %s",
	}.F(chat.Escape(x.Name), chat.Text{ZH: chat.Join(" 与 ", sides...).ZH, EN: chat.Join(" and ", sides...).EN})
}

// exemptable says what to do about a grant that would break a rule of separation of duties.
func exemptable(d *Denied) chat.Text {
	if d.Target == "" {
		return chat.Text{
			ZH: "请换一个岗位或级别，或给单个人任命并豁免；`/职责分离` 列出规则。",
			EN: " Choose another job or level, or appoint single people and exempt them; `/sod` lists the rules.",
		}
	}
	return chat.Text{
		ZH: "先收回其中一边，或请有“权限策略”的人豁免：`/职责分离 豁免 @%s %s 7天 原因`。",
		EN: " Take one side away first, or have somebody with “policy” exempt them: `/sod exempt @%s %s for 7d reason`.",
	}.F(string(d.Target), quoted(d.Decision.Exclusive()))
}

// quoted is a name as a command takes it.
func quoted(name string) string {
	if strings.ContainsAny(name, " \t") {
		name = `"` + name + `"`
	}
	return chat.Escape(name)
}
