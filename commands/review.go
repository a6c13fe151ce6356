package commands

import (
	"errors"
	"fmt"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(reviewList)
	_ = declare(reviewShow)
)

// reviews is the aggregate of campaigns.
var reviews = bot.ReadsOne[review.Book](review.All)

// asksReviews asks for the campaigns, and for what waits for the speaker: also of whoever has chosen no group.
func asksReviews(_ grammar.Args, c bot.Call) journal.Want {
	return journal.Want{Names: []journal.Name{review.All, review.DeskOf(c.Actor.ID)}}
}

// asksCampaigns asks for the campaigns alone.
func asksCampaigns(grammar.Args, bot.Call) journal.Want {
	return journal.Want{Names: []journal.Name{review.All}}
}

// reviewWork is the records of campaigns as a call has read them.
func reviewWork(c bot.Call) *review.Work {
	return &review.Work{
		Book:  bot.At[review.Book](c, review.All),
		Sheet: func(g chat.Group) review.Sheet { return bot.At[review.Sheet](c, review.Of(g)) },
		Desk:  func(u chat.User) review.Desk { return bot.At[review.Desk](c, review.DeskOf(u)) },
	}
}

// casesOnPage is how many cases one page has: as many as a card has buttons for, beside those for all and for the next.
const casesOnPage = 4

// reviewPage is some cases of one group that wait for the speaker, or for whoever they stand in for.
type reviewPage struct {
	share review.Share
	as    chat.User // in whose place; zero: their own
	from  int       // the first one of the group's
}

// reviewPages are the pages of the speaker, what closes first before the others. A page is about one group: its cases
// are decided together.
func reviewPages(c bot.Call) []reviewPage {
	var out []reviewPage
	for _, u := range append([]chat.User{c.Actor.ID}, c.Access.StandsInFor(c.Actor.ID, c.Now)...) {
		for _, s := range bot.At[review.Desk](c, review.DeskOf(u)).Waiting() {
			if x, ok := reviews.Of(c).Get(s.Campaign); !ok || !x.State.Decidable() {
				continue
			}
			p := reviewPage{share: s}
			if u != c.Actor.ID {
				p.as = u
			}
			for p.from = 0; p.from < s.Open; p.from += casesOnPage {
				out = append(out, p)
			}
		}
	}
	return out
}

// desksWanted are the desks that the speaker may work at.
func desksWanted(c bot.Call) []journal.Name {
	var out []journal.Name
	for _, u := range append([]chat.User{c.Actor.ID}, c.Access.StandsInFor(c.Actor.ID, c.Now)...) {
		if n := review.DeskOf(u); !c.Has(n) {
			out = append(out, n)
		}
	}
	return out
}

// casesOf are the cases of a page that still wait, out of all of its group that the speaker may decide.
func (p reviewPage) casesOf(c bot.Call) []review.Case {
	all := p.waiting(c)
	from := min(p.from, len(all))
	return all[from:min(from+casesOnPage, len(all))]
}

// waiting are the cases of the page's group that wait and that the speaker may decide.
func (p reviewPage) waiting(c bot.Call) []review.Case {
	holder := p.as
	if holder == "" {
		holder = c.Actor.ID
	}
	return slices.DeleteFunc(bot.At[review.Sheet](c, review.Of(p.share.Group)).Of(p.share.Campaign), func(k review.Case) bool {
		return !k.Pending() || k.Reviewer != holder || !mayJudge(c, k)
	})
}

// mayJudge says whether the speaker may decide a case of somebody whose turn they may take: not one about themselves, nor one
// that they have looked at in the first stage.
func mayJudge(c bot.Call, k review.Case) bool {
	x, _ := reviews.Of(c).Get(k.Campaign)
	return k.Who != c.Actor.ID && x.Not != c.Actor.ID && (k.First == nil || k.First.By != c.Actor.ID)
}

func (p reviewPage) wants(c bot.Call) []journal.Name {
	return slices.DeleteFunc([]journal.Name{review.Of(p.share.Group), directory.OfGroup(p.share.Group)}, c.Has)
}

