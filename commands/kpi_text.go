package commands

import (
	"fmt"
	"math"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/kpi"
)

// place is the group, or the company.
func (v kpiView) place() chat.Text {
	if v.all {
		return chat.Text{ZH: "全公司", EN: "The company"}
	}
	return chat.Same(chat.Escape(v.c.Group.Title()))
}

func (v kpiView) title() chat.Text {
	if v.ask.Who == "" {
		return chat.Text{ZH: "%s 绩效", EN: "Indicators of %s"}.F(v.place())
	}
	return chat.Text{ZH: "%s 绩效（%s）", EN: "Indicators of %s (%s)"}.F(inGroup(v.c, v.c.Group, v.ask.Who), v.place())
}

// text says all of it: the indicators of the period, the portrait, the weeks, and what is missing.
func (v kpiView) text() chat.Text {
	lines := []chat.Text{
		chat.Text{ZH: "**%s**", EN: "**%s**"}.F(v.title()).Plus(chat.Text{ZH: "　%s，截至 %s", EN: "  %s, as of %s"}.F(v.now.Text(), v.c.Moment(v.c.Now))),
	}
	for _, i := range v.now.Indicators() {
		lines = append(lines, kpiLine(v.c, i, v.now))
	}
	if v.ask.Who != "" {
		lines = append(lines, portraitLine(v.c, v.now))
	}
	lines = append(lines, v.trend()...)
	return chat.Lines(append(lines, v.missing()...)...)
}

// trend is a line for each of the last weeks, from the first of which anything is known.
func (v kpiView) trend() []chat.Text {
	first := slices.IndexFunc(v.weeks, func(k KPI) bool {
		return slices.ContainsFunc(k.Indicators(), func(i kpi.Indicator) bool { return i.Known })
	})
	if first < 0 {
		return []chat.Text{chat.Text{ZH: "近 %d 周：都没有数据。", EN: "The last %d weeks: no data."}.F(len(v.weeks))}
	}
	out := []chat.Text{chat.Text{
		ZH: "近 %d 周（周一至周日；处理时长｜投诉解决｜拦截）", EN: "The last %d weeks (Monday to Sunday; handling | solved | interceptions)",
	}.F(len(v.weeks))}
	if first > 0 {
		before := kpi.Period{From: v.weeks[0].From, Until: v.weeks[first].From}
		out = append(out, chat.Text{ZH: "- %s：没有数据", EN: "- %s: no data"}.F(before.Text()))
	}
	for _, w := range v.weeks[first:] {
		out = append(out, weekLine(v.c, w))
	}
	return out
}

// kpiMark shows a verdict at a glance.
func kpiMark(v kpi.Verdict) string {
	switch v {
	case kpi.Passed:
		return "✅"
	case kpi.Failed:
		return "❌"
	case kpi.Running:
		return "⏳"
	case kpi.TooFew, kpi.NoSource:
	}
	return "➖"
}

// kpiLine is one indicator: value, target, verdict, what it is made of and where that comes from.
func kpiLine(c bot.Call, i kpi.Indicator, k KPI) chat.Text {
	return chat.Text{ZH: "- %s %s：%s，目标 %s，**%s**（%s；来源：%s）", EN: "- %s %s: %s, target %s, **%s** (%s; source: %s)"}.F(
		kpiMark(i.Verdict), i.Name.Title(), kpiValue(c, i), i.Target(), i.Verdict.Text(), kpiSamples(c, i, k), i.Name.Source())
}

// kpiValue writes the number with what it measures.
func kpiValue(c bot.Call, i kpi.Indicator) chat.Text {
	if i.Name == kpi.Risk && i.Known {
		return i.Name.Measures().Plus(chat.Text{ZH: " %s，每千条消息 %s 次", EN: " %s, %s in 1,000 messages"}.F(kpiNumber(c, i), kpiRate(i)))
	}
	return i.Name.Measures().Plus(chat.Same(" ")).Plus(kpiNumber(c, i))
}

