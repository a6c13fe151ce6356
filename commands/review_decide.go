package commands

import (
	"errors"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/evidence"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(reviewKeep)
	_ = declare(reviewReduce)
	_ = declare(reviewRemove)
	_ = declare(reviewAll)
)

var whoReviews = chat.Text{ZH: "这位管理员的复核人可以用。", EN: "For whoever reviews that admin."}

// reviewKeep decides that roles stay as they are.
func reviewKeep() bot.Command {
	who, id, reason := grammar.People("who"), ofReview(), grammar.Rest("reason")
	return bot.Command{
		Name:     "review keep",
		Forms:    []string{"/review keep {who...} [{review}] [{reason}]", "/复核 保留 {who...} [{reason}]"},
		Examples: []chat.Text{{ZH: "/复核 保留 @zhangsan 仍在负责", EN: "/review keep @zhangsan still in charge"}},
		Holes:    []grammar.Hole{who, id, reason},
		Help:     chat.Text{ZH: "复核决定：角色不变；与建议不同要写原因。", EN: "Decide in a review: the role stays; what deviates from the advice takes a reason."},
		Who:      whoReviews, Offers: offersReview, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return decide(c, who.Refs(c.Args), id.Of(c.Args), reason.Of(c.Args), func(review.Case) (review.Do, review.Target) { return review.Keep, review.Target{} })
		},
	}
}

// reviewReduce decides that a role becomes smaller: as advised, or another level.
func reviewReduce() bot.Command {
	who, id, lvl, reason := grammar.People("who"), ofReview(), level(), grammar.Rest("reason")
	return bot.Command{
		Name:     "review reduce",
		Forms:    []string{"/review reduce {who...} [{review}] [{level}] [{reason}]", "/复核 (降级|收窄) {who...} [{level}] [{reason}]"},
		Examples: []chat.Text{{ZH: "/复核 降级 @zhangsan 中级 用不了这么多", EN: "/review reduce @zhangsan mid needs less"}},
		Holes:    []grammar.Hole{who, id, lvl, reason},
		Help:     chat.Text{ZH: "复核决定：按建议收窄，或降到写明的级别。", EN: "Decide in a review: narrow the role as advised, or to the level named."},
		Who:      whoReviews, Offers: offersReview, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return decide(c, who.Refs(c.Args), id.Of(c.Args), reason.Of(c.Args), func(k review.Case) (review.Do, review.Target) {
				if !lvl.Given(c.Args) {
					return review.Reduce, k.Advice.To
				}
				return review.Reduce, review.Target{Level: lvl.Of(c.Args).String()}
			})
		},
	}
}

// reviewRemove decides that a role ends.
func reviewRemove() bot.Command {
	who, id, reason := grammar.People("who"), ofReview(), grammar.Rest("reason")
	return bot.Command{
		Name:     "review remove",
		Forms:    []string{"/review remove {who...} [{review}] [{reason}]", "/复核 (移除|撤销) {who...} [{reason}]"},
		Examples: []chat.Text{{ZH: "/复核 移除 @zhangsan 已转岗", EN: "/review remove @zhangsan has moved on"}},
		Holes:    []grammar.Hole{who, id, reason},
		Help:     chat.Text{ZH: "复核决定：复核结束时撤销角色。", EN: "Decide in a review: the role ends when the review closes."},
		Who:      whoReviews, Offers: offersReview, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return decide(c, who.Refs(c.Args), id.Of(c.Args), reason.Of(c.Args), func(review.Case) (review.Do, review.Target) { return review.Remove, review.Target{} })
		},
	}
}

