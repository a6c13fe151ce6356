package commands

import (
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(approval)

// approval shows and changes the company's rules about requests: how many must agree, how long a right can be asked for,
// and what whoever is on shift gets at once.
func approval() bot.Command {
	what, need, deny := anyRequest(), grammar.Number("need"), grammar.Number("deny")
	longest, shift, off := grammar.Length("longest"), atOnce(), switchOff()
	return bot.Command{
		Name: "approval",
		Forms: []string{
			"/approval", "/approval {what} need {need} [deny {deny}] [max {longest}] [{shift}]", "/approval {what} {off}",
			"/审批规则", "/审批规则 {what} (需|要) {need} [驳回 {deny}] [最长 {longest}] [{shift}]", "/审批规则 {what} {off}",
		},
		Examples: []chat.Text{{ZH: "/审批规则 禁言 需 1 最长 4小时 值班自动", EN: "/approval mute need 1 max 4h on-duty"}},
		Holes: []grammar.Hole{
			what, need.Called(chat.Text{ZH: "人数", EN: "n"}), deny.Called(chat.Text{ZH: "人数", EN: "n"}), longest, shift, off,
		},
		Help:     chat.Text{ZH: "申请要几个人同意、最长多久；不写参数列出规则。", EN: "How many must agree to a request, and for how long at most; without arguments, the rules."},
		Anywhere: true,
		Who:      chat.Text{ZH: "规则谁都可以看；只有超级管理员能改。", EN: "Everybody may see the rules; only owners (超级管理员) change them."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !what.Given(c.Args) {
				return bot.Outcome{Reply: chat.Reply{Text: rulesOfRequests(c)}}, nil
			}
			a := access.Approval{What: what.Of(c.Args)}
			if !off.Given(c.Args) {
				a.Need, a.Deny, a.Longest, a.OnDuty = int(need.Of(c.Args)), 1, longest.Of(c.Args), shift.Given(c.Args)
				if deny.Given(c.Args) {
					a.Deny = int(deny.Of(c.Args))
				}
				if a.Need < 1 || a.Deny < 1 {
					return bot.Refuse(chat.Text{ZH: "至少要 1 个人。要恢复默认，写 `关闭`。", EN: "At least one person must decide. To go back to what is usual, write `off`."})
				}
			}
			changes, d := c.Access.SetApproval(c.Actor.ID, a, c.Now)
			switch {
			case d.Rule == access.RuleNothingGranted:
				return bot.Refuse(chat.Text{ZH: "人数最多 5。", EN: "At most five people can be asked for."})
			case !d.Allowed:
				return bot.Outcome{}, &bot.Denied{Decision: d, Item: access.Policy, Next: ownersDo(c)}
			case len(changes) == 0:
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "本来就是默认规则，没有改变。", EN: "The usual rule applies already; nothing has changed."}}}, nil
			}
			e := journal.Event{Kind: access.RequestRule, Items: []string{access.Policy.String()}, Changes: changes}
			t := chat.Text{ZH: "申请%s：恢复默认", EN: "requests for %s: as usual"}.F(whatText(a.What))
			if a.Need > 0 {
				t = ruleOfRequests(a)
			}
			return bot.Outcome{Events: []journal.Event{e}, Rule: d.Rule, Changes: t}, nil
		},
	}
}

// ownersDo says that only an owner may.
func ownersDo(c bot.Call) chat.Text {
	return chat.Text{ZH: "审批规则是全企业的，只有超级管理员能改：%s。", EN: " Rules about requests are the company's; only an owner changes them: %s."}.F(
		c.Few(c.Access.Company.Owners()))
}

func anyRequest() grammar.ChoiceHole[string] {
	return grammar.Choice("what", func(s string) (string, bool) {
		switch strings.ToLower(s) {
		case access.AnyRequest, "全部", "所有", "all":
			return access.AnyRequest, true
		}
		if i, ok := access.ParseItem(s); ok {
			return i.String(), true
		}
		l, ok := access.ParseLevel(s)
		return l.String(), ok
	}, chat.Text{ZH: "权限、级别或 全部", EN: "item, level or all"}).Hinting(itemMeant)
}

func atOnce() grammar.ChoiceHole[bool] {
	return grammar.Choice("shift", func(s string) (bool, bool) {
		switch strings.ToLower(s) {
		case "on-duty", "onduty", "值班自动":
			return true, true
		}
		return false, false
	}, chat.Text{ZH: "值班自动", EN: "on-duty"})
}

func switchOff() grammar.ChoiceHole[bool] {
	return grammar.Choice("off", func(s string) (bool, bool) {
		switch strings.ToLower(s) {
		case "off", "关", "关闭", "取消", "结束":
			return true, true
		}
		return false, false
	}, chat.Text{ZH: "关闭", EN: "off"})
}

func rulesOfRequests(c bot.Call) chat.Text {
	lines := []chat.Text{{ZH: "**申请的审批规则**", EN: "**Rules about requests**"}}
	usual := false
	for _, a := range c.Access.Company.Approvals() {
		lines = append(lines, chat.Same("- ").Plus(ruleOfRequests(c.Access.ApprovalOf(a.What))))
		usual = usual || a.What == access.AnyRequest
	}
	if !usual {
		lines = append(lines, chat.Text{
			ZH: "- 其余：1 人同意，1 人驳回即结束；权限最长 1天，级别最长 30天", EN: "- the rest: one agrees, one who refuses ends it; items for 1d at most, levels for 30d",
		})
	}
	return chat.Lines(append(lines, chat.Text{
		ZH: "改：`/审批规则 禁言 需 2 最长 4小时`（超级管理员）", EN: "To change: `/approval mute need 2 max 4h` (owners)",
	})...)
}

func ruleOfRequests(a access.Approval) chat.Text {
	t := chat.Text{ZH: "申请%s：%d 人同意，%d 人驳回即结束", EN: "requests for %s: %d must agree, %d who refuse end it"}.F(whatText(a.What), a.Need, a.Deny)
	if a.Longest > 0 {
		t = t.Plus(chat.Text{ZH: "，最长 %s", EN: ", for %s at most"}.F(grammar.FormatLength(a.Longest.Truncate(time.Second))))
	}
	if a.OnDuty {
		t = t.Plus(chat.Text{ZH: "，值班的人直接得到", EN: ", whoever is on shift gets it at once"})
	}
	return t
}

func whatText(what string) chat.Text {
	if i, ok := access.ParseItem(what); ok {
		return chat.Text{ZH: "“%s”", EN: "“%s”"}.F(i.Label())
	}
	if l, ok := access.ParseLevel(what); ok {
		return levelText(l)
	}
	return chat.Text{ZH: "任何权限", EN: "anything"}
}