// kpiNumber writes the number alone; what is not known is a dash. Percentages are cut, not rounded: 94.96 is not 95.0.
func kpiNumber(c bot.Call, i kpi.Indicator) chat.Text {
	if !i.Known {
		return chat.Same("—")
	}
	switch i.Name {
	case kpi.Response:
		return kpiLength(c, i)
	case kpi.Quality:
		return chat.Same(fmt.Sprintf("%.1f%%", math.Floor(i.Value*10+1e-9)/10))
	case kpi.Risk:
	}
	if i.More {
		return chat.Text{ZH: "至少 %d 次", EN: "at least %d"}.F(int64(i.Value))
	}
	return chat.Text{ZH: "%d 次", EN: "%d"}.F(int64(i.Value))
}

// kpiLength writes a mean to the minute, and to the second where the minute would hide why it failed.
func kpiLength(c bot.Call, i kpi.Indicator) chat.Text {
	d := time.Duration(i.Value * float64(time.Minute))
	if m := d.Round(time.Minute); m >= time.Minute && (m <= c.Targets.MostHandling()) == (d <= c.Targets.MostHandling()) {
		return c.Length(m)
	}
	return took(c, d.Round(time.Second))
}

func kpiRate(i kpi.Indicator) string {
	if i.Samples == 0 {
		return "—"
	}
	return fmt.Sprintf("%.1f", i.Rate)
}

// kpiSamples says what a number is made of.
func kpiSamples(c bot.Call, i kpi.Indicator, k KPI) chat.Text {
	switch i.Name {
	case kpi.Response:
		return chat.Text{ZH: "%d 件", EN: "%d matters"}.F(i.Samples)
	case kpi.Quality:
		if i.Samples == 0 {
			return chat.Text{ZH: "投诉 0 件", EN: "no complaints"}
		}
		return chat.Text{ZH: "投诉 %d 件，解决 %d 件", EN: "%d complaints, %d solved"}.F(i.Samples, k.Solved)
	case kpi.Risk:
	}
	if !i.Known {
		return chat.Text{ZH: "审计里拦截 %d 次", EN: "%d interceptions in the journal"}.F(k.Caught)
	}
	if k.ByBot > 0 {
		return chat.Text{ZH: "机器人发现 %d 次、管理员处置 %d 次，消息 %d 条", EN: "%d caught by the bot, %d by admins, %d messages"}.F(k.ByBot, k.Caught-k.ByBot, i.Samples)
	}
	return chat.Text{ZH: "消息 %d 条", EN: "%d messages"}.F(i.Samples)
}

// nobodys says which complaints are missing from the indicators of single people.
func nobodys(k KPI) chat.Text {
	return chat.Text{
		ZH: "- 缺：%d 件投诉没有写归谁（没有指派，也没有解决人），不算在任何人名下。`/工单 指派` 可以补。",
		EN: "- Missing: of %d complaints nobody has said whose they are (not assigned, and nobody solved them); they count for nobody. `/ticket assign` mends that.",
	}.F(k.Nobodys)
}

// weekLine is one week of the trend.
func weekLine(c bot.Call, k KPI) chat.Text {
	line := chat.Text{ZH: k.From.Format("- 01-02 起："), EN: k.From.Format("- from 01-02: ")}
	for n, i := range k.Indicators() {
		if n > 0 {
			line = line.Plus(chat.Text{ZH: "｜", EN: " | "})
		}
		cell := kpiNumber(c, i)
		switch {
		case !i.Known:
			cell = i.Verdict.Text()
		case i.Name == kpi.Risk:
			cell = cell.Plus(chat.Text{ZH: "（每千条 %s）", EN: " (%s in 1,000)"}.F(kpiRate(i)))
		}
		line = line.Plus(cell).Plus(chat.Same(" " + kpiMark(i.Verdict)))
	}
	return line
}

