package commands

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/kpi"
	"qunguan/bot/sla"
	"qunguan/bot/ticket"
)

// Table is a file that holds a table.
type Table struct {
	Table *chat.Picture `json:"table"`
}

// mostKPIRows is how many people one answer shows.
const mostKPIRows = 30

func (t kpiTable) place() chat.Text { return kpiView{c: t.c, all: t.all}.place() }

func (t kpiTable) title() chat.Text {
	if t.shifts {
		return chat.Text{ZH: "%s 绩效报表（按班）", EN: "Indicators of %s by shift"}.F(t.place())
	}
	return chat.Text{ZH: "%s 绩效报表", EN: "Indicators of %s by person"}.F(t.place())
}

func (t kpiTable) text(a KPIAsk) chat.Text {
	lines := []chat.Text{
		chat.Text{ZH: "**%s**", EN: "**%s**"}.F(t.title()).Plus(chat.Text{ZH: "　%s，截至 %s", EN: "  %s, as of %s"}.F(t.of.Text(), t.c.Moment(t.c.Now))),
	}
	for _, i := range t.of.Indicators() {
		lines = append(lines, kpiLine(t.c, i, t.of))
	}
	for i, r := range t.rows {
		if i == mostKPIRows {
			lines = append(lines, chat.Text{ZH: "…还有 %d 行，见 Excel", EN: "… and %d more, in the workbook"}.F(len(t.rows)-i))
			break
		}
		lines = append(lines, t.line(r))
	}
	switch {
	case len(t.rows) > 0:
	case t.shifts:
		lines = append(lines, chat.Text{ZH: "没有可列的班次：这段时间没有排班，也没有任何记录。", EN: "No shift to list: the roster had none, and nothing was recorded."})
	default:
		lines = append(lines, chat.Text{ZH: "没有可列的人：没有管理员，也没有处理记录。", EN: "Nobody to list: no admins, and nothing was handled."})
	}
	return chat.Lines(append(lines, t.missing(a)...)...)
}

// missing says what stands in no row, and what the numbers leave out.
func (t kpiTable) missing(a KPIAsk) []chat.Text {
	var out []chat.Text
	switch {
	case t.shifts:
		out = t.missingOfShifts(a)
	default:
		if t.of.ByBot > 0 {
			out = append(out, chat.Text{ZH: "- 另有机器人自动发现 %d 次，不算在个人名下。", EN: "- %d more were caught by the bot, and are nobody's."}.F(t.of.ByBot))
		}
		if t.of.Nobodys > 0 {
			out = append(out, nobodys(t.of))
		}
	}
	return append(out, kpiView{c: t.c, ask: a, all: t.all, now: t.of}.missing()...)
}

func (t kpiTable) missingOfShifts(a KPIAsk) []chat.Text {
	out := []chat.Text{{
		ZH: "- 班次是排班的时段：处理算在客户开始等的时段，投诉、拦截和消息算在发生的时段。",
		EN: "- Shifts are hours of the roster: matters count in those in which the customer began to wait, all else when it happened.",
	}}
	for _, r := range t.rows {
		if r.slot == "" {
			out = append(out, chat.Text{ZH: "- 缺：较早的数据没有记下时段，列在“班次不明”。", EN: "- Missing: of older data the hours are not known."})
		}
	}
	if len(bot.At[duty.Roster](t.c, duty.Of(a.Group)).Turns(t.of.From, t.of.Until)) == 0 {
		out = append(out, chat.Text{ZH: "- 缺：本群这段时间没有排班；排班发 `/排班`。", EN: "- Missing: the group had no shifts in this time; to make some: `/duty set`."})
	}
	if t.of.Old && t.of.Complaints > 0 {
		out = append(out, chat.Text{
			ZH: "- 缺：解决满 %d 天的投诉只留每天的合计，没有分到班。", EN: "- Missing: of complaints that were solved %d days ago only the totals of a day are kept; they stand in no shift.",
		}.F(int(ticket.Kept.Hours())/24))
	}
	return out
}

