package access

import (
	"time"

	"qunguan/bot/chat"
)

// Tag gives the group a tag of the company's own, or takes it away. It is policy. Where the company has tied rights to
// the tag it is more: a tag that brings somebody a role is a grant of that role, one whose loss ends a role is an act
// on its holder, and one whose loss lifts a deny grants what that denied.
func (f Facts) Tag(g chat.Group, by chat.User, name string, on bool, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayTag(name, on)
	if !d.Allowed || name == "" || on && !TagName(name) || g == "" {
		if d.Allowed {
			d = Decision{Rule: RuleNothingGranted, item: Policy}
		}
		return nil, d
	}
	var after *Tag
	if on {
		after = &Tag{Name: name, By: by, At: a.now}
	}
	if (a.book().record(TagKey(name)) != nil) == on {
		return nil, d
	}
	c := Change{set(a.book(), g, TagKey(name), after)}
	if a.ofCompany(c[0]) {
		return nil, Decision{Rule: RuleTier, item: Policy}
	}
	fit, err := f.Fits(g, c, now)
	if err != nil || fit.Rule != "" {
		return nil, Decision{Rule: fit.Rule, item: Policy}
	}
	return c, d
}

func (a *asker) mayTag(name string, on bool) Decision {
	d := a.mayPolicy()
	if !d.Allowed && d.Rule != RuleSecondPerson || a.f.Company.ix == nil {
		return d
	}
	no := func(why Rule) Decision { return Decision{Rule: why, item: Policy} }
	for _, r := range a.f.Company.TaggedRoles(name) {
		switch {
		case r.over(a.now):
			continue
		case r.Who == a.by && on:
			return no(RuleSelf)
		case on && a.lacks(r.Items()):
			return no(RuleMoreThanHeld)
		}
		if why := a.against(r.Level); why != "" {
			return no(why)
		}
	}
	for i := range a.f.Company.ix.wide {
		l := &a.f.Company.ix.wide[i]
		if l.place == nil || l.place.Tag != name {
			continue
		}
		if (l.effect == Allow) == on && a.lacks(l.gives) {
			return no(RuleMoreThanHeld)
		}
		if why := a.against(l.level); on && why != "" {
			return no(why)
		}
	}
	for _, s := range a.f.Company.ix.statements {
		if s.Subject.Kind == OnePerson && s.Scope.Tag == name && (s.Effect == Allow) == on && a.lacks(s.Items) {
			return no(RuleMoreThanHeld)
		}
	}
	return d
}

// TaggedRoles lists the roles of the company's book that count in the groups with a tag.
func (b Book) TaggedRoles(tag string) []Role {
	var out []Role
	for _, r := range b.Roles() {
		if tag != "" && r.Tag == tag {
			out = append(out, r)
		}
	}
	return out
}
