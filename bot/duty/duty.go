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
//
// Where clocks are put forward, a time that they jump over is the moment of the jump; where they are put back, a time
// that comes twice is the first of the two. So turns follow each other on those days too, without a gap or an overlap
// that the roster does not have.
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

	// Plan and Proposal are records of their own beside the roster: what the group's size asks for, as agreed, and
	// what it was last offered.
	Plan     Plan     `json:"-"`
	Proposal Proposal `json:"-"`
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
		var err error
		switch key {
		case rosterKey:
			var shifts Roster
			if shifts, err = journal.Decode[Roster](raw); err == nil {
				r.Shifts, r.By, r.At = shifts.Shifts, shifts.By, shifts.At
			}
		case planKey:
			r.Plan, err = journal.Decode[Plan](raw)
		case proposalKey:
			r.Proposal, err = journal.Decode[Proposal](raw)
		default:
			err = fmt.Errorf("unknown record %q of a roster", key)
		}
		if err != nil {
			return Roster{}, err
		}
	}
	return r, nil
}

// Set is the kind of event in which a group gets another roster.
const Set journal.Kind = "duty.set"

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{
		{Kind: Set, Text: chat.Text{ZH: "排班", EN: "set the roster"}},
		{Kind: Planned, Text: chat.Text{ZH: "按群规模排班", EN: "adopted the plan of the group's size"}},
		{Kind: Left, Text: chat.Text{ZH: "规模建议：先不变", EN: "left the group's plan as it is"}},
		{Kind: Proposed, Text: chat.Text{ZH: "规模建议已送出", EN: "proposed a plan for the group's size"}, Final: chat.Text{
			ZH: "它记的是已送出的建议。", EN: "It tells what was proposed."}, Open: true},
	}
}

// The refusals of this package.
var (
	ErrNoShifts = errors.New("no shifts")
	ErrOverlap  = errors.New("two shifts overlap")
)

// Replace returns the event in which shifts become the roster. Shifts that overlap are refused with ErrOverlap, one
// beyond the day with ErrTime, one of nobody with ErrPerson; gaps are allowed.
func (r Roster) Replace(g chat.Group, by chat.User, shifts []Shift, at time.Time) (journal.Event, error) {
	if len(shifts) == 0 {
		return journal.Event{}, ErrNoShifts
	}
	shifts = slices.Clone(shifts)
	slices.SortStableFunc(shifts, func(a, b Shift) int { return a.From - b.From })
	var taken [day]bool
	var targets []chat.User
	for _, s := range shifts {
		switch {
		case s.From < 0 || s.From >= day || s.To < 0 || s.To > day:
			return journal.Event{}, fmt.Errorf("%w: %d to %d", ErrTime, s.From, s.To)
		case s.Who == "":
			return journal.Event{}, fmt.Errorf("%w: %s", ErrPerson, FormatSpan(s.From, s.To))
		}
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

// turn is the shift that begins on a day. It is empty where the clock jumps over all of it.
func (s Shift) turn(d Day, zone *time.Location) Turn {
	end := s.To
	if s.To <= s.From {
		end += day
	}
	return Turn{Shift: s, Start: d.clock(s.From, zone), End: d.clock(end, zone)}
}

func (t Turn) empty() bool { return !t.Start.Before(t.End) }

// OnDuty returns the turn that runs at a moment; ok is false in a gap. The location of at is the roster's zone.
func (r Roster) OnDuty(at time.Time) (t Turn, ok bool) {
	// A turn of tomorrow can run today where clocks are put back over midnight.
	for _, days := range []int{0, -1, 1} {
		for _, s := range r.Shifts {
			t := s.turn(DayOf(at).Plus(days), at.Location())
			if !at.Before(t.Start) && at.Before(t.End) {
				return t, true
			}
		}
	}
	return Turn{}, false
}

// Next returns the first turn that begins after a moment; ok is false if there are no shifts. The location of at is
// the roster's zone.
func (r Roster) Next(at time.Time) (t Turn, ok bool) {
	for days := range 4 { // zones have skipped a whole day
		for _, s := range r.Shifts {
			n := s.turn(DayOf(at).Plus(days), at.Location())
			if n.Start.After(at) && !n.empty() && (!ok || n.Start.Before(t.Start)) {
				t, ok = n, true
			}
		}
		if ok {
			return t, true
		}
	}
	return Turn{}, false
}

// Between returns the turns that touch the time from from until until, by their beginning. The location of from is
// the roster's zone.
func (r Roster) Between(from, until time.Time) []Turn {
	if !from.Before(until) {
		return nil
	}
	var out []Turn
	zone := from.Location()
	last := DayOf(until.In(zone)).Plus(1)
	for d := DayOf(from).Plus(-1); !last.Before(d); d = d.Plus(1) {
		for _, s := range r.Shifts {
			if t := s.turn(d, zone); t.End.After(from) && t.Start.Before(until) && !t.empty() {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Turn) int { return a.Start.Compare(b.Start) })
	return out
}
