package access

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// wish is a change that somebody asks for.
type wish func(f Facts) (Change, Decision)

func appoint(by, who chat.User, l Level, j Job) wish {
	return appointFor(by, who, l, j, time.Time{}, time.Time{})
}

func appointFor(by, who chat.User, l Level, j Job, from, until time.Time) wish {
	return func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: by, Who: who, WhoKind: chat.Staff, Level: l, Job: j, From: from, Until: until}, noon)
	}
}

func dismiss(by, who chat.User) wish {
	return func(f Facts) (Change, Decision) { return f.Dismiss(ops, by, who, "离岗", noon) }
}

func relevel(by, who chat.User, l Level) wish {
	return func(f Facts) (Change, Decision) { return f.Relevel(ops, by, who, l, noon) }
}

func rejob(by, who chat.User, j Job) wish {
	return func(f Facts) (Change, Decision) { return f.Rejob(ops, by, who, j, noon) }
}

func quit(who chat.User) wish {
	return func(f Facts) (Change, Decision) { return f.Quit(ops, who, "", noon) }
}

func except(by chat.User, s Statement) wish {
	return func(f Facts) (Change, Decision) { return f.Except(ops, by, s, noon) }
}

func unset(by chat.User, s Statement) wish {
	return func(f Facts) (Change, Decision) { return f.Unset(ops, by, s, noon) }
}

func extend(by, who chat.User, end time.Time) wish {
	return func(f Facts) (Change, Decision) {
		c, d, _ := f.Extend(ops, by, who, end, noon)
		return c, d
	}
}

// staffed is a group with an owner above it and these records.
func staffed(records ...any) world { return company(Owner{boss}).and(records...) }

func seven() []any {
	var out []any
	for _, who := range []chat.User{"a1", "a2", "a3", "a4", "a5", "a6", "a7"} {
		out = append(out, role(who, Junior, NoJob))
	}
	return out
}

// changes is the table of the rules about changes of roles: D2, D3 and D9.
// apart keeps files and muting in different hands.
var apart = Exclusive{Name: "审管分离", Sets: []Items{ItemsOf(Files), ItemsOf(Mute, Recall)}}

