package duty

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Turn is a time in which one person is on duty: a shift of one day, or the part of it that nobody else has. From and
// To are the shift's, Who and Backup are who has it then.
type Turn struct {
	Shift
	Start, End time.Time // End is exclusive
	// Base is who would have it without changes and leave, and Begins and Ends are the whole shift's.
	Base         chat.User
	Begins, Ends time.Time
	By           ChangeKind // how it came that Who has it; empty: by the shifts

	made time.Time // when its temporary schedule was made, which decides over what was changed before
}

// Vacant says that nobody has the turn: whoever had it is on leave, and no backup is there.
func (t Turn) Vacant() bool { return t.Who == "" }

func (t Turn) empty() bool { return !t.Start.Before(t.End) }

// OnDuty returns the turn that runs at a moment; ok is false in a gap. The location of at is the roster's zone.
func (r Roster) OnDuty(at time.Time) (t Turn, ok bool) {
	t, ok = r.running(at)
	if !ok {
		return Turn{}, false
	}
	t = r.index.held(t, at)
	return t, !t.Vacant()
}

// Next returns the first turn that begins after a moment; ok is false if there is none within 400 days. The location
// of at is the roster's zone.
func (r Roster) Next(at time.Time) (t Turn, ok bool) {
	from := at
	for _, days := range []int{2, 4, 14, 60, 400} { // zones have skipped a whole day
		until := at.AddDate(0, 0, days)
		for _, t := range r.Between(from, until) {
			if t.Start.After(at) {
				return t, true
			}
		}
		from = until
	}
	return Turn{}, false
}

// Between returns the turns that touch the time from from until until, by their beginning, whole. The location of from
// is the roster's zone.
func (r Roster) Between(from, until time.Time) []Turn {
	return slices.DeleteFunc(r.all(from, until), Turn.Vacant)
}

// Vacant returns the turns in that time that nobody has, although the shifts ask for somebody.
func (r Roster) Vacant(from, until time.Time) []Turn {
	return slices.DeleteFunc(r.all(from, until), func(t Turn) bool { return !t.Vacant() })
}

// all returns the turns that touch a time, vacant ones included.
func (r Roster) all(from, until time.Time) []Turn {
	if !from.Before(until) {
		return nil
	}
	var out []Turn
	zone := from.Location()
	last := DayOf(until.In(zone)).number() + 1
	// A turn of tomorrow can run today where clocks are put back over midnight.
	for d := DayOf(from).number() - 1; d <= last; d++ {
		for _, p := range r.periods(d, zone) {
			for _, s := range p.shifts {
				for _, t := range s.turns(d, zone, r.days) {
					out = r.index.appendHeld(out, p.clip(t), from, until)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Turn) int { return a.Start.Compare(b.Start) })
	return out
}

// running returns the turn of the shifts that runs at a moment, as if nobody had changed it.
func (r Roster) running(at time.Time) (Turn, bool) {
	zone := at.Location()
	p := r.period(at)
	if offset, ok := steady(at); ok {
		return p.running(at, offset, r.days)
	}
	today := DayOf(at).number()
	for _, d := range []int{today, today - 1, today + 1} {
		for _, s := range p.shifts {
			for _, t := range s.turns(d, zone, r.days) {
				if within(at, t.Start, t.End) {
					return p.clip(t), true
				}
			}
		}
	}
	return Turn{}, false
}

// steady is the zone's offset in seconds if the clocks are not changed within three days of a moment.
func steady(at time.Time) (offset int, ok bool) {
	const near = 3 * 24 * time.Hour
	start, end := at.ZoneBounds()
	if !start.IsZero() && at.Sub(start) < near || !end.IsZero() && end.Sub(at) < near {
		return 0, false
	}
	_, offset = at.Zone()
	return offset, true
}

// running is the turn of a period's shifts at a moment near which the clocks are not changed: then every day is as long
// as the others, and the day and the minute can be counted.
func (p period) running(at time.Time, offset int, days *workdays) (Turn, bool) {
	wall := at.Unix() + int64(offset)
	today := int(floor64(wall, secondsPerDay))
	second := int(wall - int64(today)*secondsPerDay)
	for i := range p.shifts {
		s := &p.shifts[i]
		for _, d := range [2]int{today, today - 1} {
			into := second + (today-d)*secondsPerDay - s.From*60
			if into < 0 || into >= s.minutes()*60 || !s.Days.has(d, days) {
				continue
			}
			from, to, who, backup := s.part(d, into/60, days)
			midnight := int64(d)*secondsPerDay - int64(offset)
			t := newTurn(from%day, (to-1)%day+1, who, backup,
				time.Unix(midnight+int64(from)*60, 0).In(at.Location()), time.Unix(midnight+int64(to)*60, 0).In(at.Location()))
			return p.clip(t), true
		}
	}
	return Turn{}, false
}

const secondsPerDay = 24 * 60 * 60

func floor64(a, b int64) int64 {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b.In(a.Location())
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b.In(a.Location())
	}
	return a
}
