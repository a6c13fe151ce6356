package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(help)

// help tells what the speaker may run here. It shows only that: a list of what is refused helps nobody.
func help() bot.Command {
	verb := grammar.Rest("verb")
	return bot.Command{
		Name:     "help",
		Forms:    []string{"/help [{verb}]", "/帮助 [{verb}]"},
		Examples: []chat.Text{{ZH: "/帮助 禁言", EN: "/help mute"}},
		Holes:    []grammar.Hole{verb},
		Help:     chat.Text{ZH: "列出您在这里能用的命令。", EN: "List what you may run here."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if verb.Given(c.Args) {
				if t, ok := chapterOf(verb.Of(c.Args)); ok {
					return helpAbout(c, t)
				}
				return helpOn(c, verb.Of(c.Args))
			}
			lines := []chat.Text{{ZH: "**您在这里能用的命令**", EN: "**What you may run here**"}}
			for _, t := range chapters {
				if verbs := t.verbs(runnable(c)); !verbs.IsZero() {
					lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(t.name, verbs))
				}
			}
			lines = append(lines, chat.Text{
				ZH: "`/帮助 管理员` 逐条说明这一类，`/帮助 命令` 看写法；改动类命令加 `--预演` 只看会改变什么。",
				EN: "`/help admins` explains that kind one by one, `/help VERB` shows the forms; add `--dry-run` to see what a command would change.",
			})
			if c.Group.Bound() {
				lines = append(lines, chat.Text{ZH: "当前群：%s", EN: "Group: %s"}.F(chat.Escape(c.Group.Title())))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// runnable are the commands that the speaker may run in the group.
func runnable(c bot.Call) []bot.Command {
	held := c.Access.Items(c.Actor.ID, c.Access.Actor, c.Group.ID, c.Now)
	var out []bot.Command
	for _, cmd := range c.Commands() {
		if !cmd.Hidden && (!cmd.Owners || c.Access.IsOwner(c.Actor.ID)) && (cmd.Needs == access.NoItem || held.Has(cmd.Needs)) {
			out = append(out, cmd)
		}
	}
	return out
}

// helpAbout explains the commands of one chapter, an example each.
func helpAbout(c bot.Call, t chapter) (bot.Outcome, error) {
	lines := []chat.Text{chat.Text{ZH: "**命令：%s**", EN: "**Commands: %s**"}.F(t.name)}
	for _, cmd := range t.among(runnable(c)) {
		lines = append(lines, chat.Text{ZH: "- `%s` — %s", EN: "- `%s` — %s"}.F(cmd.Examples[0], cmd.Help))
	}
	if len(lines) == 1 {
		lines = append(lines, chat.Text{ZH: "您在这里没有这一类命令。", EN: "There is none of these that you may run here."})
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

func helpOn(c bot.Call, said string) (bot.Outcome, error) {
	said = strings.TrimLeft(strings.ToLower(strings.TrimSpace(said)), "/／")
	for _, cmd := range c.Commands() {
		if cmd.Name != said && !strings.Contains(forms(cmd), "/"+said+"\n") && !strings.Contains(forms(cmd), "/"+said+" ") {
			continue
		}
		needs := chat.Text{ZH: "谁都可以用。", EN: "Everybody may use it."}
		if cmd.Needs != access.NoItem {
			needs = chat.Text{ZH: "需要权限：%s（`%s`）。", EN: "Needs: %s (`%s`)."}.F(cmd.Needs.Label(), cmd.Needs.String())
		}
		if cmd.Owners {
			needs = chat.Text{ZH: "只有超级管理员可以用。", EN: "For owners (超级管理员) only."}
		}
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(
			cmd.Help,
			chat.Text{
				ZH: "写法：\n```\n" + cmd.Usage(chat.ZH) + "\n" + cmd.Usage(chat.EN) + "\n```",
				EN: "Forms:\n```\n" + cmd.Usage(chat.EN) + "\n" + cmd.Usage(chat.ZH) + "\n```",
			},
			chat.Text{ZH: "例如：`%s`", EN: "For example: `%s`"}.F(cmd.Examples[0]),
			needs,
		)}}, nil
	}
	return bot.Refuse(chat.Text{
		ZH: "没有“%s”这个命令。/帮助 列出您能用的。", EN: "There is no command “%s”. /help lists what you may run.",
	}.F(chat.Escape(said)))
}

// forms are the command's forms, a line each, with a choice of verbs written out.
func forms(c bot.Command) string {
	var out strings.Builder
	for line := range strings.Lines(strings.ToLower(c.Usage(chat.ZH) + "\n" + c.Usage(chat.EN) + "\n")) {
		head, rest, open := strings.Cut(line, "(")
		verbs, tail, closed := strings.Cut(rest, ")")
		if !open || !closed {
			out.WriteString(line)
			continue
		}
		for v := range strings.SplitSeq(verbs, "|") {
			out.WriteString(head + v + tail)
		}
	}
	return out.String()
}
