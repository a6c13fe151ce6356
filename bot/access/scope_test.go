package access

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func narrow(by, who chat.User, d DataScope) wish {
	return func(f Facts) (Change, Decision) { return f.Narrow(ops, by, who, d, noon) }
}

// agreed is the wish with a second person's consent.
func agreed(w wish) wish {
	return func(f Facts) (Change, Decision) { f.Consent = true; return w(f) }
}

func spread(by, who chat.User, tag string, groups ...chat.Group) wish {
	return func(f Facts) (Change, Decision) { return f.Spread(by, who, groups, tag, noon) }
}

func tag(by chat.User, name string, on bool) wish {
	return func(f Facts) (Change, Decision) { return f.Tag(ops, by, name, on, noon) }
}

func define(by chat.User, name Job, items Items) wish {
	return func(f Facts) (Change, Decision) {
		return f.Define(by, JobDefinition{Name: name, Items: items, Reason: "新设"}, map[chat.Group]Book{ops: f.Group}, noon)
	}
}

var (
	customers = DataScope{Kind: chat.Customer}
	ownOnes   = DataScope{Kind: chat.Customer, Own: true}
	helpers   = Job("活动助理")
	helping   = ItemsOf(Invite, Mute)
)

// assistant is a role with the custom job, as it is defined.
func assistant(who chat.User, l Level) Role {
	return Role{Who: who, Level: l, Job: helpers, Grants: helping, By: boss, At: hourAgo}
}

// across is a role of the company's in the groups with a tag.
func across(who chat.User, l Level, tag string) Role {
	return Role{Who: who, Level: l, Tag: tag, Tier: Enterprise, By: boss, At: hourAgo}
}

