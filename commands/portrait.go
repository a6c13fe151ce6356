package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// portraitDays is over how many days a portrait tells of.
const portraitDays = 30

// Portray tells how an admin stands: the roles that they hold in every group, and how long they were on shift there. need
// is what must still be read to tell.
func Portray(c bot.Call, who chat.User) (p chat.Portrait, need []journal.Name) {
	of := directory.OfPerson(who)
	need = append(need, of)
	for _, g := range c.Groups.All() {
		need = append(need, access.Of(g.ID), directory.OfGroup(g.ID))
	}
	person := bot.At[directory.Person](c, of)
	p = chat.Portrait{User: who, Name: person.Member().Name, Department: person.Member().Department, AsOf: c.Now.UTC()}
	highest := access.NoLevel
	for _, g := range c.Groups.All() {
		if !c.Has(access.Of(g.ID)) || !c.Has(directory.OfGroup(g.ID)) {
			continue
		}
		held := false
		for _, r := range c.In(g.ID).Holds(who, g.ID, c.Now) {
			if !r.Live(c.Now) {
				continue
			}
			held = true
			p.Roles = append(p.Roles, chat.Held{
				Group: g.ID, Name: bot.At[directory.Group](c, directory.OfGroup(g.ID)).Title(), Level: r.Level.String(), Job: string(r.Job), Until: r.Until,
			})
			if r.Level > highest {
				highest = r.Level
				p.Level, p.Job = r.Level.String(), string(r.Job)
			}
		}
		if held {
			need = append(need, duty.Of(g.ID))
			p.DutyHours += onShift(bot.At[duty.Roster](c, duty.Of(g.ID)), who, c.Now.In(c.Zone))
		}
	}
	return p, need
}

// onShift is how many hours of the last days somebody was on shift by a roster.
func onShift(r duty.Roster, who chat.User, now time.Time) float64 {
	from, total := now.AddDate(0, 0, -portraitDays), time.Duration(0)
	for _, t := range r.Between(from, now) {
		if t.Who != who {
			continue
		}
		start, end := t.Start, t.End
		if start.Before(from) {
			start = from
		}
		if end.After(now) {
			end = now
		}
		total += max(end.Sub(start), 0)
	}
	return total.Round(6 * time.Minute).Hours()
}
