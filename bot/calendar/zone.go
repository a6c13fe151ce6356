package calendar

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

const (
	wallForm = "20060102T150405"
	utcForm  = "20060102T150405Z"
)

// setMoment writes a moment on the wall clock of a zone. "If the local time described occurs more than once", it
// "refers to the first occurrence" (RFC 5545, 3.3.5), which not every program heeds: such a moment is written in UTC.
func setMoment(to *ics.ComponentBase, property ics.ComponentProperty, at time.Time, zone *time.Location) {
	at = at.In(zone)
	if zone == time.UTC || twice(at) {
		to.SetProperty(property, at.UTC().Format(utcForm))
		return
	}
	to.SetProperty(property, at.Format(wallForm), ics.WithTZID(zone.String()))
}

// twice says whether a clock on the wall shows the same at another moment too, because it is put back in between.
func twice(at time.Time) bool {
	since, end := at.ZoneBounds()
	if !since.IsZero() && at.Before(since.Add(offset(since.Add(-1).In(at.Location()))-offset(at))) {
		return true
	}
	return !end.IsZero() && !at.Before(end.Add(offset(end)-offset(at)))
}

func offset(at time.Time) time.Duration {
	_, seconds := at.Zone()
	return time.Duration(seconds) * time.Second
}

// timezone describes a zone from one moment to another, one observance for each change of the clocks: rules that come
// again every year would claim to know the future, and calendars are read anew all the time.
func timezone(zone *time.Location, from, until time.Time) *ics.VTimezone {
	out := ics.NewTimezone(zone.String())
	for at := from.In(zone); ; {
		since, end := at.ZoneBounds()
		observed := &ics.Standard{}
		name, _ := at.Zone()
		begins, before := "19700101T000000", offset(at) // a zone that never changed its clocks
		if !since.IsZero() {
			before = offset(since.Add(-1).In(zone))
			begins = since.UTC().Add(before).Format(wallForm)
		}
		observed.SetProperty(ics.ComponentPropertyDtStart, begins)
		observed.SetProperty("TZOFFSETFROM", written(before))
		observed.SetProperty("TZOFFSETTO", written(offset(at)))
		observed.SetProperty("TZNAME", name)
		if at.IsDST() {
			out.Components = append(out.Components, &ics.Daylight{ComponentBase: observed.ComponentBase})
		} else {
			out.Components = append(out.Components, observed)
		}
		if end.IsZero() || !end.Before(until) {
			return out
		}
		at = end.In(zone)
	}
}

// written is an offset as +0800, with seconds where it has some.
func written(offset time.Duration) string {
	sign, s := '+', int(offset/time.Second)
	if s < 0 {
		sign, s = '-', -s
	}
	text := fmt.Sprintf("%c%02d%02d", sign, s/3600, s/60%60)
	if s%60 != 0 {
		text += fmt.Sprintf("%02d", s%60)
	}
	return text
}
