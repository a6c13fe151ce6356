// Package chat holds the nouns that every chat platform shares: who spoke, where, what was said, what the
// bot answers and what it wants to be so outside. It promises that a value of these types means the same on every
// platform, and it knows no platform, no rule and no clock.
package chat

import (
	"errors"
	"time"
)

// Corp is one company on one platform: the tenant. All other identities are unique only within it.
type Corp string

// User is a person as the platform names them: a userid of the company's staff, or the external id of a customer.
// The zero User is nobody; as the actor of a journal entry it is the bot itself.
type User string

// Group is a chat group as the platform names it. The zero Group is no group: a direct message.
type Group string

// Message is something a person said to the bot, or a button they pressed.
type Message struct {
	ID    string    // unique within the tenant, the same each time the platform delivers it
	From  User      // who spoke, as the platform vouches for it
	Group Group     // where it was said; zero in a direct message
	Text  string    // as typed, without the mention of the bot
	At    time.Time // when the platform received it

	// ReplyTo is where a late answer goes: an address that only the platform that gave it understands,
	// empty when an answer goes to From directly. It is usable once.
	ReplyTo string
	// Pressed says that Text is the command of a card's button, not typed by hand. Whoever presses is From:
	// a button carries no rights of whoever was shown it.
	Pressed bool
}

// Notice is what a platform tells the bot without anybody speaking to it. It says only that something moved;
// the bot re-reads what is so.
type Notice struct {
	ID    string // unique within the tenant, like Message.ID
	Group Group  // the group that changed; zero if none
	User  User   // the person that changed; zero if none
	// Left says that User has left the company, or was renamed by the platform to Renamed.
	Left    bool
	Renamed User
	At      time.Time
}

// ErrUnavailable is returned by a handler that could not make the message safe. The platform should deliver it again.
var ErrUnavailable = errors.New("storage out of reach")

// ErrLater is returned by a handler that has made the message safe but has no answer yet. The answer follows
// by itself; the platform must not be told to deliver again.
var ErrLater = errors.New("answered later")