var changes = []struct {
	name string
	world
	wish    wish
	allowed bool
	rule    Rule
}{
	{"D3 a 高级 appoints below", staffed(role(li, Senior, NoJob)), appoint(li, wang, Mid, NoJob), true, RuleGranted},
	{"D3 without the item nobody is appointed", staffed(role(li, Mid, Supervisor)), appoint(li, wang, Junior, NoJob), false, RuleCeiling},
	{"D3 a stranger appoints nobody", staffed(), appoint(li, wang, Junior, NoJob), false, RuleDefault},
	{"D3 高级 to 高级 needs a second person", staffed(role(li, Senior, NoJob)), appoint(li, wang, Senior, NoJob), false, RuleSecondPerson},
	{"R61 a grant across exclusive sets", staffed(Role{Who: wang, Level: Mid, Only: ItemsOf(Files)}, role(li, Senior, NoJob), apart), except(li, says(Allow, About(wang), Mute)), false, RuleSeparation},
	{"R61 with an exemption", staffed(Role{Who: wang, Level: Mid, Only: ItemsOf(Files)}, role(li, Senior, NoJob), apart, Exemption{Rule: "审管分离", Who: wang, Until: inAnHour, Reason: "代班"}), except(li, says(Allow, About(wang), Mute)), true, RuleGranted},
	{"R61 after its end", staffed(Role{Who: wang, Level: Mid, Only: ItemsOf(Files)}, role(li, Senior, NoJob), apart, Exemption{Rule: "审管分离", Who: wang, Until: noon, Reason: "代班"}), except(li, says(Allow, About(wang), Mute)), false, RuleSeparation},
	{"R61 a role across exclusive sets", staffed(role(li, Senior, NoJob), apart), appoint(li, wang, Mid, Supervisor), false, RuleSeparation},
	{"D3 a 超级管理员 does not", staffed(), appoint(boss, wang, Senior, NoJob), true, RuleOwner},
	{"D3 nor does a 分级管理员", company(DepartmentAdmin{hua, []string{region}}).in(Place{Departments: []string{region}}), appoint(hua, wang, Senior, NoJob), true, RuleDepartmentAdmin},
	{"D3 an exception to appoint does not lift the level", staffed(role(li, Mid, NoJob), says(Allow, me, Admins, byEnterprise)), appoint(li, wang, Mid, NoJob), false, RuleRank},
	{"D3 but serves below it", staffed(role(li, Mid, NoJob), says(Allow, me, Admins, byEnterprise)), appoint(li, wang, Junior, NoJob), true, RuleTier},
	{"D3 nobody grants more than they hold", staffed(role(li, Senior, Operations)), appoint(li, wang, Mid, Sales), false, RuleMoreThanHeld},
	{"D3 what one holds one may grant", staffed(role(li, Senior, Operations)), appoint(li, wang, Mid, Operations), true, RuleGranted},
	{"D3 nor wider than one's own narrowing", staffed(Role{Who: li, Level: Senior, Data: DataScope{Members: []chat.User{wang}}}, Role{Who: wang, Level: Junior, Data: DataScope{Members: []chat.User{kunde}}}), appoint(li, wang, Mid, NoJob), false, RuleMoreThanHeld},
	{"D3 neither by a change of level", staffed(Role{Who: li, Level: Senior, Data: DataScope{Members: []chat.User{wang}}}, role(wang, Junior, NoJob)), relevel(li, wang, Mid), false, RuleMoreThanHeld},
	{"D3 nor where both narrowings leave nobody", staffed(Role{Who: li, Level: Senior, Data: DataScope{Members: []chat.User{wang}, Tag: "a"}}, Role{Who: wang, Level: Junior, Data: DataScope{Tag: "b"}}).on(Person{Tags: []string{"a"}}), appoint(li, wang, Mid, NoJob), false, RuleMoreThanHeld},
	{"D3 nor to people outside it", staffed(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}), appoint(li, wang, Mid, NoJob), false, RuleDataScope},
	{"D3 nobody appoints themselves", staffed(role(li, Senior, NoJob)), appoint(li, li, Junior, NoJob), false, RuleSelf},
	{"D3 not even a 超级管理员", staffed(), appoint(boss, boss, Senior, NoJob), false, RuleSelf},
	{"D3 nobody but a 超级管理员 acts on one", staffed(role(li, Senior, NoJob)), appoint(li, boss, Junior, NoJob), false, RuleRank},
	{"D3 a 分级管理员 does not either", company(Owner{boss}, DepartmentAdmin{hua, []string{region}}).in(Place{Departments: []string{region}}), appoint(hua, boss, Junior, NoJob), false, RuleRank},
	{"D3 an equal is not dismissed", staffed(role(li, Mid, NoJob), says(Allow, me, Admins, byEnterprise), role(wang, Mid, NoJob)), dismiss(li, wang), false, RuleRank},
	{"D3 高级 on 高级", staffed(role(li, Senior, NoJob), role(wang, Senior, NoJob)), dismiss(li, wang), false, RuleSecondPerson},
	{"D3 also one that is only suspended", staffed(role(li, Senior, NoJob), Role{Who: wang, Level: Senior, Suspended: true}), dismiss(li, wang), false, RuleSecondPerson},
	{"D3 the last 高级 cannot be dismissed, not even by a 超级管理员", staffed(role(wang, Senior, NoJob)), dismiss(boss, wang), false, RuleLastSenior},
	{"D3 one of two can", staffed(role(li, Senior, NoJob), role(wang, Senior, NoJob)), dismiss(boss, wang), true, RuleOwner},
	{"D3 the last 高级 cannot be lowered", staffed(role(wang, Senior, NoJob)), relevel(boss, wang, Mid), false, RuleLastSenior},
	{"D3 nor replaced by less", staffed(role(wang, Senior, NoJob)), appoint(boss, wang, Junior, NoJob), false, RuleLastSenior},
	{"D3 nor quit", staffed(role(wang, Senior, NoJob)), quit(wang), false, RuleLastSenior},
	{"D3 a 高级 yet to come does not stand in", staffed(role(wang, Senior, NoJob), Role{Who: li, Level: Senior, From: inAnHour}), quit(wang), false, RuleLastSenior},
	{"D3 one of two may quit", staffed(role(li, Senior, NoJob), role(wang, Senior, NoJob)), quit(wang), true, RuleGranted},
	{"D3 others quit without any item", staffed(role(wang, Junior, NoJob)), quit(wang), true, RuleGranted},
	{"a job may change where the level stays", staffed(role(wang, Senior, NoJob)), rejob(boss, wang, Supervisor), true, RuleOwner},
	{"D3 a job beyond one's own", staffed(role(li, Senior, Operations), role(wang, Mid, Operations)), rejob(li, wang, Sales), false, RuleMoreThanHeld},
	{"a level may go down whoever gave what remains", staffed(role(li, Senior, Operations), role(wang, Mid, Supervisor)), relevel(li, wang, Junior), true, RuleGranted},
	{"D3 a level may not go up to one's own", staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob)), relevel(li, wang, Senior), false, RuleSecondPerson},
	{"D2 a pair that grants nothing", staffed(), appoint(boss, wang, Junior, Sales), false, RuleNothingGranted},
	{"D2 neither by a change of level", staffed(role(wang, Mid, Sales)), relevel(boss, wang, Junior), false, RuleNothingGranted},
	{"D2 an unknown job grants nothing", staffed(), appoint(boss, wang, Mid, Job("cook")), false, RuleNothingGranted},
	{"a term that is over grants nothing", staffed(), appointFor(boss, wang, Mid, NoJob, hourAgo, noon), false, RuleNothingGranted},
	{"a term that ends before it begins", staffed(), appointFor(boss, wang, Mid, NoJob, inAnHour, inAnHour), false, RuleNothingGranted},
	{"D9 the eleventh", staffed(seven()...).and(role("b1", Mid, NoJob), temp("b2", Mid, NoJob, inAnHour), Role{Who: "b3", Level: Mid, From: inAnHour}), appoint(boss, wang, Mid, NoJob), false, RuleCap},
	{"D9 the tenth, one being over", staffed(seven()...).and(role("b1", Mid, NoJob), role("b2", Mid, NoJob), temp("b3", Mid, NoJob, noon)), appoint(boss, wang, Mid, NoJob), true, RuleOwner},
	{"D9 nobody counts twice", staffed(seven()...).and(role("b1", Mid, NoJob), role("b2", Mid, NoJob), role(wang, Mid, NoJob)), appointFor(boss, wang, Mid, Operations, noon, inAnHour), true, RuleOwner},
	{"D9 roles in all groups count here too", company(Owner{boss}, Cap{1}, role("c1", Mid, NoJob)), appoint(boss, wang, Mid, NoJob), false, RuleCap},
	{"D9 the group's own cap goes before", company(Owner{boss}, Cap{1}, role("c1", Mid, NoJob)).and(Cap{2}), appoint(boss, wang, Mid, NoJob), true, RuleOwner},
	{"customers hold no role", staffed(), func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: boss, Who: kunde, WhoKind: chat.Customer, Level: Junior}, noon)
	}, false, RuleNotStaff},
	{"R16 who is known to lack 客户联系 holds none", staffed(), func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: boss, Who: wang, WhoKind: chat.Staff, Level: Junior, NoContact: true}, noon)
	}, false, RuleNoContactRight},
	{"who is unknown holds none either", staffed(), func(f Facts) (Change, Decision) {
		return f.Appoint(ops, Appointment{By: boss, Who: wang, Level: Junior}, noon)
	}, false, RuleNotStaff},
	{"who holds no role cannot lose it", staffed(temp(wang, Mid, NoJob, noon)), dismiss(boss, wang), false, RuleNotAdmin},
	{"nor step down", staffed(), quit(wang), false, RuleNotAdmin},
	{"a role by position does not end by itself", company(Owner{boss}, lead()).knowing(map[chat.User]Person{wang: leader}), dismiss(boss, wang), false, RuleInherited},
	{"a role in all groups does not end in one", company(Owner{boss}, role(wang, Mid, NoJob)), dismiss(boss, wang), false, RuleTier},
	{"a role in all groups is given by owners", company(Owner{boss}, role(li, Senior, NoJob)), func(f Facts) (Change, Decision) {
		return f.Appoint("", Appointment{By: li, Who: wang, WhoKind: chat.Staff, Level: Junior}, noon)
	}, false, RuleTier},
	{"an end is moved to later", staffed(temp(wang, Mid, NoJob, inAnHour)), extend(boss, wang, inAnHour.Add(1)), true, RuleOwner},
	{"an end that is not later", staffed(temp(wang, Mid, NoJob, inAnHour)), extend(boss, wang, inAnHour), false, RuleNothingGranted},
	{"R53 a 高级's term is not extended by a 高级 alone", staffed(role(li, Senior, NoJob), temp(wang, Senior, NoJob, inAnHour)), extend(li, wang, inAnHour.Add(1)), false, RuleSecondPerson},

	{"R14 who is eligible activates it", staffed(eligible(role(wang, Mid, Supervisor))), activate(wang, time.Hour), true, RuleEligible},
	{"R14 also one item of it", staffed(eligible(role(wang, Mid, Supervisor))), activate(wang, time.Hour, Mute), true, RuleEligible},
	{"R14 an item that the role has not", staffed(eligible(role(wang, Mid, Operations))), activate(wang, time.Hour, Invite), false, RuleNotEligible},
	{"R14 nobody else does", staffed(eligible(role(wang, Mid, Supervisor))), activate(li, time.Hour), false, RuleNotEligible},
	{"R14 not once the eligibility is over", staffed(ending(eligible(role(wang, Mid, NoJob)), noon)), activate(wang, time.Hour), false, RuleGrantExpired},
	{"R14 nor while it is suspended", staffed(suspended(eligible(role(wang, Mid, NoJob)))), activate(wang, time.Hour), false, RuleSuspended},
	{"M04 nor off shift, where it is for shifts", staffed(dutyBound(eligible(role(wang, Mid, NoJob)))), activate(wang, time.Hour), false, RuleOffDuty},
	{"M04 on shift it is", staffed(dutyBound(eligible(role(wang, Mid, NoJob)))).onDuty(wang), activate(wang, time.Hour), true, RuleEligible},
	{"R14 a 高级 is made eligible by two", staffed(role(li, Senior, NoJob)), appointEligible(li, wang, Senior), false, RuleSecondPerson},
	{"R14 and not taken away by one", staffed(role(li, Senior, NoJob), eligible(role(wang, Senior, NoJob))), dismiss(li, wang), false, RuleSecondPerson},
	{"R14 what is below, by one", staffed(role(li, Senior, NoJob)), appointEligible(li, wang, Mid), true, RuleGranted},
	{"R14 nobody makes themselves eligible", staffed(role(li, Senior, NoJob)), appointEligible(li, li, Mid), false, RuleSelf},
	{"R14 nor for more than the grantor holds", staffed(role(li, Senior, Operations), eligible(role(wang, Mid, Operations))), rejob(li, wang, Sales), false, RuleMoreThanHeld},
	{"D9 who is eligible takes no place", staffed(Cap{1}, role("c1", Mid, NoJob)), appointEligible(boss, wang, Mid), true, RuleOwner},
	{"D9 until it is activated", staffed(Cap{1}, role("c1", Mid, NoJob), eligible(role(wang, Mid, NoJob))), activate(wang, time.Hour), false, RuleCap},
	{"R61 separation of duties is asked then", staffed(role(wang, Junior, NoJob), eligible(role(wang, Mid, Supervisor)), apart), activate(wang, time.Hour, Mute), false, RuleSeparation},
	{"D3 a 高级 by activation does not stand in", staffed(role(wang, Senior, NoJob), activated(li, Senior, inAnHour)), quit(wang), false, RuleLastSenior},
	{"D3 nor one on shift only", staffed(role(wang, Senior, NoJob), dutyBound(role(li, Senior, NoJob))).onDuty(li), quit(wang), false, RuleLastSenior},
	{"M04 a role for shifts is given like any other", staffed(role(li, Senior, NoJob)), appointOnDuty(li, wang, Mid), true, RuleGranted},

	{"M04 what no longer rests between shifts is granted anew", staffed(role(li, Senior, Operations), dutyBound(role(wang, Mid, Supervisor))), appoint(li, wang, Mid, Supervisor), false, RuleMoreThanHeld},
	{"M04 what will rest is not", staffed(role(li, Senior, Operations), role(wang, Mid, Supervisor)), appointOnDuty(li, wang, Mid), true, RuleGranted},

	{"D3 a right does not outlast the grantor's", staffed(temp(li, Senior, NoJob, inAnHour)), appoint(li, wang, Mid, NoJob), false, RuleMoreThanHeld},
	{"D3 neither when it has an end", staffed(temp(li, Senior, NoJob, inAnHour)), appointFor(li, wang, Mid, NoJob, noon, inAnHour.Add(1)), false, RuleMoreThanHeld},
	{"D3 as long as it is not a longer one", staffed(temp(li, Senior, NoJob, inAnHour)), appointFor(li, wang, Mid, NoJob, noon, inAnHour), true, RuleTemporary},
	{"D3 nor by an extension", staffed(temp(li, Senior, NoJob, inAnHour), temp(wang, Mid, NoJob, inAnHour)), extend(li, wang, inAnHour.Add(1)), false, RuleMoreThanHeld},
	{"D3 nor by an exception", staffed(temp(li, Senior, NoJob, inAnHour), role(wang, Mid, NoJob)), except(li, says(Allow, About(wang), Mute)), false, RuleMoreThanHeld},
	{"D3 nor by an activation", staffed(activated(li, Senior, inAnHour)), appoint(li, wang, Mid, NoJob), false, RuleMoreThanHeld},
	{"D3 what is held for good too bounds nothing", staffed(temp(li, Senior, NoJob, inAnHour), role(li, Senior, Operations)), appoint(li, wang, Mid, Operations), true, RuleGranted},
	{"D3 the end of a shift bounds nothing", staffed(dutyBound(role(li, Senior, NoJob))).onDuty(li), appoint(li, wang, Mid, NoJob), true, RuleGranted},
	{"D3 a deny may outlast it", staffed(temp(li, Senior, NoJob, inAnHour), role(wang, Mid, NoJob)), except(li, says(Deny, About(wang), Mute)), true, RuleTemporary},

	{"R70 an exception on somebody below", staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob)), except(li, says(Allow, About(wang), Mute)), true, RuleGranted},
	{"R70 not on oneself", staffed(role(li, Senior, NoJob)), except(li, says(Allow, me, Mute)), false, RuleSelf},
	{"R70 not on an equal", staffed(role(li, Senior, NoJob), role(wang, Senior, NoJob)), except(li, says(Deny, About(wang), Mute)), false, RuleSecondPerson},
	{"R70 not of more than one holds", staffed(role(li, Senior, Operations)), except(li, says(Allow, About(wang), Invite)), false, RuleMoreThanHeld},
	{"R70 a deny needs only the rank", staffed(role(li, Senior, Operations)), except(li, says(Deny, About(wang), Invite)), true, RuleGranted},
	{"R70 not in another group", staffed(role(li, Senior, NoJob)), except(li, says(Allow, About(wang), Mute, within(In(other)))), false, RuleMoreThanHeld},
	{"R70 about everyone it is policy: four eyes", staffed(role(li, Senior, NoJob)), except(li, says(Allow, everyone, Mute)), false, RuleSecondPerson},
	{"R70 about no item", staffed(), except(boss, Statement{Subject: About(wang), Effect: Allow}), false, RuleNothingGranted},
	{"R38 the company's exception is not taken away by the group", staffed(role(li, Senior, NoJob), says(Deny, About(wang), Mute, byEnterprise)), unset(li, says(Deny, About(wang), Mute)), false, RuleTier},
	{"lifting a deny is granting", staffed(role(li, Senior, Operations), says(Deny, About(wang), Invite)), unset(li, says(Deny, About(wang), Invite)), false, RuleMoreThanHeld},
	{"R67 an owner fulfils a wish above the level", staffed(role(wang, Junior, NoJob)), fulfil(boss, wishes(Mute)), true, RuleApproved},
	{"R67 a 高级 fulfils what the level reaches", staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob)), fulfil(li, wishes(Mute)), true, RuleApproved},
	{"R67 not what the ceiling would cut at once", staffed(role(li, Senior, NoJob), role(wang, Junior, NoJob)), fulfil(li, wishes(Mute)), false, RuleCeiling},
	{"R67 not what a fixed deny goes before", staffed(role(wang, Mid, NoJob), says(Deny, About(wang), Mute, byEnterprise)), fulfil(boss, wishes(Mute)), false, RuleTerm},
	{"R67 nobody's own", staffed(role(wang, Senior, NoJob)), fulfil(wang, wishes(Mute)), false, RuleSelf},
	{"R67 not without 复核", staffed(role(li, Junior, NoJob), role(wang, Junior, NoJob)), fulfil(li, wishes(Files)), false, RuleDefault},
	{"R67 a level below one's own", staffed(role(li, Senior, NoJob)), fulfil(li, Wish{Who: wang, Level: Mid, Until: inAnHour}), true, RuleApproved},
	{"R67 the highest level takes two", staffed(role(li, Senior, NoJob)), fulfil(li, Wish{Who: wang, Level: Senior, Until: inAnHour}), false, RuleSecondPerson},
	{"R67 who is on shift gets at once what the policy says", onDuty(staffed(role(wang, Junior, NoJob)), wang), fulfilOnDuty(wishes(Mute)), true, RuleOnDuty},
	{"nothing to take away is no change", staffed(), unset(boss, says(Deny, About(wang), Invite)), true, RuleOwner},
}

