package access

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Moments are when something that is written, in either book, begins or ends after from and before until, in order.
// Between two neighbours no decision changes but by duty. Records are asked only for their "from" and "until", so a
// kind that is new is not forgotten.
func (f Facts) Moments(from, until time.Time) []time.Time {
	var out []time.Time
	for _, b := range []Book{f.Company, f.Group} {
		if b.ix == nil {
			continue
		}
		for _, raw := range b.ix.records {
			var term struct {
				From  time.Time `json:"from"`
				Until time.Time `json:"until"`
			}
			if json.Unmarshal(raw, &term) != nil {
				continue
			}
			for _, at := range []time.Time{term.From, term.Until} {
				if at.After(from) && at.Before(until) {
					out = append(out, at)
				}
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// Timeline is the matrix of a group at each of some moments.
func (f Facts) Timeline(g chat.Group, moments []time.Time) []Matrix {
	people := f.concerned(g)
	out := make([]Matrix, len(moments))
	for i, at := range moments {
		out[i] = f.matrix(people, g, at)
	}
	return out
}

// concerned are those who can have a right in the group at any moment: a book says something of them that is about it,
// or something about more people than one.
func (f *Facts) concerned(g chat.Group) []chat.User {
	people := f.everyone()
	for _, b := range []Book{f.Company, f.Group} {
		if _, about := b.wide(); about != 0 {
			return people
		}
	}
	r := Request{Group: g}
	return slices.DeleteFunc(people, func(who chat.User) bool {
		for _, b := range []Book{f.Company, f.Group} {
			p := b.person(who)
			for i := range p.lines {
				if p.lines[i].covers(f, &r) {
					return false
				}
			}
		}
		return true
	})
}

// Terms are the roles and exceptions about the group that begin or end after from and before until, by their end, then
// their beginning. What may only be activated is not among them.
func (f Facts) Terms(g chat.Group, from, until time.Time) []Voice {
	var out []Voice
	within := func(at time.Time) bool { return at.After(from) && at.Before(until) }
	take := func(l *line, inCompany bool) {
		if l.always || l.role != nil && l.role.Eligible || !l.covers(&f, &Request{Group: g}) {
			return
		}
		if within(l.from()) || within(l.until()) {
			out = append(out, voiceOf(l, l.tier(inCompany), false))
		}
	}
	for _, b := range []Book{f.Company, f.Group} {
		inCompany := b.ix == f.Company.ix
		for _, who := range f.named() {
			p := b.person(who)
			for i := range p.lines {
				take(&p.lines[i], inCompany)
			}
		}
		wide, _ := b.wide()
		for i := range wide {
			take(&wide[i], inCompany)
		}
	}
	slices.SortStableFunc(out, func(a, b Voice) int {
		return cmp.Or(a.Until.Compare(b.Until), a.From.Compare(b.From))
	})
	return out
}
