package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// guideMigrate is the report of a move to another platform (M02): what has no counterpart there, who is over the cap,
// whom to appoint by hand. First what concerns this group, then the remaining directions in short.
func guideMigrate(c bot.Call) chat.Text {
	here, ok := access.ParsePlatform(c.Profile.Name.ZH)
	var lines []chat.Text
	for _, to := range access.Platforms() {
		if ok && to.Name != here.Name {
			lines = append(lines, migration(here, to), lossLines(c, here, to), overCap(c, to), inheritedBy(c, to))
		}
	}
	lines = append(lines, chat.Text{ZH: "其他方向：", EN: "The other directions:"})
	for _, from := range access.Platforms() {
		for _, to := range access.Platforms() {
			if from.Name != to.Name && (!ok || from.Name != here.Name) {
				lines = append(lines, chat.Same("- ").Plus(migration(from, to)))
			}
		}
	}
	return chat.Lines(append(lines, chat.Text{
		ZH: "括号里是最接近的权限，只供参考，并不等价。", EN: "In brackets stands what comes closest; it is advice and does not do the same.",
	})...)
}

// migration tells the numbers of one direction: "18类→12类：6项无对应".
func migration(from, to access.Platform) chat.Text {
	t := chat.Text{ZH: "%s → %s：%d类→%d类：", EN: "%s → %s: %d → %d items: "}.F(from.Label, to.Label, from.Items.Len(), to.Items.Len())
	if n := from.Lost(to).Len(); n > 0 {
		return t.Plus(chat.Text{ZH: "%d项无对应", EN: "%d without a counterpart"}.F(n))
	}
	return t.Plus(chat.Text{ZH: "没有损失", EN: "nothing is lost"})
}

func lossLines(c bot.Call, from, to access.Platform) chat.Text {
	var lines []chat.Text
	for i := range from.Lost(to).All() {
		line := chat.Same("- ").Plus(i.Label())
		if n := to.Nearest(i); n != access.NoItem {
			line = line.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(n.Label()))
		}
		var who []chat.Text
		for _, u := range c.Access.Admins(c.Group.ID, c.Now) {
			if c.Access.Items(u, c.Access.People[u], c.Group.ID, c.Now).Has(i) {
				who = append(who, c.Name(u))
			}
		}
		if c.Group.Bound() && len(who) > 0 {
			line = line.Plus(chat.Text{ZH: "：现在持有的有 %s", EN: ": held now by %s"}.F(list(who)))
		}
		lines = append(lines, line)
	}
	return chat.Lines(lines...)
}

// overCap tells how many of the group's admins there is no room for on another platform.
func overCap(c bot.Call, to access.Platform) chat.Text {
	t := chat.Text{ZH: "- 每群角色上限 %d，平台群管理员名额 %d", EN: "- at most %d roles in a group, room for %d native admins"}.F(to.RoleCap, to.NativeCap)
	if !c.Group.Bound() {
		return t
	}
	admins := len(c.Access.Admins(c.Group.ID, c.Now))
	if admins <= to.RoleCap {
		return t.Plus(chat.Text{ZH: "；本群 %d 位，放得下", EN: "; this group's %d fit"}.F(admins))
	}
	return t.Plus(chat.Text{
		ZH: "；本群 %d 位，超出 %d 位，要先撤销或分流", EN: "; this group has %d, which is %d too many: dismiss some, or split the group",
	}.F(admins, admins-to.RoleCap))
}

// inheritedBy names those whose role comes by position or department, where the other platform has no inheritance.
func inheritedBy(c bot.Call, to access.Platform) chat.Text {
	if to.Inherits {
		return chat.Text{ZH: "- 职位继承：支持", EN: "- roles by position: yes"}
	}
	t := chat.Text{ZH: "- 职位继承：不支持", EN: "- roles by position: no"}
	if !c.Group.Bound() {
		return t
	}
	var who []chat.Text
	for _, u := range c.Access.Admins(c.Group.ID, c.Now) {
		held := c.Access.Holds(u, c.Group.ID, c.Now)
		if slices.ContainsFunc(held, func(r access.Role) bool { return r.Source != "" }) {
			who = append(who, c.Name(u))
		}
	}
	if len(who) == 0 {
		return t.Plus(chat.Text{ZH: "；本群没有继承来的角色", EN: "; nobody here has one"})
	}
	return t.Plus(chat.Text{ZH: "；要手工任命：%s", EN: "; to be appointed by hand: %s"}.F(list(who)))
}