// reviewList shows the speaker what waits for them, a page at a time.
func reviewList() bot.Command {
	page := grammar.Number("page").Called(chat.Text{ZH: "页", EN: "page"})
	return bot.Command{
		Name:     "review",
		Forms:    []string{"/review [(list|page)] [{page}]", "/(复核|权限审核|权限复核) [(列表|第)] [{page}] [页]"},
		Examples: []chat.Text{{ZH: "/复核", EN: "/review"}},
		Holes:    []grammar.Hole{page},
		Help: chat.Text{
			ZH: "等您复核的管理员：每位有证据和建议，一点就定。", EN: "The admins that wait for your review, each with evidence and advice, decided with a tap.",
		},
		Anywhere: true,
		Who:      chat.Text{ZH: "复核人看自己的；谁复核谁，开始时按“权限复核”权限定。", EN: "For reviewers; who reviews whom follows from the item review."},
		Offers:   offersReview,
		Asks:     asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if want := desksWanted(c); len(want) > 0 {
				return bot.Outcome{Need: journal.Want{Names: want}}, nil
			}
			n := 1
			if page.Given(c.Args) {
				n = max(1, int(page.Of(c.Args)))
			}
			reply, want := showPage(c, n, chat.Text{})
			if len(want) > 0 {
				return bot.Outcome{Need: journal.Want{Names: want}}, nil
			}
			return bot.Outcome{Reply: reply}, nil
		},
	}
}

// showPage is a page as text, with a card that decides all of it or opens one case.
func showPage(c bot.Call, n int, head chat.Text) (chat.Reply, []journal.Name) {
	pages := reviewPages(c)
	if len(pages) == 0 {
		return chat.Reply{Text: chat.Lines(head, nothingToReview())}, nil
	}
	n = min(n, len(pages))
	p := pages[n-1]
	if want := p.wants(c); len(want) > 0 {
		return chat.Reply{}, want
	}
	x, _ := reviews.Of(c).Get(p.share.Campaign)
	cases, waiting := p.casesOf(c), len(p.waiting(c))
	g := p.share.Group
	title := chat.Text{ZH: "**待您复核 %d/%d：%s，%d 位**", EN: "**To review, %d of %d: %s (%d)**"}.F(n, len(pages), groupName(c, g), waiting)
	lines := []chat.Text{head, title, campaignLine(c, x, p)}
	card := &chat.Card{
		Title: chat.Text{ZH: "%s：%d 位待复核", EN: "%s: %d to review"}.F(groupName(c, g), waiting),
		Body:  chat.Text{ZH: "点名字看证据；与建议不同要写原因", EN: "Tap a name for the evidence; what deviates takes a reason"},
	}
	all := ""
	for i, k := range cases {
		lines = append(lines, caseLine(c, g, i+1, k))
		all += " @" + string(k.Who)
		card.Buttons = append(card.Buttons, chat.Button{
			Label:   chat.Text{ZH: clipLabel(fmt.Sprintf("%d %s", i+1, shortName(c, g, k.Who))), EN: clipLabel(fmt.Sprintf("%d %s", i+1, k.Who))},
			Command: "/review show" + tailOf(g, k),
		})
	}
	if len(cases) == 0 {
		return chat.Reply{Text: chat.Lines(head, chat.Text{ZH: "**%s**：没有等您复核的", EN: "**%s**: nothing waits for you"}.F(groupName(c, g)), campaignLine(c, x, p), leftToOther(c, p))}, nil
	}
	if x.Kind != review.Sample { // there each one is looked at, and said why
		card.Buttons = append(card.Buttons, chat.Button{
			Label: chat.Text{ZH: "全部按建议", EN: "As advised"}, Command: "/review all" + all + " " + x.ID + " #" + string(g), Style: chat.Primary,
		})
	}
	if n < len(pages) {
		card.Buttons = append(card.Buttons, chat.Button{Label: chat.Text{ZH: "下一页", EN: "Next page"}, Command: fmt.Sprintf("/review page %d", n+1)})
	}
	how := chat.Text{ZH: "逐位：`/复核 保留|降级|移除 @谁 [原因]`，`/复核 问 @谁`", EN: "One by one: `/review keep|reduce|remove @who [reason]`, `/review ask @who`"}
	if x.Kind != review.Sample {
		how = how.Plus(chat.Text{ZH: "；这一页都按建议：`/复核 全部`", EN: "; this page as advised: `/review all`"})
	}
	lines = append(lines, how)
	return chat.Reply{Text: chat.Lines(lines...), Card: card}, nil
}

