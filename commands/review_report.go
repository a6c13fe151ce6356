package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var _ = declare(reviewReport)

// reviewReport tells what came of a campaign: what changed, by whom and why, and what was not carried out.
func reviewReport() bot.Command {
	id := grammar.Word("id").Called(chat.Text{ZH: "复核编号", EN: "id"})
	return bot.Command{
		Name:     "review report",
		Forms:    []string{"/review report [{id}]", "/复核 (报告|结果) [{id}]"},
		Examples: []chat.Text{{ZH: "/复核 报告 group-2026-12", EN: "/review report group-2026-12"}},
		Holes:    []grammar.Hole{id},
		Help:     chat.Text{ZH: "一次复核的结果：谁变了、谁定的、为什么。", EN: "What came of a review: who changed, who decided, and why."},
		Anywhere: true,
		Who:      chat.Text{ZH: "有“权限复核”的人看本群的，超级管理员看全部。", EN: "For whoever holds review, about their group; owners see all."},
		Offers:   offersReview,
		Asks:     asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if only, ok := onlyKnown(c); ok {
				return bot.Outcome{In: only}, nil
			}
			all := slices.DeleteFunc(reviews.Of(c).Campaigns(), func(x review.Campaign) bool { return !maySee(c, x) })
			i := slices.IndexFunc(all, func(x review.Campaign) bool {
				return id.Given(c.Args) && x.ID == id.Of(c.Args) || !id.Given(c.Args) && x.State.Over()
			})
			if i < 0 {
				return bot.Refuse(chat.Text{ZH: "没有这次复核，或它还没结束。`/复核 进度` 列出各次。", EN: "There is no such review, or it is not over. `/review status` lists them."})
			}
			return outcomeReport(c, all[i])
		},
	}
}

// outcomeReport walks the groups of a campaign; the speaker sees those that they may.
func outcomeReport(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	var groups []chat.Group
	var want []journal.Name
	for _, g := range c.Groups.All() {
		if !x.Covers(g.ID) {
			continue
		}
		groups = append(groups, g.ID)
		for _, n := range []journal.Name{review.Of(g.ID), access.Of(g.ID), directory.OfGroup(g.ID)} {
			if !c.Has(n) {
				want = append(want, n)
			}
		}
	}
	if len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	lines := []chat.Text{
		chat.Text{ZH: "**%s**（`%s`）", EN: "**%s** (`%s`)"}.F(campaignText(x), x.ID),
		chat.Text{ZH: "- %s 至 %s；%s", EN: "- %s to %s; %s"}.F(dateText(c, x.Opened), dateText(c, orNow(c, x)), scopeOfReview(x)),
		chat.Text{ZH: "- %s", EN: "- %s"}.F(courseText(c, x)),
	}
	if t := marksText(x); !t.IsZero() {
		lines = append(lines, chat.Text{ZH: "- 注意：%s", EN: "- note: %s"}.F(t))
	}
	slices.Sort(groups)
	cases, told, more := 0, 0, 0
	var shown []chat.Group // none for owners, who see all
	for _, g := range groups {
		if !c.Access.IsOwner(c.Actor.ID) {
			if !c.In(g).Items(c.Actor.ID, c.Access.Actor, g, c.Now).Has(access.Review) {
				continue
			}
			shown = append(shown, g)
		}
		for _, k := range bot.At[review.Sheet](c, review.Of(g)).Of(x.ID) {
			cases++
			if k.Who == c.Actor.ID && !x.State.Over() {
				lines = append(lines, chat.Text{ZH: "- %s · 您自己：复核结束后才看得到", EN: "- %s · yourself: to be seen once the review is over"}.F(groupName(c, g)))
				continue
			}
			do, to, silent := k.Effective(x.Policy)
			if do == review.Keep && !silent && !k.Deviates(do, to) && x.Cases > maxListed {
				continue // of many, only those are told of whom there is something to tell
			}
			if told++; told > maxListed {
				more++
				continue
			}
			lines = append(lines, verdictLine(c, g, x, k))
		}
	}
	if more > 0 {
		lines = append(lines, chat.Text{ZH: "- 另有 %d 位，见各群 `/审计 review`", EN: "- and %d more; see `/audit review` in each group"}.F(more))
	}
	reply := chat.Reply{}
	if cases > 0 {
		reply.Files = reviewFiles(x, shown)
	}
	if len(reply.Files) > 0 {
		lines = append(lines, chat.Text{ZH: "每位的证据、决定和日志编号见随后的 Excel。", EN: "The evidence, verdict and entry numbers of each are in the workbook that follows."})
	}
	reply.Text = chat.Lines(lines...)
	return bot.Outcome{Reply: reply}, nil
}

func orNow(c bot.Call, x review.Campaign) time.Time {
	if x.Ended.IsZero() {
		return c.Now
	}
	return x.Ended
}

// verdictLine is what came of one case.
func verdictLine(c bot.Call, g chat.Group, x review.Campaign, k review.Case) chat.Text {
	do, to, silent := k.Effective(x.Policy)
	what := doText(k.Evidence.Role, do, to)
	switch {
	case k.Pending() && !x.State.Over():
		what = chat.Text{ZH: "等 %s 决定（建议%s）", EN: "%s has yet to decide (advised: %s)"}.F(c.Name(k.Reviewer), adviceText(k))
	case silent:
		what = chat.Text{ZH: "没有人决定，%s（按规则）", EN: "nobody decided: %s, by the policy"}.F(what)
	case k.Verdict != nil:
		what = decisionText(c, k.Evidence.Role, *k.Verdict)
		if k.Deviates(do, to) {
			what = what.Plus(chat.Text{ZH: "（建议%s）", EN: " (advised: %s)"}.F(adviceText(k)))
		}
	}
	return chat.Text{ZH: "- %s · %s：%s。%s", EN: "- %s · %s: %s.%s"}.F(groupName(c, g), reviewed(c, g, k), what, caseEnd(k, do))
}
