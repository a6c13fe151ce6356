package access

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

func tomorrow(s *Statement) { s.From, s.Until = noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 2) }

// glass is an emergency of somebody that runs for another hour.
func glass(who chat.User) Statement {
	return Statement{
		Subject: About(who), Scope: In(ops), Items: allItems, Breadth: Bundle, Effect: Allow,
		From: hourAgo, Until: inAnHour, By: who, At: hourAgo, Source: glassSource,
	}
}

func mapped(by chat.User, m Mapping) wish {
	return func(f Facts) (Change, Decision) { return f.Map(ops, by, m, noon) }
}

func consent(by chat.User, asks wish, from chat.User) wish {
	return func(f Facts) (Change, Decision) {
		f.Consent = true
		c, d := asks(f)
		if !d.Allowed {
			return nil, d
		}
		f.Consent = false
		return nil, f.MayConsent(ops, by, from, nil, Policy, c, noon)
	}
}

func putOn(by chat.User, s Scene) wish {
	return func(f Facts) (Change, Decision) { return f.PutOn(ops, by, s, noon) }
}

func unseparate(by chat.User) wish {
	return func(f Facts) (Change, Decision) { return f.Unseparate(ops, by, apart.Name, noon) }
}

func setBy(who chat.User) Exclusive {
	x := apart
	x.By = who
	return x
}

// attacks are ways to get, keep or lengthen rights that one must not have.
var attacks = []struct {
	name string
	world
	wish wish
	rule Rule
}{
	{"an emergency makes no admin for good", staffed(role(li, Senior, Sales), glass(li)), appoint(li, wang, Mid, Operations), RuleMoreThanHeld},
	{"not even of what one holds for good", staffed(role(li, Senior, Sales), glass(li)), appoint(li, wang, Mid, Sales), RuleMoreThanHeld},
	{"nor an exception of it", staffed(role(li, Senior, Sales), glass(li), role(wang, Mid, NoJob)), except(li, says(Allow, About(wang), Invite)), RuleMoreThanHeld},
	{"nor for longer than it lasts", staffed(role(li, Senior, Sales), glass(li)), appointFor(li, wang, Mid, Sales, noon, inAnHour.Add(1)), RuleMoreThanHeld},
	{"who may appoint for an hour only appoints for an hour", staffed(role(li, Mid, NoJob), says(Allow, me, Admins, byEnterprise, until(inAnHour))), appoint(li, wang, Junior, NoJob), RuleMoreThanHeld},
	{"a deny is not lifted for good by who is admin for an hour", staffed(temp(li, Senior, NoJob, inAnHour), role(wang, Mid, NoJob), says(Deny, About(wang), Recall)), unset(li, says(Deny, About(wang), Recall)), RuleMoreThanHeld},
	{"a deny is not lifted by another one for some other day", staffed(role(li, Senior, Operations), role(wang, Mid, Sales), says(Deny, About(wang), Invite, until(inAnHour))), except(li, says(Deny, About(wang), Invite, tomorrow)), RuleMoreThanHeld},
	{"nor do two who are admins for an hour map a position", staffed(temp(li, Senior, NoJob, inAnHour)).agreed(), mapped(li, Mapping{Subject: managers, Level: Mid}), RuleMoreThanHeld},
	{"nor does one agree to it", staffed(temp(zhang, Senior, NoJob, inAnHour), role(li, Senior, NoJob)), consent(zhang, mapped(li, Mapping{Subject: managers, Level: Mid}), li), RuleMoreThanHeld},
	{"nobody agrees to what gives them something by their position", staffed(role(zhang, Senior, NoJob), role(li, Senior, NoJob)).knowing(map[chat.User]Person{zhang: manager}), consent(zhang, mapped(li, Mapping{Subject: managers, Level: Senior}), li), RuleSelf},
	{"nor by their department", staffed(role(zhang, Senior, NoJob), role(li, Senior, NoJob)).knowing(map[chat.User]Person{zhang: manager}), consent(zhang, except(li, says(Allow, inRegion, Invite)), li), RuleSelf},
	{"who may act on few does not let others act on all", staffed(Role{Who: li, Level: Senior, Job: Sales, Data: DataScope{Members: []chat.User{kunde}}}, says(Allow, me, Admins, byEnterprise), role(wang, Mid, NoJob)), except(li, says(Allow, About(wang), Remove)), RuleMoreThanHeld},
	{"nor by a position", staffed(Role{Who: li, Level: Senior, Data: DataScope{Kind: chat.Customer}}).agreed(), mapped(li, Mapping{Subject: managers, Level: Mid}), RuleMoreThanHeld},
	{"nor does a scene give to everyone, oneself among them, what one does not hold", staffed(role(li, Senior, Operations)).agreed(), putOn(li, Scene{Name: OfflineEvent}), RuleMoreThanHeld},
	{"R61 what no appointment gives, no position gives", staffed(role(li, Senior, NoJob), apart).agreed(), mapped(li, Mapping{Subject: managers, Level: Mid, Job: Supervisor}), RuleSeparation},
	{"nor for longer than one is admin", staffed(temp(li, Senior, NoJob, inAnHour)).agreed(), putOn(li, Scene{Name: OfflineEvent}), RuleMoreThanHeld},
	{"R38 a rule that the company has set in the group is not the group's to remove", staffed(role(li, Senior, NoJob), setBy(boss)).agreed(), unseparate(li), RuleTier},
	{"a 高级 to be activated is not silenced by a 高级 alone", staffed(role(li, Senior, NoJob), eligible(role(wang, Senior, NoJob))), except(li, says(Deny, About(wang), Mute)), RuleSecondPerson},
}

func TestAttacks(t *testing.T) {
	for _, r := range attacks {
		t.Run(r.name, func(t *testing.T) {
			c, d := r.wish(r.facts(t))
			assert.False(t, d.Allowed)
			assert.Equal(t, r.rule, d.Rule)
			assert.Empty(t, c)
		})
	}
}
