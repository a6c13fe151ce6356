package commands

import (
	"errors"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// findings are what somebody should mend before the time comes, the worst first: what the plan cannot do, times without
// anybody on duty or with somebody who may do nothing, items that nobody has for a while, rights that begin or end
// half-way, more admins than may be, grants that contradict.
func (r rehearsal) findings(c bot.Call) []chat.Text {
	var out []chat.Text
	for i, p := range r.plan {
		if p.err != nil {
			out = append(out, chat.Text{ZH: "【严重】计划第 %d 条会被拒：`%s`——%s", EN: "[alarm] step %d of the plan would be refused: `%s`: %s"}.F(
				i+1, clip(p.text, 80), whyNot(c, r.facts, p.err)))
		}
	}
	out = append(out, r.duty(c)...)
	out = append(out, r.uncovered(c)...)
	out = append(out, r.halfway(c)...)
	if most := r.facts.MostAdmins(); r.most() > most {
		when := r.spans(func(s stretch) bool { return s.admins > most })
		out = append(out, chat.Text{ZH: "【严重】管理员超过上限 %d 人：%s", EN: "[alarm] more than %d admins: %s"}.F(most, r.times(when)))
	}
	return append(out, r.contradictions(c)...)
}

// whyNot is why a command would be refused.
func whyNot(c bot.Call, f access.Facts, err error) chat.Text {
	var refusal *bot.Refusal
	if errors.As(err, &refusal) {
		return refusal.Text
	}
	var denied *bot.Denied
	if !errors.As(err, &denied) {
		return chat.Same(err.Error())
	}
	why := denied.Decision.Rule
	t := why.Text()
	t = chat.Text{ZH: trimStop(t.ZH), EN: trimStop(t.EN)}
	if why == access.RuleCap {
		t = c.Full(f)
	}
	return t.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(string(why)))
}

func trimStop(s string) string {
	r := []rune(s)
	if n := len(r); n > 0 && (r[n-1] == '。' || r[n-1] == '.') {
		return string(r[:n-1])
	}
	return s
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// duty tells when nobody is on duty, and when somebody is who may do nothing. That there is no roster at all is no gap: the
// summary says so.
func (r rehearsal) duty(c bot.Call) []chat.Text {
	var out []chat.Text
	if len(r.people()) == 0 {
		out = append(out, chat.Text{ZH: "【严重】没有任何管理员", EN: "[alarm] there is no admin at all"})
	}
	if len(r.roster.Shifts) == 0 {
		return out
	}
	if gaps := r.spans(func(s stretch) bool { return !s.onDuty }); len(gaps) > 0 {
		out = append(out, chat.Text{ZH: "【严重】无人值班：%s", EN: "[alarm] nobody is on duty: %s"}.F(r.times(gaps)))
	}
	for _, who := range r.roster.Staff() {
		idle := r.spans(func(s stretch) bool { return s.onDuty && s.turn.Who == who && !r.able(who, s) })
		if len(idle) > 0 {
			out = append(out, chat.Text{ZH: "【严重】%s 值班时没有任何权限：%s", EN: "[alarm] %s is on duty without any right: %s"}.F(c.Name(who), r.times(idle)))
		}
	}
	return out
}

// uncovered tells when no admin can do what some can at another time.
func (r rehearsal) uncovered(c bot.Call) []chat.Text {
	var ever access.Items
	held := make([]access.Items, len(r.stretches))
	for i, s := range r.stretches {
		for _, items := range s.rights {
			held[i] |= items
		}
		ever |= held[i]
	}
	var order []access.Items
	when := map[access.Items][]period{}
	for i, s := range r.stretches {
		lacks := ever.Minus(held[i])
		if lacks == 0 {
			continue
		}
		if when[lacks] == nil {
			order = append(order, lacks)
		}
		when[lacks] = joined(when[lacks], s.period)
	}
	var out []chat.Text
	for _, items := range order {
		out = append(out, chat.Text{ZH: "【警告】没有管理员能“%s”：%s", EN: "[warning] no admin can “%s”: %s"}.F(briefly(c, items), r.times(when[items])))
	}
	return out
}

func joined(spans []period, s period) []period {
	if last := len(spans) - 1; last >= 0 && spans[last].until.Equal(s.from) {
		spans[last].until = s.until
		return spans
	}
	return append(spans, s)
}

// halfway tells of rights that begin or end within the time.
func (r rehearsal) halfway(c bot.Call) []chat.Text {
	var out []chat.Text
	for _, v := range r.facts.Terms(r.group, r.from, r.until) {
		what := grantText(c, v)
		if v.From.After(r.from) && v.From.Before(r.until) {
			out = append(out, chat.Text{ZH: "【警告】中途开始：%s，%s 起", EN: "[warning] begins half-way: %s, at %s"}.F(what, c.Moment(v.From)))
		}
		if v.Until.After(r.from) && v.Until.Before(r.until) {
			out = append(out, chat.Text{ZH: "【警告】中途到期：%s，到 %s 为止", EN: "[warning] ends half-way: %s, at %s"}.F(what, c.Moment(v.Until)))
		}
	}
	return out
}

// grantText names whose and which right a record is.
func grantText(c bot.Call, v access.Voice) chat.Text {
	if v.IsRole() {
		return chat.Text{ZH: "%s 的%s", EN: "%s, %s"}.F(c.Name(v.Role.Who), roleText(v.Role.Level, v.Role.Job))
	}
	who := chat.Text{ZH: "所有人", EN: "everyone"}
	switch v.Statement.Subject.Kind {
	case access.OnePerson:
		who = c.Name(chat.User(v.Statement.Subject.ID))
	case access.OfPosition, access.OfDepartment:
		who = chat.Text{ZH: "“%s”", EN: "“%s”"}.F(chat.Escape(v.Statement.Subject.ID))
	}
	does := chat.Text{ZH: "允许", EN: "allowed"}
	if v.Effect == access.Deny {
		does = chat.Text{ZH: "禁止", EN: "denied"}
	}
	return chat.Text{ZH: "%s 的例外（%s“%s”）", EN: "the exception of %s (%s “%s”)"}.F(who, does, briefly(c, v.Statement.Items))
}

func (r rehearsal) most() int {
	most := 0
	for _, s := range r.stretches {
		most = max(most, s.admins)
	}
	return most
}

// mostChecks bounds how often the grants are looked through: at the beginning, and where something written changes.
const mostChecks = 50

// contradictions are what a check finds in the planned grants: what conflicts, is shadowed, or is to be kept apart.
func (r rehearsal) contradictions(c bot.Call) []chat.Text {
	type finding struct {
		kind access.FindingKind
		who  chat.User
		name string
		key  string
	}
	seen := map[finding]bool{}
	var out []chat.Text
	moments := append([]time.Time{r.from}, r.facts.Moments(r.from, r.until)...)
	for _, at := range moments[:min(len(moments), mostChecks)] {
		for _, f := range r.facts.Check(r.group, access.Used{}, at) {
			kinds := []access.FindingKind{access.FoundConflict, access.FoundShadowed, access.FoundSeparation, access.FoundExemption}
			id := finding{f.Kind, f.Who, f.Name, f.Key}
			if !slices.Contains(kinds, f.Kind) || seen[id] {
				continue
			}
			seen[id] = true
			t := severityMark[f.Severity].Plus(findingText(c, f))
			if at.After(r.from) {
				t = t.Plus(chat.Text{ZH: "，%s 起", EN: ", from %s"}.F(c.Moment(at)))
			}
			out = append(out, t)
		}
	}
	return out
}
