package duty

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Days are the days that have a shift. The zero Days is every day.
type Days uint16

// What is not a set of weekdays.
const (
	EveryDay Days = 0
	Workdays Days = 1 << 7 // as the calendar has it: holidays are none, working weekends (调休) are
	RestDays Days = 1 << 8 // all others
)

// On is the days that fall on some weekdays.
func On(weekdays ...time.Weekday) Days {
	var d Days
	for _, w := range weekdays {
		d |= 1 << w
	}
	return d
}

const allWeekdays Days = 1<<7 - 1

// Has says whether the days include a weekday; of workdays and rest days it says nothing.
func (d Days) Has(w time.Weekday) bool { return d == EveryDay || d&(1<<w) != 0 }

// has says whether the days include the n-th, as Day.number counts.
func (d Days) has(n int, days *workdays) bool {
	switch d {
	case EveryDay:
		return true
	case Workdays:
		return days.has(n)
	case RestDays:
		return !days.has(n)
	}
	return d&(1<<mod(n+epochWeekday, 7)) != 0
}

// count is how many of the days lie from one to another, exclusive; negative where the other comes first.
func (d Days) count(from, to int, days *workdays) int {
	switch {
	case d == EveryDay:
		return to - from
	case d == Workdays:
		return days.before(to) - days.before(from)
	case d == RestDays:
		return (to - from) - (days.before(to) - days.before(from))
	}
	return d.before(to) - d.before(from)
}

// epochWeekday is that of day 0, the first of January 1970.
const epochWeekday = int(time.Thursday)

// before counts the weekdays of a set from the Sunday before day 0 up to the n-th day, exclusive.
func (d Days) before(n int) int {
	n += epochWeekday
	whole := bits.OnesCount16(uint16(d & allWeekdays))
	return floor(n, 7)*whole + bits.OnesCount16(uint16(d&(1<<mod(n, 7)-1)))
}

var monToFri = On(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)

// workdays are the workdays of a calendar, counted out once so that a rotation over them costs no walk. Nil are Monday
// to Friday, as are the days outside of it.
type workdays struct {
	first int
	sums  []int32 // of the workdays from first to each day, exclusive
}

// The years that calendars are counted out for.
const firstYear, lastYear = 2015, 2060

func countWorkdays(workday func(Day) bool) *workdays {
	first := Day{firstYear, time.January, 1}
	w := &workdays{first: first.number()}
	sum := int32(0)
	for d := first; d.Year <= lastYear; d = d.Plus(1) {
		w.sums = append(w.sums, sum)
		if workday(d) {
			sum++
		}
	}
	w.sums = append(w.sums, sum)
	return w
}

func (w *workdays) has(n int) bool { return w.before(n+1) > w.before(n) }

// before counts workdays up to the n-th day, exclusive, from some day that is always the same.
func (w *workdays) before(n int) int {
	if w == nil {
		return monToFri.before(n)
	}
	last := w.first + len(w.sums) - 1
	from := monToFri.before(w.first)
	switch {
	case n < w.first:
		return monToFri.before(n)
	case n > last:
		return from + int(w.sums[len(w.sums)-1]) + monToFri.before(n) - monToFri.before(last)
	}
	return from + int(w.sums[n-w.first])
}

// shares says whether a day of d can be the one that lies some days after a day of o.
func (d Days) shares(o Days, after int) bool {
	switch {
	case d == EveryDay || o == EveryDay:
		return true
	case after == 0 && (d|o) == Workdays|RestDays:
		return false
	case (d|o)&^allWeekdays != 0:
		return true
	}
	for w := range 7 {
		// The day on which both run begins d's shift after days later than o's.
		if d&(1<<w) != 0 && o&(1<<mod(w+after, 7)) != 0 {
			return true
		}
	}
	return false
}

var weekdayWords = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// String writes the days as "workdays", "restdays" or weekdays with commas; every day is empty.
func (d Days) String() string {
	switch d {
	case EveryDay:
		return ""
	case Workdays:
		return "workdays"
	case RestDays:
		return "restdays"
	}
	var words []string
	for i := range 7 {
		if w := (i + 1) % 7; d&(1<<w) != 0 {
			words = append(words, weekdayWords[w])
		}
	}
	return strings.Join(words, ",")
}

// MarshalText writes the days as String does.
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Days) UnmarshalText(text []byte) error {
	*d = EveryDay
	switch s := string(text); s {
	case "":
	case "workdays":
		*d = Workdays
	case "restdays":
		*d = RestDays
	default:
		for word := range strings.SplitSeq(s, ",") {
			w := -1
			for i, known := range weekdayWords {
				if known == word {
					w = i
				}
			}
			if w < 0 {
				return fmt.Errorf("%q are no days", s)
			}
			*d |= 1 << w
		}
	}
	return nil
}