func TestChanges(t *testing.T) {
	for _, r := range changes {
		t.Run(r.name, func(t *testing.T) {
			f := r.facts(t)
			c, d := r.wish(f)
			assert.Equal(t, r.allowed, d.Allowed)
			assert.Equal(t, r.rule, d.Rule)
			if !d.Allowed {
				assert.Empty(t, c, "what is refused changes nothing")
				return
			}
			after := applied(t, r.written(t), c)
			_, err := Build(after)
			assert.NoError(t, err, "what a change writes can be read")
			assert.Equal(t, r.written(t), applied(t, after, opposite(c)), "and taken back")
		})
	}
}

func (w world) written(t testing.TB) map[string]json.RawMessage { return written(t, w.group...) }

func applied(t testing.TB, records map[string]json.RawMessage, c Change) map[string]json.RawMessage {
	t.Helper()
	out := maps.Clone(records)
	for _, one := range c {
		require.Equal(t, string(out[one.Key]), string(one.Before), "%s", one.Key)
		delete(out, one.Key)
		if one.After != nil {
			out[one.Key] = one.After
		}
	}
	return out
}

func opposite(c Change) Change {
	var out Change
	for i := len(c) - 1; i >= 0; i-- {
		out = append(out, c[i].Opposite())
	}
	return out
}

