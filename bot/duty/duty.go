// Package duty answers who is on duty in a group at a moment, until when, who is the backup and who follows. It
// promises one answer to every reader, for any moment, past or future; it knows nobody's rights and sends nothing.
package duty

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Roster is who is on duty in a group, and when: the shifts that come again, temporary schedules that replace them,
// changes of single times, and leave. The zero Roster has nobody. Safe to share; it never changes.
type Roster struct {
	Shifts []Shift   `json:"shifts,omitempty"` // by their beginning
	By     chat.User `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`

	// Plan and Proposal are records of their own beside the roster: what the group's size asks for, as agreed, and
	// what it was last offered.
	Plan     Plan     `json:"-"`
	Proposal Proposal `json:"-"`

	schedules []Schedule // by when they were made
	changes   []Change   // by when they were made
	leaves    []Leave    // by their beginning
	offers    []Offer    // by when they were made
	checkIn   CheckInSetting
	days      *workdays
	sections  []period
	index     index
	calendar  Calendar
}

// Of names the aggregate of a group's roster.
func Of(g chat.Group) journal.Name { return journal.Named("duty", string(g)) }

const rosterKey = "roster"

// Build makes a Roster of its records; its workdays are Monday to Friday.
func Build(records map[string]json.RawMessage) (Roster, error) { return build(records, nil) }

// Builder makes rosters whose workdays are those that workday tells.
func Builder(workday func(Day) bool) func(map[string]json.RawMessage) (Roster, error) {
	days := countWorkdays(workday)
	return func(records map[string]json.RawMessage) (Roster, error) { return build(records, days) }
}

func build(records map[string]json.RawMessage, days *workdays) (Roster, error) {
	r := Roster{days: days}
	for key, raw := range records {
		var err error
		kind, _, _ := strings.Cut(key, "/")
		switch kind {
		case rosterKey:
			var shifts Roster
			if shifts, err = journal.Decode[Roster](raw); err == nil {
				r.Shifts, r.By, r.At = shifts.Shifts, shifts.By, shifts.At
			}
		case planKey:
			r.Plan, err = journal.Decode[Plan](raw)
		case proposalKey:
			r.Proposal, err = journal.Decode[Proposal](raw)
		case checkInKey:
			r.checkIn, err = journal.Decode[CheckInSetting](raw)
		case "change":
			r.changes, err = with(r.changes, key, raw)
		case "leave":
			r.leaves, err = with(r.leaves, key, raw)
		case "schedule":
			r.schedules, err = with(r.schedules, key, raw)
		case "offer":
			r.offers, err = with(r.offers, key, raw)
		default:
			err = fmt.Errorf("unknown record %q of a roster", key)
		}
		if err != nil {
			return Roster{}, err
		}
	}
	slices.SortFunc(r.changes, func(a, b Change) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Code, b.Code)) })
	slices.SortFunc(r.schedules, func(a, b Schedule) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Code, b.Code)) })
	slices.SortFunc(r.leaves, func(a, b Leave) int { return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Code, b.Code)) })
	slices.SortFunc(r.offers, func(a, b Offer) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Code, b.Code)) })
	r.sections, r.index = cutPeriods(r.Shifts, r.schedules), indexOf(r.changes, r.leaves)
	return r, nil
}

// keyed is a record that knows its key.
type keyed interface{ Key() string }

func with[T keyed](list []T, key string, raw json.RawMessage) ([]T, error) {
	v, err := journal.Decode[T](raw)
	if err == nil && v.Key() != key {
		err = fmt.Errorf("record %q of a roster is that of %q", key, v.Key())
	}
	return append(list, v), err
}

// Set is the kind of event in which a group gets another roster.
const Set journal.Kind = "duty.set"

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return slices.Concat(acts(), feedActs(), livesHappenings(), []journal.Happening{
		{Kind: Set, Text: chat.Text{ZH: "排班", EN: "set the roster"}},
		{Kind: Planned, Text: chat.Text{ZH: "按群规模排班", EN: "adopted the plan of the group's size"}},
		{Kind: Left, Text: chat.Text{ZH: "规模建议：先不变", EN: "left the group's plan as it is"}},
		{Kind: Proposed, Text: chat.Text{ZH: "规模建议已送出", EN: "proposed a plan for the group's size"}, Final: chat.Text{
			ZH: "它记的是已送出的建议。", EN: "It tells what was proposed."}, Open: true},
	})
}

// The refusals of this package.
var (
	ErrNoShifts = errors.New("no shifts")
	ErrOverlap  = errors.New("two shifts overlap")
	ErrRotation = errors.New("not a rotation")
)

// Replace returns the event in which shifts become the roster. Shifts that overlap are refused with ErrOverlap, one
// beyond the day with ErrTime, one of nobody with ErrPerson; gaps are allowed.
func (r Roster) Replace(g chat.Group, by chat.User, shifts []Shift, at time.Time) (journal.Event, error) {
	shifts, err := sound(shifts)
	if err != nil {
		return journal.Event{}, err
	}
	next := Roster{Shifts: shifts, By: by, At: at}
	var before *Roster
	if len(r.Shifts) > 0 {
		before = &r
	}
	return journal.Event{
		Kind: Set, Group: g, Targets: next.Staff(), Items: []string{"duty"},
		Changes: []journal.Change{journal.Set(Of(g), rosterKey, before, &next)},
	}, nil
}

const day = 24 * 60
