// Package kpi judges how well groups are looked after: indicators with their targets, trends over weeks, portraits of
// people. It promises that the same numbers give the same verdict, that a boundary is exact (2 h 00 passes, 95.0 %
// passes, 20 pass), and that what was not measured is never shown as zero: where samples, or a source, are missing, the
// verdict says so. It measures nothing itself: the numbers come in.
package kpi

import "qunguan/bot/chat"

// Name is an indicator.
type Name string

// The indicators (R44 to R46).
const (
	Response Name = "response" // how long handling takes on average
	Quality  Name = "quality"  // which part of the complaints is solved
	Risk     Name = "risk"     // how many breaches of the rules are intercepted
)

// LeastMessages is below how many messages nothing is said about interceptions (D8).
const LeastMessages = 1000

const (
	daysOfWeek     = 7
	perThousand    = 1000
	wholeOfPercent = 100
)

// Title is what an indicator is called.
func (n Name) Title() chat.Text {
	switch n {
	case Response:
		return chat.Text{ZH: "响应效率", EN: "Response"}
	case Quality:
		return chat.Text{ZH: "运营质量", EN: "Quality"}
	case Risk:
		return chat.Text{ZH: "风险管控", EN: "Risk control"}
	}
	return chat.Same(string(n))
}

// Measures says what an indicator measures.
func (n Name) Measures() chat.Text {
	switch n {
	case Response:
		return chat.Text{ZH: "平均处理时长", EN: "mean handling time"}
	case Quality:
		return chat.Text{ZH: "投诉解决率", EN: "complaints solved"}
	case Risk:
		return chat.Text{ZH: "违规拦截数", EN: "interceptions"}
	}
	return chat.Text{}
}

// Source is where the numbers of an indicator come from.
func (n Name) Source() chat.Text {
	switch n {
	case Response:
		return chat.Text{ZH: "消息日志", EN: "message log"}
	case Quality:
		return chat.Text{ZH: "工单系统", EN: "ticket system"}
	case Risk:
		return chat.Text{ZH: "审计模块、消息日志", EN: "audit, message log"}
	}
	return chat.Text{}
}

// Verdict is what an indicator comes to.
type Verdict string

// The verdicts.
const (
	Passed   Verdict = "passed"
	Failed   Verdict = "failed"
	TooFew   Verdict = "too_few"   // too few samples to say
	NoSource Verdict = "no_source" // nobody tells of messages
	Running  Verdict = "running"   // the period is not over, and what is missing may still come
)

// Text is what people read.
func (v Verdict) Text() chat.Text {
	switch v {
	case Passed:
		return chat.Text{ZH: "达标", EN: "passed"}
	case Failed:
		return chat.Text{ZH: "未达标", EN: "failed"}
	case TooFew:
		return chat.Text{ZH: "样本不足", EN: "too few samples"}
	case NoSource:
		return chat.Text{ZH: "无消息来源", EN: "no message source"}
	case Running:
		return chat.Text{ZH: "未到期末", EN: "not over yet"}
	}
	return chat.Same(string(v))
}

// Shade is the verdict as a colour.
func (v Verdict) Shade() chat.Shade {
	switch v {
	case Passed:
		return chat.Yes
	case Failed:
		return chat.No
	case Running:
		return chat.Part
	case TooFew, NoSource:
	}
	return chat.Off
}