func TestAppointWritesTheRole(t *testing.T) {
	f := staffed().facts(t)
	c, d := f.Appoint(ops, Appointment{By: boss, Who: wang, WhoKind: chat.Staff, Job: Supervisor, Reason: "国庆"}, noon)
	require.True(t, d.Allowed)
	require.Len(t, c, 1)
	assert.Equal(t, Of(ops), c[0].Of)
	assert.Equal(t, "role/wang", c[0].Key)
	assert.Zero(t, c[0].Due)
	assert.JSONEq(t, `{"who":"wang","level":"senior","job":"supervisor","by":"boss","reason":"国庆","at":"2026-03-01T12:00:00Z","tier":"enterprise"}`, string(c[0].After))

	c, d = f.Appoint(ops, Appointment{By: boss, Who: wang, WhoKind: chat.Staff, Until: inAnHour}, noon)
	require.True(t, d.Allowed)
	require.Len(t, c, 1)
	assert.Equal(t, "temp/wang", c[0].Key, "a temporary role stands beside the fixed one")
	assert.Equal(t, inAnHour, c[0].Due, "the journal must note its end")
	assert.JSONEq(t, `{"who":"wang","level":"junior","from":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z","by":"boss","at":"2026-03-01T12:00:00Z","tier":"enterprise"}`, string(c[0].After))
}

