package commands

import (
	"fmt"
	"math"
	"slices"

	"qunguan/bot/chat"
	"qunguan/bot/kpi"
)

// picture draws the weeks; nil where nothing is known of any.
func (v kpiView) picture() *chat.Picture {
	p := &chat.Picture{Title: v.title(), Subtitle: chat.Text{
		ZH: "近 %d 周，截至 %s", EN: "The last %d weeks, as of %s"}.F(len(v.weeks), v.c.Moment(v.c.Now))}
	aim, cut := v.c.Targets, false
	panels := []chat.Panel{
		{Title: chat.Text{ZH: "平均处理时长（分钟）", EN: "Mean handling time (minutes)"}, Target: &chat.Aim{Value: aim.MostHandling().Minutes()}},
		{Title: chat.Text{ZH: "投诉解决率（%）", EN: "Complaints solved (%)"}, Target: &chat.Aim{Value: float64(aim.LeastSolved())}},
		{Title: chat.Text{ZH: "违规拦截（次；‰：每千条消息）", EN: "Interceptions (‰: in 1,000 messages)"}, Target: &chat.Aim{Value: float64(aim.LeastCaught())}},
	}
	for n, panel := range panels {
		known := false
		for _, w := range v.weeks {
			i := w.Indicators()[n]
			panel.Target.Label = chat.Text{ZH: "目标 %s", EN: "target %s"}.F(i.Target())
			panel.Points, known = append(panel.Points, kpiPoint(w, i)), known || i.Known
		}
		if panel.Top = ceiling(panel); known {
			p.Panels, cut = append(p.Panels, panel), cut || panel.Top > 0
		}
	}
	if len(p.Panels) == 0 {
		return nil
	}
	p.Notes = []chat.Text{{
		ZH: "绿：达标，红：未达标，蓝：未到期末，灰：样本不足。没有柱子的：没有数据，不是 0。", EN: "Green passed, red failed, blue not over yet, grey too few samples. No bar: no data, which is not 0.",
	}, {
		ZH: "日期是周一；下面是样本数：处理件数、投诉件数、消息条数。", EN: "Dates are Mondays; below: how many matters, complaints, messages.",
	}}
	if cut {
		p.Notes = append(p.Notes, chat.Text{ZH: "断开的柱子高出了图，数字是实际值。", EN: "A broken bar goes beyond the picture; its number is the real one."})
	}
	return p
}

// kpiPoint is one week of one indicator.
func kpiPoint(w KPI, i kpi.Indicator) chat.Point {
	point := chat.Point{
		Label: chat.Same(w.From.Format("01-02")), Known: i.Known, Value: i.Value, Shade: i.Verdict.Shade(), Written: shortVerdict(i.Verdict),
	}
	if !i.Known {
		return point
	}
	point.Written = chat.Same(short(math.Floor(i.Value*10+1e-9) / 10))
	point.Made = chat.Text{ZH: "%d件", EN: "n %d"}.F(i.Samples)
	if i.Name == kpi.Risk {
		point.Made = chat.Text{ZH: "%d条", EN: "n %d"}.F(i.Samples)
		if i.Samples > 0 {
			point.Rate = chat.Same(short(i.Rate) + "‰")
		}
	}
	return point
}

// short writes a number as it fits below a bar: with a place only where it is small.
func short(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.4g", math.Round(v*10)/10)
}

// A bar more than tooHigh times as high as what is usual would press all others to the floor: the panel then ends at
// enoughHigh times that.
const (
	tooHigh    = 3
	enoughHigh = 2
)

// ceiling is where a panel ends: 0 unless some bars would hide how the others differ. Usual is what three quarters of the
// bars do not exceed, or the target, where that is more.
func ceiling(p chat.Panel) float64 {
	var values []float64
	for _, b := range p.Points {
		if b.Known {
			values = append(values, b.Value)
		}
	}
	slices.Sort(values)
	n := len(values)
	if n < 2 {
		return 0
	}
	usual := values[0]
	if n > 3 {
		usual = values[(n-1)*3/4]
	}
	if usual = max(usual, p.Target.Value); values[n-1] <= tooHigh*usual {
		return 0
	}
	return enoughHigh * usual
}

// shortVerdict is a verdict that fits below a bar.
func shortVerdict(v kpi.Verdict) chat.Text {
	if v == kpi.NoSource {
		return chat.Text{ZH: "无来源", EN: "none"}
	}
	if v == kpi.TooFew {
		return chat.Text{ZH: "不足", EN: "few"}
	}
	return v.Text()
}
