package kpi

import (
	"time"

	"qunguan/bot/chat"
)

// Measured is what was counted in a period. The zero Measured is of nobody who tells of messages.
type Measured struct {
	// Days is how many days of the calendar the period has.
	Days int
	// Over says that the period has ended.
	Over bool
	// Source says that somebody tells of the messages of the group.
	Source bool

	Handled  int64         // matters that were handled
	Handling time.Duration // how long one took on average

	Complaints int64 // opened in the period
	Solved     int64 // of those, by now

	Caught   int64 // breaches of the rules that were intercepted
	More     bool  // and more than were counted
	Messages int64 // that people wrote

	Targets Targets // what it is judged by
}

// Indicator is one number with what it comes to. Value means something only where Known is set.
type Indicator struct {
	Name    Name
	Known   bool
	Value   float64 // minutes, percent, or how many, as the name says
	Verdict Verdict
	Samples int64 // matters, complaints, or messages
	// Rate is the interceptions in 1,000 messages; of Risk only, and where Known is set.
	Rate float64
	// More says that Value is at least that much.
	More bool

	targets Targets
}

// Target writes what the indicator should be.
func (i Indicator) Target() chat.Text { return i.targets.Of(i.Name) }

// Targets are what it was judged by.
func (i Indicator) Targets() Targets { return i.targets }

// PerThousand is n of something in so many messages, by the thousand; ok is false where there are none.
func PerThousand(n, messages int64) (rate float64, ok bool) {
	if messages == 0 {
		return 0, false
	}
	return float64(n) / float64(messages) * perThousand, true
}

// Indicators judges what was measured: one indicator each, in their order.
func (m Measured) Indicators() []Indicator {
	out := []Indicator{m.response(), m.quality(), m.risk()}
	for i := range out {
		out[i].targets = m.Targets
	}
	return out
}

func (m Measured) response() Indicator {
	i := Indicator{Name: Response, Samples: m.Handled}
	switch {
	case !m.Source:
		i.Verdict = NoSource
	case m.Handled == 0:
		i.Verdict = TooFew
	default:
		i.Known, i.Value = true, m.Handling.Minutes()
		i.Verdict = verdict(m.Handling <= m.Targets.MostHandling())
	}
	return i
}

func (m Measured) quality() Indicator {
	i := Indicator{Name: Quality, Samples: m.Complaints, Verdict: TooFew}
	if m.Complaints > 0 {
		i.Known, i.Value = true, float64(m.Solved)/float64(m.Complaints)*wholeOfPercent
		i.Verdict = verdict(m.Solved*wholeOfPercent >= m.Complaints*m.Targets.LeastSolved())
	}
	return i
}

// risk judges interceptions by the week, however long the period is. Their number alone says little (D8): who has no
// source, or has seen few messages, is not judged.
func (m Measured) risk() Indicator {
	i := Indicator{Name: Risk, Samples: m.Messages, Value: float64(m.Caught), More: m.More}
	if !m.Source {
		i.Verdict = NoSource
		return i
	}
	i.Known = true
	i.Rate, _ = PerThousand(m.Caught, m.Messages)
	enough := m.Caught*daysOfWeek >= m.Targets.LeastCaught()*int64(m.Days)
	switch {
	case m.Messages < LeastMessages && m.Over:
		i.Verdict = TooFew
	case m.Messages < LeastMessages, !enough && !m.Over:
		i.Verdict = Running
	default:
		i.Verdict = verdict(enough)
	}
	return i
}

func verdict(ok bool) Verdict {
	if ok {
		return Passed
	}
	return Failed
}

// Commended says whether the indicators of a week speak for somebody: at least one has passed and none has failed. One
// with too few samples is left out of the count (D8).
func Commended(week []Indicator) bool {
	passed := false
	for _, i := range week {
		switch i.Verdict {
		case Passed:
			passed = true
		case TooFew:
		case Failed, NoSource, Running:
			return false
		}
	}
	return passed
}

// Run is how many weeks in a row, up to the last, speak for somebody.
func Run(weeks [][]Indicator) int {
	n := 0
	for i := len(weeks) - 1; i >= 0 && Commended(weeks[i]); i-- {
		n++
	}
	return n
}