func TestD2DefaultLevel(t *testing.T) {
	assert.Equal(t, Senior, DefaultLevel(Supervisor))
	assert.Equal(t, Mid, DefaultLevel(Sales))
	assert.Equal(t, Mid, DefaultLevel(Operations))
	assert.Equal(t, Junior, DefaultLevel(NoJob))
}

func TestGrantsAreNarrowedLikeTheGrantor(t *testing.T) {
	narrow := DataScope{Members: []chat.User{wang, kunde}}
	f := staffed(Role{Who: li, Level: Senior, Data: narrow}).facts(t)
	c, d := appoint(li, wang, Mid, NoJob)(f)
	require.True(t, d.Allowed)
	b, err := Build(applied(t, staffed(Role{Who: li, Level: Senior, Data: narrow}).written(t), c))
	require.NoError(t, err)
	r, ok := b.Role(wang, false)
	require.True(t, ok)
	assert.Equal(t, narrow, r.Data)

	c, d = except(li, says(Allow, About(wang), Mute))(f)
	require.True(t, d.Allowed)
	var s Statement
	require.NoError(t, json.Unmarshal(c[0].After, &s))
	assert.Equal(t, narrow, s.Data)
	assert.Equal(t, RuleMoreThanHeld, f.MayApply(ops, li, opposite(statementGone(t, says(Allow, About(wang), Mute))), OtherChange, noon).Rule,
		"an undo writes what was, so it is refused where that was wider")
}

