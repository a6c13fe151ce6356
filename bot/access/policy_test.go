package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

// row is one line of the policy: in this world, this question has this answer, by this rule.
type row struct {
	name string
	world
	ask     Request
	allowed bool
	rule    Rule
}

func may(name string, w world, rule Rule, ask Request) row {
	return row{name: name, world: w, ask: ask, allowed: true, rule: rule}
}

func mayNot(name string, w world, rule Rule, ask Request) row {
	return row{name: name, world: w, ask: ask, rule: rule}
}

// asks is a question of li's in the group, at noon.
func asks(i Item) Request { return Request{Actor: li, Item: i, Group: ops, At: noon} }

func asksAt(i Item, at time.Time) Request { return Request{Actor: li, Item: i, Group: ops, At: at} }

// asksOn is a question about doing it to somebody of the staff.
func asksOn(i Item, target chat.User) Request {
	r := asks(i)
	r.Target, r.TargetKind = target, chat.Staff
	return r
}

// company and group put records into the one book or the other.
func company(records ...any) world     { return world{company: records} }
func group(records ...any) world       { return world{group: records} }
func (w world) by(p Person) world      { w.actor = p; return w }
func (w world) in(p Place) world       { w.place = p; return w }
func (w world) and(more ...any) world  { w.group = append(w.group, more...); return w }
func (w world) on(p Person) world      { w.target = p; return w }
func (w world) offering(i Items) world { w.offered = i; return w }

func (w world) onDuty(who ...chat.User) world             { w.onShift = who; return w }
func (w world) agreed() world                             { w.consent = true; return w }
func (w world) knowing(people map[chat.User]Person) world { w.staff = people; return w }

var me = About(li)

// lead is a mapping that makes every 客服主管 of the address book a 中级 admin.
func lead(change ...func(*Mapping)) Mapping {
	m := Mapping{Subject: Subject{Kind: OfPosition, ID: "客服主管"}, Level: Mid, Tier: Enterprise, By: boss, At: hourAgo}
	for _, c := range change {
		c(&m)
	}
	return m
}

var leader = Person{Positions: []string{"客服主管"}}

// dutyBound, eligible and active make something of a role.
func dutyBound(r Role) Role { r.OnDuty = true; return r }
func eligible(r Role) Role  { r.Eligible = true; return r }
func active(r Role) Role    { r.Active, r.Source = true, "eligible"; return r }

