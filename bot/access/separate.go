package access

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// separates is the rule of separation of duties that changes would make somebody break at some moment at which they
// would not break it otherwise; nil if there is none. It looks at every moment from now on at which something begins
// or ends for that person, because two roles that are apart today may meet tomorrow. An exemption counts if it runs
// when the two meet.
func (a *asker) separates(who chat.User, changes Change, from time.Time) *Exclusive {
	if len(a.f.Company.Exclusives())+len(a.f.Group.Exclusives()) == 0 {
		return nil
	}
	after, err := a.f.After(a.g, changes)
	if err != nil {
		return &Exclusive{} // what cannot be understood is not granted
	}
	p := a.f.person(who)
	if who == a.by && len(p.Positions)+len(p.Departments) == 0 {
		p = a.f.Actor
	}
	before := *a.f
	before.Roster, after.Roster = awake{}, awake{} // who is off shift now is on shift another time
	met := map[string]bool{}
	for _, at := range after.turns(who, from, a.now) {
		had, has := before.Items(who, p, a.g, at), after.Items(who, p, a.g, at)
		for i, b := range []Book{a.f.Company, a.f.Group} {
			for _, x := range b.Exclusives() {
				if met[x.Name] || !x.Broken(has) || x.Broken(had) {
					continue
				}
				if !a.f.exempt(x.Name, who, at, i == 0) {
					return &x
				}
				met[x.Name] = true
			}
		}
	}
	return nil
}

// awake is a roster on which everybody is on shift.
type awake struct{}

// OnDuty is true of everybody.
func (awake) OnDuty(chat.User, time.Time) bool { return true }

// NextShift plans none: the shift does not end.
func (awake) NextShift(chat.User, time.Time) (time.Time, bool) { return time.Time{}, false }

// turns are the moments from now on at which what somebody holds may become more: now, from, and whenever a record
// that can be about them begins or ends; in order.
func (f *Facts) turns(who chat.User, from, now time.Time) []time.Time {
	out := []time.Time{now}
	add := func(moments ...time.Time) {
		for _, t := range moments {
			if t.After(now) {
				out = append(out, t)
			}
		}
	}
	add(from)
	for _, b := range []Book{f.Company, f.Group} {
		p := b.person(who)
		for i := range p.lines {
			add(p.lines[i].from(), p.lines[i].until())
		}
		wide, _ := b.wide()
		for i := range wide {
			add(wide[i].from(), wide[i].until())
		}
		for _, s := range b.Scenes() {
			add(s.From, s.Until)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// Breaker is somebody who breaks a rule of separation of duties.
type Breaker struct {
	Who   chat.User
	Items Items // that they hold, of the rule's sets
}

// Breakers lists who in a group breaks a rule at a moment, exempt or not, by userid: of those whom the books name, and
// of the staff whom the facts know. Owners and department admins hold everything by their office and are left out.
func (f Facts) Breakers(x Exclusive, g chat.Group, at time.Time) []Breaker {
	var out []Breaker
	var all Items
	for _, s := range x.Sets {
		all |= s
	}
	for _, who := range f.everyone() {
		if f.Governs(who, g) {
			continue
		}
		if items := f.Items(who, f.person(who), g, at); x.Broken(items) {
			out = append(out, Breaker{who, items & all})
		}
	}
	return out
}

// Exclusive finds a rule of separation of duties by its name; company says whose it is.
func (f Facts) Exclusive(name string) (x Exclusive, company, ok bool) {
	for i, b := range []Book{f.Company, f.Group} {
		for _, x := range b.Exclusives() {
			if x.Name == name {
				return x, i == 0, true
			}
		}
	}
	return Exclusive{}, false, false
}

// Separate defines a rule of separation of duties, or changes it: in the company's book with the zero group. By and At
// are filled in. Who breaks it already keeps what they hold.
func (f Facts) Separate(g chat.Group, by chat.User, x Exclusive, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	x.By, x.At = a.by, a.now
	d := a.mayPolicy()
	switch {
	case !d.Allowed:
		return nil, d
	case x.sound() != nil:
		return nil, Decision{Rule: RuleNothingGranted, item: Policy}
	}
	for _, old := range a.book().Exclusives() {
		if old.Name == x.Name && slices.Equal(old.Sets, x.Sets) {
			return nil, d
		}
	}
	return a.recorded(Change{set(a.book(), g, ExclusiveKey(x.Name), &x)})
}

// recorded are changes of policy, if each of them may be made.
func (a *asker) recorded(changes Change) (Change, Decision) {
	d := a.mayPolicy()
	for _, c := range changes {
		if d = a.mayRecord(c); !d.Allowed {
			return nil, d
		}
	}
	return changes, d
}

// Unseparate removes a rule and the exemptions from it. One that is not in the book is no change.
func (f Facts) Unseparate(g chat.Group, by chat.User, name string, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayPolicy()
	if !d.Allowed {
		return nil, d
	}
	var out Change
	for _, x := range a.book().Exclusives() {
		if x.Name == name {
			out = append(out, set[Exclusive](a.book(), g, ExclusiveKey(name), nil))
		}
	}
	for _, e := range a.book().Exemptions() {
		if e.Rule == name && len(out) > 0 {
			out = append(out, set[Exemption](a.book(), g, ExemptionKey(name, e.Who), nil))
		}
	}
	return a.recorded(out)
}

// Exempt lets somebody break a rule for a reason and until an end. Nobody exempts themselves.
func (f Facts) Exempt(g chat.Group, by chat.User, e Exemption, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	e.By, e.At, e.Until = a.by, a.now, e.Until.UTC()
	c := set(a.book(), g, ExemptionKey(e.Rule, e.Who), &e)
	d := a.mayRecord(c)
	switch {
	case !d.Allowed:
		return nil, d
	case !e.Until.After(a.now):
		return nil, Decision{Rule: RuleNothingGranted, item: Policy}
	}
	return Change{c}, d
}

// Unexempt ends an exemption. None is no change.
func (f Facts) Unexempt(g chat.Group, by, who chat.User, rule string, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	d := a.mayPolicy()
	if c := set[Exemption](a.book(), g, ExemptionKey(rule, who), nil); d.Allowed && !c.IsNothing() {
		return a.recorded(Change{c})
	}
	return nil, d
}