// TestShapes is the table of who shapes the reach of roles, ties groups to tags, and defines jobs (R40, R49, R56).
func TestShapes(t *testing.T) {
	half := role(wang, Mid, NoJob)
	half.Data = customers
	for _, r := range []struct {
		name string
		world
		wish    wish
		allowed bool
		rule    Rule
	}{
		{"an owner narrows", staffed(role(wang, Mid, NoJob)), narrow(boss, wang, ownOnes), true, RuleOwner},
		{"a 高级 needs a second person: it is policy", staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob)), narrow(li, wang, customers), false, RuleSecondPerson},
		{"and has one", staffed(role(li, Senior, NoJob), role(wang, Mid, NoJob)), agreed(narrow(li, wang, customers)), true, RuleGranted},
		{"a 中级 does not narrow", staffed(role(li, Mid, NoJob), role(wang, Junior, NoJob)), narrow(li, wang, customers), false, RuleDefault},
		{"not an owner either", staffed(role(li, Senior, NoJob)), agreed(narrow(li, boss, customers)), false, RuleRank},
		{"nobody shapes their own reach", staffed(role(li, Senior, NoJob)), agreed(narrow(li, li, customers)), false, RuleSelf},
		{"who has policy and not admins narrows", staffed(role(li, Senior, Sales), role(wang, Mid, NoJob)), agreed(narrow(li, wang, customers)), true, RuleGranted},
		{"but does not widen, which is granting", staffed(role(li, Senior, Sales), half), agreed(narrow(li, wang, DataScope{})), false, RuleDefault},
		{"nor what they do not hold", staffed(role(li, Senior, Operations), Role{Who: wang, Level: Mid, Job: Sales, Data: customers}), agreed(narrow(li, wang, DataScope{})), false, RuleMoreThanHeld},
		{"nor beyond their own narrowing", staffed(Role{Who: li, Level: Senior, Data: DataScope{Members: []chat.User{wang, kunde}}}, Role{Who: wang, Level: Mid, Data: DataScope{Members: []chat.User{kunde}}}), agreed(narrow(li, wang, DataScope{})), false, RuleMoreThanHeld},
		{"a role is needed", staffed(), narrow(boss, wang, customers), false, RuleNotAdmin},
		{"a role of the company's is the company's", company(Owner{boss}, across(wang, Mid, "")), narrow(boss, wang, customers), false, RuleTier},
		{"no staff are one's customers", staffed(half), narrow(boss, wang, DataScope{Kind: chat.Staff, Own: true}), false, RuleNothingGranted},
		{"as it is, is no change", staffed(half), narrow(boss, wang, customers), true, RuleOwner},

		{"an owner spreads a role", company(Owner{boss}, across(wang, Mid, "VIP")), spread(boss, wang, "", ops, other), true, RuleOwner},
		{"nobody else does", company(Owner{boss}, across(wang, Mid, "VIP"), across(li, Senior, "")), spread(li, wang, "", ops), false, RuleTier},
		{"there must be one", staffed(role(wang, Mid, NoJob)), spread(boss, wang, "VIP"), false, RuleNotAdmin},

		{"an owner tags", staffed(), tag(boss, "VIP", true), true, RuleOwner},
		{"a 高级 needs a second person", staffed(role(li, Senior, NoJob)), tag(li, "VIP", true), false, RuleSecondPerson},
		{"a tag that brings a role is a grant of it", company(Owner{boss}, across(wang, Senior, "VIP")).and(role(li, Senior, NoJob)), agreed(tag(li, "VIP", true)), true, RuleGranted},
		{"of no more than is held", company(Owner{boss}, across(wang, Mid, "VIP")).and(role(li, Senior, Sales)), agreed(tag(li, "VIP", true)), false, RuleMoreThanHeld},
		{"and not to oneself", company(Owner{boss}, across(li, Senior, "VIP")).and(role(li, Senior, NoJob)), agreed(tag(li, "VIP", true)), false, RuleSelf},
		{"a tag whose loss lifts a deny", company(Owner{boss}, says(Deny, everyone, Invite, within(Scope{Kind: GroupSet, Tag: "VIP"}))).and(role(li, Senior, Operations), Tag{Name: "VIP"}).in(Place{Tags: []string{"VIP"}}), agreed(tag(li, "VIP", false)), false, RuleMoreThanHeld},
		{"a tag that would burst the cap", company(Owner{boss}, Cap{1}, across(wang, Mid, "VIP")).and(role(li, Senior, NoJob)), tag(boss, "VIP", true), false, RuleCap},
		{"a tag that holds the last 高级", company(Owner{boss}, across(wang, Senior, "VIP")).and(Tag{Name: "VIP"}).in(Place{Tags: []string{"VIP"}}), tag(boss, "VIP", false), false, RuleLastSenior},

		{"an owner defines a job", staffed(), define(boss, helpers, helping), true, RuleOwner},
		{"nobody else does so", staffed(role(li, Senior, NoJob)), define(li, helpers, helping), false, RuleTier},
		{"not one that is built in", staffed(), define(boss, "主管", helping), false, RuleNothingGranted},
		{"nor one that reads as an item", staffed(), define(boss, "禁言", helping), false, RuleNothingGranted},
		{"nor one of governance", staffed(), define(boss, helpers, ItemsOf(Audit)), false, RuleNothingGranted},
		{"a job that is defined is given", company(Owner{boss}, JobDefinition{Name: helpers, Items: helping}), appoint(boss, wang, Mid, helpers), true, RuleOwner},
		{"of items that one holds", company(Owner{boss}, JobDefinition{Name: helpers, Items: helping}).and(role(li, Senior, Operations)), appoint(li, wang, Mid, helpers), false, RuleMoreThanHeld},
		{"a job may become one", company(Owner{boss}, JobDefinition{Name: helpers, Items: helping}).and(role(wang, Mid, NoJob)), rejob(boss, wang, helpers), true, RuleOwner},
	} {
		t.Run(r.name, func(t *testing.T) {
			c, d := r.wish(r.facts(t))
			assert.Equal(t, r.rule, d.Rule)
			assert.Equal(t, r.allowed, d.Allowed)
			if !d.Allowed {
				assert.Empty(t, c)
			}
		})
	}
}

// TestScopeOfARoleIsLookedAt: function and data, the intersection (R40), in the groups of the role.
func TestScopeOfARoleIsLookedAt(t *testing.T) {
	w := company(Owner{boss}, across(li, Senior, "VIP")).on(Person{Followers: []chat.User{zhang}})
	f := w.facts(t)
	assert.Equal(t, RuleDefault, Decide(f, asks(Mute)).Rule, "the group has no such tag")
	c, d := f.Tag(ops, boss, "VIP", true, noon)
	require.True(t, d.Allowed)
	f, err := f.After(ops, c)
	require.NoError(t, err)
	assert.True(t, Decide(f, asks(Mute)).Allowed, "now it has")
	c, d = f.Spread(boss, li, []chat.Group{other}, "", noon)
	require.True(t, d.Allowed)
	f, err = f.After("", c)
	require.NoError(t, err)
	assert.False(t, Decide(f, asks(Mute)).Allowed, "and now the role is about another group")

	f = staffed(role(li, Senior, NoJob)).on(Person{Followers: []chat.User{zhang}}).facts(t)
	c, d = f.Narrow(ops, boss, li, ownOnes, noon)
	require.True(t, d.Allowed)
	f, err = f.After(ops, c)
	require.NoError(t, err)
	onCustomer := Request{Actor: li, Item: Mute, Group: ops, Target: kunde, TargetKind: chat.Customer, At: noon}
	assert.Equal(t, RuleDataScope, Decide(f, onCustomer).Rule, "a customer, but zhang's")
	assert.Equal(t, RuleDataScope, Decide(f, asksOn(Mute, wang)).Rule, "staff are nobody's customers")
	f.People[kunde] = Person{Followers: []chat.User{li}}
	assert.True(t, Decide(f, onCustomer).Allowed)
}

