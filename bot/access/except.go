package access

import (
	"time"

	"qunguan/bot/chat"
)

// Except sets a personal exception: an allow or a deny over the role (R70). Setting again replaces one of the same
// tier, term, scope and items. By, At and Tier are filled in; without a scope it is the group's; an allow is narrowed
// like the right of whoever sets it.
//
// An admin's exception is about this group; everything wider is more than an admin holds. One about more people than
// one is policy. That the ceiling may cut an allow later is not asked here: decisions do that (3.1, step 2).
func (f Facts) Except(g chat.Group, by chat.User, s Statement, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	s = a.signed(s)
	d := a.mayExcept(s)
	if !d.Allowed {
		return nil, d
	}
	return Change{set(a.book(), g, StatementKey(s), &s)}, d
}

// signed is s as the asker's own setting.
func (a *asker) signed(s Statement) Statement {
	s.By, s.At, s.Tier = a.by, a.now, a.tier()
	s.From, s.Until = s.From.UTC(), s.Until.UTC()
	if !s.Until.IsZero() && s.From.IsZero() {
		s.From = a.now
	}
	if s.Scope.Kind == All && a.g != "" {
		s.Scope = In(a.g)
	}
	if n, ok := s.Data.and(a.data()); ok && s.Effect == Allow {
		s.Data = n
	}
	return s
}

func (a *asker) mayExcept(s Statement) Decision {
	d := a.mayAddress(s)
	if !d.Allowed {
		return d
	}
	ended := !s.Until.IsZero() && (!s.Until.After(s.From) || !a.now.Before(s.Until))
	switch {
	case s.Items == 0 || ended || !s.Scope.sound():
		return denied(RuleNothingGranted)
	case a.g != "" && !s.Scope.within(a.g):
		return denied(RuleMoreThanHeld)
	case s.Tier == Enterprise && !a.above:
		return denied(RuleTier)
	case s.Effect == Allow && (a.lacks(s.Items) || !a.reaches(s.right(), s.Items, s.Data)):
		return denied(RuleMoreThanHeld)
	}
	if bound := a.ends(s.right(), s.Items, s.Until); s.Effect == Allow && !bound.IsZero() {
		return Decision{Rule: RuleMoreThanHeld, item: Admins, bound: bound}
	}
	if old, ok := a.replaced(s); ok && old.Effect == Deny && !old.insideOf(s) {
		if d := a.mayUnset(old); !d.Allowed {
			return d // another deny that begins later, or ends sooner, lifts it as well
		}
	}
	if s.Subject.Kind != OnePerson {
		return d
	}
	who := chat.User(s.Subject.ID)
	if why := a.against(a.f.eligibleLevel(who, a.g, a.now)); s.Effect == Deny && why != "" {
		return denied(why) // a level that may be activated is not an inferior's to silence
	}
	if x := a.separates(who, Change{set(a.book(), a.g, StatementKey(s), &s)}, s.From); x != nil {
		return Decision{Rule: RuleSeparation, item: Admins, exclusive: x.Name}
	}
	return d
}

// mayAddress asks whether the asker may make statements about a subject at all: about one person with Admins, about
// more people with Policy.
func (a *asker) mayAddress(s Statement) Decision {
	if s.Subject.Kind == OnePerson {
		return a.admins(chat.User(s.Subject.ID))
	}
	return a.mayPolicy()
}

// replaced is the statement of the book whose place s would take.
func (a *asker) replaced(s Statement) (Statement, bool) {
	for _, old := range a.book().Statements() {
		if StatementKey(old) == StatementKey(s) {
			return old, true
		}
	}
	return Statement{}, false
}

// insideOf says whether o denies at least what s denies, whenever s does.
func (s Statement) insideOf(o Statement) bool {
	return o.Effect == Deny && !o.From.After(s.From) && (o.Until.IsZero() || !s.Until.IsZero() && !o.Until.Before(s.Until))
}

// right is the item by which such statements are made.
func (s Statement) right() Item {
	if s.Subject.Kind == OnePerson {
		return Admins
	}
	return Policy
}

// within says whether the scope is about no other group than g.
func (s Scope) within(g chat.Group) bool {
	return (s.Kind == OneGroup || s.Kind == MemberSet) && len(s.Groups) == 1 && s.Groups[0] == g
}

// Unset takes the exception with the subject, scope and items of s away, fixed and temporary, whatever its effect.
// A setting of the company is taken away only by those who make such settings; the rule is then tier. Nothing to
// take away is no change.
func (f Facts) Unset(g chat.Group, by chat.User, s Statement, now time.Time) (Change, Decision) {
	return f.UnsetSome(g, by, s, nil, now)
}

// UnsetSome is Unset of those that some says yes to; nil says yes to all. Of what contradicts, one side can then be taken
// away and the other stays.
func (f Facts) UnsetSome(g chat.Group, by chat.User, s Statement, some func(Statement) bool, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayAddress(s)
	if !d.Allowed {
		return nil, d
	}
	s = a.signed(s)
	var out Change
	for _, old := range a.book().Statements() {
		if !old.sameMatter(s) || some != nil && !some(old) {
			continue
		}
		if d := a.mayUnset(old); !d.Allowed {
			return nil, d
		}
		out = append(out, set[Statement](a.book(), g, StatementKey(old), nil))
	}
	return out, d
}

// mayUnset asks about one statement. To lift a deny is to grant what it denied.
func (a *asker) mayUnset(old Statement) Decision {
	d := a.mayAddress(old)
	switch {
	case !d.Allowed:
		return d
	case old.Tier == Enterprise && !a.above:
		return denied(RuleTier)
	case old.Effect == Deny && a.lacks(old.Items):
		return denied(RuleMoreThanHeld)
	case old.Effect == Deny && old.Subject.Kind == OnePerson:
		lifted := Change{set[Statement](a.book(), a.g, StatementKey(old), nil)}
		if x := a.separates(chat.User(old.Subject.ID), lifted, time.Time{}); x != nil {
			return Decision{Rule: RuleSeparation, item: Admins, exclusive: x.Name}
		}
	}
	if bound := a.ends(old.right(), old.Items, old.Until); old.Effect == Deny && !bound.IsZero() {
		return Decision{Rule: RuleMoreThanHeld, item: Admins, bound: bound}
	}
	return d
}

// sameMatter says whether two statements differ at most in tier, term and effect.
func (s Statement) sameMatter(o Statement) bool {
	s.Tier, s.Until = o.Tier, o.Until
	return StatementKey(s) == StatementKey(o)
}
