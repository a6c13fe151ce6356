// Package evidence gathers what is known of the admins of a group, of rights, use, duty and answers, as the plain values
// that reviews judge by. It promises that what is not known is left zero and never guessed; it decides nothing.
package evidence

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/review"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

// Group is one group as a review sees it.
type Group struct {
	Facts  access.Facts
	group  directory.Group
	usage  journal.Usage
	roster duty.Roster
	sheet  sla.Sheet
	heard  bool
	denied map[chat.User]int
	beside map[chat.User]int // what was refused in no group
	missed map[chat.User]int // shifts without a check-in in time
	told   digest.Book
	caught map[chat.User]int // breaches of the rules that they intercepted
	tally  map[chat.User]ticket.Tally
}

// Intercepting are the acts by which somebody intercepts a breach of the rules (R46).
var Intercepting = []journal.Kind{moderation.Asked, moderation.Muted, moderation.Warned}

// Names are the aggregates of a group that tell what became of complaints.
func Names(g chat.Group) []journal.Name { return []journal.Name{ticket.Of(g), ticket.SettledOf(g)} }

// Queries are those that Look reads of a group: what was refused there, who did not check in in time, and what was
// intercepted and not taken back. They have no end:
// to find the newest entry before a moment takes a search through the journal, of thousands of groups one each.
func Queries(g chat.Group, from time.Time) []journal.Query {
	out := []journal.Query{
		{Group: g, Refused: true, Since: from, Limit: mostCounted},
		{Group: g, Kind: duty.Late, Since: from, Limit: mostCounted},
		{Group: g, Kind: duty.TakenOver, Since: from, Limit: mostCounted},
	}
	for _, k := range Intercepting {
		out = append(out, journal.Query{Group: g, Kind: k, Undoable: true, Since: from, Limit: mostCounted})
	}
	return out
}

// perGroup is how many Queries there are of a group.
func perGroup() int { return len(Queries("", time.Time{})) }

// Beside is the query for what was refused in no group, to count of each admin with what was refused in theirs: it is asked
// once for all groups.
func Beside(from time.Time) journal.Query {
	return journal.Query{Groupless: true, Refused: true, Since: from, Limit: mostBeside}
}

// mostBeside is how many refusals in no group are counted, of the whole company.
const mostBeside = 5000

// RefusedBeside counts what Beside has found; n is which of the queries that was.
func RefusedBeside(c bot.Call, n int) map[chat.User]int {
	out := map[chat.User]int{}
	found, _ := c.Entries(n)
	for _, e := range found {
		out[e.Actor]++
	}
	return out
}

// With is the group with what was refused in no group.
func (l Group) With(beside map[chat.User]int) Group {
	l.beside = beside
	return l
}

// mostCounted is how many refusals, and how many missed check-ins, of a group are counted.
const mostCounted = 500

// Look makes a Group of what was read; n says which of the Queries, asked for group by group, and which tallies are the
// group's. Where none were asked for, nothing is known of either.
func Look(c bot.Call, g chat.Group, n int) Group {
	l := Group{
		told: bot.At[digest.Book](c, digest.Suspects), group: bot.At[directory.Group](c, directory.OfGroup(g)), Facts: c.In(g), usage: c.Usage(g),
		roster: bot.At[duty.Roster](c, duty.Of(g)), sheet: c.Sheet(n), heard: c.Clock(g).HasSource(), denied: map[chat.User]int{}, missed: map[chat.User]int{},
		caught: map[chat.User]int{},
	}
	first := perGroup() * n
	refused, _ := c.Entries(first)
	for _, e := range refused {
		l.denied[e.Actor]++
	}
	for of := range 2 {
		late, _ := c.Entries(first + 1 + of)
		for _, e := range late {
			for _, u := range duty.Missed(e) {
				l.missed[u]++
			}
		}
	}
	for of := range Intercepting {
		acts, _ := c.Entries(first + 3 + of)
		for _, e := range acts {
			l.caught[e.Actor]++
		}
	}
	from := c.Now.In(c.Zone).AddDate(0, 0, -review.EvidenceDays)
	l.tally = bot.At[ticket.Book](c, ticket.Of(g)).Count(from, c.Now).Plus(bot.At[ticket.Totals](c, ticket.SettledOf(g)).Count(from, c.Now)).By
	return l
}

// Of is a group of which only rights are known.
func Of(g chat.Group, f access.Facts) Group {
	return Group{Facts: f, group: directory.Unknown(g)}
}

