package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// AnyRequest names what an Approval is about that has none of its own.
const AnyRequest = "*"

// Approval says how requests for one thing are decided (R67). The zero Approval is none; ApprovalOf fills in what is
// usual.
type Approval struct {
	What    string        `json:"what"`              // an item, a level, or AnyRequest
	Need    int           `json:"need"`              // so many must agree
	Deny    int           `json:"deny"`              // so many who refuse end it
	Longest time.Duration `json:"longest,omitzero"`  // what may be asked for; zero: as usual
	OnDuty  bool          `json:"on_duty,omitempty"` // whoever is on shift gets it at once
	By      chat.User     `json:"by,omitempty"`
	At      time.Time     `json:"at,omitzero"`
}

// How long a right can be asked for where no rule says so.
const (
	longestItem  = 24 * time.Hour
	longestLevel = 30 * 24 * time.Hour
	mostVotes    = 5 // that a rule may ask for: more people than that no group has at hand
)

// ApprovalKey is the key of a rule about requests.
func ApprovalKey(what string) string { return "approval/" + inKey.Replace(what) }

func (a Approval) sound() error {
	_, item := ParseItem(a.What)
	_, level := ParseLevel(a.What)
	switch {
	case a.What != AnyRequest && !item && !level:
		return fmt.Errorf("rule about requests for %q", a.What)
	case a.Need < 1 || a.Deny < 1 || a.Need > mostVotes || a.Deny > mostVotes || a.Longest < 0:
		return fmt.Errorf("rule about requests for %q: %d to agree, %d to refuse, longest %s", a.What, a.Need, a.Deny, a.Longest)
	}
	return nil
}

// Approvals lists the rules about requests of the company's book, in order of their keys.
func (b Book) Approvals() []Approval {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.approvals)
}

// ApprovalOf is the rule about requests for an item or a level, by name: its own, else the one for everything, else
// that one person decides.
func (f Facts) ApprovalOf(what string) Approval {
	rule := Approval{What: what, Need: 1, Deny: 1}
	for _, name := range []string{what, AnyRequest} {
		i := slices.IndexFunc(f.Company.Approvals(), func(a Approval) bool { return a.What == name })
		if i >= 0 {
			rule = f.Company.ix.approvals[i]
			break
		}
	}
	if rule.Longest == 0 {
		rule.Longest = longestItem
		if _, level := ParseLevel(what); level {
			rule.Longest = longestLevel
		}
	}
	return rule
}

// SetApproval changes the rule about requests for one thing; one that needs nobody is taken away. It is the company's
// policy: an owner's.
func (f Facts) SetApproval(by chat.User, want Approval, now time.Time) (Change, Decision) {
	a := f.asker("", by, now)
	d := a.mayPolicy()
	if !d.Allowed {
		return nil, d
	}
	key := ApprovalKey(want.What)
	if want.Need == 0 {
		if f.Company.record(key) == nil {
			return nil, d
		}
		return Change{set[Approval](f.Company, "", key, nil)}, d
	}
	want.By, want.At = by, a.now
	if want.sound() != nil {
		return nil, Decision{Rule: RuleNothingGranted, item: Policy}
	}
	return Change{set(f.Company, "", key, &want)}, d
}

// Delegation lets somebody decide requests in another's place while that one is away. It gives no item: what the
// delegate decides is judged by the rights of whoever is away.
type Delegation struct {
	Who   chat.User `json:"who"`
	To    chat.User `json:"to"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"` // exclusive; there is always one
}

// Due is when the journal must note the end.
func (d Delegation) Due() time.Time { return d.Until }

// Live says whether the delegation holds at a moment.
func (d Delegation) Live(at time.Time) bool { return !at.Before(d.From) && at.Before(d.Until) }

// DelegationKey is the key of the delegation that somebody has made: one at a time.
func DelegationKey(who chat.User) string { return "delegate/" + string(who) }

func (d Delegation) sound() error {
	if d.Who == "" || d.To == "" || d.Who == d.To || !d.Until.After(d.From) {
		return fmt.Errorf("delegation of %q to %q", d.Who, d.To)
	}
	return nil
}

// Delegate lets somebody stand in for who until an end; without a stand-in, nobody does any more. It needs no item: it
// gives none. The stand-in must be staff.
func (f Facts) Delegate(who, to chat.User, kind chat.PersonKind, until, now time.Time) (Change, Decision) {
	d := Decision{Allowed: true, Rule: RuleGranted, item: Review}
	now = now.UTC().Round(0)
	key := DelegationKey(who)
	if to == "" {
		if f.Company.record(key) == nil {
			return nil, d
		}
		return Change{set[Delegation](f.Company, "", key, nil)}, d
	}
	want := Delegation{Who: who, To: to, From: now, Until: until.UTC()}
	switch {
	case kind != chat.Staff:
		return nil, Decision{Rule: RuleNotStaff, item: Review}
	case who == to:
		return nil, Decision{Rule: RuleSelf, item: Review}
	case want.sound() != nil:
		return nil, Decision{Rule: RuleNothingGranted, item: Review}
	}
	return Change{set(f.Company, "", key, &want)}, d
}

// DelegateOf is the delegation that somebody has made, if it holds.
func (f Facts) DelegateOf(who chat.User, at time.Time) (Delegation, bool) {
	if f.Company.ix == nil {
		return Delegation{}, false
	}
	for _, d := range f.Company.ix.delegations {
		if d.Who == who && d.Live(at) {
			return d, true
		}
	}
	return Delegation{}, false
}

// StandsInFor lists those whose requests somebody decides in their place.
func (f Facts) StandsInFor(who chat.User, at time.Time) []chat.User {
	if f.Company.ix == nil {
		return nil
	}
	var out []chat.User
	for _, d := range f.Company.ix.delegations {
		if d.To == who && d.Live(at) {
			out = append(out, d.Who)
		}
	}
	return out
}

// mayDelegate asks about the change of a delegation: one's own, or, as everything, an owner's.
func (a *asker) mayDelegate(c journal.Change) Decision {
	key, read := c.Key, reads(func(d Delegation) string { return DelegationKey(d.Who) }, Delegation.sound)
	for _, raw := range []json.RawMessage{c.Before, c.After} {
		if raw != nil && read(key, raw) != nil {
			return Decision{Rule: RuleNothingGranted, item: Review}
		}
	}
	if key != DelegationKey(a.by) && !a.owner {
		return Decision{Rule: RuleRank, item: Review}
	}
	return Decision{Allowed: true, Rule: RuleGranted, item: Review}
}
