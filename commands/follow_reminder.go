package commands

import (
	"encoding/json"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/reminder"
)

// remember keeps the reminders of a group in step with the records that end: whoever sets, moves or takes away such a
// record, a role, an activation, an exception or a scene, cannot forget it.
func remember(c bot.Call, ch journal.Change, out bot.Consequence) bot.Consequence {
	if ch.Of.Kind() != "access" {
		return out
	}
	was, now := spanOf(ch.Key, ch.Before), spanOf(ch.Key, ch.After)
	if was.until.Equal(now.until) && was.from.Equal(now.from) {
		return out // neither has an end, or it is where it was: what was said of it stays said
	}
	g := chat.Group(ch.Of.ID())
	if !c.Has(reminder.Of(g)) {
		out.Need = append(out.Need, reminder.Of(g))
		return out
	}
	book := bot.At[reminder.Book](c, reminder.Of(g))
	e, ok := book.Drop(g, ch.Key)
	if at, due := reminder.Plan(now.from, now.until, c.Now.UTC()); due && !now.until.IsZero() {
		e, ok = book.Set(g, reminder.Reminder{Record: ch.Key, Who: now.who, By: now.by, Until: now.until, Remind: at})
	}
	if ok {
		out.Events = append(out.Events, e)
	}
	return out
}

// span is from when to when a record counts, and whom it concerns.
type span struct {
	from, until time.Time
	who, by     chat.User
}

// spanOf reads a record of rights; the zero span is one without an end, and an emergency: that it lasts half an hour was
// said to everybody when it began, and nobody extends it.
func spanOf(key string, raw json.RawMessage) span {
	end, who, _ := access.EndOf(key, raw)
	if end.IsZero() {
		return span{}
	}
	var r struct {
		From time.Time `json:"from"`
		At   time.Time `json:"at"`
		By   chat.User `json:"by"`
	}
	if json.Unmarshal(raw, &r) != nil {
		return span{}
	}
	if s, err := journal.Decode[access.Statement](raw); err == nil && s.IsGlass() {
		return span{}
	}
	if r.From.IsZero() {
		r.From = r.At
	}
	return span{from: r.From, until: end, who: who, by: r.By}
}

// remind tells whose right is about to end, and who gave it: one card each.
func remind(c bot.Call, e journal.Event, ch journal.Change, out bot.Consequence) bot.Consequence {
	if ch.Of.Kind() != "reminder" || e.Kind != reminder.Reminded || ch.Before == nil {
		return out
	}
	r, err := journal.Decode[reminder.Reminder](ch.Before)
	raw := c.State(access.Of(e.Group)).Records[r.Record]
	if end, _, _ := access.EndOf(r.Record, raw); err != nil || !end.Equal(r.Until) {
		return out
	}
	n := nearing{c: c, group: bot.At[directory.Group](c, directory.OfGroup(e.Group)), Reminder: r, record: raw}
	seen := map[chat.User]bool{"": true}
	for _, u := range []chat.User{r.Who, r.By} {
		if m, ok := n.group.Member(u); seen[u] || ok && m.Kind == chat.Customer {
			continue
		}
		seen[u] = true
		card := n.card(u)
		send := chat.SendTo(u, e.Group, chat.Reply{Card: &card}).As(chat.OfRights)
		send.NotAfter, send.Matter = r.Until, chat.About(string(access.Of(e.Group)), r.Record) // after the end it would be no reminder
		out.Effects = append(out.Effects, send)
	}
	return out
}

// nearing is an end that is near.
type nearing struct {
	reminder.Reminder
	c      bot.Call
	group  directory.Group
	record json.RawMessage
}

