package commands

import (
	"slices"
	"strconv"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var (
	_ = declare(reviewStart)
	_ = declare(reviewStop)
	_ = declare(reviewPolicy)
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
			w := reviewWork(c)
			p := w.Book.Policy()
			if length.Given(c.Args) {
				p.Days = max(1, int(length.Of(c.Args)/(24*time.Hour)))
			}
			if p.Sound() != nil {
				return bot.Refuse(chat.Text{ZH: "一次复核 1 到 60 天。", EN: "A review has 1 to 60 days."})
			}
			x, err := begun(c, p, kind, groups)
			if err != nil {
				return bot.Outcome{}, err
			}
			if old, twice := w.Book.Get(x.ID); twice {
				return bot.Refuse(chat.Text{ZH: "这一期已经有了：%s（`%s`），%s。", EN: "There is one for this period: %s (`%s`), %s."}.F(campaignText(old), old.ID, courseText(c, old)))
			}
			for _, g := range x.Groups {
				if under, ok := w.Book.Under(g); ok {
					return bot.Refuse(chat.Text{
						ZH: "%s 正在复核：%s（`%s`）。先等它结束，或 `/复核 停止 %s`。", EN: "%s is under review: %s (`%s`). Wait for its end, or `/review stop %s`.",
					}.F(groupName(c, g), campaignText(under), under.ID, under.ID))
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

// begun is the campaign that the speaker asks for, if they may.
func begun(c bot.Call, p review.Policy, kind grammar.ChoiceHole[review.Kind], said grammar.RestHole) (review.Campaign, error) {
	now := c.Now.In(c.Zone)
	x := review.Campaign{Kind: review.ByHand, ID: string(review.ByHand) + "-" + now.Format("2006-01-02") + "-" + c.Code()[:4]}
	var err error
	switch {
	case kind.Given(c.Args):
		if !c.Access.IsOwner(c.Actor.ID) {
			return x, &bot.Denied{Decision: access.Decision{Rule: access.RuleTier}, Item: access.Review, Next: chat.Text{
				ZH: "全部群的复核只有超级管理员能开始；本群的：`/复核 开始`。", EN: " Only owners begin one of all groups; for this group: `/review start`.",
			}}
		}
		if k := kind.Of(c.Args); k != everywhereByHand {
			x.Kind, x.ID = k, review.IDOf(k, now)
		}
		return review.Begin(p, x, now), nil
	case said.Given(c.Args):
		if x.Groups, _, err = groupNames(c, said.Of(c.Args)); err != nil {
			return x, err
		}
	case !c.Group.Bound():
		return x, &bot.Refusal{Text: chat.Text{
			ZH: "复核哪个群？先 `/选群`，或写 `/复核 开始 群 A群、B群`；全部：`/复核 开始 定期`。", EN: "Which group? `/use` one, or write `/review start in groups A, B`; all: `/review start group`.",
		}}
	default:
		x.Groups = []chat.Group{c.Group.ID}
	}
	for _, g := range x.Groups {
		f := c.Access
		if g != c.Group.ID {
			f = factsIn(c, g)
		}
		if d := access.Decide(f, access.Request{Actor: c.Actor.ID, Item: access.Review, Group: g, At: c.Now}); !d.Allowed {
			return x, &bot.Denied{Decision: d, Item: access.Review}
		}
	}
	return review.Begin(p, x, now), nil
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
			if x.By != c.Actor.ID && !c.Access.IsOwner(c.Actor.ID) {
				return bot.Outcome{}, &bot.Denied{Decision: access.Decision{Rule: access.RuleTier}, Item: access.Review, Next: chat.Text{
					ZH: "只有开始它的人和超级管理员能停止。", EN: " Only whoever began it, or an owner, can stop it.",
				}}
			}
			if !c.Access.IsOwner(c.Actor.ID) {
				own, want := aboutSpeaker(c, x)
				if len(want) > 0 {
					return bot.Outcome{Need: journal.Want{Names: want}}, nil
				}
				if own {
					return bot.Outcome{}, &bot.Denied{Decision: access.Decision{Rule: access.RuleSelf}, Item: access.Review, Next: chat.Text{
						ZH: "这次复核也关于您自己；要停止，请找超级管理员。", EN: " It is about yourself, too; ask an owner to stop it.",
					}}
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

// setting is one thing that the policy of reviews says.
type reviewSetting struct {
	word, said string
	label      chat.Text
	show       func(review.Policy) chat.Text
	set        func(*review.Policy, string) bool
}

func number(of func(*review.Policy) *int) func(*review.Policy, string) bool {
	return func(p *review.Policy, s string) bool {
		n, err := strconv.Atoi(s)
		*of(p) = n
		return err == nil
	}
}

var reviewSettings = []reviewSetting{
	{
		"days", "天数", chat.Text{ZH: "复核人有几天（1–60）", EN: "days for reviewers (1–60)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Days)) }, number(func(p *review.Policy) *int { return &p.Days }),
	},
	{
		"extra", "后备天数", chat.Text{ZH: "之后后备复核人有几天（0–30）", EN: "then days for fallbacks (0–30)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Extra)) }, number(func(p *review.Policy) *int { return &p.Extra }),
	},
	{
		"stages", "级数", chat.Text{ZH: "级数（1 一个人定；2 不保留的由另一人再看）", EN: "stages (1: one person; 2: what is not kept is looked at by another)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Stages)) }, number(func(p *review.Policy) *int { return &p.Stages }),
	},
	{
		"noanswer", "无人决定", chat.Text{ZH: "没人决定时（保留、收窄、移除、按建议）", EN: "no answer (keep, reduce, remove, advice)"},
		noAnswerText, func(p *review.Policy, s string) bool {
			words := map[string]review.Do{"keep": review.Keep, "保留": review.Keep, "reduce": review.Reduce, "收窄": review.Reduce, "remove": review.Remove, "移除": review.Remove, "advice": review.Advised, "按建议": review.Advised}
			do, ok := words[s]
			p.NoAnswer = do
			return ok
		},
	},
	{
		"most", "上限", chat.Text{ZH: "一次撤销超过几个角色要第二个人（0–1000）", EN: "more removals than this take a second person (0–1000)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Most)) }, number(func(p *review.Policy) *int { return &p.Most }),
	},
	{
		"share", "比例", chat.Text{ZH: "或超过百分之几（0–100）", EN: "or more than this percentage (0–100)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Share) + "%") }, number(func(p *review.Policy) *int { return &p.Share }),
	},
	{
		"fewer", "收窄上限", chat.Text{ZH: "一次收窄超过几个角色要第二个人（0–10000）", EN: "more reductions than this take a second person (0–10000)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Fewer)) }, number(func(p *review.Policy) *int { return &p.Fewer }),
	},
	{
		"part", "收窄比例", chat.Text{ZH: "或 3 个起超过百分之几（0–100）", EN: "or, from 3 on, more than this percentage (0–100)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Part) + "%") }, number(func(p *review.Policy) *int { return &p.Part }),
	},
	{
		"unused", "未用天数", chat.Text{ZH: "几天没用算未用（30 或 90）", EN: "days without use that count as unused (30 or 90)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Unused)) }, number(func(p *review.Policy) *int { return &p.Unused }),
	},
	{
		"active", "活跃", chat.Text{ZH: "日均多少条消息起算活跃群（30 天平均）", EN: "messages a day from which a group is active (over 30 days)"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Active)) }, number(func(p *review.Policy) *int { return &p.Active }),
	},
	{
		"large", "大群", chat.Text{ZH: "或多少人起算活跃群", EN: "or people from which it is"},
		func(p review.Policy) chat.Text { return chat.Same(strconv.Itoa(p.Large)) }, number(func(p *review.Policy) *int { return &p.Large }),
	},
}

// reviewPolicy shows how reviews are held, and lets owners change it. A campaign keeps the policy that it began with.
func reviewPolicy() bot.Command {
	what := grammar.Choice("what", func(s string) (int, bool) {
		i := slices.IndexFunc(reviewSettings, func(r reviewSetting) bool { return r.word == s || r.said == s })
		return i, i >= 0
	}, chat.Text{ZH: "天数|后备天数|级数|无人决定|上限|比例|收窄上限|收窄比例|未用天数|活跃|大群", EN: "days|extra|stages|noanswer|most|share|fewer|part|unused|active|large"})
	value := grammar.Word("value").Called(chat.Text{ZH: "值", EN: "value"})
	return bot.Command{
		Name:     "review policy",
		Forms:    []string{"/review policy [{what} {value}]", "/复核 规则 [{what} {value}]"},
		Examples: []chat.Text{{ZH: "/复核 规则 无人决定 按建议", EN: "/review policy noanswer advice"}},
		Holes:    []grammar.Hole{what, value},
		Help:     chat.Text{ZH: "看或改复核的规则：天数、级数、没人决定怎么办、熔断。", EN: "See or set how reviews are held: days, stages, no answer, limits."},
		Needs:    access.Policy, Owners: true, Anywhere: true,
		Asks: asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			w := reviewWork(c)
			p := w.Book.Policy()
			if !what.Given(c.Args) {
				return bot.Outcome{Reply: chat.Reply{Text: policyLines(c, p)}}, nil
			}
			s, before := reviewSettings[what.Of(c.Args)], p
			if !s.set(&p, value.Of(c.Args)) || p.Sound() != nil {
				return bot.Refuse(chat.Text{ZH: "“%s”不行。%s。", EN: "“%s” will not do: %s."}.F(chat.Escape(value.Of(c.Args)), s.label))
			}
			p.By, p.At = c.Actor.ID, c.Now.UTC()
			w.SetPolicy(p)
			return bot.Outcome{
				Events: []journal.Event{{Kind: review.Settled, Items: []string{access.Policy.String()}, Changes: w.Changes()}},
				Changes: chat.Text{ZH: "复核规则“%s”改为 %s（原为 %s）；已经开始的复核不变", EN: "reviews: “%s” becomes %s (was %s); those that have begun stay as they are"}.F(
					chat.Text{ZH: s.said, EN: s.word}, s.show(p), s.show(before)),
			}, nil
		},
	}
}

func policyLines(c bot.Call, p review.Policy) chat.Text {
	lines := []chat.Text{{ZH: "**复核规则**", EN: "**How reviews are held**"}}
	for _, s := range reviewSettings {
		lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(s.label, s.show(p)))
	}
	if p.By != "" {
		lines = append(lines, chat.Text{ZH: "%s 于 %s 改过。", EN: "Last changed by %s, %s."}.F(c.Name(p.By), whenText(c, p.At)))
	}
	return chat.Lines(append(lines, chat.Text{ZH: "改一项：`/复核 规则 无人决定 按建议`", EN: "To change one: `/review policy noanswer advice`"})...)
}
