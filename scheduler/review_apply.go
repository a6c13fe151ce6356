package scheduler

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/evidence"
	"qunguan/bot/journal"
	"qunguan/bot/request"
	"qunguan/bot/review"
)

// hold asks a second person whether a run may take away as much as it would, by the way of every act that takes two.
// Nothing of it is done before.
func hold(c bot.Call, x review.Campaign, trip review.Trip) (bot.Outcome, error) {
	place := x.Run.Place()
	need := append([]journal.Name{request.Of(place)}, desksOf(c, nil)...)
	if place != "" {
		need = append(need, groupsRead(c, place)...)
	}
	if need = slices.DeleteFunc(need, c.Has); len(need) > 0 {
		return bot.Outcome{Need: journal.Want{Names: need}}, nil
	}
	w := work(c)
	x.State, x.Next = review.Held, c.Now.Add(bot.DecideWithin+time.Minute).UTC().Truncate(time.Second)
	w.SetCampaign(x)
	then := review.Work{Book: w.Book}
	released := x
	released.State, released.Next, released.Run.Released = review.Applying, c.Now.UTC().Truncate(time.Second), true
	then.SetCampaign(released)
	facts := c.Access
	if place != "" {
		facts = c.In(place)
	}
	r := request.Request{
		Code: "review-" + x.ID, Sort: request.ForAct, For: x.Run.Losers(), Group: place, Needs: access.Review.String(),
		Command: "/review release " + x.ID, Preview: runText(c, x), Why: tripText(x, trip),
		At: c.Now.UTC(), Until: c.Now.Add(bot.DecideWithin).UTC().Truncate(time.Second), Need: 1, Deny: 1,
		Events: request.Keep([]journal.Event{{
			Kind: review.Released, Group: place, Items: []string{access.Review.String()}, Changes: then.Changes(),
		}}),
	}
	to := facts.Consenters(place, "", r.For, access.Review, then.Changes(), c.Now)
	switch able := slices.DeleteFunc(x.Policy.Stopped(x.Run, x.Clean), func(u chat.User) bool { return !slices.Contains(to, u) }); len(able) {
	case 0: // whoever agrees has decided none of it
	case 1:
		r.By = able[0] // then it is their act, and takes another one's word
		to = slices.DeleteFunc(to, func(u chat.User) bool { return u == r.By })
	default:
		r.Need = 2 // one of them may agree to what the others have decided, but nobody alone to their own
	}
	asked, err := bot.At[request.Book](c, request.Of(place)).Open(r)
	if err != nil {
		return bot.Outcome{}, err
	}
	out := happened(review.Halted, w)
	out.Events = append(out.Events, asked)
	out.Effects = bot.Ask(c, r, to)
	return out, nil
}

// runText tells what a run would do.
func runText(c bot.Call, x review.Campaign) chat.Text {
	t := chat.Text{
		ZH: "执行权限复核 %s 的结果：撤销 %d 个角色%s，收窄 %d 个%s，其余不变；共 %d 个，涉及 %d 个群",
		EN: "carry out the review %s: remove %d roles%s, reduce %d%s, keep the others; %d in all, changes in %d groups",
	}
	r := x.Run
	return t.F(x.ID, r.Removed, fewOf(c, x, r.About, r.Removed), r.Reduced, fewOf(c, x, r.Lessened, r.Reduced), r.Cases, r.Groups)
}

// fewOf names, in brackets, the first of those who would lose something, as their group knows them.
func fewOf(c bot.Call, x review.Campaign, people []chat.User, all int) chat.Text {
	if len(people) == 0 {
		return chat.Text{}
	}
	const few = 3
	g := bot.At[directory.Group](c, directory.OfGroup(x.Run.Place()))
	var names []string
	for _, u := range people[:min(few, len(people))] {
		name := string(u)
		if m, ok := g.Member(u); ok && m.Name != "" {
			name = m.Name
		}
		names = append(names, chat.Escape(name))
	}
	t := chat.Text{ZH: strings.Join(names, "、"), EN: strings.Join(names, ", ")}
	if all > few {
		t = t.Plus(chat.Text{ZH: " 等", EN: " and others"})
	}
	return chat.Text{ZH: "（%s）", EN: " (%s)"}.F(t)
}

// tripText says which limit a run is over, and by how much.
func tripText(x review.Campaign, trip review.Trip) chat.Text {
	r, p := x.Run, x.Policy
	looked := r.Cases + x.Clean
	switch trip {
	case review.TooMany:
		return chat.Text{ZH: "一次撤销 %d 个角色，超过 %d 个要两个人", EN: "it removes %d roles; more than %d at once take two people"}.F(r.Removed, p.Most)
	case review.InParts:
		return chat.Text{
			ZH: "加上近 7 天别的复核撤销的 %[2]d 个，超过 %[1]d 个角色，要两个人", EN: "with the %[2]d that other reviews have removed within 7 days it is more than %[1]d roles, which takes two people",
		}.F(p.Most, r.Earlier)
	case review.TooLarge:
		return chat.Text{ZH: "%[2]d 个角色里撤销 %[1]d 个，超过 %[3]d%% 要两个人", EN: "it removes %d of %d roles; more than %d%% take two people"}.F(r.Removed, looked, p.Share)
	case review.ManyLess:
		return chat.Text{ZH: "一次收窄 %d 个角色，超过 %d 个要两个人", EN: "it reduces %d roles; more than %d at once take two people"}.F(r.Reduced, p.Fewer)
	case review.PartsLess:
		return chat.Text{
			ZH: "加上近 7 天别的复核收窄的 %[2]d 个，超过 %[1]d 个角色，要两个人", EN: "with the %[2]d that other reviews have reduced within 7 days it is more than %[1]d roles, which takes two people",
		}.F(p.Fewer, r.Before)
	case review.LargeLess:
		return chat.Text{ZH: "%[2]d 个角色里收窄 %[1]d 个，超过 %[3]d%% 要两个人", EN: "it reduces %d of %d roles; more than %d%% take two people"}.F(r.Reduced, looked, p.Part)
	case review.NoTrip:
	}
	return chat.Text{}
}

// notReleased ends the cases of a run that nobody has released: they stand as decided, and nothing is done.
func notReleased(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	w := work(c)
	x.State, x.Cursor, x.Next, x.Run.Refused = review.Applying, "", c.Now.UTC(), true
	w.SetCampaign(x)
	return happened(review.Counted, w), nil
}

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
		return nil, review.Blocked, string(access.RuleLastSenior)
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
		signs := charge.Pace.Stamps()
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
		if picks := review.Again(u, decided); len(picks) > 0 {
			w.SetCampaign(sampleOf(c, w, x, u, signs, picks))
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

// sampleOf is the campaign in which some decisions of a reviewer are looked at again by somebody else.
func sampleOf(c bot.Call, w *review.Work, x review.Campaign, u chat.User, signs []review.Stamp, picks []review.Pick) review.Campaign {
	return review.Begin(w.Book.Policy(), review.Campaign{
		ID: string(review.Sample) + "-" + x.ID + "-" + string(u), Kind: review.Sample, Name: x.ID, Picks: picks, Not: u, Signs: signs,
	}, c.Now.In(c.Zone))
}
