package scheduler

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// dutyOffer ends a swap, or a request for cover, that nobody has agreed to in time. Both sides are told by what follows
// from the change.
func dutyOffer() bot.Job {
	return bot.Job{
		Kind:  "duty",
		Reads: []bot.Source{bot.Reads[duty.Roster](duty.Of), bot.Reads[directory.Group](directory.OfGroup)},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			code, ok := strings.CutPrefix(d.Key, "offer/")
			r := bot.At[duty.Roster](c, d.Of)
			if o, open := r.Offer(code); !ok || !open || c.Now.Before(o.Lapses) {
				return bot.Outcome{}, nil
			}
			e, err := r.EndOffer(chat.Group(d.Of.ID()), code)
			if err != nil {
				return bot.Outcome{}, err
			}
			return bot.Outcome{Events: []journal.Event{e}, Ended: journal.Expired}, nil
		},
	}
}