func TestExtendNeedsALiveTemporaryRole(t *testing.T) {
	for name, w := range map[string]world{
		"only a fixed one": staffed(role(wang, Mid, NoJob)),
		"it is over":       staffed(temp(wang, Mid, NoJob, noon)),
		"none":             staffed(),
	} {
		c, d, err := w.facts(t).Extend(ops, boss, wang, inAnHour, noon)
		assert.ErrorIs(t, err, ErrNoTemporary, name)
		assert.False(t, d.Allowed, name)
		assert.Empty(t, c, name)
	}
}

// TestRolesInAllGroups: the company's book is written by owners, and counts wherever its roles reach.
func TestRolesInAllGroups(t *testing.T) {
	f := company(Owner{boss}, role(li, Senior, NoJob), Role{Who: zhang, Level: Mid, Groups: []chat.Group{other}}).facts(t)
	c, d := f.Appoint("", Appointment{By: boss, Who: wang, WhoKind: chat.Staff, Level: Mid}, noon)
	require.True(t, d.Allowed)
	require.Len(t, c, 1)
	assert.Equal(t, Of(""), c[0].Of)
	c, d = f.Quit("", li, "", noon)
	require.True(t, d.Allowed)
	fit, err := f.Fits(ops, c, noon)
	require.NoError(t, err)
	assert.Equal(t, Fit{Rule: RuleLastSenior, Most: DefaultCap}, fit, "whether a group may be left so is asked in each")
	assert.Equal(t, []chat.User{li}, f.Admins(ops, noon), "a role in other groups is none here")
	_, d = f.Except("", boss, says(Allow, About(wang), Mute, within(Scope{Kind: DepartmentGroups, Department: region})), noon)
	assert.True(t, d.Allowed)
	_, d = f.Except("", boss, says(Allow, About(wang), Mute, within(Scope{Kind: DepartmentGroups})), noon)
	assert.Equal(t, RuleNothingGranted, d.Rule, "a scope that names nothing")
}

