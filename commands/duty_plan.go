package commands

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
)

var (
	_ = declare(dutyWeek)
	_ = declare(dutyNextWeek)
	_ = declare(dutyPlan)
)

// dutyWeek shows the week day by day, as text and as a picture.
func dutyWeek() bot.Command {
	return weekly(0, bot.Command{
		Name:     "duty week",
		Forms:    []string{"/duty week", "/值班 周表", "/值班 (本周|一周)", "(这周|本周|这个星期)谁值班", "(这周|本周|这个星期) 谁值班"},
		Examples: []chat.Text{{ZH: "/值班 周表", EN: "/duty week"}, {ZH: "这周谁值班", EN: "/duty week"}},
		Help:     chat.Text{ZH: "这一周的班，逐日列出，附表格图。", EN: "The shifts of the week, day by day, with a picture."},
	})
}

func dutyNextWeek() bot.Command {
	return weekly(1, bot.Command{
		Name:     "duty next week",
		Forms:    []string{"/duty next week", "/值班 下周", "(下周|下个星期)谁值班", "(下周|下个星期) 谁值班"},
		Examples: []chat.Text{{ZH: "下周谁值班", EN: "/duty next week"}},
		Help:     chat.Text{ZH: "下一周的班。", EN: "The shifts of next week."},
		Hidden:   true,
	})
}

// weekly completes a command that shows a week so many weeks from now.
func weekly(weeks int, cmd bot.Command) bot.Command {
	cmd.Holes, cmd.Reads, cmd.Stale = []grammar.Hole{}, []bot.Source{roster}, true
	cmd.Run = func(c bot.Call) (bot.Outcome, error) {
		today := duty.DayOf(c.Now.In(c.Zone))
		monday := today.Plus(7*weeks - (int(today.Weekday())+6)%7)
		return showPlan(c, monday, 7, true), nil
	}
	return cmd
}

// longestPlan is how many weeks a plan shows at once.
const longestPlan = 8

func planLength() grammar.ChoiceHole[int] {
	return grammar.Choice("weeks", func(s string) (int, bool) {
		switch s {
		case "month", "月", "一个月", "本月", "30天":
			return 30, true
		}
		for _, tail := range []string{"周", "w", "weeks", "week", "个星期", ""} {
			if n, err := strconv.Atoi(trimTail(s, tail)); err == nil && n >= 1 && n <= longestPlan {
				return n * 7, true
			}
		}
		days, ok := map[string]int{"一周": 7, "两周": 14, "三周": 21, "四周": 28}[s]
		return days, ok
	}, chat.Text{ZH: "周数|月", EN: "weeks|month"})
}

// dutyPlan shows the weeks to come, a day a line, as text and as a picture.
func dutyPlan() bot.Command {
	length := planLength()
	return bot.Command{
		Name:     "duty plan",
		Forms:    []string{"/duty plan [{weeks}]", "/(排班|值班) 表 [{weeks}]", "/(排班表|值班表) [{weeks}]"},
		Examples: []chat.Text{{ZH: "/排班 表 4周", EN: "/duty plan 4"}, {ZH: "/排班表 月", EN: "/duty plan month"}},
		Holes:    []grammar.Hole{length},
		Help:     chat.Text{ZH: "接下来几周的排班表（默认两周），文字和图片。", EN: "The shifts of the coming weeks (two, unless said), as text and picture."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			days := 14
			if length.Given(c.Args) {
				days = length.Of(c.Args)
			}
			return showPlan(c, duty.DayOf(c.Now.In(c.Zone)), days, false), nil
		},
	}
}

func trimTail(s, tail string) string {
	if n := len(s) - len(tail); n > 0 && s[n:] == tail {
		return s[:n]
	}
	return s
}

// showPlan is some days of a roster, as text and picture.
func showPlan(c bot.Call, first duty.Day, days int, full bool) bot.Outcome {
	r := roster.Of(c)
	if line, ok := noRoster(c, r, c.Now); ok {
		return told(line)
	}
	p := planOf(c, r, first, days)
	lines := []chat.Text{chat.Text{ZH: "**%s 排班**　%s 到 %s", EN: "**Shifts of %s**  %s to %s"}.F(
		chat.Escape(c.Group.Title()), dayText(c, first), dayText(c, first.Plus(days-1)))}
	for _, d := range p.days {
		lines = append(lines, d.text(c, r, full))
	}
	lines = append(lines, p.notes(c, r)...)
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...), Picture: p.picture(c)}}
}

