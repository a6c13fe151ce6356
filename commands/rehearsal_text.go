package commands

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// text is the rehearsal for a chat: what was found, then who can do what and when.
func (r rehearsal) text(c bot.Call, name string) chat.Text {
	head := chat.Text{ZH: "**%s 权限预演：%s 到 %s**", EN: "**Rehearsal of %s: %s to %s**"}.F(
		chat.Escape(c.Group.Title()), c.Moment(r.from), c.Moment(r.until))
	if name != "" {
		head = chat.Text{ZH: "**%s 权限预演“%s”：%s 到 %s**", EN: "**Rehearsal of %s, “%s”: %s to %s**"}.F(
			chat.Escape(c.Group.Title()), chat.Escape(name), c.Moment(r.from), c.Moment(r.until))
	}
	found := r.findings(c)
	lines := []chat.Text{head, r.summary(len(found))}
	lines = append(lines, numberedList(found)...)
	if done := r.planText(c); len(done) > 0 {
		lines = append(lines, chat.Text{
			ZH: "**计划**（只预演，什么都没有改变；时长从 %s 算起）", EN: "**Plan** (rehearsed only, nothing has changed; lengths count from %s)",
		}.F(c.Moment(c.Said)))
		lines = append(lines, done...)
	}
	lines = append(lines, chat.Text{ZH: "**谁能做什么**", EN: "**Who can do what**"})
	lines = append(lines, r.whoCan(c)...)
	return chat.Lines(lines...)
}

func (r rehearsal) summary(found int) chat.Text {
	t := chat.Text{ZH: "发现 %s", EN: "%s"}.F(findingsCounted(found))
	if found == 0 {
		t = chat.Text{ZH: "没有发现问题", EN: "Nothing was found"}
	}
	t = t.Plus(chat.Text{ZH: "；管理员最多 %d 人，上限 %d 人", EN: "; at most %d admins of %d"}.F(r.most(), r.facts.MostAdmins()))
	if len(r.roster.Shifts) == 0 {
		t = t.Plus(chat.Text{ZH: "；本群没有排班", EN: "; the group has no roster"})
	}
	return t
}

func numberedList(items []chat.Text) []chat.Text {
	var out []chat.Text
	for i, t := range items {
		if i == maxListed {
			return append(out, chat.Text{ZH: "…另有 %d 项", EN: "… and %d more"}.F(len(items)-maxListed))
		}
		out = append(out, chat.Same(fmt.Sprintf("%d. ", i+1)).Plus(t))
	}
	return out
}

// planText is what the plan would do. What would be refused stands among the findings.
func (r rehearsal) planText(c bot.Call) []chat.Text {
	var out []chat.Text
	for _, p := range r.plan {
		if p.err == nil {
			t := chat.Text{ZH: "- 可行：`%s`", EN: "- would be done: `%s`"}.F(clip(p.text, 80))
			if p.second {
				t = t.Plus(chat.Text{ZH: "（需要第二个人同意）", EN: " (if a second person agrees)"})
			}
			out = append(append(out, t), madeText(c, p.makes)...)
		}
	}
	return out
}

// madeText is who gains and loses what by one step.
func madeText(c bot.Call, makes []access.Difference) []chat.Text {
	var out []chat.Text
	for _, d := range makes {
		if d.Gains != 0 {
			out = append(out, chat.Text{ZH: "> 得到：%s %s", EN: "> gains: %s %s"}.F(c.Name(d.Who), briefly(c, d.Gains)))
		}
		if d.Losses != 0 {
			out = append(out, chat.Text{ZH: "> 失去：%s %s", EN: "> loses: %s %s"}.F(c.Name(d.Who), briefly(c, d.Losses)))
		}
	}
	if len(out) == 0 {
		return []chat.Text{{ZH: "> 没有人的权限因此改变", EN: "> nobody's rights change"}}
	}
	return out
}

