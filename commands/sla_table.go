package commands

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

// fewSamples is below which a number says little.
const fewSamples = 20

// fewQuantiles is below which percentiles only repeat single answers.
const fewQuantiles = 5

// mostRows is how many rows a table has.
const mostRows = 31

// statsRow is one row of the table.
type statsRow struct {
	label           chat.Text
	first, handling sla.Tally
}

func (v statsView) head() chat.Text {
	title := chat.Text{ZH: "**%s 响应统计**", EN: "**Response times of %s**"}.F(v.place())
	if v.who != "" {
		title = chat.Text{ZH: "**%s 在%s 的响应统计**", EN: "**Response times of %s in %s**"}.F(v.name(v.who), v.place())
	}
	return title.Plus(chat.Text{ZH: "　", EN: "  "}).Plus(v.period())
}

func (v statsView) period() chat.Text {
	return chat.Text{ZH: "%s，截至 %s", EN: "%s, as of %s"}.F(v.days.text(), v.c.Moment(v.c.Now))
}

func (v statsView) place() chat.Text {
	if v.all {
		return chat.Text{ZH: "全公司", EN: "the company"}
	}
	return chat.Same(chat.Escape(v.c.Group.Title()))
}

func (v statsView) name(u chat.User) chat.Text {
	if u == "" {
		return chat.Text{ZH: "无人值班", EN: "nobody on duty"}
	}
	return inGroup(v.c, v.c.Group, u)
}

// total sums up what is asked about.
func (v statsView) total() statsRow {
	if v.who != "" {
		return statsRow{first: v.sheet.ByPerson(sla.First)[v.who], handling: v.sheet.ByPerson(sla.Handling)[v.who]}
	}
	return statsRow{first: v.sheet.Total(sla.First), handling: v.sheet.Total(sla.Handling)}
}

// rows are the rows of the table: those with most answers first, days in their order.
func (v statsView) rows() []statsRow {
	switch v.by {
	case "person":
		return v.people(v.sheet.ByPerson(sla.First), v.sheet.ByPerson(sla.Handling))
	case "shift":
		return v.people(v.sheet.ByShift(sla.First), v.sheet.ByShift(sla.Handling))
	case "day":
		first, handling := v.sheet.ByDay(sla.First), v.sheet.ByDay(sla.Handling)
		var out []statsRow
		for _, d := range union(first, handling) {
			label := fmt.Sprintf("%02d-%02d", int(d)/100%100, int(d)%100)
			out = append(out, statsRow{chat.Same(label), first[d], handling[d]})
		}
		return out
	}
	return nil
}

func (v statsView) people(first, handling map[chat.User]sla.Tally) []statsRow {
	var out []statsRow
	for _, u := range union(first, handling) {
		if v.who == "" || u == v.who {
			out = append(out, statsRow{v.name(u), first[u], handling[u]})
		}
	}
	slices.SortStableFunc(out, func(a, b statsRow) int { return cmp.Compare(b.first.Count(), a.first.Count()) })
	return out
}

func union[K cmp.Ordered](a, b map[K]sla.Tally) []K {
	keys := maps.Clone(a)
	maps.Copy(keys, b)
	return slices.Sorted(maps.Keys(keys))
}

func (v statsView) text() chat.Text {
	t := v.total()
	lines := []chat.Text{
		v.head(),
		chat.Text{ZH: "首次响应：%s", EN: "First response: %s"}.F(tallyText(t.first)),
		chat.Text{ZH: "处理完成（时限%[2]s）：%[1]s", EN: "Handling (limit %[2]s): %[1]s"}.F(tallyText(t.handling), waitText(v.c.Targets.MostHandling())),
	}
	for i, r := range v.rows() {
		if i == mostRows {
			lines = append(lines, chat.Text{ZH: "…还有 %d 行", EN: "… and %d more"}.F(len(v.rows())-i))
			break
		}
		line := chat.Text{ZH: "- %s：首次响应 %s", EN: "- %s: first response %s"}.F(r.label, tallyText(r.first))
		if r.handling.Count() > 0 {
			line = line.Plus(chat.Text{ZH: "。处理 %s", EN: ". Handling %s"}.F(tallyText(r.handling)))
		}
		lines = append(lines, line)
	}
	return chat.Lines(append(lines, v.notes()...)...)
}

// tallyText writes a tally in a line.
func tallyText(t sla.Tally) chat.Text {
	if t.Count() == 0 {
		return chat.Text{ZH: "没有记录", EN: "nothing on record"}
	}
	head := chat.Text{ZH: "%d 次，超时 %d 次（%s）；", EN: "%d, late %d (%s); "}.F(t.Count(), t.Breaches, percent(t.Rate()))
	switch n := t.Count(); {
	case n == 1: // it is all of them
		return head.Plus(chat.Text{ZH: "用了%s", EN: "took %s"}.F(lasted(t.Mean())))
	case n < fewQuantiles:
		return head.Plus(chat.Text{ZH: "平均 %s，最长 %s", EN: "mean %s, longest %s"}.F(lasted(t.Mean()), lasted(t.Max())))
	}
	return head.Plus(chat.Text{
		ZH: "平均 %s，中位 %s，P90 %s，P95 %s", EN: "mean %s, median %s, P90 %s, P95 %s",
	}.F(lasted(t.Mean()), lasted(t.Quantile(0.5)), lasted(t.Quantile(0.9)), lasted(t.Quantile(0.95))))
}

func percent(r float64) string { return fmt.Sprintf("%.1f%%", 100*r) }

