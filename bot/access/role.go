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
	Tag       string       `json:"tag,omitempty"`       // the company's book only, instead of Groups: where this tag is
	Data      DataScope    `json:"data,omitzero"`       // narrows whom it may act on
	Grants    Items        `json:"grants,omitzero"`     // what a custom Job gave when this was set, before the ceiling
	Only      Items        `json:"only,omitzero"`       // narrows what it gives; empty narrows nothing
	OnDuty    bool         `json:"on_duty,omitempty"`   // 值班生效: awake only while the person is on shift
	Review    time.Time    `json:"review,omitzero"`     // when somebody should ask whether it is still needed
	// Eligible says that the role gives nothing by itself: the person may activate it for some hours.
	Eligible bool `json:"eligible,omitempty"`
	// Active says that it is such an activation.
	Active bool `json:"active,omitempty"`
}

// Key is the record of the role.
func (r Role) Key() string {
	switch {
	case r.Eligible:
		return EligibleKey(r.Who)
	case r.Active:
		return ActiveKey(r.Who)
	}
	return RoleKey(r.Who, r.Temporary())
}

// order is where a role stands among a person's.
func (r Role) order() int {
	switch {
	case r.Eligible:
		return 3
	case r.Active:
		return 2
	case r.Temporary():
		return 1
	}
	return 0
}

// Live says whether the role produces anything at a moment, of a duty-bound one: while its holder is on shift. It ends
// by time, whether or not anybody noted the end.
func (r Role) Live(at time.Time) bool {
	return r.Level != NoLevel && !r.Suspended && !r.Eligible && !at.Before(r.From) && !r.over(at)
}

// Due is when the journal must note the end; zero is never.
func (r Role) Due() time.Time { return r.Until }

// Temporary says whether the role has an end.
func (r Role) Temporary() bool { return !r.Until.IsZero() }

// Items is what the role gives while it is live (4.2).
func (r Role) Items() Items {
	held := Held(r.Level, r.Job)
	if r.custom() {
		held = r.grants()&Ceiling(r.Level) | Preset(r.Level)&GovernanceItems
	}
	return r.narrowed(held)
}

// Beyond is what the job would give if the level's ceiling did not cut it.
func (r Role) Beyond() Items {
	if r.custom() {
		return r.narrowed(r.grants() &^ Ceiling(r.Level))
	}
	return r.narrowed(beyond(r.Level, r.Job))
}

// grants is what the custom job gives. Jobs are silent about governance, which follows the level alone (4.1).
func (r Role) grants() Items { return r.Grants.Minus(GovernanceItems) }

func (r Role) narrowed(items Items) Items {
	if r.Only != 0 {
		items &= r.Only
	}
	return items
}

// custom says whether the job is one that the company has defined. What it gave is kept with the role, so that an
// entry says what was given whatever becomes of the definition; who changes that changes the roles with it.
func (r Role) custom() bool { return r.Grants != 0 }

// over says whether the role has ended; one that begins later, or is suspended, is not over.
func (r Role) over(at time.Time) bool { return !r.Until.IsZero() && !at.Before(r.Until) }
