package access

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// TestBuildFailsClosed: what is only half understood grants nothing.
func TestBuildFailsClosed(t *testing.T) {
	everyoneKey := StatementKey(Statement{Items: ItemsOf(Mute)})
	for name, r := range map[string][2]string{
		"unknown kind of record":       {"wish/li", `{}`},
		"no JSON":                      {"role/li", `{`},
		"unknown field":                {"role/li", `{"who":"li","level":"mid","until_further_notice":true}`},
		"unknown level":                {"role/li", `{"who":"li","level":"god"}`},
		"no level":                     {"role/li", `{"who":"li","level":""}`},
		"unknown job":                  {"role/li", `{"who":"li","level":"mid","job":"cook"}`},
		"another person's key":         {"role/li", `{"who":"wang","level":"mid"}`},
		"nobody's role":                {"role/", `{"level":"mid"}`},
		"temporary under a fixed key":  {"role/li", `{"who":"li","level":"mid","until":"2026-03-01T00:00:00Z"}`},
		"fixed under a temporary key":  {"temp/li", `{"who":"li","level":"mid"}`},
		"unknown item":                 {everyoneKey, `{"subject":{},"items":["fly"],"effect":"allow"}`},
		"unknown effect":               {everyoneKey, `{"subject":{},"items":["mute"],"effect":"maybe"}`},
		"a statement's wrong key":      {everyoneKey, `{"subject":{},"items":["recall"],"effect":"allow"}`},
		"a statement about no item":    {StatementKey(Statement{}), `{"subject":{},"items":[],"effect":"allow"}`},
		"somebody without a name":      {StatementKey(Statement{Subject: Subject{Kind: OnePerson}, Items: ItemsOf(Mute)}), `{"subject":{"kind":"person"},"items":["mute"],"effect":"deny"}`},
		"a group scope without group":  {StatementKey(Statement{Items: ItemsOf(Mute), Scope: Scope{Kind: OneGroup}}), `{"subject":{},"scope":{"kind":"group"},"items":["mute"],"effect":"deny"}`},
		"an owner under a wrong key":   {"owner/li", `{"who":"wang"}`},
		"an owner without a name":      {"owner/", `{}`},
		"department admin, wrong key":  {"department-admin/li", `{"who":"wang","departments":["x"]}`},
		"a cap of nobody":              {"cap", `{"people":0}`},
		"a cap under a key of its own": {"cap/x", `{"people":3}`},
	} {
		b, err := Build(map[string]json.RawMessage{r[0]: json.RawMessage(r[1])})
		assert.Error(t, err, name)
		assert.Equal(t, Book{}, b, name)
	}
}

func TestBookTellsWhatItWasBuiltOf(t *testing.T) {
	fixed, temporary := role(li, Mid, Sales), temp(li, Senior, NoJob, inAnHour)
	fixed.Suspended, fixed.Source, fixed.Groups, fixed.Data = true, "auto:size", []chat.Group{ops}, DataScope{Tag: "vip"}
	later := role(wang, Junior, NoJob)
	s := says(Deny, inRegion, Mute, until(inAnHour), byEnterprise, only(DataScope{Kind: chat.Staff}))
	s.Reason, s.Source = "试用", "scene:beta"
	d := DepartmentAdmin{Who: hua, Departments: []string{region}}
	b := book(t, later, temporary, fixed, s, Owner{boss}, d, Cap{7})

	assert.Equal(t, []Role{fixed, temporary, later}, b.Roles())
	assert.Equal(t, []Statement{s}, b.Statements())
	assert.Equal(t, []chat.User{boss}, b.Owners())
	assert.Equal(t, []DepartmentAdmin{d}, b.DepartmentAdmins())
	got, ok := b.Role(li, true)
	assert.True(t, ok)
	assert.Equal(t, temporary, got)
	_, ok = b.Role(wang, true)
	assert.False(t, ok)
	most, ok := b.RoleCap()
	assert.True(t, ok)
	assert.Equal(t, 7, most)

	var none Book
	assert.Empty(t, none.Roles())
	assert.Empty(t, none.Statements())
	assert.Empty(t, none.Owners())
	assert.Empty(t, none.DepartmentAdmins())
	_, ok = none.RoleCap()
	assert.False(t, ok)
}

// TestStoredForm: what is written once keeps its shape.
func TestStoredForm(t *testing.T) {
	raw, err := json.Marshal(says(Allow, me, Mute))
	require.NoError(t, err)
	assert.JSONEq(t, `{"subject":{"kind":"person","id":"li"},"scope":{"kind":"group","groups":["G1"]},"items":["mute"],
		"breadth":"single","effect":"allow","by":"zhang","at":"2026-03-01T11:00:00Z"}`, string(raw))
	raw, err = json.Marshal(Role{Who: li, Level: Mid})
	require.NoError(t, err)
	assert.JSONEq(t, `{"who":"li","level":"mid"}`, string(raw))
	raw, err = json.Marshal(map[string]any{"item": Mute, "family": OfFamily, "tier": Enterprise})
	require.NoError(t, err)
	assert.JSONEq(t, `{"item":"mute","family":"family","tier":"enterprise"}`, string(raw))
	for _, bad := range []any{Effect(9), Tier(9), SubjectKind(9), ScopeKind(9), Breadth(9), Level(9), NoItem, Item(99)} {
		_, err := json.Marshal(bad)
		assert.Error(t, err, "%T", bad)
	}
	assert.Error(t, new(Items).UnmarshalJSON([]byte(`"mute"`)), "a list, not a word")
}

