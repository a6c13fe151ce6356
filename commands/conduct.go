package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(conductList)
	_ = declare(conductMessages)
	_ = declare(conductReviewed)
)

// conduct is what was seen, and reported, in the group.
var conduct = bot.Reads[moderation.Conduct](moderation.ConductOf)

// seenHere says honestly what the bot can see in the group, and what it does about it (5.1).
func seenHere(c bot.Call) chat.Text {
	nothing := chat.Text{
		ZH: "发现违规只私信告诉有“发言审核”的管理员；企业微信不让机器人撤回、删除别人的消息。",
		EN: " Of breaches, admins with “review messages” are told in direct messages; WeCom lets no bot recall or delete what others wrote.",
	}
	switch clock := c.Clock(c.Group.ID); {
	case !clock.HasSource():
		return chat.Text{
			ZH: "机器人还没有收到过本群的消息（没有消息来源，或没有人发过言）；没有来源就不会有任何提示，要先接入会话存档或消息推送。",
			EN: "The bot has never seen a message of this group (no message source, or nobody has written). Without a source nobody will be told of anything: it takes the message archive, or a program that posts messages.",
		}
	case clock.Source == "bot":
		return chat.Text{
			ZH: "机器人在本群只看得到 @它 的消息，其余的看不到。", EN: "The bot sees only messages that @ it here, and no others.",
		}.Plus(nothing)
	}
	return chat.Text{ZH: "机器人看得到本群的消息，比实际晚（会话存档至少晚 15 秒）；原文不保存。", EN: "The bot sees the messages of this group, late (by 15 seconds at least with the archive), and keeps none of them."}.Plus(nothing)
}

// looksFor says what the messages of the group are looked at for, and by what.
func looksFor(c bot.Call) chat.Text {
	var on []chat.Text
	for _, s := range []access.Switch{access.KeywordMonitor, access.SpeechReview, access.MemberFiles, access.AtAll} {
		n, held := c.Access.Group.Holder(s, c.Now)
		switch {
		case held:
			on = append(on, chat.Text{ZH: "%s（场景“%s”）", EN: "%s (scene “%s”)"}.F(s.Label(), n.Label()))
		case s == access.KeywordMonitor && words.Of(c).On():
			on = append(on, chat.Text{ZH: "%s（本群打开）", EN: "%s (switched on here)"}.F(s.Label()))
		}
	}
	if len(on) == 0 {
		return chat.Text{ZH: "本群什么也不查：没有场景要求，`/关键词 开%s` 也没有打开。", EN: "Nothing is looked for here: no scene wants it, and the keyword monitor is off (`/keyword on%s`)."}.F(elsewhere(c))
	}
	return chat.Text{ZH: "在查：%s。", EN: "Looked for: %s."}.F(list(on))
}

