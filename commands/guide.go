package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(guide)

// topic is one page of the guide.
type topic struct {
	name  string // as commands write it in English
	title chat.Text
	words []string // further names, in either language
	page  func(bot.Call) chat.Text
}

// topics are the pages in the order in which they are listed; the first six are the buttons of the list.
func topics() []topic {
	return []topic{
		{"pc", chat.Text{ZH: "PC端", EN: "PC"}, []string{"PC", "电脑端", "电脑"}, guidePC},
		{"mobile", chat.Text{ZH: "移动端", EN: "Mobile"}, []string{"手机端", "手机", "phone"}, guideMobile},
		{"permissions", chat.Text{ZH: "权限配置", EN: "Rights"}, []string{"permission", "权限"}, guidePermissions},
		{"no-permission", chat.Text{ZH: "无权限设置", EN: "No rights"}, []string{"无权限", "no_permission"}, guideNoPermission},
		{"size", chat.Text{ZH: "群规模", EN: "Group size"}, []string{"规模", "管理员数量"}, guideSize},
		{"limits", chat.Text{ZH: "平台能力", EN: "Limits"}, []string{"platform", "能力", "平台限制", "限制"}, guideLimits},
		{"diff", chat.Text{ZH: "差异", EN: "Differences"}, []string{"differences", "两端差异"}, guideDiff},
		{"advanced", chat.Text{ZH: "高级设置", EN: "Advanced"}, []string{"api", "API", "API对接"}, guideAdvanced},
		{"desktop", chat.Text{ZH: "远程协助", EN: "Desktop"}, []string{"remote", "桌面版"}, guideDesktop},
		{"levels", chat.Text{ZH: "级别", EN: "Levels"}, []string{"level", "等级"}, guideLevels},
		{"jobs", chat.Text{ZH: "岗位", EN: "Jobs"}, []string{"job"}, guideJobs},
		{"scope", chat.Text{ZH: "数据范围", EN: "Data scope"}, []string{"data", "范围"}, guideScope},
		{"migrate", chat.Text{ZH: "迁移", EN: "Migration"}, []string{"migration", "迁移报告"}, guideMigrate},
	}
}

// guide prints the platform's own steps and what they are worth, as the customer's material and WeCom's documents give
// them. Nothing in it was measured by the bot, and it says so.
func guide() bot.Command {
	about := grammar.Choice("topic", func(s string) (topic, bool) {
		all := topics()
		i := slices.IndexFunc(all, func(t topic) bool { return s == t.name || s == t.title.ZH || slices.Contains(t.words, s) })
		if i < 0 {
			return topic{}, false
		}
		return all[i], true
	}, chat.Text{ZH: "主题", EN: "topic"})
	return bot.Command{
		Name:     "guide",
		Forms:    []string{"/guide [{topic}]", "/(指引|指南) [{topic}]"},
		Examples: []chat.Text{{ZH: "/指引 移动端", EN: "/guide mobile"}},
		Holes:    []grammar.Hole{about},
		Help: chat.Text{
			ZH: "企业微信里的操作路径、两端差异、平台能力、群规模、迁移。",
			EN: "WeCom's own steps, differences of its clients, limits, group size, migration.",
		},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !about.Given(c.Args) {
				return bot.Outcome{Reply: guideList()}, nil
			}
			t := about.Of(c.Args)
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(
				chat.Text{ZH: "**指引：%s**", EN: "**Guide: %s**"}.F(t.title), t.page(c),
			)}}, nil
		},
	}
}

// guideList is the topics as lines, and the first of them as buttons.
func guideList() chat.Reply {
	lines := []chat.Text{{ZH: "**指引**（发 `/指引 主题`）", EN: "**Guide** (send `/guide TOPIC`)"}}
	card := chat.Card{
		Title: chat.Text{ZH: "指引", EN: "Guide"}, Body: chat.Text{ZH: "点一个主题", EN: "Choose a topic"},
	}
	for i, t := range topics() {
		lines = append(lines, chat.Text{ZH: "- `/指引 " + t.title.ZH + "`", EN: "- `/guide " + t.name + "`"})
		if i < 6 {
			card.Buttons = append(card.Buttons, chat.Button{Label: t.title, Command: "/guide " + t.name})
		}
	}
	return chat.Reply{Text: chat.Lines(lines...), Card: &card}
}
