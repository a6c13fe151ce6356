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
	// Class is what sort of notification a Send is; empty is one that everybody gets who is sent it: an answer, a step.
	Class Class `json:"class,omitempty"`
	// Matter is the record that this is about, as About makes it: once it is gone, or done with, nobody is told any more. Empty is
	// about none.
	Matter string `json:"matter,omitempty"`
	// At is when it was so; of Mark only.
	At time.Time `json:"at,omitzero"`
	// Urgent says that it reaches somebody at once, whatever they have switched off and also in their quiet hours.
	Urgent bool `json:"urgent,omitempty"`
	// Parts are the effects that this one tells together, in their order; only the outbox makes such a one of them.
	Parts []Effect `json:"parts,omitempty"`
	// Letter is what to post, of Post only; To is then the name of a link.
	Letter *Letter `json:"letter,omitempty"`
}

// Class is what sort of notification something is; people switch them on and off.
type Class string

// The classes of notifications.
const (
	OfDuty     Class = "duty"     // one's own shifts: reminders, check-in, hand-over
	OfRoster   Class = "roster"   // somebody has changed one's shifts
	OfWaiting  Class = "waiting"  // a customer waits
	OfRights   Class = "rights"   // rights end or change
	OfRequests Class = "requests" // something is to be decided
	OfDigest   Class = "digest"   // what needs a manager's eyes, summed up
	OfSystem   Class = "system"   // how the bot itself is
)

// About names a record of an aggregate for Effect.Matter.
func About(aggregate, record string) string { return aggregate + "\n" + record }

// EffectKind says what kind of thing an effect is.
type EffectKind string

// The kinds of effect.
const (
	Send    EffectKind = "send"    // tell To something
	Observe EffectKind = "observe" // re-read Group, or the person To, from the platform
	// ObserveStaff asks the address book about the staff of Group whom the bot has never met.
	ObserveStaff EffectKind = "observe_staff"
	// Mark tells the response clock of Group that the matter is handled: To said so, At.
	Mark EffectKind = "mark"
	// Post posts a letter to another system. Those to one link keep their order, and wait for each other.
	Post EffectKind = "post"
)

// MarkHandled is an effect by which a member of staff ends the matter of the customer who waits in a group.
func MarkHandled(g Group, by User, at time.Time) Effect {
	return Effect{Kind: Mark, Group: g, To: by, At: at}
}

// SendTo is an effect that tells one person something.
func SendTo(to User, about Group, r Reply) Effect {
	return Effect{Kind: Send, To: to, Group: about, Reply: r}
}

// As is the effect as a notification of a class.
func (e Effect) As(c Class) Effect {
	e.Class = c
	return e
}

// ObserveGroup is an effect that re-reads a group.
func ObserveGroup(g Group) Effect { return Effect{Kind: Observe, Group: g} }
