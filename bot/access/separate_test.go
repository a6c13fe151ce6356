package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// inAndOut keeps bringing people in and throwing them out in different hands. filing and quiet are roles of one side each.
var inAndOut = Exclusive{Name: "进出分离", Sets: []Items{ItemsOf(Invite, Import), ItemsOf(Remove)}}

func onlyOf(r Role, i ...Item) Role { r.Only = ItemsOf(i...); return r }

func exempted(until time.Time) Exemption {
	return Exemption{Rule: inAndOut.Name, Who: wang, Until: until, By: boss, Reason: "代班"}
}

// TestSeparation is where the check stands: in every way of getting rights (R61).
func TestSeparation(t *testing.T) {
	inviter := onlyOf(role(wang, Mid, Sales), Invite)
	remover := says(Allow, About(wang), Remove)
	laterRole := onlyOf(temp(wang, Mid, Sales, noon.Add(5*time.Hour)), Remove)
	laterRole.From = noon.Add(4 * time.Hour)
	liftedDeny := says(Deny, About(wang), Remove)
	comrade := Person{Positions: []string{"客服主管"}}
	for _, row := range []struct {
		name string
		world
		wish    wish
		allowed bool
		rule    Rule
	}{
		{"no rule is preset", staffed(), appoint(boss, wang, Mid, Sales), true, RuleOwner},
		{"a role", staffed(inAndOut), appoint(boss, wang, Mid, Sales), false, RuleSeparation},
		{"a role of one side only", staffed(inAndOut), appoint(boss, wang, Mid, NoJob), true, RuleOwner},
		{"a level", staffed(inAndOut, role(wang, Junior, NoJob)), relevel(boss, wang, Senior), false, RuleSeparation},
		{"a job", staffed(inAndOut, role(wang, Mid, NoJob)), rejob(boss, wang, Sales), false, RuleSeparation},
		{"an exception", staffed(inAndOut, inviter), except(boss, remover), false, RuleSeparation},
		{"an exception that begins later", staffed(inAndOut, inviter), except(boss, says(Allow, About(wang), Remove, func(s *Statement) { s.From, s.Until = inAnHour, inAnHour.Add(time.Hour) })), false, RuleSeparation},
		{"an exception that is over before the other begins", staffed(inAndOut, laterRole), except(boss, says(Allow, About(wang), Invite, byEnterprise, until(inAnHour))), true, RuleOwner},
		{"an exception that runs into a role that begins later", staffed(inAndOut, laterRole), except(boss, says(Allow, About(wang), Invite, byEnterprise)), false, RuleSeparation},
		{"a role that begins later", staffed(inAndOut, says(Allow, About(wang), Invite, byEnterprise)), appointFor(boss, wang, Senior, Operations, inAnHour, noon.Add(2*time.Hour)), true, RuleOwner},
		{"a role that begins later, of the other side", staffed(inAndOut, says(Allow, About(wang), Invite, byEnterprise)), appointFor(boss, wang, Mid, Sales, inAnHour, noon.Add(2*time.Hour)), false, RuleSeparation},
		{"a longer end that runs into the other side", staffed(inAndOut, onlyOf(temp(wang, Mid, Sales, inAnHour), Invite), says(Allow, About(wang), Remove, byEnterprise, func(s *Statement) { s.From, s.Until = noon.Add(2*time.Hour), noon.Add(3*time.Hour) })), extend(boss, wang, noon.Add(4*time.Hour)), false, RuleSeparation},
		{"a longer end that does not", staffed(inAndOut, onlyOf(temp(wang, Mid, Sales, inAnHour), Invite), says(Allow, About(wang), Remove, byEnterprise, func(s *Statement) { s.From, s.Until = noon.Add(2*time.Hour), noon.Add(3*time.Hour) })), extend(boss, wang, noon.Add(90*time.Minute)), true, RuleOwner},
		{"a deny that is lifted", staffed(inAndOut, role(wang, Mid, Sales), liftedDeny), unset(boss, liftedDeny), false, RuleSeparation},
		{"a role by position is the other side", staffed(inAndOut, lead(func(m *Mapping) { m.Job = Sales }), says(Deny, About(wang), Remove, byEnterprise)).on(comrade), unset(boss, says(Deny, About(wang), Remove)), false, RuleSeparation},
		{"a role by position and an exception", company(Owner{boss}, lead(func(m *Mapping) { m.Level = Junior })).and(inAndOut, says(Allow, About(wang), Invite, byEnterprise)).on(comrade), except(boss, says(Allow, About(wang), Remove, byEnterprise)), false, RuleSeparation},
		{"a duty-bound role counts off shift too", staffed(inAndOut, dutyBound(inviter)), except(boss, says(Allow, About(wang), Remove, byEnterprise)), false, RuleSeparation},
		{"what is broken already may be extended", staffed(inAndOut, temp(wang, Mid, Sales, inAnHour)), extend(boss, wang, noon.Add(4*time.Hour)), true, RuleOwner},
		{"with an exemption", staffed(inAndOut, exempted(inAnHour)), appoint(boss, wang, Mid, Sales), true, RuleOwner},
		{"after its end", staffed(inAndOut, exempted(noon)), appoint(boss, wang, Mid, Sales), false, RuleSeparation},
		{"an exemption that is over when the two meet", staffed(inAndOut, exempted(inAnHour), says(Allow, About(wang), Invite, byEnterprise)), appointFor(boss, wang, Mid, Sales, noon.Add(2*time.Hour), noon.Add(3*time.Hour)), false, RuleSeparation},
		{"of the company's rule no group exempts", company(Owner{boss}, inAndOut).and(exempted(inAnHour)), appoint(boss, wang, Mid, Sales), false, RuleSeparation},
		{"the company does", company(Owner{boss}, inAndOut, exempted(inAnHour)), appoint(boss, wang, Mid, Sales), true, RuleOwner},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := row.facts(t)
			c, d := row.wish(f)
			assert.Equal(t, row.rule, d.Rule)
			assert.Equal(t, row.allowed, d.Allowed)
			if row.rule == RuleSeparation {
				assert.Equal(t, inAndOut.Name, d.Exclusive(), "the refusal names the rule")
				assert.Empty(t, c)
				return
			}
			assert.Equal(t, d.Allowed, f.MayApply(ops, boss, c, OtherChange, noon).Allowed, "what a command may, an approval and an undo may")
		})
	}
}

