package scheduler

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/evidence"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// apply carries out what was decided: those groups in which nothing changes at once, the others one by one, each as an
// act of whoever decided that can be undone.
func apply(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	groups, last := batchOf(c, x, sheetsAtOnce)
	if want := sheetsOf(c, groups); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	w := work(c)
	x.Next = c.Now.UTC()
	for _, g := range groups {
		if cases := toDo(w.SheetOf(g), x); len(cases) > 0 {
			if !w.Idle() {
				last = false
				break // what stands before it is a commit of its own
			}
			return applyIn(c, x, g, cases)
		}
		settle(w, &x, g)
		x.Cursor = g
	}
	if last {
		x.State, x.Cursor, x.At = review.Judging, "", 0
	}
	w.SetCampaign(x)
	return happened(review.Carried, w), nil
}

// toDo are the cases of a group that change something and are not done.
func toDo(s review.Sheet, x review.Campaign) []review.Case {
	return slices.DeleteFunc(s.Of(x.ID), func(k review.Case) bool {
		do, _, _ := k.Effective(x.Policy)
		return k.End != "" || do == review.Keep || x.Run.Refused
	})
}

// settle ends the cases of a group that change nothing.
func settle(w *review.Work, x *review.Campaign, g chat.Group) {
	for _, k := range w.SheetOf(g).Of(x.ID) {
		if k.End != "" {
			continue
		}
		do, _, silent := k.Effective(x.Policy)
		k.End, k.Silent = review.Applied, silent
		if do != review.Keep {
			k.End = review.NotRun
		}
		x.Result = x.Result.With(do, k)
		w.SetCase(g, k)
	}
}

// unit is what one person decided in one group, of one kind: one act.
type unit struct {
	by    chat.User
	kind  journal.Kind
	event journal.Event
}

// applyIn carries out the next unit of one group.
func applyIn(c bot.Call, x review.Campaign, g chat.Group, cases []review.Case) (bot.Outcome, error) {
	var people []chat.User
	for _, k := range cases {
		people = append(people, k.Who, decider(k, x))
	}
	if want := groupsRead(c, g, people...); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	w := work(c)
	facts := c.In(g)
	u := unit{event: journal.Event{Group: g, Items: []string{access.Admins.String()}}}
	for _, k := range cases {
		do, to, silent := k.Effective(x.Policy)
		kind, by := kindOf(do, to), decider(k, x)
		if u.by != "" && (u.by != by || u.kind != kind) {
			continue // the next unit
		}
		k.Silent = silent
		changes, end, why := carry(c, facts, x, g, k)
		k.End, k.Why = end, why
		if end == review.Applied {
			after, err := facts.After(g, changes)
			if err != nil {
				return bot.Outcome{}, err
			}
			facts, u.by, u.kind = after, by, kind
			u.event.Targets, u.event.Changes = append(u.event.Targets, k.Who), append(u.event.Changes, changes...)
		}
		x.Result = x.Result.With(do, k)
		w.SetCase(g, k)
	}
	x.Next = c.Now.UTC()
	w.SetCampaign(x)
	out := happened(review.Carried, w)
	out.Events[0].Group = g
	if u.by != "" {
		u.event.Kind, u.event.Reason = u.kind, review.Reason+x.ID
		out.Events = append([]journal.Event{u.event}, out.Events...)
		out.Of = &bot.Act{Actor: u.by}
	}
	return out, nil
}

func kindOf(do review.Do, to review.Target) journal.Kind {
	switch {
	case do == review.Remove:
		return access.Revoked
	case to.Level != "":
		return access.Releveled
	}
	return access.Restricted
}

// decider is whose act it is to carry out a case: who decided it, or whose policy it is where nobody has.
func decider(k review.Case, x review.Campaign) chat.User {
	switch {
	case k.Verdict == nil && x.Policy.By != "":
		return x.Policy.By
	case k.Verdict == nil:
		return k.Reviewer
	case k.Verdict.For != "":
		return k.Verdict.For // a delegate decides by the rights of whoever is away
	}
	return k.Verdict.By
}