func TestAfter(t *testing.T) {
	f := staffed().facts(t)
	assert.Equal(t, DefaultCap, f.MostAdmins())
	c, d := appoint(boss, wang, Mid, NoJob)(f)
	require.True(t, d.Allowed)
	f, err := f.After(ops, c)
	require.NoError(t, err)
	assert.Equal(t, Mid, f.LevelOf(wang, ops, noon))
	_, err = Facts{}.After(ops, Change{{Of: Of(ops), Key: "wish/li", After: json.RawMessage(`{}`)}})
	assert.Error(t, err)
	assert.Equal(t, 2, company(Cap{2}).facts(t).MostAdmins())
}

func TestEndOf(t *testing.T) {
	for _, r := range []any{temp(li, Mid, NoJob, inAnHour), says(Allow, me, Admins, until(inAnHour))} {
		for key, raw := range written(t, r) {
			end, who, items := EndOf(key, raw)
			assert.Equal(t, inAnHour, end)
			assert.Equal(t, li, who)
			assert.Equal(t, []string{"admins"}, items)
		}
	}
	for _, raw := range []string{"", "{", `{"who":"wang","level":"mid"}`} {
		end, _, _ := EndOf("role/li", json.RawMessage(raw))
		assert.Zero(t, end, raw)
	}
}

func TestNothingChangesWhereItIsSoAlready(t *testing.T) {
	f := staffed(role(wang, Mid, NoJob)).facts(t)
	c, d := relevel(boss, wang, Mid)(f)
	assert.True(t, d.Allowed)
	assert.Empty(t, c)
}