// card tells one of those concerned what ends when, and offers what that person can do about it: to extend is the
// grantor's, nobody extends a right of their own but an activation.
func (n nearing) card(to chat.User) chat.Card {
	c := n.c
	card := chat.Card{
		Title: chat.Text{ZH: "快到期了", EN: "About to end"},
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(n.group.Title())},
			{Name: chat.Text{ZH: "到期", EN: "Ends"}, Value: chat.Same(c.Moment(n.Until))},
		},
	}
	kind, _, _ := strings.Cut(n.Record, "/")
	switch kind {
	case "temp", "eligible", "active":
		r, err := journal.Decode[access.Role](n.record)
		if err != nil {
			break
		}
		card.Body = chat.Text{ZH: "%s：%s", EN: "%s: %s"}.F(inGroup(c, n.group, n.Who), roleText(r.Level, r.Job).Plus(mode(r)))
		card.Fields = append(card.Fields, note(r.Reason)...)
		n.offer(to, r, &card)
	case "statement":
		s, err := journal.Decode[access.Statement](n.record)
		if err != nil {
			break
		}
		what := chat.Text{ZH: "例外：允许 %s", EN: "exception: allowed %s"}
		if s.Effect == access.Deny {
			what = chat.Text{ZH: "例外：禁止 %s", EN: "exception: denied %s"}
		}
		card.Body = what.F(s.Items.Label())
		if n.Who != "" {
			card.Body = chat.Text{ZH: "%s：", EN: "%s: "}.F(inGroup(c, n.group, n.Who)).Plus(card.Body)
		}
		card.Fields = append(card.Fields, note(s.Reason)...)
	case "scene":
		s, err := journal.Decode[access.Scene](n.record)
		if err != nil {
			break
		}
		card.Body = chat.Text{ZH: "场景“%s”", EN: "the scene “%s”"}.F(s.Label())
		card.Fields = append(card.Fields, note(s.Reason)...)
	}
	return card
}

// note is the task or reason of a grant as a field of a card.
func note(reason string) []chat.Field {
	if reason == "" {
		return nil
	}
	return []chat.Field{{Name: chat.Text{ZH: "任务", EN: "Task"}, Value: chat.Same(reason)}}
}

// offer puts on the card what one of those concerned can do about the end of a role. The buttons name an end, not a
// length: to tap twice does no more than to tap once.
func (n nearing) offer(to chat.User, r access.Role, card *chat.Card) {
	switch {
	case r.Active && to == n.Who && n.last(r):
		card.Fields = append(card.Fields, chat.Field{
			Name: chat.Text{ZH: "注意", EN: "Note"}, Value: chat.Text{ZH: "候补资格同时到期", EN: "the eligibility ends then too"},
		})
	case r.Active && to == n.Who:
		what := "/activate "
		if r.Only.Len() == 1 {
			what += r.Only.Names()[0] + " "
		}
		card.Buttons = []chat.Button{{
			Label: chat.Text{ZH: "再1小时", EN: "+1h"}, Style: chat.Primary,
			Command: what + "for 1h #" + string(n.group.ID) + " " + r.Reason,
		}}
	case to == n.By && to != n.Who && n.extends(r):
		short, long := time.Hour, 24*time.Hour
		if r.Until.Sub(r.From) >= reminder.Leads[0].Least {
			short, long = 24*time.Hour, 7*24*time.Hour
		}
		card.Buttons = []chat.Button{n.extend(short, chat.Primary), n.extend(long, "")}
	case to == n.Who && n.By != "":
		card.Fields = append(card.Fields, chat.Field{
			Name: chat.Text{ZH: "要继续", EN: "To go on"}, Value: chat.Text{ZH: "请 %s 延期", EN: "ask %s to extend it"}.F(inGroup(n.c, n.group, n.By)),
		})
	}
}

// extends says whether an extension would move the end of just this role: who has several has them moved in an order.
func (n nearing) extends(r access.Role) bool {
	facts := access.Facts{Group: bot.At[access.Book](n.c, access.Of(n.group.ID))}
	first, ok := facts.Extendable(n.group.ID, n.Who, n.c.Now)
	return ok && first.Key() == r.Key()
}

// last says whether an activation ends with its eligibility, so that there can be no other after it.
func (n nearing) last(r access.Role) bool {
	key := access.EligibleKey(n.Who)
	end, _, _ := access.EndOf(key, n.c.State(access.Of(n.group.ID)).Records[key])
	return !end.IsZero() && !end.After(r.Until)
}

func (n nearing) extend(by time.Duration, style chat.Style) chat.Button {
	label := chat.Text{ZH: "延期%d天", EN: "+%dd"}.F(int(by / (24 * time.Hour)))
	if by < 24*time.Hour {
		label = chat.Text{ZH: "再%d小时", EN: "+%dh"}.F(int(by / time.Hour))
	}
	return chat.Button{
		Label: label, Style: style,
		Command: "/admin extend @" + string(n.Who) + " until " + n.c.Moment(n.Until.Add(by)) + " #" + string(n.group.ID),
	}
}
