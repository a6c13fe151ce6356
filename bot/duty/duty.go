// Package duty answers who is on duty in a group at a moment, until when, who is the backup and who follows. It
// promises one answer to every reader, for any moment, past or future; it knows nobody's rights and sends nothing.
package duty

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Shift is one turn of every day. Times are minutes after midnight on the wall clock of the roster's zone; a shift
// whose To is not after its From ends on the next day. To 1440 is the end of the day.
type Shift struct {
	From   int       `json:"from"`
	To     int       `json:"to"`
	Who    chat.User `json:"who"`              // A角
	Backup chat.User `json:"backup,omitempty"` // B角
}

// Roster is the shifts of a day, every day the same, by their beginning. The zero Roster has none.
type Roster struct {
	Shifts []Shift   `json:"shifts,omitempty"`
	By     chat.User `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Turn is one shift on one day.
type Turn struct {
	Shift
	Start, End time.Time // End is exclusive
}

// Of names the aggregate of a group's roster.
func Of(g chat.Group) journal.Name { return journal.Named("duty", string(g)) }

const rosterKey = "roster"

// Build makes a Roster of its records.
func Build(records map[string]json.RawMessage) (Roster, error) {
	var r Roster
	for key, raw := range records {
		if key != rosterKey {
			return Roster{}, fmt.Errorf("unknown record %q of a roster", key)
		}
		var err error
		if r, err = journal.Decode[Roster](raw); err != nil {
			return Roster{}, err
		}
	}
	return r, nil
}

// Set is the kind of event in which a group gets another roster.
const Set journal.Kind = "duty.set"

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{{Kind: Set, Text: chat.Text{ZH: "排班", EN: "set the roster"}}}
}

// The refusals of this package.
var (
	ErrNoShifts = errors.New("no shifts")
	ErrOverlap  = errors.New("two shifts overlap")
)

// Replace returns the event in which shifts become the roster. Shifts that overlap are refused with ErrOverlap;
// gaps are allowed.
func (r Roster) Replace(g chat.Group, by chat.User, shifts []Shift, at time.Time) (journal.Event, error) {
	if len(shifts) == 0 {
		return journal.Event{}, ErrNoShifts
	}
	shifts = slices.Clone(shifts)
	slices.SortStableFunc(shifts, func(a, b Shift) int { return a.From - b.From })
	var taken [day]bool
	var targets []chat.User
	for _, s := range shifts {
		for m := range s.minutes() {
			at := (s.From + m) % day
			if taken[at] {
				return journal.Event{}, fmt.Errorf("%w at %02d:%02d", ErrOverlap, at/60, at%60)
			}
			taken[at] = true
		}
		for _, u := range []chat.User{s.Who, s.Backup} {
			if u != "" && !slices.Contains(targets, u) {
				targets = append(targets, u)
			}
		}
	}
	next := Roster{Shifts: shifts, By: by, At: at}
	var before *Roster
	if len(r.Shifts) > 0 {
		before = &r
	}
	return journal.Event{
		Kind: Set, Group: g, Targets: targets, Items: []string{"duty"},
		Changes: []journal.Change{journal.Set(Of(g), rosterKey, before, &next)},
	}, nil
}

const day = 24 * 60

// minutes is how long the shift is on a day without a change of the clocks.
func (s Shift) minutes() int {
	if s.To > s.From {
		return s.To - s.From
	}
	return s.To + day - s.From
}

// turn is the shift that begins on the day of date.
func (s Shift) turn(date time.Time) Turn {
	end := s.To
	if s.To <= s.From {
		end += day
	}
	y, m, d := date.Date()
	return Turn{
		Shift: s,
		Start: time.Date(y, m, d, 0, s.From, 0, 0, date.Location()),
		End:   time.Date(y, m, d, 0, end, 0, 0, date.Location()),
	}
}

// OnDuty returns the turn that runs at a moment; ok is false in a gap. The location of at is the roster's zone.
func (r Roster) OnDuty(at time.Time) (t Turn, ok bool) {
	for _, back := range []int{0, -1} {
		date := at.AddDate(0, 0, back)
		for _, s := range r.Shifts {
			t := s.turn(date)
			if !at.Before(t.Start) && at.Before(t.End) {
				return t, true
			}
		}
	}
	return Turn{}, false
}

// Next returns the first turn that begins after a moment; ok is false if there are no shifts.
func (r Roster) Next(at time.Time) (t Turn, ok bool) {
	for ahead := range 3 {
		date := at.AddDate(0, 0, ahead)
		for _, s := range r.Shifts {
			if n := s.turn(date); n.Start.After(at) && n.End.After(n.Start) && (!ok || n.Start.Before(t.Start)) {
				t, ok = n, true
			}
		}
		if ok {
			return t, true
		}
	}
	return Turn{}, false
}

// Between returns the turns that touch the time from from until until, by their beginning.
func (r Roster) Between(from, until time.Time) []Turn {
	var out []Turn
	for date := from.AddDate(0, 0, -1); date.Before(until.AddDate(0, 0, 1)); date = date.AddDate(0, 0, 1) {
		for _, s := range r.Shifts {
			if t := s.turn(date); t.End.After(from) && t.Start.Before(until) {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Turn) int { return a.Start.Compare(b.Start) })
	return out
}