// Tempo is how often the group is looked at.
func (l Group) Tempo(c bot.Call, p review.Policy) review.Tempo {
	today := c.Now.In(c.Zone)
	from, messages := sla.DayOf(today.AddDate(0, 0, -review.TempoDays)), int64(0)
	for d, n := range l.sheet.MessagesByDay() {
		if from <= d && d < sla.DayOf(today) {
			messages += n
		}
	}
	return p.TempoOf(l.Facts.Place.People, messages, l.heard)
}

// Place is the group as advice needs to know it.
func (l Group) Place(c bot.Call) review.Place {
	g := l.group.ID
	least, _ := access.Wanted(l.Facts.Place.People)
	p := review.Place{Least: least, Senior: access.Senior.String(), Appoints: access.Admins.String()}
	for _, who := range l.Facts.Admins(g, c.Now) {
		p.Admins++
		if l.Facts.LevelOf(who, g, c.Now) == access.Senior {
			p.Seniors++
		}
		if slices.ContainsFunc(l.Facts.Holds(who, g, c.Now), func(r access.Role) bool {
			return r.Level == access.Senior && r.Items().Has(access.Admins)
		}) {
			p.Able++
		}
	}
	return p
}

// Admins are those of the group who are looked at, with the evidence about each. Owners and 分级管理员 stand above the
// group; their rights there are no role of the group's.
func (l Group) Admins(c bot.Call) []review.Admin {
	g := l.group.ID
	used := access.Used{
		Since: l.usage.Since, Measured: c.Measured(),
		Last: func(who chat.User, i access.Item) time.Time { return l.usage.Last(who, i.String()) },
	}
	found := l.Facts.Check(g, used, c.Now)
	turns, answers := l.turns(c), l.answers(c)
	var out []review.Admin
	for _, who := range l.Facts.Admins(g, c.Now) {
		if l.Facts.Governs(who, g) {
			continue
		}
		r, source := l.RoleOf(c, who)
		if r.Level == access.NoLevel {
			continue
		}
		items := c.Onto(r.Items())
		e := review.Evidence{
			Role: review.Role{
				Level: r.Level.String(), Job: string(r.Job), Source: source, From: r.Source, Since: r.At, Until: r.Until, Items: items.Names(),
			},
			Known: later(l.usage.Since, r.At), Blind: items.Minus(used.Measured).Names(), Refused: l.denied[who] + l.beside[who], Beside: l.beside[who],
			Signals: l.signals(who), Away: l.away(who, c.Now), Turns: turns[who], Warned: l.warned(who, r, found),
		}
		if len(l.roster.Shifts) > 0 && e.Turns == nil {
			e.Turns = &review.Turns{}
		}
		if e.Turns != nil {
			e.Turns.Late = l.missed[who]
		}
		for i := range (items & used.Measured).All() {
			if at := used.Last(who, i); !at.IsZero() {
				e.Uses = append(e.Uses, review.Use{Item: i.String(), Last: at})
			}
		}
		if l.heard {
			e.Answers = answers(who)
		}
		e.Results = review.Results{Complaints: l.tally[who].Opened, Solved: l.tally[who].Solved, Caught: l.caught[who]}
		e.Left = bot.At[directory.Person](c, directory.OfPerson(who)).Gone
		if _, in := l.group.Member(who); !in && l.group.MembersKnown {
			e.Outside = true
		}
		out = append(out, review.Admin{Who: who, Evidence: e, Ladder: ladder(c, r)})
	}
	return out
}

// answers tells of each how they answered customers, how long their matters took, and what they wrote.
func (l Group) answers(c bot.Call) func(chat.User) *review.Answers {
	first, handled, wrote, since := l.sheet.ByPerson(sla.First), l.sheet.ByPerson(sla.Handling), l.sheet.MessagesBy(), l.heardSince(c)
	return func(who chat.User) *review.Answers {
		f, h := first[who], handled[who]
		return &review.Answers{
			Count: f.Count(), Mean: f.Mean().Round(time.Second), Late: f.Breaches, Wrote: wrote[who], Since: since,
			Handled: h.Count(), Handling: h.Mean().Round(time.Second),
		}
	}
}

// heardSince is the day of the first message of the group that is known; zero if none is. That a source tells of the group
// now says nothing of the time before.
func (l Group) heardSince(c bot.Call) time.Time {
	days := l.sheet.MessagesByDay()
	if len(days) == 0 {
		return time.Time{}
	}
	return slices.Min(slices.Collect(maps.Keys(days))).In(c.Zone).UTC()
}

// signals are the suspicious acts of somebody in the group that managers were told of.
func (l Group) signals(who chat.User) []review.Signal {
	var out []review.Signal
	for _, s := range l.told.About(who, l.group.ID) {
		out = append(out, review.Signal{Sort: string(s.Sort), N: s.N, Last: s.Last})
	}
	return out
}

