package commands

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

var _ = declare(kpiReport)

// kpiReport shows how everybody in the group does, beside each other, and how the shifts do.
func kpiReport() bot.Command {
	period, by := kpiPeriodHole(), kpiBy()
	return bot.Command{
		Name:     "kpi report",
		Forms:    []string{"/kpi report [{period}] [(by|按) {by}]", "/绩效 报表 [{period}] [(按|by) {by}]"},
		Examples: []chat.Text{{ZH: "/绩效 报表 上周", EN: "/kpi report last-week"}},
		Holes:    []grammar.Hole{period, by},
		Help: chat.Text{
			ZH: "绩效报表：本群每个人（或每个班）的处理、拦截、发言，文字、图片和 Excel。", EN: "Indicators of everybody in the group, or of every shift, as text, picture and workbook.",
		},
		Who: chat.Text{ZH: "有“报表”权限的人。", EN: "Whoever holds reports."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			w := period.Of(c.Args)
			if w.n == 0 {
				w = kpiWord{n: 1, past: true} // a report is of what is over
			}
			a := KPIAsk{Group: c.Group.ID, Periods: []kpi.Period{w.of(c.Now.In(c.Zone))}}
			if err := mayReport(c, a); err != nil {
				return bot.Outcome{}, err
			}
			need := a.Need(c)
			if n := duty.Of(c.Group.ID); !c.Has(n) {
				need.Names = append(need.Names, n)
			}
			if !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			t := kpiTable{c: c, of: a.Measure(c)[0], shifts: by.Of(c.Args) == "shift"}
			t.fill(a)
			return bot.Outcome{Reply: chat.Reply{Text: t.text(), Picture: t.picture(mostKPIRows), Files: t.workbook()}}, nil
		},
	}
}

func kpiBy() grammar.ChoiceHole[string] {
	return grammar.Choice("by", func(s string) (string, bool) {
		switch lower(s) {
		case "person", "people", "人", "个人":
			return "person", true
		case "shift", "shifts", "班", "班次", "值班":
			return "shift", true
		}
		return "", false
	}, chat.Text{ZH: "人|班", EN: "person|shift"})
}

// Table is a file that holds a table.
type Table struct {
	Table *chat.Picture `json:"table"`
}

// workbook is the table as a file to keep, with everybody in it; none where there is nobody.
func (t kpiTable) workbook() []chat.File {
	p := t.picture(len(t.rows))
	if p == nil {
		return nil
	}
	for _, i := range t.of.Indicators() {
		p.Notes = append(p.Notes, i.Name.Title().Plus(chat.Text{ZH: "：", EN: ": "}).Plus(kpiValue(t.c, i)).Plus(chat.Same(" ")).Plus(i.Verdict.Text()))
	}
	for _, m := range t.missing() {
		p.Notes = append(p.Notes, plainNote(m))
	}
	raw, err := json.Marshal(Table{p})
	if err != nil {
		panic(fmt.Sprintf("unreachable: a table is plain data, yet it does not encode: %v", err))
	}
	return []chat.File{{Name: "kpi-" + t.of.From.Format(time.DateOnly) + ".xlsx", Of: raw}}
}

// plainNote is a line of a list as a note of a table: without the marks of Markdown.
func plainNote(t chat.Text) chat.Text {
	plain := strings.NewReplacer("`", "")
	return chat.Text{ZH: plain.Replace(bare(t.ZH)), EN: plain.Replace(bare(t.EN))}
}

// kpiTable is how people, or shifts, do beside each other.
type kpiTable struct {
	c      bot.Call
	of     KPI // of the whole group
	shifts bool
	rows   []kpiRow
}

// kpiRow is one person; of shifts, what happened while they were answerable.
type kpiRow struct {
	who      chat.User
	handling sla.Tally
	theirs   ticket.Tally // complaints
	caught   int64
	written  int64
}

