package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var _ = declare(reviewPolicy)

// reviewSetting is one thing that the policy of reviews says, under the word that changes it: what it means, and in which
// unit it is counted. What is no number has no unit.
type reviewSetting struct {
	word, said string
	unit       string
	means      chat.Text
}

// reviewSettings are the policy's, in the order in which they are shown.
var reviewSettings = []reviewSetting{
	{"days", "天数", "天", chat.Text{ZH: "复核人在这么久内决定", EN: "days that reviewers have to decide"}},
	{"extra", "后备天数", "天", chat.Text{ZH: "之后再给后备复核人这么久", EN: "days that their fallbacks have then"}},
	{"stages", "级数", "级", chat.Text{ZH: "1 级一个人定；2 级，不保留的再由另一人看", EN: "with 2, somebody else looks again at what is not kept"}},
	{"noanswer", "无人决定", "", chat.Text{ZH: "到期还没人决定的怎么办（“收窄”：建议移除的也保留）", EN: "what becomes of a role of which nobody decides (reduce: it stays where removal is advised)"}},
	{"most", "上限", "个", chat.Text{ZH: "一次撤销超过这么多，要第二个人", EN: "to remove more roles at once takes a second person"}},
	{"share", "比例", "%", chat.Text{ZH: "一次撤销超过这个占比，也要第二个人", EN: "so does to remove a larger part of all"}},
	{"fewer", "收窄上限", "个", chat.Text{ZH: "一次收窄超过这么多，要第二个人", EN: "to reduce more roles at once takes a second person"}},
	{"part", "收窄比例", "%", chat.Text{ZH: "收窄 3 个起，超过这个占比，也要第二个人", EN: "so does, from 3 on, to reduce a larger part of all"}},
	{"unused", "未用天数", "天", chat.Text{ZH: "这么久没用过，算没用", EN: "days without use that count as unused"}},
	{"active", "活跃", "条", chat.Text{ZH: "30 天日均消息到这么多的群，每月复核", EN: "messages a day, over 30 days, from which a group is reviewed monthly"}},
	{"large", "大群", "人", chat.Text{ZH: "到这么多人的群，也每月复核", EN: "people from which it is, too"}},
	{"quick", "过快秒数", "秒", chat.Text{ZH: "看一位比这短，算太快", EN: "seconds; to take less for an admin is too fast"}},
	{"fast", "过快比例", "%", chat.Text{ZH: "太快的超过这个占比，像走过场", EN: "more decided too fast look like a rubber stamp"}},
	{"ignored", "忽略比例", "%", chat.Text{ZH: "有提醒却保留的到这个占比，像走过场", EN: "so many kept against a warning do, too"}},
	{"few", "最少位数", "位", chat.Text{ZH: "决定得比这少，不判断是否走过场", EN: "of whoever decides fewer admins nothing is said"}},
	{"again", "抽查比例", "%", chat.Text{ZH: "像走过场的，抽这么多请别人再看", EN: "so much of a rubber stamp is looked at again by somebody else"}},
	{"sample", "抽查上限", "位", chat.Text{ZH: "最多抽这么多；0 是不抽", EN: "admins at most; 0: none"}},
}

// number is what the setting counts; ok is false if it is no number.
func (s reviewSetting) number() (n review.Number, ok bool) {
	all := review.Numbers()
	i := slices.IndexFunc(all, func(n review.Number) bool { return n.Word == s.word })
	if i < 0 {
		return n, false
	}
	return all[i], true
}

// show is what a policy says.
func (s reviewSetting) show(p review.Policy) chat.Text {
	n, ok := s.number()
	if !ok {
		return noAnswerText(p)
	}
	return withUnit(*n.Of(&p), s.unit)
}

// withUnit is a number with its unit: 20%, 7 天. In English the meaning says what is counted.
func withUnit(n int, unit string) chat.Text {
	if unit == "%" {
		return chat.Same(strconv.Itoa(n) + unit)
	}
	return chat.Text{ZH: fmt.Sprintf("%d %s", n, unit), EN: strconv.Itoa(n)}
}

// bounds are what it can be.
func (s reviewSetting) bounds() chat.Text {
	n, ok := s.number()
	switch {
	case !ok:
		return chat.Text{ZH: "保留、收窄、移除、按建议", EN: "keep, reduce, remove, advice"}
	case s.word == "unused":
		return chat.Text{ZH: "30 或 90", EN: "30 or 90"}
	case s.unit == "%":
		return chat.Same(fmt.Sprintf("%d–%d%%", n.Least, n.Most))
	}
	return chat.Same(fmt.Sprintf("%d–%d", n.Least, n.Most))
}

// doNothingSaid are the words for what becomes of a role of which nobody decides.
var doNothingSaid = map[string]review.Do{
	"keep": review.Keep, "保留": review.Keep, "reduce": review.Reduce, "收窄": review.Reduce, "remove": review.Remove, "移除": review.Remove,
	"advice": review.Advised, "按建议": review.Advised,
}

// unitsSaid are the other words for a unit: 7d, 3 seconds.
var unitsSaid = map[string][]string{"天": {"days", "day", "d", "日"}, "秒": {"seconds", "second", "s", "秒钟"}, "条": {"条消息"}, "个": {"个角色"}}

