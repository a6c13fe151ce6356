package duty

import (
	"fmt"
	"time"
)

// Day is a day of the calendar, not a moment. The zero Day is none.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the day that a clock on the wall shows at a moment, in the moment's own zone.
func DayOf(at time.Time) Day {
	y, m, d := at.Date()
	return Day{y, m, d}
}

const dayForm = "2006-01-02"

// ParseDay reads a day written as 2026-10-01.
func ParseDay(s string) (Day, error) {
	at, err := time.Parse(dayForm, s)
	if err != nil {
		return Day{}, fmt.Errorf("%q: write a day as %s", s, dayForm)
	}
	return DayOf(at), nil
}

// String writes the day as 2026-10-01; the zero Day is empty.
func (d Day) String() string {
	if d == (Day{}) {
		return ""
	}
	return d.wall(0).Format(dayForm)
}

// MarshalText writes the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Day) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	*d, err = ParseDay(string(text))
	return err
}

// Weekday is the day's weekday.
func (d Day) Weekday() time.Weekday { return d.wall(0).Weekday() }

// Before says whether d comes before e.
func (d Day) Before(e Day) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	return d.Month < e.Month || d.Month == e.Month && d.Day < e.Day
}

func dayNumbered(n int) Day { return DayOf(time.Unix(int64(n)*secondsPerDay, 0).UTC()) }

// number counts days, so that the difference of two is how many lie between them.
func (d Day) number() int { return int(floor64(d.wall(0).Unix(), secondsPerDay)) }

// wall is what a clock on the wall shows, as if it were UTC, so that it can be counted with.
func (d Day) wall(minutes int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, time.UTC)
}

// Plus is the day some days later. Not implied: that a day has 24 hours.
func (d Day) Plus(days int) Day { return DayOf(d.wall(0).AddDate(0, 0, days)) }

// clock is the first moment at which a clock in zone shows minutes after midnight of the day, or more. time.Date
// will not do: for a time that a zone jumps over it returns, by its own words, one of two moments, and which one
// differs between Berlin and New York.
func (d Day) clock(minutes int, zone *time.Location) time.Time {
	wall := d.wall(minutes)
	// No zone is a day away from UTC, so these are the offsets before and after whatever happens that day.
	before, after := offset(wall.AddDate(0, 0, -1), zone), offset(wall.AddDate(0, 0, 1), zone)
	first := wall.Add(-before).In(zone)
	if offset(first, zone) == before {
		return first
	}
	second := wall.Add(-after).In(zone)
	if offset(second, zone) == after {
		return second
	}
	jump, _ := first.ZoneBounds()
	return jump
}

func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
