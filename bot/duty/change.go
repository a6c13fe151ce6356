package duty

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// ChangeKind is how it came that somebody else has a turn.
type ChangeKind string

// The kinds of changes.
const (
	Override ChangeKind = "override" // somebody who plans duty said so
	Cover    ChangeKind = "cover"    // somebody stood in who was asked to
	Swap     ChangeKind = "swap"     // two changed their turns
	Take     ChangeKind = "take"     // somebody took a running turn
	Takeover ChangeKind = "takeover" // the backup took over from somebody who was late
	// Away and Temporary are no changes but what else can decide a turn: leave, and a temporary schedule.
	Away      ChangeKind = "leave"
	Temporary ChangeKind = "schedule"
)

// Change gives one person's turns in some time to another. Of two that speak of the same time, the later one decides.
type Change struct {
	Code   string     `json:"code"`
	Kind   ChangeKind `json:"kind"`
	From   time.Time  `json:"from"`
	Until  time.Time  `json:"until"`         // exclusive
	For    chat.User  `json:"for,omitempty"` // whose turns; empty: whoever has them
	Who    chat.User  `json:"who"`           // has them then
	Reason string     `json:"reason,omitempty"`
	By     chat.User  `json:"by,omitempty"` // empty: the bot
	At     time.Time  `json:"at"`
}

// Key is the record of the change.
func (c Change) Key() string { return "change/" + c.Code }

// Leave is time in which somebody has no duty: the backup takes their turns.
type Leave struct {
	Code   string    `json:"code"`
	Who    chat.User `json:"who"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // exclusive
	Reason string    `json:"reason,omitempty"`
	By     chat.User `json:"by"`
	At     time.Time `json:"at"`
	Left   bool      `json:"left,omitempty"` // they have left the company: it has no end, whatever Until says
}

// Key is the record of the leave.
func (l Leave) Key() string { return "leave/" + l.Code }

// Schedule is a temporary roster: in its time its shifts are all there are.
type Schedule struct {
	Code   string    `json:"code"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // exclusive
	Shifts []Shift   `json:"shifts"`
	Reason string    `json:"reason,omitempty"`
	By     chat.User `json:"by"`
	At     time.Time `json:"at"`
}

// Key is the record of the schedule.
func (s Schedule) Key() string { return "schedule/" + s.Code }

// Offer is a swap or a request for cover that waits for somebody's yes.
type Offer struct {
	Code  string     `json:"code"`
	Kind  ChangeKind `json:"kind"` // Swap or Cover
	By    chat.User  `json:"by"`   // whose turns in From to Until are given
	From  time.Time  `json:"from"`
	Until time.Time  `json:"until"`
	With  chat.User  `json:"with,omitempty"` // who is asked; empty: whoever says yes first
	// BackFrom and BackUntil are the time in which By has With's turns in return; zero for cover.
	BackFrom  time.Time `json:"back_from,omitzero"`
	BackUntil time.Time `json:"back_until,omitzero"`
	Reason    string    `json:"reason,omitempty"`
	At        time.Time `json:"at"`
	Lapses    time.Time `json:"lapses"` // when it is over without an answer
}

// Key is the record of the offer.
func (o Offer) Key() string { return "offer/" + o.Code }

// Due is when the offer lapses.
func (o Offer) Due() time.Time { return o.Lapses }

func within(at, from, until time.Time) bool { return !at.Before(from) && at.Before(until) }

func overlaps(from, until, start, end time.Time) bool { return from.Before(end) && start.Before(until) }

// Changes are the changes by when they were made.
func (r Roster) Changes() []Change { return slices.Clone(r.changes) }

// Leaves are the leaves by their beginning.
func (r Roster) Leaves() []Leave { return slices.Clone(r.leaves) }

// Schedules are the temporary schedules by when they were made.
func (r Roster) Schedules() []Schedule { return slices.Clone(r.schedules) }

// Offers are the swaps and requests for cover that wait for an answer, by when they were made.
func (r Roster) Offers() []Offer { return slices.Clone(r.offers) }

// Away says whether somebody is on leave at a moment.
func (r Roster) Away(who chat.User, at time.Time) bool {
	for _, l := range r.leaves {
		if l.Who == who && within(at, l.From, l.Until) {
			return true
		}
	}
	return false
}
