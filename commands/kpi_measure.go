package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/moderation"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

// intercepting are the kinds of events by which a breach of the rules is intercepted. What was taken back is none.
var intercepting = []journal.Kind{moderation.Muted}

// mostCaught is how many interceptions are counted in one answer. Where there were more, it says so.
const mostCaught = 5000

// KPIAsk is what is asked about: a group, or with the zero Group the company; a person there, or with the zero User
// everybody; and periods, of which no two need follow each other.
type KPIAsk struct {
	Group   chat.Group
	Who     chat.User
	Periods []kpi.Period
}

// Need is what must be read before it can be measured; nothing once all of it is there.
func (a KPIAsk) Need(c bot.Call) journal.Want {
	var w journal.Want
	for _, g := range a.groups(c) {
		if n := ticket.Of(g); !c.Has(n) {
			w.Names = append(w.Names, n)
		}
	}
	if len(w.Names) == 0 && c.Queries() == 0 {
		return a.want()
	}
	return w
}

// groups are those whose complaints count.
func (a KPIAsk) groups(c bot.Call) []chat.Group {
	if a.Group != "" {
		return []chat.Group{a.Group}
	}
	return everyGroup(c)
}

// want is the queries and tallies of it. Its numbers count from the first of all.
func (a KPIAsk) want() journal.Want {
	var w journal.Want
	var from, until time.Time
	for _, p := range a.Periods {
		w.Tallies = append(w.Tallies, journal.Days{Group: a.Group, From: p.From, Until: p.Until})
		if from.IsZero() || p.From.Before(from) {
			from = p.From
		}
		if p.Until.After(until) {
			until = p.Until
		}
	}
	if a.Group != "" {
		w.Clocks = []chat.Group{a.Group}
	}
	for _, k := range intercepting {
		w.Queries = append(w.Queries, journal.Query{
			Kind: k, Group: a.Group, Actor: a.Who, Since: from, Until: until, Undoable: true, Limit: mostCaught,
		})
	}
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
	// Silent says that the group has a source now, but that nothing was heard in the period.
	Silent bool
}

// Measure counts what Need has had read, one KPI a period.
func (a KPIAsk) Measure(c bot.Call) []KPI {
	out := make([]KPI, len(a.Periods))
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
			Days: p.Days(), Over: p.Over(c.Now), Handled: handled.Count(), Handling: handled.Mean(), Messages: s.Messages(),
		}}
		// Of a time in which nothing was heard nobody knows whether somebody listened.
		heard := k.Messages > 0 || s.Total(sla.Handling).Count() > 0
		k.Silent = source && !heard
		k.Source = source && (heard || !k.Measured.Over)
		for _, g := range a.groups(c) {
			t := bot.At[ticket.Book](c, ticket.Of(g)).Count(p.From, p.Until)
			k.Complaints, k.Solved = k.Complaints+int64(t.Opened), k.Solved+int64(t.Solved)
		}
		k.Caught, k.More = a.caught(c, p)
		if a.Who != "" {
			k.Kept = a.kept(c, p)
		}
		out[i] = k
	}
	return out
}

// caught counts the interceptions of a period.
func (a KPIAsk) caught(c bot.Call, p kpi.Period) (n int64, more bool) {
	for i := range intercepting {
		entries, older := c.Entries(i)
		for _, e := range entries {
			if !e.At.Before(p.From) && e.At.Before(p.Until) && (a.Who == "" || e.Actor == a.Who) {
				n++
			}
		}
		more = more || older && len(entries) > 0 && entries[len(entries)-1].At.After(p.From)
	}
	return n, more
}

// kept counts the turns at which the person had to check in, and those at which they did in time.
func (a KPIAsk) kept(c bot.Call, p kpi.Period) (out kpi.Kept) {
	for n := range 3 { // check-ins, then those that did not come in time, without and with a backup who took over at once
		entries, _ := c.Entries(len(intercepting) + n)
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
