package journal

import (
	"encoding/json"
	"errors"
	"time"

	"qunguan/bot/chat"
)

// Want is what somebody needs to know at one moment. All of it is read in one round trip.
type Want struct {
	// Names are aggregates. One whose id is Chosen is that of the group which the person Who has chosen.
	Names   []Name
	Who     chat.User
	Queries []Query
	// Usage are groups of which it is asked when people last used their rights there; the empty group is what was
	// done for the whole company, and Chosen is the group that Who has chosen.
	Usage []chat.Group
	// Clocks are groups of which it is asked who waits for an answer there; Chosen is the group that Who has chosen.
	Clocks []chat.Group
	// Tallies are days of which it is asked how soon answers came.
	Tallies []Days
	// Listed are groups of which it is asked which messages are to be looked through; Chosen is likewise.
	Listed []chat.Group
}

// Nothing says whether nothing is wanted.
func (w Want) Nothing() bool {
	return len(w.Names)+len(w.Queries)+len(w.Usage)+len(w.Clocks)+len(w.Tallies)+len(w.Listed) == 0
}

// Days are days of one group, or, of the empty group, of the whole company; of Chosen, of the group that the person
// has chosen. Their location is the zone whose days are meant; the day in which Until lies belongs to them if anything
// of it lies before Until.
type Days struct {
	Group       chat.Group
	From, Until time.Time
}

// Tallies is what was found of some days: numbers of what is settled, and the clocks in which more may stand. Package
// sla knows what they mean.
type Tallies struct {
	Days
	Cells  []Cell
	Clocks [][]byte
}

// Listed is a message that somebody may want to look at in the chat: who wrote it, when, and of what form. It is no act,
// so no entry is written about it; and nothing is kept of what it says.
type Listed struct {
	Group chat.Group
	ID    string
	Who   chat.User
	Form  string
	At    time.Time
}

// Cell is one number about one day, which is written 20260228.
type Cell struct {
	Day   int
	Name  string
	Value int64
}

// Query selects entries, newest first. Zero fields select everything.
type Query struct {
	N       int64 // exactly this entry
	Actor   chat.User
	Target  chat.User
	Group   chat.Group
	Item    string
	Kind    Kind
	Refused bool
	// Groupless asks for entries that belong to no group: what was typed to the bot alone, with no group chosen.
	Groupless bool      `json:",omitempty"`
	Changed   Name      // only entries that changed a record of this aggregate
	Since     time.Time // inclusive
	Until     time.Time // exclusive
	Before    int64     // only entries with a smaller number; 0: from the newest
	Limit     int       // at most this many; 0: 20
	// Partial says that whoever asks can do without older entries that are archived, and says that they are missing.
	Partial bool `json:",omitempty"`
	// Undoable asks for entries that changed something and were not themselves taken back, and are no undo.
	Undoable bool
}

// Matches says whether e is selected, whatever Before and Limit say.
func (q Query) Matches(e Entry) bool {
	switch {
	case q.N != 0 && e.N != q.N,
		q.Actor != "" && e.Actor != q.Actor,
		q.Target != "" && !contains(e.Targets, q.Target),
		q.Group != "" && e.Group != q.Group,
		q.Item != "" && !contains(e.Items, q.Item),
		q.Kind != "" && e.Kind != q.Kind,
		q.Refused && e.Outcome != Refused,
		q.Groupless && e.Group != "",
		q.Changed != "" && !e.Changed(q.Changed),
		!q.Since.IsZero() && e.At.Before(q.Since),
		!q.Until.IsZero() && !e.At.Before(q.Until),
		q.Undoable && (len(e.Changes) == 0 || e.Outcome != Done || e.Undoes != 0 || e.Actor == ""):
		return false
	}
	return true
}

func contains[T comparable](in []T, v T) bool {
	for _, x := range in {
		if x == v {
			return true
		}
	}
	return false
}

// State is one aggregate as it was read: its records, what they were built into, and their version. A version
// is when the aggregate last changed, in microseconds by the ledger's clock, and more than any before it; a missing
// aggregate has version 0. A State is shared between readers and must not be changed.
type State struct {
	Name    Name
	Version int64
	Records map[string]json.RawMessage
	Value   any       // what the aggregate's Build made of the records
	AsOf    time.Time // when the version was confirmed with the ledger
}

// Found is what a Want brought.
type Found struct {
	States  map[Name]State
	Chosen  chat.Group // the group that the person has chosen, if that was asked
	Entries [][]Entry  // one list a query
	// More says, for each query, that older entries match too.
	More []bool
	// Beyond says, for each query, that older entries that may match are archived: they were not looked at.
	Beyond []bool
	// Lacking are those of them that are not Partial: what was found is no answer to them.
	Lacking []Query
	// Archived tells which entries are archived, if there were queries.
	Archived Archived
	// Usage is what was asked of usage, by group.
	Usage map[chat.Group]Usage
	// Clocks is what was asked of clocks, by group, packed; nothing is there of one that nobody has told of.
	Clocks map[chat.Group][]byte
	// Tallies is what was asked of tallies, in order.
	Tallies []Tallies
	// Listed is what was asked of messages to be looked through, by group, the oldest first.
	Listed map[chat.Group][]Listed
	// Finished is the answer of a message that was finished before; then nothing else is filled.
	Finished *Finished
}

// Finished is how a message ended.
type Finished struct {
	Reply chat.Reply
	N     int64 // its entry; 0 if none was written
}

// Write is everything that one message, or one moment that came due, makes so: all of it or nothing.
type Write struct {
	MessageID string // finished by this; empty if nobody spoke
	Moment    string // the claimed moment that is finished by this; empty if none
	// Again is when a group must be looked at again whose moment is finished; zero: not. A record says that by itself.
	Again time.Time
	Reply chat.Reply
	// Checks are the aggregates that were looked at, with their versions. Every aggregate in Entry.Changes is
	// among them.
	Checks  []Check
	Entry   *Entry // nil: nothing is journalled
	Kinds   []Kind // of all events that the entry is made of; it is named after the first
	Effects []chat.Effect
}

// Check is an aggregate that must still be at a version.
type Check struct {
	Name    Name
	Version int64
}

// ErrStale says that an aggregate has moved on since it was read: look again, decide again.
var ErrStale = errors.New("facts have moved on")

// ErrFinished says that the message, or the moment, was finished by somebody else in the meantime.
var ErrFinished = errors.New("finished already")

// Due is a moment that has come and is claimed: of a record in the agenda, or of a group whose customer waits.
type Due struct {
	ID  string // for Write.Moment
	Of  Name   // the record that must be looked at
	Key string
	At  time.Time
}

// Builds makes typed states of records, by the kind of the aggregate.
type Builds map[string]func(map[string]json.RawMessage) (any, error)

// Typed adapts a package's Build.
func Typed[T any](build func(map[string]json.RawMessage) (T, error)) func(map[string]json.RawMessage) (any, error) {
	return func(r map[string]json.RawMessage) (any, error) { return build(r) }
}
