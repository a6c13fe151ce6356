package access

import (
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// LevelOf is the highest level that a person's live roles give in a group, of either tier. Owners and department
// admins have one only if they hold a role too; they stand above all levels all the same.
func (f Facts) LevelOf(who chat.User, g chat.Group, at time.Time) Level {
	return f.level(who, &Request{Group: g, At: at})
}

func (f *Facts) level(who chat.User, r *Request) Level {
	above, here := f.Company.person(who), f.Group.person(who)
	best := max(above.level(f, r), here.level(f, r))
	if p, known := f.People[who]; known {
		best = max(best, f.inheritedLevel(who, &p, r))
	}
	return best
}

// IsOwner says whether somebody is a 超级管理员. Only the company's book can say so.
func (f Facts) IsOwner(who chat.User) bool {
	return f.Company.person(who).owner
}

// Governs says whether somebody may do everything in a group: an owner, or a 分级管理员 of one of its departments.
func (f Facts) Governs(who chat.User, g chat.Group) bool {
	p := f.Company.person(who)
	return p.owner || p.governs(&f, g)
}

// Items is what a person may use in a group when nobody in particular is acted on. p is what the address book says
// of that person.
func (f Facts) Items(who chat.User, p Person, g chat.Group, at time.Time) Items {
	f.Actor = p
	var out Items
	for i := Invite; i < pastItems; i++ {
		if decide(&f, &Request{Actor: who, Item: i, Group: g, At: at}).Allowed {
			out = out.With(i)
		}
	}
	return out
}

// Who lists who may use an item in a group: people who are named in the books, by userid, then department admins of
// the place and owners. Of those who may only by their position or department, the people of the facts are found.
func (f Facts) Who(item Item, g chat.Group, at time.Time) []chat.User {
	var named, departments, owners []chat.User
	for _, who := range f.everyone() {
		f.Actor = f.People[who]
		switch {
		case f.IsOwner(who):
			owners = append(owners, who)
		case f.Governs(who, g):
			departments = append(departments, who)
		case decide(&f, &Request{Actor: who, Item: item, Group: g, At: at}).Allowed:
			named = append(named, who)
		}
	}
	return slices.Concat(named, departments, owners)
}

// Admins lists, by userid, everyone who holds a role in the group that is not over: live, suspended or yet to begin,
// of either tier. Each counts once (D1, D9).
func (f Facts) Admins(g chat.Group, at time.Time) []chat.User {
	var out []chat.User
	for _, who := range f.everyone() {
		if f.standing(who, g, at) != NoLevel && (f.appointed(who, &Request{Group: g, At: at}) || !f.Pending(who, g, at)) {
			out = append(out, who)
		}
	}
	return out
}

// standing is the highest level of the roles that are not over. Unlike LevelOf it counts those that are suspended
// or yet to begin: nobody may take away from an equal what is only paused.
func (f *Facts) standing(who chat.User, g chat.Group, at time.Time) Level {
	best := NoLevel
	for r := range f.rolesOf(who, g, at) {
		if !r.over(at) {
			best = max(best, r.Level)
		}
	}
	return best
}

// eligibleLevel is the highest level that somebody may activate, now or later.
func (f *Facts) eligibleLevel(who chat.User, g chat.Group, at time.Time) Level {
	best, r := NoLevel, Request{Group: g, At: at}
	for _, b := range []Book{f.Company, f.Group} {
		p := b.person(who)
		for i := range p.lines[:p.roles] {
			if l := &p.lines[i]; l.role.Eligible && !l.role.over(at) && l.covers(f, &r) {
				best = max(best, l.role.Level)
			}
		}
	}
	return best
}

// rolesOf walks a person's roles of both books that are about the group, and those by position or department. One
// that is yet to be activated is none.
func (f *Facts) rolesOf(who chat.User, g chat.Group, at time.Time) func(yield func(*Role) bool) {
	r := Request{Group: g, At: at}
	return func(yield func(*Role) bool) {
		for _, b := range []Book{f.Company, f.Group} {
			p := b.person(who)
			for i := range p.lines[:p.roles] {
				if l := &p.lines[i]; !l.role.Eligible && l.covers(f, &r) && !yield(l.role) {
					return
				}
			}
		}
		if p, known := f.People[who]; known {
			for l := range f.inherited(&p, &r) {
				if !l.mapping.Off && !yield(l.role) {
					return
				}
			}
		}
	}
}

// Holds lists the roles that somebody has in a group that are not over: by name of either book, then by position or
// department. One that is yet to be activated is not among them.
func (f Facts) Holds(who chat.User, g chat.Group, at time.Time) []Role {
	var out []Role
	for r := range f.rolesOf(who, g, at) {
		if !r.over(at) {
			held := *r
			held.Who = who
			out = append(out, held)
		}
	}
	return out
}

// Everyone lists, by userid, all that either book names and, where positions give roles, all whom the facts know.
func (f Facts) Everyone() []chat.User { return f.everyone() }

// everyone lists, by userid, all that either book names and, where positions give roles, all whom the facts know.
func (f *Facts) everyone() []chat.User {
	out := f.named()
	if len(f.People) == 0 || !f.Maps() {
		return out
	}
	out = slices.AppendSeq(out, maps.Keys(f.People))
	slices.Sort(out)
	return slices.Compact(out)
}

// named lists everyone that either book names, by userid.
func (f *Facts) named() []chat.User {
	var out []chat.User
	for _, b := range []Book{f.Company, f.Group} {
		if b.ix != nil {
			out = slices.AppendSeq(out, maps.Keys(b.ix.people))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