// fill makes the rows: of everybody with a role in the group, and of everybody who did anything; or of whoever was on
// duty when something happened.
func (t *kpiTable) fill(a KPIAsk) {
	rows := map[chat.User]*kpiRow{}
	row := func(u chat.User) *kpiRow {
		if rows[u] == nil {
			rows[u] = &kpiRow{who: u}
		}
		return rows[u]
	}
	if t.shifts {
		t.byShift(a, row)
	} else {
		t.byPerson(a, row)
	}
	for _, u := range slices.Sorted(maps.Keys(rows)) {
		t.rows = append(t.rows, *rows[u])
	}
	slices.SortStableFunc(t.rows, func(x, y kpiRow) int { return cmp.Compare(y.handling.Count(), x.handling.Count()) })
}

func (t kpiTable) title() chat.Text {
	if t.shifts {
		return chat.Text{ZH: "%s 绩效报表（按班）", EN: "Indicators of %s by shift"}.F(chat.Escape(t.c.Group.Title()))
	}
	return chat.Text{ZH: "%s 绩效报表", EN: "Indicators of %s by person"}.F(chat.Escape(t.c.Group.Title()))
}

// mostKPIRows is how many people one answer shows.
const mostKPIRows = 30

func (t kpiTable) text() chat.Text {
	lines := []chat.Text{
		chat.Text{ZH: "**%s**", EN: "**%s**"}.F(t.title()).Plus(chat.Text{ZH: "　%s，截至 %s", EN: "  %s, as of %s"}.F(t.of.Text(), t.c.Moment(t.c.Now))),
	}
	for _, i := range t.of.Indicators() {
		lines = append(lines, kpiLine(t.c, i, t.of))
	}
	for i, r := range t.rows {
		if i == mostKPIRows {
			lines = append(lines, chat.Text{ZH: "…还有 %d 人", EN: "… and %d more"}.F(len(t.rows)-i))
			break
		}
		lines = append(lines, t.line(r))
	}
	if len(t.rows) == 0 {
		lines = append(lines, chat.Text{ZH: "没有可列的人：没有管理员，也没有处理记录。", EN: "Nobody to list: no admins, and nothing was handled."})
	}
	return chat.Lines(append(lines, t.missing()...)...)
}

// missing says what stands in no row.
func (t kpiTable) missing() []chat.Text {
	var out []chat.Text
	if t.shifts {
		out = append(out, chat.Text{ZH: "- 班次按排班算；发言按天计数，分不到班。", EN: "- Shifts are those of the roster; messages are counted by the day, so not by shift."})
		if t.of.Old && t.of.Complaints > 0 {
			out = append(out, chat.Text{
				ZH: "- 缺：解决满 %d 天的投诉只留每天的合计，没有分到班。", EN: "- Missing: of complaints that were solved %d days ago only the totals of a day are kept; they stand in no shift.",
			}.F(int(ticket.Kept.Hours())/24))
		}
		return out
	}
	if t.of.ByBot > 0 {
		out = append(out, chat.Text{ZH: "- 另有机器人自动发现 %d 次，不算在个人名下。", EN: "- %d more were caught by the bot, and are nobody's."}.F(t.of.ByBot))
	}
	if t.of.Nobodys > 0 {
		out = append(out, nobodys(t.of))
	}
	return out
}

func (t kpiTable) name(u chat.User) chat.Text {
	if u == "" {
		return chat.Text{ZH: "无人值班时", EN: "nobody on duty"}
	}
	return inGroup(t.c, t.c.Group, u)
}