// reviewAll takes the advice for everybody named, or for everybody of the group who waits for the speaker.
func reviewAll() bot.Command {
	who, id := grammar.People("who"), ofReview()
	return bot.Command{
		Name:     "review all",
		Forms:    []string{"/review all [{who...}] [{review}]", "/复核 (全部|全部按建议|按建议) [{who...}]"},
		Examples: []chat.Text{{ZH: "/复核 全部", EN: "/review all"}},
		Holes:    []grammar.Hole{who, id},
		Help:     chat.Text{ZH: "本群等您复核的，都按建议决定。", EN: "Take the advice for all who wait for your review in this group."},
		Who:      whoReviews, Offers: offersReview, Reads: reviewReads,
		Run: func(c bot.Call) (bot.Outcome, error) {
			refs := who.Refs(c.Args)
			if !who.Given(c.Args) {
				refs = waitingRefs(c)
			}
			if len(refs) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "本群没有等您复核的管理员。其他群：`/复核`", EN: "Nobody here waits for your review. Other groups: `/review`",
				}}}, nil
			}
			return decide(c, refs, id.Of(c.Args), "", func(k review.Case) (review.Do, review.Target) { return k.Advice.Do, k.Advice.To })
		},
	}
}

var reviewReads = []bot.Source{reviews, bot.Reads[review.Sheet](review.Of)}

// waitingRefs are those of the group whose cases wait for the speaker.
func waitingRefs(c bot.Call) []grammar.Ref {
	mine := append(c.Access.StandsInFor(c.Actor.ID, c.Now), c.Actor.ID)
	var out []grammar.Ref
	for _, k := range bot.At[review.Sheet](c, review.Of(c.Group.ID)).Open() {
		x, _ := reviews.Of(c).Get(k.Campaign)
		ref := grammar.Ref{By: grammar.ByID, Said: string(k.Who)}
		if x.State.Decidable() && slices.Contains(mine, k.Reviewer) && mayJudge(c, k) && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// chosen is one case of which the speaker decides.
type chosen struct {
	k         review.Case
	x         review.Campaign
	inPlaceOf chat.User
}

// decide writes the verdict of the speaker about some admins of the group. Of several, those that somebody else has
// decided meanwhile are told and left as they are; of one, that is the answer.
func decide(c bot.Call, refs []grammar.Ref, id, reason string, of func(review.Case) (review.Do, review.Target)) (bot.Outcome, error) {
	reason = reasonSaid(reason)
	if err := noSlip(reason); err != nil {
		return bot.Outcome{}, err
	}
	var cases []chosen
	var lines []chat.Text
	for _, r := range refs {
		m, err := c.Find(r)
		if err != nil {
			return bot.Outcome{}, err
		}
		k, x, err := caseUnder(c, m.ID, id)
		if err != nil {
			return bot.Outcome{}, err
		}
		one := chosen{k: k, x: x}
		one.inPlaceOf, err = mayDecideCase(c, x, k)
		var r *bot.Refusal
		switch {
		case errors.As(err, &r) && len(refs) > 1:
			lines = append(lines, r.Text)
			continue
		case err != nil:
			return bot.Outcome{}, err
		}
		cases = append(cases, one)
	}
	if want := decideReads(c, cases); len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	return verdicts(c, cases, lines, reason, of)
}

// decideReads are the desks that a decision moves work between, and what comes after it.
func decideReads(c bot.Call, cases []chosen) []journal.Name {
	names := desksWanted(c)
	for _, one := range cases {
		for _, u := range []chat.User{one.k.Reviewer, one.k.Second} {
			if u != "" {
				names = append(names, review.DeskOf(u))
			}
		}
	}
	return slices.DeleteFunc(names, c.Has)
}

func verdicts(c bot.Call, cases []chosen, lines []chat.Text, reason string, of func(review.Case) (review.Do, review.Target)) (bot.Outcome, error) {
	g, w := c.Group.ID, reviewWork(c)
	e := journal.Event{Kind: review.Decided, Group: g, Items: []string{access.Review.String()}, Reason: reason}
	judged := map[journal.Name][]review.Case{}
	holders := map[journal.Name]chosen{}
	for _, one := range cases {
		do, to := of(one.k)
		if v := one.k.Verdict; v != nil && v.Do == do && v.To.Equal(to) {
			lines = append(lines, chat.Text{ZH: "%s：已经这样决定了", EN: "%s: decided so already"}.F(reviewed(c, g, one.k)))
			continue
		}
		if why := cannotBe(c, one.k, do, to); why != nil {
			return bot.Outcome{}, why
		}
		v := review.Verdict{Do: do, To: to, Reason: reason, By: c.Actor.ID, For: one.inPlaceOf, At: c.Now.UTC()}
		holder, waited := one.k.Reviewer, one.k.Pending()
		after, err := w.Decide(g, one.k, v)
		if err != nil {
			return bot.Outcome{}, takesReason(c, one.k, do, to, err)
		}
		if waited {
			key := journal.Named(one.x.ID, string(holder))
			judged[key], holders[key] = append(judged[key], after), one
		}
		e.Targets = append(e.Targets, one.k.Who)
		line := chat.Text{ZH: "%s：%s", EN: "%s: %s"}.F(reviewed(c, g, one.k), doText(one.k.Evidence.Role, do, to)).Plus(reviewBecause(reason))
		if after.Stage == 1 && after.Pending() {
			line = line.Plus(chat.Text{ZH: "，等 %s 第二级复核", EN: ", %s looks at it as the second stage"}.F(c.Name(after.Reviewer)))
		}
		lines = append(lines, line.Plus(notYet(c, one.k, do, to)))
	}
	for key, done := range judged {
		w.Judged(holders[key].x.ID, chat.User(key.ID()), c.Now.UTC(), done...)
	}
	if len(e.Targets) == 0 {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
	}
	e.Changes = w.Changes()
	out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...)}
	next, want := afterDecision(c, e, lines)
	if len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	out.Reply = next
	return out, nil
}

