package duty

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Shift is one shift of the days that have it. Times are minutes after midnight on the wall clock of the roster's zone;
// a shift whose To is not after its From ends on the next day. To 1440 is the end of the day.
//
// Where clocks are put forward, a time that they jump over is the moment of the jump; where they are put back, a time
// that comes twice is the first of the two. So turns follow each other on those days too, without a gap or an overlap
// that the roster does not have.
type Shift struct {
	From   int       `json:"from"`
	To     int       `json:"to"`
	Who    chat.User `json:"who,omitempty"`    // A角; empty where people take turns
	Backup chat.User `json:"backup,omitempty"` // B角; empty where people take turns: whoever is next
	Days   Days      `json:"days,omitzero"`
	// Rotation is who takes the shift in turn; nil: Who always does.
	Rotation *Rotation `json:"rotation,omitempty"`
}

// Unit is what a rotation counts in.
type Unit string

// The units of rotations.
const (
	Daily  Unit = "day"   // days that have the shift
	Weekly Unit = "week"  // weeks of seven days from the anchor
	Hourly Unit = "hours" // hours on the wall clock, within the shift
)

// Rotation is people who take turns. By day and week, whoever has a turn has the whole shift; by hours the shift
// changes hands within it, and the order runs on from one day to the next.
type Rotation struct {
	People []chat.User `json:"people"`
	Unit   Unit        `json:"unit"`
	Length int         `json:"length"` // units that each has, at least 1
	Anchor Day         `json:"anchor"` // the first day of the first of People
}

// minutes is how long the shift is on a day without a change of the clocks.
func (s Shift) minutes() int {
	if s.To > s.From {
		return s.To - s.From
	}
	return s.To + day - s.From
}

// Same says whether two lists of shifts say the same.
func Same(a, b []Shift) bool {
	return slices.EqualFunc(a, b, func(x, y Shift) bool {
		if (x.Rotation == nil) != (y.Rotation == nil) {
			return false
		}
		if x.Rotation != nil {
			p, q := *x.Rotation, *y.Rotation
			if p.Unit != q.Unit || p.Length != q.Length || p.Anchor != q.Anchor || !slices.Equal(p.People, q.People) {
				return false
			}
		}
		return x.From == y.From && x.To == y.To && x.Who == y.Who && x.Backup == y.Backup && x.Days == y.Days
	})
}

// turns are the turns of the shift that begin on a day: none, one, or several where people take turns by hours.
func (s Shift) turns(d int, zone *time.Location, days *workdays) []Turn {
	if !s.Days.has(d, days) {
		return nil
	}
	var out []Turn
	date := dayNumbered(d)
	for into := 0; into < s.minutes(); {
		from, to, who, backup := s.part(d, into, days)
		if t := newTurn(from%day, (to-1)%day+1, who, backup, date.clock(from, zone), date.clock(to, zone)); !t.empty() {
			out = append(out, t)
		}
		into = to - s.From
	}
	return out
}

// part is which part of the shift of a day, so many minutes after it began, belongs to whom, in minutes after that day's
// midnight.
func (s *Shift) part(d, into int, days *workdays) (from, to int, who, backup chat.User) {
	from, to = s.From, s.From+s.minutes()
	r := s.Rotation
	if r == nil {
		return from, to, s.Who, s.Backup
	}
	var n int
	switch r.Unit {
	case Weekly:
		n = floor(floor(d-r.Anchor.number(), 7), r.Length)
	case Daily:
		n = floor(s.Days.count(r.Anchor.number(), d, days), r.Length)
	case Hourly:
		step := r.Length * 60
		parts := (s.minutes() + step - 1) / step
		n = s.Days.count(r.Anchor.number(), d, days)*parts + into/step
		from += into / step * step
		to = min(from+step, to)
	}
	who, backup = r.at(n)
	if s.Backup != "" {
		if backup = s.Backup; backup == who {
			backup = ""
		}
	}
	return from, to, who, backup
}

func newTurn(from, to int, who, backup chat.User, start, end time.Time) Turn {
	return Turn{
		Shift: Shift{From: from, To: to, Who: who, Backup: backup}, Start: start, End: end,
		Base: who, Begins: start, Ends: end,
	}
}

// at is whose the n-th turn of a rotation is, and who is next.
func (r *Rotation) at(n int) (who, next chat.User) {
	k := len(r.People)
	who = r.People[mod(n, k)]
	if next = r.People[mod(n+1, k)]; next == who {
		next = ""
	}
	return who, next
}

func floor(a, b int) int { return (a - mod(a, b)) / b }

func mod(a, b int) int { return ((a % b) + b) % b }

// sound are the shifts by their beginning, or why they are no roster.
func sound(shifts []Shift) ([]Shift, error) {
	if len(shifts) == 0 {
		return nil, ErrNoShifts
	}
	shifts = slices.Clone(shifts)
	slices.SortStableFunc(shifts, func(a, b Shift) int { return a.From - b.From })
	for i, s := range shifts {
		if err := s.sound(); err != nil {
			return nil, err
		}
		for _, other := range shifts[:i] {
			if m, ok := s.meets(other); ok {
				return nil, fmt.Errorf("%w at %02d:%02d", ErrOverlap, m/60, m%60)
			}
		}
	}
	return shifts, nil
}

func (s Shift) sound() error {
	if s.From < 0 || s.From >= day || s.To < 0 || s.To > day {
		return fmt.Errorf("%w: %d to %d", ErrTime, s.From, s.To)
	}
	r := s.Rotation
	if s.Who == "" && r == nil || s.Who != "" && r != nil {
		return fmt.Errorf("%w: %s", ErrPerson, FormatSpan(s.From, s.To))
	}
	if r == nil {
		return nil
	}
	known := r.Unit == Daily || r.Unit == Weekly || r.Unit == Hourly
	if !known || r.Length < 1 || r.Length > longestTurn || r.Unit == Hourly && r.Length > 24 || r.Anchor == (Day{}) {
		return fmt.Errorf("%w: %d %s from %s", ErrRotation, r.Length, r.Unit, r.Anchor)
	}
	if len(r.People) < 2 || len(r.People) > mostPeople || slices.Contains(r.People, "") {
		return fmt.Errorf("%w: %d people", ErrRotation, len(r.People))
	}
	return nil
}

const (
	longestTurn = 400 // units
	mostPeople  = 100
)

// meets says whether two shifts can be at the same time, and at which minute of the day. Of shifts that go on after
// midnight it is not asked whether the next day has them: they meet whatever is there on some next day.
func (s Shift) meets(o Shift) (minute int, ok bool) {
	for m := range s.minutes() {
		at := s.From + m
		for _, there := range []int{at - o.From, at - day - o.From, at + day - o.From} {
			if there < 0 || there >= o.minutes() {
				continue
			}
			mine, others := at/day, (o.From+there)/day // days after the one they begin on
			if s.Days.shares(o.Days, mine-others) {
				return at % day, true
			}
		}
	}
	return 0, false
}