// campaignLine says what the review is about, and until when.
func campaignLine(c bot.Call, x review.Campaign, p reviewPage) chat.Text {
	closes := x.Closes
	if x.State == review.Late {
		closes = x.Ends
	}
	t := chat.Text{ZH: "%s，%s 前决定", EN: "%s, to be decided by %s"}.F(campaignText(x), whenText(c, closes))
	if p.as != "" {
		t = t.Plus(chat.Text{ZH: "（代 %s）", EN: " (for %s)"}.F(c.Name(p.as)))
	}
	return t
}

// campaignText names a campaign.
func campaignText(x review.Campaign) chat.Text {
	switch x.Kind {
	case review.Matrix:
		return chat.Text{ZH: "每月权限矩阵梳理", EN: "monthly look through the matrix"}
	case review.Business:
		return chat.Text{ZH: "季度业务复核", EN: "quarterly business review"}
	case review.Group:
		return chat.Text{ZH: "群定期复核", EN: "regular review of groups"}
	case review.Event:
		return chat.Text{ZH: "大事“%s”前的复核", EN: "review before “%s”"}.F(chat.Escape(x.Name))
	case review.Sample:
		return chat.Text{ZH: "抽样再复核", EN: "second look at a sample"}
	case review.ByHand:
	}
	return chat.Text{ZH: "专项复核", EN: "access review"}
}

func nothingToReview() chat.Text {
	return chat.Text{ZH: "没有等您复核的了。进度：`/复核 进度`", EN: "Nothing waits for your review. Progress: `/review status`"}
}

// leftToOther says that what is left of a page the speaker may not decide, being about them or looked at by them already:
// whoever they stand in for decides it.
func leftToOther(c bot.Call, p reviewPage) chat.Text {
	if p.as == "" {
		return nothingToReview()
	}
	return chat.Text{ZH: "剩下的由 %s 决定：关于您自己，或您第一级已经看过。", EN: "What is left is for %s to decide: it is about yourself, or you were its first stage."}.F(c.Name(p.as))
}

// clipLabel is a label that a button has room for.
func clipLabel(s string) string {
	if r := []rune(s); len(r) > 10 {
		return string(r[:9]) + "…"
	}
	return s
}

func shortName(c bot.Call, g chat.Group, who chat.User) string {
	if m, ok := bot.At[directory.Group](c, directory.OfGroup(g)).Member(who); ok && m.Name != "" {
		return m.Name
	}
	if p := bot.At[directory.Person](c, directory.OfPerson(who)); p.Name != "" {
		return p.Name
	}
	return string(who)
}

