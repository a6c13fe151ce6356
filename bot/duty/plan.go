package duty

import (
	"errors"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Plan is what a group was agreed to need by its size. The zero Plan is none.
type Plan struct {
	Size    Size      `json:"size"`
	Least   int       `json:"least"` // admins
	Most    int       `json:"most"`
	Shifts  int       `json:"shifts"`  // of a day
	Minutes int       `json:"minutes"` // to a first response
	By      chat.User `json:"by"`
	At      time.Time `json:"at"`
}

// PlanOf is what the size asks for. How many admins that is, is a rule about rights and comes in.
func PlanOf(s Size, least, most int) Plan {
	return Plan{Size: s, Least: least, Most: most, Shifts: len(s.Spans()), Minutes: int(s.Answer() / time.Minute)}
}

// same says whether two plans ask for the same, whoever agreed to them and when.
func (p Plan) same(o Plan) bool {
	o.By, o.At = p.By, p.At
	return p == o
}

// Proposal is what a group was last offered because its size had changed. The zero Proposal is none.
type Proposal struct {
	From   Size        `json:"from"`
	To     Size        `json:"to"`
	Before int         `json:"before"` // people
	After  int         `json:"after"`
	Shifts []Shift     `json:"shifts,omitempty"` // what the card showed; empty: the shifts stay as they are
	Asked  []chat.User `json:"asked"`            // who got the card
	At     time.Time   `json:"at"`
	LeftBy chat.User   `json:"left_by,omitempty"` // who chose to leave it; empty: nobody has
	LeftAt time.Time   `json:"left_at,omitzero"`
}

// Quiet is how long a group that goes back and forth over a boundary is not told of that boundary again (M01).
const Quiet = 24 * time.Hour

// Crossed says whether a group whose people have become after instead of before is to be offered another plan, and
// from which size. It is not while it only comes back, within a day, to a size that the last offer was about; after
// that day it is, if its size is not the one that was offered last.
func (p Proposal) Crossed(before, after int, now time.Time) (from Size, ok bool) {
	from, to := SizeOf(before), SizeOf(after)
	if p.To != UnknownSize {
		from = p.To
	}
	switch {
	case from == UnknownSize, to == UnknownSize, from == to:
		return from, false
	case p.To != UnknownSize && to == p.From && now.Before(p.At.Add(Quiet)):
		return from, false
	}
	return from, true
}

const (
	planKey     = "plan"
	proposalKey = "proposal"
)

// The kinds of events in which a group's plan changes.
const (
	Proposed journal.Kind = "duty.proposed"
	Planned  journal.Kind = "duty.planned"
	Left     journal.Kind = "duty.left"
)

// ErrPlanned says that the plan and the shifts are so already.
var ErrPlanned = errors.New("planned already")

// Propose returns the event in which next becomes the group's last offer. Whom it was made to stands in it.
func (r Roster) Propose(g chat.Group, next Proposal) journal.Event {
	return journal.Event{Kind: Proposed, Group: g, Changes: []journal.Change{
		journal.Set(Of(g), proposalKey, r.proposal(), &next),
	}}
}

// Leave returns the event in which somebody chooses to leave everything as it is; ok is false where there is no offer
// or it was left before.
func (r Roster) Leave(g chat.Group, by chat.User, at time.Time) (e journal.Event, ok bool) {
	if r.Proposal.To == UnknownSize || r.Proposal.LeftBy != "" {
		return journal.Event{}, false
	}
	next := r.Proposal
	next.LeftBy, next.LeftAt = by, at
	return journal.Event{Kind: Left, Group: g, Items: []string{"duty"}, Changes: []journal.Change{
		journal.Set(Of(g), proposalKey, r.proposal(), &next),
	}}, true
}

// Adopt returns the event in which a group is run by a plan from now on; shifts become its roster, none leaves the
// roster as it is. It fails with ErrPlanned where nothing would change, and as Replace does.
func (r Roster) Adopt(g chat.Group, by chat.User, p Plan, shifts []Shift, at time.Time) (journal.Event, error) {
	e := journal.Event{Kind: Planned, Group: g, Items: []string{"duty"}}
	if len(shifts) > 0 && !Same(shifts, r.Shifts) {
		set, err := r.Replace(g, by, shifts, at)
		if err != nil {
			return journal.Event{}, err
		}
		e.Targets, e.Changes = set.Targets, set.Changes
	}
	if !r.Plan.same(p) {
		p.By, p.At = by, at
		var before *Plan
		if r.Plan.Size != UnknownSize {
			before = &r.Plan
		}
		e.Changes = append(e.Changes, journal.Set(Of(g), planKey, before, &p))
	}
	if len(e.Changes) == 0 {
		return journal.Event{}, ErrPlanned
	}
	return e, nil
}

func (r Roster) proposal() *Proposal {
	if r.Proposal.To == UnknownSize {
		return nil
	}
	return &r.Proposal
}

// Staff are the people of the roster: those who have a shift first, in its order, then those who only back one up.
func (r Roster) Staff() []chat.User {
	var out []chat.User
	add := func(u chat.User) {
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	for _, s := range r.Shifts {
		add(s.Who)
		if s.Rotation != nil {
			for _, u := range s.Rotation.People {
				add(u)
			}
		}
	}
	for _, s := range r.Shifts {
		add(s.Backup)
	}
	return out
}
