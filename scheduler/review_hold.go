package scheduler

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
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
		Code: review.RequestPrefix + x.ID, Sort: request.ForAct, For: x.Run.Losers(), Group: place, Needs: access.Review.String(),
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
