package commands

import (
	"strings"
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

// followAlerts tells those whom word of a customer who waits has newly reached, whoever or whatever moved it on.
func followAlerts(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	for _, e := range events {
		for _, ch := range e.Changes {
			g := chat.Group(ch.Of.ID())
			if ch.Of != sla.Of(g) || !strings.HasPrefix(ch.Key, "alert/") || ch.After == nil {
				continue
			}
			if need := notLoaded(c, directory.OfGroup(g), duty.Of(g), sla.Of(g), access.Of(g), access.Of("")); len(need) > 0 {
				out.Need = append(out.Need, need...)
				continue
			}
			before, _ := journal.Decode[sla.Alert](ch.Before)
			after, err := journal.Decode[sla.Alert](ch.After)
			if err == nil {
				out.Effects = append(out.Effects, newAlertNews(c, g, after).tell(before, e.Kind)...)
			}
		}
	}
	return out
}

// alertNews is what people are told of one customer who waits.
type alertNews struct {
	sla.Alert
	c     bot.Call
	group directory.Group
	rules sla.Rules
}

func newAlertNews(c bot.Call, g chat.Group, a sla.Alert) alertNews {
	return alertNews{Alert: a, c: c, group: bot.At[directory.Group](c, directory.OfGroup(g)), rules: c.Rules(g)}
}

// tell is what people are told when the alert has become what it is from what it was.
func (n alertNews) tell(was sla.Alert, kind journal.Kind) []chat.Effect {
	if n.Over() {
		return n.tellOver(was, kind)
	}
	var out []chat.Effect
	if was.AckedBy != "" && n.Unacked == was.AckedBy && n.AckedBy == "" && n.Put == "" {
		out = append(out, n.send(was.AckedBy, n.unackedCard(was), true))
	}
	if was.Put != "" && n.Put == "" && n.AckedBy == "" {
		out = append(out, n.send(was.Put, n.againCard(), true))
	}
	for _, t := range n.Told[min(len(was.Told), len(n.Told)):] {
		if len(out) > 0 && (t.Who == was.AckedBy || t.Who == was.Put) {
			continue // one card is enough
		}
		out = append(out, n.send(t.Who, n.card(t.Step), t.Step <= sla.ToBackup || n.Alone))
	}
	return out
}

// send tells one person, as long as the customer waits.
func (n alertNews) send(to chat.User, card chat.Card, urgent bool) chat.Effect {
	e := chat.SendTo(to, n.group.ID, chat.Reply{Card: &card}).As(chat.OfWaiting)
	e.Matter, e.Urgent = chat.About(string(sla.Of(n.group.ID)), n.Key()), urgent
	return e
}

// tellOver tells those further up, who were called without being on duty, that there is nothing to do any more. The others
// see it in the group.
func (n alertNews) tellOver(was sla.Alert, kind journal.Kind) []chat.Effect {
	text := chat.Text{
		ZH: "“%s”：%s 不再等待（消息已撤回，或机器人没有看到回复）。", EN: "“%s”: %s waits no more (the message was taken back, or the answer was not seen).",
	}.F(chat.Escape(n.group.Title()), n.customer())
	if n.group.Gone {
		text = chat.Text{
			ZH: "“%s”：群已解散，或机器人看不到了；%s 的等待提醒到此结束。", EN: "“%s” is dissolved, or out of the bot's sight; the alert about %s ends here.",
		}.F(chat.Escape(n.group.Title()), n.customer())
	}
	if n.EndedBy != "" {
		text = chat.Text{
			ZH: "“%s”：%s 已得到回复，%s 于 %s 回复，等了%s。", EN: "“%s”: %s has an answer, from %s at %s, after %s.",
		}
		if kind == sla.Marked {
			text = chat.Text{ZH: "“%s”：%s 的事已处理，%s 于 %s 标记，等了%s。", EN: "“%s”: the matter of %s is handled, as %s said at %s, after %s."}
		}
		text = text.F(chat.Escape(n.group.Title()), n.customer(), inGroup(n.c, n.group, n.EndedBy), n.clock(n.Ended), waitText(n.Ended.Sub(n.Opened)))
	}
	var out []chat.Effect
	for _, t := range was.Told {
		if t.Step < sla.ToManagers || t.Who == n.EndedBy || t.Who == n.c.Actor.ID {
			continue
		}
		e := chat.SendTo(t.Who, n.group.ID, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfWaiting)
		e.NotAfter = n.c.Now.Add(time.Hour).UTC()
		out = append(out, e)
	}
	return out
}

// card tells somebody at a step that a customer waits, and what they can do about it.
func (n alertNews) card(step sla.Step) chat.Card {
	title := chat.Text{ZH: "客户在等您回复", EN: "A customer waits for you"}
	switch {
	case n.Alone && step >= sla.ToManagers:
		title = chat.Text{ZH: "客户在等，没有人能处理", EN: "A customer waits, nobody is there"}
	case step == sla.ToBackup && n.Late(n.c.Now):
		title = chat.Text{ZH: "客户等待超时，请您处理", EN: "Late: please answer a customer"}
	case step == sla.ToManagers && n.Late(n.c.Now):
		title = chat.Text{ZH: "客户等待超时，请您过问", EN: "Late: please look into it"}
	case step == sla.ToManagers:
		title = chat.Text{ZH: "客户在等，群里没有人值班", EN: "A customer waits, nobody on duty"}
	case step == sla.ToCompany:
		title = chat.Text{ZH: "客户等待超时，群里没有人回复", EN: "Late: nobody answers a customer"}
	}
	card := n.cardOf(title, n.body())
	if n.Alone {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "注意", EN: "Note"}, Value: chat.Text{
			ZH: "没有人值班，没有 B 角，也没有高级管理员", EN: "nobody on duty, no backup, no senior admin",
		}})
	}
	return card
}