// TestMayApply: whoever could do it by a command may do it by undo.
func TestMayApply(t *testing.T) {
	first := staffed()
	c, d := appoint(boss, wang, Senior, NoJob)(first.facts(t))
	require.True(t, d.Allowed)
	after := staffed(asRole(t, c[0].After)).facts(t)

	assert.Equal(t, RuleLastSenior, after.MayApply(ops, boss, opposite(c), OtherChange, noon).Rule)
	assert.True(t, after.MayApply(ops, boss, opposite(c), FirstSenior, noon).Allowed, "it is what gave the group its first senior")
	assert.Equal(t, RuleDefault, after.MayApply(ops, li, opposite(c), FirstSenior, noon).Rule)
	assert.Equal(t, RuleTier, after.MayApply(other, boss, opposite(c), FirstSenior, noon).Rule, "another group's book")
	assert.True(t, after.MayApply(ops, li, nil, OtherChange, noon).Allowed, "nothing of access is changed")

	// A senior dismisses whom the boss had appointed, and may bring the role back just as it was.
	w := staffed(role(li, Senior, NoJob), Role{Who: wang, Level: Mid, Tier: Enterprise, By: boss})
	c, d = dismiss(li, wang)(w.facts(t))
	require.True(t, d.Allowed)
	gone := staffed(role(li, Senior, NoJob), role(zhang, Mid, Supervisor)).facts(t)
	assert.True(t, gone.MayApply(ops, li, opposite(c), OtherChange, noon).Allowed)
	assert.False(t, gone.MayApply(ops, zhang, opposite(c), OtherChange, noon).Allowed)

	// An exception.
	c, d = except(li, says(Deny, About(zhang), Mute))(gone)
	require.True(t, d.Allowed)
	assert.True(t, gone.MayApply(ops, li, opposite(c), OtherChange, noon).Allowed)
	assert.False(t, gone.MayApply(ops, zhang, opposite(c), OtherChange, noon).Allowed)

	// What the enterprise has set is set and lifted only by it.
	set := says(Deny, About(zhang), Recall, byEnterprise)
	strict := staffed(role(li, Senior, NoJob), role(zhang, Mid, NoJob), set).facts(t)
	lift, d := unset(boss, set)(strict)
	require.True(t, d.Allowed)
	require.Len(t, lift, 1)
	assert.Equal(t, RuleTier, strict.MayApply(ops, li, lift, OtherChange, noon).Rule)
	assert.Equal(t, RuleTier, gone.MayApply(ops, li, opposite(lift), OtherChange, noon).Rule)
	assert.True(t, strict.MayApply(ops, boss, lift, OtherChange, noon).Allowed)
	wide := statementGone(t, says(Deny, everyone, Recall))
	assert.True(t, strict.MayApply(ops, boss, wide, OtherChange, noon).Allowed, "what is about many is policy, an owner's alone")
	assert.Equal(t, RuleSecondPerson, strict.MayApply(ops, li, wide, OtherChange, noon).Rule, "and a senior's with a second person")
	agreed := strict
	agreed.Consent = true
	assert.True(t, agreed.MayApply(ops, li, wide, OtherChange, noon).Allowed)
	assert.Equal(t, RuleDefault, agreed.MayApply(ops, zhang, wide, OtherChange, noon).Rule)

	// What the configuration says is the owner's.
	owners := gone.Group.Configure(nil, nil, 3)
	for i := range owners {
		owners[i].Of = Of(ops)
	}
	assert.Equal(t, RuleTier, gone.MayApply(ops, li, owners, OtherChange, noon).Rule)
	assert.True(t, gone.MayApply(ops, boss, owners, OtherChange, noon).Allowed)

	// A record that cannot be read is not applied.
	c[0].After = json.RawMessage(`{"items":["everything"]}`)
	assert.Equal(t, RuleNothingGranted, gone.MayApply(ops, boss, c, OtherChange, noon).Rule)
	c[0].Before, c[0].After = c[0].After, nil
	assert.Equal(t, RuleNothingGranted, gone.MayApply(ops, boss, c, OtherChange, noon).Rule)
	c[0].Key, c[0].After = "role/wang", json.RawMessage(`{"who":"wang","level":"god"}`)
	assert.Equal(t, RuleNothingGranted, gone.MayApply(ops, boss, c, OtherChange, noon).Rule)

	// Other aggregates are not its matter.
	assert.True(t, gone.MayApply(ops, zhang, Change{{Of: "duty/G1", Key: "x"}}, OtherChange, noon).Allowed)
}

func statementGone(t testing.TB, s Statement) Change {
	t.Helper()
	return Change{{Of: Of(ops), Key: StatementKey(s), Before: written(t, s)[StatementKey(s)]}}
}

func asRole(t testing.TB, raw json.RawMessage) Role {
	t.Helper()
	var r Role
	require.NoError(t, json.Unmarshal(raw, &r))
	return r
}