// portraitLine is what is known of the person on scales of 0 to 100, each with what it is made of.
func portraitLine(c bot.Call, k KPI) chat.Text {
	raw := map[string]chat.Text{
		"response": chat.Text{ZH: "处理 %d 件，平均 %s", EN: "%d matters, mean %s"}.F(k.Handled, took(c, k.Handling.Round(time.Second))),
		"quality":  chat.Text{ZH: "名下投诉 %d 件，解决 %d 件", EN: "complaints %d, solved %d"}.F(k.Complaints, k.Solved),
		"risk":     chat.Text{ZH: "拦截 %d 次", EN: "interceptions %d"}.F(k.Caught),
		"duty":     chat.Text{ZH: "应签到 %d 次，按时 %d 次", EN: "check-ins %d, in time %d"}.F(k.Kept.Turns, k.Kept.OnTime),
		"activity": chat.Text{ZH: "发言 %d 条", EN: "messages %d"}.F(k.Written),
	}
	lacks := map[string]chat.Text{
		"response": {ZH: "没有处理记录", EN: "nothing handled"}, "quality": {ZH: "名下没有投诉", EN: "no complaints of theirs"},
		"risk": {ZH: "消息不足 1000 条", EN: "fewer than 1,000 messages"}, "duty": {ZH: "没有签到数据", EN: "no check-ins"},
		"activity": {ZH: "无消息来源", EN: "no message source"},
	}
	var parts []chat.Text
	for _, t := range k.portrait(c) {
		if t.Known {
			parts = append(parts, chat.Text{ZH: "%s %d（%s）", EN: "%s %d (%s)"}.F(t.Name, t.Score, raw[t.Key]))
			continue
		}
		parts = append(parts, chat.Text{ZH: "%s —（%s）", EN: "%s — (%s)"}.F(t.Name, lacks[t.Key]))
	}
	return chat.Text{ZH: "能力画像（满分 100，60 为刚好达标）：%s", EN: "Portrait (of 100; 60 just meets the target): %s"}.F(list(parts))
}

// portrait is what is known of the person in the period.
func (k KPI) portrait(c bot.Call) []kpi.Trait {
	m := k.Measured
	m.Days = k.elapsed(c.Now)
	return kpi.Portrait(m, k.Kept, k.Written)
}

// elapsed is how many days of the period have begun: of the running one, scores are by the days that there were.
func (k KPI) elapsed(now time.Time) int {
	p := k.Period
	if now.Before(p.Until) {
		p.Until = now
	}
	return max(1, p.Days())
}

// missing says what the numbers leave out.
func (v kpiView) missing() []chat.Text {
	out, k := v.unheard(), v.now
	if w := v.stillWaiting(); !w.IsZero() {
		out = append(out, w)
	}
	if late := v.c.Clock(v.ask.Group).Late; v.ask.Group != "" && late > 0 {
		out = append(out, chat.Text{ZH: "- 缺：有 %d 条消息到得太晚，没有计入响应。", EN: "- Missing: %d messages came too late to count."}.F(late))
	}
	switch {
	case len(k.By) == 0:
		out = append(out, chat.Text{ZH: "- 缺：这段时间没有收到投诉工单。", EN: "- Missing: no complaint was told of in this time."})
	case v.ask.Who != "" && k.Nobodys > 0:
		out = append(out, nobodys(k))
	}
	if k.Source && k.Messages < kpi.LeastMessages {
		out = append(out, chat.Text{
			ZH: "- 消息不到 %d 条时，拦截数只列出，不判定是否达标。", EN: "- With fewer than %d messages, interceptions are shown and not judged.",
		}.F(kpi.LeastMessages))
	}
	return out
}

// stillWaiting says who waits since the period and is in none of its numbers: a matter counts once it is handled.
func (v kpiView) stillWaiting() chat.Text {
	n, oldest := 0, time.Time{}
	for _, g := range v.ask.watched(v.c) {
		w, waits, _ := whoWaits(v.c, g)
		if !waits || !w.Opened.Before(v.now.Until) || v.ask.Who != "" && w.Shift != v.ask.Who {
			continue
		}
		n += 1 + len(v.c.Clock(g).Behind().Others)
		if oldest.IsZero() || w.Opened.Before(oldest) {
			oldest = w.Opened
		}
	}
	if n == 0 {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "- 缺：还有 %d 位客户在等，最久 %s（%s 起）；处理完才计入响应。", EN: "- Missing: %d customers still wait, the longest for %s (since %s); they count once they are handled.",
	}.F(n, waitText(v.c.Now.Sub(oldest)), v.c.Moment(oldest))
}
