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

var (
	_ = declare(reviewStart)
	_ = declare(reviewStop)
)

// everywhereByHand is the answer of somebody who wants every admin of every group reviewed.
const everywhereByHand review.Kind = "all"

func reviewKind() grammar.ChoiceHole[review.Kind] {
	return grammar.Choice("kind", func(s string) (review.Kind, bool) {
		switch s {
		case "matrix", "矩阵":
			return review.Matrix, true
		case "business", "季度":
			return review.Business, true
		case "group", "定期":
			return review.Group, true
		case "all", "所有群":
			return everywhereByHand, true
		}
		return "", false
	}, chat.Text{ZH: "矩阵|季度|定期|所有群", EN: "matrix|business|group|all"})
}

// reviewStart begins a campaign by hand: of this group, of some, or one that a rhythm would begin.
func reviewStart() bot.Command {
	kind, length, groups := reviewKind(), grammar.Length("length").Called(chat.Text{ZH: "几天", EN: "days"}), grammar.Rest("groups").Called(chat.Text{ZH: "群名", EN: "groups"})
	return bot.Command{
		Name: "review start",
		Forms: []string{
			"/review start [{kind}] [[for] {length}]", "/review start in groups {groups}",
			"/复核 (开始|启动|发起) [{kind}] [{length}]", "/复核 (开始|启动|发起) (群|跨群) {groups}",
		},
		Examples: []chat.Text{{ZH: "/复核 开始 7天", EN: "/review start for 7d"}},
		Holes:    []grammar.Hole{kind, length, groups},
		Help: chat.Text{
			ZH: "开始一次权限复核：本群、几个群，或全部（矩阵、季度、定期）。", EN: "Begin an access review: this group, some groups, or all (matrix, business, group).",
		},
		Anywhere: true,
		Who:      chat.Text{ZH: "本群和写明的群：有那里“权限复核”的人；全部：超级管理员。", EN: "For this group or groups named: whoever holds review there; for all: owners."},
		Offers:   offersReview,
		Asks:     asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if only, ok := onlyKnown(c); ok && !kind.Given(c.Args) && !groups.Given(c.Args) {
				return bot.Outcome{In: only}, nil
			}
			w := reviewWork(c)
			p := w.Book.Policy()
			if length.Given(c.Args) {
				p.Days = max(1, int(length.Of(c.Args)/(24*time.Hour)))
			}
			if p.Sound() != nil {
				return bot.Refuse(chat.Text{ZH: "一次复核 1 到 60 天。", EN: "A review has 1 to 60 days."})
			}
			x, need, err := begun(c, p, kind, groups)
			if err != nil || len(need) > 0 {
				return bot.Outcome{Need: journal.Want{Names: need}}, err
			}
			next, fresh := w.Book.Next(x.ID)
			if !fresh {
				old, _ := w.Book.Get(next)
				return bot.Refuse(begunText(c, old))
			}
			x.ID = next
			for _, g := range x.Groups {
				if under, ok := w.Book.Under(g, w.SheetOf(g)); ok {
					return bot.Refuse(underText(c, g, under))
				}
			}
			x.By = c.Actor.ID
			w.SetCampaign(x)
			out := bot.Outcome{
				Events: []journal.Event{{
					Kind: review.Began, Group: onlyGroup(x.Groups), Items: []string{access.Review.String()}, Changes: w.Changes(),
				}},
				Changes: chat.Lines(
					chat.Text{ZH: "开始%s（`%s`）：%s，%s 前决定", EN: "begin the %s (`%s`): %s, to be decided by %s"}.F(campaignText(x), x.ID, whereText(c, x), whenText(c, x.Closes)),
					chat.Text{ZH: "每位复核人收到一张卡片；没人决定：%s。进度：`/复核 进度 %s`", EN: "each reviewer gets one card; no answer: %s. Progress: `/review status %s`"}.F(noAnswerText(x.Policy), x.ID),
				),
			}
			if len(x.Groups) != 1 {
				out.Confirm = chat.Text{ZH: "会给%s的复核人发卡片", EN: "this sends cards to the reviewers of %s"}.F(whereText(c, x))
			}
			return out, nil
		},
	}
}

func onlyGroup(groups []chat.Group) chat.Group {
	if len(groups) == 1 {
		return groups[0]
	}
	return ""
}

func whereText(c bot.Call, x review.Campaign) chat.Text {
	switch len(x.Groups) {
	case 0:
		return chat.Text{ZH: "全部 %d 个群", EN: "all %d groups"}.F(len(c.Groups.All()))
	case 1:
		return groupName(c, x.Groups[0])
	}
	return groupsCounted(len(x.Groups))
}

