package duty

import (
	"fmt"
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

func (d Days) has(at Day, workday func(Day) bool) bool {
	switch d {
	case EveryDay:
		return true
	case Workdays:
		return workday(at)
	case RestDays:
		return !workday(at)
	}
	return d.Has(at.Weekday())
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