// conductList shows what was seen and is not decided, and what is looked for at all.
func conductList() bot.Command {
	return bot.Command{
		Name:     "conduct",
		Forms:    []string{"/conduct", "/违规"},
		Examples: []chat.Text{{ZH: "/违规", EN: "/conduct"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群待处理的违规和举报，以及机器人看得到什么。", EN: "Breaches and reports that wait here, and what the bot can see."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct, words},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Clocks: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{chat.Text{ZH: "**%s 的违规和举报**", EN: "**Breaches and reports in %s**"}.F(chat.Escape(c.Group.Title()))}
			open, reports := conduct.Of(c).Open(), conduct.Of(c).Reports()
			for _, x := range open[:min(len(open), 10)] {
				lines = append(lines, chat.Text{ZH: "- %s %s：%s；`/违规 忽略 %s`", EN: "- %s %s: %s; `/conduct ignore %s`"}.F(
					c.Moment(x.Last), c.Name(x.Who), x.Text(), x.Code()))
			}
			if n := len(open) - 10; n > 0 {
				lines = append(lines, chat.Text{ZH: "- 另有 %d 件更早的", EN: "- %d earlier ones"}.F(n))
			}
			for _, r := range reports {
				if r.Who != c.Actor.ID {
					lines = append(lines, reportLine(c, r))
				}
			}
			if len(lines) == 1 {
				lines = append(lines, chat.Text{ZH: "- 没有待处理的", EN: "- nothing waits"})
			}
			return told(append(lines, looksFor(c), seenHere(c))...), nil
		},
	}
}

// conductMessages lists who wrote how much since somebody last looked it through, for groups whose messages are reviewed.
func conductMessages() bot.Command {
	return bot.Command{
		Name:     "conduct messages",
		Forms:    []string{"/conduct messages", "/违规 发言"},
		Examples: []chat.Text{{ZH: "/违规 发言", EN: "/conduct messages"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "发言审核：非管理员发了什么样的消息，供事后到群里看。", EN: "Review of messages: what members who are no admins wrote, to be looked at in the group."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct, words},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Clocks: []chat.Group{c.Group.ID}, Listed: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			since := conduct.Of(c).Reviewed()
			lines := []chat.Text{chat.Text{ZH: "**%s 待审的发言**", EN: "**Messages of %s to review**"}.F(chat.Escape(c.Group.Title()))}
			if !since.At.IsZero() {
				lines = append(lines, chat.Text{ZH: "（%s 由 %s 审过，以下是之后的）", EN: "(reviewed at %s by %s; what follows came later)"}.F(c.Moment(since.At), c.Name(since.By)))
			}
			by := writersOf(c, since.At)
			for _, s := range by[:min(len(by), 20)] {
				lines = append(lines, chat.Text{ZH: "- %s：%d 条%s，%s 到 %s", EN: "- %s: %d%s, %s to %s"}.F(c.Name(s.who), s.n, formsText(s.forms), c.Moment(s.first), c.Moment(s.last)))
			}
			if n := len(by) - 20; n > 0 {
				lines = append(lines, chat.Text{ZH: "- 另有 %d 人", EN: "- %d more people"}.F(n))
			}
			_, on := c.Access.Group.Holder(access.SpeechReview, c.Now)
			switch {
			case len(by) > 0:
				lines = append(lines, chat.Text{ZH: "原文不保存，请到群里看；看完发 `/违规 已审`。", EN: "The texts are not kept; look at them in the group, then send `/conduct reviewed`."})
			case on:
				lines = append(lines, chat.Text{ZH: "- 没有待审的", EN: "- nothing to review"}, seenHere(c))
			default:
				lines = append(lines, chat.Text{ZH: "- 发言审核没有打开：`/场景 敏感行业 医疗`（或金融）。", EN: "- the review of messages is off: `/scene sensitive medical` (or finance)."})
			}
			return told(lines...), nil
		},
	}
}

// writer is what one person wrote.
type writer struct {
	who         chat.User
	n           int
	forms       map[string]int
	first, last time.Time
}

// writersOf are those who wrote after a moment and are no admins, whoever wrote most first.
func writersOf(c bot.Call, after time.Time) []writer {
	var out []writer
	for _, m := range c.Listed(c.Group.ID) {
		if !m.At.After(after) || c.IsAdmin(m.Who, m.At) {
			continue
		}
		i := slices.IndexFunc(out, func(s writer) bool { return s.who == m.Who })
		if i < 0 {
			i, out = len(out), append(out, writer{who: m.Who, forms: map[string]int{}, first: m.At})
		}
		out[i].n++
		out[i].forms[m.Form]++
		out[i].last = m.At
	}
	slices.SortStableFunc(out, func(a, b writer) int { return b.n - a.n })
	return out
}

// formsText says how many of the messages are no mere text.
func formsText(forms map[string]int) chat.Text {
	other := 0
	for form, n := range forms {
		if form != "text" && form != "" {
			other += n
		}
	}
	if other == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "（%d 条不是文字）", EN: " (%d not text)"}.F(other)
}

// conductReviewed notes that somebody has looked the messages through.
func conductReviewed() bot.Command {
	return bot.Command{
		Name:     "conduct reviewed",
		Forms:    []string{"/conduct reviewed", "/违规 已审"},
		Examples: []chat.Text{{ZH: "/违规 已审", EN: "/conduct reviewed"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "记下到现在为止的发言都看过了。", EN: "Note that all messages so far were looked through."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Listed: []chat.Group{c.Group.ID}}
		},
		Hidden: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			n := 0
			for _, s := range writersOf(c, conduct.Of(c).Reviewed().At) {
				n += s.n
			}
			if n == 0 {
				return bot.Refuse(chat.Text{ZH: "没有改变：没有待审的发言。", EN: "Nothing has changed: there is nothing to review."})
			}
			return bot.Outcome{
				Events:  []journal.Event{conduct.Of(c).Review(c.Group.ID, c.Actor.ID, c.Now)},
				Changes: chat.Text{ZH: "%d 条发言记为已审", EN: "messages noted as reviewed: %d"}.F(n),
			}, nil
		},
	}
}

// caseOf finds the case that a code names.
func caseOf(c bot.Call, code string) (moderation.Case, error) {
	x, err := conduct.Of(c).Case(strings.TrimSpace(code))
	if err != nil {
		_, err = mendCase(c, x, err)
	}
	return x, err
}
