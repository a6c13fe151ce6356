package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

// grantEnd takes a grant off the book whose end has come. The right itself ended by time, to the moment; this only
// notes it and lets those concerned know. kind is that of the books: of groups, or of the company.
func grantEnd(kind string) bot.Job {
	return bot.Job{
		Kind:  kind,
		Reads: []bot.Source{bot.Reads[directory.Group](directory.OfGroup), bot.Reads[task.Book](task.Of)},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			raw := c.State(d.Of).Records[d.Key]
			end, who, items := access.EndOf(d.Key, raw)
			if raw == nil || end.IsZero() || c.Now.Before(end) {
				return bot.Outcome{}, nil
			}
			g := chat.Group(d.Of.ID())
			if d.Of == access.Of("") {
				g = ""
			}
			e := journal.Event{
				Kind: access.Lapsed, Group: g, Items: items,
				Changes: []journal.Change{{Of: d.Of, Key: d.Key, Before: raw}},
			}
			if who != "" {
				e.Targets = []chat.User{who}
			}
			return bot.Outcome{Events: []journal.Event{e}, Ended: journal.Expired, Rule: access.RuleGrantExpired}, nil
		},
	}
}
