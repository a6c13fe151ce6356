package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/chat"
)

// Do is what becomes of a role.
type Do string

// What can be decided, and advised.
const (
	Keep   Do = "keep"
	Reduce Do = "reduce"
	Remove Do = "remove"
	// Advised, of a policy only: whoever gives no answer takes the advice.
	Advised Do = "advice"
)

// Policy is how reviews are held. The zero Policy is none; Standard is the usual one.
type Policy struct {
	Days     int `json:"days"`      // to answer
	Extra    int `json:"extra"`     // days that the fallback has for what nobody has answered
	Stages   int `json:"stages"`    // 2: what is not kept is looked at by somebody else, too
	NoAnswer Do  `json:"no_answer"` // what becomes of a role of which nobody has decided
	Most     int `json:"most"`      // roles that one run may take away without a second person
	Share    int `json:"share"`     // and percent of the roles of the run
	Fewer    int `json:"fewer"`     // roles that one run may reduce without a second person
	Part     int `json:"part"`      // and percent of the roles of the run
	Unused   int `json:"unused"`    // days without use after which something counts as unused
	Active   int `json:"active"`    // messages a day from which a group is active
	Large    int `json:"large"`     // people from which a group is active

	// By what a rubber stamp is known (M13), and how much of it is looked at again.
	Quick   int `json:"quick"`   // seconds: who takes less for a case was too fast
	Fast    int `json:"fast"`    // percent of the cases: more of them decided too fast is a sign
	Ignored int `json:"ignored"` // percent of the warnings: so many of them kept all the same is a sign
	Few     int `json:"few"`     // cases: of a reviewer who has decided fewer nothing is said
	Again   int `json:"again"`   // percent of the cases that somebody else looks at again
	Sample  int `json:"sample"`  // and how many at most

	By chat.User `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// Standard is the policy where nobody has set another (D10, J2, R62, M13).
func Standard() Policy {
	return Policy{
		Days: 7, Extra: 2, Stages: 1, NoAnswer: Keep, Most: 5, Share: 20, Fewer: 20, Part: 50, Unused: 30, Active: 10, Large: 201,
		Quick: 3, Fast: 50, Ignored: 80, Few: 5, Again: 20, Sample: 5,
	}
}

// Number is one number of a policy, and within which bounds it is.
type Number struct {
	Word        string // as the record calls it
	Least, Most int
	Of          func(*Policy) *int
}

// Numbers are those of a policy.
func Numbers() []Number {
	return []Number{
		{"days", 1, 60, func(p *Policy) *int { return &p.Days }},
		{"extra", 0, 30, func(p *Policy) *int { return &p.Extra }},
		{"stages", 1, 2, func(p *Policy) *int { return &p.Stages }},
		{"most", 0, 1000, func(p *Policy) *int { return &p.Most }},
		{"share", 0, 100, func(p *Policy) *int { return &p.Share }},
		{"fewer", 0, 10_000, func(p *Policy) *int { return &p.Fewer }},
		{"part", 0, 100, func(p *Policy) *int { return &p.Part }},
		{"unused", 30, 90, func(p *Policy) *int { return &p.Unused }},
		{"active", 1, 100_000, func(p *Policy) *int { return &p.Active }},
		{"large", 1, 100_000, func(p *Policy) *int { return &p.Large }},
		{"quick", 1, 60, func(p *Policy) *int { return &p.Quick }},
		{"fast", 1, 99, func(p *Policy) *int { return &p.Fast }},
		{"ignored", 1, 100, func(p *Policy) *int { return &p.Ignored }},
		{"few", 2, 100, func(p *Policy) *int { return &p.Few }},
		{"again", 0, 100, func(p *Policy) *int { return &p.Again }},
		{"sample", 0, 100, func(p *Policy) *int { return &p.Sample }},
	}
}

// UnmarshalJSON reads a policy; what it does not say is as in the usual one.
func (p *Policy) UnmarshalJSON(raw []byte) error {
	type plain Policy
	said := plain(Standard())
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&said); err != nil {
		return fmt.Errorf("read review policy: %w", err)
	}
	*p = Policy(said)
	return nil
}

// Sound says what is wrong with a policy.
func (p Policy) Sound() error {
	for _, n := range Numbers() {
		if v := *n.Of(&p); v < n.Least || v > n.Most {
			return fmt.Errorf("review policy: %s is %d, not from %d to %d", n.Word, v, n.Least, n.Most)
		}
	}
	if p.Unused != 30 && p.Unused != 90 {
		return fmt.Errorf("review policy: unused is %d, neither 30 nor 90", p.Unused)
	}
	switch p.NoAnswer {
	case Keep, Reduce, Remove, Advised:
		return nil
	}
	return fmt.Errorf("review policy: no answer cannot mean %q", p.NoAnswer)
}

// Tempo is how often a group is looked at, and why (D10, R58).
type Tempo struct {
	Monthly bool
	Why     TempoWhy
	Daily   float64 // messages a day, over TempoDays
	People  int     // 0: not known
	Policy  Policy
}

// TempoWhy is what settles the rhythm of a group.
type TempoWhy string

// Why a group is active, or quiet.
const (
	BySize     TempoWhy = "size"
	ByMessages TempoWhy = "messages"
	Quiet      TempoWhy = "quiet"
	NotHeard   TempoWhy = "not heard" // no source tells of its messages, and it is not large
	TempoDays           = 30          // over how many days activity is measured
)

// TempoOf is the rhythm of a group by its size and by how many messages people wrote in it in TempoDays; heard says
// whether a source tells of its messages at all.
func (p Policy) TempoOf(people int, messages int64, heard bool) Tempo {
	t := Tempo{Daily: float64(messages) / TempoDays, People: people, Policy: p}
	switch {
	case people >= p.Large:
		t.Monthly, t.Why = true, BySize
	case !heard:
		t.Why = NotHeard
	case messages >= int64(p.Active)*TempoDays:
		t.Monthly, t.Why = true, ByMessages
	default:
		t.Why = Quiet
	}
	return t
}

// Due says whether a group of this rhythm is looked at in a month: quiet ones in January, April, July and October.
func (t Tempo) Due(m time.Month) bool { return t.Monthly || m%3 == 1 }