// notYet warns of a decision that would not be carried out as the group is now; zero where nothing stands against it.
func notYet(c bot.Call, k review.Case, do review.Do, to review.Target) chat.Text {
	if do == review.Keep || k.Evidence.Left {
		return chat.Text{}
	}
	lacks := evidence.Of(c.Group.ID, c.Access).Place(c).Lacks(k.Evidence.Role, review.Advice{Do: do, To: to})
	if lacks == review.NoLack {
		return chat.Text{}
	}
	return chat.Text{ZH: "。注意：%s，这样不会执行；请在复核结束前先任命别人", EN: ". Note: %s, so it would not be carried out; appoint somebody else before the review closes"}.F(lackText(lacks))
}

// afterDecision says what was decided, that nothing is done before the review closes, and shows who comes next, so that
// one goes on with a thumb.
func afterDecision(c bot.Call, e journal.Event, lines []chat.Text) (chat.Reply, []journal.Name) {
	head := chat.Text{ZH: "已记录（%s）：%s", EN: "Recorded (%s): %s"}.F(groupName(c, c.Group.ID), lines[0])
	if len(lines) > 1 {
		head = chat.Text{ZH: "已记录（%s）：", EN: "Recorded (%s):"}.F(groupName(c, c.Group.ID))
		for _, l := range lines {
			head = chat.Lines(head, chat.Same("- ").Plus(l))
		}
	}
	then, err := c.After([]journal.Event{e})
	if err != nil {
		return chat.Reply{Text: head}, nil
	}
	pages := reviewPages(then)
	if len(pages) == 0 {
		return chat.Reply{Text: chat.Lines(head, chat.Text{
			ZH: "您的复核都做完了。复核结束时统一执行，结束前可以改主意。", EN: "You have decided all of yours. It is carried out when the review closes; until then you can think again.",
		})}, nil
	}
	p := pages[0]
	if i := slices.IndexFunc(pages, func(p reviewPage) bool { return p.share.Group == c.Group.ID }); i >= 0 {
		p = pages[i]
	}
	if want := p.wants(c); len(want) > 0 {
		return chat.Reply{}, want
	}
	cases := p.casesOf(then)
	if len(cases) == 0 {
		return chat.Reply{Text: chat.Lines(head, leftToOther(c, p))}, nil
	}
	left := 0
	for _, s := range pages {
		if s.from == 0 {
			left += s.share.Open
		}
	}
	return chat.Reply{
		Text: chat.Lines(head, chat.Text{ZH: "还有 %d 位等您复核。", EN: "%d more to review."}.F(left)), Card: caseCard(c, p.share.Group, cases[0]),
	}, nil
}