// name is what a row is about.
func (t kpiTable) name(r kpiRow) chat.Text {
	if t.shifts {
		return slotText(r.slot)
	}
	return inGroup(t.c, t.c.Group, r.who)
}

// label is the same, plain; those who share a name have their id beside it.
func (t kpiTable) label(r kpiRow) chat.Text {
	if t.shifts {
		return slotText(r.slot)
	}
	name := calledIn(t.c, r.who)
	for _, other := range t.rows {
		if other.who != r.who && calledIn(t.c, other.who) == name {
			return chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(name, string(r.who))
		}
	}
	return chat.Same(name)
}

func slotText(s sla.Slot) chat.Text {
	switch s {
	case sla.OffDuty:
		return chat.Text{ZH: "没有班的时段", EN: "outside shifts"}
	case "":
		return chat.Text{ZH: "班次不明", EN: "shift not known"}
	}
	return chat.Same(s.String())
}

func (t kpiTable) line(r kpiRow) chat.Text {
	handled := chat.Text{ZH: "没有处理记录", EN: "nothing handled"}
	if !t.of.Source {
		handled = kpi.NoSource.Text()
	}
	if n := r.handling.Count(); n > 0 {
		handled = chat.Text{ZH: "处理 %d 件，平均 %s%s，超 %s %d 件", EN: "%d handled, mean %s%s, over %s %d"}.F(
			n, took(t.c, r.handling.Mean().Round(time.Second)), t.meets(r.handling.Mean()), t.c.Targets.Length(), r.handling.Breaches)
	}
	complaints := chat.Text{ZH: "投诉 %d 件，解决 %d 件", EN: "complaints %d, solved %d"}.F(r.theirs.Opened, r.theirs.Solved)
	if r.theirs.Opened == 0 {
		complaints = chat.Text{ZH: "没有投诉", EN: "no complaints"}
	}
	written := chat.Text{ZH: "发言 —", EN: "messages —"}
	switch {
	case !t.of.Source && t.shifts:
		written = chat.Text{ZH: "消息 —", EN: "messages —"}
	case !t.of.Source:
	case t.shifts:
		written = chat.Text{ZH: "消息 %d 条", EN: "messages %d"}.F(r.written)
	default:
		written = chat.Text{ZH: "发言 %d 条", EN: "messages %d"}.F(r.written)
	}
	return chat.Text{ZH: "- %s：%s；%s；%s；%s", EN: "- %s: %s; %s; %s; %s"}.F(t.name(r), handled, complaints, t.caughtText(r), written)
}

// caughtText writes the interceptions of a row beside their number in 1,000 messages (D8). Without a source they are not
// known, whatever the journal has of them.
func (t kpiTable) caughtText(r kpiRow) chat.Text {
	switch {
	case !t.of.Source && r.caught > 0:
		return chat.Text{ZH: "拦截 —（审计里 %d 次）", EN: "interceptions — (%d in the journal)"}.F(r.caught)
	case !t.of.Source:
		return chat.Text{ZH: "拦截 —", EN: "interceptions —"}
	}
	return chat.Text{ZH: "拦截 %d 次（每千条 %s）", EN: "interceptions %d (%s in 1,000)"}.F(r.caught, rateOf(r.caught, r.among))
}

// rateOf writes how many of something there were in 1,000 messages.
func rateOf(n, messages int64) string {
	rate, ok := kpi.PerThousand(n, messages)
	if !ok {
		return "—"
	}
	return fmt.Sprintf("%.1f", rate)
}

func (t kpiTable) meets(mean time.Duration) chat.Text {
	if mean <= t.c.Targets.MostHandling() {
		return chat.Same(" ✅")
	}
	return chat.Same(" ❌")
}