// policy is the table of the decisions of 3.1. Where a name begins with an id, it is the row of that requirement.
var policy = []row{
	mayNot("R04 default deny: nothing is written", group(), RuleDefault, asks(Files)),
	mayNot("R04 a new admin holds just the role given", group(role(li, Junior, NoJob)), RuleDefault, asks(Mute)),
	may("R04 普通 holds files", group(role(li, Junior, NoJob)), RuleGranted, asks(Files)),
	mayNot("nobody is nobody", group(role(li, Senior, NoJob)), RuleDefault, Request{Item: Mute, Group: ops, At: noon}),
	mayNot("R11 an item that the platform does not have is not even an owner's", company(Owner{li}).offering(WeComItems|GovernanceItems), RuleNotOffered, asks(Pin)),
	mayNot("no item is never held", group(role(li, Senior, NoJob)), RuleDefault, asks(NoItem)),
	mayNot("an item outside the catalogue is never held", company(Owner{li}), RuleDefault, asks(Item(200))),

	may("a 超级管理员 may everything", company(Owner{li}), RuleOwner, asks(Secrecy)),
	mayNot("a group's book makes nobody an owner", group(Owner{li}), RuleDefault, asks(Secrecy)),
	may("a 分级管理员 in their departments' groups", company(DepartmentAdmin{li, []string{region}}).in(Place{Departments: []string{"总公司", region}}), RuleDepartmentAdmin, asks(Admins)),
	mayNot("a 分级管理员 elsewhere", company(DepartmentAdmin{li, []string{region}}).in(Place{Departments: []string{"华南"}}), RuleDefault, asks(Admins)),

	// R01-R03: what looks like one thing is two items.
	may("R01 invite is granted", group(role(li, Junior, NoJob)).and(says(Allow, me, Invite, byEnterprise)), RuleTier, asks(Invite)),
	mayNot("R01 so remove is not", group(role(li, Junior, NoJob)).and(says(Allow, me, Invite, byEnterprise)), RuleDefault, asks(Remove)),
	may("R02 mute is granted", group(role(li, Mid, Sales), says(Allow, me, Mute)), RuleGranted, asks(Mute)),
	mayNot("R02 so recall is not", group(role(li, Mid, Sales), says(Allow, me, Mute)), RuleDefault, asks(Recall)),
	may("R03 notice is granted", group(role(li, Mid, NoJob)), RuleGranted, asks(Notice)),
	mayNot("R03 so rename is not", group(role(li, Mid, NoJob)), RuleDefault, asks(Rename)),

	// R53-R55: the levels.
	may("R53 高级 adds people", group(role(li, Senior, NoJob)), RuleGranted, asks(Invite)),
	may("R53 高级 removes people", group(role(li, Senior, NoJob)), RuleGranted, asksOn(Remove, wang)),
	may("R53 高级 changes group settings", group(role(li, Senior, NoJob)), RuleGranted, asks(Rename)),
	may("R53 高级 appoints admins", group(role(li, Senior, NoJob)), RuleGranted, asks(Admins)),
	may("R54 中级 reviews join requests", group(role(li, Mid, NoJob)), RuleGranted, asks(Approve)),
	may("R54 中级 removes improper posts", group(role(li, Mid, NoJob)), RuleGranted, asksOn(Recall, wang)),
	mayNot("R54 中级 needs a job to invite", group(role(li, Mid, NoJob)), RuleDefault, asks(Invite)),
	may("R54 the job gives it", group(role(li, Mid, Sales)), RuleGranted, asks(Invite)),
	mayNot("R55 普通 posts no notice", group(role(li, Junior, NoJob)), RuleDefault, asks(Notice)),

	// R37: specificity.
	mayNot("R37 position beats department", group(role(li, Mid, NoJob), says(Allow, inRegion, Mute), says(Deny, managers, Mute)).by(manager), RuleSubject, asks(Mute)),
	may("R37 the deeper department beats the higher", group(role(li, Mid, NoJob), says(Deny, atRoot, Mute), says(Allow, inRegion, Mute)).by(manager), RuleSubject, asks(Mute)),
	mayNot("R37 department beats everyone", group(role(li, Mid, NoJob), says(Allow, everyone, Mute), says(Deny, atRoot, Mute)).by(manager), RuleSubject, asks(Mute)),
	mayNot("R37 a tagged set beats a department's groups",
		company(says(Allow, me, Mute, within(Scope{Kind: DepartmentGroups, Department: region})), says(Deny, me, Mute, within(Scope{Kind: GroupSet, Tag: "vip"}))).in(Place{Departments: []string{region}, Tags: []string{"vip"}}), RuleScope, asks(Mute)),
	may("R37 a department's groups beat all groups",
		company(says(Deny, me, Mute, everywhere), says(Allow, me, Mute, within(Scope{Kind: DepartmentGroups, Department: region}))).in(Place{Departments: []string{region}}), RuleScope, asks(Mute)),
	mayNot("R37 one group beats a set",
		company(says(Allow, me, Mute, within(Scope{Kind: GroupSet, Groups: []chat.Group{other, ops}})), says(Deny, me, Mute)), RuleScope, asks(Mute)),
	may("R37 certain members beat one group", group(role(li, Mid, NoJob), says(Deny, me, Mute), says(Allow, me, Mute, on(wang))), RuleScope, asksOn(Mute, wang)),
	mayNot("R37 and are silent about others", group(role(li, Mid, NoJob), says(Allow, me, Mute, on(wang))), RuleDefault, asksOn(Mute, zhang)),
	mayNot("R37 and where nobody is named", group(role(li, Mid, NoJob), says(Allow, me, Mute, on(wang))), RuleDefault, asks(Mute)),
	may("R37 a family beats a bundle", group(role(li, Mid, NoJob), says(Deny, me, Mute, bundle), Statement{Subject: me, Scope: In(ops), Items: ItemsOf(Mute, Recall), Breadth: OfFamily, Effect: Allow}), RulePermission, asks(Mute)),

	// R38: the tier is that of the account that made the setting, wherever it stands.
	mayNot("R38 a 分级管理员 setting beats the group admin's", group(role(li, Mid, NoJob), says(Deny, everyone, Recall, byEnterprise)), RuleTier, asks(Recall)),
	may("R38 also when it was made as a role", group(Role{Who: li, Level: Mid, Tier: Enterprise}, says(Deny, me, Recall)), RuleTier, asks(Recall)),
	may("R38 the company's book is always the enterprise's", company(Role{Who: li, Level: Mid}).and(says(Deny, me, Recall)), RuleTier, asks(Recall)),

	// Roles of the company's book say where.
	may("a role in all groups", company(role(li, Mid, NoJob)), RuleGranted, asks(Recall)),
	may("a role in some groups, in one of them", company(Role{Who: li, Level: Mid, Groups: []chat.Group{other, ops}}), RuleGranted, asks(Recall)),
	mayNot("a role in some groups, elsewhere", company(Role{Who: li, Level: Mid, Groups: []chat.Group{other}}), RuleDefault, asks(Recall)),

	// D6: temporary rights are the bot's own.
	may("D6 works from its start", group(temp(li, Mid, NoJob, inAnHour)), RuleTemporary, asksAt(Recall, hourAgo)),
	may("D6 until just before its end", group(temp(li, Mid, NoJob, inAnHour)), RuleTemporary, asksAt(Recall, inAnHour.Add(-1))),
	mayNot("D6 is refused at its end, though the record is still there", group(temp(li, Mid, NoJob, inAnHour)), RuleGrantExpired, asksAt(Recall, inAnHour)),
	mayNot("D6 is refused before its start", group(temp(li, Mid, NoJob, inAnHour)), RuleGrantNotStarted, asksAt(Recall, hourAgo.Add(-1))),
	mayNot("D6 what comes is told before what is over", group(temp(li, Mid, NoJob, hourAgo.Add(1)), says(Allow, me, Recall, byEnterprise, func(s *Statement) { s.From = inAnHour })), RuleGrantNotStarted, asks(Recall)),
	mayNot("a grant that is over does not explain a deny", group(temp(li, Mid, NoJob, noon), says(Deny, me, Recall)), RuleDenied, asks(Recall)),
	mayNot("a deny that is over is not told of", group(says(Deny, me, Recall, until(noon))), RuleDefault, asks(Recall)),
	may("an expired deny says nothing", group(role(li, Mid, NoJob), says(Deny, me, Recall, until(noon))), RuleGranted, asks(Recall)),
	mayNot("停用: produces nothing", group(Role{Who: li, Level: Senior, Suspended: true}), RuleSuspended, asks(Recall)),
	mayNot("停用: is no level either", group(Role{Who: li, Level: Senior, Suspended: true}, says(Allow, me, Rename)), RuleCeiling, asks(Rename)),

	// Step 2: the ceiling.
	mayNot("a job above its level", group(role(li, Mid, Supervisor)), RuleCeiling, asks(Rename)),
	mayNot("a group's allow without any level", group(says(Allow, me, Mute)), RuleCeiling, asks(Mute)),
	may("a group's allow up to the level", group(role(li, Mid, NoJob), says(Allow, me, Mute)), RuleGranted, asks(Mute)),
	may("the highest live level counts", group(role(li, Junior, NoJob), temp(li, Senior, Sales, inAnHour), says(Allow, me, Rename)), RuleGranted, asks(Rename)),
	mayNot("a scene's allow for everyone stops at 普通", group(role(li, Junior, NoJob), says(Allow, everyone, Import)), RuleCeiling, asks(Import)),
	may("and reaches 中级", group(role(li, Mid, NoJob), says(Allow, everyone, Import)), RuleGranted, asks(Import)),
	mayNot("denies are never cut", group(says(Deny, me, Rename)), RuleDenied, asks(Rename)),
	mayNot("what the ceiling cut is no opponent", group(role(li, Junior, NoJob), says(Allow, me, Rename, on(wang)), says(Deny, me, Rename)), RuleDenied, asksOn(Rename, wang)),
	mayNot("effect: deny beats allow", group(role(li, Mid, NoJob), says(Allow, managers, Mute), says(Deny, Subject{Kind: OfPosition, ID: "组长"}, Mute)).by(Person{Positions: []string{"经理", "组长"}}), RuleEffect, asks(Mute)),

	// R40 and 4.3: function and data.
	mayNot("R40 outside the role's narrowing", group(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}), RuleDataScope, asksOn(Remove, wang)),
	may("R40 inside it", group(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}), RuleGranted, Request{Actor: li, Item: Remove, Group: ops, Target: kunde, TargetKind: chat.Customer, At: noon}),
	mayNot("R40 of an unknown kind is outside", group(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}), RuleDataScope, Request{Actor: li, Item: Remove, Group: ops, Target: kunde, At: noon}),
	mayNot("R40 not on the list", group(Role{Who: li, Level: Senior, Data: DataScope{Members: []chat.User{kunde}}}), RuleDataScope, asksOn(Remove, wang)),
	mayNot("R40 not of the department", group(Role{Who: li, Level: Senior, Data: DataScope{Department: region}}), RuleDataScope, asksOn(Remove, wang)),
	may("R40 of the department", group(Role{Who: li, Level: Senior, Data: DataScope{Department: region}}).on(manager), RuleGranted, asksOn(Remove, wang)),
	mayNot("R40 not tagged", group(Role{Who: li, Level: Senior, Data: DataScope{Tag: "vip"}}), RuleDataScope, asksOn(Remove, wang)),
	may("R40 tagged", group(Role{Who: li, Level: Senior, Data: DataScope{Tag: "vip"}}).on(Person{Tags: []string{"vip"}}), RuleGranted, asksOn(Remove, wang)),
	mayNot("R40 a company's statement has its own narrowing", company(says(Allow, me, Remove, only(DataScope{Kind: chat.Customer}))), RuleDataScope, asksOn(Remove, wang)),
	may("R40 approving a joiner who holds a role elsewhere", group(role(li, Mid, NoJob), role(wang, Senior, NoJob)), RuleGranted, asksOn(Approve, wang)),

	may("R56 高级: all below 高级", group(role(li, Senior, NoJob), role(wang, Mid, NoJob)), RuleGranted, asksOn(Mute, wang)),
	mayNot("R56 高级: not another 高级 alone", group(role(li, Senior, NoJob), role(wang, Senior, NoJob)), RuleSecondPerson, asksOn(Mute, wang)),
	may("R56 高级: another 高级 with a second person", group(role(li, Senior, NoJob), role(wang, Senior, NoJob)).agreed(), RuleGranted, asksOn(Mute, wang)),
	mayNot("R56 who is no 高级 gains nothing by consent", group(role(li, Mid, Supervisor), role(wang, Mid, NoJob)).agreed(), RuleRank, asksOn(Mute, wang)),
	may("R56 中级: those without a role", group(role(li, Mid, Supervisor)), RuleGranted, asksOn(Mute, wang)),
	mayNot("R56 中级: not those with one", group(role(li, Mid, Supervisor), role(wang, Junior, NoJob)), RuleDataScope, asksOn(Mute, wang)),
	mayNot("R56 中级: not an equal", group(role(li, Mid, Supervisor), role(wang, Mid, NoJob)), RuleRank, asksOn(Mute, wang)),
	may("R56 中级: a role that is over is none", group(role(li, Mid, Supervisor), temp(wang, Senior, NoJob, noon)), RuleGranted, asksOn(Mute, wang)),
	mayNot("R56 it is the level of the role that speaks, not the highest", group(role(li, Mid, Supervisor), temp(li, Senior, Operations, inAnHour), role(wang, Junior, NoJob)), RuleDataScope, asksOn(Mute, wang)),
	mayNot("R56 a group's allow reaches as far as the highest level", group(role(li, Mid, NoJob), says(Allow, me, Mute), role(wang, Junior, NoJob)), RuleDataScope, asksOn(Mute, wang)),
	mayNot("D3 a company's statement does not reach a higher level", company(says(Allow, me, Mute)).and(role(wang, Junior, NoJob)), RuleRank, asksOn(Mute, wang)),
	may("D3 but people without a role", company(says(Allow, me, Mute)), RuleTier, asksOn(Mute, wang)),
	mayNot("D3 nobody acts on a 超级管理员", company(Owner{wang}).and(role(li, Senior, NoJob)), RuleRank, asksOn(Mute, wang)),
	mayNot("D3 nor on the 分级管理员 of the place", company(DepartmentAdmin{wang, []string{region}}).in(Place{Departments: []string{region}}).and(role(li, Senior, NoJob)), RuleRank, asksOn(Mute, wang)),
	may("D3 a 超级管理员 needs no second person", company(Owner{li}).and(role(wang, Senior, NoJob)), RuleOwner, asksOn(Remove, wang)),
	may("D3 nor does a 分级管理员", company(DepartmentAdmin{li, []string{region}}).in(Place{Departments: []string{region}}).and(role(wang, Senior, NoJob)), RuleDepartmentAdmin, asksOn(Remove, wang)),
	mayNot("D3 who does not act on a 超级管理员", company(Owner{wang}, DepartmentAdmin{li, []string{region}}).in(Place{Departments: []string{region}}), RuleRank, asksOn(Remove, wang)),
	mayNot("D3 nobody mutes themselves", group(role(li, Senior, NoJob)), RuleSelf, asksOn(Mute, li)),
	mayNot("D3 not even a 超级管理员 removes themselves", company(Owner{li}), RuleSelf, asksOn(Remove, li)),
	mayNot("D3 nobody approves their own request", group(role(li, Senior, NoJob)), RuleSelf, asksOn(Approve, li)),
	may("M04 a duty-bound role counts on shift", group(dutyBound(role(li, Mid, NoJob))).onDuty(li), RuleGranted, asks(Notice)),
	mayNot("M04 and not off shift", group(dutyBound(role(li, Mid, NoJob))).onDuty(wang), RuleOffDuty, asks(Notice)),
	mayNot("M04 its level sleeps too", group(dutyBound(role(li, Senior, NoJob)), says(Allow, me, Rename)), RuleCeiling, asks(Rename)),
	mayNot("R14 an eligible role gives nothing", group(eligible(role(li, Mid, NoJob))), RuleNotActivated, asks(Notice)),
	may("R14 until it is activated", group(eligible(role(li, Mid, NoJob)), active(temp(li, Mid, NoJob, inAnHour))), RuleTemporary, asks(Notice)),
	mayNot("R14 and again once the activation is over", group(eligible(role(li, Mid, NoJob)), active(temp(li, Mid, NoJob, noon))), RuleNotActivated, asks(Notice)),
	mayNot("R14 a fixed deny stands against an activation", group(active(temp(li, Mid, NoJob, inAnHour)), says(Deny, me, Notice)), RuleTerm, asks(Notice)),
	may("R13 a position gives a role", company(lead()).by(leader), RuleGranted, asks(Notice)),
	mayNot("R13 not where the person is not in the group", company(lead()).by(Person{Positions: leader.Positions, Outside: true}), RuleDefault, asks(Notice)),
	mayNot("R13 a deny of the position is one wherever they are", company(says(Deny, managers, Notice)).by(Person{Positions: []string{"经理"}, Outside: true}), RuleDenied, asks(Notice)),
	mayNot("R13 of its level only", company(lead()).by(leader), RuleDefault, asks(Rename)),
	mayNot("R13 and to nobody else", company(lead()).by(Person{Positions: []string{"实习生"}}), RuleDefault, asks(Notice)),
	mayNot("R13 a person's deny is more specific", company(lead(), says(Deny, me, Notice)).by(leader), RuleSubject, asks(Notice)),
	mayNot("R68 switched off, it gives nothing", company(lead(func(m *Mapping) { m.Off = true })).by(leader), RuleSuspended, asks(Notice)),
	may("R68 in groups of the size", company(lead(func(m *Mapping) { m.Least = 201 })).by(leader).in(Place{People: 201}), RuleGranted, asks(Notice)),
	mayNot("R68 in no smaller one", company(lead(func(m *Mapping) { m.Least = 201 })).by(leader).in(Place{People: 200}), RuleDefault, asks(Notice)),
	mayNot("R68 nor in one of unknown size", company(lead(func(m *Mapping) { m.Least = 201 })).by(leader), RuleDefault, asks(Notice)),
	may("R68 while a scene is on", company(lead(func(m *Mapping) { m.Scene = ProductBeta })).by(leader).and(Scene{Name: ProductBeta}), RuleGranted, asks(Notice)),
	mayNot("R68 and not after it", company(lead(func(m *Mapping) { m.Scene = ProductBeta })).by(leader).and(Scene{Name: ProductBeta, Until: noon}), RuleDefault, asks(Notice)),
	mayNot("D9 an inherited role waits where the cap is taken", company(lead(), Cap{1}).by(leader).and(role(wang, Junior, NoJob)), RulePending, asks(Notice)),
	may("D9 who came first goes first", company(lead(), Cap{1}).by(leader).knowing(map[chat.User]Person{
		li: {Positions: leader.Positions, Joined: 1}, wang: {Positions: leader.Positions, Joined: 2}}), RuleGranted, asks(Notice)),
	mayNot("D9 who came last waits", company(lead(), Cap{1}).by(leader).knowing(map[chat.User]Person{
		li: {Positions: leader.Positions, Joined: 2}, wang: {Positions: leader.Positions, Joined: 1}}), RulePending, asks(Notice)),
	may("4.4 an offline event lets a 中级 import", group(Scene{Name: OfflineEvent}, role(li, Mid, NoJob)), RuleGranted, asks(Import)),
	mayNot("4.4 but not a 普通", group(Scene{Name: OfflineEvent}, role(li, Junior, NoJob)), RuleCeiling, asks(Import)),
	mayNot("4.4 nor a member, whoever put it on", group(Scene{Name: OfflineEvent, Tier: Enterprise}), RuleCeiling, asks(Import)),
	mayNot("4.4 a scene is on in a group: in the company's book it says nothing", company(Scene{Name: OfflineEvent}).and(role(li, Mid, NoJob)), RuleDefault, asks(Import)),
	may("R40 one's own customer", group(Role{Who: li, Level: Senior, Data: DataScope{Own: true}}).on(Person{Followers: []chat.User{li}}), RuleGranted, Request{Actor: li, Item: Remove, Group: ops, Target: kunde, TargetKind: chat.Customer, At: noon}),
	mayNot("R40 somebody else's customer", group(Role{Who: li, Level: Senior, Data: DataScope{Own: true}}).on(Person{Followers: []chat.User{wang}}), RuleDataScope, Request{Actor: li, Item: Remove, Group: ops, Target: kunde, TargetKind: chat.Customer, At: noon}),
	mayNot("R40 one's own customer is a customer", group(Role{Who: li, Level: Senior, Data: DataScope{Own: true}}).on(Person{Followers: []chat.User{li}}), RuleDataScope, asksOn(Remove, wang)),
	may("a custom role gives what it was defined as", group(Role{Who: li, Level: Mid, Job: "活动助理", Grants: ItemsOf(Invite, Mute)}), RuleGranted, asks(Mute)),
	mayNot("inside its level", group(Role{Who: li, Level: Mid, Job: "活动助理", Grants: ItemsOf(Invite, Rename)}), RuleCeiling, asks(Rename)),
	mayNot("and no governance, which follows the level alone", group(Role{Who: li, Level: Mid, Job: "活动助理", Grants: ItemsOf(Mute, Audit)}), RuleDefault, asks(Audit)),
	mayNot("a narrowed role gives no more than is left", group(Role{Who: li, Level: Senior, Only: ItemsOf(Mute)}), RuleDefault, asks(Remove)),
	mayNot("and it is not its level that takes the rest", group(Role{Who: li, Level: Mid, Job: Supervisor, Only: ItemsOf(Mute)}), RuleDefault, asks(Rename)),
	may("one's own message may be recalled", group(role(li, Mid, NoJob)), RuleGranted, asksOn(Recall, li)),
}

