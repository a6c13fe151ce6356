package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/event"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// eventReminder notes that the reminder of a big event has come, and when the next one does. Whom to tell, and what,
// follows from the note.
func eventReminder() bot.Job {
	return bot.Job{
		Kind: "event",
		Reads: []bot.Source{
			bot.Reads[directory.Group](directory.OfGroup), bot.Reads[access.Book](access.Of),
			bot.ReadsOne[access.Book](access.Of("")), bot.Reads[duty.Roster](duty.Of), bot.ReadsOne[review.Book](review.All),
			bot.Reads[review.Sheet](review.Of),
		},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			e, ok := bot.At[event.Book](c, d.Of).Remind(chat.Group(d.Of.ID()), d.Key, c.Now, c.Zone)
			if !ok {
				return bot.Outcome{}, nil
			}
			g, events := chat.Group(d.Of.ID()), []journal.Event{e}
			for _, big := range bot.At[event.Book](c, d.Of).All() {
				if event.Key(big.Name) == d.Key {
					events = append(events, beforeEvent(c, g, big)...)
				}
			}
			return bot.Outcome{Events: events}, nil
		},
	}
}
