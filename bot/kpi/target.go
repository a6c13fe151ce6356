package kpi

import (
	"fmt"
	"time"

	"qunguan/bot/chat"
)

// Targets are what indicators should be. A field that is zero is as the requirements have it (R44 to R46, R49).
type Targets struct {
	Handling time.Duration // of one matter, on average, at most
	Solved   int64         // of the complaints, in percent, at least
	Caught   int64         // interceptions a week, at least
	Weeks    int           // so many good weeks in a row earn a proposal
}

// The targets of the requirements.
const (
	usualHandling = 2 * time.Hour
	usualSolved   = 95
	usualCaught   = 20
	usualWeeks    = 4
)

// MostHandling is how long handling may take on average.
func (t Targets) MostHandling() time.Duration { return orUsual(t.Handling, usualHandling) }

// LeastSolved is which part of the complaints is to be solved, in percent.
func (t Targets) LeastSolved() int64 { return orUsual(t.Solved, usualSolved) }

// LeastCaught is how many interceptions a week there should be.
func (t Targets) LeastCaught() int64 { return orUsual(t.Caught, usualCaught) }

// EnoughWeeks is how many good weeks in a row earn somebody a proposal.
func (t Targets) EnoughWeeks() int { return orUsual(t.Weeks, usualWeeks) }

func orUsual[T comparable](set, usual T) T {
	var none T
	if set == none {
		return usual
	}
	return set
}

// Length writes the most that handling may take.
func (t Targets) Length() chat.Text {
	d := t.MostHandling()
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case m == 0:
		return chat.Text{ZH: fmt.Sprintf("%d 小时", h), EN: fmt.Sprintf("%d h", h)}
	case h == 0:
		return chat.Text{ZH: fmt.Sprintf("%d 分钟", m), EN: fmt.Sprintf("%d min", m)}
	}
	return chat.Text{ZH: fmt.Sprintf("%d 小时 %d 分钟", h, m), EN: fmt.Sprintf("%d h %d min", h, m)}
}

// Of writes what an indicator should be.
func (t Targets) Of(n Name) chat.Text {
	switch n {
	case Response:
		return chat.Same("≤ ").Plus(t.Length())
	case Quality:
		return chat.Same(fmt.Sprintf("≥ %d%%", t.LeastSolved()))
	case Risk:
		return chat.Text{ZH: "≥ %d 次/周", EN: "≥ %d a week"}.F(t.LeastCaught())
	}
	return chat.Text{}
}
