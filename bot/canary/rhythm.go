package canary

import (
	"time"

	"qunguan/bot/chat"
)

// Run is one firing of a rhythm that has been run.
type Run struct {
	Due   time.Time // the moment that it was run for
	Began time.Time
	Took  time.Duration
	Error string // why it failed; empty if it did not
	By    string // the replica that ran it
}

// Firing is what is kept of a rhythm. The zero Firing has never come up.
type Firing struct {
	Since     time.Time // when it was first waited for; moments before are none of its
	Last      Run       // the newest that has ended; the zero Run if none has
	Succeeded time.Time // when it last ended well
	Failures  int       // in a row, up to now
	Holder    string    // the replica that runs it now; empty if none does
}

// Claim is how an attempt to run a firing ended.
type Claim string

// The claims.
const (
	Mine Claim = "mine" // it is to be run by whoever asked
	Done Claim = "done" // it has been run, or is none of the rhythm's
	Held Claim = "held" // somebody else is running the rhythm
	Lost Claim = "lost" // it was begun again and again, and nobody came back from it: it is given up
)

// Rhythm is how something that is done again and again is getting on.
type Rhythm struct {
	Name  string
	Title chat.Text
	Firing
	Newest time.Time // its newest moment that has come
	Next   time.Time // its next one
	Ran    bool      // the newest moment has been run for, or is none of its
	Waits  time.Time // the first moment since it last ran; it may be still to come
}

// Clockwork is how the rhythms and the agenda of a company are getting on.
type Clockwork struct {
	Rhythms []Rhythm
	Due     int64     // records whose moment has come and that nobody has taken up
	Oldest  time.Time // the moment of the oldest of them; zero if there is none
}
