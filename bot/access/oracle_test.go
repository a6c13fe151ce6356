package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// The oracle decides slowly and plainly, from the text of 3.1 and from the catalogue as it is printed in 4.1: a list
// of lines, sorted by a list of numbers. It shares no rule with the package, only its records.
type oracle struct {
	lacking        map[Item]bool // what the platform does not have
	company, group []any
	actor, target  Person
	place          Place
	marks          map[Item]listing
}

// spoken is a line of the oracle: what speaks, with its keys in the order of 3.1(a) to (d).
type spoken struct {
	keys      [7]int // tier, term, subject, depth, scope, permission, effect
	allow     bool
	role      *Role
	data      DataScope
	cut       bool
	silent    Rule
	ends      time.Time
	starts    time.Time
	temporary bool
}

var stepOfKey = [7]Rule{RuleTier, RuleTerm, RuleSubject, RuleSubject, RuleScope, RulePermission, RuleEffect}

func (o *oracle) level(who chat.User, g chat.Group, at time.Time) Level {
	best := NoLevel
	for _, rec := range slices.Concat(o.company, o.group) {
		r, ok := rec.(Role)
		if ok && r.Who == who && !r.Suspended && inTerm(r.From, r.Until, at) && (len(r.Groups) == 0 || slices.Contains(r.Groups, g)) {
			best = max(best, r.Level)
		}
	}
	return best
}

