package duty

import "time"

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(at time.Time) date {
	y, m, d := at.Date()
	return date{y, m, d}
}

// wall is what a clock on the wall shows, as if it were UTC, so that it can be counted with.
func (d date) wall(minutes int) time.Time {
	return time.Date(d.year, d.month, d.day, 0, minutes, 0, 0, time.UTC)
}

// plus is the date some days later. Not implied: that a day has 24 hours.
func (d date) plus(days int) date { return dateOf(d.wall(0).AddDate(0, 0, days)) }

func (d date) before(e date) bool { return d.wall(0).Before(e.wall(0)) }

// clock is the first moment at which a clock in zone shows minutes after midnight of the date, or more. time.Date
// will not do: for a time that a zone jumps over it returns, by its own words, one of two moments, and which one
// differs between Berlin and New York.
func (d date) clock(minutes int, zone *time.Location) time.Time {
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