// begun is the campaign that the speaker asks for, if they may; need is what must be read first.
func begun(c bot.Call, p review.Policy, kind grammar.ChoiceHole[review.Kind], said grammar.RestHole) (x review.Campaign, need []journal.Name, err error) {
	now := c.Now.In(c.Zone)
	x = review.Campaign{Kind: review.ByHand, ID: string(review.ByHand) + "-" + now.Format("2006-01-02") + "-" + c.Code()[:4]}
	switch {
	case kind.Given(c.Args):
		if err := mayReviewAll(c); err != nil {
			return x, nil, err
		}
		if k := kind.Of(c.Args); k != everywhereByHand {
			x.Kind, x.ID = k, review.IDOf(k, now)
		}
		return review.Begin(p, x, now), nil, nil
	case said.Given(c.Args):
		if x.Groups, _, err = groupNames(c, said.Of(c.Args)); err != nil {
			return x, nil, err
		}
	case !c.Group.Bound():
		return x, nil, &bot.Refusal{Text: chat.Text{
			ZH: "复核哪个群？先 `/选群`，或写 `/复核 开始 群 A群、B群`；全部：`/复核 开始 所有群`（超级管理员）。", EN: "Which group? `/use` one, or write `/review start in groups A, B`; all: `/review start all` (owners).",
		}}
	default:
		x.Groups = []chat.Group{c.Group.ID}
	}
	for _, g := range x.Groups {
		for _, n := range []journal.Name{access.Of(g), directory.OfGroup(g), review.Of(g)} {
			if !c.Has(n) {
				need = append(need, n)
			}
		}
	}
	if len(need) > 0 {
		return x, need, nil
	}
	for _, g := range x.Groups {
		f := c.Access
		if g != c.Group.ID {
			f = factsIn(c, g)
		}
		if d := access.Decide(f, access.Request{Actor: c.Actor.ID, Item: access.Review, Group: g, At: c.Now}); !d.Allowed {
			return x, nil, &bot.Denied{Decision: d, Item: access.Review}
		}
	}
	return review.Begin(p, x, now), nil, nil
}

// onlyKnown is the group that a direct message must mean where none is chosen: the bot knows just one.
func onlyKnown(c bot.Call) (chat.Group, bool) {
	all := c.Groups.All()
	if c.Group.Bound() || len(all) != 1 {
		return "", false
	}
	return all[0].ID, true
}

// holdsReview says whether the speaker may review in the group that is meant, and with what decision.
func holdsReview(c bot.Call) access.Decision {
	if !c.Group.Bound() && !c.Access.IsOwner(c.Actor.ID) {
		return access.Decision{Rule: access.RuleDefault}
	}
	return access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Review, Group: c.Group.ID, At: c.Now})
}

// mayReviewAll lets owners begin a review of all groups. Whoever may review their own group has only asked for too much: they
// are told who may, and what they may themselves; that is nothing to be held against them.
func mayReviewAll(c bot.Call) error {
	if c.Access.IsOwner(c.Actor.ID) {
		return nil
	}
	if d := holdsReview(c); c.Group.Bound() && !d.Allowed {
		return &bot.Denied{Decision: d, Item: access.Review}
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "全部群的复核由超级管理员开始：%s。本群的：`/复核 开始`；几个群的：`/复核 开始 群 A群、B群`。",
		EN: "A review of all groups is begun by an owner: %s. For this group: `/review start`; for some: `/review start in groups A, B`.",
	}.F(c.Few(c.Access.Company.Owners()))}
}

// begunText says that there is a campaign of the kind and period that was asked for, and what can be done now.
func begunText(c bot.Call, old review.Campaign) chat.Text {
	t := chat.Text{ZH: "这一期已经有了：%s（`%s`），%s。", EN: "There is one for this period: %s (`%s`), %s. "}.F(campaignText(old), old.ID, courseText(c, old))
	if old.State.Over() {
		return t.Plus(chat.Text{ZH: "结果：`/复核 报告 %s`；要再做一次：`/复核 开始 所有群`。", EN: "Its outcome: `/review report %s`; to hold one more: `/review start all`."}.F(old.ID))
	}
	return t.Plus(chat.Text{ZH: "进度：`/复核 进度 %s`。", EN: "How far it is: `/review status %s`."}.F(old.ID))
}

// underText says that a group is under review, and how to go on: to stop that is suggested to whoever may.
func underText(c bot.Call, g chat.Group, under review.Campaign) chat.Text {
	t := chat.Text{ZH: "%s 正在复核：%s（`%s`），%s。", EN: "%s is under review: %s (`%s`), %s. "}.F(groupName(c, g), campaignText(under), under.ID, courseText(c, under))
	if mayStop(c, under) {
		return t.Plus(chat.Text{ZH: "先等它结束，或 `/复核 停止 %s`。", EN: "Wait for its end, or `/review stop %s`."}.F(under.ID))
	}
	return t.Plus(chat.Text{ZH: "请等它结束；能停止它的是 %s。", EN: "Please wait for its end; who can stop it: %s."}.F(stoppers(c, under)))
}