func TestKeys(t *testing.T) {
	assert.Equal(t, "access/G1", string(Of(ops)))
	assert.Equal(t, "company/access", string(Of("")))
	assert.NotEqual(t, Of("company"), Of(""))

	s := says(Allow, me, Mute)
	replaced := says(Deny, me, Mute)
	assert.Equal(t, StatementKey(s), StatementKey(replaced), "setting again replaces, whatever the effect")
	for name, other := range map[string]Statement{
		"term":    says(Allow, me, Mute, until(noon)),
		"tier":    says(Allow, me, Mute, byEnterprise),
		"scope":   says(Allow, me, Mute, everywhere),
		"item":    says(Allow, me, Recall),
		"subject": says(Allow, About(wang), Mute),
		"members": says(Allow, me, Mute, on(wang)),
	} {
		assert.NotEqual(t, StatementKey(s), StatementKey(other), name)
	}
	one := Statement{Subject: Subject{Kind: OfDepartment, ID: "华东/销售"}, Items: ItemsOf(Mute)}
	two := Statement{Subject: Subject{Kind: OfDepartment, ID: "华东%2F销售"}, Items: ItemsOf(Mute)}
	assert.NotEqual(t, StatementKey(one), StatementKey(two), "no name of a department runs into another")
	assert.NotEqual(t, StatementKey(says(Allow, me, Mute, on("a,b"))), StatementKey(says(Allow, me, Mute, on("a", "b"))))
}

func TestRole(t *testing.T) {
	r := temp(li, Mid, NoJob, inAnHour)
	assert.False(t, r.Live(hourAgo.Add(-1)))
	assert.True(t, r.Live(hourAgo), "the start is included")
	assert.True(t, r.Live(inAnHour.Add(-1)))
	assert.False(t, r.Live(inAnHour), "the end is not")
	assert.Equal(t, inAnHour, r.Due())
	assert.Zero(t, role(li, Mid, NoJob).Due())
	assert.False(t, Role{}.Live(noon), "the zero role gives nothing")
	assert.Equal(t, inAnHour, says(Allow, me, Mute, until(inAnHour)).Due())
}

func TestStanding(t *testing.T) {
	f := world{
		company: []any{Owner{boss}, DepartmentAdmin{hua, []string{region}}, role("cai", Mid, NoJob)},
		group:   []any{role(li, Senior, NoJob), temp(zhang, Senior, NoJob, noon), Role{Who: "sus", Level: Mid, Suspended: true}, says(Allow, About(wang), Mute)},
		place:   Place{Departments: []string{region}},
	}.facts(t)
	assert.Equal(t, Senior, f.LevelOf(li, ops, noon))
	assert.Equal(t, Mid, f.LevelOf("cai", ops, noon))
	assert.Equal(t, NoLevel, f.LevelOf(zhang, ops, noon), "over")
	assert.Equal(t, NoLevel, f.LevelOf("sus", ops, noon), "suspended")
	assert.Equal(t, NoLevel, f.LevelOf(boss, ops, noon))
	assert.True(t, f.IsOwner(boss))
	assert.False(t, f.IsOwner(hua))
	assert.True(t, f.Governs(boss, ""))
	assert.True(t, f.Governs(hua, ops))
	assert.False(t, f.Governs(hua, ""))
	assert.False(t, f.Governs(li, ops))

	assert.Equal(t, 24, f.Items(boss, Person{}, ops, noon).Len())
	assert.Equal(t, Held(Mid, NoJob), f.Items("cai", Person{}, ops, noon))
	assert.Zero(t, f.Items(wang, Person{}, ops, noon))
	assert.Equal(t, []chat.User{li, hua, boss}, f.Who(Remove, ops, noon))
	assert.Equal(t, []chat.User{"cai", li, hua, boss}, f.Who(Files, ops, noon))
	assert.Equal(t, []chat.User{"cai", li, "sus"}, f.Admins(ops, noon), "what is over does not count, what is paused does")
}

