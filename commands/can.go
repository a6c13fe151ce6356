package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(can)

// can tells whether somebody may do something, and by which rule. About others only whoever holds audit is told.
func can() bot.Command {
	who, what := grammar.Person("who"), item()
	return bot.Command{
		Name:     "can",
		Forms:    []string{"/can [{who}] {item}", "/能否 [{who}] {item}"},
		Examples: []chat.Text{{ZH: "/能否 @lisi 禁言", EN: "/can @lisi mute"}},
		Holes:    []grammar.Hole{who, what},
		Help:     chat.Text{ZH: "某人能不能做某事，依据哪条规则。", EN: "Whether somebody may do something, and by which rule."},
		Who:      auditors,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, d, err := verdict(c, who, what.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "%s %s“%s”：%s（%s）", EN: "%s %s “%s”: %s (%s)"}.F(
				c.Name(m.ID), yesNo(d.Allowed), what.Of(c.Args).Label(), d.Rule.Text(), string(d.Rule),
			)}}, nil
		},
	}
}

func yesNo(allowed bool) chat.Text {
	if allowed {
		return chat.Text{ZH: "✅ 可以用", EN: "✅ may use"}
	}
	return chat.Text{ZH: "❌ 不可以用", EN: "❌ may not use"}
}

// verdict decides about the person in a hole, or about the speaker if it is empty.
func verdict(c bot.Call, hole grammar.PersonHole, i access.Item) (chat.Member, access.Decision, error) {
	m := c.Actor
	if hole.Given(c.Args) {
		var err error
		if m, err = c.Find(hole.Ref(c.Args)); err != nil {
			return m, access.Decision{}, err
		}
	}
	if err := mayAudit(c, m.ID); err != nil {
		return m, access.Decision{}, err
	}
	f := c.Access
	if m.ID != c.Actor.ID {
		f.Actor = c.Access.People[m.ID]
	}
	return m, access.Decide(f, access.Request{Actor: m.ID, Item: i, Group: c.Group.ID, At: c.Now}), nil
}

// mayAudit lets everybody look at themselves, and whoever holds audit at others.
func mayAudit(c bot.Call, who chat.User) error {
	if who == c.Actor.ID {
		return nil
	}
	d := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Audit, Group: c.Group.ID, At: c.Now})
	if d.Allowed {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Audit, Target: who}
}
