package access

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// withouts are worlds in which one kind of thing was never written, or is not known.
var withouts = []struct {
	what string
	take func(w *world)
}{
	{"a role's custom job", roles(func(r *Role) {
		if r.Grants != 0 {
			r.Job, r.Grants = NoJob, 0
		}
	})},
	{"a narrowed role", roles(func(r *Role) { r.Only = 0 })},
	{"a duty-bound role", roles(func(r *Role) { r.OnDuty = false })},
	{"a suspended role", roles(func(r *Role) { r.Suspended = false })},
	{"an eligible role's waiting", roles(func(r *Role) { r.Eligible = false })},
	{"an activation", dropping(func(r any) bool { x, ok := r.(Role); return ok && x.Active })},
	{"the company's mappings", func(w *world) { w.company = without(w.company, isMapping) }},
	{"the group's mappings", func(w *world) { w.group = without(w.group, isMapping) }},
	{"a mapping of a position", dropping(func(r any) bool { m, ok := r.(Mapping); return ok && m.Subject.Kind == OfPosition })},
	{"a mapping of a department", dropping(func(r any) bool { m, ok := r.(Mapping); return ok && m.Subject.Kind == OfDepartment })},
	{"a mapping's custom job", mappings(func(m *Mapping) {
		if m.Grants != 0 {
			m.Job, m.Grants = NoJob, 0
		}
	})},
	{"a mapping switched off", mappings(func(m *Mapping) { m.Off = false })},
	{"a mapping's sizes", mappings(func(m *Mapping) { m.Least, m.Most = 0, 0 })},
	{"a mapping's scene", mappings(func(m *Mapping) { m.Scene = "" })},
	{"an offline event", dropping(func(r any) bool { s, ok := r.(Scene); return ok && s.Name == OfflineEvent })},
	{"another scene", dropping(func(r any) bool { s, ok := r.(Scene); return ok && s.Name != OfflineEvent })},
	{"the company's cap", func(w *world) { w.company = without(w.company, isCap) }},
	{"the group's cap", func(w *world) { w.group = without(w.group, isCap) }},
	{"one's own customers only", data(func(d *DataScope) { d.Own = false })},
	{"the group's tags", func(w *world) { w.place.Tags = nil }},
	{"the group's size", func(w *world) { w.place.People = 0 }},
	{"the roster", func(w *world) { w.rota = rota{} }},
	{"consent", func(w *world) { w.consent = false }},
	{"followers", people(func(p *Person) { p.Followers = nil })},
	{"when people came", people(func(p *Person) { p.Joined = 0 })},
	{"the people of the address book", func(w *world) { w.staff = nil }},
}

func isMapping(r any) bool { _, ok := r.(Mapping); return ok }

func isCap(r any) bool { _, ok := r.(Cap); return ok }

func dropping(drop func(any) bool) func(*world) {
	return func(w *world) { w.company, w.group = without(w.company, drop), without(w.group, drop) }
}

// changing makes something else of all records of a type.
func changing[T any](change func(*T)) func(*world) {
	each := func(records []any) []any {
		out := slices.Clone(records)
		for i := range out {
			if r, ok := out[i].(T); ok {
				change(&r)
				out[i] = r
			}
		}
		return out
	}
	return func(w *world) { w.company, w.group = each(w.company), each(w.group) }
}

func roles(change func(*Role)) func(*world) { return changing(change) }

func mappings(change func(*Mapping)) func(*world) { return changing(change) }

func data(change func(*DataScope)) func(*world) {
	ofRoles, ofStatements := changing(func(r *Role) { change(&r.Data) }), changing(func(s *Statement) { change(&s.Data) })
	return func(w *world) { ofRoles(w); ofStatements(w) }
}

func people(change func(*Person)) func(*world) {
	return func(w *world) {
		before := w.staff
		w.staff = map[chat.User]Person{}
		for who, p := range before {
			change(&p)
			w.staff[who] = p
		}
		change(&w.actor)
	}
}

// TestEverythingMatters: nothing in the random worlds is there in vain. Without each kind of thing some decision is
// another one.
func TestEverythingMatters(t *testing.T) {
	const enough = 5
	seen := eachWorld(t, 7, 20_000, func(_ *testing.T, _ int, d dice, o *oracle, seen map[string]int) {
		q := d.question()
		before, _ := o.decide(q)
		for _, w := range withouts {
			if seen[w.what] >= enough {
				continue
			}
			other := oracle{world: o.world, marks: o.marks}
			w.take(&other.world)
			if after, _ := other.decide(q); before != after {
				seen[w.what]++
			}
		}
	})
	for _, w := range withouts {
		require.NotZero(t, seen[w.what], "%s never mattered: the worlds are too tame", w.what)
	}
	t.Log(seen)
}
