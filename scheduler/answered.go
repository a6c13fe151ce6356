package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// answered ends the alert about a customer who waits no more.
func answered() bot.Job {
	return bot.Job{
		Kind: bot.Answered, Reads: alertReads(),
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			a, open := bot.At[sla.Book](c, sla.Of(g)).Alert("")
			if !open || stillWaits(c, g, a) {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: over(c, g, a)}, nil
		},
	}
}

// stillWaits says whether an alert is about the customer who waits now. Where the clock has been lost, nothing tells that
// there was an answer; in a group that is dissolved nobody waits.
func stillWaits(c bot.Call, g chat.Group, a sla.Alert) bool {
	if bot.At[directory.Group](c, directory.OfGroup(g)).Gone {
		return false
	}
	clock := c.Clock(g)
	w, waits := clock.Waiting()
	return !clock.HasSource() || waits && w.Opened.Equal(a.Opened)
}

// over is what happens when the customer of an alert has an answer: the alert ends, and if it was given by whoever lost
// their turn by being late, they are there, and get it back.
func over(c bot.Call, g chat.Group, a sla.Alert) []journal.Event {
	e := ended(c, g, a)
	after, err := journal.Decode[sla.Alert](e.Changes[0].After)
	if err != nil || after.EndedBy == "" {
		return []journal.Event{e}
	}
	return append([]journal.Event{e}, c.GivesBack(g, after.EndedBy)...)
}
