package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// The people and places of the tests. What they may do depends on the row.
const (
	boss  = chat.User("boss")  // 超级管理员 in the company's book of most rows
	hua   = chat.User("hua")   // 分级管理员 of 华东
	li    = chat.User("li")    // who asks
	zhang = chat.User("zhang") // a colleague
	wang  = chat.User("wang")  // whom something is done to
	kunde = chat.User("wm001") // a customer

	ops    = chat.Group("G1")
	other  = chat.Group("G2")
	region = "华东"
)

var (
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	hourAgo  = noon.Add(-time.Hour)
	inAnHour = noon.Add(time.Hour)
)

// book builds a book of records given as what they are.
func book(t testing.TB, records ...any) Book {
	t.Helper()
	b, err := Build(written(t, records...))
	require.NoError(t, err)
	return b
}

func written(t testing.TB, records ...any) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	for _, r := range records {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		key := keyOf(r)
		_, twice := out[key]
		require.False(t, twice, "two records under %s: the row does not say what it means to", key)
		out[key] = raw
	}
	return out
}

func keyOf(record any) string {
	switch r := record.(type) {
	case Role:
		return r.Key()
	case Statement:
		return StatementKey(r)
	case Owner:
		return OwnerKey(r.Who)
	case DepartmentAdmin:
		return DepartmentAdminKey(r.Who)
	case Cap:
		return CapKey
	case Mapping:
		return MappingKey(r)
	case Scene:
		return SceneKey(r.Name)
	case Exclusive:
		return ExclusiveKey(r.Name)
	case Exemption:
		return ExemptionKey(r.Rule, r.Who)
	case JobDefinition:
		return JobKey(r.Name)
	case Tag:
		return TagKey(r.Name)
	case Approval:
		return ApprovalKey(r.What)
	case Delegation:
		return DelegationKey(r.Who)
	}
	panic(fmt.Sprintf("unreachable: %T is no record", record))
}

// world is what a row of a policy table starts from.
type world struct {
	company, group []any
	actor, target  Person
	place          Place
	offered        Items
	onShift        []chat.User // at every moment
	rota           rota        // instead, at some moments
	staff          map[chat.User]Person
	consent        bool
}

// shift is a roster on which some people are always on duty.
type shift []chat.User

func (s shift) OnDuty(who chat.User, _ time.Time) bool { return slices.Contains(s, who) }

func (s shift) NextShift(chat.User, time.Time) (time.Time, bool) { return time.Time{}, false }

// rota is a roster on which people are on duty for some hours of the day of noon: from the first to before the second.
type rota map[chat.User][2]time.Time

func (r rota) OnDuty(who chat.User, at time.Time) bool {
	return !at.Before(r[who][0]) && at.Before(r[who][1])
}

func (r rota) NextShift(who chat.User, at time.Time) (time.Time, bool) {
	return r[who][0], r[who][0].After(at)
}

func (w world) facts(t testing.TB) Facts {
	t.Helper()
	return w.around(book(t, w.company...), book(t, w.group...))
}

// around is the facts with the books made already.
func (w world) around(company, group Book) Facts {
	f := Facts{
		Company: company, Group: group, Actor: w.actor, People: w.people(), Place: w.place,
		Offered: w.offered, Roster: shift(w.onShift), Consent: w.consent,
	}
	if w.rota != nil {
		f.Roster = w.rota
	}
	return f
}

// people has the target of a row under every name that rows act on.
func (w world) people() map[chat.User]Person {
	out := map[chat.User]Person{}
	for _, who := range []chat.User{li, wang, zhang, kunde} {
		out[who] = w.target
	}
	maps.Copy(out, w.staff)
	return out
}

// role is a fixed role that an admin of the group gave.
func role(who chat.User, l Level, j Job) Role {
	return Role{Who: who, Level: l, Job: j, By: zhang, At: hourAgo}
}

// temp is a temporary role from an hour ago.
func temp(who chat.User, l Level, j Job, until time.Time) Role {
	r := role(who, l, j)
	r.From, r.Until = hourAgo, until
	return r
}

// says is a fixed statement of one item; the options make it what the row needs.
func says(e Effect, s Subject, i Item, options ...func(*Statement)) Statement {
	out := Statement{Subject: s, Scope: In(ops), Items: ItemsOf(i), Breadth: Single, Effect: e, By: zhang, At: hourAgo}
	for _, o := range options {
		o(&out)
	}
	return out
}

func until(end time.Time) func(*Statement) {
	return func(s *Statement) { s.From, s.Until = hourAgo, end }
}
func everywhere(s *Statement)   { s.Scope = Scope{} }
func bundle(s *Statement)       { s.Breadth = Bundle }
func family(s *Statement)       { s.Breadth = OfFamily }
func byEnterprise(s *Statement) { s.Tier = Enterprise }
func on(who ...chat.User) func(*Statement) {
	return func(s *Statement) { s.Scope = Scope{Kind: MemberSet, Members: who} }
}
func within(s Scope) func(*Statement)   { return func(st *Statement) { st.Scope = s } }
func only(d DataScope) func(*Statement) { return func(st *Statement) { st.Data = d } }

var (
	everyone = Subject{Kind: Everyone}
	managers = Subject{Kind: OfPosition, ID: "经理"}
	inRegion = Subject{Kind: OfDepartment, ID: region, Depth: 2}
	atRoot   = Subject{Kind: OfDepartment, ID: "总公司", Depth: 1}

	// manager is somebody with that position, in both departments.
	manager = Person{Positions: []string{"经理"}, Departments: []Department{{"总公司", 1}, {region, 2}}}
)