// carry is what carries out one case by the rules of rights, and what becomes of it. The group keeps a senior and as many
// admins as its size needs, whatever was decided.
func carry(c bot.Call, facts access.Facts, x review.Campaign, g chat.Group, k review.Case) (access.Change, review.End, string) {
	do, to, _ := k.Effective(x.Policy)
	by := decider(k, x)
	facts.Actor = facts.People[by]
	now, _ := evidence.Of(g, facts).RoleOf(c, k.Who)
	if now.Level.String() != k.Evidence.Role.Level || string(now.Job) != k.Evidence.Role.Job || !now.At.Equal(k.Evidence.Role.Since) || !slices.Equal(c.Onto(now.Items()).Names(), k.Evidence.Role.Items) {
		return nil, review.Changed, ""
	}
	facts.Consent = x.Run.Released || k.First != nil && k.Verdict != nil && k.First.By != k.Verdict.By
	var changes access.Change
	var d access.Decision
	switch kindOf(do, to) {
	case access.Revoked:
		changes, d = facts.Dismiss(g, by, k.Who, "", c.Now)
	case access.Releveled:
		level, _ := access.ParseLevel(to.Level)
		changes, d = facts.Relevel(g, by, k.Who, level, c.Now)
	default:
		changes, d = facts.Restrict(g, by, k.Who, itemsNamed(to.Items), c.Now)
	}
	switch {
	case !d.Allowed:
		return nil, review.Blocked, string(d.Rule)
	case len(changes) == 0:
		return nil, review.Changed, ""
	}
	after, err := facts.After(g, changes)
	if err != nil {
		return nil, review.Blocked, string(access.RuleNothingGranted)
	}
	if !k.Evidence.Left && appointers(facts, g, c.Now) > 0 && appointers(after, g, c.Now) == 0 {
		return nil, review.Blocked, review.NoAppointer
	}
	least, _ := access.Wanted(facts.Place.People)
	was, left := len(facts.Admins(g, c.Now)), len(after.Admins(g, c.Now))
	if left < was && left < least && !k.Evidence.Left {
		return nil, review.Blocked, review.BelowMinimum
	}
	return changes, review.Applied, ""
}

// appointers is how many seniors of a group can appoint others: whoever cannot does not stand in for a senior.
func appointers(facts access.Facts, g chat.Group, now time.Time) (n int) {
	for _, u := range facts.Admins(g, now) {
		if slices.ContainsFunc(facts.Holds(u, g, now), func(r access.Role) bool {
			return r.Level == access.Senior && r.Items().Has(access.Admins)
		}) {
			n++
		}
	}
	return n
}

func itemsNamed(names []string) access.Items {
	var out access.Items
	for _, n := range names {
		if i, ok := access.ParseItem(n); ok {
			out = out.With(i)
		}
	}
	return out
}

// judge looks at how each reviewer has decided, and lets somebody else look again at a few cases of whoever seems not to
// have looked.
func judge(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	if x.Kind == review.Sample || x.At >= len(x.Reviewers) {
		return finish(c, x)
	}
	next := x.Reviewers[x.At:]
	next = next[:min(tellAtOnce, len(next))]
	if want := desksOf(c, next); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	w := work(c)
	for n, u := range next {
		charge, _ := w.DeskOf(u).Charge(x.ID)
		signs := charge.Pace.Stamps(x.Policy)
		if len(signs) == 0 {
			continue
		}
		var groups []chat.Group
		for _, s := range w.DeskOf(u).Shares(x.ID) {
			groups = append(groups, s.Group)
		}
		groups = groups[:min(len(groups), sheetsAtOnce)]
		if want := sheetsOf(c, groups); len(want) > 0 {
			return bot.Outcome{Need: journal.Want{Names: want}}, nil
		}
		var decided []review.Placed
		for _, g := range groups {
			for _, k := range w.SheetOf(g).Of(x.ID) {
				decided = append(decided, review.Placed{Group: g, Case: k})
			}
		}
		if by, picks := x.Policy.Resampled(u, decided); len(picks) > 0 {
			w.SetCampaign(sampleOf(c, w, x, u, by, signs, picks))
			x.Sampled++
		}
		x.At += n + 1
		x.Next = c.Now.UTC()
		w.SetCampaign(x)
		return happened(review.Began, w), nil // one at a time: each reads groups of its own
	}
	x.At += len(next)
	x.Next = c.Now.UTC()
	w.SetCampaign(x)
	return happened(review.Counted, w), nil
}

// sampleOf is the campaign in which some decisions of a reviewer, or of whoever has decided in their place, are looked at
// again by somebody else.
func sampleOf(c bot.Call, w *review.Work, x review.Campaign, u, by chat.User, signs []review.Stamp, picks []review.Pick) review.Campaign {
	id := string(review.Sample) + "-" + x.ID + "-" + string(u)
	if by != u {
		id += "-" + string(by)
	}
	return review.Begin(w.Book.Policy(), review.Campaign{
		ID: id, Kind: review.Sample, Name: x.ID, Picks: picks, Not: by, Signs: signs,
	}, c.Now.In(c.Zone))
}
