package kpi

import (
	"math"
	"time"

	"qunguan/bot/chat"
)

// Trait is one side of a portrait: a score of 0 to 100 with the number that it is made of. Score means something only
// where Known is set; a target that is just met scores Pass.
type Trait struct {
	Name  chat.Text
	Key   string
	Known bool
	Score int
	Raw   chat.Text // what was counted, or why nothing was
}

// Pass is the score of somebody who just meets a target.
const Pass = 60

// Kept is how somebody was on duty. The zero Kept was not measured.
type Kept struct {
	Turns  int64 // that were theirs
	OnTime int64 // of those, begun in time
}

// busy is how many messages a day earn Pass for activity; twice as many earn everything.
const busy = 10

// Portrait is what is known of somebody on scales of 0 to 100 (R48): response, quality, risk, duty, activity.
// written is how many messages they wrote. The words of one side are for the caller to make better where it knows more.
func Portrait(m Measured, kept Kept, written int64) []Trait {
	return []Trait{
		{Key: "response", Name: chat.Text{ZH: "响应", EN: "response"}, Known: m.Source && m.Handled > 0, Score: shorter(m.Handling, m.Targets.MostHandling())},
		{Key: "quality", Name: chat.Text{ZH: "质量", EN: "quality"}, Known: m.Complaints > 0, Score: part(m.Solved, m.Complaints, m.Targets.LeastSolved())},
		{Key: "risk", Name: chat.Text{ZH: "风控", EN: "risk"}, Known: m.Source && m.Messages >= LeastMessages, Score: more(m.Caught, m.Targets.LeastCaught(), m.Days, daysOfWeek)},
		{Key: "duty", Name: chat.Text{ZH: "值班", EN: "duty"}, Known: kept.Turns > 0, Score: part(kept.OnTime, kept.Turns, usualSolved)},
		{Key: "activity", Name: chat.Text{ZH: "活跃", EN: "activity"}, Known: m.Source, Score: more(written, busy, m.Days, 1)},
	}
}

// shorter scores a length: everything for none, Pass at the limit, nothing from three times the limit on.
func shorter(d, most time.Duration) int {
	if d <= most {
		return Pass + int(math.Floor((100-Pass)*(1-float64(d)/float64(most))))
	}
	return int(math.Floor(Pass * max(0, 1-float64(d-most)/float64(2*most))))
}

// part scores n of all: Pass at least percent, everything for all of them.
func part(n, all, least int64) int {
	if all == 0 {
		return 0
	}
	if least == wholeOfPercent && n == all {
		return wholeOfPercent
	}
	if n*wholeOfPercent >= all*least {
		return Pass + int((100-Pass)*(n*wholeOfPercent-all*least)/(all*(wholeOfPercent-least)))
	}
	return int(Pass * n * wholeOfPercent / (all * least))
}

// more scores n in some days: Pass at least times every so many days, everything at twice that.
func more(n, least int64, days, every int) int {
	if days == 0 {
		return 0
	}
	want := least * int64(days)
	n *= int64(every)
	if n >= want {
		return Pass + int(min(100-Pass, (100-Pass)*(n-want)/want))
	}
	return int(Pass * n / want)
}
