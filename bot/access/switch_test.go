package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/chat"
)

// scene is a scene that the owner has put on for good.
func scene(n SceneName, change ...func(*Scene)) Scene {
	s := Scene{Name: n, By: boss, At: hourAgo, From: hourAgo, Tier: Enterprise}
	if n == Sensitive {
		s.Industry = Medical
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func lasting(end time.Time) func(*Scene) { return func(s *Scene) { s.Until = end } }

func turns(before, after Book, at time.Time) map[Switch]string {
	out := map[Switch]string{}
	for _, t := range TurnedBy(before.Switches(at), after.Switches(at)) {
		out[t.Before.Switch] = t.Before.String() + " → " + t.After.String()
	}
	return out
}

// TestScenePresets is the table of 4.4: the diff of each preset is exactly this.
func TestScenePresets(t *testing.T) {
	for _, row := range []struct {
		name string
		on   Scene
		want map[Switch]string
	}{
		{"R26 线下活动群", scene(OfflineEvent), map[Switch]string{BulkImport: "closed → open"}},
		{"R27 产品内测群", scene(ProductBeta), map[Switch]string{ExternalInvite: "open → restricted"}},
		{"R28 跨部门协作群", scene(CrossDept), map[Switch]string{AtAll: "everyone → admins_only"}},
		{"R29–R31 敏感行业（医疗）", scene(Sensitive), map[Switch]string{SpeechReview: "off → on", KeywordMonitor: "off → on", MemberFiles: "on → off"}},
		{
			"R29–R31 敏感行业（金融）", scene(Sensitive, func(s *Scene) { s.Industry = Finance }),
			map[Switch]string{SpeechReview: "off → on", KeywordMonitor: "off → on", MemberFiles: "on → off"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.want, turns(book(t), book(t, row.on), noon))
			_, adds := row.on.Adds()
			assert.Equal(t, row.on.Name == OfflineEvent, adds, "only 线下活动群 adds a statement")
			assert.NotEmpty(t, row.on.Label().ZH)
			n, ok := ParseScene(row.on.Name.Label().ZH)
			assert.True(t, ok)
			assert.Equal(t, row.on.Name, n)
		})
	}
}

// TestOfflineEventAllowsImport: one statement for everyone here; the ceiling makes that 高级 and 中级 (4.4).
func TestOfflineEventAllowsImport(t *testing.T) {
	for _, row := range []row{
		may("高级 has it anyway", group(role(li, Senior, NoJob), scene(OfflineEvent)), RuleGranted, asks(Import)),
		may("中级 gets it", group(role(li, Mid, NoJob), scene(OfflineEvent)), RuleGranted, asks(Import)),
		mayNot("普通 is below the ceiling", group(role(li, Junior, NoJob), scene(OfflineEvent)), RuleCeiling, asks(Import)),
		mayNot("nobody without a level", group(scene(OfflineEvent)), RuleCeiling, asks(Import)),
		may("while it lasts", group(role(li, Mid, NoJob), scene(OfflineEvent, lasting(noon))), RuleTemporary, asksAt(Import, noon.Add(-1))),
		mayNot("and not at its end", group(role(li, Mid, NoJob), scene(OfflineEvent, lasting(noon))), RuleGrantExpired, asksAt(Import, noon)),
		mayNot("nor what other scenes are about", group(role(li, Mid, NoJob), scene(ProductBeta)), RuleDefault, asks(Invite)),
	} {
		t.Run(row.name, func(t *testing.T) {
			d := Decide(row.facts(t), row.ask)
			assert.Equal(t, row.allowed, d.Allowed)
			assert.Equal(t, row.rule, d.Rule)
		})
	}
}

// TestScenesStack: with any set of scenes, taking one off turns exactly the switches that no other one holds, and a
// switch that is at its target already does not turn.
func TestScenesStack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on := rapid.SliceOfDistinct(rapid.SampledFrom(SceneNames()), func(n SceneName) SceneName { return n }).Draw(t, "on")
		one := rapid.SampledFrom(SceneNames()).Draw(t, "one")
		var with, without []any
		held := map[Switch]bool{}
		for _, n := range on {
			if n == one {
				continue
			}
			with, without = append(with, scene(n)), append(without, scene(n))
			for _, w := range n.Holds() {
				held[w] = true
			}
		}
		with = append(with, scene(one))
		w, wo := world{group: with}.drawn(t).Group, world{group: without}.drawn(t).Group
		var want []Switch
		for _, s := range one.Holds() {
			if !held[s] {
				want = append(want, s)
			}
		}
		for name, turned := range map[string][]Turned{"on": TurnedBy(wo.Switches(noon), w.Switches(noon)), "off": TurnedBy(w.Switches(noon), wo.Switches(noon))} {
			var got []Switch
			for _, x := range turned {
				got = append(got, x.Before.Switch)
			}
			require.Equal(t, want, got, name)
		}
	})
}