func inTerm(from, until, at time.Time) bool {
	return !at.Before(from) && (until.IsZero() || at.Before(until))
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

func (o *oracle) inCeiling(l Level, i Item) bool { return o.marks[i].levels[l] != '·' }

// holds is 4.2 for one item, and whether the level alone keeps the job's √ from being held.
func (o *oracle) holds(r Role, i Item) (held, cut bool) {
	m := o.marks[i]
	if m.family == "Governance" || r.Job == NoJob {
		return m.levels[r.Level] == '●', false
	}
	if m.jobs[r.Job] != '√' {
		return false, false
	}
	return o.inCeiling(r.Level, i), !o.inCeiling(r.Level, i)
}

func (o *oracle) decide(q Request) (bool, Rule) {
	if o.lacking[q.Item] {
		return false, RuleNotOffered
	}
	owner, admin := o.above(q.Actor)
	switch {
	case owner:
		return o.people(q, nil, RuleOwner)
	case admin:
		return o.people(q, nil, RuleDepartmentAdmin)
	}
	var all []spoken
	for _, rec := range o.company {
		all = append(all, o.line(rec, 1, q)...)
	}
	for _, rec := range o.group {
		all = append(all, o.line(rec, 0, q)...)
	}
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
	if winner.role == nil && !o.inCeiling(o.level(q.Actor, q.Group, q.At), q.Item) {
		return RuleTier
	}
	return RuleGranted
}

func nearest(all []spoken) Rule {
	for _, why := range []Rule{RuleSuspended, RuleGrantNotStarted, RuleGrantExpired} {
		for _, s := range all {
			if s.silent == why && s.allow && !s.cut {
				return why
			}
		}
	}
	return RuleDefault
}

// line is a record as it speaks about the question; none if it is about something else.
func (o *oracle) line(rec any, tier int, q Request) []spoken {
	var s spoken
	switch r := rec.(type) {
	case Role:
		held, cut := o.holds(r, q.Item)
		if r.Who != q.Actor || !held && !cut || len(r.Groups) > 0 && !slices.Contains(r.Groups, q.Group) {
			return nil
		}
		scope := map[bool]int{true: 4, false: 1}[tier == 0]
		if len(r.Groups) == 1 {
			scope = 4
		} else if len(r.Groups) > 1 && tier == 1 {
			scope = 3
		}
		s = spoken{allow: true, role: &r, data: r.Data, cut: cut, temporary: !r.Until.IsZero(), starts: r.From, ends: r.Until}
		s.keys = [7]int{max(tier, int(r.Tier)), 0, 4, 0, scope, 1, 0}
		if r.Suspended {
			s.silent = RuleSuspended
		}
	case Statement:
		if !r.Items.Has(q.Item) || !o.subject(r.Subject, q) || !o.scope(r.Scope, q) {
			return nil
		}
		s = spoken{allow: r.Effect == Allow, data: r.Data, temporary: !r.Until.IsZero(), starts: r.From, ends: r.Until}
		s.keys = [7]int{max(tier, int(r.Tier)), 0, int(r.Subject.Kind) + 1, r.Subject.Depth, int(r.Scope.Kind) + 1, int(r.Breadth) + 1, 0}
		s.cut = s.allow && s.keys[0] == 0 && !o.inCeiling(o.level(q.Actor, q.Group, q.At), q.Item)
		if !s.allow {
			s.keys[6] = 1
		}
	default:
		return nil
	}
	if !s.temporary {
		s.keys[1] = 1
	}
	if q.At.Before(s.starts) {
		s.silent = RuleGrantNotStarted
	}
	if s.temporary && !q.At.Before(s.ends) {
		s.silent = RuleGrantExpired
	}
	return []spoken{s}
}

func (o *oracle) subject(s Subject, q Request) bool {
	switch s.Kind {
	case OnePerson:
		return s.ID == string(q.Actor)
	case OfPosition:
		return slices.Contains(o.actor.Positions, s.ID)
	case OfDepartment:
		return slices.ContainsFunc(o.actor.Departments, func(d Department) bool { return d.Name == s.ID })
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

// people is step 4 and D3: whom an allow may be used on.
func (o *oracle) people(q Request, winner *spoken, rule Rule) (bool, Rule) {
	if q.Target == "" {
		return true, rule
	}
	if q.Target == q.Actor {
		if q.Item == Remove || q.Item == Mute || q.Item == Approve {
			return false, RuleSelf
		}
		return true, rule
	}
	if winner != nil && !o.inside(winner.data, q) {
		return false, RuleDataScope
	}
	if rule == RuleOwner || q.Item != Remove && q.Item != Mute && q.Item != Recall {
		return true, rule
	}
	if owner, admin := o.above(q.Target); owner || admin {
		return false, RuleRank
	}
	if winner == nil {
		return true, rule
	}
	theirs := o.level(q.Target, q.Group, q.At)
	mine := o.level(q.Actor, q.Group, q.At)
	if winner.role != nil {
		mine = winner.role.Level
	}
	if theirs > NoLevel && theirs >= mine {
		return false, RuleRank
	}
	if winner.role == nil && winner.keys[0] == 1 {
		return true, rule
	}
	reach := map[Level][]Level{Senior: {NoLevel, Junior, Mid}, Mid: {NoLevel}}
	if !slices.Contains(reach[mine], theirs) {
		return false, RuleDataScope
	}
	return true, rule
}

func (o *oracle) inside(d DataScope, q Request) bool {
	return (d.Kind == "" || d.Kind == q.TargetKind) &&
		(len(d.Members) == 0 || slices.Contains(d.Members, q.Target)) &&
		(d.Department == "" || slices.ContainsFunc(o.target.Departments, func(x Department) bool { return x.Name == d.Department })) &&
		(d.Tag == "" || slices.Contains(o.target.Tags, d.Tag))
}

// dice makes random worlds. They are small, so that lines meet.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func (d dice) term() (from, until time.Time) {
	if d.chance(60) {
		return from, until
	}
	from = noon.Add(time.Duration(d.IntN(7)-4) * time.Hour)
	if d.chance(15) {
		return from, time.Time{}
	}
	return from, from.Add(time.Duration(1+d.IntN(6)) * time.Hour)
}

func (d dice) user() chat.User { return pick(d, li, li, wang, zhang) }

func (d dice) data() DataScope {
	if d.chance(80) {
		return DataScope{}
	}
	return pick(d, DataScope{Kind: chat.Staff}, DataScope{Kind: chat.Customer}, DataScope{Members: []chat.User{wang}},
		DataScope{Department: region}, DataScope{Tag: "vip", Kind: chat.Staff})
}

func (d dice) role(inCompany bool) Role {
	r := Role{Who: d.user(), Level: pick(d, Junior, Mid, Mid, Senior), Job: pick(d, NoJob, Supervisor, Sales, Operations), Suspended: d.chance(10), Data: d.data()}
	r.From, r.Until = d.term()
	if inCompany {
		r.Groups = pick(d, nil, nil, []chat.Group{ops}, []chat.Group{other}, []chat.Group{other, ops})
	} else if d.chance(30) {
		r.Tier = Enterprise
	}
	return r
}

func (d dice) items() Items {
	if d.chance(50) {
		return ItemsOf(d.item())
	}
	return Items(d.Uint32())&(WeComItems|GovernanceItems) | ItemsOf(Mute)
}

func (d dice) item() Item {
	return pick(d, Mute, Mute, Remove, Recall, Approve, Rename, Duty, Files, Admins)
}

func (d dice) statement(inCompany bool) Statement {
	s := Statement{
		Subject: pick(d, Subject{}, managers, inRegion, atRoot, Subject{Kind: OfPosition, ID: "组长"}, About(li), About(li), About(wang)),
		Scope: pick(d, Scope{}, In(ops), In(ops), In(other), Scope{Kind: DepartmentGroups, Department: region},
			Scope{Kind: GroupSet, Tag: "vip"}, Scope{Kind: GroupSet, Groups: []chat.Group{other, ops}},
			Scope{Kind: MemberSet, Members: []chat.User{wang, kunde}}, Scope{Kind: MemberSet, Members: []chat.User{zhang, wang}, Groups: []chat.Group{ops}}),
		Items: d.items(), Breadth: pick(d, Bundle, OfFamily, Single), Effect: pick(d, Allow, Deny), Data: d.data(),
	}
	s.From, s.Until = d.term()
	if !inCompany && d.chance(30) {
		s.Tier = Enterprise
	}
	return s
}

func (d dice) records(inCompany bool) []any {
	byKey := map[string]any{}
	add := func(r any) { byKey[keyOf(r)] = r }
	for range d.IntN(4) {
		add(d.role(inCompany))
	}
	for range d.IntN(5) {
		add(d.statement(inCompany))
	}
	if inCompany && d.chance(15) {
		add(Owner{d.user()})
	}
	if inCompany && d.chance(15) {
		add(DepartmentAdmin{d.user(), []string{region}})
	}
	var out []any
	for _, key := range slices.Sorted(maps.Keys(byKey)) { // the order that a book keeps
		out = append(out, byKey[key])
	}
	return out
}

func (d dice) person() Person {
	return pick(d, Person{}, manager, Person{Positions: []string{"经理", "组长"}, Tags: []string{"vip"}})
}

func (d dice) question() Request {
	q := Request{Actor: li, Item: d.item(), Group: ops, At: noon.Add(time.Duration(d.IntN(5)-2) * time.Hour)}
	if d.chance(70) {
		q.Target, q.TargetKind = pick(d, wang, wang, zhang, li, kunde), pick(d, chat.Staff, chat.Customer, "")
	}
	return q
}

// TestDecideEqualsTheOracle compares the two on random worlds.
func TestDecideEqualsTheOracle(t *testing.T) {
	worlds, questions := 50_000, 4
	if testing.Short() {
		worlds = 5_000
	}
	marks := map[Item]listing{}
	for _, l := range listings(t) {
		marks[l.item] = l
	}
	seen := map[Rule]int{}
	for n := range worlds {
		d := dice{rand.New(rand.NewPCG(3, uint64(n)))}
		o := oracle{company: d.records(true), group: d.records(false), actor: d.person(), target: d.person(), place: pick(d, Place{}, Place{Departments: []string{region}, Tags: []string{"vip"}}), marks: marks}
		w := world{company: o.company, group: o.group, actor: o.actor, target: o.target, place: o.place}
		if d.chance(10) {
			o.lacking = map[Item]bool{Files: true, Recall: true}
			w.offered = allItems.Minus(ItemsOf(Files, Recall))
		}
		f := w.facts(t)
		for range questions {
			q := d.question()
			allowed, rule := o.decide(q)
			got := Decide(f, q)
			seen[rule]++
			if got.Allowed != allowed || got.Rule != rule {
				t.Fatalf("world %d, %+v:\nthe oracle says %v, %s; Decide says %v, %s\n%s", n, q, allowed, rule, got.Allowed, got.Rule, printed(o))
			}
		}
	}
	for _, r := range AllRules()[:19] {
		require.NotZero(t, seen[r], "%s never happened: the worlds are too tame", r)
	}
}

func printed(o oracle) string {
	raw, err := json.MarshalIndent(map[string]any{"company": o.company, "group": o.group, "actor": o.actor, "place": o.place}, "", " ")
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(raw)
}