// TestWideningIsNotUndoneByLess: an undo that would widen again is a grant, though the items stay.
func TestWideningIsNotUndoneByLess(t *testing.T) {
	f := staffed(role(li, Senior, Operations), Role{Who: wang, Level: Mid, Job: Sales, Data: customers}).facts(t)
	wide := Role{Who: wang, Level: Mid, Job: Sales}
	c := []journal.Change{set(f.Group, ops, wide.Key(), &wide)}
	assert.Equal(t, RuleMoreThanHeld, f.MayApply(ops, li, c, OtherChange, noon).Rule)
	assert.Equal(t, RuleOwner, f.MayApply(ops, boss, c, OtherChange, noon).Rule)
}

// TestRedefining: everyone who has a job has what it is now, in every book, by one entry that an owner takes back.
func TestRedefining(t *testing.T) {
	def := JobDefinition{Name: helpers, Items: helping}
	w := company(Owner{boss}, def, Role{Who: zhang, Level: Mid, Job: helpers, Grants: helping, Tag: "VIP"}).
		and(assistant(wang, Mid), role(li, Senior, NoJob), lead(func(m *Mapping) { m.Job, m.Grants = helpers, helping }))
	f := w.facts(t)
	books := map[chat.Group]Book{ops: f.Group}
	assert.Len(t, f.JobHolders(helpers, books, noon), 3)
	c, d := f.Define(boss, JobDefinition{Name: helpers, Items: ItemsOf(Recall)}, books, noon)
	require.True(t, d.Allowed)
	require.Len(t, c, 4, "the definition, two roles and a mapping")
	after, err := f.After(ops, c)
	require.NoError(t, err)
	after, err = after.After("", c)
	require.NoError(t, err)
	assert.Equal(t, ItemsOf(Recall), after.Items(wang, Person{}, ops, noon).Minus(GovernanceItems))
	back := opposite(c)
	assert.True(t, after.MayApply("", boss, back, OtherChange, noon).Allowed)
	assert.False(t, after.MayApply("", li, back, OtherChange, noon).Allowed)
	stale := assistant("sun", Mid)
	assert.Equal(t, RuleNothingGranted, after.MayApply(ops, boss, []journal.Change{set(after.Group, ops, stale.Key(), &stale)}, OtherChange, noon).Rule,
		"a role comes back only with what its job is now")

	_, d = f.Forget(li, helpers, noon)
	assert.False(t, d.Allowed)
	c, d = f.Forget(boss, helpers, noon)
	assert.True(t, d.Allowed)
	assert.Len(t, c, 1)
}

func TestJobNames(t *testing.T) {
	for _, good := range []string{"活动助理", "Helper-2", "夜班助理_甲", "一二三四五六七八九十一二三四五六七八九十"} {
		_, ok := JobName(good)
		assert.True(t, ok, good)
	}
	for _, bad := range []string{
		"", "主管", "Sales", "高级", "mid", "禁言", "内容管控", "members", "两 词", "@li", "7天", "-x", "#群", "a@b.cn",
		"一二三四五六七八九十一二三四五六七八九十一",
	} {
		_, ok := JobName(bad)
		assert.False(t, ok, bad)
	}
}

// TestOutlook: what a setting does is told before it is made, as it will be.
func TestOutlook(t *testing.T) {
	f := staffed(role(wang, Junior, NoJob), role(zhang, Mid, NoJob), says(Deny, About(zhang), Mute)).facts(t)
	for _, r := range []struct {
		name   string
		who    chat.User
		say    Statement
		before bool
		after  Rule
	}{
		{"R70 above the ceiling it counts for nothing", wang, says(Allow, About(wang), Rename, func(s *Statement) { s.By = li }), false, RuleCeiling},
		{"the company's counts all the same", wang, says(Allow, About(wang), Rename, byEnterprise), false, RuleTier},
		{"a fixed allow shadows a temporary deny", wang, says(Deny, About(wang), Files, until(inAnHour)), true, RuleTerm},
		{"a fixed deny shadows a temporary allow", zhang, says(Allow, About(zhang), Mute, until(inAnHour)), false, RuleTerm},
		{"a deny takes away", wang, says(Deny, About(wang), Files), true, RulePermission},
	} {
		key := StatementKey(r.say)
		got, err := f.Outlook(ops, r.who, Person{}, r.say.Items, Change{set(f.Group, ops, key, &r.say)}, noon)
		require.NoError(t, err)
		require.Len(t, got, 1)
		assert.Equal(t, r.before, got[0].Before.Allowed, r.name)
		assert.Equal(t, r.after, got[0].After.Rule, r.name)
	}
}
