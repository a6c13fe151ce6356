package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var _ = declare(reviewStatus)

// resultText is what came of a campaign, in one line.
func resultText(x review.Campaign) chat.Text {
	if x.Cases == 0 {
		return nothingAskedText(x)
	}
	r := x.Result
	return chat.Text{ZH: "保留 %d，收窄 %d，移除 %d", EN: "%d kept, %d reduced, %d removed"}.F(r.Kept, r.Reduced, r.Removed)
}

// nothingAskedText is what a campaign says that has put nobody before a reviewer. Whoever was left out was not found to be
// as they should be.
func nothingAskedText(x review.Campaign) chat.Text {
	if x.Resting > 0 && x.Resting == x.Looked {
		return chat.Text{ZH: "%d 个群本月不到复核的时候", EN: "none of %d groups is due this month"}.F(x.Looked)
	}
	t := chat.Text{ZH: "看了 %d 个群", EN: "%d groups looked at"}.F(x.Looked - x.Resting)
	if x.Twice > 0 {
		t = t.Plus(chat.Text{ZH: "，%d 位正在别的复核里，这次没有再问", EN: "; %d admins are under another review and were not asked about again"}.F(x.Twice))
		if x.Clean > 0 {
			t = t.Plus(chat.Text{ZH: "；另 %d 位没有要问的", EN: "; nothing to ask of %d more"}.F(x.Clean))
		}
		return t
	}
	t = t.Plus(chat.Text{ZH: "，没有要问的", EN: ", nothing to ask"})
	if x.Clean > 0 {
		t = t.Plus(chat.Text{ZH: "（%d 位管理员都正常）", EN: " (%d admins are as they should be)"}.F(x.Clean))
	}
	return t
}

// scopeOfReview is how much a campaign looks at.
func scopeOfReview(x review.Campaign) chat.Text {
	t := clauses([]chat.Text{groupsCounted(x.Taken), counted(x.Cases, "%d 位管理员", "admin", "admins")})
	if x.Cases == 0 && x.Looked > 0 {
		return groupsCounted(x.Looked)
	}
	if x.Clean > 0 {
		t = t.Plus(chat.Text{ZH: "（另 %d 位没有要问的）", EN: " (nothing to ask of %d more)"}.F(x.Clean))
	}
	return t
}

// marksText is what a manager should know of a campaign beside its result; zero if there is nothing.
func marksText(x review.Campaign) chat.Text {
	var out []chat.Text
	add := func(n int, zh, en string) {
		if n > 0 {
			out = append(out, chat.Text{ZH: zh, EN: en}.F(n))
		}
	}
	add(x.Result.Silent, "%d 位没有人决定", "nobody decided on %d")
	add(x.Result.Blocked, "%d 位没有执行（规则不允许）", "%d not carried out (the rules forbid it)")
	add(x.Result.Held, "%d 位没有执行（第二个人没同意）", "%d not carried out (no second person agreed)")
	add(x.Result.Moved, "%d 位在此期间已变", "%d had changed meanwhile")
	add(x.Orphans, "%d 位没有人能复核", "nobody may review %d")
	if x.Cases > 0 { // else the result says it
		add(x.Twice, "%d 位正在别的复核里，这次没有再问", "%d are under another review and were not asked about again")
	}
	if x.Resting < x.Looked { // else the result says it
		add(x.Resting, "%d 个安静的群本月不复核", "%d quiet groups rest this month")
	}
	add(x.Sampled, "%d 位复核人像是走过场，已抽样请别人再看", "%d reviewers seem not to have looked; others look again at a sample")
	return list(out)
}