// reviewStop ends a campaign; nothing of it is carried out.
func reviewStop() bot.Command {
	id, reason := grammar.Word("id").Called(chat.Text{ZH: "复核编号", EN: "id"}), grammar.Rest("reason")
	return bot.Command{
		Name:     "review stop",
		Forms:    []string{"/review stop {id} [{reason}]", "/复核 (停止|取消) {id} [{reason}]"},
		Examples: []chat.Text{{ZH: "/复核 停止 group-2026-12 换到下周", EN: "/review stop group-2026-12 moved to next week"}},
		Holes:    []grammar.Hole{id, reason},
		Help:     chat.Text{ZH: "停止一次复核：决定作废，什么都不执行。", EN: "Stop a review: what was decided is void, nothing is carried out."},
		Anywhere: true,
		Who:      chat.Text{ZH: "开始它的人（不被它复核的）和超级管理员可以用。", EN: "For whoever began it and is not reviewed in it, and owners."},
		Offers:   offersReview,
		Asks:     asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			w := reviewWork(c)
			x, ok := w.Book.Get(id.Of(c.Args))
			if !ok || !maySee(c, x) {
				return bot.Refuse(chat.Text{ZH: "没有这次复核。`/复核 进度` 列出各次。", EN: "There is no such review. `/review status` lists them."})
			}
			if !mayStop(c, x) {
				return bot.Refuse(chat.Text{ZH: "%s（`%s`）只有开始它的人和超级管理员能停止：%s。可以请其中一位。", EN: "Only whoever began the %s (`%s`), or an owner, can stop it: %s. Please ask one of them."}.F(
					campaignText(x), x.ID, stoppers(c, x)))
			}
			if x.State == review.Stopped {
				return bot.Refuse(chat.Text{ZH: "%s（`%s`）已经停止了，什么都没有执行。", EN: "The %s (`%s`) is stopped already; nothing was carried out."}.F(campaignText(x), x.ID))
			}
			if !c.Access.IsOwner(c.Actor.ID) {
				own, want := aboutSpeaker(c, x)
				if len(want) > 0 {
					return bot.Outcome{Need: journal.Want{Names: want}}, nil
				}
				if own {
					return bot.Refuse(chat.Text{
						ZH: "%s（`%s`）也复核您自己，所以要由超级管理员停止：%s。", EN: "The %s (`%s`) is about yourself, too, so it is for an owner to stop: %s.",
					}.F(campaignText(x), x.ID, c.Few(slices.Clone(c.Access.Company.Owners()))))
				}
			}
			if x.State.Over() || x.State == review.Applying || x.State == review.Judging {
				return bot.Refuse(chat.Text{ZH: "它已经停不下来了：%s。已执行的可以用 `/撤销 #编号`。", EN: "It cannot be stopped any more: %s. What was carried out can be undone with `/undo #N`."}.F(courseText(c, x)))
			}
			x.State, x.Next, x.Ended, x.Why = review.Stopped, time.Time{}, c.Now.UTC(), reason.Of(c.Args)
			w.SetCampaign(x)
			return bot.Outcome{
				Events: []journal.Event{{
					Kind: review.Ended, Group: onlyGroup(x.Groups), Items: []string{access.Review.String()}, Reason: reason.Of(c.Args), Changes: w.Changes(),
				}},
				Changes: chat.Text{ZH: "停止%s（`%s`），什么都不执行", EN: "stop the %s (`%s`); nothing is carried out"}.F(campaignText(x), x.ID).Plus(because(reason.Of(c.Args))),
				Confirm: chat.Text{ZH: "已经做的决定作废", EN: "what was decided becomes void"},
			}, nil
		},
	}
}

// mayStop says whether the speaker may stop a campaign: whoever began it, and owners.
func mayStop(c bot.Call, x review.Campaign) bool {
	return x.By == c.Actor.ID || c.Access.IsOwner(c.Actor.ID)
}

// aboutSpeaker says whether the speaker is one of those whom a review that they have begun is about: who stops it, and begins
// another one, decides about themselves. want is what must still be read to tell.
func aboutSpeaker(c bot.Call, x review.Campaign) (own bool, want []journal.Name) {
	for _, g := range x.Groups {
		n := review.Of(g)
		if !c.Has(n) {
			want = append(want, n)
			continue
		}
		_, under := bot.At[review.Sheet](c, n).Get(x.ID, c.Actor.ID)
		own = own || under
	}
	return own, want
}

// stoppers names those who may stop a campaign.
func stoppers(c bot.Call, x review.Campaign) chat.Text {
	people := slices.Clone(c.Access.Company.Owners())
	if x.By != "" && !slices.Contains(people, x.By) {
		people = append([]chat.User{x.By}, people...)
	}
	return c.Few(people)
}
