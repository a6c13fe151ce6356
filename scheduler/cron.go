package scheduler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Check says why a text is no rhythm; nil if it is one. It names no key: whoever has read the text knows where it stood.
func Check(spec string) error {
	_, err := parse(spec)
	return err
}

var (
	errShort = errors.New("there is no shorthand: write the five fields minute hour day month weekday")
	errZone  = errors.New("a rhythm has no zone of its own: it is meant in the configured timezone")
	errNever = errors.New("this moment never comes")
	errSun   = errors.New("weekdays are 0 (Sunday) to 6, or SUN to SAT")
)

// parse reads the five fields of cron. The library panics on some texts that name a zone, and takes @every for a rhythm
// that two replicas would count differently, so those never reach it.
func parse(spec string) (cron.Schedule, error) {
	fields := strings.Fields(spec)
	switch {
	case strings.Contains(spec, "@"):
		return nil, errShort
	case strings.Contains(spec, "="):
		return nil, errZone
	case len(fields) != 5:
		return nil, fmt.Errorf("it has %d fields, not the five minute hour day month weekday", len(fields))
	case fields[4] == "7":
		return nil, errSun
	}
	s, err := parser.Parse(spec)
	if err != nil {
		return nil, wrongFields(fields)
	}
	if s.Next(time.Unix(0, 0)).IsZero() {
		return nil, errNever
	}
	return s, nil
}

// Pace is the shortest time between two moments of a rhythm, and the longest, in more than the year that comes; of one that
// comes often in what comes next.
func Pace(spec string, now time.Time) (shortest, longest time.Duration, err error) {
	s, err := parse(spec)
	if err != nil {
		return 0, 0, err
	}
	const (
		most    = 2000
		horizon = 400 * 24 * time.Hour
	)
	last := s.Next(now)
	for n := 0; n < most && (n == 0 || last.Sub(now) < horizon); n++ {
		next := s.Next(last)
		if next.IsZero() {
			break
		}
		gap := next.Sub(last)
		if n == 0 || gap < shortest {
			shortest = gap
		}
		longest, last = max(longest, gap), next
	}
	return shortest, longest, nil
}

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// wrongFields name the fields at fault, each looked at by itself: what the library says of them is for programmers.
func wrongFields(fields []string) error {
	var out []string
	for i, f := range []struct{ what, may string }{
		{"minute", "0 to 59"}, {"hour", "0 to 23"}, {"day of a month", "1 to 31"}, {"month", "1 to 12, or JAN to DEC"},
		{"weekday", "0 (Sunday) to 6, or SUN to SAT"},
	} {
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = fields[i]
		if _, err := parser.Parse(strings.Join(alone, " ")); err != nil {
			out = append(out, fmt.Sprintf("%q is no %s (%s, * or */2)", fields[i], f.what, f.may))
		}
	}
	return errors.New(strings.Join(out, ", "))
}

// moments are those of a schedule around now.
type moments struct {
	schedule     cron.Schedule
	newest, next time.Time
}

// lookBack are how far back the newest moment is looked for: of every schedule at least one finds it, and few moments lie
// between.
var lookBack = []time.Duration{2 * time.Minute, 2 * time.Hour, 48 * time.Hour, 62 * 24 * time.Hour, 800 * 24 * time.Hour, 9 * 366 * 24 * time.Hour}

// around are the newest moment that is not after now, and the next one. The newest is zero if there never was one. now
// may be before what it was the last time: clocks are set back.
func (m *moments) around(now time.Time) (newest, next time.Time) {
	if !m.next.IsZero() && now.Before(m.next) && !now.Before(m.newest) {
		return m.newest, m.next
	}
	m.newest, m.next = time.Time{}, m.schedule.Next(now)
	for _, back := range lookBack {
		at := m.schedule.Next(now.Add(-back))
		if at.IsZero() || at.After(now) {
			continue
		}
		for ; !at.IsZero() && !at.After(now); at = m.schedule.Next(at) {
			m.newest = at
		}
		break
	}
	return m.newest, m.next
}

// between counts the moments after from and not after to, up to most.
func (m *moments) between(from, to time.Time, most int) int {
	n := 0
	for at := m.schedule.Next(from); !at.IsZero() && !at.After(to) && n < most; at = m.schedule.Next(at) {
		n++
	}
	return n
}
