package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(duties)

// responsibility is one thing that an admin of a group answers for (R73), and the items that it takes.
type responsibility struct {
	what  chat.Text
	items access.Items
}

func responsibilities() []responsibility {
	return []responsibility{
		{chat.Text{ZH: "设置群的公告、规则和权限，确保群内秩序", EN: "set the group's announcements, rules and rights, and keep order"},
			access.ItemsOf(access.Notice, access.Rename, access.Admins, access.Policy)},
		{chat.Text{ZH: "维护群内的和谐氛围", EN: "keep the group friendly"},
			access.ItemsOf(access.Mute, access.Recall)},
		{chat.Text{ZH: "处理成员之间的纠纷和冲突", EN: "settle disputes and conflicts between members"},
			access.ItemsOf(access.Mute, access.Remove)},
		{chat.Text{ZH: "监督群内活动，成员遵守规则，不发布违规内容", EN: "watch that members keep the rules and post nothing against them"},
			access.ItemsOf(access.ReviewMessages, access.Recall, access.Files)},
		{chat.Text{ZH: "积极参与讨论，提供帮助和支持，促进互动", EN: "take part, help, and bring members together"}, 0},
	}
}

// duties tells what an admin of a group answers for, and with which of the speaker's own items here. Who has none is
// told whom to turn to.
func duties() bot.Command {
	return bot.Command{
		Name:     "duties",
		Forms:    []string{"/duties", "/(职责|管理员职责)"},
		Examples: []chat.Text{{ZH: "/职责", EN: "/duties"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "群管理员的职责，以及您在本群凭什么履行。", EN: "What an admin answers for, and what you hold here to do it."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			who := c.Actor.ID
			held := c.Access.Items(who, c.Access.Actor, c.Group.ID, c.Now)
			lines := []chat.Text{chat.Text{ZH: "**群管理员的职责**（%s）", EN: "**What an admin answers for** (%s)"}.F(chat.Escape(c.Group.Title()))}
			for n, r := range responsibilities() {
				lines = append(lines, chat.Text{ZH: "%d. %s", EN: "%d. %s"}.F(n+1, r.what).Plus(dutyMeans(c, r.items, held)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, dutyStanding(c, who, held))...)}}, nil
		},
	}
}

// dutyMeans tells which of the items that a responsibility takes the speaker holds.
func dutyMeans(c bot.Call, takes, held access.Items) chat.Text {
	takes = c.Onto(takes)
	have := takes & held
	switch {
	case takes == 0:
		return chat.Text{ZH: "：不需要任何权限", EN: ": takes no item"}
	case have == 0:
		return chat.Text{ZH: "：要用到%s，您没有", EN: ": takes %s, of which you hold none"}.F(takes.Label())
	case have == takes:
		return chat.Text{ZH: "：您可以用%s", EN: ": you may use %s"}.F(have.Label())
	}
	return chat.Text{ZH: "：您可以用%s；没有%s", EN: ": you may use %s; not %s"}.F(have.Label(), takes.Minus(have).Label())
}

// dutyStanding tells as what the speaker holds them, or who does.
func dutyStanding(c bot.Call, who chat.User, held access.Items) chat.Text {
	level := c.Access.LevelOf(who, c.Group.ID, c.Now)
	switch {
	case c.Access.Governs(who, c.Group.ID):
		return chat.Text{ZH: "您在本群可以做任何事。", EN: "You may do everything here."}
	case level != access.NoLevel:
		return chat.Text{ZH: "您在本群是%s管理员，可以作用于：%s。`/我的权限` 看全部。", EN: "You are a %s admin here and may act on: %s. `/whoami` shows all."}.F(level.Label(), reach(level))
	case held != 0:
		return chat.Text{ZH: "您在本群没有角色，但有单独授予的权限；`/我的权限` 看全部。", EN: "You hold no role here, but items of your own; `/whoami` shows all."}
	}
	var admins []chat.Text
	for _, u := range c.Access.Admins(c.Group.ID, c.Now) {
		if len(admins) < 3 {
			admins = append(admins, c.Name(u))
		}
	}
	if len(admins) == 0 {
		return chat.Text{ZH: "您不是本群管理员；本群还没有管理员。", EN: "You are no admin here; there is none yet."}
	}
	return chat.Text{ZH: "您不是本群管理员，有事请找 %s；`/管理员` 看名单。", EN: "You are no admin here; turn to %s, `/admin list` shows all."}.F(list(admins))
}
