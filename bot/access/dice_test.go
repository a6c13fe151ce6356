package access

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// dice makes random worlds. They are small, so that what is written in them meets.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// chen is somebody whom only the address book names.
const chen = chat.User("chen")

// helper is a custom job.
const helper = Job("活动助理")

var teamLeads = Subject{Kind: OfPosition, ID: "组长"}

// worldOf is a world with everything in it that a decision may look at.
func worldOf(d dice) world {
	w := world{
		company: d.records(true), group: d.records(false), staff: d.everybody(), rota: d.rota(), consent: d.chance(20),
		place: Place{People: pick(d, 0, 20, 200, 201)},
	}
	w.actor = w.staff[li]
	if d.chance(50) {
		w.place.Departments = []string{region}
	}
	if d.chance(50) {
		w.place.Tags = []string{"vip"}
	}
	if d.chance(10) {
		w.offered = allItems.Minus(ItemsOf(Files, Recall))
	}
	return w
}

func (d dice) everybody() map[chat.User]Person {
	out := map[chat.User]Person{}
	for _, who := range []chat.User{li, wang, zhang, chen} {
		out[who] = d.person()
	}
	customer := Person{Tags: pick(d, nil, []string{"vip"}), Followers: pick(d, nil, []chat.User{li}, []chat.User{wang, li}, []chat.User{zhang})}
	out[kunde] = customer
	return out
}

func (d dice) person() Person {
	p := pick(d, Person{}, manager, Person{Positions: []string{"经理", "组长"}, Tags: []string{"vip"}},
		Person{Positions: []string{"组长"}, Departments: []Department{{"总公司", 1}}})
	p.Joined = int64(d.IntN(4)) // not known, or at one of three moments, so that some came together
	return p
}

func (d dice) rota() rota {
	out := rota{}
	for _, who := range []chat.User{li, wang, zhang} {
		from := noon.Add(time.Duration(d.IntN(5)-3) * time.Hour)
		out[who] = [2]time.Time{from, from.Add(time.Duration(d.IntN(4)) * time.Hour)}
	}
	return out
}

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

func (d dice) level() Level { return pick(d, Junior, Mid, Mid, Senior) }

func (d dice) data() DataScope {
	if d.chance(75) {
		return DataScope{}
	}
	return pick(d, DataScope{Kind: chat.Staff}, DataScope{Kind: chat.Customer}, DataScope{Members: []chat.User{wang}},
		DataScope{Department: region}, DataScope{Tag: "vip", Kind: chat.Staff}, DataScope{Own: true}, DataScope{Own: true, Tag: "vip"})
}

// job is a job with what it gives if the company has defined it itself.
func (d dice) job() (Job, Items) {
	if d.chance(20) {
		return helper, d.items()
	}
	return pick(d, NoJob, NoJob, Supervisor, Sales, Operations), 0
}

func (d dice) role(inCompany bool) Role {
	r := Role{Who: d.user(), Level: d.level(), Suspended: d.chance(8), OnDuty: d.chance(15), Eligible: d.chance(10), Data: d.data()}
	r.Job, r.Grants = d.job()
	r.From, r.Until = d.term()
	r.Active = r.Temporary() && !r.Eligible && d.chance(30)
	if d.chance(12) {
		r.Only = d.items()
	}
	if inCompany {
		r.Groups = pick(d, nil, nil, []chat.Group{ops}, []chat.Group{other}, []chat.Group{other, ops})
	} else if d.chance(30) {
		r.Tier = Enterprise
	}
	return r
}

func (d dice) mapping(inCompany bool) Mapping {
	m := Mapping{Subject: pick(d, managers, teamLeads, inRegion, atRoot), Level: d.level(), Off: d.chance(10), Tier: pick(d, GroupTier, Enterprise)}
	m.Job, m.Grants = d.job()
	if d.chance(30) {
		m.Least, m.Most = pick(d, 0, 20, 201), pick(d, 0, 201, 500)
	}
	if d.chance(25) {
		m.Scene = pick(d, OfflineEvent, ProductBeta)
	}
	m.Scope = pick(d, Scope{}, In(ops))
	if inCompany {
		m.Scope = d.scope(false)
	}
	return m
}