// set writes what somebody has typed, with or without the unit; ok is false if it cannot be that.
func (s reviewSetting) set(p *review.Policy, typed string) (ok bool) {
	typed = strings.ToLower(grammar.Fold(typed))
	n, ok := s.number()
	if !ok {
		p.NoAnswer, ok = doNothingSaid[typed]
		return ok
	}
	for _, unit := range append([]string{s.unit}, unitsSaid[s.unit]...) {
		if rest, cut := strings.CutSuffix(typed, unit); cut {
			typed = strings.TrimSpace(rest)
			break
		}
	}
	v, err := strconv.Atoi(typed)
	*n.Of(p) = v
	return err == nil && p.Sound() == nil
}

// reviewPolicy shows how reviews are held, and lets owners change it. A campaign keeps the policy that it began with.
func reviewPolicy() bot.Command {
	zh, en := make([]string, len(reviewSettings)), make([]string, len(reviewSettings))
	for i, s := range reviewSettings {
		zh[i], en[i] = s.said, s.word
	}
	what := grammar.Choice("what", func(s string) (int, bool) {
		i := slices.IndexFunc(reviewSettings, func(r reviewSetting) bool { return r.word == s || r.said == s })
		return i, i >= 0
	}, chat.Text{ZH: strings.Join(zh, "|"), EN: strings.Join(en, "|")})
	value := grammar.Rest("value").Called(chat.Text{ZH: "值", EN: "value"})
	return bot.Command{
		Name:     "review policy",
		Forms:    []string{"/review policy [{what} {value}]", "/复核 规则 [{what} {value}]"},
		Examples: []chat.Text{{ZH: "/复核 规则 无人决定 按建议", EN: "/review policy noanswer advice"}},
		Holes:    []grammar.Hole{what, value},
		Help:     chat.Text{ZH: "看或改复核的规则：天数、级数、没人决定怎么办、熔断、怎样算走过场。", EN: "See or set how reviews are held: days, stages, no answer, limits, what looks like a rubber stamp."},
		Needs:    access.Policy, Owners: true, Anywhere: true,
		Asks: asksReviews,
		Run: func(c bot.Call) (bot.Outcome, error) {
			w := reviewWork(c)
			p := w.Book.Policy()
			if !what.Given(c.Args) {
				return bot.Outcome{Reply: chat.Reply{Text: policyLines(c, p)}}, nil
			}
			s, before := reviewSettings[what.Of(c.Args)], p
			if !s.set(&p, value.Of(c.Args)) {
				return bot.Refuse(chat.Text{ZH: "“%s”不行：“%s”可以是 %s，现在是 %s。例如：`/复核 规则 %[2]s %[5]s`", EN: "“%[1]s” will not do: %[2]s can be %[3]s, and is %[4]s now. For example: `/review policy %[2]s %[5]s`"}.F(
					chat.Escape(value.Of(c.Args)), chat.Text{ZH: s.said, EN: s.word}, s.bounds(), s.show(before), s.example()))
			}
			p.By, p.At = c.Actor.ID, c.Now.UTC()
			w.SetPolicy(p)
			return bot.Outcome{
				Events: []journal.Event{{Kind: review.Settled, Items: []string{access.Policy.String()}, Changes: w.Changes()}},
				Changes: chat.Lines(
					chat.Text{ZH: "复核规则“%s”改为 %s（原为 %s）；已经开始的复核不变", EN: "reviews: “%s” becomes %s (was %s); those that have begun stay as they are"}.F(
						chat.Text{ZH: s.said, EN: s.word}, s.show(p), s.show(before)),
					longText(p, before),
				),
			}, nil
		},
	}
}

// example is a value that can be typed.
func (s reviewSetting) example() chat.Text {
	usual := review.Standard()
	n, ok := s.number()
	if !ok {
		return chat.Text{ZH: "按建议", EN: "advice"}
	}
	return chat.Same(strconv.Itoa(*n.Of(&usual)))
}

// daysBetween is how many days lie between the beginnings of two reviews in the usual calendar.
const daysBetween = 10

// longText warns of reviews that last longer than the usual calendar has room for; zero where they do not, or did before.
func longText(p, before review.Policy) chat.Text {
	if p.Days+p.Extra < daysBetween || before.Days+before.Extra >= p.Days+p.Extra {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "注意：按通常的日历每 %[1]d 天开始一种复核，现在一次要 %[2]d 天，会重叠；还在复核的人，下一种不再问。请改配置里的 schedule.review_*，或把天数减到合计 %[3]d 天以内",
		EN: "note: by the usual calendar one review begins each %[1]d days, and now takes %[2]d: they overlap, and whoever is under one is left out of the next. Change schedule.review_* of the configuration, or have %[3]d days in all",
	}.F(daysBetween, p.Days+p.Extra, daysBetween-1)
}

func policyLines(c bot.Call, p review.Policy) chat.Text {
	lines := []chat.Text{{ZH: "**复核规则**（括号里是能设的范围）", EN: "**How reviews are held** (in brackets: what can be set)"}}
	for _, s := range reviewSettings {
		lines = append(lines, chat.Text{ZH: "- %s %s（%s）：%s", EN: "- %s %s (%s): %s"}.F(chat.Text{ZH: s.said, EN: s.word}, s.show(p), s.bounds(), s.means))
	}
	if p.By != "" {
		lines = append(lines, chat.Text{ZH: "%s 于 %s 改过。", EN: "Last changed by %s, %s."}.F(c.Name(p.By), whenText(c, p.At)))
	}
	return chat.Lines(append(lines, chat.Text{ZH: "改一项：`/复核 规则 天数 5`", EN: "To change one: `/review policy days 5`"})...)
}
