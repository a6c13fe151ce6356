package access

import (
	"time"

	"qunguan/bot/chat"
)

// Statement is one allow or deny line. Its zero value speaks about no item, so it says nothing.
type Statement struct {
	Subject Subject   `json:"subject"`
	Scope   Scope     `json:"scope,omitzero"`
	Items   Items     `json:"items"`
	Breadth Breadth   `json:"breadth,omitzero"`
	Effect  Effect    `json:"effect"`
	Tier    Tier      `json:"tier,omitzero"`  // of the account that made it; in the company's book always Enterprise
	From    time.Time `json:"from,omitzero"`  // zero: since ever
	Until   time.Time `json:"until,omitzero"` // exclusive; zero: fixed
	By      chat.User `json:"by,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"` // when it was set
	Source  string    `json:"source,omitempty"`
	Data    DataScope `json:"data,omitzero"`
	Review  time.Time `json:"review,omitzero"` // when somebody should ask whether it is still needed
}

// Due is when the journal must note the end; zero is never.
func (s Statement) Due() time.Time { return s.Until }

// Subject is whom a statement is about. The zero Subject is everyone.
type Subject struct {
	Kind  SubjectKind `json:"kind,omitzero"`
	ID    string      `json:"id,omitempty"`    // a userid, a position, a department; empty for everyone
	Depth int         `json:"depth,omitempty"` // of a department: the root is 1; deeper is more specific
}

// About is the subject that is one person.
func About(who chat.User) Subject { return Subject{Kind: OnePerson, ID: string(who)} }

// Scope is where, or on whom, a statement holds. The zero Scope is everywhere.
type Scope struct {
	Kind       ScopeKind    `json:"kind,omitzero"`
	Groups     []chat.Group `json:"groups,omitempty"`  // GroupSet, OneGroup; with MemberSet: only in these, empty everywhere
	Members    []chat.User  `json:"members,omitempty"` // MemberSet: the people acted on
	Department string       `json:"department,omitempty"`
	Tag        string       `json:"tag,omitempty"` // GroupSet: instead, the groups with this tag
}

// In is the scope that is one group.
func In(g chat.Group) Scope { return Scope{Kind: OneGroup, Groups: []chat.Group{g}} }

// sound says whether the scope names what its kind needs, and nothing that its kind does not look at.
func (s Scope) sound() bool {
	groups, members := len(s.Groups), len(s.Members)
	switch s.Kind {
	case All:
		return groups == 0 && members == 0 && s.Department == "" && s.Tag == ""
	case DepartmentGroups:
		return groups == 0 && members == 0 && s.Department != "" && s.Tag == ""
	case GroupSet:
		return (groups > 0) != (s.Tag != "") && members == 0 && s.Department == ""
	case OneGroup:
		return groups == 1 && members == 0 && s.Department == "" && s.Tag == ""
	case MemberSet:
		return members > 0 && s.Department == "" && s.Tag == ""
	}
	return false
}