// whoCan tells who can do what and when; people of whom the same is so stand in one line.
func (r rehearsal) whoCan(c bot.Call) []chat.Text {
	var order []chat.Text
	same := map[chat.Text][]chat.Text{}
	for _, who := range r.people() {
		items, when := r.holdings(who)
		var parts []chat.Text
		for i := range items {
			parts = append(parts, chat.Text{ZH: "%s：%s", EN: "%[2]s (%[1]s)"}.F(r.times(when[i]), briefly(c, items[i])))
		}
		all := chat.Text{ZH: chat.Join("；", parts...).ZH, EN: chat.Join("; ", parts...).EN}
		if same[all] == nil {
			order = append(order, all)
		}
		same[all] = append(same[all], c.Name(who))
	}
	var out []chat.Text
	for _, all := range order {
		out = append(out, chat.Text{ZH: "- %s　%s", EN: "- %s: %s"}.F(list(same[all]), all))
	}
	if len(out) == 0 {
		out = append(out, chat.Text{ZH: "- 没有管理员", EN: "- there is no admin"})
	}
	for _, g := range governors(c) {
		out = append(out, chat.Same("- ").Plus(g))
	}
	return out
}

// mostSpans is how many single times are told of one thing.
const mostSpans = 4

// times tells when something is so: always, every day at the same hours, or from when to when.
func (r rehearsal) times(spans []period) chat.Text {
	if len(spans) == 1 && spans[0] == (period{r.from, r.until}) {
		return chat.Text{ZH: "全程", EN: "throughout"}
	}
	var parts []chat.Text
	days, rest := r.daily(spans)
	for _, d := range days {
		parts = append(parts, d.text())
	}
	for i, s := range rest {
		if i == mostSpans {
			parts = append(parts, chat.Text{ZH: "等共 %d 段", EN: "%d times in all"}.F(len(rest)))
			break
		}
		parts = append(parts, chat.Same(spanText(s)))
	}
	return list(parts)
}

// everyDay is the same hours on days that follow each other.
type everyDay struct {
	from, until string // on the clock
	first, last time.Time
	days        int
	always      bool // on every day of the time
}

func (d everyDay) text() chat.Text {
	if d.always {
		return chat.Text{ZH: "每天 %s–%s", EN: "%s–%s every day"}.F(d.from, d.until)
	}
	return chat.Text{ZH: "%[3]s 至 %[4]s 每天 %[1]s–%[2]s", EN: "%[1]s–%[2]s every day, %[3]s to %[4]s"}.F(
		d.from, d.until, d.first.Format("01-02"), d.last.Format("01-02"))
}

// daily finds what is so at the same hours of at least three days on end; the rest is left. The first and the last time
// may be cut by the beginning and the end of the whole.
func (r rehearsal) daily(spans []period) (days []everyDay, rest []period) {
	type hours struct{ from, until string }
	byHours := map[hours][]int{}
	for i, s := range spans {
		if s.until.Sub(s.from) < 24*time.Hour {
			h := hours{s.from.Format("15:04"), endOf(s)}
			byHours[h] = append(byHours[h], i)
		}
	}
	taken := make([]bool, len(spans))
	for h, at := range byHours {
		if len(at) < 3 || !consecutive(spans, at) {
			continue
		}
		d := everyDay{from: h.from, until: h.until, first: spans[at[0]].from, last: spans[at[len(at)-1]].from, days: len(at)}
		for _, i := range at {
			taken[i] = true
		}
		head, tail := !taken[0] && spans[0].from.Equal(r.from) && endOf(spans[0]) == h.until, !taken[len(spans)-1] &&
			spans[len(spans)-1].until.Equal(r.until) && spans[len(spans)-1].from.Format("15:04") == h.from
		taken[0], taken[len(spans)-1] = taken[0] || head, taken[len(spans)-1] || tail
		d.always = d.first.Sub(r.from) < 24*time.Hour && r.until.Sub(d.last) <= 24*time.Hour || head && tail
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b everyDay) int { return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.from, b.from)) })
	for i, s := range spans {
		if !taken[i] {
			rest = append(rest, s)
		}
	}
	return days, rest
}

func consecutive(spans []period, at []int) bool {
	for i := 1; i < len(at); i++ {
		if !sameDay(spans[at[i-1]].from.AddDate(0, 0, 1), spans[at[i]].from) {
			return false
		}
	}
	return true
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

// endOf is when a period ends on the clock; midnight is the end of the day before.
func endOf(s period) string {
	if e := s.until.Format("15:04"); e != "00:00" {
		return e
	}
	return "24:00"
}

// spanText is a time as people write it.
func spanText(s period) string {
	const layout = "01-02 15:04"
	end, until := endOf(s), s.until
	if end == "24:00" {
		until = until.AddDate(0, 0, -1)
	}
	if sameDay(s.from, until) {
		return s.from.Format(layout) + "–" + end
	}
	return s.from.Format(layout) + " – " + until.Format("01-02 ") + end
}
