package access

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// line is a role or a statement made ready for decisions: one of role and statement is set.
//
// What nearly every decision reads stands first, and close together: with 1,000 people a book does not stay in the
// processor's cache, and each further place that is touched costs more than all the arithmetic.
type line struct {
	gives  Items // what it allows or denies
	beyond Items // what a role would allow too, if its level did not cut it
	// company and group are the precedence, by the book that the line stands in.
	company, group precedence
	effect         Effect
	scope          ScopeKind
	level          Level // of a role
	here           bool  // of a scene: the company's book is about no group, so there it says nothing
	always         bool  // neither start nor end nor suspension: the record itself need not be looked at
	// groups and members are the scope's, sorted; no groups is every group.
	groups  []chat.Group
	members []chat.User

	role      *Role
	statement *Statement
	mapping   *Mapping // of which role is made; then subject is the mapping's
	subject   *Subject // of a line about more than one person
	place     *Scope   // of a line whose scope is not its groups alone
}

// precedence holds the keys of 3.1(a) to (d) in one number, the first key in the highest bits: the larger one wins,
// and the first difference is the step that decided.
type precedence uint32

// Where each key begins. Every key is as wide as the gap to the next.
const (
	atEffect  = 0
	atBreadth = 1
	atScope   = 3
	atDepth   = 6
	atSubject = 14
	atTerm    = 16
	atTier    = 17

	deepest = 1<<(atSubject-atDepth) - 1
)

// step is the rule by which one precedence goes before another. They must differ.
func (p precedence) step(o precedence) Rule {
	switch {
	case p>>atTier != o>>atTier:
		return RuleTier
	case p>>atTerm != o>>atTerm:
		return RuleTerm
	case p>>atDepth != o>>atDepth:
		return RuleSubject
	case p>>atScope != o>>atScope:
		return RuleScope
	case p>>atBreadth != o>>atBreadth:
		return RulePermission
	}
	return RuleEffect
}

func (p precedence) tier() Tier { return Tier(p >> atTier) }

func weigh(t Tier, fixed bool, s Subject, scope ScopeKind, w Breadth, e Effect) precedence {
	p := precedence(t)<<atTier | precedence(s.Kind)<<atSubject | precedence(scope)<<atScope | precedence(w)<<atBreadth
	if fixed {
		p |= 1 << atTerm
	}
	if s.Kind == OfDepartment {
		p |= precedence(min(max(s.Depth, 0), deepest)) << atDepth
	}
	if e == Deny {
		p |= 1 << atEffect
	}
	return p
}

func lineOfRole(r *Role) line {
	scope, place := All, (*Scope)(nil)
	switch {
	case r.Tag != "":
		scope, place = GroupSet, &Scope{Kind: GroupSet, Tag: r.Tag}
	case len(r.Groups) == 1:
		scope = OneGroup
	case len(r.Groups) > 1:
		scope = GroupSet
	}
	subject, fixed := About(r.Who), !r.Temporary()
	return line{
		role: r, gives: r.Items(), beyond: r.Beyond(), effect: Allow, level: r.Level,
		always: r.From.IsZero() && fixed && !r.Suspended && !r.Eligible && !r.OnDuty,
		scope:  scope, groups: sorted(r.Groups), place: place,
		company: weigh(Enterprise, fixed, subject, scope, Bundle, Allow),
		// A role in a group's book is about that group without saying so.
		group: weigh(r.Tier, fixed, subject, OneGroup, Bundle, Allow),
	}
}

func lineOfStatement(s *Statement) line {
	fixed := s.Until.IsZero()
	return line{
		statement: s, subject: &s.Subject, place: &s.Scope, gives: s.Items, effect: s.Effect, always: s.From.IsZero() && fixed,
		scope: s.Scope.Kind, groups: sorted(s.Scope.Groups), members: sorted(s.Scope.Members),
		company: weigh(Enterprise, fixed, s.Subject, s.Scope.Kind, s.Breadth, s.Effect),
		group:   weigh(s.Tier, fixed, s.Subject, s.Scope.Kind, s.Breadth, s.Effect),
	}
}

func lineOfMapping(m *Mapping) line {
	r := m.Role("")
	l := lineOfRole(&r)
	l.mapping, l.subject, l.place = m, &m.Subject, &m.Scope
	l.scope, l.groups = m.Scope.Kind, sorted(m.Scope.Groups)
	l.company = weigh(Enterprise, true, m.Subject, m.Scope.Kind, Bundle, Allow)
	l.group = weigh(m.Tier, true, m.Subject, OneGroup, Bundle, Allow)
	return l
}

// lineOfScene is the line of what a scene adds to the book of its group: it is about that group without saying so.
func lineOfScene(s *Statement) line {
	l := lineOfStatement(s)
	l.here = true
	l.group = weigh(s.Tier, s.Until.IsZero(), s.Subject, OneGroup, s.Breadth, s.Effect)
	return l
}

func sorted[T ~string](list []T) []T {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

// has looks an id up in a sorted list.
func has[T ~string](list []T, id T) bool {
	if len(list) == 1 {
		return list[0] == id
	}
	_, found := slices.BinarySearch(list, id)
	return found
}

func (l *line) from() time.Time {
	if l.role != nil {
		return l.role.From
	}
	return l.statement.From
}

func (l *line) until() time.Time {
	if l.role != nil {
		return l.role.Until
	}
	return l.statement.Until
}

func (l *line) data() *DataScope {
	if l.role != nil {
		return &l.role.Data
	}
	return &l.statement.Data
}

func (l *line) fixed() bool { return l.company>>atTerm&1 == 1 }

func (l *line) suspended() bool { return l.role != nil && l.role.Suspended }

// covers says whether the line is about the group and target of r.
func (l *line) covers(f *Facts, r *Request) bool {
	if l.mapping != nil && !l.mapping.holds(f, r) {
		return false
	}
	switch l.scope {
	case All:
		return true
	case DepartmentGroups:
		return r.Group != "" && slices.Contains(f.Place.Departments, l.place.Department)
	case GroupSet, OneGroup:
		return r.Group != "" && (has(l.groups, r.Group) || l.tagged(f))
	case MemberSet:
		return r.Target != "" && has(l.members, r.Target) && (len(l.groups) == 0 || has(l.groups, r.Group))
	}
	return false
}

func (l *line) tagged(f *Facts) bool {
	return l.place != nil && l.place.Tag != "" && slices.Contains(f.Place.Tags, l.place.Tag)
}

// about says whether a line that is not about one person by name is about p.
func (l *line) about(p *Person) bool {
	s := l.subject
	if l.mapping != nil && p.Outside {
		return false
	}
	switch s.Kind {
	case Everyone:
		return true
	case OfPosition:
		return slices.Contains(p.Positions, s.ID)
	case OfDepartment:
		for i := range p.Departments {
			if p.Departments[i].Name == s.ID {
				return true
			}
		}
	}
	return false
}
