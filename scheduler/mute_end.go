package scheduler

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/task"
)

// muteEnd takes a mute off the book whose end has come, and lets those concerned know.
func muteEnd() bot.Job {
	mutes := bot.Reads[moderation.Book](moderation.Of)
	return bot.Job{
		Kind: "moderation",
		Reads: []bot.Source{
			mutes, bot.Reads[directory.Group](directory.OfGroup), bot.Reads[task.Book](task.Of),
		},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			_, who, _ := strings.Cut(d.Key, "/")
			e, ok := bot.At[moderation.Book](c, d.Of).End(chat.Group(d.Of.ID()), chat.User(who), c.Now)
			if !ok {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{e}, Ended: journal.Expired}, nil
		},
	}
}
