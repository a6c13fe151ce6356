package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// mapsTo gives a role to the position 客服主管 in a group; the zero group is the company.
func mapsTo(g chat.Group, by chat.User, l Level, j Job) wish {
	return func(f Facts) (Change, Decision) {
		return f.Map(g, by, Mapping{Subject: Subject{Kind: OfPosition, ID: "客服主管"}, Level: l, Job: j}, noon)
	}
}

func unmaps(g chat.Group, by chat.User, m Mapping) wish {
	return func(f Facts) (Change, Decision) { return f.Unmap(g, by, m, noon) }
}

func switches(g chat.Group, by chat.User, m Mapping, off bool) wish {
	return func(f Facts) (Change, Decision) { return f.SwitchMapping(g, by, m, off, noon) }
}

// ofGroup is the mapping of lead as an admin of the group set it.
func ofGroup(m *Mapping) { m.Tier, m.By = GroupTier, li }

// TestWhoMayMap is the table of who may give roles to positions.
func TestWhoMayMap(t *testing.T) {
	consent := func(f Facts) Facts { f.Consent = true; return f }
	alone := func(f Facts) Facts { return f }
	senior := staffed(role(li, Senior, NoJob), role(zhang, Senior, NoJob))
	for _, row := range []struct {
		name  string
		world world
		with  func(Facts) Facts
		wish  wish
		want  Rule
		done  bool
	}{
		{"an owner in all groups", staffed(), alone, mapsTo("", boss, Senior, NoJob), RuleOwner, true},
		{"an owner in one group", staffed(), alone, mapsTo(ops, boss, Senior, NoJob), RuleOwner, true},
		{"a department admin in a group of theirs", company(DepartmentAdmin{hua, []string{region}}).in(Place{Departments: []string{region}}), alone, mapsTo(ops, hua, Mid, NoJob), RuleDepartmentAdmin, true},
		{"but not in all groups", company(DepartmentAdmin{hua, []string{region}}).in(Place{Departments: []string{region}}), alone, mapsTo("", hua, Mid, NoJob), RuleDefault, false},
		{"a senior needs a second person", senior, alone, mapsTo(ops, li, Mid, NoJob), RuleSecondPerson, false},
		{"a senior with one", senior, consent, mapsTo(ops, li, Mid, NoJob), RuleGranted, true},
		{"a senior never in all groups", senior, consent, mapsTo("", li, Mid, NoJob), RuleTier, false},
		{"somebody without policy", staffed(role(li, Mid, NoJob)), consent, mapsTo(ops, li, Junior, NoJob), RuleDefault, false},
		{"no more than one holds", staffed(role(li, Senior, Operations)), consent, mapsTo(ops, li, Mid, Sales), RuleMoreThanHeld, false},
		{"what gives nothing", staffed(), alone, mapsTo(ops, boss, Junior, Sales), RuleNothingGranted, false},
		{"the level of the job where none is named", staffed(), alone, mapsTo(ops, boss, NoLevel, Supervisor), RuleOwner, true},
		{"the same again changes nothing", staffed(lead()), alone, mapsTo(ops, boss, Mid, NoJob), RuleOwner, false},
		{"an admin does not replace the enterprise's", staffed(role(li, Senior, NoJob), lead()), consent, mapsTo(ops, li, Junior, NoJob), RuleTier, false},
		{"nor take it away", staffed(role(li, Senior, NoJob), lead()), consent, unmaps(ops, li, lead()), RuleTier, false},
		{"nor switch it off", staffed(role(li, Senior, NoJob), lead()), consent, switches(ops, li, lead(), true), RuleTier, false},
		{"the group's own is taken away", staffed(role(li, Senior, NoJob), lead(ofGroup)), consent, unmaps(ops, li, lead(ofGroup)), RuleGranted, true},
		{"switched off by an owner", company(Owner{boss}, lead()), alone, switches("", boss, lead(), true), RuleOwner, true},
		{"switched off already", company(Owner{boss}, lead()), alone, switches("", boss, lead(), false), RuleOwner, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := row.with(row.world.facts(t))
			c, d := row.wish(f)
			assert.Equal(t, row.want, d.Rule)
			assert.Equal(t, row.done, len(c) > 0)
			if !row.done {
				return
			}
			g := chat.Group("")
			if c[0].Of == Of(ops) {
				g = ops
			}
			by := boss
			if d.Rule == RuleGranted {
				by = li
			} else if d.Rule == RuleDepartmentAdmin {
				by = hua
			}
			assert.True(t, f.MayApply(g, by, c, OtherChange, noon).Allowed, "what a command may, MayApply allows")
			after, err := f.After(g, c)
			require.NoError(t, err)
			back := []journal.Change{c[0].Opposite()}
			if d.Rule != RuleGranted { // the opposite of taking away is to set, which an admin does as their own
				assert.True(t, after.MayApply(g, by, back, OtherChange, noon).Allowed, "and its opposite")
			}
		})
	}
}

