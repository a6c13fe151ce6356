package scheduler

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// conduct tells those who watch over the conduct in a group of what was seen, once for each person and hour, reminds them
// of reports that lie, and clears what is long past.
func conduct() bot.Job {
	return bot.Job{
		Kind: "conduct",
		Reads: []bot.Source{
			bot.Reads[directory.Group](directory.OfGroup), bot.Reads[access.Book](access.Of),
			bot.ReadsOne[access.Book](access.Of("")), bot.Reads[duty.Roster](duty.Of),
			bot.Reads[moderation.List](moderation.WordsOf), bot.ReadsOne[moderation.List](moderation.WordsOf("")),
		},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g, book := chat.Group(d.Of.ID()), bot.At[moderation.Conduct](c, d.Of)
			if e, r, ok := book.Remind(g, d.Key, c.Now); ok {
				return bot.Outcome{Events: []journal.Event{e}, Effects: remindOfReport(c, r)}, nil
			}
			e, tell, ok := book.Come(g, d.Key, c.Now)
			if !ok {
				return bot.Outcome{}, nil
			}
			out := bot.Outcome{Events: []journal.Event{e}}
			if e.Kind == moderation.Forgotten {
				out.Ended = journal.Expired
				return out, nil
			}
			for _, u := range c.Overseers(tell.Who) {
				card := caught(c, tell)
				told := chat.SendTo(u, g, chat.Reply{Card: &card}).As(chat.OfConduct)
				told.Matter = chat.About(string(d.Of), d.Key)
				out.Effects = append(out.Effects, told)
			}
			return out, nil
		},
	}
}

// caught shows an admin what somebody was seen to do, and what can be done about it.
func caught(c bot.Call, x moderation.Case) chat.Card {
	title := chat.Text{ZH: "群内违规：%s", EN: "Conduct: %s"}.F(c.Name(x.Who))
	if x.Told > 0 {
		title = chat.Text{ZH: "群内违规，又有：%s", EN: "Conduct, more: %s"}.F(c.Name(x.Who))
	}
	card := chat.Card{
		Title: title,
		Body: chat.Text{
			ZH: "原文不保存，请到群里看。企业微信不让机器人撤回、删除别人的消息。",
			EN: "The text is not kept; please look in the group. WeCom lets no bot recall or delete what others wrote.",
		},
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "群", EN: "Group"}, Value: chat.Same(c.Group.Title())},
			{Name: chat.Text{ZH: "内容", EN: "What"}, Value: x.Text()},
			{Name: chat.Text{ZH: "最近", EN: "Latest"}, Value: chat.Same(c.Moment(x.Last))},
		},
	}
	if found := wordsFound(c, x.Words); !found.IsZero() {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Text{ZH: "关键词", EN: "Keywords"}, Value: found})
	}
	code, at := x.Code(), " #"+string(c.Group.ID)
	card.Buttons = append(card.Buttons, chat.Button{
		Label: chat.Text{ZH: "警告", EN: "Warn"}, Style: chat.Danger, Command: "/conduct warn " + code + at,
	})
	if x.Kind != chat.Customer && x.Asked == "" {
		card.Buttons = append(card.Buttons, chat.Button{Label: chat.Text{ZH: "请撤回", EN: "Ask recall"}, Command: "/conduct recall " + code + at})
	}
	card.Buttons = append(card.Buttons, chat.Button{Label: chat.Text{ZH: "忽略", EN: "Ignore"}, Command: "/conduct ignore " + code + at})
	return card
}

// wordsFound are the words that were hit, as far as they still stand on a list.
func wordsFound(c bot.Call, marks []string) chat.Text {
	own := bot.At[moderation.List](c, moderation.WordsOf(c.Group.ID))
	company := bot.At[moderation.List](c, moderation.WordsOf(""))
	var found []string
	for _, m := range marks {
		w, ok := own.Marked(m)
		if !ok {
			w, ok = company.Marked(m)
		}
		if ok {
			found = append(found, chat.Escape(w.Text))
		}
	}
	if len(found) == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: strings.Join(found, "、"), EN: strings.Join(found, ", ")}
}

// remindOfReport reminds those who decide.
func remindOfReport(c bot.Call, r moderation.Report) []chat.Effect {
	var out []chat.Effect
	for _, u := range c.Overseers(r.Who, r.By) {
		e := chat.SendTo(u, c.Group.ID, chat.Reply{Text: chat.Text{
			ZH: "“%s”里对 %s 的举报一天还没有处理。`/违规 #%s` 看。", EN: "“%s”: a report about %s has waited for a day. `/conduct #%s` shows it.",
		}.F(chat.Escape(c.Group.Title()), c.Name(r.Who), c.Group.ID)}).As(chat.OfConduct)
		e.Matter = chat.About(string(moderation.ConductOf(c.Group.ID)), r.Key())
		out = append(out, e)
	}
	return out
}