func (d dice) scene() Scene {
	s := Scene{Name: pick(d, OfflineEvent, OfflineEvent, ProductBeta, CrossDept), Tier: pick(d, GroupTier, Enterprise)}
	s.From, s.Until = d.term()
	return s
}

func (d dice) items() Items {
	if d.chance(50) {
		return ItemsOf(d.item())
	}
	return Items(d.Uint32())&(WeComItems|GovernanceItems) | ItemsOf(Mute)
}

func (d dice) item() Item {
	return pick(d, Mute, Mute, Remove, Recall, Approve, Import, Rename, Duty, Files, Admins)
}

func (d dice) scope(members bool) Scope {
	from := []Scope{
		{}, In(ops), In(ops), In(other), {Kind: DepartmentGroups, Department: region},
		{Kind: GroupSet, Tag: "vip"}, {Kind: GroupSet, Groups: []chat.Group{other, ops}},
	}
	if members {
		from = append(from, Scope{Kind: MemberSet, Members: []chat.User{wang, kunde}}, Scope{Kind: MemberSet, Members: []chat.User{zhang, wang}, Groups: []chat.Group{ops}})
	}
	return pick(d, from...)
}

func (d dice) statement(inCompany bool) Statement {
	s := Statement{
		Subject: pick(d, Subject{}, managers, inRegion, atRoot, teamLeads, About(li), About(li), About(wang)),
		Scope:   d.scope(true), Items: d.items(), Breadth: pick(d, Bundle, OfFamily, Single), Effect: pick(d, Allow, Deny), Data: d.data(),
	}
	s.From, s.Until = d.term()
	if !inCompany && d.chance(30) {
		s.Tier = Enterprise
	}
	return s
}

// exclusive are rules of separation of duties, with somebody who is exempt for a while.
func (d dice) exclusive() []any {
	until := noon.Add(time.Duration(d.IntN(5)-2) * time.Hour)
	name := pick(d, "money", "people")
	return []any{
		Exclusive{Name: name, Sets: []Items{ItemsOf(Mute, Recall), ItemsOf(Remove), ItemsOf(Admins, Rename)}},
		Exemption{Rule: pick(d, "money", "people"), Who: d.user(), Until: until, Reason: "season"},
	}
}

func (d dice) records(inCompany bool) []any {
	byKey := map[string]any{}
	add := func(r any) { byKey[keyOf(r)] = r }
	some := func(percent int, r any) {
		if d.chance(percent) {
			add(r)
		}
	}
	for range d.IntN(4) {
		add(d.role(inCompany))
	}
	for range d.IntN(4) {
		add(d.statement(inCompany))
	}
	some(25, d.mapping(inCompany))
	some(15, d.mapping(inCompany))
	some(35, Cap{1 + d.IntN(3)})
	if d.chance(15) {
		for _, r := range d.exclusive() {
			add(r)
		}
	}
	if inCompany {
		some(12, Owner{d.user()})
		some(15, DepartmentAdmin{d.user(), []string{region}})
		some(3, d.scene()) // means nothing there
	} else {
		some(30, d.scene())
		some(25, d.scene())
		some(5, Owner{d.user()}) // makes nobody one
	}
	var out []any
	for _, key := range slices.SortedFunc(maps.Keys(byKey), inBook) {
		out = append(out, byKey[key])
	}
	return out
}

// inBook is the order that a book keeps: by key, but of a person's roles the activation comes last. It matters only for
// which of two equally good reasons is told.
func inBook(a, b string) int {
	place := func(key string) string {
		if who, ok := strings.CutPrefix(key, "active/"); ok {
			return "temp/~" + who
		}
		return key
	}
	return strings.Compare(place(a), place(b))
}

func (d dice) question() Request {
	q := Request{Actor: li, Item: d.item(), Group: ops, At: noon.Add(time.Duration(d.IntN(5)-2) * time.Hour)}
	if d.chance(70) {
		q.Target, q.TargetKind = pick(d, wang, wang, zhang, li, kunde, kunde), pick(d, chat.Staff, chat.Customer, "")
	}
	return q
}
