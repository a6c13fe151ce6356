package access

import (
	"slices"

	"qunguan/bot/chat"
)

// Decide answers whether an actor may use an item, and by which rule (3.1). It is pure: the same facts and request
// give the same decision. What is not granted is denied.
//
// An allowed Admins says only that the actor may change roles at all; which ones is asked by Appoint and its kin.
func Decide(f Facts, r Request) Decision { return decide(&f, &r) }

func decide(f *Facts, r *Request) Decision {
	if !r.Item.known() || r.Actor == "" {
		return Decision{Rule: RuleDefault, item: r.Item}
	}
	if !f.offers(r.Item) {
		return Decision{Rule: RuleNotOffered, item: r.Item}
	}
	mine := f.Company.person(r.Actor)
	var t tally
	t.d.item = r.Item
	switch {
	case mine.owner:
		t.d.Allowed, t.d.Rule = true, RuleOwner
	case mine.governs(f, r.Group):
		t.d.Allowed, t.d.Rule = true, RuleDepartmentAdmin
	default:
		here := f.Group.person(r.Actor)
		t.d.level = max(mine.level(f, r), here.level(f, r), f.inheritedLevel(r.Actor, &f.Actor, r))
		t.count(f, r, f.Company, &mine, true)
		t.d.company = t.d.spoken
		t.count(f, r, f.Group, &here, false)
		t.settle()
	}
	if t.d.Allowed && r.Target != "" {
		t.d.limit(f, r)
	}
	return t.d
}

// tally collects the live statements that match (step 1) and keeps the strongest of either side.
type tally struct {
	d           Decision
	allow, deny contender
	fixedAllow  bool // an allow that counts is fixed
	cut         contender
	silent      contender // an allow that only its time, or its suspension, keeps from counting
	silence     Rule      // why
}

type contender struct {
	line *line
	key  precedence
}

func (t *tally) count(f *Facts, r *Request, b Book, p *person, inCompany bool) {
	for i := range p.lines {
		t.hear(f, r, &p.lines[i], inCompany)
	}
	wide, about := b.wide()
	if !about.Has(r.Item) {
		return
	}
	for i := range wide {
		if wide[i].about(&f.Actor) {
			t.hear(f, r, &wide[i], inCompany)
		}
	}
}

func (t *tally) hear(f *Facts, r *Request, l *line, inCompany bool) {
	if !(l.gives | l.beyond).Has(r.Item) || inCompany && l.here || !l.covers(f, r) {
		return
	}
	c := contender{l, l.precedence(inCompany)}
	cut := t.d.cuts(l, c.key.tier())
	if why := l.silence(f, r.Actor, r); why != "" {
		if l.effect == Allow && !cut {
			t.missed(c, why)
		}
		return
	}
	t.d.hear(l)
	switch {
	case cut:
		t.cut = t.cut.or(c)
	case l.effect == Allow:
		t.allow = t.allow.or(c)
		t.fixedAllow = t.fixedAllow || l.fixed()
	default:
		t.deny = t.deny.or(c)
	}
}

// or keeps the stronger one; of equals the one that was heard first.
func (c contender) or(o contender) contender {
	if c.line == nil || o.key > c.key {
		return o
	}
	return c
}

// silence is why a line about who says nothing at the moment of r; empty when it speaks.
func (l *line) silence(f *Facts, who chat.User, r *Request) Rule {
	if l.mapping != nil && !l.mapping.Off && f.pending(who, r) {
		return RulePending
	}
	if l.always {
		return ""
	}
	if until := l.until(); !until.IsZero() && !r.At.Before(until) {
		return RuleGrantExpired
	}
	if r.At.Before(l.from()) {
		return RuleGrantNotStarted
	}
	switch {
	case l.suspended():
		return RuleSuspended
	case l.role != nil && l.role.OnDuty && !f.onDuty(who, r.At):
		return RuleOffDuty
	case l.role != nil && l.role.Eligible:
		return RuleNotActivated
	}
	return ""
}

// missed remembers the silent allow that people are best told of: a paused one before one to come before one that
// is over; the next to come, the last to have ended.
func (t *tally) missed(c contender, why Rule) {
	better := t.silent.line == nil || nearness(why) > nearness(t.silence)
	if !better && why == t.silence {
		switch why {
		case RuleGrantExpired:
			better = c.line.until().After(t.silent.line.until())
		case RuleGrantNotStarted:
			better = c.line.from().Before(t.silent.line.from())
		}
	}
	if better {
		t.silent, t.silence = c, why
	}
}

func nearness(why Rule) int {
	return slices.Index([]Rule{
		RuleGrantExpired, RuleGrantNotStarted, RuleSuspended, RulePending, RuleOffDuty, RuleNotActivated,
	}, why)
}

// settle lets the strongest win (step 3); if nothing speaks, it is the default (step 5) with the nearest reason.
func (t *tally) settle() {
	switch {
	case t.allow.line != nil && t.deny.line != nil:
		winner, loser := t.allow, t.deny
		if t.deny.key > t.allow.key {
			winner, loser = t.deny, t.allow
		}
		t.end(winner, winner.key.step(loser.key))
		t.d.Allowed = winner.line.effect == Allow
	case t.allow.line != nil:
		t.end(t.allow, t.unopposed())
		t.d.Allowed = true
	case t.deny.line != nil:
		t.end(t.deny, RuleDenied)
	case t.cut.line != nil:
		t.end(t.cut, RuleCeiling)
	case t.silent.line != nil:
		t.end(t.silent, t.silence)
	default:
		t.d.Rule = RuleDefault
	}
}

func (t *tally) end(c contender, by Rule) {
	t.d.Rule, t.d.settled, t.d.key = by, c.line, c.key
}

// unopposed names the rule of an allow that nothing speaks against. Above the ceiling it stands only because it is
// the company's (example 13).
func (t *tally) unopposed() Rule {
	switch {
	case !t.fixedAllow:
		return RuleTemporary
	case t.allow.line.statement != nil && !Ceiling(t.d.level).Has(t.d.item):
		return RuleTier
	}
	return RuleGranted
}

func (p *person) governs(f *Facts, g chat.Group) bool {
	if p.admin == nil || g == "" {
		return false
	}
	for _, d := range p.admin.Departments {
		if slices.Contains(f.Place.Departments, d) {
			return true
		}
	}
	return false
}

// level is the highest live level that one book gives by name.
func (p *person) level(f *Facts, r *Request) Level {
	best := NoLevel
	for i := range p.lines[:p.roles] {
		if l := &p.lines[i]; l.level > best && l.silence(f, l.role.Who, r) == "" && l.covers(f, r) {
			best = l.level
		}
	}
	return best
}

// inheritedLevel is the highest live level that somebody has by position or department.
func (f *Facts) inheritedLevel(who chat.User, p *Person, r *Request) Level {
	best := NoLevel
	if !f.Maps() {
		return best
	}
	for l := range f.inherited(p, r) {
		if l.level > best && l.silence(f, who, r) == "" {
			best = l.level
		}
	}
	return best
}
