package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/ticket"
)

// ticketEnd moves a complaint that was solved long ago from the book into the totals of its day, so that books do not
// grow for ever.
func ticketEnd() bot.Job {
	totals := bot.Reads[ticket.Totals](ticket.SettledOf)
	return bot.Job{
		Kind:  "ticket",
		Reads: []bot.Source{totals},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			e, ok := bot.At[ticket.Book](c, d.Of).Settle(g, d.Key, bot.At[ticket.Totals](c, ticket.SettledOf(g)), c.Now, c.Zone)
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}}, nil
		},
	}
}

// totalsEnd drops the totals of a day that nobody can ask about any more.
func totalsEnd() bot.Job {
	return bot.Job{
		Kind: "settled",
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			e, ok := bot.At[ticket.Totals](c, d.Of).Forget(chat.Group(d.Of.ID()), d.Key, c.Now)
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}}, nil
		},
	}
}
