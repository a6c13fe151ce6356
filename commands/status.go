package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(status)

// troubles are the parts that the last look of the canary found broken.
var troubles = bot.ReadsOne[canary.Book](canary.Of)

// status tells how the parts of the program are, as last looked at.
func status() bot.Command {
	return bot.Command{
		Name:     "status",
		Forms:    []string{"/status", "/(状态|自检)"},
		Examples: []chat.Text{{ZH: "/状态", EN: "/status"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "机器人是否正常；能改设置的人还看到各部分和定时任务。", EN: "Whether the bot works; to whoever holds “settings”, every part and job."},
		Reads:    []bot.Source{troubles},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{{ZH: "**自检**", EN: "**Status**"}}
			if mayConfigure(c) {
				lines = append(append(lines, inside(c)...), clockwork(c)...)
			} else {
				lines = append(lines, atOneLook(c)...)
			}
			lines = append(lines, chat.Text{ZH: "**群**", EN: "**Groups**"})
			lines = append(lines, chat.Text{ZH: "- 共 %d 个", EN: "- known: %d"}.F(len(c.Groups.All())))
			if c.Group.Bound() {
				lines = append(lines, chat.Text{ZH: "- 当前群：%s（%s），%d 人", EN: "- this group: %s (%s), %d people"}.F(
					chat.Escape(c.Group.Title()), kindText(c.Group.Kind), len(c.Group.Members())))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// mayConfigure says whether somebody holds the settings of the group, or of the company: the insides of the program are
// for those who can mend them.
func mayConfigure(c bot.Call) bool {
	return access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Settings, Group: c.Group.ID, At: c.Now}).Allowed
}

// inside tells of every part how it is, and why.
func inside(c bot.Call) []chat.Text {
	var lines []chat.Text
	for _, p := range c.Health {
		line := mark(p.Works).Plus(p.Name)
		if !p.Note.IsZero() {
			line = line.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(p.Note))
		}
		lines = append(lines, line)
	}
	return lines
}

// atOneLook tells everybody whether the bot can be relied on now.
func atOneLook(c bot.Call) []chat.Text {
	var broken []chat.Text
	for _, p := range c.Health {
		if !p.Works && !slices.Contains(broken, p.Name) {
			broken = append(broken, p.Name)
		}
	}
	for _, r := range c.Clockwork.Rhythms {
		if r.Last.Error != "" {
			broken = append(broken, r.Title)
		}
	}
	if len(broken) == 0 {
		return []chat.Text{mark(true).Plus(chat.Text{ZH: "机器人各部分正常", EN: "all parts of the bot work"})}
	}
	return []chat.Text{
		mark(false).Plus(chat.Text{ZH: "不正常的部分：%s", EN: "parts that do not work: %s"}.F(list(broken))),
		{ZH: "- 超级管理员和有“设置”权限的人发 `/状态` 能看到原因。", EN: "- the owners, and whoever holds “settings”, see why with `/status`."},
	}
}

func mark(works bool) chat.Text {
	if works {
		return chat.Same("- ✅ ")
	}
	return chat.Same("- ⚠️ ")
}

// clockwork tells what runs by itself: the last self-test, what is due, and the rhythms.
func clockwork(c bot.Call) []chat.Text {
	w := c.Clockwork
	if len(w.Rhythms) == 0 {
		return nil
	}
	lines := []chat.Text{selfTest(c), agenda(c)}
	lines = append(lines, chat.Text{ZH: "**定时任务**", EN: "**Jobs**"})
	for _, r := range w.Rhythms {
		lines = append(lines, rhythm(c, r))
	}
	return lines
}

// selfTest tells what the canary last found. It says nothing of a look that there has not been.
func selfTest(c bot.Call) chat.Text {
	i := slices.IndexFunc(c.Clockwork.Rhythms, func(r canary.Rhythm) bool { return r.Name == "canary" })
	if i < 0 {
		return chat.Text{}
	}
	name, at := chat.Text{ZH: "最近一次自检", EN: "latest self-test"}, c.Clockwork.Rhythms[i].Last.Began
	broken := troubles.Of(c).Troubles()
	switch {
	case at.IsZero():
		return mark(true).Plus(name).Plus(chat.Text{ZH: "：还没有运行过", EN: ": has not run yet"})
	case len(broken) == 0:
		return mark(true).Plus(name).Plus(chat.Text{ZH: "：%s 一切正常", EN: ": all was well at %s"}.F(c.Moment(at)))
	}
	var parts []chat.Text
	for _, t := range broken {
		parts = append(parts, chat.Text{ZH: "%s（从 %s 起）", EN: "%s (since %s)"}.F(canary.Title(t.Part), c.Moment(t.Since)))
	}
	return mark(false).Plus(name).Plus(chat.Text{ZH: "：%s 发现 %d 处异常：%s", EN: ": at %s %d parts were not well: %s"}.F(
		c.Moment(at), len(broken), list(parts)))
}

// soon is how late what is due may be taken up: the clockwork ticks every second, and so many are taken at once.
const soon = 10 * time.Second

func agenda(c bot.Call) chat.Text {
	due, oldest := c.Clockwork.Due, c.Clockwork.Oldest
	name := chat.Text{ZH: "到点事项", EN: "due records"}
	if oldest.IsZero() {
		return mark(true).Plus(name).Plus(chat.Text{ZH: "：没有积压", EN: ": none is left over"})
	}
	late := max(0, c.Now.Sub(oldest))
	return mark(late <= soon).Plus(name).Plus(chat.Text{
		ZH: "：%d 件到点未办，最早的应在 %s（晚 %s）", EN: ": %d not done yet, the oldest since %s (%s late)",
	}.F(due, c.Moment(oldest), c.Length(late)))
}

// rhythm is one line: when it last ran and how that went, when it runs next.
func rhythm(c bot.Call, r canary.Rhythm) chat.Text {
	line := mark(r.Last.Error == "").Plus(r.Title)
	switch {
	case r.Last.Due.IsZero():
		line = line.Plus(chat.Text{ZH: "：还没有运行过", EN: ": has not run yet"})
	default:
		line = line.Plus(chat.Text{ZH: "：上次 %s，用时%s", EN: ": last at %s, took %s"}.F(c.Moment(r.Last.Began), took(c, r.Last.Took)))
	}
	if r.Last.Error != "" {
		line = line.Plus(chat.Text{ZH: "，在 %s 上失败：%s", EN: ", failed on %s: %s"}.F(chat.Escape(r.Last.By), chat.Escape(r.Last.Error)))
	}
	if r.Holder != "" {
		return line.Plus(chat.Text{ZH: "；正在 %s 上运行", EN: "; running on %s now"}.F(chat.Escape(r.Holder)))
	}
	if r.Next.IsZero() {
		return line
	}
	return line.Plus(chat.Text{ZH: "；下次 %s", EN: "; next at %s"}.F(c.Moment(r.Next)))
}

func took(c bot.Call, d time.Duration) chat.Text {
	if d < time.Second {
		return chat.Text{ZH: "不到 1 秒", EN: "less than 1s"}
	}
	return c.Length(d)
}
