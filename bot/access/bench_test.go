package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/cedar-policy/cedar-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// The world of the benchmark: every admin holds a role in every group.
const (
	crowd  = 1_000
	groups = 200
)

func admin(n int) chat.User  { return chat.User(fmt.Sprintf("admin%04d", n%crowd)) }
func where(n int) chat.Group { return chat.Group(fmt.Sprintf("group%03d", n%groups)) }

// levelIn spreads the levels so that neither the person nor the group alone says which it is.
func levelIn(person, group int) Level {
	return []Level{Junior, Mid, Mid, Senior}[(person*7+group*3)%4]
}

// question is one of those asked in turn; the answers are mixed.
type question struct {
	person, group int
	request       Request
	allowed       bool
}

func questions() []question {
	out := make([]question, 1024)
	items := []Item{Recall, Files, Rename, Duty}
	for n := range out {
		q := question{person: n * 37 % crowd, group: n * 11 % groups}
		item := items[n%len(items)]
		q.request = Request{Actor: admin(q.person), Item: item, Group: where(q.group), At: noon}
		q.allowed = Preset(levelIn(q.person, q.group)).Has(item)
		out[n] = q
	}
	return out
}

// asked builds the 200 books, and the company's with a statement or two, as in a real one.
func asked(b testing.TB) []Facts {
	b.Helper()
	company := book(b, Owner{boss}, DepartmentAdmin{hua, []string{region}}, says(Deny, managers, Remove, everywhere))
	out := make([]Facts, groups)
	for g := range out {
		records := make([]any, 0, crowd)
		for p := range crowd {
			r := role(admin(p), levelIn(p, g), NoJob)
			records = append(records, r)
		}
		out[g] = Facts{Company: company, Group: book(b, records...)}
	}
	return out
}

// cedarWorld says the same in Cedar, in the quickest of the ways tried: one policy a level, its holders a set of the group.
func cedarWorld(b testing.TB) (*cedar.PolicySet, cedar.EntityMap) {
	b.Helper()
	var text strings.Builder
	for _, l := range []Level{Junior, Mid, Senior} {
		var actions []string
		for i := range Preset(l).All() {
			actions = append(actions, fmt.Sprintf("Action::%q", i))
		}
		fmt.Fprintf(&text, "permit(principal, action in [%s], resource) when { resource.%s.contains(principal) };\n", strings.Join(actions, ","), l)
	}
	policies, err := cedar.NewPolicySetFromBytes("levels.cedar", []byte(text.String()))
	require.NoError(b, err)
	entities := cedar.EntityMap{}
	for g := range groups {
		holders := map[Level][]cedar.Value{}
		for p := range crowd {
			l := levelIn(p, g)
			holders[l] = append(holders[l], cedar.NewEntityUID("User", cedar.String(admin(p))))
		}
		attributes := cedar.RecordMap{}
		for _, l := range []Level{Junior, Mid, Senior} {
			attributes[cedar.String(l.String())] = cedar.NewSet(holders[l]...)
		}
		uid := cedar.NewEntityUID("Group", cedar.String(where(g)))
		entities[uid] = cedar.Entity{UID: uid, Attributes: cedar.NewRecord(attributes)}
	}
	return policies, entities
}

// casbinWorld says the same in casbin: roles with domains, filled without its adapters, which would take minutes.
func casbinWorld(b testing.TB) *casbin.Enforcer {
	b.Helper()
	m, err := model.NewModelFromString(`
[request_definition]
r = sub, dom, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub, r.dom)
`)
	require.NoError(b, err)
	e, err := casbin.NewEnforcer(m)
	require.NoError(b, err)
	for _, l := range []Level{Junior, Mid, Senior} {
		for i := range Preset(l).All() {
			_, err := e.AddPolicy(l.String(), i.String())
			require.NoError(b, err)
		}
	}
	for g := range groups {
		for p := range crowd {
			require.NoError(b, e.GetRoleManager().AddLink(string(admin(p)), levelIn(p, g).String(), string(where(g))))
		}
	}
	return e
}

// BenchmarkDecide asks the same questions of qunguan, cedar-go and casbin, each with its explanation.
func BenchmarkDecide(b *testing.B) {
	list := questions()
	b.Run("qunguan", func(b *testing.B) {
		facts := asked(b)
		for _, q := range list {
			require.Equal(b, q.allowed, Decide(facts[q.group], q.request).Allowed)
		}
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			q := &list[n%len(list)]
			if Decide(facts[q.group], q.request).Allowed != q.allowed {
				b.Fatal("wrong answer")
			}
		}
	})
	b.Run("cedar", func(b *testing.B) {
		policies, entities := cedarWorld(b)
		ask := func(q *question) bool {
			d, _ := cedar.Authorize(policies, entities, cedar.Request{
				Principal: cedar.NewEntityUID("User", cedar.String(q.request.Actor)),
				Action:    cedar.NewEntityUID("Action", cedar.String(q.request.Item.String())),
				Resource:  cedar.NewEntityUID("Group", cedar.String(q.request.Group)),
			})
			return bool(d)
		}
		for n := range list {
			require.Equal(b, list[n].allowed, ask(&list[n]))
		}
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			ask(&list[n%len(list)])
		}
	})
	b.Run("casbin", func(b *testing.B) {
		e := casbinWorld(b)
		ask := func(q *question) bool {
			ok, _, err := e.EnforceEx(string(q.request.Actor), string(q.request.Group), q.request.Item.String())
			return ok && err == nil
		}
		for n := range list {
			require.Equal(b, list[n].allowed, ask(&list[n]))
		}
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			ask(&list[n%len(list)])
		}
	})
}

// BenchmarkBuild makes one group's book of 1,000 roles ready.
func BenchmarkBuild(b *testing.B) {
	records := make([]any, 0, crowd)
	for p := range crowd {
		records = append(records, role(admin(p), levelIn(p, 0), NoJob))
	}
	raw := written(b, records...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Build(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// TestDecideAllocatesNothing: a decision with its explanation costs no memory, allowed or not.
func TestDecideAllocatesNothing(t *testing.T) {
	w := company(Owner{boss}, says(Deny, everyone, Mute, everywhere, until(inAnHour))).and(
		role(li, Mid, Supervisor), temp(li, Senior, Operations, inAnHour), says(Allow, me, Mute), role(wang, Junior, NoJob))
	f := w.facts(t)
	for _, r := range []Request{asks(Mute), asks(Recall), asks(Settings), asksOn(Mute, wang), asksOn(Mute, zhang)} {
		assert.Zero(t, testing.AllocsPerRun(100, func() { Decide(f, r) }), "%+v", r)
	}
}
