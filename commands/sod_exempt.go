package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(sodExempt)
	_ = declare(sodUnexempt)
)

// sodExempt lets somebody break a rule for a while, for a reason that is kept.
func sodExempt() bot.Command {
	who, name := grammar.Person("who"), grammar.Word("name")
	length, end, reason := grammar.Length("length"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "sod exempt",
		Forms: []string{
			"/sod exempt {who} {name} [[for] {length}] [(until|到) {until}] [{reason}]",
			"/职责分离 豁免 {who} {name} [{length}] [(到|until) {until}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/职责分离 豁免 @zhangsan 审管分离 7天 代班", EN: "/sod exempt @zhangsan auditing for 7d standing in"}},
		Holes:    []grammar.Hole{who, name, length, end, reason},
		Help: chat.Text{
			ZH: "让一个人在一段时间内不受一条职责分离规则限制；必须写期限和原因。", EN: "Let one person break a rule for a while; the end and the reason must be named.",
		},
		Needs:    access.Policy,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			x, g, err := ruleNamed(c, name.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			span, err := beyond(c, length, end, grammar.Moment("from"))
			if err != nil {
				return bot.Outcome{}, err
			}
			if span.Until.IsZero() || reason.Of(c.Args) == "" {
				return bot.Refuse(chat.Text{
					ZH: "豁免必须有期限和原因：`/职责分离 豁免 @%s %s 7天 原因`。", EN: "An exemption needs an end and a reason: `/sod exempt @%s %s for 7d reason`.",
				}.F(string(m.ID), chat.Escape(x.Name)))
			}
			e := access.Exemption{Rule: x.Name, Who: m.ID, Until: span.Until, Reason: reason.Of(c.Args)}
			changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
				return f.Exempt(g, c.Actor.ID, e, c.Now)
			})
			if !d.Allowed {
				return bot.Deny(d, access.Policy, m.ID)
			}
			return bot.Outcome{
				Second: second,
				Changes: chat.Text{ZH: "%s 不受职责分离“%s”限制（%s），%s", EN: "%s is exempt from the separation of duties “%s” (%s), %s"}.F(
					c.Name(m.ID), chat.Escape(x.Name), bookText(g), until(c, span.Until)).Plus(because(e.Reason)),
				Events: []journal.Event{{
					Kind: access.Exempted, Group: g, Targets: []chat.User{m.ID}, Items: policyItem, Reason: e.Reason, Changes: changes,
				}},
			}, nil
		},
	}
}

// sodUnexempt ends an exemption before its time. What was granted under it stays, and /check names it.
func sodUnexempt() bot.Command {
	who, name := grammar.Person("who"), grammar.Word("name")
	return bot.Command{
		Name:     "sod unexempt",
		Forms:    []string{"/sod unexempt {who} {name}", "/职责分离 取消豁免 {who} {name}"},
		Examples: []chat.Text{{ZH: "/职责分离 取消豁免 @zhangsan 审管分离", EN: "/sod unexempt @zhangsan auditing"}},
		Holes:    []grammar.Hole{who, name},
		Help:     chat.Text{ZH: "提前结束一个豁免；已给的权限不收回。", EN: "End an exemption early; what was granted is not taken away."},
		Needs:    access.Policy,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			x, g, err := ruleNamed(c, name.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
				return f.Unexempt(g, c.Actor.ID, m.ID, x.Name, c.Now)
			})
			if !d.Allowed {
				return bot.Deny(d, access.Policy, m.ID)
			}
			if len(changes) == 0 {
				return bot.Refuse(chat.Text{
					ZH: "%s 对“%s”没有豁免；`/职责分离` 列出谁有。", EN: "%s has no exemption from “%s”; `/sod` lists who has.",
				}.F(c.Name(m.ID), chat.Escape(x.Name)))
			}
			return bot.Outcome{
				Second: second,
				Changes: chat.Text{ZH: "结束 %s 对职责分离“%s”的豁免", EN: "end the exemption of %s from the separation of duties “%s”"}.F(
					c.Name(m.ID), chat.Escape(x.Name)),
				Events: []journal.Event{{
					Kind: access.Unexempted, Group: g, Targets: []chat.User{m.ID}, Items: policyItem, Changes: changes,
				}},
			}, nil
		},
	}
}