// courseText is how far a campaign is.
func courseText(c bot.Call, x review.Campaign) chat.Text {
	switch x.State {
	case review.Preparing:
		all := 0
		for _, g := range c.Groups.All() {
			if x.Covers(g.ID) {
				all++
			}
		}
		return chat.Text{ZH: "准备中：%d / %d 个群（%d%%），已有 %d 位", EN: "preparing: %d of %d groups (%d%%), %d admins so far"}.F(
			x.Looked, all, 100*x.Looked/max(1, all), x.Cases)
	case review.Telling:
		return chat.Text{ZH: "正在通知复核人：%d / %d", EN: "telling reviewers: %d of %d"}.F(x.At, len(x.Reviewers))
	case review.Open:
		return chat.Text{ZH: "进行中，%s 截止", EN: "open until %s"}.F(whenText(c, x.Closes))
	case review.Late:
		return chat.Text{ZH: "已转后备复核人，%s 截止", EN: "with the fallbacks until %s"}.F(whenText(c, x.Ends))
	case review.Counting, review.Applying, review.Judging:
		return chat.Text{ZH: "正在执行结果", EN: "being carried out"}
	case review.Held:
		return chat.Text{ZH: "暂停：要第二个人同意才执行，审批卡片已发出；没人同意就不执行", EN: "halted: a second person must agree, and was sent a card; without consent nothing is carried out"}
	case review.Stopped:
		return chat.Text{ZH: "已停止，什么都没有执行", EN: "stopped; nothing was carried out"}
	case review.Closed:
	}
	return chat.Text{ZH: "已结束：%s", EN: "closed: %s"}.F(resultText(x))
}

