package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// headcount tells what the number of admins, by these facts, means for a group of this size (D1, R17). It is empty
// where the number is right, and where the platform does not tell who is in the group.
func headcount(c bot.Call, f access.Facts) chat.Text {
	if !c.Group.MembersKnown {
		return chat.Text{}
	}
	return headcountText(len(c.Group.Members()), len(f.Admins(c.Group.ID, c.Now)))
}

func headcountText(people, admins int) chat.Text {
	least, most := access.Wanted(people)
	what := chat.Text{
		ZH: "本群 %d 人，有 %d 位管理员，建议 %d–%d 位。",
		EN: "people: %d, admins: %d, advised: %d to %d.",
	}.F(people, admins, least, most)
	switch access.HeadcountOf(people, admins) {
	case access.Alarming:
		return chat.Text{ZH: "⚠️ 警报：管理员严重不足。", EN: "⚠️ Alert, far too few admins: "}.Plus(what)
	case access.TooFew:
		return chat.Text{ZH: "提醒：管理员偏少。", EN: "Warning, too few admins: "}.Plus(what)
	case access.TooMany:
		return chat.Text{ZH: "说明：管理员偏多。", EN: "Note, more admins than advised: "}.Plus(what)
	case access.RightNumber:
	}
	return chat.Text{}
}

// keptOut is the line of a list about somebody whom policy keeps out.
func keptOut(c bot.Call, f access.Facts, who chat.User, d access.Decision) result {
	why := d.Rule.Text()
	if d.Rule == access.RuleCap {
		why = c.Full(f)
	}
	if d.Rule == access.RuleSeparation {
		why = c.Why(&bot.Denied{Decision: d, Item: access.Admins, Target: who})
	}
	return result{line: c.Name(who), why: chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(why, string(d.Rule)), next: bot.Mend(d.Rule)}
}

// contactRight is whether somebody may serve customers on the platform, where the group is one of customers (R16); what
// was seen with the group is newer than what the address book told.
func contactRight(c bot.Call, m chat.Member) chat.Right {
	switch {
	case c.Group.Kind != chat.CustomerGroup:
		return chat.RightHeld // nothing of the kind is asked there
	case m.Contact != "":
		return m.Contact
	}
	return bot.At[directory.Person](c, directory.OfPerson(m.ID)).Contact
}

// contactUnverified notes those who were appointed although nobody could tell whether they may serve customers.
func contactUnverified(c bot.Call, done []result) chat.Text {
	var who []chat.Text
	for _, r := range done {
		m, _ := c.Group.Member(r.who)
		m.ID = r.who
		if contactRight(c, m) == "" {
			who = append(who, c.Name(r.who))
		}
	}
	if len(who) == 0 {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "企业微信没有告诉机器人 %s 有没有“客户联系”权限，未能核实；没有的话，群主在企业微信里会设不成。",
		EN: "WeCom does not tell the bot whether %s may use 客户联系, so it was not verified; without it the owner's step in WeCom will fail.",
	}.F(list(who))
}
