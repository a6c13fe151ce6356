package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// alertDue takes the next step of an alert whose customer still waits, and ends that of one who does not.
func alertDue() bot.Job {
	return bot.Job{
		Kind: "sla", Clock: true,
		Reads: append(alertReads(), bot.Reads[directory.Group](directory.OfGroup), bot.Reads[duty.Roster](duty.Of)),
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			book := bot.At[sla.Book](c, d.Of)
			if a, open := book.Alert(""); open && a.Key() == d.Key && !stillWaits(c, g, a) {
				return bot.Outcome{Events: over(c, g, a)}, nil
			}
			e, ok := book.Come(alertScene(c, g), d.Key)
			switch {
			case e.Kind == "":
				return bot.Outcome{}, nil
			case !ok:
				return bot.Outcome{Events: []journal.Event{e}}, nil // keeps its moment
			}
			return bot.Outcome{Events: append([]journal.Event{e}, tookOver(c, g, e)...)}, nil
		},
	}
}
