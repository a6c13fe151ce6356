package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

// taskCheck looks at a task whose moment has come: the platform is re-read, or the task is over, and whoever asked for
// it is told how.
func taskCheck() bot.Job {
	return bot.Job{
		Kind:  "task",
		Reads: []bot.Source{bot.Reads[directory.Group](directory.OfGroup)},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			book := bot.At[task.Book](c, d.Of)
			e, reread, ok := book.Come(g, d.Key, c.Now.UTC())
			if !ok {
				return bot.Outcome{}, nil
			}
			out := bot.Outcome{Events: []journal.Event{e}}
			if reread {
				out.Effects = append(out.Effects, chat.ObserveGroup(g))
			}
			return out, nil
		},
	}
}
