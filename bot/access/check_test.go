package access

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

// day is so many days before noon.
func daysAgo(n int) time.Time { return noon.AddDate(0, 0, -n) }

// aged is a role that was given some days ago.
func aged(r Role, days int) Role { r.At = daysAgo(days); return r }

// lastUsed knows of uses some days ago; of all else it says never.
func lastUsed(days map[string]int) Used {
	return Used{Since: daysAgo(400), Measured: ItemsOf(Mute, Remove, Admins, Recall, Notice), Last: func(who chat.User, i Item) time.Time {
		if n, ok := days[string(who)+" "+i.String()]; ok {
			return daysAgo(n)
		}
		return time.Time{}
	}}
}

// in50 is a group of fifty people, for which one or two admins are right.
var in50 = Place{People: 50}

func TestCheck(t *testing.T) {
	clean := group(role(li, Senior, Operations), role(wang, Mid, Sales)).in(in50)
	fresh := lastUsed(nil)
	for name, c := range map[string]struct {
		world
		used Used
		want []string
	}{
		"a clean group": {clean, fresh, nil},
		"an exception that contradicts another": {
			clean.and(says(Allow, About(wang), Mute), says(Deny, About(wang), Mute, until(inAnHour))), fresh,
			[]string{"1 conflict wang mute"},
		},
		"a temporary allow under a fixed deny": {
			clean.and(says(Allow, About(wang), Mute, until(inAnHour)), says(Deny, everyone, Mute)), fresh,
			[]string{"1 shadowed wang mute term"},
		},
		"an allow of what is held":   {clean.and(says(Allow, About(li), Mute)), fresh, []string{"0 useless li mute granted"}},
		"an allow above the ceiling": {clean.and(says(Allow, About(wang), Rename)), fresh, []string{"0 useless wang rename ceiling"}},
		"a deny of what is not held": {clean.and(says(Deny, About(wang), Mute)), fresh, []string{"0 useless wang mute denied"}},
		"a review that is due": {
			clean.and(says(Allow, About(wang), Mute, func(s *Statement) { s.Review = noon })), fresh, []string{"1 review-due wang mute"},
		},
		"a role unused for ninety days": {
			group(role(li, Senior, Operations), aged(role(wang, Mid, Operations), 91)).in(in50), fresh, []string{"1 unused wang mute recall notice 91"},
		},
		"for thirty": {
			group(role(li, Senior, Operations), aged(role(wang, Mid, Operations), 91)).in(in50), lastUsed(map[string]int{"wang mute": 31}),
			[]string{"0 unused wang mute recall notice 31"},
		},
		"used lately":  {group(role(li, Senior, Operations), aged(role(wang, Mid, Operations), 91)).in(in50), lastUsed(map[string]int{"wang mute": 29}), nil},
		"given lately": {group(role(li, Senior, Operations), aged(role(wang, Mid, Operations), 29)).in(in50), fresh, nil},
		"what is not measured is not called unused": {
			group(role(li, Senior, Operations), aged(role(wang, Junior, NoJob), 300)).in(in50), fresh, nil,
		},
		"a senior who does what a mid could": {
			group(aged(role(li, Senior, Operations), 91), role(wang, Mid, Operations)).in(in50), lastUsed(map[string]int{"li mute": 1}),
			[]string{"0 over-wide li admins 90"},
		},
		"what everybody may": {clean.and(says(Allow, everyone, Remove)), fresh, []string{"1 over-wide  remove", "0 families li"}},
		"all three families": {
			group(role(li, Senior, Supervisor), role(wang, Senior, Operations)).in(in50), fresh, []string{"0 families li"},
		},
		"nobody else who could, where two should": {
			group(role(li, Senior, Operations), role(wang, Senior, Sales)).in(Place{People: 51}), fresh,
			[]string{"0 alone li mute recall admins", "0 alone wang remove"},
		},
		"what is exclusive in one hand": {
			clean.and(Exclusive{Name: "审管分离", Sets: []Items{ItemsOf(Mute), ItemsOf(Rename)}}), fresh, []string{"2 sod li mute rename 审管分离"},
		},
		"an exemption that is over": {
			clean.and(
				Exclusive{Name: "审管分离", Sets: []Items{ItemsOf(Mute), ItemsOf(Rename)}},
				Exemption{Rule: "审管分离", Who: li, Until: noon, Reason: "代班"}), fresh,
			[]string{"2 sod li mute rename 审管分离", "1 exemption li  审管分离"},
		},
		"a full group":           {company(Cap{2}).and(role(li, Senior, Operations), role(wang, Mid, Sales)).in(in50), fresh, []string{"1 cap   2/2"}},
		"a group that lacks two": {clean.in(Place{People: 201}), fresh, []string{"2 headcount   2/4"}},
		"a role by position that waits": {
			company(lead(), Cap{2}).and(role(li, Senior, Operations), role(wang, Mid, Sales)).in(in50).knowing(map[chat.User]Person{hua: leader}), fresh,
			[]string{"1 cap   2/2", "1 pending hua approve recall files notice duty 客服主管"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range c.facts(t).Check(ops, c.used, noon) {
				got = append(got, short(f))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestCheckOfAConflict: what a fix would take away is the side without effect. A prohibition has none only if nobody
// gains anything without it, now or later.
func TestCheckOfAConflict(t *testing.T) {
	clean := group(role(li, Senior, Operations), role(wang, Mid, Sales)).in(in50)
	for name, c := range map[string]struct {
		world
		effect Effect
	}{
		"a temporary allow under a fixed deny":          {clean.and(says(Allow, About(wang), Mute, until(inAnHour)), says(Deny, About(wang), Mute)), Allow},
		"a fixed allow under a temporary deny":          {clean.and(says(Allow, About(wang), Mute), says(Deny, About(wang), Mute, until(inAnHour))), Deny},
		"a deny of what the job gives, allowed for now": {clean.and(says(Allow, About(wang), Remove, until(inAnHour)), says(Deny, About(wang), Remove)), Allow},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range c.facts(t).Check(ops, lastUsed(nil), noon) {
				if f.Kind == FoundConflict {
					assert.Equal(t, c.effect, f.Effect)
					assert.NotEmpty(t, f.Key)
					return
				}
			}
			assert.Fail(t, "no conflict was found")
		})
	}
}

// short is a finding as the tables write it: severity, kind, who, items, then what there is besides.
func short(f Finding) string {
	s := fmt.Sprintf("%d %s %s ", f.Severity, f.Kind, f.Who)
	if f.Kind != FoundFamilies {
		for n, i := range f.Items.Names() {
			if n > 0 {
				s += " "
			}
			s += i
		}
	}
	if f.Name != "" {
		s += " " + f.Name
	}
	if f.Rule != "" {
		s += " " + string(f.Rule)
	}
	if f.Days > 0 {
		s += fmt.Sprint(" ", f.Days)
	}
	if f.Limit > 0 {
		s += fmt.Sprintf(" %d/%d", f.Count, f.Limit)
	}
	if f.Kind == FoundFamilies {
		return s[:len(s)-1]
	}
	return s
}
