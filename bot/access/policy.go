package access

import (
	"encoding/json"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// mayPolicy asks whether the asker may change the policy of the place: statements about many people, mappings,
// scenes, custom roles, exclusive sets and what belongs to them. The company's is an owner's. In a group whoever holds
// Policy may, with a second person's consent (four eyes); owners and department admins may alone.
func (a *asker) mayPolicy() Decision {
	d := decide(a.f, &Request{Actor: a.by, Item: Policy, Group: a.g, At: a.now})
	switch {
	case !d.Allowed:
		return d
	case a.g == "" && !a.owner:
		return Decision{Rule: RuleTier, item: Policy}
	case !a.above && !a.f.Consent:
		return Decision{Rule: RuleSecondPerson, item: Policy}
	}
	return d
}

// mayMap asks about one mapping that would be set: its role must be one that the asker could give.
func (a *asker) mayMap(m Mapping) Decision {
	d := a.mayPolicy()
	r := m.Role("")
	switch {
	case !d.Allowed:
		return d
	case m.sound() != nil || r.Items() == 0:
		return Decision{Rule: RuleNothingGranted, item: Policy}
	case a.g != "" && m.Scope.Kind != All && !m.Scope.within(a.g):
		return Decision{Rule: RuleMoreThanHeld, item: Policy}
	case m.Tier == Enterprise && !a.above:
		return Decision{Rule: RuleTier, item: Policy}
	case a.lacks(r.Items()), !m.Off && !a.reaches(Policy, r.Items(), DataScope{}):
		return Decision{Rule: RuleMoreThanHeld, item: Policy}
	}
	if why := a.against(m.Level); why != "" {
		return Decision{Rule: why, item: Policy}
	}
	if x := a.f.Breaks("", r.Items(), a.now); len(x) > 0 && !m.Off {
		return Decision{Rule: RuleSeparation, item: Policy, exclusive: x[0].Name} // whoever comes to the position would
	}
	if bound := a.ends(Policy, r.Items(), time.Time{}); !m.Off && !bound.IsZero() {
		return Decision{Rule: RuleMoreThanHeld, item: Policy, bound: bound}
	}
	return d
}

// policyKinds are the records that are policy: they are judged as such, whoever brings the change.
var policyKinds = map[string]func(key string, raw json.RawMessage) error{
	"mapping":  reads(MappingKey, Mapping.sound),
	"scene":    reads(func(s Scene) string { return SceneKey(s.Name) }, Scene.sound),
	"sod":      reads(func(x Exclusive) string { return ExclusiveKey(x.Name) }, Exclusive.sound),
	"exempt":   reads(func(e Exemption) string { return ExemptionKey(e.Rule, e.Who) }, nil),
	"job":      reads(func(j JobDefinition) string { return JobKey(j.Name) }, JobDefinition.sound),
	"approval": reads(func(a Approval) string { return ApprovalKey(a.What) }, Approval.sound),
	"tag":      reads(func(t Tag) string { return TagKey(t.Name) }, nil),
}

func reads[T any](keyOf func(T) string, sound func(T) error) func(string, json.RawMessage) error {
	return func(key string, raw json.RawMessage) error {
		var list []T
		return keep(&list, key, raw, keyOf, sound)
	}
}

// mayRecord asks about the change of one record of policy.
func (a *asker) mayRecord(c journal.Change) Decision {
	kind, _, _ := strings.Cut(c.Key, "/")
	if c.After != nil && policyKinds[kind](c.Key, c.After) != nil {
		return Decision{Rule: RuleNothingGranted, item: Policy}
	}
	if kind == "scene" {
		return a.mayTurn(c)
	}
	if a.ofCompany(c) {
		return Decision{Rule: RuleTier, item: Policy}
	}
	if kind == "mapping" && c.Before != nil {
		old, err := journal.Decode[Mapping](c.Before)
		if err != nil {
			return Decision{Rule: RuleNothingGranted, item: Policy}
		}
		if d := a.mayUnmap(old); !d.Allowed {
			return d
		}
	}
	if kind == "mapping" && c.After != nil {
		m, err := journal.Decode[Mapping](c.After)
		if err != nil {
			return Decision{Rule: RuleNothingGranted, item: Policy}
		}
		return a.mayMap(m)
	}
	if kind == "tag" {
		_, name, _ := strings.Cut(c.Key, "/")
		return a.mayTag(outKey.Replace(name), c.After != nil)
	}
	if kind == "exempt" && c.After != nil {
		e, err := journal.Decode[Exemption](c.After)
		if err != nil || e.Reason == "" || e.Until.IsZero() { // one that is over may come back with its rule: it gives nothing
			return Decision{Rule: RuleNothingGranted, item: Policy}
		}
		if e.Who == a.by {
			return Decision{Rule: RuleSelf, item: Policy} // nobody exempts themselves
		}
	}
	return a.mayPolicy()
}

// ofCompany says whether a change would take away, or replace, a rule, an exemption or a tag of the group that an owner
// or a department admin of the place has set: those are the enterprise's, and no admin of the group's to change.
func (a *asker) ofCompany(c journal.Change) bool {
	kind, _, _ := strings.Cut(c.Key, "/")
	if c.Before == nil || a.above || kind != "sod" && kind != "exempt" && kind != "tag" {
		return false
	}
	var old struct {
		By chat.User `json:"by"`
	}
	return json.Unmarshal(c.Before, &old) != nil || a.f.Governs(old.By, a.g)
}
