package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/sla"
)

// waitingCustomer is a customer who waits in a group, for those who tell of it: a hand-over, an overview.
type waitingCustomer struct {
	sla.Waiting
	Alert sla.Alert // the zero Alert if nobody was told
}

// whoWaits is the customer who waits in a group whose clock and book were loaded; source is false where nothing is
// known of it.
func whoWaits(c bot.Call, g chat.Group) (w waitingCustomer, waits, source bool) {
	clock := c.Clock(g)
	if !clock.HasSource() {
		return waitingCustomer{}, false, false
	}
	if w.Waiting, waits = clock.Waiting(); waits && nobodysMatter(c, g) {
		return waitingCustomer{}, false, true
	}
	if a, open := bot.At[sla.Book](c, sla.Of(g)).Alert(""); open && waits && a.Opened.Equal(w.Opened) {
		w.Alert = a
	}
	return w, waits, true
}

// nobodysMatter says whether nobody has undertaken to answer in a group: one of the company's own people, without a roster.
func nobodysMatter(c bot.Call, g chat.Group) bool {
	return bot.At[directory.Group](c, directory.OfGroup(g)).Kind != chat.CustomerGroup && len(bot.At[duty.Roster](c, duty.Of(g)).Shifts) == 0
}

// nobodyWaits is said where no clock runs. It is not that every customer has had an answer: a group has one clock, which
// an answer to one of them stops for all.
var nobodyWaits = chat.Text{
	ZH: "没有未处理的等待（按群计时：回复一次，就算此前的客户消息都处理了；客户再发消息会重新计时）。",
	EN: "No wait is open (the clock is the group's: one answer counts for all that customers wrote before; what they write next starts it again).",
}

// behindText tells what customers wrote after the one who waits; empty where that is nothing.
func behindText(c bot.Call, g directory.Group) chat.Text {
	b := c.Clock(g.ID).Behind()
	if b.Messages == 0 {
		return chat.Text{}
	}
	text := chat.Text{ZH: "%d 条客户消息", EN: "%d more customer messages"}
	switch {
	case b.More:
		text = chat.Text{ZH: "至少 %d 条客户消息", EN: "at least %d more customer messages"}
	case b.Messages == 1:
		text = chat.Text{ZH: "%d 条客户消息", EN: "%d more customer message"}
	}
	text = text.F(b.Messages)
	var names []chat.Text
	for _, who := range b.Others {
		if name := calledHere(g, who); name != aCustomer {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		text = text.Plus(chat.Text{ZH: "，含 %s", EN: ", some of %s"}.F(few(names)))
	}
	return text
}

// customerLine tells of a customer who waits in a line: who, since when, until when, who has it.
func customerLine(c bot.Call, g chat.Group, w waitingCustomer) chat.Text {
	a := w.Alert
	if a.Opened.IsZero() {
		a = sla.Alert{Opened: w.Opened, Customer: w.Customer, LateAt: w.Due, Limit: w.Limit}
	}
	n := newAlertNews(c, g, a)
	line := chat.Text{ZH: "%s：从 %s 起等了%s", EN: "%s: since %s, %s so far"}.F(n.customer(), n.clock(w.Opened), waitText(c.Now.Sub(w.Opened)))
	if more := behindText(c, n.group); !more.IsZero() {
		line = line.Plus(chat.Text{ZH: "（之后还有 %s）", EN: " (then %s)"}.F(more))
	}
	switch {
	case w.Due.IsZero():
		line = line.Plus(chat.Text{ZH: "；以后没有值班时间，不计时", EN: "; no duty hours follow, so nothing runs"})
	case w.Late(c.Now):
		line = line.Plus(chat.Text{ZH: "，**已超时**（应在 %s 前回复）", EN: ", **late** (an answer was due before %s)"}.F(n.clock(w.Due)))
	default:
		line = line.Plus(chat.Text{ZH: "，%s 前要回复", EN: ", an answer is due before %s"}.F(n.clock(w.Due)))
	}
	t, _ := bot.At[duty.Roster](c, duty.Of(g)).OnDuty(c.Now.In(c.Zone))
	switch {
	case a.AckedBy != "":
		line = line.Plus(chat.Text{ZH: "；%s 在处理（%s 起）", EN: "; %s sees to it (since %s)"}.F(inGroup(c, n.group, a.AckedBy), n.clock(a.AckedAt)))
	case a.Put != "":
		line = line.Plus(chat.Text{ZH: "；%s 延后到 %s", EN: "; %s put it off until %s"}.F(inGroup(c, n.group, a.Put), n.clock(a.Next)))
	case t.Who != "":
		line = line.Plus(chat.Text{ZH: "；值班 %s", EN: "; on duty: %s"}.F(inGroup(c, n.group, t.Who)))
	case a.Alone:
		line = line.Plus(chat.Text{ZH: "；**没有人能处理**", EN: "; **nobody is there to see to it**"})
	default:
		line = line.Plus(chat.Text{ZH: "；没有人值班", EN: "; nobody is on duty"})
	}
	if len(a.Told) > 0 && a.AckedBy == "" {
		var names []chat.Text
		for _, told := range a.Told {
			names = append(names, inGroup(c, n.group, told.Who))
		}
		line = line.Plus(chat.Text{ZH: "，已通知 %s", EN: ", told: %s"}.F(list(names)))
	}
	return line
}