// TestSeparationInApprovals: whoever brings the change, the rule is asked. Here an undo would bring a role back.
func TestSeparationInApprovals(t *testing.T) {
	f := staffed(role(wang, Mid, Sales)).facts(t)
	gone, d := f.Dismiss(ops, boss, wang, "", noon)
	require.True(t, d.Allowed)
	apart := staffed(inAndOut).facts(t)
	d = apart.MayApply(ops, boss, Change{gone[0].Opposite()}, OtherChange, noon)
	assert.Equal(t, RuleSeparation, d.Rule)
}

// TestMaySeparate is who may make rules, and who may be exempt.
func TestMaySeparate(t *testing.T) {
	set := func(g chat.Group, by chat.User, x Exclusive) wish {
		return func(f Facts) (Change, Decision) { return f.Separate(g, by, x, noon) }
	}
	unset := func(g chat.Group, by chat.User) wish {
		return func(f Facts) (Change, Decision) { return f.Unseparate(g, by, inAndOut.Name, noon) }
	}
	exempt := func(by chat.User, e Exemption) wish {
		return func(f Facts) (Change, Decision) { return f.Exempt(ops, by, e, noon) }
	}
	agreed := func(w wish) wish {
		return func(f Facts) (Change, Decision) { f.Consent = true; return w(f) }
	}
	senior := role(li, Senior, NoJob)
	for _, row := range []struct {
		name string
		world
		wish    wish
		records int
		rule    Rule
	}{
		{"an owner for the company", staffed(), set("", boss, inAndOut), 1, RuleOwner},
		{"an owner for a group", staffed(), set(ops, boss, inAndOut), 1, RuleOwner},
		{"nobody else for the company", staffed(senior), agreed(set("", li, inAndOut)), 0, RuleTier},
		{"a senior for the group, alone", staffed(senior), set(ops, li, inAndOut), 0, RuleSecondPerson},
		{"a senior for the group, with consent", staffed(senior), agreed(set(ops, li, inAndOut)), 1, RuleGranted},
		{"one set is none", staffed(), set(ops, boss, Exclusive{Name: "x", Sets: inAndOut.Sets[:1]}), 0, RuleNothingGranted},
		{"an item on both sides", staffed(), set(ops, boss, Exclusive{Name: "x", Sets: []Items{ItemsOf(Mute), ItemsOf(Mute, Recall)}}), 0, RuleNothingGranted},
		{"the same again is no change", staffed(inAndOut), set(ops, boss, inAndOut), 0, RuleOwner},
		{"removing takes its exemptions along", staffed(inAndOut, exempted(inAnHour)), unset(ops, boss), 2, RuleOwner},
		{"an exemption", staffed(inAndOut), exempt(boss, exempted(inAnHour)), 1, RuleOwner},
		{"without a reason", staffed(inAndOut), exempt(boss, Exemption{Rule: inAndOut.Name, Who: wang, Until: inAnHour}), 0, RuleNothingGranted},
		{"without an end", staffed(inAndOut), exempt(boss, Exemption{Rule: inAndOut.Name, Who: wang, Reason: "x"}), 0, RuleNothingGranted},
		{"of oneself", staffed(inAndOut, senior), agreed(exempt(li, Exemption{Rule: inAndOut.Name, Who: li, Until: inAnHour, Reason: "x"})), 0, RuleSelf},
		{"of oneself, as an owner", staffed(inAndOut), exempt(boss, Exemption{Rule: inAndOut.Name, Who: boss, Until: inAnHour, Reason: "x"}), 0, RuleSelf},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, d := row.wish(row.facts(t))
			assert.Equal(t, row.rule, d.Rule)
			assert.Len(t, c, row.records)
		})
	}
}