// reviewShow shows one case with all its evidence.
func reviewShow() bot.Command {
	who, id := grammar.Person("who"), ofReview()
	return bot.Command{
		Name:     "review show",
		Forms:    []string{"/review show {who} [{review}]", "/复核 (看|查看|证据) {who}"},
		Examples: []chat.Text{{ZH: "/复核 看 @zhangsan", EN: "/review show @zhangsan"}},
		Holes:    []grammar.Hole{who, id},
		Help:     chat.Text{ZH: "一位管理员的复核证据和建议。", EN: "The evidence and the advice about one admin under review."},
		Who:      chat.Text{ZH: "这位管理员的复核人可以用。", EN: "For whoever reviews that admin."},
		Offers:   offersReview,
		Reads:    []bot.Source{reviews, bot.Reads[review.Sheet](review.Of)},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			k, x, err := caseUnder(c, m.ID, id.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			g := c.Group.ID
			if !k.Pending() || !x.State.Decidable() {
				if err := mayHear(c, x, k); err != nil {
					return bot.Outcome{}, err
				}
				return bot.Outcome{Reply: chat.Reply{Text: decidedText(c, g, k)}}, nil
			}
			if _, err := mayDecideCase(c, x, k); err != nil {
				return bot.Outcome{}, err
			}
			text := chat.Lines(
				chat.Text{ZH: "**%s**（%s，%s）", EN: "**%s** (%s, %s)"}.F(reviewed(c, g, k), groupName(c, g), campaignText(x)),
				chat.Text{ZH: "- 权限 %d 项：%s", EN: "- items (%d): %s"}.F(len(k.Evidence.Role.Items), itemsText(k.Evidence.Role.Items)),
				usesText(c, k.Evidence),
				chat.Text{ZH: "- 来源：%s", EN: "- source: %s"}.F(aspects(originText(c, k.Evidence.Role), workText(k.Evidence))),
				chat.Text{ZH: "- 绩效：%s", EN: "- KPI: %s"}.F(kpiText(c.Targets, k.Evidence)),
				chat.Text{ZH: "- 滥用：%s", EN: "- abuse: %s"}.F(abuseText(c, k.Evidence)),
				chat.Text{ZH: "- 建议%s：%s", EN: "- advised: %s – %s"}.F(adviceText(k), adviceWhy(k.Advice)).Plus(answerText(c, k)),
			)
			return bot.Outcome{Reply: chat.Reply{Text: text, Card: caseCard(c, g, k)}}, nil
		},
	}
}

// usesText lists when each item was last used; of which the bot cannot tell is said.
func usesText(c bot.Call, e review.Evidence) chat.Text {
	var used []chat.Text
	var never []string
	for _, i := range e.Role.Items {
		n := slices.IndexFunc(e.Uses, func(u review.Use) bool { return u.Item == i })
		switch {
		case n >= 0:
			used = append(used, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(itemsText([]string{i}), dateText(c, e.Uses[n].Last)))
		case !slices.Contains(e.Blind, i):
			never = append(never, i)
		}
	}
	line := func(zh, en string, t chat.Text) chat.Text {
		if t.IsZero() {
			return t
		}
		return chat.Text{ZH: zh, EN: en}.F(t)
	}
	since := chat.Text{}
	if len(never) > 0 && !e.Known.IsZero() {
		since = chat.Text{ZH: "- %s 以来没用过：%s", EN: "- not used since %s: %s"}.F(dateText(c, e.Known), itemsText(never))
	}
	return chat.Lines(
		line("- 最近使用：%s", "- last used: %s", list(used)), since,
		line("- 看不到用量：%s", "- use not visible to the bot: %s", itemsText(e.Blind)),
	)
}

// mayDecideCase says in whose place the speaker may decide a case, or refuses. The right to review is asked anew: whoever
// has lost it since the campaign began decides nothing.
func mayDecideCase(c bot.Call, x review.Campaign, k review.Case) (inPlaceOf chat.User, err error) {
	inPlaceOf, err = k.MayDecide(x, c.Actor.ID, c.Access.StandsInFor(c.Actor.ID, c.Now))
	switch {
	case err == nil:
	case errors.Is(err, review.ErrOwn):
		return "", &bot.Denied{Decision: access.Decision{Rule: access.RuleSelf}, Target: k.Who, Next: reviewerIs(c, k)}
	case errors.Is(err, review.ErrOther):
		if k.First != nil && k.First.By == c.Actor.ID {
			return "", &bot.Refusal{Text: decidedText(c, c.Group.ID, k)}
		}
		if d := holdsReview(c); !d.Allowed {
			return "", &bot.Denied{Decision: d, Item: access.Review, Target: k.Who, Next: reviewerIs(c, k)}
		}
		// Whoever may review has only taken somebody else's turn: that is nothing to be held against them.
		return "", &bot.Refusal{Text: chat.Text{ZH: "%s 由 %s 复核，没有轮到您。等您复核的：`/复核`", EN: "%s is for %s to review, and not your turn. What waits for you: `/review`"}.F(
			reviewed(c, c.Group.ID, k), c.Name(k.Reviewer))}
	default:
		if err := mayHear(c, x, k); err != nil {
			return "", err
		}
		return "", &bot.Refusal{Text: decidedText(c, c.Group.ID, k)}
	}
	judge := inPlaceOf
	if judge == "" {
		judge = c.Actor.ID
	}
	d := access.Decide(as(c, judge), access.Request{Actor: judge, Item: access.Review, Group: c.Group.ID, At: c.Now})
	if !d.Allowed {
		return "", &bot.Denied{Decision: d, Item: access.Review, Target: k.Who}
	}
	return inPlaceOf, nil
}

