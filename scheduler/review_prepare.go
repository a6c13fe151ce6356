package scheduler

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/evidence"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// groupsAStep is how many groups are prepared in one commit: what is kept is kept whole, and whoever is killed begins
// again after the last one.
const groupsAStep = 100

// work is the records of campaigns as a call has read them.
func work(c bot.Call) *review.Work {
	return &review.Work{
		Book:  bot.At[review.Book](c, review.All),
		Sheet: func(g chat.Group) review.Sheet { return bot.At[review.Sheet](c, review.Of(g)) },
		Desk:  func(u chat.User) review.Desk { return bot.At[review.Desk](c, review.DeskOf(u)) },
	}
}

// batchOf are the next groups of a campaign behind its cursor, at most so many, and whether they are the last.
func batchOf(c bot.Call, x review.Campaign, most int) (groups []chat.Group, last bool) {
	for _, g := range c.Groups.All() {
		if g.ID > x.Cursor && x.Covers(g.ID) {
			groups = append(groups, g.ID)
		}
	}
	slices.Sort(groups)
	if len(groups) <= most {
		return groups, true
	}
	return groups[:most], false
}

// prepare makes the cases of the next groups. Each group and each admin is looked at once: the cursor moves in the same
// commit.
func prepare(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	groups, last := batchOf(c, x, groupsAStep)
	if want := prepares(c, groups); !want.Nothing() {
		return bot.Outcome{Need: want}, nil
	}
	w := work(c)
	var opened []func()
	var desks []journal.Name
	beside := evidence.RefusedBeside(c, c.Queries()-1)
	for n, g := range groups {
		l := evidence.Look(c, g, n).With(beside)
		x.Looked++
		if x.Rested() && !l.Tempo(c, x.Policy).Due(x.Opened.In(c.Zone).Month()) {
			x.Resting++
			continue
		}
		admins := l.Admins(c)
		advice := review.Advise(l.Place(c), admins, x.Policy, c.Now, x.Ends)
		seats := panelOf(l.Facts, g, c.Now)
		taken := false
		for i, a := range admins {
			switch under := slices.ContainsFunc(w.SheetOf(g).About(a.Who), w.Book.Runs); {
			case !x.Picked(g, a.Who):
				continue
			case under:
				x.Twice++
				continue
			case !x.Asks(a.Evidence, advice[i]):
				x.Clean++
				continue
			}
			reviewer, fallback := seats.seats(a.Who, x.Not)
			if reviewer == "" {
				x.Orphans++
				continue
			}
			taken = true
			x.Cases++
			k := review.Case{Campaign: x.ID, Who: a.Who, Evidence: a.Evidence, Advice: advice[i], Reviewer: reviewer, Fallback: fallback}
			if x.Policy.Stages > 1 {
				k.Second = fallback
			}
			desks = append(desks, review.DeskOf(reviewer))
			opened = append(opened, func() { w.Open(g, k) })
		}
		if taken {
			x.Taken++
		}
		w.Forget(g, c.Now.AddDate(0, 0, -keepCases))
	}
	slices.Sort(desks)
	if missing := slices.DeleteFunc(slices.Compact(desks), c.Has); len(missing) > 0 {
		return bot.Outcome{Need: journal.Want{Names: missing}}, nil
	}
	x.Next = c.Now.UTC()
	if len(groups) > 0 {
		x.Cursor = groups[len(groups)-1]
	}
	if last {
		x.State, x.Cursor, x.At = review.Telling, "", 0
	}
	w.SetCampaign(x)
	for _, open := range opened {
		open()
	}
	return happened(review.Prepared, w), nil
}

// keepCases is for how many days the cases of a campaign that is over are kept beside the journal.
const keepCases = 180

// happened is the outcome in which a campaign has gone on.
func happened(kind journal.Kind, w *review.Work) bot.Outcome {
	return bot.Outcome{Events: []journal.Event{{Kind: kind, Items: []string{access.Review.String()}, Changes: w.Changes()}}}
}

// prepares is what must still be read of groups: first the groups themselves, then their people and what was done there.
func prepares(c bot.Call, groups []chat.Group) journal.Want {
	var w journal.Want
	need := func(n journal.Name) {
		if !c.Has(n) {
			w.Names = append(w.Names, n)
		}
	}
	for _, g := range groups {
		for _, n := range append(evidence.Names(g), access.Of(g), directory.OfGroup(g), duty.Of(g), review.Of(g)) {
			need(n)
		}
	}
	need(digest.Suspects)
	if len(w.Names) > 0 || c.Queries() > 0 || len(groups) == 0 {
		return w
	}
	from := c.Now.In(c.Zone).AddDate(0, 0, -review.EvidenceDays)
	for _, g := range groups {
		f := access.Facts{Company: c.Access.Company, Group: bot.At[access.Book](c, access.Of(g))}
		people := f.Everyone()
		if f.Maps() {
			people = append(people, bot.Staff(bot.At[directory.Group](c, directory.OfGroup(g)))...)
		}
		for _, u := range people {
			need(directory.OfPerson(u))
		}
		w.Usage = append(w.Usage, g)
		w.Clocks = append(w.Clocks, g)
		w.Tallies = append(w.Tallies, journal.Days{Group: g, From: from, Until: c.Now.In(c.Zone)})
		w.Queries = append(w.Queries, evidence.Queries(g, from)...)
	}
	w.Queries = append(w.Queries, evidence.Beside(from))
	slices.Sort(w.Names)
	w.Names = slices.Compact(w.Names)
	return w
}
