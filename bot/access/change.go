package access

import (
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Change is what becomes of records. It is empty when nothing would change, and when the Decision beside it denies.
type Change = []journal.Change

// DefaultCap is how many people may hold a role where no book says so (D9; R10, WeCom).
const DefaultCap = 10

// move is one role that would become another; nil is no role.
type move struct {
	who       chat.User
	temporary bool
	before    *Role
	after     *Role
}

// key is the record that the move changes.
func (m move) key() string {
	for _, r := range []*Role{m.after, m.before} {
		if r != nil {
			return r.Key()
		}
	}
	return RoleKey(m.who, m.temporary)
}

// asker is whoever wants a change, in one group, at one moment.
type asker struct {
	f     *Facts
	g     chat.Group
	by    chat.User
	now   time.Time
	owner bool
	above bool // an owner or a department admin of the place: settings of theirs are the enterprise's
}

func (f *Facts) asker(g chat.Group, by chat.User, now time.Time) *asker {
	return &asker{f: f, g: g, by: by, now: now.UTC().Round(0), owner: f.IsOwner(by), above: f.Governs(by, g)}
}

// book is the one that the asker would write to: the company's for the zero group.
func (a *asker) book() Book {
	if a.g == "" {
		return a.f.Company
	}
	return a.f.Group
}

func (a *asker) tier() Tier {
	if a.above {
		return Enterprise
	}
	return GroupTier
}

func denied(by Rule) Decision { return Decision{Rule: by, item: Admins} }

// admins asks whether the asker may change anybody's rights, those of who included: the item, then the ranks.
func (a *asker) admins(who chat.User) Decision {
	d := decide(a.f, &Request{Actor: a.by, Item: Admins, Group: a.g, Target: who, TargetKind: chat.Staff, At: a.now})
	switch {
	case !d.Allowed:
		return d
	case who == a.by:
		return denied(RuleSelf)
	case a.g == "" && !a.owner:
		return denied(RuleTier) // the company's book is not an admin's to write in
	}
	if why := a.outranked(who); why != "" {
		return denied(why)
	}
	return d
}

// outranked is why the asker may not act on somebody (D3); empty if they may.
func (a *asker) outranked(who chat.User) Rule {
	switch {
	case a.owner:
		return ""
	case a.f.Governs(who, a.g):
		return RuleRank
	case a.above:
		return ""
	}
	return a.against(a.f.standing(who, a.g, a.now))
}

// against compares the asker's level with one that is acted on or granted.
func (a *asker) against(theirs Level) Rule {
	mine := a.f.LevelOf(a.by, a.g, a.now)
	switch {
	case a.above, theirs == NoLevel, theirs < mine:
		return ""
	case theirs == Senior && mine == Senior && a.f.Consent:
		return ""
	case theirs == Senior && mine == Senior:
		return RuleSecondPerson
	}
	return RuleRank
}

// lacks says whether the asker does not hold all of the items.
func (a *asker) lacks(items Items) bool {
	if a.above || items == 0 {
		return false
	}
	if a.f.Offered != 0 {
		items &= a.f.Offered // what the platform does not have gives nobody anything
	}
	return items.Minus(a.f.Items(a.by, a.f.Actor, a.g, a.now)) != 0
}

// data is how the asker's own right to appoint is narrowed: what they grant is narrowed likewise.
func (a *asker) data() DataScope {
	d := decide(a.f, &Request{Actor: a.by, Item: Admins, Group: a.g, At: a.now})
	if d.settled == nil {
		return DataScope{}
	}
	return *d.settled.data()
}

// mayMove asks every rule about moves of roles. They are judged one by one, and the group as it would be after all.
func (a *asker) mayMove(moves []move, undoes Undoes) Decision {
	allowed := Decision{Allowed: true, Rule: RuleGranted, item: Admins}
	for _, m := range moves {
		if m.who == a.by && m.after == nil {
			continue // to step down needs no right but one's own
		}
		if m.who == a.by && m.after.Active {
			if allowed = a.mayActivate(*m.after); !allowed.Allowed {
				return allowed
			}
			continue
		}
		d := a.admins(m.who)
		if !d.Allowed {
			return d
		}
		if why := a.mayGrant(m); why != "" {
			return denied(why)
		}
		if bound := a.outlasted(m); !bound.IsZero() {
			return Decision{Rule: RuleMoreThanHeld, item: Admins, bound: bound}
		}
		allowed = d
	}
	if why := a.mayStand(moves, undoes); why != "" {
		return denied(why)
	}
	for _, m := range moves {
		if m.after == nil {
			continue
		}
		if x := a.separates(m.who, a.changes(moves), m.after.From); x != nil {
			return Decision{Rule: RuleSeparation, item: Admins, exclusive: x.Name}
		}
	}
	return allowed
}

// mayGrant is why the role that a move brings may not be granted; empty if it may.
func (a *asker) mayGrant(m move) Rule {
	if m.before != nil && m.before.Eligible && !m.before.over(a.now) {
		if why := a.against(m.before.Level); why != "" {
			return why // a level that may be activated is not an inferior's to take away
		}
	}
	if m.after == nil {
		return ""
	}
	r := *m.after
	if a.f.jobGrants(r.Job) != r.Grants {
		return RuleNothingGranted // there is no such job, or it is another one since
	}
	if r.Items() == 0 || r.over(a.now) || r.Temporary() && !r.Until.After(r.From) {
		return RuleNothingGranted
	}
	if why := a.against(r.Level); why != "" {
		return why
	}
	grants := a.grants(m)
	if a.lacks(grants) {
		return RuleMoreThanHeld
	}
	if !a.reaches(Admins, grants, r.Data) {
		return RuleMoreThanHeld
	}
	return ""
}

// reaches says whether whoever is inside d is inside the asker's own scope: that of the right to give, and that of each
// of the items, which may come from another line than that right.
func (a *asker) reaches(by Item, items Items, d DataScope) bool {
	if a.above || items == 0 {
		return true
	}
	for i := range items.With(by).All() {
		own := decide(a.f, &Request{Actor: a.by, Item: i, Group: a.g, At: a.now})
		if own.settled != nil && !d.within(*own.settled.data()) {
			return false
		}
	}
	return true
}

// grants is what a move gives that was not there: what is only left as it is, is not granted again.
func (a *asker) grants(m move) Items {
	r := *m.after
	b := m.before
	if b != nil && b.Eligible == r.Eligible && (!b.OnDuty || r.OnDuty) && (b.Eligible || b.Live(a.now)) && b.lasts(r) &&
		r.Data.within(b.Data) {
		return r.Items().Minus(b.Items())
	}
	return r.Items()
}

// lasts says whether r lasts at least as long as o.
func (r Role) lasts(o Role) bool {
	return !r.Temporary() || o.Temporary() && !o.Until.After(r.Until)
}

// mayStand is why the group may not be left as the moves would leave it; empty if it may. Of a role in the company's
// book Fits is asked, in each group.
func (a *asker) mayStand(moves []move, undoes Undoes) Rule {
	if a.g == "" {
		return ""
	}
	people, seniors := a.census(nil)
	peopleAfter, seniorsAfter := a.census(moves)
	switch {
	case seniors > 0 && seniorsAfter == 0 && undoes != FirstSenior:
		return RuleLastSenior
	case peopleAfter > people && peopleAfter > a.cap():
		return RuleCap
	}
	return ""
}

func (a *asker) cap() int {
	if n, ok := a.f.Group.RoleCap(); ok {
		return n
	}
	if n, ok := a.f.Company.RoleCap(); ok {
		return n
	}
	return DefaultCap
}

// census counts who would hold a role that is not over, and how many of them are live seniors.
func (a *asker) census(moves []move) (people, seniors int) {
	who := a.f.everyone()
	for _, m := range moves {
		if !has(who, m.who) {
			who = sorted(append(who, m.who))
		}
	}
	for _, u := range who {
		holds, senior := false, false
		count := func(r *Role) {
			holds = holds || !r.over(a.now)
			// Who is senior on shift only, or for some hours, does not stand in for one who always is.
			senior = senior || r.Level == Senior && r.Live(a.now) && !r.OnDuty && !r.Active
		}
		for r := range a.f.rolesOf(u, a.g, a.now) {
			if !moved(moves, r) {
				count(r)
			}
		}
		for _, m := range moves {
			if m.who == u && m.after != nil && !m.after.Eligible {
				count(m.after)
			}
		}
		if holds {
			people++
		}
		if senior {
			seniors++
		}
	}
	return people, seniors
}

func moved(moves []move, r *Role) bool {
	for _, m := range moves {
		if m.before == r {
			return true
		}
	}
	return false
}

// changes writes the moves down.
func (a *asker) changes(moves []move) Change {
	out := make(Change, 0, len(moves))
	for _, m := range moves {
		if c := set(a.book(), a.g, m.key(), m.after); !c.IsNothing() {
			out = append(out, c)
		}
	}
	return out
}

// role is a role of the asker's book by its record, live or not; nil if there is none.
func (a *asker) role(who chat.User, key string) *Role {
	p := a.book().person(who)
	return p.role(key)
}
