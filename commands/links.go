package commands

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(links)
	_ = declare(linkTest)
)

// links lists the other systems and how it goes with them.
func links() bot.Command {
	return bot.Command{
		Name:     "links",
		Forms:    []string{"/links [list]", "/对接 [列表]"},
		Examples: []chat.Text{{ZH: "/对接", EN: "/links"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "对接的其他系统是否收得到。", EN: "The other systems, and whether letters reach them."},
		Needs:    access.Settings,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			all := c.Links()
			if len(all) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: noLinks}}, nil
			}
			lines := []chat.Text{{ZH: "**对接**", EN: "**Links**"}}
			for _, l := range all {
				lines = append(lines, linkLine(c, l))
			}
			lines = append(lines, chat.Text{ZH: "试发一封：`/对接 测试 名称`；只看内容：后面加上 `--预演`。", EN: "Try one: `/links test NAME`; only to see what it would get: add `--dry-run`."})
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// linkTest posts a letter that says of itself that it is a test; a dry run shows what the other system would get.
func linkTest() bot.Command {
	name := grammar.Word("name").Called(chat.Text{ZH: "名称", EN: "name"})
	return bot.Command{
		Name:     "links test",
		Forms:    []string{"/links test {name}", "/对接 (测试|试发|test) {name}"},
		Examples: []chat.Text{{ZH: "/对接 测试 crm", EN: "/links test crm"}},
		Holes:    []grammar.Hole{name},
		Help:     chat.Text{ZH: "向一个对接系统试发一封标明“测试”的内容。", EN: "Post a letter that is marked as a test to another system."},
		Needs:    access.Settings,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			all := c.Links()
			i := slices.IndexFunc(all, func(l bot.Link) bool { return strings.EqualFold(l.Name, name.Of(c.Args)) })
			if i < 0 {
				return bot.Refuse(noSuchLink(name.Of(c.Args), all))
			}
			l, trial := all[i], chat.Trial(c.Now)
			trial.Portrait.Indicators = trialFigures()
			e := journal.Event{Kind: bot.LinkTested, Reason: l.Name}
			return bot.Outcome{
				Events: []journal.Event{e}, Effects: []chat.Effect{chat.PostLetter(l.Name, trial)},
				Changes: chat.Text{ZH: "发给 %s（%s %s）：\n%s", EN: "to %s (%s %s):\n%s"}.F(
					chat.Escape(l.Name), l.Kind, l.Version, sketched(l, trial)),
				Reply: chat.Reply{Text: chat.Text{
					ZH: "试发内容已排入 %s 的队列（标明“测试”）。约半分钟后用 `/对接` 看结果。", EN: "A letter marked as a test waits to be posted to %s. In half a minute `/links` tells what came of it.",
				}.F(chat.Escape(l.Name))},
			}, nil
		},
	}
}

var noLinks = chat.Text{
	ZH: "没有对接其他系统。在配置文件的 links 里登记，见 qunguan config example。", EN: "No other system is linked. They stand in the configuration under links; see qunguan config example.",
}

func noSuchLink(said string, all []bot.Link) chat.Text {
	if len(all) == 0 {
		return noLinks
	}
	names := make([]chat.Text, len(all))
	for i, l := range all {
		names[i] = chat.Same(chat.Escape(l.Name))
	}
	return chat.Text{ZH: "没有叫“%s”的对接；有：%s。", EN: "There is no link “%s”; there are: %s."}.F(chat.Escape(said), list(names))
}

// maxSketch is how much of a payload one reply shows.
const maxSketch = 1200

// sketched is what would be posted, as people read JSON.
func sketched(l bot.Link, letter chat.Letter) chat.Text {
	raw, err := l.Sketch(letter)
	if err != nil {
		return chat.Text{ZH: "（不能生成：%s）", EN: "(cannot be made: %s)"}.F(chat.Escape(err.Error()))
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", " ") != nil {
		b.Reset()
		b.Write(raw)
	}
	text := []rune(b.String())
	if len(text) > maxSketch {
		text = append(text[:maxSketch], '…')
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		lines[i] = strings.Repeat("　", indent) + chat.Escape(line[indent:]) // chats drop spaces in front
	}
	return chat.Same(strings.Join(lines, "\n"))
}

func linkLine(c bot.Call, l bot.Link) chat.Text {
	line := chat.Text{ZH: "- %s **%s**（%s，%s）：%s", EN: "- %s **%s** (%s, %s): %s"}.F(
		healthMark(l.State.Health()), chat.Escape(l.Name), l.Kind, chat.Escape(l.Version), LinkText(l.State, c.Moment))
	return line.Plus(chat.Text{ZH: "；收：%s", EN: "; gets: %s"}.F(chat.Escape(strings.Join(l.Classes, " "))))
}

func healthMark(h bot.LinkHealth) string {
	return map[bot.LinkHealth]string{bot.Untried: "⚪", bot.Works: "✅", bot.Degraded: "⚠️", bot.Broken: "❌"}[h]
}

// LinkText is how it goes with a link, in words; moment writes a moment.
func LinkText(s bot.LinkState, moment func(time.Time) string) chat.Text {
	t := map[bot.LinkHealth]chat.Text{
		bot.Untried: {ZH: "还没有发过", EN: "nothing was posted yet"}, bot.Works: {ZH: "正常", EN: "works"},
		bot.Degraded: {ZH: "不稳定", EN: "degraded"}, bot.Broken: {ZH: "不通", EN: "broken"},
	}[s.Health()]
	if !s.OK.IsZero() {
		t = t.Plus(chat.Text{ZH: "，最近成功 %s", EN: ", last arrived %s"}.F(moment(s.OK)))
	}
	if s.Waiting > 0 {
		t = t.Plus(chat.Text{ZH: "，待发 %d", EN: ", %d waiting"}.F(s.Waiting))
	}
	if s.Lost > 0 {
		t = t.Plus(chat.Text{ZH: "，放弃 %d", EN: ", %d given up"}.F(s.Lost))
	}
	if s.Fault != "" && (s.Tries > 0 || s.Lost > 0) {
		t = t.Plus(chat.Text{ZH: "，最近失败 %s：%s", EN: ", last failed %s: %s"}.F(moment(s.Failed), chat.Escape(s.Fault)))
	}
	if s.Tries > 0 && !s.Next.IsZero() {
		t = t.Plus(chat.Text{ZH: "，%s 再试", EN: ", tried again %s"}.F(moment(s.Next)))
	}
	return t
}