func TestPolicy(t *testing.T) {
	for _, r := range policy {
		t.Run(r.name, func(t *testing.T) {
			d := Decide(r.facts(t), r.ask)
			assert.Equal(t, r.allowed, d.Allowed)
			assert.Equal(t, r.rule, d.Rule)
		})
	}
}

func TestEveryRuleExplained(t *testing.T) {
	ends := map[Rule]bool{}
	for _, r := range policy {
		ends[r.rule] = true
	}
	for _, r := range changes {
		ends[r.rule] = true
	}
	for _, r := range examples {
		ends[r.rule] = true
	}
	steps := []string{"a", "b", "c-subject", "c-scope", "c-permission", "d", "ceiling", "data", "default", "rank", ""}
	for _, r := range AllRules() {
		assert.NotEmpty(t, r.Text().ZH, "%s: people who read Chinese get no sentence", r)
		assert.NotEmpty(t, r.Text().EN, "%s: people who read English get no sentence", r)
		assert.Contains(t, steps, r.Step(), "%s", r)
		assert.True(t, ends[r], "%s: no row of a policy table ends in it; add one", r)
	}
	assert.Zero(t, Rule("no such rule").Text())
	assert.Empty(t, Rule("no such rule").Step())
}

// examples are the fourteen of 3.2.
var examples = []struct {
	row
	step string
}{
	{mayNot("1", company(says(Deny, everyone, Recall, everywhere)).and(role(li, Mid, NoJob), says(Allow, me, Recall)), RuleTier, asks(Recall)), "a"},
	{may("2", company(says(Allow, inRegion, Recall, everywhere, until(inAnHour))).and(says(Deny, me, Recall)).by(manager), RuleTier, asks(Recall)), "a"},
	{mayNot("3", group(role(li, Mid, Sales), says(Deny, me, Mute), says(Allow, me, Mute, until(inAnHour))), RuleTerm, asks(Mute)), "b"},
	{may("4", group(role(li, Mid, Sales), says(Allow, me, Mute), says(Deny, me, Mute, until(inAnHour))), RuleTerm, asks(Mute)), "b"},
	{may("5, before its end", group(role(li, Mid, Sales), says(Allow, me, Mute, until(inAnHour))), RuleTemporary, asksAt(Mute, inAnHour.Add(-1))), "b"},
	{mayNot("5, at its end", group(role(li, Mid, Sales), says(Allow, me, Mute, until(inAnHour))), RuleGrantExpired, asksAt(Mute, inAnHour)), "default"},
	{may("6", group(role(li, Mid, Sales), says(Deny, inRegion, Mute), says(Allow, me, Mute)).by(manager), RuleSubject, asks(Mute)), "c-subject"},
	{mayNot("7", company(says(Allow, me, Mute, everywhere), says(Deny, me, Mute)), RuleScope, asks(Mute)), "c-scope"},
	{may("8", company(role(li, Mid, Supervisor), says(Deny, managers, Mute)).by(manager), RuleSubject, asks(Mute)), "c-subject"},
	{mayNot("9", group(role(li, Mid, Supervisor), says(Deny, me, Mute)), RulePermission, asks(Mute)), "c-permission"},
	{mayNot("10", group(role(li, Mid, NoJob), says(Allow, managers, Mute), says(Deny, Subject{Kind: OfPosition, ID: "组长"}, Mute)).by(Person{Positions: []string{"经理", "组长"}}), RuleEffect, asks(Mute)), "d"},
	{mayNot("11", group(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}), RuleDataScope, asksOn(Remove, wang)), "data"},
	{mayNot("12", group(role(li, Mid, Sales), says(Deny, everyone, Mute), says(Allow, me, Mute, until(inAnHour))), RuleTerm, asks(Mute)), "b"},
	{mayNot("13, in the group tier", group(role(li, Junior, NoJob), says(Allow, me, Rename)), RuleCeiling, asks(Rename)), "ceiling"},
	{may("13, in the enterprise tier", group(role(li, Junior, NoJob), says(Allow, me, Rename, byEnterprise)), RuleTier, asks(Rename)), "a"},
	{mayNot("14", group(), RuleDefault, asks(Rename)), "default"},
}