// RoleOf is the role of somebody that a review is about: the one that the group itself gave, for good, for a while, or to
// be activated; else one of the company's; else one by position or department.
func (l Group) RoleOf(c bot.Call, who chat.User) (access.Role, review.Source) {
	g := l.group.ID
	for _, temporary := range []bool{false, true} {
		if r, ok := l.Facts.Group.Role(who, temporary); ok && (r.Until.IsZero() || c.Now.Before(r.Until)) {
			return r, map[bool]review.Source{false: review.Fixed, true: review.Temporary}[temporary]
		}
	}
	if r, ok := l.Facts.Group.Eligible(who); ok {
		return r, review.Activated
	}
	if held := l.Facts.Across(g, who, c.Now); len(held) > 0 {
		return held[0], review.Across
	}
	for _, r := range l.Facts.Holds(who, g, c.Now) {
		return r, review.Inherited
	}
	return access.Role{}, review.Fixed
}

// ladder are the lower levels of a role with the same job, the lowest first.
func ladder(c bot.Call, r access.Role) []review.Rung {
	var out []review.Rung
	for l := access.Junior; l < r.Level; l++ {
		lower := r
		lower.Level = l
		if items := c.Onto(lower.Items()); items != 0 {
			out = append(out, review.Rung{Level: l.String(), Items: items.Names()})
		}
	}
	return out
}

// turns is the duty of each within the days that evidence is about.
func (l Group) turns(c bot.Call) map[chat.User]*review.Turns {
	if len(l.roster.Shifts) == 0 {
		return nil
	}
	now := c.Now.In(c.Zone)
	from := now.AddDate(0, 0, -review.EvidenceDays)
	if l.roster.At.After(from) {
		from = l.roster.At.In(c.Zone) // of the time before, this roster says nothing
	}
	out := map[chat.User]*review.Turns{}
	of := func(who chat.User) *review.Turns {
		if out[who] == nil {
			out[who] = &review.Turns{}
		}
		return out[who]
	}
	for _, t := range l.roster.Between(from, now) {
		start, end := later(t.Start, from), t.End
		if end.After(now) || !start.Before(end) {
			continue // what is not over is not done
		}
		done := of(t.Who)
		done.Count, done.Minutes = done.Count+1, done.Minutes+int(end.Sub(start)/time.Minute)
		if t.By == duty.Takeover && t.Base != t.Who {
			of(t.Base).TakenOver++
		}
	}
	return out
}

// away is until when somebody is on leave; zero if they are not.
func (l Group) away(who chat.User, now time.Time) time.Time {
	for _, a := range l.roster.Leaves() {
		if a.Who == who && !now.Before(a.From) && now.Before(a.Until) {
			return a.Until
		}
	}
	return time.Time{}
}

// warned is what a check has found about somebody's role.
func (l Group) warned(who chat.User, r access.Role, found []access.Finding) []review.Warned {
	var out []review.Warned
	for _, f := range found {
		if f.Who != who {
			continue
		}
		switch f.Kind {
		case access.FoundUnused:
			out = append(out, review.Warned{What: review.Idle, Items: f.Items.Names()})
		case access.FoundOverWide:
			out = append(out, review.Warned{What: review.Wide, Items: f.Items.Names()})
		case access.FoundReview:
			if f.Key == r.Key() {
				out = append(out, review.Warned{What: review.Overdue})
			}
		case access.FoundSeparation:
			if gives := l.givesUp(who, f, r.Items()); gives != 0 {
				out = append(out, review.Warned{What: review.Exclusive, Items: gives.Names(), Name: f.Name})
			}
		default: // the others are about exceptions, or about the group
		}
	}
	return out
}

// givesUp are the items that somebody who breaks separation of duties should give up: all but those of the set that they
// used last.
func (l Group) givesUp(who chat.User, f access.Finding, held access.Items) access.Items {
	x, _, ok := l.Facts.Exclusive(f.Name)
	if !ok {
		return 0
	}
	last := func(s access.Items) (at time.Time) {
		for i := range (s & held).All() {
			at = later(at, l.usage.Last(who, i.String()))
		}
		return at
	}
	sets := slices.DeleteFunc(slices.Clone(x.Sets), func(s access.Items) bool { return s&held == 0 })
	slices.SortStableFunc(sets, func(a, b access.Items) int {
		return cmp.Or(last(b).Compare(last(a)), b.Len()-a.Len())
	})
	var out access.Items
	for _, s := range sets[min(1, len(sets)):] {
		out |= s & held
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
