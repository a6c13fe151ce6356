package commands

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// pressing is how near a turn must be for a question about it to go before somebody's quiet hours.
const pressing = 4 * time.Hour

// offers asks whom an offer asks, and tells how one ended that nobody has accepted. What an accepted one changes is told
// as every change of turns.
func (n rosterNews) offers(changes []journal.Change) []chat.Effect {
	var out []chat.Effect
	for _, ch := range changes {
		if !strings.HasPrefix(ch.Key, "offer/") {
			continue
		}
		if ch.After != nil && ch.Before == nil {
			if o, err := journal.Decode[duty.Offer](ch.After); err == nil {
				out = append(out, n.ask(o)...)
			}
			continue
		}
		o, err := journal.Decode[duty.Offer](ch.Before)
		accepted := slices.ContainsFunc(n.is.Changes(), func(c duty.Change) bool { return c.Code == o.Code })
		if err == nil && ch.After == nil && !accepted {
			out = append(out, n.ended(o)...)
		}
	}
	return out
}

// ask sends the question with its buttons.
func (n rosterNews) ask(o duty.Offer) []chat.Effect {
	title := chat.Text{ZH: "请您替班", EN: "Can you cover?"}
	fields := []chat.Field{
		{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(n.group.Title())},
		{Name: chat.Text{ZH: "谁", EN: "Who"}, Value: inGroup(n.c, n.group, o.By)},
		{Name: chat.Text{ZH: "班", EN: "Turn"}, Value: stretchText(n.c, o.From, o.Until)},
	}
	body := chat.Text{ZH: "同意后这个班由您值，排班随即更新。", EN: "If you agree, the turn is yours at once."}
	switch {
	case o.Kind == duty.Swap:
		title = chat.Text{ZH: "请您换班", EN: "Can you swap?"}
		body = chat.Text{ZH: "您同意才会换；不同意也没关系。", EN: "It counts only if you agree; you are free not to."}
		fields[2] = chat.Field{Name: chat.Text{ZH: "给您", EN: "You get"}, Value: stretchText(n.c, o.From, o.Until)}
		fields = append(fields, chat.Field{Name: chat.Text{ZH: "换您的", EN: "For your"}, Value: stretchText(n.c, o.BackFrom, o.BackUntil)})
	case o.With == "":
		body = chat.Text{ZH: "问了排班里的几位，先答应的接下这个班。", EN: "Several were asked; the first who agrees has the turn."}
	}
	if o.Reason != "" {
		fields = append(fields, chat.Field{Name: chat.Text{ZH: "原因", EN: "Reason"}, Value: chat.Same(o.Reason)})
	}
	fields = append(fields, chat.Field{Name: chat.Text{ZH: "有效到", EN: "Until"}, Value: chat.Same(n.c.Moment(o.Lapses))})
	where := " #" + string(n.group.ID)
	card := chat.Card{Title: title, Body: body, Fields: fields, Buttons: []chat.Button{
		{Label: chat.Text{ZH: "同意", EN: "Agree"}, Style: chat.Primary, Command: "/duty yes " + o.Code + where},
		{Label: chat.Text{ZH: "不同意", EN: "Decline"}, Command: "/duty no " + o.Code + where},
	}}
	var out []chat.Effect
	for _, u := range askedFor(n.c, n.is, o) {
		if u == n.c.Actor.ID {
			continue // who takes back a yes knows of the question
		}
		e := chat.SendTo(u, n.group.ID, chat.Reply{Card: &card})
		e.Class, e.Matter, e.NotAfter = chat.OfRequests, chat.About(string(duty.Of(n.group.ID)), o.Key()), o.Lapses
		e.Urgent = o.From.Sub(n.c.Now) < pressing
		out = append(out, e)
	}
	return out
}

// ended tells both sides of an offer that came to nothing, but for who ended it.
func (n rosterNews) ended(o duty.Offer) []chat.Effect {
	name := func(u chat.User) chat.Text { return inGroup(n.c, n.group, u) }
	what, place := offerWith(n.c, o, name), chat.Escape(n.group.Title())
	var asker, asked chat.Text
	switch {
	case n.c.Actor.ID == "":
		asker = chat.Text{
			ZH: "“%s”：没有人在期限内答应，请求已作废，班还是您的：%s。可以再问（`/求替班`），或请有“值班”权限的人改派。",
			EN: "“%s”: nobody agreed in time; the request has lapsed and the turn is still yours: %s. Ask again (`/duty cover`), or ask whoever holds “duty” for an override.",
		}.F(place, what)
		asked = chat.Text{ZH: "“%s”：请求已过期，不用再答复：%s。", EN: "“%s”: the request has lapsed; no answer is needed any more: %s."}.F(place, what)
	case n.c.Actor.ID == o.With && o.With != "":
		asker = chat.Text{ZH: "“%s”：%s 不同意%s：%s。班不变，还是您的。", EN: "“%s”: %s declined%s: %s. The turn is still yours."}.F(place, name(o.With), reasoned(n.reason), what)
	default:
		asker = chat.Text{ZH: "“%s”：您的请求被 %s 收回了：%s。班不变。", EN: "“%s”: your request was taken back by %s: %s. The turns stay."}.F(place, name(n.c.Actor.ID), what)
		asked = chat.Text{ZH: "“%s”：请求已收回，不用再答复：%s。", EN: "“%s”: the request was taken back; no answer is needed: %s."}.F(place, what)
	}
	out := []chat.Effect{}
	if o.By != n.c.Actor.ID {
		out = append(out, n.tell(o.By, asker))
	}
	if asked.IsZero() {
		return out
	}
	for _, u := range askedFor(n.c, n.was, o) {
		if u != n.c.Actor.ID && (o.With != "" || n.c.Actor.ID != "") { // of a question to all that lapsed only the asker hears
			out = append(out, n.tell(u, asked))
		}
	}
	return out
}
