package access

import (
	"slices"
	"strings"

	"qunguan/bot/chat"
)

// heldRole is a role as somebody has it in the group: by name, or by position or department.
type heldRole struct {
	Role
	tier, subject, depth, scope int  // its keys (3.1)
	silent                      Rule // why it gives nothing now; empty: it does
	here, byName                bool // in the group's book; by name
}

// person is what is known of somebody; of the actor it is told apart.
func (o *oracle) person(who chat.User, q Request) Person {
	if who == q.Actor {
		return o.actor
	}
	return o.staff[who]
}

func (o *oracle) inCeiling(l Level, i Item) bool { return o.marks[i].levels[l] != '·' }

// holds is 4.2 for one item, and whether the level alone keeps the job's √ from being held.
func (o *oracle) holds(r Role, i Item) (held, cut bool) {
	if r.Only != 0 && !r.Only.Has(i) {
		return false, false
	}
	m := o.marks[i]
	if m.family == "Governance" || r.Job == NoJob {
		return m.levels[r.Level] == '●', false
	}
	given := m.jobs[r.Job] == '√'
	if r.Grants != 0 { // the company's own job
		given = r.Grants.Has(i)
	}
	return given && o.inCeiling(r.Level, i), given && !o.inCeiling(r.Level, i)
}

// roles are all roles that somebody has in the group, whether or not they give anything now.
func (o *oracle) roles(who chat.User, q Request) []heldRole {
	var out []heldRole
	for _, rec := range o.company {
		switch r := rec.(type) {
		case Role:
			if r.Who == who && (len(r.Groups) == 0 || slices.Contains(r.Groups, q.Group)) {
				scope := map[int]int{0: 1, 1: 4, 2: 3}[min(len(r.Groups), 2)]
				out = append(out, heldRole{Role: r, tier: 1, subject: 4, scope: scope, silent: o.whySilent(r, q), byName: true})
			}
		case Mapping:
			out = append(out, o.inheritedRole(r, 1, int(r.Scope.Kind)+1, who, q)...)
		}
	}
	for _, rec := range o.group {
		switch r := rec.(type) {
		case Role:
			if r.Who == who {
				out = append(out, heldRole{Role: r, tier: int(r.Tier), subject: 4, scope: 4, here: true, silent: o.whySilent(r, q), byName: true})
			}
		case Mapping:
			for _, h := range o.inheritedRole(r, int(r.Tier), 4, who, q) {
				h.here = true
				out = append(out, h)
			}
		}
	}
	return out
}

// whySilent is why a role by name gives nothing; of several reasons the one that is overcome last.
func (o *oracle) whySilent(r Role, q Request) Rule {
	if why := outOfTerm(r.From, r.Until, q.At); why != "" {
		return why
	}
	switch {
	case r.Suspended:
		return RuleSuspended
	case r.OnDuty && !o.rota.OnDuty(r.Who, q.At):
		return RuleOffDuty
	case r.Eligible:
		return RuleNotActivated
	}
	return ""
}

// inheritedRole is the role that a mapping gives to somebody (R13, R68); none if it is not about them here and now.
func (o *oracle) inheritedRole(m Mapping, tier, scope int, who chat.User, q Request) []heldRole {
	if !o.subject(m.Subject, who, q) || !o.mapped(m, q) {
		return nil
	}
	h := heldRole{Role: Role{Who: who, Level: m.Level, Job: m.Job, Grants: m.Grants}, tier: tier, subject: int(m.Subject.Kind) + 1, depth: m.Subject.Depth, scope: scope}
	switch {
	case m.Off:
		h.silent = RuleSuspended
	case o.pending(who, q):
		h.silent = RulePending
	}
	return []heldRole{h}
}

// mapped says whether the conditions of a mapping hold in the group.
func (o *oracle) mapped(m Mapping, q Request) bool {
	size := o.place.People
	if (m.Least > 0 || m.Most > 0) && size == 0 {
		return false
	}
	if size < m.Least || m.Most > 0 && size > m.Most {
		return false
	}
	return o.scope(m.Scope, q) && (m.Scene == "" || o.inScene(m.Scene, q))
}

func (o *oracle) inScene(n SceneName, q Request) bool {
	return slices.ContainsFunc(o.group, func(rec any) bool {
		s, ok := rec.(Scene)
		return ok && s.Name == n && outOfTerm(s.From, s.Until, q.At) == ""
	})
}

// inherits says whether a mapping that is switched on gives somebody a role here, room or no room.
func (o *oracle) inherits(who chat.User, q Request) bool {
	return slices.ContainsFunc(slices.Concat(o.company, o.group), func(rec any) bool {
		m, ok := rec.(Mapping)
		return ok && !m.Off && o.subject(m.Subject, who, q) && o.mapped(m, q)
	})
}

// appointed says whether somebody holds a role here by name that is not over, even if it sleeps.
func (o *oracle) appointed(who chat.User, q Request) bool {
	for _, rec := range slices.Concat(o.company, o.group) {
		r, ok := rec.(Role)
		here := len(r.Groups) == 0 || slices.Contains(r.Groups, q.Group)
		if ok && r.Who == who && here && !r.Eligible && outOfTerm(r.From, r.Until, q.At) != RuleGrantExpired {
			return true
		}
	}
	return false
}

// roleCap is how many people may hold a role in the group.
func (o *oracle) roleCap() int {
	for _, rec := range slices.Concat(o.group, o.company) {
		if c, ok := rec.(Cap); ok {
			return c.People
		}
	}
	return 10
}

// pending is D9: whoever is appointed has a place, and so has who inherits, in the order of their coming, while
// there is one.
func (o *oracle) pending(who chat.User, q Request) bool {
	if !o.inherits(who, q) || o.appointed(who, q) {
		return false
	}
	taken := 0
	for _, other := range o.everybody() {
		if o.appointed(other, q) {
			taken++
		} else if other != who && o.inherits(other, q) && o.before(other, who) {
			taken++
		}
	}
	return taken >= o.roleCap()
}

func (o *oracle) before(a, b chat.User) bool {
	if x, y := o.staff[a].Joined, o.staff[b].Joined; x != y {
		return x < y
	}
	return strings.Compare(string(a), string(b)) < 0
}

// everybody is everyone in these worlds.
func (o *oracle) everybody() []chat.User { return []chat.User{chen, li, wang, kunde, zhang} }

// level is the highest of the roles that give something now.
func (o *oracle) level(who chat.User, q Request) Level {
	best := NoLevel
	for _, r := range o.roles(who, q) {
		if r.silent == "" {
			best = max(best, r.Level)
		}
	}
	return best
}