// TestSwitchesOverTime: what is wanted ends with the scene, what was asked of the group stands until the end is noted.
func TestSwitchesOverTime(t *testing.T) {
	b := book(t, scene(ProductBeta, lasting(noon)))
	state := func(all []SwitchState) string { return all[1].String() }
	assert.Equal(t, "restricted", state(b.Switches(noon.Add(-1))))
	assert.Equal(t, "open", state(b.Switches(noon)))
	assert.Equal(t, "open", state(b.SwitchesLeft(noon)))
	assert.Equal(t, "restricted", state(b.SwitchesNoted()))
	var none Book
	assert.Len(t, none.Switches(noon), 6, "the zero book has all switches as usual")
}

// TestMayTurn is who may put scenes on and take them off.
func TestMayTurn(t *testing.T) {
	on := func(by chat.User, s Scene) wish {
		return func(f Facts) (Change, Decision) { return f.PutOn(ops, by, s, noon) }
	}
	off := func(by chat.User, n SceneName) wish {
		return func(f Facts) (Change, Decision) { return f.TakeOff(ops, by, n, noon) }
	}
	agreed := func(w wish) wish {
		return func(f Facts) (Change, Decision) { f.Consent = true; return w(f) }
	}
	theirs := scene(ProductBeta, func(s *Scene) { s.Tier = GroupTier })
	for _, row := range []struct {
		name string
		world
		wish    wish
		allowed bool
		rule    Rule
	}{
		{"an owner", staffed(), on(boss, Scene{Name: ProductBeta}), true, RuleOwner},
		{"a department admin", company(DepartmentAdmin{hua, []string{region}}).in(Place{Departments: []string{region}}), on(hua, Scene{Name: ProductBeta}), true, RuleDepartmentAdmin},
		{"a senior needs a second person", staffed(role(li, Senior, NoJob)), on(li, Scene{Name: ProductBeta}), false, RuleSecondPerson},
		{"who has agreed", staffed(role(li, Senior, NoJob)), agreed(on(li, Scene{Name: ProductBeta})), true, RuleGranted},
		{"a mid holds no policy", staffed(role(li, Mid, Supervisor)), agreed(on(li, Scene{Name: ProductBeta})), false, RuleDefault},
		{"an end that has passed", staffed(), on(boss, Scene{Name: ProductBeta, Until: noon}), false, RuleNothingGranted},
		{"敏感行业 without an industry", staffed(), on(boss, Scene{Name: Sensitive}), false, RuleNothingGranted},
		{"an industry where there is none", staffed(), on(boss, Scene{Name: ProductBeta, Industry: Medical}), false, RuleNothingGranted},
		{"the enterprise's is not a senior's to take off", staffed(role(li, Senior, NoJob), scene(ProductBeta)), agreed(off(li, ProductBeta)), false, RuleTier},
		{"nor to change", staffed(role(li, Senior, NoJob), scene(ProductBeta)), agreed(on(li, Scene{Name: ProductBeta, Until: inAnHour})), false, RuleTier},
		{"the group's own is", staffed(role(li, Senior, NoJob), theirs), agreed(off(li, ProductBeta)), true, RuleGranted},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := row.facts(t)
			c, d := row.wish(f)
			assert.Equal(t, row.rule, d.Rule)
			assert.Equal(t, row.allowed, d.Allowed)
			assert.Equal(t, row.allowed, len(c) > 0)
		})
	}
}
