package access

import "fmt"

// Tier is whose setting something is: that of the account that made it. Higher tiers win (3.1 a). The zero Tier is
// the group's.
type Tier uint8

// The tiers.
const (
	GroupTier  Tier = iota // made by an admin of the group
	Enterprise             // made by a 超级管理员, or by a 分级管理员 in their departments' groups
)

// Effect is what a statement says. The zero Effect denies.
type Effect uint8

// The effects. An item about which nothing is said is unset; that is no effect.
const (
	Deny Effect = iota
	Allow
)

// SubjectKind is what kind of subject a statement is about. Higher kinds are more specific (3.1 c).
type SubjectKind uint8

// The kinds of subject.
const (
	Everyone SubjectKind = iota
	OfDepartment
	OfPosition
	OnePerson
)

// ScopeKind is how narrowly a statement says where it holds. Higher kinds are more specific (3.1 c).
type ScopeKind uint8

// The kinds of scope.
const (
	All              ScopeKind = iota // all groups
	DepartmentGroups                  // the groups of a department
	GroupSet                          // several groups, or those with a tag
	OneGroup
	MemberSet // acts on certain people only; it speaks only where a target is named
)

// Breadth is how many items a statement was written for. Higher is more specific (3.1 c).
type Breadth uint8

// The breadths.
const (
	Bundle   Breadth = iota // a whole role
	OfFamily                // a family of items
	Single                  // an item by name
)

var (
	tierNames    = []string{"group", "enterprise"}
	effectNames  = []string{"deny", "allow"}
	subjectNames = []string{"everyone", "department", "position", "person"}
	scopeNames   = []string{"all", "department", "set", "group", "members"}
	breadthNames = []string{"bundle", "family", "single"}
)

// String is "group" or "enterprise".
func (t Tier) String() string { return nameOf(tierNames, uint8(t)) }

// MarshalText writes String.
func (t Tier) MarshalText() ([]byte, error) { return encodeName("tier", tierNames, uint8(t)) }

// UnmarshalText reads exactly what MarshalText wrote.
func (t *Tier) UnmarshalText(b []byte) error { return decodeName("tier", tierNames, b, (*uint8)(t)) }

// String is "deny" or "allow".
func (e Effect) String() string { return nameOf(effectNames, uint8(e)) }

// MarshalText writes String.
func (e Effect) MarshalText() ([]byte, error) { return encodeName("effect", effectNames, uint8(e)) }

// UnmarshalText reads exactly what MarshalText wrote.
func (e *Effect) UnmarshalText(b []byte) error {
	return decodeName("effect", effectNames, b, (*uint8)(e))
}

// String is "everyone", "department", "position" or "person".
func (k SubjectKind) String() string { return nameOf(subjectNames, uint8(k)) }

// MarshalText writes String.
func (k SubjectKind) MarshalText() ([]byte, error) {
	return encodeName("subject", subjectNames, uint8(k))
}

// UnmarshalText reads exactly what MarshalText wrote.
func (k *SubjectKind) UnmarshalText(b []byte) error {
	return decodeName("subject", subjectNames, b, (*uint8)(k))
}

// String is "all", "department", "set", "group" or "members".
func (k ScopeKind) String() string { return nameOf(scopeNames, uint8(k)) }

// MarshalText writes String.
func (k ScopeKind) MarshalText() ([]byte, error) { return encodeName("scope", scopeNames, uint8(k)) }

// UnmarshalText reads exactly what MarshalText wrote.
func (k *ScopeKind) UnmarshalText(b []byte) error {
	return decodeName("scope", scopeNames, b, (*uint8)(k))
}

// String is "bundle", "family" or "single".
func (w Breadth) String() string { return nameOf(breadthNames, uint8(w)) }

// MarshalText writes String.
func (w Breadth) MarshalText() ([]byte, error) {
	return encodeName("breadth", breadthNames, uint8(w))
}

// UnmarshalText reads exactly what MarshalText wrote.
func (w *Breadth) UnmarshalText(b []byte) error {
	return decodeName("breadth", breadthNames, b, (*uint8)(w))
}

func nameOf(names []string, v uint8) string {
	if int(v) >= len(names) {
		return ""
	}
	return names[v]
}

func encodeName(what string, names []string, v uint8) ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("encode %s: no %s %d", what, what, v)
	}
	return []byte(names[v]), nil
}

func decodeName(what string, names []string, b []byte, v *uint8) error {
	for k, name := range names {
		if name == string(b) {
			*v = uint8(k)
			return nil
		}
	}
	return fmt.Errorf("decode %s: no %s %q", what, what, b)
}
