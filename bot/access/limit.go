package access

import (
	"slices"

	"qunguan/bot/chat"
)

// aboutPeople are the items whose target is a person of some level (4.3). Approving is about somebody who is yet to
// join; Admins has rank rules of its own.
const aboutPeople Items = 1<<Remove | 1<<Mute | 1<<Recall

// neverOneself are the items that nobody uses on themselves. One's own message may be recalled.
const neverOneself Items = 1<<Remove | 1<<Mute | 1<<Approve

// limit takes an allow back whose target is outside the data scope (3.1, step 4), or of a level that the actor may
// not act on (D3). Of several allows that are equally strong in every key, one that reaches the target is enough:
// their order in the book must not matter.
func (d *Decision) limit(f *Facts, r *Request) {
	why := d.tooFar(f, r, d.settled)
	if why == "" {
		return
	}
	for i := 0; d.settled != nil && i < d.spoken; i++ {
		if l := d.voice(i); d.equal(l, i) && d.tooFar(f, r, l) == "" {
			d.settled = l
			return
		}
	}
	d.Allowed, d.Rule = false, why
}

// equal says whether the i-th line is an allow as strong as the one that settled the decision.
func (d *Decision) equal(l *line, i int) bool {
	inCompany := i < d.company
	return l.precedence(inCompany) == d.key && l.effect == Allow && !d.cuts(l, l.tier(inCompany))
}

// tooFar is why the allow of a line does not reach the target; empty if it does. Owners and department admins are
// allowed by no line.
func (d *Decision) tooFar(f *Facts, r *Request, by *line) Rule {
	if r.Target == r.Actor {
		if neverOneself.Has(r.Item) {
			return RuleSelf
		}
		return ""
	}
	if target := f.person(r.Target); by != nil && !by.data().covers(r, &target) {
		return RuleDataScope
	}
	if d.Rule == RuleOwner || !aboutPeople.Has(r.Item) {
		return ""
	}
	if f.Governs(r.Target, r.Group) {
		return RuleRank
	}
	if d.Rule == RuleDepartmentAdmin {
		return ""
	}
	return d.reach(by, f.level(r.Target, r), f.Consent)
}

// reach is why somebody of a level is out of reach; empty if they are not. It is that of the role's own level, else
// of the person's highest level; a company's statement has no level, only the limit that nobody acts on an equal. One
// 高级 acts on another with a second person's consent.
func (d *Decision) reach(by *line, theirs Level, consent bool) Rule {
	mine := d.level
	if by.role != nil {
		mine = by.role.Level
	}
	company := by.role == nil && d.key.tier() == Enterprise
	switch {
	case theirs == Senior && mine == Senior && consent:
		return ""
	case theirs == Senior && mine == Senior:
		return RuleSecondPerson
	case theirs != NoLevel && theirs >= mine:
		return RuleRank
	case company, mine == Senior, mine == Mid && theirs == NoLevel:
		return ""
	}
	return RuleDataScope
}

// covers says whether the target of r is inside the scope. What is not known of the target is outside.
func (d *DataScope) covers(r *Request, target *Person) bool {
	if d.Kind != "" && d.Kind != r.TargetKind {
		return false
	}
	if len(d.Members) > 0 && !slices.Contains(d.Members, r.Target) {
		return false
	}
	if d.Department != "" && !slices.ContainsFunc(target.Departments, func(t Department) bool { return t.Name == d.Department }) {
		return false
	}
	if d.Own && (r.TargetKind != chat.Customer || !slices.Contains(target.Followers, r.Actor)) {
		return false
	}
	return d.Tag == "" || slices.Contains(target.Tags, d.Tag)
}

// and is what is inside both scopes. It fails where that cannot be written as one scope.
func (d DataScope) and(o DataScope) (DataScope, bool) {
	kind, ok1 := both(string(d.Kind), string(o.Kind))
	department, ok2 := both(d.Department, o.Department)
	tag, ok3 := both(d.Tag, o.Tag)
	members := d.Members
	switch {
	case len(d.Members) == 0:
		members = o.Members
	case len(o.Members) > 0:
		members = slices.DeleteFunc(slices.Clone(d.Members), func(u chat.User) bool { return !slices.Contains(o.Members, u) })
		if len(members) == 0 {
			return DataScope{}, false // nobody; an empty list would mean everybody
		}
	}
	return DataScope{Kind: chat.PersonKind(kind), Members: members, Department: department, Tag: tag, Own: d.Own || o.Own}, ok1 && ok2 && ok3
}

// within says whether whoever is inside d is inside o.
func (d DataScope) within(o DataScope) bool {
	n, ok := d.and(o)
	return ok && n.Equal(d)
}

func both(a, b string) (string, bool) {
	if a == "" || a == b {
		return b, true
	}
	return a, b == ""
}