func (t kpiTable) line(r kpiRow) chat.Text {
	handled := chat.Text{ZH: "没有处理记录", EN: "nothing handled"}
	if !t.of.Source {
		handled = kpi.NoSource.Text()
	}
	if n := r.handling.Count(); n > 0 {
		handled = chat.Text{ZH: "处理 %d 件，平均 %s%s，超 2 小时 %d 件", EN: "%d handled, mean %s%s, over 2 h %d"}.F(
			n, took(t.c, r.handling.Mean().Round(time.Second)), meets(r.handling.Mean()), r.handling.Breaches)
	}
	complaints := chat.Text{ZH: "投诉 %d 件，解决 %d 件", EN: "complaints %d, solved %d"}.F(r.theirs.Opened, r.theirs.Solved)
	if r.theirs.Opened == 0 {
		complaints = chat.Text{ZH: "没有投诉", EN: "no complaints"}
	}
	if t.shifts {
		return chat.Text{ZH: "- %s：%s；%s；拦截 %d 次", EN: "- %s: %s; %s; interceptions %d"}.F(t.name(r.who), handled, complaints, r.caught)
	}
	written := chat.Text{ZH: "发言 %d 条", EN: "messages %d"}.F(r.written)
	if !t.of.Source {
		written = chat.Text{ZH: "发言 —", EN: "messages —"}
	}
	return chat.Text{ZH: "- %s：%s；%s；拦截 %d 次；%s", EN: "- %s: %s; %s; interceptions %d; %s"}.F(t.name(r.who), handled, complaints, r.caught, written)
}

func meets(mean time.Duration) chat.Text {
	if mean <= kpi.MostHandling {
		return chat.Same(" ✅")
	}
	return chat.Same(" ❌")
}

// labels are what the people of the rows are called; those who share a name have their id beside it.
func (t kpiTable) labels() []chat.Text {
	named, out := map[string]int{}, make([]chat.Text, len(t.rows))
	for _, r := range t.rows {
		named[plainName(t.c, r.who)]++
	}
	for i, r := range t.rows {
		switch name := plainName(t.c, r.who); {
		case r.who == "":
			out[i] = t.name("")
		case named[name] > 1:
			out[i] = chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(name, string(r.who))
		default:
			out[i] = chat.Same(name)
		}
	}
	return out
}

// picture is the same as a table, of at most most rows; nil where there is nobody.
func (t kpiTable) picture(most int) *chat.Picture {
	if len(t.rows) == 0 {
		return nil
	}
	p := &chat.Picture{
		Title: t.title(), Subtitle: chat.Text{ZH: "%s，截至 %s", EN: "%s, as of %s"}.F(t.of.Text(), t.c.Moment(t.c.Now)),
		Columns: []chat.Column{
			{Label: chat.Text{ZH: "处理", EN: "handled"}}, {Label: chat.Text{ZH: "分钟/件", EN: "mean min"}}, {Label: chat.Text{ZH: "超2小时", EN: "over 2 h"}},
			{Label: chat.Text{ZH: "投诉", EN: "complaints"}}, {Label: chat.Text{ZH: "解决", EN: "solved"}}, {Label: chat.Text{ZH: "拦截", EN: "caught"}},
		},
		Legend: []chat.Key{
			{Cell: chat.Cell{Shade: chat.Yes}, Meaning: chat.Text{ZH: "平均不超过 2 小时", EN: "mean of 2 h at most"}},
			{Cell: chat.Cell{Shade: chat.No}, Meaning: chat.Text{ZH: "超过 2 小时", EN: "over 2 h"}},
		},
	}
	if !t.shifts {
		p.Columns = append(p.Columns, chat.Column{Label: chat.Text{ZH: "发言", EN: "messages"}})
	}
	number := func(n int64, s chat.Shade) chat.Cell { return chat.Cell{Shade: s, Text: chat.Same(fmt.Sprint(n))} }
	labels := t.labels()
	for i, r := range t.rows[:min(len(t.rows), most)] {
		row := chat.Row{Label: labels[i], Cells: make([]chat.Cell, 3)}
		if n := r.handling.Count(); n > 0 {
			shade := chat.Yes
			if r.handling.Mean() > kpi.MostHandling {
				shade = chat.No
			}
			row.Cells = []chat.Cell{number(n, chat.Off), {Shade: shade, Text: chat.Same(fmt.Sprintf("%.0f", r.handling.Mean().Minutes()))}, number(r.handling.Breaches, chat.Blank)}
		}
		row.Cells = append(row.Cells, number(int64(r.theirs.Opened), chat.Blank), number(int64(r.theirs.Solved), chat.Blank), number(r.caught, chat.Blank))
		if !t.shifts && t.of.Source {
			row.Cells = append(row.Cells, number(r.written, chat.Blank))
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}
