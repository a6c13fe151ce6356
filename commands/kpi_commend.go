package commands

import (
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
)

// CommendReads are the aggregates of a group that Commend looks at.
func CommendReads(g chat.Group) []journal.Name {
	return []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g), duty.Of(g), kpi.Of(g)}
}

// Commend proposes 跨群管理 to the owners for whoever of the group's admins has passed all indicators in the last weeks
// that are over (R49). It gives nothing: that is for a person to do.
func Commend(c bot.Call) (bot.Outcome, error) {
	g := c.Group.ID
	now := c.Now.In(c.Zone)
	enough := c.Targets.EnoughWeeks()
	weeks := kpi.Weeks(enough, now.AddDate(0, 0, -7))
	group := KPIAsk{Group: g, Periods: weeks}
	if !c.Group.Bound() {
		return bot.Outcome{}, nil
	}
	if need := group.Need(c); !need.Nothing() {
		return bot.Outcome{Need: need}, nil
	}
	var out bot.Outcome
	for _, who := range c.Access.Admins(g, c.Now) {
		if _, across := c.Access.Company.Role(who, false); across || c.Access.IsOwner(who) {
			continue // they have it, or more
		}
		one := KPIAsk{Group: g, Who: who, Periods: weeks}
		var judged [][]kpi.Indicator
		for _, k := range one.Measure(c) {
			judged = append(judged, k.Indicators())
		}
		if kpi.Run(judged) < enough {
			continue
		}
		e, ok := bot.At[kpi.Book](c, kpi.Of(g)).Commend(g, kpi.Praise{
			Who: who, From: weeks[0].From.UTC(), Until: weeks[len(weeks)-1].Until.UTC(), At: c.Now.UTC(),
		})
		if ok {
			out.Events, out.Effects = append(out.Events, e), append(out.Effects, commendation(c, who, weeks, judged)...)
		}
	}
	return out, nil
}

// mostPraised is how many weeks, the last ones, a card has room for.
const mostPraised = 4

// commendation asks the owners to think about it.
func commendation(c bot.Call, who chat.User, weeks []kpi.Period, judged [][]kpi.Indicator) []chat.Effect {
	name := calledIn(c, who)
	card := &chat.Card{
		Title: chat.Text{ZH: "建议：%s 跨群管理", EN: "Proposal: %s across groups"}.F(name),
		Body: chat.Text{ZH: "连续 %d 周绩效达标；是否给、给哪些群，由您决定。", EN: "Passed %d weeks running; whether, and in which groups, is yours to decide."}.F(
			len(weeks)),
		Fields: []chat.Field{{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(c.Group.Title())}},
		Buttons: []chat.Button{{
			Label: chat.Text{ZH: "看绩效", EN: "Indicators"}, Style: chat.Primary,
			Command: fmt.Sprintf("/kpi @%s %dweeks #%s", who, len(weeks), c.Group.ID),
		}},
	}
	for n, w := range weeks {
		if n < len(weeks)-mostPraised {
			continue
		}
		var cells []chat.Text
		for _, i := range judged[n] {
			if i.Verdict == kpi.Passed {
				cells = append(cells, i.Name.Title().Plus(chat.Same(" ")).Plus(kpiNumber(c, i)))
			}
		}
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: w.From.Format("01-02 起"), EN: w.From.Format("from 01-02")}, Value: list(cells)})
	}
	card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "要给就发", EN: "To give it"}, Value: chat.Text{
		ZH: fmt.Sprintf("/设管理 @%s 中级 跨群 群名、群名 优秀", who), EN: fmt.Sprintf("/admin add @%s mid in groups A, B", who),
	}})
	var out []chat.Effect
	for _, u := range c.Access.Company.Owners() {
		out = append(out, chat.SendTo(u, c.Group.ID, chat.Reply{Card: card}).As(chat.OfRequests))
	}
	return out
}