// dutyPlanned is the turns of some days.
type dutyPlanned struct {
	first duty.Day
	days  []plannedDay
	spans [][2]int // the shifts there are, by their beginning
}

// plannedDay is the turns that begin on one day.
type plannedDay struct {
	day     duty.Day
	turns   []duty.Turn
	holiday chat.Text
	off, ok bool // what the calendar says of the day
}

func planOf(c bot.Call, r duty.Roster, first duty.Day, days int) dutyPlanned {
	p := dutyPlanned{first: first}
	for n := range days {
		d := first.Plus(n)
		on := plannedDay{day: d, turns: turnsOn(c, r, d)}
		on.holiday, on.off, on.ok = r.Calendar().Holiday(d)
		for _, t := range on.turns {
			if s := [2]int{t.From, t.To}; !slices.Contains(p.spans, s) {
				p.spans = append(p.spans, s)
			}
		}
		p.days = append(p.days, on)
	}
	slices.SortFunc(p.spans, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return p
}

// turnsOn are the turns that begin on a day, vacant ones included.
func turnsOn(c bot.Call, r duty.Roster, d duty.Day) []duty.Turn {
	from := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, c.Zone)
	return slices.DeleteFunc(r.Turns(from, from.AddDate(0, 0, 1)), func(t duty.Turn) bool { return duty.DayOf(t.Start.In(c.Zone)) != d })
}

// dayLines tells one day in full.
func dayLines(c bot.Call, r duty.Roster, d duty.Day) []chat.Text {
	p := planOf(c, r, d, 1)
	return append([]chat.Text{p.days[0].text(c, r, true)}, p.notes(c, r)...)
}

// head is the day with what the calendar says of it: 10-01 周四 · 国庆节.
func (d plannedDay) head(c bot.Call) chat.Text {
	t := dayText(c, d.day)
	switch {
	case d.ok && d.off:
		return t.Plus(chat.Text{ZH: " · %s", EN: " · %s"}.F(d.holiday))
	case d.ok:
		return t.Plus(chat.Text{ZH: " · 调休上班", EN: " · worked instead of a day off"})
	}
	return t
}

// text tells the turns of the day: a line each with full names and reasons, or all in one line.
func (d plannedDay) text(c bot.Call, r duty.Roster, full bool) chat.Text {
	head := d.head(c)
	if duty.DayOf(c.Now.In(c.Zone)) == d.day {
		head = chat.Text{ZH: "**%s（今天）**", EN: "**%s (today)**"}.F(head)
	}
	if len(d.turns) == 0 {
		return head.Plus(chat.Text{ZH: "　没有班", EN: "  no shift"})
	}
	if !full {
		var parts []chat.Text
		for _, t := range d.turns {
			parts = append(parts, chat.Same(clockText(c, t.Start, t.End)+" ").Plus(shortHolder(c, t)))
		}
		return head.Plus(chat.Same("　")).Plus(chat.Join("｜", parts...))
	}
	lines := []chat.Text{head}
	for _, t := range d.turns {
		lines = append(lines, fullLine(c, r, t))
	}
	return chat.Lines(lines...)
}

// fullLine is one turn of a day with full names, and how it came about.
func fullLine(c bot.Call, r duty.Roster, t duty.Turn) chat.Text {
	line := chat.Same("- " + clockText(c, t.Start, t.End) + " ")
	if t.Vacant() {
		line = line.Plus(chat.Text{ZH: "⚠️ 空班", EN: "⚠️ vacant"})
	} else {
		line = line.Plus(c.Name(t.Who))
	}
	if t.Backup != "" {
		line = line.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(c.Name(t.Backup)))
	}
	return line.Plus(inBrackets(reasonFor(c, r, t)))
}

// shortHolder is who has a turn, by name alone, with a mark for how that came.
func shortHolder(c bot.Call, t duty.Turn) chat.Text {
	if t.Vacant() {
		return chat.Text{ZH: "⚠️空班", EN: "⚠️vacant"}
	}
	name := chat.Same(chat.Escape(plainName(c, t.Who)))
	if t.By == "" || t.By == duty.Temporary {
		return name
	}
	mark := changeName(t.By)
	if t.By == duty.Away {
		mark = chat.Text{ZH: "B 角顶", EN: "backup"}
	}
	return name.Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(mark))
}