// TestBreakers names who breaks a rule already; by their office owners hold everything and break nothing.
func TestBreakers(t *testing.T) {
	f := staffed(role(wang, Mid, Sales), role(zhang, Mid, NoJob), role(boss, Senior, NoJob)).facts(t)
	assert.Equal(t, []Breaker{{wang, ItemsOf(Invite, Import, Remove)}}, f.Breakers(inAndOut, ops, noon))
}

// TestParseItems: what people write for the sides of a rule.
func TestParseItems(t *testing.T) {
	for said, want := range map[string]Items{
		"禁言": ItemsOf(Mute), "mute, recall": ItemsOf(Mute, Recall), "禁言、撤回 移除": ItemsOf(Mute, Recall, Remove),
		"内容管控": Content.Items(), "治理+mute": GovernanceItems.With(Mute), "group-settings": Config.Items(), "": 0,
	} {
		got, unknown := ParseItems(said)
		assert.Equal(t, want, got, said)
		assert.Empty(t, unknown)
	}
	_, unknown := ParseItems("禁言、飞")
	assert.Equal(t, "飞", unknown)
	assert.Equal(t, "内容管控、治理", (Content.Items() | GovernanceItems).Brief().ZH)
}

// TestTemplates: what a template gives it takes as one unit, and nothing else.
func TestTemplates(t *testing.T) {
	f := staffed(role(wang, Mid, NoJob), role(zhang, Junior, NoJob)).facts(t)
	tpl, ok := f.Template("客服主管")
	require.True(t, ok)
	for _, who := range []chat.User{wang, zhang} {
		c, d := f.Appoint(ops, Appointment{By: boss, Who: who, WhoKind: chat.Staff, Level: tpl.Level, Job: tpl.Job, Until: inAnHour, Source: tpl.Source()}, noon)
		require.True(t, d.Allowed, d.Rule)
		var err error
		f, err = f.After(ops, c)
		require.NoError(t, err)
	}
	require.Len(t, f.Group.FromTemplate(tpl, noon), 2)
	assert.Empty(t, f.Group.FromTemplate(tpl, inAnHour), "it ends by itself")
	c, d := f.Relieve(ops, boss, tpl, noon)
	require.True(t, d.Allowed, "the last seniors were the template's: without it the group is as before")
	f, err := f.After(ops, c)
	require.NoError(t, err)
	assert.Equal(t, []Level{Mid, Junior}, []Level{f.LevelOf(wang, ops, noon), f.LevelOf(zhang, ops, noon)})
	custom := company(JobDefinition{Name: "展会专员", Items: ItemsOf(Invite)}).facts(t)
	own, ok := custom.Template("展会专员")
	assert.True(t, ok)
	assert.Equal(t, "scene:展会专员", own.Source())
	_, ok = custom.Template("飞行员")
	assert.False(t, ok)
	left := role(wang, Mid, "飞行员")
	left.Grants, left.Source = ItemsOf(Invite), "scene:飞行员"
	_, ok = group(left).facts(t).Template("飞行员")
	assert.True(t, ok, "what it gave can still be taken back")
}
