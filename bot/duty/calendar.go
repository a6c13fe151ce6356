package duty

import (
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Calendar says on which days people work. In a year that it knows, the days off and the working weekend days (调休)
// are those of the State Council's notice for that year; every other day goes by its weekday. It cannot be computed:
// the notice comes in the autumn before. In a year that it does not know Monday to Friday are worked, and whoever tells
// of such a year says that it is not known.
//
// A Calendar never changes. The zero Calendar knows no year.
type Calendar struct {
	known map[int]bool
	days  map[Day]Special
}

// Special is a day that its weekday does not tell about.
type Special struct {
	Day Day
	// Name is what the day off is for; of a day that is worked, the holiday that it makes up for.
	Name  chat.Text
	Works bool
}

// Correction is what an operator knows better, or later.
type Correction struct {
	Years []int // their Days are complete: what a Calendar held about these years goes, and it knows them from now on
	Days  []Special
}

// Known says whether the days off of a year are known. Single days of a Correction do not make a year known.
func (c Calendar) Known(year int) bool { return c.known[year] }

// Years are the years that are known, in order.
func (c Calendar) Years() []int { return slices.Sorted(maps.Keys(c.known)) }

// Workday says whether a day is worked.
func (c Calendar) Workday(d Day) bool {
	if s, ok := c.days[d]; ok {
		return s.Works
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// Holiday tells what is special about a day: the name of the holiday, and whether the day is off or is worked to make
// up for it. ok is false for a day that goes by its weekday.
func (c Calendar) Holiday(d Day) (name chat.Text, off, ok bool) {
	s, ok := c.days[d]
	return s.Name, ok && !s.Works, ok
}

// With returns c as an operator corrects it.
func (c Calendar) With(o Correction) Calendar {
	next := Calendar{known: maps.Clone(c.known), days: maps.Clone(c.days)}
	if next.known == nil {
		next.known, next.days = map[int]bool{}, map[Day]Special{}
	}
	for _, year := range o.Years {
		next.known[year] = true
		maps.DeleteFunc(next.days, func(d Day, _ Special) bool { return d.Year == year })
	}
	for _, s := range o.Days {
		next.days[s.Day] = s
	}
	return next
}