func TestDecisionTellsWhoSpoke(t *testing.T) {
	f := world{
		company: []any{says(Deny, everyone, Mute, everywhere, until(inAnHour)), role(li, Mid, Supervisor)},
		group:   []any{role(li, Junior, Supervisor), says(Allow, me, Mute, bundle), says(Deny, managers, Mute, family), temp(li, Mid, NoJob, noon)},
		actor:   manager,
	}.facts(t)
	d := Decide(f, asks(Mute))
	assert.True(t, d.Allowed)
	assert.Equal(t, RuleTerm, d.Rule)
	v, ok := d.Settled()
	require.True(t, ok)
	assert.True(t, v.IsRole())
	assert.Equal(t, Enterprise, v.Tier)
	assert.Equal(t, Mid, v.Role.Level)

	var got []string
	for v := range d.Spoke() {
		got = append(got, v.Text().ZH)
	}
	assert.Equal(t, []string{
		"允许 · 企业级 · 固定 · 角色 中级客服主管 · 由 zhang 设置",
		"禁止 · 企业级 · 临时，到 2026-03-01 21:00 为止，从 2026-03-01 19:00 起 · 所有人：禁言 · 由 zhang 设置",
		"允许 · 群级 · 固定 · 角色 普通客服主管 · 被级别上限截去 · 由 zhang 设置",
		"允许 · 群级 · 固定 · 个人 li：禁言（群 G1） · 由 zhang 设置",
		"禁止 · 群级 · 固定 · 职位 经理：禁言（群 G1） · 由 zhang 设置",
	}, got)
	for range d.Spoke() {
		break // a reader may stop early
	}
}

func TestDecisionTellsMoreThanAFew(t *testing.T) {
	var records []any
	actor := Person{}
	for _, p := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		records = append(records, says(Deny, Subject{Kind: OfPosition, ID: p}, Mute))
		actor.Positions = append(actor.Positions, p)
	}
	d := Decide(group(records...).by(actor).facts(t), asks(Mute))
	n := 0
	for v := range d.Spoke() {
		n++
		assert.Equal(t, Deny, v.Effect)
	}
	assert.Equal(t, 9, n)
}

func TestSettledOfARefusal(t *testing.T) {
	over, ok := Decide(group(temp(li, Mid, NoJob, noon)).facts(t), asks(Recall)).Settled()
	assert.True(t, ok)
	assert.Equal(t, noon, over.Until, "a refusal can say when it ended")
	cut, ok := Decide(group(role(li, Mid, Supervisor)).facts(t), asks(Rename)).Settled()
	assert.True(t, ok)
	assert.True(t, cut.Cut)
	_, ok = Decide(group().facts(t), asks(Rename)).Settled()
	assert.False(t, ok)
	_, ok = Decide(company(Owner{li}).facts(t), asks(Rename)).Settled()
	assert.False(t, ok)
}

func TestVoiceText(t *testing.T) {
	for want, s := range map[string]Statement{
		"deny · group tier · fixed · everyone: Mute":                                   {Items: ItemsOf(Mute)},
		"deny · group tier · fixed · department a: Mute (groups of department b)":      {Items: ItemsOf(Mute), Subject: Subject{Kind: OfDepartment, ID: "a"}, Scope: Scope{Kind: DepartmentGroups, Department: "b"}},
		"deny · group tier · fixed · position a: Mute (groups tagged b)":               {Items: ItemsOf(Mute), Subject: Subject{Kind: OfPosition, ID: "a"}, Scope: Scope{Kind: GroupSet, Tag: "b"}},
		"deny · group tier · fixed · person a: Mute, Recall (groups x, y) (only on z)": {Items: ItemsOf(Mute, Recall), Subject: About("a"), Scope: Scope{Kind: MemberSet, Groups: []chat.Group{"x", "y"}, Members: []chat.User{"z"}}},
	} {
		assert.Equal(t, want, Voice{Statement: s}.Text().EN)
	}
	v := Voice{Effect: Allow, Temporary: true, Until: noon, Source: "position:a*b", Reason: "holiday", Role: Role{Level: Senior, Suspended: true}}
	assert.Equal(t, `allow · group tier · temporary, until 2026-03-01 12:00 · role senior · suspended · source position:a\*b · reason: holiday`, v.TextIn(time.UTC).EN)
}

func TestConfigure(t *testing.T) {
	var b Book
	hires := []DepartmentAdmin{{hua, []string{region, "华南"}}, {hua, []string{region}}}
	c := b.Configure([]chat.User{boss, boss}, hires, 5)
	records := applied(t, map[string]json.RawMessage{}, c)
	b, err := Build(records)
	require.NoError(t, err)
	assert.Equal(t, []chat.User{boss}, b.Owners())
	assert.Equal(t, []DepartmentAdmin{{hua, []string{region, "华南"}}}, b.DepartmentAdmins())
	assert.Empty(t, b.Configure([]chat.User{boss}, hires, 5), "it is so already")

	records = applied(t, records, b.Configure([]chat.User{li}, nil, 0))
	b, err = Build(records)
	require.NoError(t, err)
	assert.Equal(t, []chat.User{li}, b.Owners())
	assert.Empty(t, b.DepartmentAdmins())
	_, ok := b.RoleCap()
	assert.False(t, ok)
	for _, one := range c {
		assert.Equal(t, Of(""), one.Of)
	}
}
