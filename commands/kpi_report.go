package commands

import (
	"cmp"
	"maps"
	"slices"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/kpi"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

var _ = declare(kpiReport)

// kpiReport shows how everybody in the group, or in the company, does, beside each other; or how the shifts of the group
// do.
func kpiReport() bot.Command {
	h, by := newKPIHoles(), kpiBy()
	return bot.Command{
		Name: "kpi report",
		Forms: []string{
			"/kpi report [{all}] [{period}] [(by|按) {by}]", "/kpi report [{all}] {from} (to|until) {until} [(by|按) {by}]",
			"/绩效 报表 [{all}] [{period}] [(按|by) {by}]", "/绩效 报表 [{all}] {from} (到|至) {until} [(按|by) {by}]",
			"/kpi [{all}] [{period}] (by|按) {by}", "/绩效 [{all}] [{period}] (按|by) {by}",
		},
		Examples: []chat.Text{{ZH: "/绩效 报表 上周", EN: "/kpi report last-week"}},
		Holes:    []grammar.Hole{h.all, h.period, h.from, h.until, by},
		Help: chat.Text{
			ZH: "绩效报表：每个人（或每个班次）的处理、超时、投诉、拦截、发言，文字、图片和 Excel；可写时间、全公司。",
			EN: "Indicators of everybody, or of every shift, as text, picture and workbook; of a period, of the company.",
		},
		Who: chat.Text{ZH: "有“报表”权限的人；全公司的只有超级管理员。", EN: "Whoever holds reports; the company's: owners."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			t := kpiTable{c: c, all: h.all.Of(c.Args), shifts: by.Of(c.Args) == "shift"}
			a := KPIAsk{Group: c.Group.ID, Periods: []kpi.Period{h.days(c.Args, c)}}
			if !h.period.Given(c.Args) && !h.from.Given(c.Args) {
				a.Periods[0] = kpiWord{past: true}.of(c.Now.In(c.Zone)) // a report is of what is over
			}
			if t.all {
				a.Group = ""
			}
			if err := mayReport(c, a); err != nil {
				return bot.Outcome{}, err
			}
			switch {
			case !SoundKPI(a.Periods[0]):
				return bot.Refuse(unsoundKPI)
			case t.all && t.shifts:
				return bot.Refuse(shiftsOfOne)
			}
			need := a.Need(c)
			need.Names = append(need.Names, notLoaded(c, t.reads(a.Group)...)...)
			if !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			t.of = a.Measure(c)[0]
			t.fill(a)
			return bot.Outcome{Reply: chat.Reply{Text: t.text(a), Picture: t.picture(mostKPIRows), Files: t.workbook(a)}}, nil
		},
	}
}

var shiftsOfOne = chat.Text{
	ZH: "每个群有自己的排班，按班只能看一个群：在那个群里发 `/绩效 报表 按班`，或 `/绩效 报表 按班 #群名`。",
	EN: "Each group has shifts of its own, so look at one: `/kpi report by shift` there, or `/kpi report by shift #group`.",
}

// reads are what else a report of a group looks at: its shifts, and by which of its settings they count.
func (t kpiTable) reads(g chat.Group) []journal.Name {
	if t.shifts {
		return []journal.Name{duty.Of(g), sla.Of(g)}
	}
	return nil
}

func kpiBy() grammar.ChoiceHole[string] {
	return grammar.Choice("by", func(s string) (string, bool) {
		switch lower(s) {
		case "person", "people", "人", "个人", "人员":
			return "person", true
		case "shift", "shifts", "班", "班次", "值班":
			return "shift", true
		}
		return "", false
	}, chat.Text{ZH: "人|班", EN: "person|shift"})
}

// kpiTable is how people, or shifts, do beside each other.
type kpiTable struct {
	c      bot.Call
	of     KPI  // of the whole group, or company
	all    bool // the whole company
	shifts bool
	rows   []kpiRow
}

// kpiRow is one person; of shifts, what happened in those hours.
type kpiRow struct {
	who      chat.User
	slot     sla.Slot
	handling sla.Tally
	theirs   ticket.Tally // complaints
	caught   int64
	written  int64 // messages: of a person, that they wrote; of a shift, that anybody did
	among    int64 // messages that caught is beside
}

// fill makes the rows: of everybody with a role in the group, and of everybody who did anything; or of every shift of
// the roster, and of the hours without one if anything happened then.
func (t *kpiTable) fill(a KPIAsk) {
	if t.shifts {
		t.byShift(a)
		return
	}
	rows := map[chat.User]*kpiRow{}
	t.byPerson(a, func(u chat.User) *kpiRow {
		if rows[u] == nil {
			rows[u] = &kpiRow{who: u, among: t.of.Messages}
		}
		return rows[u]
	})
	for _, u := range slices.Sorted(maps.Keys(rows)) {
		t.rows = append(t.rows, *rows[u])
	}
	slices.SortStableFunc(t.rows, func(x, y kpiRow) int { return cmp.Compare(y.handling.Count(), x.handling.Count()) })
}
