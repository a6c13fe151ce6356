package commands

import (
	"fmt"
	"math"

	"qunguan/bot/chat"
	"qunguan/bot/kpi"
)

// picture draws the weeks; nil where nothing is known of any.
func (v kpiView) picture() *chat.Picture {
	p := &chat.Picture{Title: v.title(), Subtitle: chat.Text{
		ZH: "近 %d 周，截至 %s", EN: "The last %d weeks, as of %s"}.F(len(v.weeks), v.c.Moment(v.c.Now))}
	aims := []chat.Panel{
		{Title: chat.Text{ZH: "平均处理时长（分钟）", EN: "Mean handling time (minutes)"}, Target: &chat.Aim{Value: kpi.MostHandling.Minutes()}},
		{Title: chat.Text{ZH: "投诉解决率（%）", EN: "Complaints solved (%)"}, Target: &chat.Aim{Value: kpi.LeastSolved}},
		{Title: chat.Text{ZH: "违规拦截（次）", EN: "Interceptions"}, Target: &chat.Aim{Value: kpi.LeastCaught}},
	}
	known := false
	for n, panel := range aims {
		drawn := false
		for _, w := range v.weeks {
			i := w.Indicators()[n]
			panel.Target.Label = chat.Text{ZH: "目标 %s", EN: "target %s"}.F(i.Name.Target())
			point := chat.Point{
				Label: chat.Same(w.From.Format("01-02")), Known: i.Known, Value: i.Value, Shade: i.Verdict.Shade(), Written: shortVerdict(i.Verdict),
			}
			if i.Known {
				point.Written = chat.Same(fmt.Sprintf("%.4g", math.Floor(i.Value*10+1e-9)/10))
				point.Made = chat.Text{ZH: "%d件", EN: "n %d"}.F(i.Samples)
				if i.Name == kpi.Risk {
					point.Made = chat.Text{ZH: "%d条", EN: "n %d"}.F(i.Samples)
				}
				drawn = true
			}
			panel.Points = append(panel.Points, point)
		}
		if known = known || drawn; drawn {
			p.Panels = append(p.Panels, panel)
		}
	}
	if !known {
		return nil
	}
	p.Notes = []chat.Text{{
		ZH: "绿：达标，红：未达标，蓝：未到期末，灰：样本不足。没有柱子的：没有数据，不是 0。", EN: "Green passed, red failed, blue not over yet, grey too few samples. No bar: no data, which is not 0.",
	}, {
		ZH: "日期是周一；下面是样本数：处理件数、投诉件数、消息条数。", EN: "Dates are Mondays; below: how many matters, complaints, messages.",
	}}
	return p
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
