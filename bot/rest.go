package bot

import (
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// This file words the refusals of rights that somebody has, but that rest or end: not activated, off shift, or too
// short for what they would give.

// resting says why the right rests: what could be activated, when the shift begins, how long the speaker's own lasts.
func resting(c Call, d *Denied) chat.Text {
	switch d.Decision.Rule {
	case access.RuleNotActivated:
		e, ok := c.Access.MayActivate(c.Actor.ID, d.Item, c.Group.ID, c.Now)
		if !ok {
			return d.Decision.Rule.Text()
		}
		return chat.Text{ZH: "您有%s的候补资格，还没有激活", EN: "you are eligible as %s, but have not activated it"}.F(roleName(e))
	case access.RuleNotEligible:
		return chat.Text{ZH: "您没有这样的候补资格", EN: "you are not eligible for this"}
	case access.RuleOffDuty:
		if c.Access.Roster == nil {
			return d.Decision.Rule.Text()
		}
		begins, planned := c.Access.Roster.NextShift(c.Actor.ID, c.Now)
		if !planned {
			return chat.Text{ZH: "您的角色只在值班时生效，接下来一周没有您的班", EN: "your role counts on duty only, and no shift of yours is planned in the week to come"}
		}
		return chat.Text{
			ZH: "您的角色只在值班时生效，现在不在班上；您的下一班 %s 开始", EN: "your role counts on duty only, and this is not your shift; your next one begins at %s",
		}.F(c.Moment(begins))
	}
	return chat.Text{
		ZH: "您自己的这些权限到 %s 为止，不能授予更久；请把结束时间写到那时或更早", EN: "your own right to this ends at %s, and nobody grants for longer; name an end not after it",
	}.F(c.Moment(d.Decision.Bound()))
}

func onPlatform(c Call, items access.Items) access.Items {
	if c.Access.Offered != 0 {
		items &= c.Access.Offered
	}
	return items
}

func roleName(r access.Role) chat.Text {
	if r.Job == access.NoJob {
		return chat.Text{ZH: r.Level.Label().ZH + "管理员", EN: r.Level.String() + " admin"}
	}
	return chat.Text{ZH: r.Level.Label().ZH + " · " + r.Job.Label().ZH, EN: r.Level.String() + " " + string(r.Job)}
}

// wakes says what to type next where the right rests; empty for any other rule.
func wakes(c Call, d *Denied) chat.Text {
	switch d.Decision.Rule {
	case access.RuleNotActivated:
		what := d.Item.Label().ZH
		return chat.Text{ZH: "先激活：`/激活 %s 2小时 原因`，再发一次。", EN: " Activate it first: `/activate %s for 2h REASON`, then send this again."}.F(
			chat.Text{ZH: what, EN: d.Item.String()})
	case access.RuleNotEligible:
		if e, ok := c.Access.MayActivate(c.Actor.ID, access.NoItem, c.Group.ID, c.Now); ok {
			return chat.Text{
				ZH: "您的候补资格是%s（%s）；要激活它：`/激活 2小时 原因`。", EN: " You are eligible as %s (%s); to activate that: `/activate for 2h REASON`.",
			}.F(roleName(e), onPlatform(c, e.Items()).Label())
		}
		if d.Item != access.NoItem {
			return chat.Text{}
		}
		return chat.Text{
			ZH: "可以请有“设管理员”权限的人发：`/设管理 @%s 中级 候补 原因`。", EN: " Ask somebody who may appoint admins to send: `/admin add @%s mid eligible REASON`.",
		}.F(string(c.Actor.ID))
	}
	return chat.Text{}
}

// waking is the card that activates what a command needs with one tap, for a reason that names the command; nil where
// the rule is another one.
func waking(c Call, d *Denied) *chat.Card {
	if d.Decision.Rule != access.RuleNotActivated {
		return nil
	}
	why, chinese := triedAs(c)
	command := "/activate " + d.Item.String() + " for 2h #" + string(c.Group.ID) + " " + why
	if chinese {
		command = "/激活 " + wordOf(d.Item).ZH + " 2小时 #" + string(c.Group.ID) + " " + why
	}
	return &chat.Card{
		Title: chat.Text{ZH: "先激活“%s”", EN: "Activate “%s” first"}.F(d.Item.Label()),
		Body:  chat.Text{ZH: "激活后请再发一次原来的命令", EN: "Then send the command again"},
		Buttons: []chat.Button{{
			Label: chat.Text{ZH: "激活2小时", EN: "For 2 h"}, Style: chat.Primary, Command: command,
		}},
	}
}
