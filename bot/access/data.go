package access

import (
	"slices"

	"qunguan/bot/chat"
)

// DataScope narrows whom a right may be used on (R40: function ∩ data). What is set must all hold. The zero DataScope
// narrows nothing.
type DataScope struct {
	Kind       chat.PersonKind `json:"kind,omitempty"`       // only staff, or only customers
	Members    []chat.User     `json:"members,omitempty"`    // only these people
	Department string          `json:"department,omitempty"` // only people of this department
	Tag        string          `json:"tag,omitempty"`        // only people with this tag
	Own        bool            `json:"own,omitempty"`        // only customers who are the holder's own
}

// IsZero says whether nothing is narrowed.
func (d DataScope) IsZero() bool {
	return d.Kind == "" && len(d.Members) == 0 && d.Department == "" && d.Tag == "" && !d.Own
}

// Equal says whether two scopes are written the same.
func (d DataScope) Equal(o DataScope) bool {
	return d.Kind == o.Kind && d.Department == o.Department && d.Tag == o.Tag && d.Own == o.Own && slices.Equal(d.Members, o.Members)
}