// mayHear lets those hear what was decided who had a part in it, or may review in the group; whom it is about hears it once
// the review is over. What somebody thinks of a colleague is nobody else's business.
func mayHear(c bot.Call, x review.Campaign, k review.Case) error {
	if k.Who == c.Actor.ID {
		if x.State.Over() {
			return nil
		}
		return &bot.Denied{Decision: access.Decision{Rule: access.RuleSelf}, Target: k.Who, Next: reviewerIs(c, k)}
	}
	part := []chat.User{k.Reviewer, k.Fallback, k.Second}
	for _, v := range []*review.Verdict{k.First, k.Verdict} {
		if v != nil {
			part = append(part, v.By, v.For)
		}
	}
	for _, u := range append(c.Access.StandsInFor(c.Actor.ID, c.Now), c.Actor.ID) {
		if slices.Contains(part, u) {
			return nil
		}
	}
	d := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Review, Group: c.Group.ID, At: c.Now})
	if d.Allowed {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Review, Target: k.Who}
}

func reviewerIs(c bot.Call, k review.Case) chat.Text {
	return chat.Text{ZH: "复核人是 %s。", EN: " The reviewer is %s."}.F(c.Name(k.Reviewer))
}

// decidedText tells what became of a case that cannot be decided any more.
func decidedText(c bot.Call, g chat.Group, k review.Case) chat.Text {
	who := reviewed(c, g, k)
	switch {
	case k.Verdict != nil:
		return chat.Text{ZH: "%s 的复核已定：%s。", EN: "The review of %s is decided: %s."}.F(who, decisionText(c, k.Evidence.Role, *k.Verdict)).Plus(caseEnd(k, k.Verdict.Do))
	case k.First != nil && k.End == "":
		return chat.Text{ZH: "%s 的复核：%s；等 %s 第二级复核。", EN: "The review of %s: %s; %s looks at it as the second stage."}.F(
			who, decisionText(c, k.Evidence.Role, *k.First), c.Name(k.Reviewer))
	}
	return chat.Text{ZH: "%s 的这次复核已经结束，没有人决定。", EN: "This review of %s is over; nobody decided."}.F(who).Plus(caseEnd(k, ""))
}

// caseEnd is what came of a case; zero where nothing had to be done.
func caseEnd(k review.Case, do review.Do) chat.Text {
	if do == review.Keep && k.End == review.Applied {
		return chat.Text{}
	}
	switch k.End {
	case review.Blocked:
		return chat.Text{ZH: "没有执行：%s。", EN: " Not carried out: %s."}.F(blockedText(k.Why))
	case review.NotRun:
		return chat.Text{ZH: "没有执行：没有第二个人同意。", EN: " Not carried out: no second person agreed."}
	case review.Changed:
		return chat.Text{ZH: "没有执行：角色在此期间已经变了。", EN: " Not carried out: the role had changed meanwhile."}
	case review.Applied:
		return chat.Text{ZH: "已执行。", EN: " Carried out."}
	}
	return chat.Text{}
}

func blockedText(why string) chat.Text {
	switch why {
	case review.BelowMinimum:
		return chat.Text{ZH: "执行后本群管理员会少于应有人数（minimum）", EN: "the group would have fewer admins than its size needs (minimum)"}
	case review.NoAppointer:
		return chat.Text{ZH: "执行后本群会没有高级能设管理员（appoints）", EN: "no senior of the group could appoint admins (appoints)"}
	}
	return access.Rule(why).Text().Plus(chat.Text{ZH: "（" + why + "）", EN: " (" + why + ")"})
}
