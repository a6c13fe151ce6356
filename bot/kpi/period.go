package kpi

import (
	"fmt"
	"time"

	"qunguan/bot/chat"
)

// Period is a number of whole days, in the zone of its moments; Until is exclusive. A week begins on Monday (D8).
type Period struct{ From, Until time.Time }

// WeekOf is the week of a moment, in its zone.
func WeekOf(at time.Time) Period {
	y, m, d := at.Date()
	monday := time.Date(y, m, d-(int(at.Weekday())+6)%daysOfWeek, 0, 0, 0, 0, at.Location())
	return Period{monday, monday.AddDate(0, 0, daysOfWeek)}
}

// MonthsOf is the month, the quarter or the year of a moment, in its zone: so many months of the year.
func MonthsOf(at time.Time, many int) Period {
	y, m, _ := at.Date()
	first := time.Date(y, m-(m-1)%time.Month(many), 1, 0, 0, 0, 0, at.Location())
	return Period{first, first.AddDate(0, many, 0)}
}

// Weeks are the n weeks that end with the one of a moment, the oldest first.
func Weeks(n int, at time.Time) []Period {
	out := make([]Period, n)
	for i := range out {
		w := WeekOf(at)
		w.From, w.Until = w.From.AddDate(0, 0, daysOfWeek*(i-n+1)), w.Until.AddDate(0, 0, daysOfWeek*(i-n+1))
		out[i] = w
	}
	return out
}

// Days is how many days of the calendar the period has.
func (p Period) Days() int {
	n := 0
	for at := p.From; at.Before(p.Until); at = at.AddDate(0, 0, 1) {
		n++
	}
	return n
}

// Over says whether nothing can be added to the period any more.
func (p Period) Over(now time.Time) bool { return !now.Before(p.Until) }

// Text is the first and the last day.
func (p Period) Text() chat.Text {
	last := p.Until.AddDate(0, 0, -1)
	if !last.After(p.From) {
		return chat.Same(p.From.Format(time.DateOnly))
	}
	end := last.Format("01-02")
	if p.From.Year() != last.Year() {
		end = last.Format(time.DateOnly)
	}
	return chat.Text{ZH: fmt.Sprintf("%s 至 %s", p.From.Format(time.DateOnly), end), EN: fmt.Sprintf("%s to %s", p.From.Format(time.DateOnly), end)}
}
