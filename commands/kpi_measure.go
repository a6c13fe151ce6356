package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

// mostCaught is how many interceptions of one kind are counted in one answer. Where there were more, it says so.
const mostCaught = 5000

// KPIAsk is what is asked about: a group, or with the zero Group the company; a person there, or with the zero User
// everybody; and periods, of which no two need follow each other.
type KPIAsk struct {
	Group   chat.Group
	Who     chat.User
	Periods []kpi.Period
	// Among are the groups whose complaints count, where it is not Group, or all of them.
	Among []chat.Group
}

// Need is what must be read before it can be measured; nothing once all of it is there.
func (a KPIAsk) Need(c bot.Call) journal.Want {
	var w journal.Want
	for _, g := range a.groups(c) {
		for _, n := range a.complaints(g, c.Now) {
			if !c.Has(n) {
				w.Names = append(w.Names, n)
			}
		}
	}
	if len(w.Names) == 0 && c.Queries() == 0 {
		return a.want(c)
	}
	for _, g := range a.watched(c) { // whether a wait is anybody's matter
		if _, waits := c.Clock(g).Waiting(); waits {
			w.Names = append(w.Names, notLoaded(c, directory.OfGroup(g), duty.Of(g))...)
		}
	}
	return w
}

// complaints are the aggregates that a group's complaints stand in: the totals hold only what was opened long ago.
func (a KPIAsk) complaints(g chat.Group, now time.Time) []journal.Name {
	if from, _ := a.span(); from.After(now.Add(-ticket.Kept)) {
		return []journal.Name{ticket.Of(g)}
	}
	return []journal.Name{ticket.Of(g), ticket.SettledOf(g)}
}

// span is from the first moment of all periods to the last.
func (a KPIAsk) span() (from, until time.Time) {
	for _, p := range a.Periods {
		if from.IsZero() || p.From.Before(from) {
			from = p.From
		}
		if p.Until.After(until) {
			until = p.Until
		}
	}
	return from, until
}

// groups are those whose complaints count.
func (a KPIAsk) groups(c bot.Call) []chat.Group {
	switch {
	case a.Group != "":
		return []chat.Group{a.Group}
	case a.Among != nil:
		return a.Among
	}
	return everyGroup(c)
}

// watched are the groups in which it is looked who still waits.
func (a KPIAsk) watched(c bot.Call) []chat.Group {
	if a.Group == "" && a.Who != "" {
		return nil // whose matter it is, is a question of each group
	}
	return a.groups(c)
}

// want is the queries and tallies of it. Its numbers count from the first of all.
func (a KPIAsk) want(c bot.Call) journal.Want {
	var w journal.Want
	from, until := a.span()
	for _, p := range a.Periods {
		w.Tallies = append(w.Tallies, journal.Days{Group: a.Group, From: p.From, Until: p.Until})
	}
	w.Clocks = a.watched(c)
	w.Queries = a.catches(from, until)
	if a.Who != "" {
		w.Queries = append(w.Queries,
			journal.Query{Kind: duty.CheckedIn, Group: a.Group, Actor: a.Who, Since: from, Until: until, Limit: mostCaught},
			journal.Query{Kind: duty.Late, Group: a.Group, Target: a.Who, Since: from, Until: until, Limit: mostCaught},
			journal.Query{Kind: duty.TakenOver, Group: a.Group, Target: a.Who, Since: from, Until: until, Limit: mostCaught})
	}
	return w
}

// KPI is what was measured in one period.
type KPI struct {
	kpi.Period
	kpi.Measured
	Written int64 // messages that the person wrote; of a group, that its staff did
	Kept    kpi.Kept
	ByBot   int64 // of Caught, by the bot; of a group
	// Nobodys are the complaints of the group of which nobody has said whose they are; Old says that complaints of the
	// period are totals of whole days.
	Nobodys int64
	Old     bool
	By      map[chat.User]ticket.Tally // complaints, by whose they are
	// Silent says that the group has a source now, but that nothing was heard in the period.
	Silent bool
}

// Measure counts what Need has had read, one KPI a period.
func (a KPIAsk) Measure(c bot.Call) []KPI {
	out := make([]KPI, len(a.Periods))
	caught, since := a.caught(c)
	for i, p := range a.Periods {
		s := c.Sheet(i)
		handled := s.Total(sla.Handling)
		by := s.MessagesBy()
		written := s.Messages() - by[""]
		if a.Who != "" {
			handled, written = s.ByPerson(sla.Handling)[a.Who], by[a.Who]
		}
		source := c.Sources(i) > 0
		k := KPI{Period: p, Written: written, Measured: kpi.Measured{
			Days: p.Days(), Over: p.Over(c.Now), Handled: handled.Count(), Handling: handled.Mean(), Messages: s.Messages(), Targets: c.Targets,
		}}
		// Of a time in which nothing was heard nobody knows whether somebody listened.
		heard := k.Messages > 0 || s.Total(sla.Handling).Count() > 0
		k.Silent = source && !heard
		k.Source = source && (heard || !k.Measured.Over)
		k.complain(c, a)
		k.intercept(caught, a.Who != "")
		k.More = since.After(p.From)
		if a.Who != "" {
			k.Kept = a.kept(c, p)
		}
		out[i] = k
	}
	return out
}

// complain counts the complaints of the period: all of them, or those of one person.
func (k *KPI) complain(c bot.Call, a KPIAsk) {
	all := ticket.Count{}
	for _, g := range a.groups(c) {
		all = all.Plus(bot.At[ticket.Book](c, ticket.Of(g)).Count(k.From, k.Until))
		all = all.Plus(bot.At[ticket.Totals](c, ticket.SettledOf(g)).Count(k.From, k.Until))
	}
	mine := all.Tally
	if a.Who != "" {
		mine = all.By[a.Who]
	}
	k.By, k.Complaints, k.Solved, k.Nobodys = all.By, int64(mine.Opened), int64(mine.Solved), int64(all.By[""].Opened)
	k.Old = k.From.Before(c.Now.Add(-ticket.Kept))
}

// intercept counts the interceptions of the period: each breach once, or everything that one person did.
func (k *KPI) intercept(caught []catch, one bool) {
	for _, x := range caught {
		if x.at.Before(k.From) || !x.at.Before(k.Until) || x.upon && !one {
			continue
		}
		k.Caught += x.n
		if x.who == "" {
			k.ByBot += x.n
		}
	}
}

// kept counts the turns at which the person had to check in, and those at which they did in time.
func (a KPIAsk) kept(c bot.Call, p kpi.Period) (out kpi.Kept) {
	for n := range 3 { // check-ins, then those that did not come in time, without and with a backup who took over at once
		entries, _ := c.Entries(len(catching) + n)
		for _, e := range entries {
			for _, ch := range e.Changes {
				if ch.After == nil || ch.Of != duty.OfLife(e.Group) || e.At.Before(p.From) || !e.At.Before(p.Until) {
					continue
				}
				l, err := journal.Decode[duty.Life](ch.After)
				switch {
				case err != nil || l.Who != a.Who:
				case n == 0 && l.Late.IsZero():
					out.Turns, out.OnTime = out.Turns+1, out.OnTime+1
				case n > 0 && !l.Late.IsZero() && !already(ch):
					out.Turns++
				}
			}
		}
	}
	return out
}

// already says whether the turn of a change had been noted as late before it.
func already(ch journal.Change) bool {
	l, err := journal.Decode[duty.Life](ch.Before)
	return ch.Before != nil && err == nil && !l.Late.IsZero()
}
