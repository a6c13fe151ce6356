package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

var (
	_ = declare(slaShow)
	_ = declare(slaAll)
)

// slaShow tells who waits in the group, by which limits, and how far the bot can know.
func slaShow() bot.Command {
	return bot.Command{
		Name:     "sla",
		Forms:    []string{"/sla", "/响应", "谁在等"},
		Examples: []chat.Text{{ZH: "/响应", EN: "/sla"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群谁在等回复、何时到时限、谁在处理；时限和消息来源。", EN: "Who waits for an answer here, until when, who sees to it; the limit and the message source."},
		Reads:    []bot.Source{roster, responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{chat.Text{ZH: "**%s 的响应**", EN: "**Response in %s**"}.F(chat.Escape(c.Group.Title()))}
			w, waits, source := whoWaits(c, c.Group.ID)
			switch {
			case !source:
				lines = append(lines, noMessages(c))
			case !waits:
				lines = append(lines, nobodyWaits)
			case c.Actor.Kind == chat.Customer:
				lines = append(lines, chat.Text{ZH: "有客户在等。", EN: "A customer waits."})
			default:
				lines = append(lines, chat.Same("- ").Plus(customerLine(c, c.Group.ID, w)))
			}
			lines = append(lines, limitLine(c), outsideLine(c))
			if source {
				lines = append(lines, sourceLine(c))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// limitLine tells the limit of the group, and where it comes from.
func limitLine(c bot.Call) chat.Text {
	limit := c.Rules(c.Group.ID).Limit
	settings, plan := responses.Of(c).Settings, roster.Of(c).Plan
	from := chat.Text{ZH: "人数未知，按最小的群", EN: "the number of people is unknown: as in the smallest groups"}
	size := duty.UnknownSize
	if c.Group.MembersKnown {
		size = duty.SizeOf(len(c.Group.Members()))
	}
	switch {
	case settings.Limit > 0:
		from = chat.Text{ZH: "%s 于 %s 设定", EN: "set by %s at %s"}.F(c.Name(settings.By), c.Moment(settings.At))
	case settings.VIP:
		from = chat.Text{ZH: "VIP 群", EN: "a VIP group"}
	case plan.Minutes > 0:
		from = chat.Text{ZH: "按采用的规模方案", EN: "by the plan that was adopted"}
	case size != duty.UnknownSize:
		from = chat.Text{ZH: "按人数：%d 人，%s", EN: "by size: %d people, %s"}.F(len(c.Group.Members()), size.People())
	}
	line := chat.Text{ZH: "时限：%s（%s）", EN: "Limit: %s (%s)"}.F(grammar.FormatLength(limit), from)
	if settings.VIP && settings.Limit > 0 {
		line = line.Plus(chat.Text{ZH: "；VIP 群", EN: "; a VIP group"})
	}
	return line
}

// outsideLine tells what becomes of the time outside duty hours.
func outsideLine(c bot.Call) chat.Text {
	outside, from := responses.Of(c).Settings.Outside, chat.Text{ZH: "本群设定", EN: "set for this group"}
	if outside == "" {
		outside, from = c.Outside(), chat.Text{ZH: "公司默认", EN: "the company's default"}
	}
	return chat.Text{ZH: "值班时间以外：%s（%s）", EN: "Outside duty hours: %s (%s)"}.F(outsideText(outside), from)
}

func outsideText(o sla.Outside) chat.Text {
	if o == sla.Counts {
		return chat.Text{ZH: "照样计时和提醒", EN: "time counts and people are told all the same"}
	}
	return chat.Text{ZH: "不计时，也不提醒", EN: "time does not count, and nobody is told"}
}

// sourceLine tells who tells the bot of messages, and how new the newest is.
func sourceLine(c bot.Call) chat.Text {
	clock := c.Clock(c.Group.ID)
	line := chat.Text{ZH: "消息来源：%s，最近一条 %s", EN: "Message source: %s, the newest from %s"}.F(
		sourceText(clock.Source), c.Near(clock.Heard))
	if age := c.Now.Sub(clock.Heard); age >= time.Minute {
		line = line.Plus(chat.Text{ZH: "（%s前）", EN: " (%s ago)"}.F(waitText(age)))
	}
	if clock.Late > 0 {
		line = line.Plus(chat.Text{ZH: "；%d 条来得太晚，没有计入", EN: "; %d came too late to count"}.F(clock.Late))
	}
	return line
}

// botSource is the source that hears no more than what is written to the smart bot: what staff answers it does not see.
const botSource = "bot"

func sourceText(source string) chat.Text {
	switch source {
	case "ingest":
		return chat.Text{ZH: "消息推送接口", EN: "the ingest endpoint"}
	case "archive":
		return chat.Text{ZH: "会话内容存档", EN: "the message archive"}
	case botSource:
		return chat.Text{ZH: "发给智能机器人的消息（只看得到 @ 它的）", EN: "what is written to the smart bot (it sees nothing else)"}
	}
	return chat.Same(chat.Escape(source))
}

// slaAll tells who waits in all groups that the speaker answers for.
func slaAll() bot.Command {
	return bot.Command{
		Name:     "sla all",
		Forms:    []string{"/sla all", "/响应 (全部|所有群|all)"},
		Examples: []chat.Text{{ZH: "/响应 全部", EN: "/sla all"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "您管的所有群里谁在等回复，最久的在前。", EN: "Who waits for an answer in all groups that you answer for, the longest first."},
		Anywhere: true,
		Who:      chat.Text{ZH: "列出您有角色、在值班或管的群；超级管理员看全部。", EN: "The groups in which you hold a role, are on the roster, or that you govern; owners see all."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if need := waitingReads(c); len(need.Clocks)+len(need.Names) > 0 {
				return bot.Outcome{Need: need}, nil
			}
			return bot.Outcome{Reply: chat.Reply{Text: waitingEverywhere(c)}}, nil
		},
	}
}

// waitingReads is what must still be read: the clock of every group, what says whether it is the speaker's matter, and then,
// of those groups alone in which somebody waits, all that is told of them.
func waitingReads(c bot.Call) journal.Want {
	var need journal.Want
	want := func(names ...journal.Name) {
		for _, n := range names {
			if !c.Has(n) {
				need.Names = append(need.Names, n)
			}
		}
	}
	owner := c.Access.IsOwner(c.Actor.ID)
	for _, g := range c.Groups.All() {
		if !c.HasClock(g.ID) {
			need.Clocks = append(need.Clocks, g.ID)
		}
		if !owner {
			want(directory.OfGroup(g.ID), access.Of(g.ID), duty.Of(g.ID))
		}
		if _, waits := c.Clock(g.ID).Waiting(); waits {
			want(sla.Of(g.ID), directory.OfGroup(g.ID), access.Of(g.ID), duty.Of(g.ID))
		}
	}
	return need
}

// mostWaiting is how many customers a list names; the rest is counted.
const mostWaiting = 20

func waitingEverywhere(c bot.Call) chat.Text {
	type line struct {
		opened time.Time
		text   chat.Text
	}
	var lines []line
	heard, deaf, late := 0, 0, 0
	for _, g := range c.Groups.All() {
		if !answersFor(c, g.ID) {
			continue
		}
		w, waits, source := whoWaits(c, g.ID)
		if !source {
			deaf++
			continue
		}
		heard++
		if !waits {
			continue
		}
		if w.Late(c.Now) {
			late++
		}
		group := bot.At[directory.Group](c, directory.OfGroup(g.ID))
		lines = append(lines, line{w.Opened, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(chat.Escape(group.Title()), customerLine(c, g.ID, w))})
	}
	if heard+deaf == 0 {
		return chat.Text{ZH: "没有您管的群：您在哪个群都没有角色，也不在排班里。", EN: "You answer for no group: you hold no role and are on no roster."}
	}
	slices.SortFunc(lines, func(a, b line) int { return a.opened.Compare(b.opened) })
	out := []chat.Text{{ZH: "**在等回复的客户**", EN: "**Customers who wait**"}}
	switch {
	case heard == 0:
		return chat.Lines(out[0], noneHeard(c))
	case len(lines) == 0:
		out = append(out, nobodyWaits)
	default:
		out = append(out, chat.Text{ZH: "%d 位，其中 %d 位已超时：", EN: "%d, of whom %d have waited too long:"}.F(len(lines), late))
	}
	for i, l := range lines {
		if i == mostWaiting {
			out = append(out, chat.Text{ZH: "…还有 %d 位", EN: "… and %d more"}.F(len(lines)-i))
			break
		}
		out = append(out, l.text)
	}
	if deaf > 0 {
		out = append(out, chat.Text{
			ZH: "另有 %d 个群还没有收到过消息，有没有客户在等不知道。", EN: "Of %d more groups no message has come yet: whether anybody waits there is not known.",
		}.F(deaf))
	}
	return chat.Lines(out...)
}

// noneHeard is noMessages of all groups that the speaker answers for.
func noneHeard(c bot.Call) chat.Text {
	if !c.Connected() {
		return noMessages(c)
	}
	return chat.Text{
		ZH: "已接入消息来源，但还没有收到过您这些群的消息，有没有客户在等不知道。", EN: "A message source is connected, but no message of your groups has come yet: whether anybody waits is not known.",
	}
}

// answersFor says whether the customers of a group are the speaker's matter.
func answersFor(c bot.Call, g chat.Group) bool {
	who := c.Actor.ID
	if c.Access.IsOwner(who) {
		return true
	}
	f := c.In(g)
	return f.Governs(who, g) || f.LevelOf(who, g, c.Now) != access.NoLevel ||
		slices.Contains(bot.At[duty.Roster](c, duty.Of(g)).Staff(), who)
}
