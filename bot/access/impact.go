package access

import (
	"cmp"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Impact is what changes would make different in one group (M08), seen by asking the engine before and after. The zero
// Impact is no difference.
type Impact struct {
	Gains, Losses []Holding   // by userid; who neither gains nor loses is not among them
	Uncovered     Items       // what somebody could, and nobody can any more but those above the group
	Sole          []Holding   // who would be the only one left for what several could
	Breaks        []Breach    // rules of separation of duties that somebody would newly break
	Bare          []chat.User // who would be left without any right
	Pending       []chat.User // whose role by position would newly wait for the cap
	Admins        int         // how many people would hold a role
	Cap           int         // of how many that may
	At            time.Time   // the moment that was compared
}

// Holding is what one person may use.
type Holding struct {
	Who   chat.User
	Items Items
}

// Breach is somebody who holds what a rule of separation of duties keeps apart.
type Breach struct {
	Who  chat.User
	Rule Exclusive
}

// Impact tells what changes would make different in a group at a moment. They are given by the book that they are of:
// the group's, and under the zero group the company's. It decides nothing: whether they are allowed is asked elsewhere.
func (f Facts) Impact(in chat.Group, changes map[chat.Group][]journal.Change, at time.Time) (Impact, error) {
	after := f
	for _, book := range []chat.Group{in, ""} {
		if len(changes[book]) == 0 {
			continue
		}
		var err error
		if after, err = after.After(book, changes[book]); err != nil {
			return Impact{}, err
		}
	}
	// Whoever either side names is asked about on both: what a statement gives to all, they have on both.
	people := append(f.everyone(), after.everyone()...)
	had, has := f.matrix(people, in, at), after.matrix(people, in, at)
	out := Impact{Admins: len(after.Admins(in, at)), Cap: after.MostAdmins(), At: at}
	for _, who := range union(had, has) {
		gains, losses := has[who].Minus(had[who]), had[who].Minus(has[who])
		if gains != 0 {
			out.Gains = append(out.Gains, Holding{who, gains})
		}
		if losses != 0 {
			out.Losses = append(out.Losses, Holding{who, losses})
		}
		if losses != 0 && has[who] == 0 {
			out.Bare = append(out.Bare, who)
		}
		for _, x := range after.Breaks(who, has[who], at) {
			if !x.Broken(had[who]) {
				out.Breaks = append(out.Breaks, Breach{who, x})
			}
		}
		if after.waits(who, in, at) && !f.waits(who, in, at) {
			out.Pending = append(out.Pending, who)
		}
	}
	out.cover(had, has)
	return out, nil
}

// waits says whether somebody inherits and the cap leaves no room.
func (f *Facts) waits(who chat.User, g chat.Group, at time.Time) bool {
	_, inherits := f.Inherits(f.People[who], g, at)
	return inherits && f.Pending(who, g, at)
}

// cover finds the items that lose their last holder, or all but one.
func (out *Impact) cover(had, has Matrix) {
	sole := map[chat.User]Items{}
	for i := Invite; i < pastItems; i++ {
		before, after := had.Who(i), has.Who(i)
		switch {
		case len(before) > 0 && len(after) == 0:
			out.Uncovered = out.Uncovered.With(i)
		case len(before) > 1 && len(after) == 1:
			sole[after[0]] = sole[after[0]].With(i)
		}
	}
	for who, items := range sole {
		out.Sole = append(out.Sole, Holding{who, items})
	}
	slices.SortFunc(out.Sole, func(a, b Holding) int { return cmp.Compare(a.Who, b.Who) })
}

// Matrix is what everybody may use in one group at one moment. Owners and department admins of the place, who may
// everything, are not in it.
type Matrix map[chat.User]Items

// Matrix asks the engine about everyone whom the books name, or who inherits.
func (f Facts) Matrix(g chat.Group, at time.Time) Matrix { return f.matrix(f.everyone(), g, at) }

func (f Facts) matrix(people []chat.User, g chat.Group, at time.Time) Matrix {
	out := Matrix{}
	for _, who := range people {
		if f.Governs(who, g) {
			continue
		}
		if items := f.Items(who, f.People[who], g, at); items != 0 {
			out[who] = items
		}
	}
	return out
}

// Difference is what one person gained and lost.
type Difference struct {
	Who           chat.User
	Gains, Losses Items
}

// Until is what is different in a later matrix, by userid.
func (m Matrix) Until(later Matrix) []Difference {
	var out []Difference
	for _, who := range union(m, later) {
		d := Difference{Who: who, Gains: later[who].Minus(m[who]), Losses: m[who].Minus(later[who])}
		if d.Gains|d.Losses != 0 {
			out = append(out, d)
		}
	}
	return out
}

// Who lists those who may use an item, by userid.
func (m Matrix) Who(i Item) []chat.User {
	var out []chat.User
	for who, items := range m {
		if items.Has(i) {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return out
}

func union(a, b Matrix) []chat.User {
	var out []chat.User
	for who := range a {
		out = append(out, who)
	}
	for who := range b {
		if _, twice := a[who]; !twice {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return out
}
