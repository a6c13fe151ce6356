package access

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// The oracle decides slowly and plainly, from the text of 3.1 and from the catalogue as it is printed in 4.1: a list
// of lines, sorted by a list of numbers. It shares no rule with the package, only its records. What roles people have
// is in oracle_roles_test.go, whom they may act on in oracle_people_test.go.
type oracle struct {
	world
	marks map[Item]listing
}

// spoken is a line of the oracle: what speaks, with its keys in the order of 3.1(a) to (d).
type spoken struct {
	keys      [7]int // tier, term, subject, depth, scope, permission, effect
	allow     bool
	role      *Role
	data      DataScope
	cut       bool // by a ceiling
	silent    Rule // why it does not speak now; empty: it does
	temporary bool
}

var stepOfKey = [7]Rule{RuleTier, RuleTerm, RuleSubject, RuleSubject, RuleScope, RulePermission, RuleEffect}

func (o *oracle) decide(q Request) (bool, Rule) {
	if o.offered != 0 && !o.offered.Has(q.Item) {
		return false, RuleNotOffered
	}
	owner, admin := o.above(q.Actor)
	switch {
	case owner:
		return o.people(q, nil, RuleOwner)
	case admin:
		return o.people(q, nil, RuleDepartmentAdmin)
	}
	all := o.lines(q)
	var live []spoken
	cut := false
	for _, s := range all {
		if s.silent == "" && s.cut {
			cut = true
		}
		if s.silent == "" && !s.cut {
			live = append(live, s)
		}
	}
	if len(live) == 0 && cut {
		return false, RuleCeiling
	}
	if len(live) == 0 {
		return false, nearest(all)
	}
	slices.SortStableFunc(live, func(a, b spoken) int { return slices.Compare(b.keys[:], a.keys[:]) })
	winner := live[0]
	rule := o.ruleOf(winner, live, q)
	if !winner.allow {
		return false, rule
	}
	reason := Rule("")
	for _, s := range live {
		if s.keys != winner.keys {
			continue // of equally strong allows, one that reaches the target is enough
		}
		ok, why := o.people(q, &s, rule)
		if ok {
			return true, rule
		}
		if reason == "" {
			reason = why
		}
	}
	return false, reason
}

// ruleOf is the first key in which the winner differs from its strongest opponent.
func (o *oracle) ruleOf(winner spoken, live []spoken, q Request) Rule {
	for _, s := range live {
		if s.allow == winner.allow {
			continue
		}
		for k := range s.keys {
			if s.keys[k] != winner.keys[k] {
				return stepOfKey[k]
			}
		}
	}
	if !winner.allow {
		return RuleDenied
	}
	if !slices.ContainsFunc(live, func(s spoken) bool { return !s.temporary }) {
		return RuleTemporary
	}
	if winner.role == nil && !o.inCeiling(o.level(q.Actor, q), q.Item) {
		return RuleTier
	}
	return RuleGranted
}

// nearest is what stands between a person and an allow that does not speak: of several the one that is overcome
// most easily.
func nearest(all []spoken) Rule {
	for _, why := range []Rule{RuleNotActivated, RuleOffDuty, RulePending, RuleSuspended, RuleGrantNotStarted, RuleGrantExpired} {
		for _, s := range all {
			if s.silent == why && s.allow && !s.cut {
				return why
			}
		}
	}
	return RuleDefault
}