// TestHeirs: who has a role by position, the highest of several, and who waits for the cap.
func TestHeirs(t *testing.T) {
	first, second := leader, leader
	first.Joined, second.Joined = 1, 2
	f := company(Owner{boss}, Cap{1}, lead()).and(lead(func(m *Mapping) { m.Level = Junior })).
		knowing(map[chat.User]Person{wang: second, zhang: first, "yang": {Positions: []string{"实习生"}}}).facts(t)
	heirs := f.Heirs(ops, noon)
	require.Len(t, heirs, 2)
	assert.Equal(t, []any{wang, Mid, true, true}, []any{heirs[0].Who, heirs[0].Mapping.Level, heirs[0].Company, heirs[0].Pending})
	assert.Equal(t, []any{zhang, Mid, true, false}, []any{heirs[1].Who, heirs[1].Mapping.Level, heirs[1].Company, heirs[1].Pending})
	assert.Len(t, f.Inherited(zhang, ops, noon), 2, "of both books")

	after, err := f.After("", Change{set[Mapping](f.Company, "", MappingKey(lead()), nil)})
	require.NoError(t, err)
	shifts := Shifts(f, after, ops, noon)
	require.Len(t, shifts, 2)
	assert.Equal(t, Junior, shifts[1].After.Mapping.Level, "what is left is the group's")

	// Who is appointed goes before who inherits.
	after, err = f.After(ops, Change{set(f.Group, ops, RoleKey(li, false), &Role{Who: li, Level: Mid, At: hourAgo})})
	require.NoError(t, err)
	shifts = Shifts(f, after, ops, noon)
	require.Len(t, shifts, 1)
	assert.Equal(t, zhang, shifts[0].Who)
	assert.True(t, shifts[0].After.Pending)
	assert.Empty(t, Shifts(f, f, ops, noon))
}

func TestSourceText(t *testing.T) {
	assert.Equal(t, chat.Text{ZH: "因职位 客服主管", EN: "by position 客服主管"}, SourceText(lead().Source()))
	assert.Equal(t, chat.Text{ZH: "因部门 华东", EN: "by department 华东"}, SourceText("auto:department:华东"))
	assert.Equal(t, chat.Text{ZH: "来源 scene:x", EN: "source scene:x"}, SourceText("scene:x"))
	assert.True(t, SourceText("").IsZero())
}

func TestOnlyOwn(t *testing.T) {
	own := role(li, Mid, Sales)
	own.Data = DataScope{Own: true}
	f := group(own, role(wang, Mid, Sales)).facts(t)
	assert.True(t, f.OnlyOwn(li))
	assert.False(t, f.OnlyOwn(wang))
	assert.True(t, group(says(Allow, everyone, Mute, only(DataScope{Own: true}))).facts(t).OnlyOwn(wang), "a right of everybody's")

	for _, row := range []struct {
		followers []chat.User
		want      bool
	}{{[]chat.User{li, wang}, true}, {[]chat.User{wang}, false}, {nil, false}} {
		f := group(own).on(Person{Followers: row.followers}).facts(t)
		d := Decide(f, Request{Actor: li, Item: Remove, Group: ops, Target: kunde, TargetKind: chat.Customer, At: noon})
		assert.Equal(t, row.want, d.Allowed, "%v: %s", row.followers, d.Rule)
	}
}

// BenchmarkMatrixOfHeirs asks every item of everybody in a group of 200 who all inherit.
func BenchmarkMatrixOfHeirs(b *testing.B) {
	staff := map[chat.User]Person{}
	for n := range 200 {
		p := leader
		p.Joined = int64(n)
		staff[admin(n)] = p
	}
	f := company(Owner{boss}, lead()).knowing(staff).facts(b)
	for b.Loop() {
		f.Matrix(ops, noon.Add(time.Second))
	}
}