// reviewStatus shows how far the campaigns are, and what reviewers have left.
func reviewStatus() bot.Command {
	id := grammar.Word("id").Called(chat.Text{ZH: "复核编号", EN: "id"})
	return bot.Command{
		Name:     "review status",
		Forms:    []string{"/review status [{id}]", "/复核 (进度|状态) [{id}]"},
		Examples: []chat.Text{{ZH: "/复核 进度", EN: "/review status"}},
		Holes:    []grammar.Hole{id},
		Help:     chat.Text{ZH: "各次复核的进度，和谁还没决定。", EN: "How far the reviews are, and who has yet to decide."},
		Anywhere: true,
		Who:      chat.Text{ZH: "有“权限复核”的人看本群的，超级管理员看全部。", EN: "For whoever holds review, about their group; owners see all."},
		Offers:   offersReview,
		Asks:     asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if only, ok := onlyKnown(c); ok {
				return bot.Outcome{In: only}, nil
			}
			var all []review.Campaign
			for _, x := range reviews.Of(c).Campaigns() {
				if maySee(c, x) && (!id.Given(c.Args) || x.ID == id.Of(c.Args)) {
					all = append(all, x)
				}
			}
			if len(all) == 0 {
				none := chat.Text{ZH: "没有您能看的复核", EN: "There is no review for you to see"}
				return bot.Outcome{Reply: chat.Reply{Text: none.Plus(orBegin(c))}}, nil
			}
			if id.Given(c.Args) || len(all) == 1 {
				return progress(c, all[0])
			}
			lines := []chat.Text{{ZH: "**复核进度**", EN: "**Reviews**"}}
			for i, x := range all {
				if i == 10 {
					lines = append(lines, chat.Text{ZH: "- 另有 %d 次更早的", EN: "- and %d older ones"}.F(len(all)-10))
					break
				}
				how := courseText(c, x)
				if x.Cases > 0 || !x.State.Over() { // else the result says how many it has looked at
					how = clauses([]chat.Text{scopeOfReview(x), how})
				}
				lines = append(lines, chat.Text{ZH: "- %s（`%s`）：%s", EN: "- %s (`%s`): %s"}.F(campaignText(x), x.ID, how))
			}
			lines = append(lines, chat.Text{ZH: "逐人进度：`/复核 进度 编号`；结果：`/复核 报告 编号`", EN: "By reviewer: `/review status ID`; results: `/review report ID`"})
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// maySee says whether a campaign concerns the speaker: owners see all, reviewers theirs, and whoever may review in a group
// those that cover it.
func maySee(c bot.Call, x review.Campaign) bool {
	return c.Access.IsOwner(c.Actor.ID) || x.By == c.Actor.ID || slices.Contains(x.Reviewers, c.Actor.ID) ||
		c.Group.Bound() && x.Covers(c.Group.ID) && x.Kind != review.Sample && offersReview(c)
}

// mostReviewers is how many reviewers a list names.
const mostReviewers = 20

// progress is one campaign with its reviewers.
func progress(c bot.Call, x review.Campaign) (bot.Outcome, error) {
	var want []journal.Name
	for _, u := range x.Reviewers[:min(len(x.Reviewers), 500)] {
		if n := review.DeskOf(u); !c.Has(n) {
			want = append(want, n)
		}
	}
	if len(want) > 0 {
		return bot.Outcome{Need: journal.Want{Names: want}}, nil
	}
	lines := []chat.Text{
		chat.Text{ZH: "**%s**（`%s`）", EN: "**%s** (`%s`)"}.F(campaignText(x), x.ID),
		chat.Text{ZH: "- %s", EN: "- %s"}.F(courseText(c, x)),
		chat.Text{ZH: "- 范围：%s", EN: "- scope: %s"}.F(scopeOfReview(x)),
	}
	if x.Kind == review.Sample {
		lines = append(lines, chat.Text{ZH: "- 为什么：%s 在 `%s` 里的复核%s", EN: "- why: in `%[2]s`, %[1]s %[3]s"}.F(c.Name(x.Not), x.Name, signsText(c, x)))
	}
	if x.Kind == review.Group {
		lines = append(lines, chat.Text{
			ZH: "- 活跃群每月：近 30 天日均消息 ≥ %d 条，或 ≥ %d 人；其余每季度。本次 %d 个群不到时候",
			EN: "- active groups monthly: at least %d messages a day (over 30 days) or %d people; others quarterly. %d rest this time",
		}.F(x.Policy.Active, x.Policy.Large, x.Resting))
	}
	open, left := 0, []chat.Text{}
	for _, u := range x.Reviewers {
		charge, ok := bot.At[review.Desk](c, review.DeskOf(u)).Charge(x.ID)
		if !ok {
			continue
		}
		open += charge.Open
		if charge.Open > 0 && len(left) < mostReviewers {
			line := chat.Text{ZH: "- %s：还有 %d 位", EN: "- %s: %d left"}.F(c.Name(u), charge.Open)
			if charge.Reminded > 0 {
				line = line.Plus(chat.Text{ZH: "，提醒过 %d 次", EN: ", reminders: %d"}.F(charge.Reminded))
			}
			left = append(left, line)
		}
	}
	if x.State == review.Open || x.State == review.Late {
		line := chat.Text{ZH: "- 已决定 %d / %d 位", EN: "- decided: %d of %d"}.F(x.Cases-open, x.Cases)
		if x.Waiting > 0 {
			line = line.Plus(chat.Text{ZH: "，%d 位复核人还没做完：", EN: "; reviewers not done: %d"}.F(x.Waiting))
		} else {
			line = line.Plus(chat.Text{ZH: "，%s 起执行", EN: "; carried out from %s"}.F(whenText(c, x.Next)))
		}
		lines = append(append(lines, line), left...)
	}
	if t := marksText(x); !t.IsZero() {
		lines = append(lines, chat.Text{ZH: "- 注意：%s", EN: "- note: %s"}.F(t))
	}
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

// signsText is why somebody seems not to have looked.
func signsText(c bot.Call, x review.Campaign) chat.Text {
	of, ok := reviews.Of(c).Get(x.Name)
	if !ok {
		of = x
	}
	var out []chat.Text
	for _, s := range x.Signs {
		switch s {
		case review.TooFast:
			out = append(out, chat.Text{ZH: "大多不到 %d 秒一位", EN: "decided mostly within %d seconds each"}.F(of.Policy.Quick))
		case review.AllKept:
			out = append(out, chat.Text{ZH: "全部保留，有提醒的也是", EN: "kept everything, warnings and all"})
		case review.Warnings:
			out = append(out, chat.Text{ZH: "有提醒的几乎都保留", EN: "kept nearly all with a warning"})
		}
	}
	return clauses(out)
}