// lasted writes a length to two figures or so: what is known of quantiles is not more exact.
func lasted(d time.Duration) chat.Text {
	switch {
	case d >= time.Hour:
		return waitText(d.Round(time.Minute))
	case d >= 10*time.Minute:
		return waitText(d.Round(time.Minute))
	}
	return chat.Text{ZH: "%s", EN: "%s"}.F(lastedBriefly(d))
}

func lastedBriefly(d time.Duration) chat.Text {
	d = d.Round(time.Second)
	if m, s := int(d/time.Minute), int(d%time.Minute/time.Second); m > 0 && s > 0 {
		return chat.Text{ZH: "%d分%d秒", EN: "%dm%ds"}.F(m, s)
	}
	return waitText(d)
}

// notes say what the numbers are of, and what they leave out.
func (v statsView) notes() []chat.Text {
	var out []chat.Text
	n := v.total().first.Count()
	if n == 0 {
		out = append(out, chat.Text{
			ZH: "没有记录不等于没有超时：可能没有客户提问，也可能当时还没有消息来源。", EN: "Nothing on record: no customer asked anything, or there was no message source yet.",
		})
	}
	if n >= fewQuantiles {
		out = append(out, chat.Text{ZH: "中位、P90、P95 的误差不超过 2.5%。", EN: "Percentiles are within 2.5 % of the true ones."})
	}
	if n > 0 && n < fewSamples {
		out = append(out, chat.Text{ZH: "样本少（%d 次），只供参考。", EN: "Few samples (%d): read them with care."}.F(n))
	}
	if v.all {
		return append(out, chat.Text{ZH: "只含有消息来源的群；没有来源的群不计，不是零。", EN: "Groups with a message source only: those without are left out, which is not the same as zero."})
	}
	if w, waits := v.c.Clock(v.c.Group.ID).Waiting(); waits && v.who == "" && !w.Opened.Before(v.days.from) && w.Opened.Before(v.days.until) {
		late := chat.Text{}
		if w.Late(v.c.Now) {
			late = chat.Text{ZH: "，已超时", EN: ", late already"}
		}
		out = append(out, chat.Text{ZH: "还有 1 位客户在等（%s 起%s），不在其内。", EN: "1 customer still waits (since %s%s) and is not counted yet."}.F(
			v.c.Near(w.Opened), late))
	}
	return append(out, sourceLine(v.c))
}

// picture draws the table; nil where there is nothing to draw: one row needs no picture.
func (v statsView) picture() *chat.Picture {
	rows := v.rows()
	if v.by == "" || v.total().first.Count() == 0 {
		return nil
	}
	total := v.total()
	total.label = chat.Text{ZH: "合计", EN: "total"}
	p := &chat.Picture{Title: chat.Text{ZH: "%s 响应统计", EN: "Response times of %s"}.F(v.place()), Subtitle: v.period()}
	if v.who != "" {
		p.Title = chat.Text{ZH: "%s 的响应统计", EN: "Response times of %s"}.F(v.name(v.who))
	}
	for _, band := range []chat.Text{{ZH: "首次响应（分钟）", EN: "First response (minutes)"}, {ZH: "处理（分钟）", EN: "Handling (minutes)"}} {
		for _, label := range []chat.Text{
			{ZH: "次数", EN: "n"}, {ZH: "超时", EN: "late"}, {ZH: "平均", EN: "mean"}, {ZH: "中位", EN: "p50"}, chat.Same("P90"), chat.Same("P95"),
		} {
			p.Columns = append(p.Columns, chat.Column{Label: label, Band: band})
		}
	}
	for i, r := range append(rows, total) {
		if i == mostRows && i < len(rows) {
			p.Notes = append(p.Notes, chat.Text{ZH: "其余见文字", EN: "the rest is in the text"})
			break
		}
		p.Rows = append(p.Rows, chat.Row{Label: r.label, Cells: append(tallyCells(r.first), tallyCells(r.handling)...)})
	}
	p.Legend = []chat.Key{
		{Cell: chat.Cell{Shade: chat.Yes, Text: chat.Same("0")}, Meaning: chat.Text{ZH: "没有超时", EN: "none late"}},
		{Cell: chat.Cell{Shade: chat.Warn, Text: chat.Same("1")}, Meaning: chat.Text{ZH: "有超时", EN: "some late"}},
		{Cell: chat.Cell{Shade: chat.No, Text: chat.Same("9")}, Meaning: chat.Text{ZH: "超时多于 10%", EN: "more than 10 % late"}},
	}
	p.Notes = append(p.Notes, v.notes()...)
	return p
}

// tallyCells are the six cells of one tally.
func tallyCells(t sla.Tally) []chat.Cell {
	if t.Count() == 0 {
		return make([]chat.Cell, 6)
	}
	shade := chat.Yes
	switch {
	case t.Rate() > 0.1:
		shade = chat.No
	case t.Breaches > 0:
		shade = chat.Warn
	}
	number := func(s chat.Shade, v any) chat.Cell { return chat.Cell{Shade: s, Text: chat.Same(fmt.Sprint(v))} }
	out := []chat.Cell{number(chat.Off, t.Count()), number(shade, t.Breaches)}
	for _, d := range []time.Duration{t.Mean(), t.Quantile(0.5), t.Quantile(0.9), t.Quantile(0.95)} {
		out = append(out, number(chat.Blank, minutes(d)))
	}
	return out
}

// minutes writes a length in minutes, to two figures.
func minutes(d time.Duration) string {
	if m := d.Minutes(); m < 9.95 {
		return fmt.Sprintf("%.1f", m)
	}
	return fmt.Sprintf("%.0f", d.Minutes())
}
