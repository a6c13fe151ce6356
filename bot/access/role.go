package access

import (
	"time"

	"qunguan/bot/chat"
)

// Role is a level and a job held by a person. A person holds at most one fixed and one temporary role in a book.
// The zero Role has no level and gives nothing.
type Role struct {
	Who       chat.User    `json:"who"`
	Level     Level        `json:"level"`
	Job       Job          `json:"job,omitempty"`
	From      time.Time    `json:"from,omitzero"`  // zero: since ever
	Until     time.Time    `json:"until,omitzero"` // exclusive; zero: fixed
	By        chat.User    `json:"by,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	At        time.Time    `json:"at,omitzero"`         // when it was set
	Tier      Tier         `json:"tier,omitzero"`       // of the account By; in the company's book always Enterprise
	Suspended bool         `json:"suspended,omitempty"` // 停用: produces nothing
	Source    string       `json:"source,omitempty"`    // empty: appointed; "position:客服主管", "auto:size"
	Groups    []chat.Group `json:"groups,omitempty"`    // the company's book only: where; empty is everywhere
	Data      DataScope    `json:"data,omitzero"`       // narrows whom it may act on
}

// Live says whether the role produces anything at a moment. It ends by time, whether or not anybody noted the end.
func (r Role) Live(at time.Time) bool {
	return r.Level != NoLevel && !r.Suspended && !at.Before(r.From) && !r.over(at)
}

// Due is when the journal must note the end; zero is never.
func (r Role) Due() time.Time { return r.Until }

// Temporary says whether the role has an end.
func (r Role) Temporary() bool { return !r.Until.IsZero() }

// Items is what the role gives while it is live (4.2).
func (r Role) Items() Items { return Held(r.Level, r.Job) }

// over says whether the role has ended; one that begins later, or is suspended, is not over.
func (r Role) over(at time.Time) bool { return !r.Until.IsZero() && !at.Before(r.Until) }
