package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

// byPerson counts what everybody did.
func (t *kpiTable) byPerson(a KPIAsk, row func(chat.User) *kpiRow) {
	c, sheet := t.c, t.c.Sheet(0)
	for _, u := range c.Access.Admins(a.Group, c.Now) {
		row(u)
	}
	for u, tally := range sheet.ByPerson(sla.Handling) {
		row(u).handling = tally
	}
	for u, n := range sheet.MessagesBy() {
		if u != "" {
			row(u).written = n
		}
	}
	for u, tally := range t.of.By {
		if u != "" {
			row(u).theirs = tally
		}
	}
	caught, _ := a.caught(c)
	for _, x := range caught {
		if x.who != "" {
			row(x.who).caught += x.n
		}
	}
}

// byShift counts what happened while somebody was on duty by the roster. Messages are counted by the day, so that nobody
// knows in whose shift they were written.
func (t *kpiTable) byShift(a KPIAsk, row func(chat.User) *kpiRow) {
	c := t.c
	roster := bot.At[duty.Roster](c, duty.Of(a.Group))
	during := func(at time.Time) *kpiRow {
		turn, _ := roster.OnDuty(at.In(c.Zone))
		return row(turn.Who)
	}
	for u, tally := range c.Sheet(0).ByShift(sla.Handling) {
		row(u).handling = tally
	}
	for _, x := range bot.At[ticket.Book](c, ticket.Of(a.Group)).Within(t.of.From, t.of.Until) {
		r := during(x.Opened)
		r.theirs.Opened++
		if !x.Solved.IsZero() {
			r.theirs.Solved++
		}
	}
	caught, _ := a.caught(c)
	for _, x := range caught {
		if !x.upon {
			during(x.at).caught += x.n
		}
	}
}
