package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
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
				ZH: "括号里的写在命令后面，如 `/值班 周表`。`/帮助 管理员` 逐条说明这一类，`/帮助 命令` 看写法；改动类命令加 `--预演` 只看会改变什么。",
				EN: "What is in brackets goes behind the command, as in `/duty week`. `/help admins` explains that kind one by one, `/help VERB` shows the forms; add `--dry-run` to see what a command would change.",
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
		if mayUse(c, cmd, held) {
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

// helpOn explains the commands that begin with a verb: one with its forms, several with an example each. The forms are
// those of the language in which is asked.
func helpOn(c bot.Call, said string) (bot.Outcome, error) {
	said = strings.TrimLeft(strings.ToLower(strings.TrimSpace(said)), "/／")
	family := slices.DeleteFunc(slices.Clone(c.Commands()), func(cmd bot.Command) bool { return !speltSo(cmd, said) })
	if shown := slices.DeleteFunc(slices.Clone(family), func(cmd bot.Command) bool { return cmd.Hidden }); len(shown) > 0 {
		family = shown
	}
	slices.SortStableFunc(family, func(a, b bot.Command) int { return placeOf(a.Name) - placeOf(b.Name) })
	if len(family) == 0 {
		return bot.Refuse(chat.Text{
			ZH: "没有“%s”这个命令。/帮助 列出您能用的。", EN: "There is no command “%s”. /help lists what you may run.",
		}.F(chat.Escape(said)))
	}
	var lines []chat.Text
	if len(family) == 1 {
		cmd := family[0]
		lines = append(lines, cmd.Help, usage(family))
		for _, e := range cmd.Examples {
			lines = append(lines, chat.Text{ZH: "例如：`%s`", EN: "For example: `%s`"}.F(e))
		}
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, whoMay(cmd))...)}}, nil
	}
	for _, cmd := range family {
		lines = append(lines, chat.Text{ZH: "- `%s` — %s%s", EN: "- `%s` — %s %s"}.F(cmd.Examples[0], cmd.Help, whoMay(cmd)))
	}
	if len(family) <= mostWithForms {
		lines = append(lines, usage(family))
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

// mostWithForms is of how many commands at once the forms are shown.
const mostWithForms = 6

// usage prints the forms of commands, each reader those of their own language.
func usage(of []bot.Command) chat.Text {
	var zh, en []string
	for _, cmd := range of {
		zh, en = append(zh, cmd.Usage(chat.ZH)), append(en, cmd.Usage(chat.EN))
	}
	return chat.Text{
		ZH: "写法：\n```\n" + strings.Join(zh, "\n") + "\n```", EN: "Forms:\n```\n" + strings.Join(en, "\n") + "\n```",
	}
}

// speltSo says whether a command, or one of its forms, begins with the verb.
func speltSo(cmd bot.Command, said string) bool {
	if said == "" {
		return false
	}
	if cmd.Name == said {
		return true
	}
	for line := range strings.Lines(forms(cmd)) {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "/"), said)
		if ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
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