// cannotBe refuses a decision that no role could be carried out by.
func cannotBe(c bot.Call, k review.Case, do review.Do, to review.Target) error {
	role := k.Evidence.Role
	if do != review.Keep && (role.Source == review.Inherited || role.Source == review.Across) && !k.Evidence.Left {
		return &bot.Refusal{Text: chat.Text{ZH: "%s 的角色不能在复核里撤：%s。", EN: "The role of %s cannot end in a review: it %s."}.F(
			reviewed(c, c.Group.ID, k), adviceWhy(review.Advice{Rule: map[review.Source]review.Rule{
				review.Inherited: review.RuleInherited, review.Across: review.RuleAcross}[role.Source]}))}
	}
	if do != review.Reduce {
		return nil
	}
	lower, _ := access.ParseLevel(to.Level)
	now, _ := access.ParseLevel(role.Level)
	if now <= access.Junior && len(to.Items) == 0 {
		return &bot.Refusal{Text: chat.Text{
			ZH: "%s 已是最低级别（%s），不能再降。可以 `/复核 保留 @%[3]s 原因`，或 `/复核 移除 @%[3]s 原因`",
			EN: "%s is at the lowest level already (%s). There is `/review keep @%[3]s reason`, or `/review remove @%[3]s reason`",
		}.F(reviewed(c, c.Group.ID, k), reviewedRole(role), string(k.Who))}
	}
	if to.IsZero() || to.Level != "" && lower >= now {
		return &bot.Refusal{Text: chat.Text{
			ZH: "降到哪一级？%s 现在是%s。例如：`/复核 降级 @%s 普通 用不了这么多`", EN: "Reduce to which level? %s is %s now. For example: `/review reduce @%s junior needs less`",
		}.F(reviewed(c, c.Group.ID, k), reviewedRole(role), string(k.Who))}
	}
	return nil
}

// takesReason asks for the reason of what deviates, with the usual ones to tap.
func takesReason(c bot.Call, k review.Case, do review.Do, to review.Target, err error) error {
	if !errors.Is(err, review.ErrReason) {
		return err
	}
	verb := map[review.Do]chat.Text{
		review.Keep: {ZH: "保留", EN: "keep"}, review.Reduce: {ZH: "降级", EN: "reduce"}, review.Remove: {ZH: "移除", EN: "remove"},
	}[do]
	typed := "/review " + string(do) + " @" + string(k.Who) + " " + k.Campaign
	if do == review.Reduce {
		typed += " " + to.Level
	}
	card := &chat.Card{
		Title: chat.Text{ZH: "%s %s：为什么？", EN: "%s %s: why?"}.F(verb, reviewed(c, c.Group.ID, k)),
		Body:  chat.Text{ZH: "建议是%s：%s", EN: "Advised: %s – %s"}.F(adviceText(k), adviceWhy(k.Advice)),
	}
	for _, r := range reviewReasons[do] {
		card.Buttons = append(card.Buttons, chat.Button{Label: r.text, Command: typed + " " + r.word + " #" + string(c.Group.ID)})
	}
	for i, b := range card.Buttons {
		card.Buttons[i].Label.EN = clipLabel(strings.ToUpper(b.Label.EN[:1]) + b.Label.EN[1:])
	}
	if !k.Deviates(do, to) {
		return &bot.Refusal{Card: card, Text: chat.Text{
			ZH: "抽样再复核，保留也要写原因，例如：`/复核 %s @%s %s`；也可以点卡片。",
			EN: "In a second look at a sample, what is kept takes a reason, such as `/review %s @%s %s`; or tap the card.",
		}.F(verb, string(k.Who), reviewReasons[do][0].text)}
	}
	return &bot.Refusal{Card: card, Text: chat.Text{
		ZH: "与建议（%s）不同，请写原因，例如：`/复核 %s @%s %s`；也可以点卡片。",
		EN: "This deviates from the advice (%s) and takes a reason, such as `/review %s @%s %s`; or tap the card.",
	}.F(adviceText(k), verb, string(k.Who), reviewReasons[do][0].text)}
}