// picture is the same as a table, of at most most rows; nil where there is nobody.
func (t kpiTable) picture(most int) *chat.Picture {
	if len(t.rows) == 0 {
		return nil
	}
	limit := t.c.Targets.Length()
	p := &chat.Picture{
		Title: t.title(), Subtitle: chat.Text{ZH: "%s，截至 %s", EN: "%s, as of %s"}.F(t.of.Text(), t.c.Moment(t.c.Now)),
		Sheet: chat.Text{ZH: "绩效", EN: "Indicators"}, Corner: chat.Text{ZH: "成员", EN: "Member"},
		Columns: []chat.Column{
			{Label: chat.Text{ZH: "处理", EN: "handled"}}, {Label: chat.Text{ZH: "分钟/件", EN: "mean min"}}, {Label: chat.Text{ZH: "超时", EN: "late"}},
			{Label: chat.Text{ZH: "投诉", EN: "complaints"}}, {Label: chat.Text{ZH: "解决", EN: "solved"}},
			{Label: chat.Text{ZH: "拦截", EN: "caught"}}, {Label: chat.Text{ZH: "每千条", EN: "per 1,000"}}, {Label: chat.Text{ZH: "发言", EN: "messages"}},
		},
		Legend: []chat.Key{
			{Cell: chat.Cell{Shade: chat.Yes}, Meaning: chat.Text{ZH: "平均不超过 %s", EN: "mean of %s at most"}.F(limit)},
			{Cell: chat.Cell{Shade: chat.No}, Meaning: chat.Text{ZH: "平均超过 %s", EN: "mean over %s"}.F(limit)},
		},
		Notes: []chat.Text{chat.Text{ZH: "超时：单件处理超过 %s；—：不知道，不是 0", EN: "late: matters over %s; —: not known, which is not 0"}.F(limit)},
	}
	if t.shifts {
		p.Corner, p.Columns[len(p.Columns)-1].Label = chat.Text{ZH: "班次", EN: "Shift"}, chat.Text{ZH: "消息", EN: "messages"}
	}
	for _, r := range t.rows[:min(len(t.rows), most)] {
		p.Rows = append(p.Rows, chat.Row{Label: t.label(r), ID: string(r.who), Cells: t.cells(r)})
	}
	return p
}

// unknownFigure stands where a number is not known.
var unknownFigure = chat.Cell{Text: chat.Same("—")}

// figure is a number in a cell, with so many places.
func figure(v float64, places int) chat.Cell {
	at := math.Pow10(places)
	v = math.Round(v*at) / at
	return chat.Cell{Text: chat.Same(fmt.Sprintf("%.*f", places, v)), Number: &v}
}

func (t kpiTable) cells(r kpiRow) []chat.Cell {
	handled, mean, late := unknownFigure, unknownFigure, unknownFigure
	caught, rate, written := unknownFigure, unknownFigure, unknownFigure
	n := r.handling.Count()
	if t.of.Source || n > 0 {
		handled, late = figure(float64(n), 0), figure(float64(r.handling.Breaches), 0)
	}
	if n > 0 {
		mean = figure(r.handling.Mean().Minutes(), 0)
		if mean.Shade = chat.Yes; r.handling.Mean() > t.c.Targets.MostHandling() {
			mean.Shade = chat.No
		}
	}
	if t.of.Source {
		caught, written = figure(float64(r.caught), 0), figure(float64(r.written), 0)
		if v, ok := kpi.PerThousand(r.caught, r.among); ok {
			rate = figure(v, 1)
		}
	}
	return []chat.Cell{handled, mean, late, figure(float64(r.theirs.Opened), 0), figure(float64(r.theirs.Solved), 0), caught, rate, written}
}

// workbook is the table as a file to keep, with everybody in it; none where there is nobody.
func (t kpiTable) workbook(a KPIAsk) []chat.File {
	p := t.picture(len(t.rows))
	if p == nil {
		return nil
	}
	for _, i := range t.of.Indicators() {
		p.Notes = append(p.Notes, i.Name.Title().Plus(chat.Text{ZH: "：", EN: ": "}).Plus(kpiValue(t.c, i)).Plus(chat.Same(" ")).Plus(i.Verdict.Text()))
	}
	for _, m := range t.missing(a) {
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
