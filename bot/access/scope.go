package access

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Narrow sets on whom somebody's roles in the group count (R40): the fixed one and the temporary one, the one that may
// be activated and its activation. It takes Policy, and the rank to act on the person. To widen is to grant: then
// the rules of appointing are asked too, and the role becomes the asker's setting. Nobody narrows their own.
func (f Facts) Narrow(g chat.Group, by, who chat.User, data DataScope, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayShape(who)
	if !d.Allowed {
		return nil, d
	}
	if data.Own && data.Kind == chat.Staff {
		return nil, Decision{Rule: RuleNothingGranted, item: Policy} // nobody's customers are staff
	}
	var moves []move
	held, widens := false, false
	for _, r := range a.roles(who) {
		held = true
		if data.Equal(r.Data) {
			continue
		}
		after := *r
		after.Data = data
		if !data.within(r.Data) {
			widens = true
			after.By, after.At, after.Tier = a.by, a.now, a.tier()
		}
		moves = append(moves, move{who: who, temporary: r.Temporary(), before: r, after: &after})
	}
	switch {
	case !held:
		return nil, a.noRole(who)
	case widens:
		return a.propose(moves...)
	}
	return a.changes(moves), d
}

// Spread sets in which groups somebody's roles in the company's book count: in these, else where this tag is, else in
// all. It is an owner's; whether each group may be left so is asked by Fits.
func (f Facts) Spread(by, who chat.User, groups []chat.Group, tag string, now time.Time) (Change, Decision) {
	a := f.asker("", by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d
	}
	var moves []move
	held := false
	for _, r := range a.roles(who) {
		held = true
		if slices.Equal(r.Groups, groups) && r.Tag == tag {
			continue
		}
		after := *r
		after.Groups, after.Tag, after.By, after.At, after.Tier = groups, tag, a.by, a.now, a.tier()
		moves = append(moves, move{who: who, temporary: r.Temporary(), before: r, after: &after})
	}
	if !held {
		return nil, denied(RuleNotAdmin)
	}
	return a.propose(moves...)
}

// roles are somebody's roles in the asker's book that are not over, in their order.
func (a *asker) roles(who chat.User) []*Role {
	var out []*Role
	p := a.book().person(who)
	for i := range p.lines[:p.roles] {
		if r := p.lines[i].role; !r.over(a.now) {
			out = append(out, r)
		}
	}
	return out
}

// mayShape asks whether the asker may shape what somebody else's roles reach. That a second person is wanting is said
// last: nobody should be asked to agree to what is refused all the same.
func (a *asker) mayShape(who chat.User) Decision {
	d := a.mayPolicy()
	switch {
	case !d.Allowed && d.Rule != RuleSecondPerson:
		return d
	case who == a.by:
		return Decision{Rule: RuleSelf, item: Policy}
	}
	if why := a.outranked(who); why != "" {
		return Decision{Rule: why, item: Policy}
	}
	return d
}

// Fit is how changes of the company's book leave one group.
type Fit struct {
	Rule   Rule // why the group may not be left so: cap, last-senior; empty if it may
	People int  // how many would hold a role
	Most   int  // of how many that may
}

// Fits asks whether changes of the company's book, or of the group's, leave the group as it may be: with no more people
// than its cap, and not without the last senior (D3, D9). f must hold the book of that group.
func (f Facts) Fits(g chat.Group, changes []journal.Change, now time.Time) (Fit, error) {
	after, err := f.After("", changes)
	if err == nil {
		after, err = after.After(g, changes)
	}
	if err != nil {
		return Fit{}, fmt.Errorf("look at group %s: %w", g, err)
	}
	people, seniors := f.asker(g, "", now).census(nil)
	then, seniorsThen := after.asker(g, "", now).census(nil)
	fit := Fit{People: then, Most: after.MostAdmins()}
	switch {
	case seniors > 0 && seniorsThen == 0:
		fit.Rule = RuleLastSenior
	case then > people && then > fit.Most:
		fit.Rule = RuleCap
	}
	return fit, nil
}

// Across lists somebody's roles of the company's book that count in the group and are not over.
func (f Facts) Across(g chat.Group, who chat.User, at time.Time) []Role {
	var out []Role
	p := f.Company.person(who)
	for i := range p.lines[:p.roles] {
		l := &p.lines[i]
		if !l.role.over(at) && l.covers(&f, &Request{Group: g, At: at}) {
			out = append(out, *l.role)
		}
	}
	return out
}
