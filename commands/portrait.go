package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
)

// portraitDays is over how many days a portrait tells of.
const portraitDays = 30

// Portray tells how an admin stands: the roles that they hold in every group, how long they were on shift there, and how
// they did in the last weeks (R48). need is what must still be read to tell.
func Portray(c bot.Call, who chat.User) (p chat.Portrait, need journal.Want) {
	of := directory.OfPerson(who)
	names := []journal.Name{of}
	for _, g := range c.Groups.All() {
		names = append(names, access.Of(g.ID), directory.OfGroup(g.ID))
	}
	held := []chat.Group{}
	person := bot.At[directory.Person](c, of)
	p = chat.Portrait{User: who, Name: person.Member().Name, Department: person.Member().Department, AsOf: c.Now.UTC()}
	highest := access.NoLevel
	for _, g := range c.Groups.All() {
		if !c.Has(access.Of(g.ID)) || !c.Has(directory.OfGroup(g.ID)) {
			continue
		}
		here := false
		for _, r := range c.In(g.ID).Holds(who, g.ID, c.Now) {
			if !r.Live(c.Now) {
				continue
			}
			here = true
			p.Roles = append(p.Roles, chat.Held{
				Group: g.ID, Name: bot.At[directory.Group](c, directory.OfGroup(g.ID)).Title(), Level: r.Level.String(), Job: string(r.Job), Until: r.Until,
			})
			if r.Level > highest {
				highest = r.Level
				p.Level, p.Job = r.Level.String(), string(r.Job)
			}
		}
		if m, in := bot.At[directory.Group](c, directory.OfGroup(g.ID)).Member(who); in && p.Name == "" {
			p.Name = m.Name // of whom the address book has told nothing yet
		}
		if here {
			held, names = append(held, g.ID), append(names, duty.Of(g.ID))
			p.DutyHours += onShift(bot.At[duty.Roster](c, duty.Of(g.ID)), who, c.Now.In(c.Zone))
		}
	}
	if need.Names = notLoaded(c, names...); len(need.Names) > 0 || len(held) == 0 {
		return p, need
	}
	p.Indicators, need = figures(c, who, held)
	return p, need
}

// figures are how somebody did in the last weeks that are over, in the groups where they hold a role: the indicators as
// /kpi has them, and the sides of their portrait.
func figures(c bot.Call, who chat.User, held []chat.Group) ([]chat.Measure, journal.Want) {
	weeks := kpiWord{n: c.Targets.EnoughWeeks(), past: true}.of(c.Now.In(c.Zone))
	ask := KPIAsk{Who: who, Periods: []kpi.Period{weeks}, Among: held}
	if need := ask.Need(c); !need.Nothing() {
		if len(need.Queries) > 0 {
			for _, g := range held { // what was written where they are, beside what they did anywhere
				need.Tallies = append(need.Tallies, journal.Days{Group: g, From: weeks.From, Until: weeks.Until})
			}
		}
		return nil, need
	}
	k := ask.Measure(c)[0]
	k.Messages, k.Source = 0, false
	for n := range held {
		k.Messages += c.Sheet(1 + n).Messages()
		k.Source = k.Source || c.Sources(1+n) > 0
	}
	k.Source = k.Source && k.Messages > 0 // of weeks in which nothing was heard nobody knows whether somebody listened
	var out []chat.Measure
	for _, i := range k.Indicators() {
		d := kpiDocument(i, chat.EN)
		out = append(out, chat.Measure{Name: d.Measures, Value: i.Value, Verdict: d.Verdict, Sample: int(i.Samples)})
	}
	for _, t := range k.portrait(c) {
		if t.Known {
			out = append(out, chat.Measure{Name: "score_" + t.Key, Value: float64(t.Score)})
		}
	}
	return out, journal.Want{}
}

// trialFigures are those of nobody, so that a trial reaches every field that portraits do.
func trialFigures() []chat.Measure {
	var out []chat.Measure
	most := kpi.Measured{Days: daysOfTrial, Over: true, Source: true, Handled: 1, Handling: time.Hour, Complaints: 1, Solved: 1, Caught: kpi.Targets{}.LeastCaught(), Messages: kpi.LeastMessages}
	for _, i := range most.Indicators() {
		d := kpiDocument(i, chat.EN)
		out = append(out, chat.Measure{Name: d.Measures, Value: i.Value, Verdict: d.Verdict, Sample: int(i.Samples)})
	}
	for _, t := range kpi.Portrait(most, kpi.Kept{Turns: 1, OnTime: 1}, 1) {
		out = append(out, chat.Measure{Name: "score_" + t.Key, Value: float64(t.Score)})
	}
	return out
}

const daysOfTrial = 7

// Portraits posts how the admins of the group stand to every link that keeps portraits, of those that are not seen yet:
// what they did in a week changes no role, so that nothing else would tell of it.
func Portraits(c bot.Call, seen map[chat.User]bool) bot.Outcome {
	var out bot.Outcome
	for _, who := range c.Access.Admins(c.Group.ID, c.Now) {
		if !seen[who] {
			seen[who] = true
			out.Effects = append(out.Effects, portraitTo(c, who)...)
		}
	}
	return out
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
