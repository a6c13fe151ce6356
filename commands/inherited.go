package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// inheritedLine tells one role by position or department, and that it waits if it does.
func inheritedLine(c bot.Call, i access.Inheritance) chat.Text {
	line := inheritedRole(c, i)
	if i.Pending {
		line = line.Plus(chat.Text{
			ZH: "（待定：持有角色的人数已达上限 %d，名额空出后自动生效）",
			EN: " (waiting: %d people hold a role, as many as allowed; it counts once there is room)",
		}.F(c.Access.MostAdmins()))
	}
	return line
}

// inheritedRole tells the role, where it comes from and who set that up.
func inheritedRole(c bot.Call, i access.Inheritance) chat.Text {
	whose := chat.Text{ZH: "本群", EN: "this group"}
	if i.Company {
		whose = chat.Text{ZH: "企业级", EN: "company-wide"}
	}
	line := chat.Text{ZH: "继承角色：%s，%s（%s）", EN: "role by position: %s, %s (%s)"}.F(
		roleText(i.Mapping.Level, i.Mapping.Job), access.SourceText(i.Mapping.Source()), whose)
	if i.Mapping.By != "" {
		line = line.Plus(chat.Text{ZH: "，由 %s 设置", EN: ", set by %s"}.F(c.Name(i.Mapping.By)))
	}
	return line
}

// inheritedLines tell what somebody has by position or department.
func inheritedLines(c bot.Call, who chat.User) []chat.Text {
	var out []chat.Text
	for _, i := range c.Access.Inherited(who, c.Group.ID, c.Now) {
		out = append(out, chat.Same("- ").Plus(inheritedLine(c, i)))
	}
	return out
}

// heirLines list those who have a role here by position or department; members see no more than what it is.
func heirLines(c bot.Call, insider bool) []chat.Text {
	var out []chat.Text
	heirs := c.Access.Heirs(c.Group.ID, c.Now)
	slices.SortStableFunc(heirs, func(a, b access.Inheritance) int { return waiting(a) - waiting(b) })
	for _, i := range heirs {
		text, sep := inheritedRole(c, i), chat.Text{ZH: "- %s — %s", EN: "- %s — %s"}
		if !insider {
			text, sep = roleText(i.Mapping.Level, i.Mapping.Job), chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}
		}
		if i.Pending {
			text = text.Plus(chat.Text{ZH: "（待定：名额已满）", EN: " (waiting: the cap is taken)"})
		}
		out = append(out, sep.F(c.Name(i.Who), text))
	}
	return out
}

// waiting puts those who wait behind the others.
func waiting(i access.Inheritance) int {
	if i.Pending {
		return 1
	}
	return 0
}

// byName says whether somebody holds a role in the group that was given to them by name.
func byName(c bot.Call, who chat.User) bool {
	return slices.ContainsFunc(c.Access.Holds(who, c.Group.ID, c.Now), func(r access.Role) bool {
		return !strings.HasPrefix(r.Source, "auto:")
	})
}
