package scheduler

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// alertReads are what is looked at to tell whom a customer who waits concerns, beside the group, its roster and its book
// of alerts.
func alertReads() []bot.Source {
	return []bot.Source{bot.Reads[access.Book](access.Of), bot.ReadsOne[access.Book](access.Of(""))}
}

// answerDue lets word go round of a customer whose answer is late, or soon will be. Whom it reached and what follows,
// the book of alerts says; whoever is newly on it is told by what follows from it.
func answerDue() bot.Job {
	return bot.Job{
		Kind: bot.Clock, Reads: alertReads(),
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			w, waits := c.Clock(g).Waiting()
			if !waits || idle(c, g) {
				return bot.Outcome{}, nil
			}
			book := bot.At[sla.Book](c, sla.Of(g))
			e, ok := book.Open(alertScene(c, g), w)
			if !ok {
				return bot.Outcome{}, nil
			}
			var out []journal.Event
			if old, open := book.Alert(""); open { // of somebody who took it back, or whose answer went by unseen
				out = append(out, ended(c, g, old))
			}
			return bot.Outcome{Events: append(append(out, e), tookOver(c, g, e)...)}, nil
		},
	}
}

// idle says whether nobody has undertaken to answer in a group: one of the company's own people, without a roster. What
// colleagues say to each other there is nobody's alarm. In a group that is dissolved nobody can answer any more.
func idle(c bot.Call, g chat.Group) bool {
	group := bot.At[directory.Group](c, directory.OfGroup(g))
	return group.Gone || group.Kind != chat.CustomerGroup && len(bot.At[duty.Roster](c, duty.Of(g)).Shifts) == 0
}

func alertScene(c bot.Call, g chat.Group) sla.Scene {
	return sla.Scene{Group: g, Reach: c.Reach(g), Rules: c.Rules(g), Ladder: c.Ladder(), Now: c.Now}
}

// tookOver is the event in which the backup takes over from whoever is on duty and let the answer be late although they
// knew: it was theirs when the customer wrote, or they were told before. Nothing, where the alert has not gone so far.
func tookOver(c bot.Call, g chat.Group, e journal.Event) []journal.Event {
	before, _ := journal.Decode[sla.Alert](e.Changes[0].Before)
	after, err := journal.Decode[sla.Alert](e.Changes[0].After)
	roster, now := bot.At[duty.Roster](c, duty.Of(g)), c.Now.In(c.Zone)
	t, on := roster.OnDuty(now)
	if err != nil || !on || !after.Late(c.Now) || before.Step >= sla.ToBackup || after.Step < sla.ToBackup {
		return nil
	}
	if t.Who != after.Shift && !before.Knows(t.Who) {
		return nil
	}
	if change, ok := roster.TakeOver(g, now, duty.LateAnswer); ok {
		return []journal.Event{change}
	}
	return nil
}

// ended is the event in which an alert is over: answered by whoever closed the clock, as far as that can be told.
func ended(c bot.Call, g chat.Group, a sla.Alert) journal.Event {
	samples := c.Clock(g).Unsettled(c.Now)
	i := slices.IndexFunc(samples, func(s sla.Sample) bool { return s.Kind == sla.First && s.Opened.Equal(a.Opened) })
	book := bot.At[sla.Book](c, sla.Of(g))
	if i < 0 {
		return book.End(g, a, sla.Gone, "", c.Now)
	}
	return book.End(g, a, sla.Answered, samples[i].By, samples[i].Closed)
}
