package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/request"
	"qunguan/bot/task"
)

// openReads is what must still be read to tell what is open in the group.
func (n shiftNews) openReads() []journal.Name {
	return notLoaded(n.c, moderation.Of(n.g), task.Of(n.g), request.Of(n.g))
}

// mostOpen is how many things of a sort a hand-over names; the rest is counted.
const mostOpen = 5

// open is what is not finished when a turn is handed over, a line each: what waits, and what ends by itself in the next
// turn.
func (n shiftNews) open(h duty.Handover) []chat.Text {
	return slices.Concat(n.waiting(), n.mutesEnding(h.Next), n.rightsEnding(h.Next), n.tasksOpen(), n.requestsOpen(), n.offersOpen())
}

// empty says whether there is nothing that whoever follows must know.
func (n shiftNews) empty(h duty.Handover) bool { return len(h.Notes)+len(n.open(h)) == 0 }

// waiting is the customer who waits for an answer, as far as anybody has told of the group.
func (n shiftNews) waiting() []chat.Text {
	w, ok := n.c.Clock(n.g).Waiting()
	if !ok {
		return nil
	}
	line := chat.Text{ZH: "等待的客户：%s，从 %s 起", EN: "a customer waits: %s, since %s"}.F(calledHere(n.group, w.Customer), n.c.Moment(w.Opened))
	if more := behindText(n.c, n.group); !more.IsZero() {
		line = line.Plus(chat.Text{ZH: "（之后还有 %s）", EN: " (then %s)"}.F(more))
	}
	if !w.Due.IsZero() {
		line = line.Plus(chat.Text{ZH: "，应在 %s 前回复", EN: ", due an answer by %s"}.F(n.c.Moment(w.Due)))
	}
	return []chat.Text{line}
}

// nobody is said of waiting customers where none is known: that nobody waits, or that nobody can tell. An empty list
// would claim the first where only the second is true.
func (n shiftNews) nobody() []chat.Text {
	clock := n.c.Clock(n.g)
	if _, waits := clock.Waiting(); waits {
		return nil
	}
	if !clock.HasSource() {
		if n.c.Connected() {
			return []chat.Text{{ZH: "等待的客户：还没有收到过本群的消息，机器人不知道", EN: "waiting customers: no message of this group has come yet, the bot cannot tell"}}
		}
		return []chat.Text{{ZH: "等待的客户：没有消息来源，机器人不知道", EN: "waiting customers: no message source, the bot cannot tell"}}
	}
	return []chat.Text{{ZH: "等待的客户：没有未处理的等待", EN: "waiting customers: no wait is open"}}
}

func several(lines []chat.Text) []chat.Text {
	if len(lines) <= mostOpen {
		return lines
	}
	return append(slices.Clone(lines[:mostOpen]), chat.Text{ZH: "…还有 %d 项", EN: "… and %d more"}.F(len(lines)-mostOpen))
}

// in says whether something ends in a turn, or before it has begun.
func (n shiftNews) in(s duty.Stint, end time.Time) bool { return end.After(n.now) && !end.After(s.End) }

func (n shiftNews) mutesEnding(next duty.Stint) []chat.Text {
	var out []chat.Text
	for _, m := range bot.At[moderation.Book](n.c, moderation.Of(n.g)).Live(n.now) {
		if n.in(next, m.Until) {
			out = append(out, chat.Text{ZH: "禁言到期：%s，%s", EN: "a mute ends: %s, %s"}.F(n.who(m.Who), n.c.Moment(m.Until)))
		}
	}
	return several(out)
}

func (n shiftNews) rightsEnding(next duty.Stint) []chat.Text {
	records := n.c.State(access.Of(n.g)).Records
	type ending struct {
		at   time.Time
		text chat.Text
	}
	var all []ending
	for key, raw := range records {
		end, who, _ := access.EndOf(key, raw)
		kind, _, _ := strings.Cut(key, "/")
		if !n.in(next, end) || kind == "delegate" {
			continue
		}
		what := chat.Text{ZH: "角色", EN: "a role"}
		switch kind {
		case "statement":
			what = chat.Text{ZH: "例外", EN: "an exception"}
		case "scene":
			what = chat.Text{ZH: "场景", EN: "a scene"}
		case "active":
			what = chat.Text{ZH: "激活的角色", EN: "an activated role"}
		}
		text := chat.Text{ZH: "授权到期：%s，%s", EN: "a grant ends: %s, %s"}.F(what, n.c.Moment(end))
		if who != "" {
			text = chat.Text{ZH: "授权到期：%s 的%s，%s", EN: "a grant ends: %[2]s of %[1]s, %[3]s"}.F(n.who(who), what, n.c.Moment(end))
		}
		all = append(all, ending{end, text})
	}
	slices.SortFunc(all, func(a, b ending) int {
		if a.at.Equal(b.at) {
			return strings.Compare(a.text.EN, b.text.EN)
		}
		return a.at.Compare(b.at)
	})
	out := make([]chat.Text, len(all))
	for i, e := range all {
		out[i] = e.text
	}
	return several(out)
}

func (n shiftNews) tasksOpen() []chat.Text {
	var out []chat.Text
	for _, t := range bot.At[task.Book](n.c, task.Of(n.g)).All() {
		if t.State.Over() {
			continue
		}
		what := actionText(t.Action)
		if t.Who != "" {
			what = chat.Text{ZH: "%s %s", EN: "%s %s"}.F(what, n.who(t.Who))
		}
		out = append(out, chat.Text{ZH: "群主的步骤：%s（%s）", EN: "a step of the owner: %s (%s)"}.F(what, t.State.Text()))
	}
	return several(out)
}

func (n shiftNews) requestsOpen() []chat.Text {
	var out []chat.Text
	for _, r := range bot.At[request.Book](n.c, request.Of(n.g)).All() {
		if r.State == request.Open && n.now.Before(r.Until) {
			out = append(out, chat.Text{ZH: "申请待决定：%s 的“%s”，到 %s", EN: "a request is open: of %s, “%s”, until %s"}.F(
				n.c.Name(r.By), shortened(firstLine(n.c.Wanted(r))), n.c.Moment(r.Until)))
		}
	}
	return several(out)
}

func (n shiftNews) offersOpen() []chat.Text {
	var out []chat.Text
	for _, o := range n.roster.Offers() {
		if !n.now.Before(o.Lapses) {
			continue
		}
		text := chat.Text{ZH: "替班待回应：%s 的 %s 的班", EN: "cover is asked for: by %s, the turn of %s"}
		if o.Kind == duty.Swap {
			text = chat.Text{ZH: "换班待回应：%s 的 %s 的班", EN: "a swap is asked for: by %s, the turn of %s"}
		}
		out = append(out, text.F(n.who(o.By), n.c.Moment(o.From)))
	}
	return several(out)
}