func TestWorkedExamples(t *testing.T) {
	for _, r := range examples {
		t.Run(r.name, func(t *testing.T) {
			d := Decide(r.facts(t), r.ask)
			assert.Equal(t, r.allowed, d.Allowed)
			assert.Equal(t, r.rule, d.Rule)
			assert.Equal(t, r.step, d.Rule.Step())
		})
	}
}

// TestR39FixedBeatsTemporary walks all nine pairs of 3.1(b): what the fixed and the temporary statement say.
func TestR39FixedBeatsTemporary(t *testing.T) {
	fixed := map[string][]any{"unset": nil, "allow": {says(Allow, me, Mute)}, "deny": {says(Deny, me, Mute)}}
	temporary := map[string][]any{"unset": nil, "allow": {says(Allow, me, Mute, until(inAnHour))}, "deny": {says(Deny, me, Mute, until(inAnHour))}}
	for _, c := range []struct {
		fixed, temporary string
		allowed          bool
		rule             Rule
	}{
		{"allow", "allow", true, RuleGranted},
		{"allow", "deny", true, RuleTerm},
		{"allow", "unset", true, RuleGranted},
		{"deny", "allow", false, RuleTerm},
		{"deny", "deny", false, RuleDenied},
		{"deny", "unset", false, RuleDenied},
		{"unset", "allow", true, RuleTemporary},
		{"unset", "deny", false, RuleDenied},
		{"unset", "unset", false, RuleDefault},
	} {
		w := group(role(li, Mid, Sales)).and(fixed[c.fixed]...).and(temporary[c.temporary]...)
		d := Decide(w.facts(t), asks(Mute))
		assert.Equal(t, c.allowed, d.Allowed, "fixed %s, temporary %s", c.fixed, c.temporary)
		assert.Equal(t, c.rule, d.Rule, "fixed %s, temporary %s", c.fixed, c.temporary)
	}
}

// TestZeroDenies: forgetting is harmless.
func TestZeroDenies(t *testing.T) {
	assert.False(t, Decision{}.Allowed)
	assert.False(t, Decide(Facts{}, Request{}).Allowed)
	assert.False(t, Decide(Facts{}, asks(Mute)).Allowed)
	for range (Decision{}).Spoke() {
		t.Fatal("nobody spoke")
	}
	_, ok := Decision{}.Settled()
	assert.False(t, ok)
}
