package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/reminder"
)

// endIsNear takes a reminder off the book whose moment has come; that those concerned are then told follows from it.
// A moment that comes late, after the end, tells nobody: the end itself does.
func endIsNear() bot.Job {
	return bot.Job{
		Kind: "reminder",
		Reads: []bot.Source{
			bot.Reads[directory.Group](directory.OfGroup), bot.Reads[access.Book](access.Of),
		},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			e, ok := bot.At[reminder.Book](c, d.Of).Come(chat.Group(d.Of.ID()), d.Key, c.Now)
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}}, nil
		},
	}
}
