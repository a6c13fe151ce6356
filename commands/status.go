package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(status)

// status tells how the parts of the program are, as last looked at.
func status() bot.Command {
	return bot.Command{
		Name:     "status",
		Forms:    []string{"/status", "/(状态|自检)"},
		Examples: []chat.Text{{ZH: "/状态", EN: "/status"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "机器人各部分是否正常。", EN: "How the parts of the bot are."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{{ZH: "**自检**", EN: "**Status**"}}
			for _, p := range c.Health {
				mark := "✅ "
				if !p.Works {
					mark = "⚠️ "
				}
				line := chat.Same("- " + mark).Plus(p.Name)
				if !p.Note.IsZero() {
					line = line.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(p.Note))
				}
				lines = append(lines, line)
			}
			lines = append(lines, chat.Text{ZH: "- 群 %d 个", EN: "- groups: %d"}.F(len(c.Groups.All())))
			if c.Group.Bound() {
				lines = append(lines, chat.Text{ZH: "- 当前群：%s（%s），%d 人", EN: "- this group: %s (%s), %d people"}.F(
					chat.Escape(c.Group.Title()), kindText(c.Group.Kind), len(c.Group.Members())))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}
