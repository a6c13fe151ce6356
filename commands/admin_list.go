package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(adminList)

// adminList shows who is admin by the bot's book, and where the platform shows something else. Members see who they
// are; admins also see until when, from whom and why.
func adminList() bot.Command {
	return bot.Command{
		Name:     "admin list",
		Forms:    []string{"/admin list", "/admin", "/(管理员|管理员名单)"},
		Examples: []chat.Text{{ZH: "/管理员", EN: "/admin list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群管理员、级别、期限，以及与企业微信的差异。", EN: "The admins here, their levels and ends, and drift against the platform."},
		Reads:    []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			admins := c.Access.Admins(c.Group.ID, c.Now)
			insider := c.Access.Governs(c.Actor.ID, c.Group.ID) || slices.Contains(admins, c.Actor.ID)
			lines := []chat.Text{chat.Text{ZH: "**%s 的管理员**（%d / 上限 %d）", EN: "**Admins of %s** (%d of at most %d)"}.F(
				chat.Escape(c.Group.Title()), len(admins), c.Access.MostAdmins())}
			for _, r := range c.Access.Group.Roles() {
				if !r.Until.IsZero() && !c.Now.Before(r.Until) {
					continue
				}
				lines = append(lines, adminLine(c, r, insider))
			}
			lines = append(lines, heirLines(c, insider)...)
			for _, u := range admins {
				for _, r := range c.Access.Across(c.Group.ID, u, c.Now) {
					lines = append(lines, adminLine(c, r, insider).Plus(acrossText(c, r, insider)))
				}
			}
			if len(admins) == 0 {
				lines = append(lines, chat.Text{ZH: "- 还没有。超级管理员可以发 `/设管理 @userid 高级`", EN: "- none yet. An owner may send `/admin add @userid senior`"})
			}
			if insider {
				lines = append(lines, drift(c, admins)...)
				lines = append(lines, nativePlaces(c), headcount(c, c.Access))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

func adminLine(c bot.Call, r access.Role, insider bool) chat.Text {
	if !insider {
		return chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(c.Name(r.Who), roleText(r.Level, r.Job).Plus(mode(r)))
	}
	rest := roleLine(c, r)
	return chat.Text{ZH: "- %s", EN: "- %s"}.F(c.Name(r.Who)).Plus(chat.Text{ZH: " —" + rest.ZH[1:], EN: " —" + rest.EN[1:]})
}

// nativePlaces tells how many admins the platform itself has room for (D9).
func nativePlaces(c bot.Call) chat.Text {
	if !c.Group.AdminsKnown {
		return chat.Text{ZH: "企业微信的群管理员名额：%d 位。", EN: "WeCom has room for %d group admins."}.F(c.Profile.NativeCap)
	}
	return chat.Text{ZH: "企业微信的群管理员名额：%d 位，已用 %d 位。", EN: "WeCom has room for %d group admins; %d are taken."}.F(
		c.Profile.NativeCap, len(c.Group.Admins))
}

// drift tells where the platform shows something else than the bot's book.
func drift(c bot.Call, admins []chat.User) []chat.Text {
	if !c.Group.AdminsKnown {
		return []chat.Text{{
			ZH: "企业微信不让机器人读这类群的群管理员，无法核对差异。",
			EN: "WeCom does not let a bot read the admins of this kind of group; drift cannot be told.",
		}}
	}
	lines := drifts(c, admins)
	if len(lines) == 0 {
		lines = append(lines, chat.Text{ZH: "与企业微信一致。", EN: "WeCom shows the same."})
	}
	return lines
}

// drifts are the differences, one a line; none where the platform does not say who its admins are.
func drifts(c bot.Call, admins []chat.User) []chat.Text {
	if !c.Group.AdminsKnown {
		return nil
	}
	var lines []chat.Text
	native := append(slices.Clone(c.Group.Admins), c.Group.Owner)
	for _, u := range admins {
		if !slices.Contains(native, u) && byName(c, u) && !rests(c, u) {
			lines = append(lines, chat.Text{ZH: "- 漂移：%s 在机器人里是管理员，在企业微信里不是", EN: "- drift: %s is an admin here, but not in WeCom"}.F(c.Name(u)))
		}
	}
	for _, u := range c.Group.Admins {
		if !slices.Contains(admins, u) {
			lines = append(lines, chat.Text{ZH: "- 漂移：%s 在企业微信里是群管理员，在机器人里没有角色", EN: "- drift: %s is an admin in WeCom, but holds no role here"}.F(c.Name(u)))
		}
	}
	return lines
}
