package sla

import "time"

// outlook is how far ahead duty hours are looked for: further than any holiday is long.
const outlook = 60

// Elapsed is how much of the time from from until until counts.
func (r Rules) Elapsed(from, until time.Time) time.Duration {
	if !from.Before(until) {
		return 0
	}
	if r.Hours == nil {
		return until.Sub(from)
	}
	from = from.In(r.zone())
	sum := time.Duration(0)
	for _, s := range r.Hours(from, until) {
		if d := earlier(s.End, until).Sub(later(s.Start, from)); d > 0 {
			sum += d
		}
	}
	return sum
}

// Due is when as much time as limit has counted since from. It is the zero time where nobody is on duty so long, as far
// as can be seen.
func (r Rules) Due(from time.Time, limit time.Duration) time.Time {
	if r.Hours == nil {
		return from.Add(limit)
	}
	from = from.In(r.zone())
	left, done := limit, from
	for days := 1; ; days = min(2*days, outlook) { // mostly it is today
		until := from.AddDate(0, 0, days)
		for _, s := range r.Hours(done, until) {
			start, end := later(s.Start, done), earlier(s.End, until)
			if end.Sub(start) >= left {
				return start.Add(left)
			}
			if d := end.Sub(start); d > 0 {
				left -= d
			}
		}
		if days == outlook {
			return time.Time{}
		}
		done = until
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
