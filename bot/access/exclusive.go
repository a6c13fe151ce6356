package access

import (
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Exclusive is a rule of separation of duties (R61): nobody may hold items of two of its sets in one group. None is
// preset.
type Exclusive struct {
	Name   string    `json:"name"`
	Sets   []Items   `json:"sets"` // at least two, without an item in common
	By     chat.User `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// Exemption lets one person break a rule of separation of duties, for a reason and until an end.
type Exemption struct {
	Rule   string    `json:"rule"`
	Who    chat.User `json:"who"`
	Until  time.Time `json:"until"` // exclusive; there is always one
	By     chat.User `json:"by,omitempty"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at,omitzero"`
}

// ExclusiveKey is the key of a rule of separation of duties.
func ExclusiveKey(name string) string { return "sod/" + inKey.Replace(name) }

// ExemptionKey is the key of a person's exemption from a rule.
func ExemptionKey(rule string, who chat.User) string {
	return "exempt/" + inKey.Replace(rule) + "/" + inKey.Replace(string(who))
}

// Broken says whether somebody who holds the items breaks the rule.
func (x Exclusive) Broken(items Items) bool {
	touched := 0
	for _, s := range x.Sets {
		if s&items != 0 {
			touched++
		}
	}
	return touched > 1
}

func (x Exclusive) sound() error {
	var seen Items
	if x.Name == "" || len(x.Sets) < 2 {
		return fmt.Errorf("exclusive sets %q: a name and two sets are needed", x.Name)
	}
	for _, s := range x.Sets {
		if s == 0 || s&seen != 0 {
			return fmt.Errorf("exclusive sets %q: a set is empty, or an item is in two", x.Name)
		}
		seen |= s
	}
	return nil
}

// Exclusives lists the rules of separation of duties in the book, by name.
func (b Book) Exclusives() []Exclusive {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.exclusives)
}

// Exemptions lists the exemptions in the book, live or over, in order of their keys.
func (b Book) Exemptions() []Exemption {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.exemptions)
}

// Breaks lists the rules of separation of duties that somebody's items break at a moment without an exemption, the
// company's first.
func (f Facts) Breaks(who chat.User, items Items, at time.Time) []Exclusive {
	var out []Exclusive
	for i, b := range []Book{f.Company, f.Group} {
		if b.ix == nil {
			continue
		}
		for _, x := range b.ix.exclusives {
			if x.Broken(items) && !f.exempt(x.Name, who, at, i == 0) {
				out = append(out, x)
			}
		}
	}
	return out
}

// exempt says whether somebody may break a rule. From a rule of the company only the company exempts.
func (f *Facts) exempt(rule string, who chat.User, at time.Time, ofCompany bool) bool {
	for i, b := range []Book{f.Company, f.Group} {
		if b.ix == nil || ofCompany && i > 0 {
			continue
		}
		for k := range b.ix.exemptions {
			if e := &b.ix.exemptions[k]; e.Rule == rule && e.Who == who && at.Before(e.Until) {
				return true
			}
		}
	}
	return false
}
