package commands

import (
	"cmp"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

func (t *kpiTable) byPerson(a KPIAsk, row func(chat.User) *kpiRow) {
	c, sheet := t.c, t.c.Sheet(0)
	if !t.all {
		for _, u := range c.Access.Admins(a.Group, c.Now) {
			row(u)
		}
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

// byShift counts by the hours of the roster: of matters those in which the customer began to wait, as they were when it
// was heard; of all else those in which it happened, by the roster of today.
func (t *kpiTable) byShift(a KPIAsk) {
	c, sheet := t.c, t.c.Sheet(0)
	roster := bot.At[duty.Roster](c, duty.Of(a.Group))
	rows := map[sla.Slot]*kpiRow{}
	row := func(s sla.Slot) *kpiRow {
		if rows[s] == nil {
			rows[s] = &kpiRow{slot: s}
		}
		return rows[s]
	}
	during := func(at time.Time) *kpiRow { return row(bot.SlotAt(roster, at.In(c.Zone))) }
	for _, turn := range roster.Turns(t.of.From, t.of.Until) {
		row(sla.SlotOf(turn.From, turn.To))
	}
	for s, tally := range sheet.BySlot(sla.Handling) {
		row(s).handling = tally
	}
	for s, n := range sheet.MessagesBySlot() {
		r := row(s)
		r.written, r.among = n, n
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
	for _, r := range rows {
		t.rows = append(t.rows, *r)
	}
	last := func(s sla.Slot) int { // what is no shift stands below those that are
		return map[sla.Slot]int{sla.OffDuty: 1, "": 2}[s]
	}
	slices.SortFunc(t.rows, func(x, y kpiRow) int {
		return cmp.Or(cmp.Compare(last(x.slot), last(y.slot)), cmp.Compare(x.slot, y.slot))
	})
}