// notes are what to know below a plan.
func (p dutyPlanned) notes(c bot.Call, r duty.Roster) []chat.Text {
	var out []chat.Text
	from := time.Date(p.first.Year, p.first.Month, p.first.Day, 0, 0, 0, 0, c.Zone)
	f := r.Check(from, from.AddDate(0, 0, len(p.days)))
	if n := len(f.Vacant); n > 0 {
		out = append(out, chat.Text{
			ZH: "⚠️ 空班 %d 个：`/排班 检查` 看怎么补。", EN: "⚠️ vacant: %d; `/duty check` tells how to fill them.",
		}.F(n))
	}
	for _, y := range f.Uncounted {
		out = append(out, unknownYear(y))
	}
	return out
}

func unknownYear(y int) chat.Text {
	return chat.Text{
		ZH: "⚠️ %d 年的节假日安排还没有数据：工作日暂按周一至周五算，节假日和调休请人工核对。",
		EN: "⚠️ The days off of %d are not known yet: workdays are taken as Monday to Friday; check holidays by hand.",
	}.F(y)
}

// picture is the plan to look at: a row for each day, a column for each shift.
func (p dutyPlanned) picture(c bot.Call) *chat.Picture {
	if len(p.spans) == 0 || len(p.spans) > mostShown {
		return nil
	}
	pic := &chat.Picture{
		Title:    chat.Text{ZH: "%s 排班", EN: "Shifts of %s"}.F(c.Group.Title()),
		Subtitle: chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(dayText(c, p.first), dayText(c, p.first.Plus(len(p.days)-1))),
	}
	for _, s := range p.spans {
		pic.Columns = append(pic.Columns, chat.Column{Label: chat.Same(fmt.Sprintf("%02d-%02d", s[0]/60, (s[1]+59)/60))})
	}
	seen := map[chat.Shade]bool{}
	for _, d := range p.days {
		row := chat.Row{Label: dayText(c, d.day)}
		switch {
		case d.ok && d.off:
			row.Note = d.holiday
		case d.ok:
			row.Note = chat.Text{ZH: "调休上班", EN: "worked"}
		}
		for _, s := range p.spans {
			cell := d.cell(c, s)
			seen[cell.Shade] = true
			row.Cells = append(row.Cells, cell)
		}
		pic.Rows = append(pic.Rows, row)
	}
	for _, k := range planShades {
		if seen[k.Cell.Shade] {
			pic.Legend = append(pic.Legend, k)
		}
	}
	return pic
}

// mostShown is how many shifts a picture has beside each other.
const mostShown = 12

var planShades = []chat.Key{
	{Cell: chat.Cell{Shade: chat.Yes, Text: chat.Text{ZH: "人", EN: "A"}}, Meaning: chat.Text{ZH: "按排班", EN: "as planned"}},
	{Cell: chat.Cell{Shade: chat.Part, Text: chat.Text{ZH: "人", EN: "A"}}, Meaning: chat.Text{ZH: "换班、替班、改派", EN: "swap, cover, override"}},
	{Cell: chat.Cell{Shade: chat.Warn, Text: chat.Text{ZH: "人", EN: "A"}}, Meaning: chat.Text{ZH: "请假，B 角顶", EN: "leave, the backup has it"}},
	{Cell: chat.Cell{Shade: chat.No}, Meaning: chat.Text{ZH: "空班", EN: "vacant"}},
	{Cell: chat.Cell{Shade: chat.Off}, Meaning: chat.Text{ZH: "没有这一班", EN: "no such shift"}},
}

// cell is who has a shift on the day; of several pieces the one with the most to say.
func (d plannedDay) cell(c bot.Call, span [2]int) chat.Cell {
	cell, names := chat.Cell{Shade: chat.Off}, ""
	for _, t := range d.turns {
		if t.From != span[0] || t.To != span[1] {
			continue
		}
		shade := chat.Yes
		switch {
		case t.Vacant():
			shade = chat.No
		case t.By == duty.Away:
			shade = chat.Warn
		case t.By != "" && t.By != duty.Temporary:
			shade = chat.Part
		}
		if cell.Shade == chat.Off || cell.Shade == chat.Yes || shade == chat.No {
			cell.Shade = shade
		}
		if t.Vacant() {
			continue
		}
		if names != "" {
			names += "/"
		}
		names += plainName(c, t.Who)
	}
	if names != "" {
		cell.Text = chat.Same(names)
	}
	return cell
}
