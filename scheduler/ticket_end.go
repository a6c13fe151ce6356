package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/ticket"
)

// ticketEnd takes a complaint off the book that was solved long ago, so that books do not grow for ever.
func ticketEnd() bot.Job {
	return bot.Job{
		Kind: "ticket",
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			e, ok := bot.At[ticket.Book](c, d.Of).Forget(chat.Group(d.Of.ID()), d.Key, c.Now)
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}}, nil
		},
	}
}