// lines are all records as they speak, or are silent, about the question: the company's before the group's, and of
// each book what names the person first. The order matters only for which of two equally good reasons is told.
func (o *oracle) lines(q Request) []spoken {
	var out []spoken
	held := o.roles(q.Actor, q)
	for _, here := range []bool{false, true} {
		records, tierOf := o.company, func(Tier) int { return 1 }
		if here {
			records, tierOf = o.group, func(t Tier) int { return int(t) }
		}
		var inherited, named, wide []spoken
		for _, r := range held {
			switch {
			case r.here == here && r.byName:
				out = append(out, o.ofRole(r, q)...)
			case r.here == here:
				inherited = append(inherited, o.ofRole(r, q)...)
			}
		}
		for _, rec := range records {
			switch s := rec.(type) {
			case Statement:
				list := &wide
				if s.Subject.Kind == OnePerson {
					list = &named
				}
				*list = append(*list, o.statement(s, tierOf(s.Tier), q)...)
			case Scene:
				if here && s.Name == OfflineEvent { // 4.4
					open := Statement{Items: ItemsOf(Import), Breadth: Single, Scope: In(q.Group), Effect: Allow, From: s.From, Until: s.Until}
					wide = append(wide, o.statement(open, 0, q)...)
				}
			}
		}
		out = slices.Concat(out, named, wide, inherited)
	}
	return out
}

// ofRole is the line of a role; none if it neither gives the item nor would but for its level.
func (o *oracle) ofRole(r heldRole, q Request) []spoken {
	held, cut := o.holds(r.Role, q.Item)
	if !held && !cut {
		return nil
	}
	s := spoken{allow: true, role: &r.Role, data: r.Data, cut: cut, temporary: !r.Until.IsZero(), silent: r.silent}
	s.keys = [7]int{r.tier, fixed(r.Until), r.subject, r.depth, r.scope, 1, 0}
	return []spoken{s}
}

// statement is the line of a statement; none if it is about something else.
func (o *oracle) statement(r Statement, tier int, q Request) []spoken {
	if !r.Items.Has(q.Item) || !o.subject(r.Subject, q.Actor, q) || !o.scope(r.Scope, q) {
		return nil
	}
	s := spoken{allow: r.Effect == Allow, data: r.Data, temporary: !r.Until.IsZero(), silent: outOfTerm(r.From, r.Until, q.At)}
	s.keys = [7]int{tier, fixed(r.Until), int(r.Subject.Kind) + 1, r.Subject.Depth, int(r.Scope.Kind) + 1, int(r.Breadth) + 1, 0}
	s.cut = s.allow && tier == 0 && !o.inCeiling(o.level(q.Actor, q), q.Item)
	if !s.allow {
		s.keys[6] = 1
	}
	return []spoken{s}
}

func fixed(until time.Time) int {
	if until.IsZero() {
		return 1
	}
	return 0
}

// outOfTerm says why nothing is said before a start or from an end on.
func outOfTerm(from, until, at time.Time) Rule {
	switch {
	case !until.IsZero() && !at.Before(until):
		return RuleGrantExpired
	case at.Before(from):
		return RuleGrantNotStarted
	}
	return ""
}

func (o *oracle) subject(s Subject, who chat.User, q Request) bool {
	p := o.person(who, q)
	switch s.Kind {
	case OnePerson:
		return s.ID == string(who)
	case OfPosition:
		return slices.Contains(p.Positions, s.ID)
	case OfDepartment:
		return slices.ContainsFunc(p.Departments, func(d Department) bool { return d.Name == s.ID })
	}
	return true
}

func (o *oracle) scope(s Scope, q Request) bool {
	switch s.Kind {
	case DepartmentGroups:
		return slices.Contains(o.place.Departments, s.Department)
	case GroupSet:
		return slices.Contains(s.Groups, q.Group) || slices.Contains(o.place.Tags, s.Tag)
	case OneGroup:
		return s.Groups[0] == q.Group
	case MemberSet:
		return slices.Contains(s.Members, q.Target) && (len(s.Groups) == 0 || slices.Contains(s.Groups, q.Group))
	}
	return true
}

func (o *oracle) above(who chat.User) (owner, admin bool) {
	for _, rec := range o.company {
		switch r := rec.(type) {
		case Owner:
			owner = owner || r.Who == who
		case DepartmentAdmin:
			for _, d := range r.Departments {
				admin = admin || r.Who == who && slices.Contains(o.place.Departments, d)
			}
		}
	}
	return owner, admin
}
