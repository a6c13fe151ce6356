package chat

import "time"

// Effect is something that must become so outside. Doing it twice is right: it is a wanted state, or it carries an
// ID by which the platform or the person sees that it is the same.
//
// The zero Effect does nothing.
type Effect struct {
	// ID is the same each time the effect is delivered. The outbox gives it.
	ID   string     `json:"id"`
	Kind EffectKind `json:"kind"`

	To      User   `json:"to,omitempty"`       // Send: the person, zero: the group itself; Observe of a person
	Group   Group  `json:"group,omitempty"`    // Observe, ObserveStaff: the group; Send: what the message is about
	ReplyTo string `json:"reply_to,omitempty"` // Send: an answer to this address first, to To if that is no longer possible
	Reply   Reply  `json:"reply,omitzero"`     // Send: what to say
	// Task is the record of the task that waits for this message to arrive; empty if none does.
	Task      string    `json:"task,omitempty"`
	Tries     int       `json:"tries,omitempty"`     // how often it was tried in vain
	NotBefore time.Time `json:"not_before,omitzero"` // zero: at once
	// NotAfter ends the attempts; zero is a day after the first.
	NotAfter time.Time `json:"not_after,omitzero"`
}

// EffectKind says what kind of thing an effect is.
type EffectKind string

// The kinds of effect.
const (
	Send    EffectKind = "send"    // tell To something
	Observe EffectKind = "observe" // re-read Group, or the person To, from the platform
	// ObserveStaff asks the address book about the staff of Group whom the bot has never met.
	ObserveStaff EffectKind = "observe_staff"
)

// SendTo is an effect that tells one person something.
func SendTo(to User, about Group, r Reply) Effect {
	return Effect{Kind: Send, To: to, Group: about, Reply: r}
}

// ObserveGroup is an effect that re-reads a group.
func ObserveGroup(g Group) Effect { return Effect{Kind: Observe, Group: g} }