// unackedCard tells somebody who said that they see to it that the customer still waits, and that others hear of it.
func (n alertNews) unackedCard(was sla.Alert) chat.Card {
	body := chat.Text{
		ZH: "您 %s 说来处理，%s 还没有得到回复。", EN: "You said at %s that you see to it; %s still has no answer.",
	}.F(n.clock(was.AckedAt), n.customer())
	if names := n.newlyTold(was); !names.IsZero() {
		body = body.Plus(chat.Text{ZH: "已继续通知 %s。", EN: " Now told: %s."}.F(names))
	}
	return n.cardOf(chat.Text{ZH: "客户还在等", EN: "The customer still waits"}, chat.Lines(body, n.body()))
}

func (n alertNews) newlyTold(was sla.Alert) chat.Text {
	var names []chat.Text
	for _, t := range n.Told[len(was.Told):] {
		if t.Who == was.AckedBy {
			continue
		}
		names = append(names, inGroup(n.c, n.group, t.Who))
	}
	return list(names)
}

func (n alertNews) againCard() chat.Card {
	return n.cardOf(chat.Text{ZH: "客户还在等（您要的提醒）", EN: "Reminder: a customer still waits"}, n.body())
}

// cardOf is a card about the customer: since when, who knows, what to press.
func (n alertNews) cardOf(title, body chat.Text) chat.Card {
	card := chat.Card{Title: title, Body: body, Fields: []chat.Field{
		{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(n.group.Title())},
		{Name: chat.Text{ZH: "客户", EN: "Customer"}, Value: n.customer()},
		{Name: chat.Text{ZH: "从", EN: "Since"}, Value: chat.Same(n.c.Moment(n.Opened))},
	}}
	if w, waits := n.c.Clock(n.group.ID).Waiting(); waits && w.Opened.Equal(n.Opened) {
		if more := behindText(n.c, n.group); !more.IsZero() {
			card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "之后还有", EN: "Then"}, Value: more})
		}
	}
	if known := n.known(); !known.IsZero() {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "之前已通知", EN: "Told before"}, Value: known})
	}
	if n.c.Clock(n.group.ID).Source == botSource {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "注意", EN: "Note"}, Value: chat.Text{
			ZH: "机器人只看得到 @ 它的消息；已经回复的，请点“已处理”", EN: "the bot sees only what is written to it; if there was an answer, press “Handled”",
		}})
	}
	about := " " + n.Code() + " #" + string(n.group.ID)
	card.Buttons = []chat.Button{
		{Label: chat.Text{ZH: "我来处理", EN: "I'm on it"}, Command: "/ack" + about, Style: chat.Primary},
		{Label: chat.Text{ZH: "稍后10分钟", EN: "In 10 min"}, Command: "/snooze 10m" + about},
		{Label: chat.Text{ZH: "已处理", EN: "Handled"}, Command: "/handled" + about},
	}
	return card
}

// body tells how long the customer has waited, and against which limit.
func (n alertNews) body() chat.Text {
	now := n.c.Now
	counted := n.rules.Elapsed(n.Opened, now)
	waited := chat.Text{ZH: "已等%s", EN: "Has waited %s"}.F(waitText(now.Sub(n.Opened)))
	if now.Sub(n.Opened)-counted >= time.Minute {
		waited = waited.Plus(chat.Text{ZH: "（其中值班时间%s）", EN: " (%s of it on duty hours)"}.F(waitText(counted)))
	}
	if n.Late(now) {
		return waited.Plus(chat.Text{ZH: "，超过了%s的时限。", EN: "; the limit is %s."}.F(waitText(n.Limit)))
	}
	return waited.Plus(chat.Text{
		ZH: "，%s 前要回复（时限%s）。", EN: "; an answer is due before %s (limit %s).",
	}.F(n.clock(n.LateAt), waitText(n.Limit)))
}

// known is who was told before this moment, and when.
func (n alertNews) known() chat.Text {
	var out []chat.Text
	for _, t := range n.Told {
		if t.At.Before(n.c.Now.Truncate(time.Millisecond)) {
			out = append(out, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(inGroup(n.c, n.group, t.Who), n.clock(t.At)))
		}
	}
	return list(out)
}

func (n alertNews) customer() chat.Text { return calledHere(n.group, n.Customer) }

// clock writes a moment near to now: without its day, where that is today.
func (n alertNews) clock(at time.Time) chat.Text { return n.c.Near(at) }

// calledHere is what a customer is called in the group: customers have no userid that would tell anybody anything.
func calledHere(g directory.Group, who chat.User) chat.Text {
	if m, ok := g.Member(who); ok && m.Name != "" {
		return chat.Same(chat.Escape(m.Name))
	}
	return aCustomer
}

var aCustomer = chat.Text{ZH: "一位客户", EN: "a customer"}

// waitText writes how long somebody waits, to the minute; what is shorter, to the second.
func waitText(d time.Duration) chat.Text {
	if d >= time.Minute {
		d = d.Truncate(time.Minute)
	}
	return grammar.FormatLength(d)
}
