// Package journal holds what has happened: entries, the changes in them, and the names of the state that is folded
// from them. It promises that an entry alone says what was before and what came after, so that undo, time travel,
// replay and rebuild need nothing else. It knows no storage and never re-encodes an entry once it is written.
package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Name names an aggregate: records that are read together and whose version a commit checks. It is written
// "kind/id", or "kind" alone where a tenant has just one.
type Name string

// Chosen is the id of the group that the speaker has chosen with /use. Only the reader of the ledger can fill it in,
// in the same round trip.
const Chosen = "*"

// Named returns the name of an aggregate.
func Named(kind, id string) Name { return Name(kind + "/" + id) }

// Kind is the part that says what the aggregate is.
func (n Name) Kind() string {
	kind, _, _ := strings.Cut(string(n), "/")
	return kind
}

// ID is the part that says which one it is; empty where there is only one.
func (n Name) ID() string {
	_, id, _ := strings.Cut(string(n), "/")
	return id
}

// Change says that one record of one aggregate has become another. It carries both sides, so its opposite needs
// nothing else. A nil side means that there is no such record.
type Change struct {
	Of     Name
	Key    string
	Before json.RawMessage
	After  json.RawMessage
	// Due is when After must be looked at again: a grant or a mute ends. Zero is never. It is not part of the
	// entry: the agenda is a view of the records.
	Due time.Time
}

// Timed is a record that must be looked at again at a moment. The zero time is never.
type Timed interface{ Due() time.Time }

// Set is the change of one record from before to after; a nil pointer is an absent record.
func Set[T any](of Name, key string, before, after *T) Change {
	c := Change{Of: of, Key: key, Before: encode(before), After: encode(after)}
	if timed, ok := any(after).(Timed); ok && after != nil {
		c.Due = timed.Due()
	}
	return c
}

func encode[T any](v *T) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("unreachable: a record is plain data, yet %T does not encode: %v", v, err))
	}
	return b
}

// Decode reads one record. A field that this program does not know is an error, and so is anything behind the record:
// a right that is only half understood must not be granted.
func Decode[T any](raw json.RawMessage) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fmt.Errorf("decode %T: %w", v, err)
	}
	if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
		return v, fmt.Errorf("decode %T: something follows it: %.20q", v, rest)
	}
	return v, nil
}

// IsNothing says whether the change leaves the record as it was.
func (c Change) IsNothing() bool { return bytes.Equal(c.Before, c.After) }

// Opposite is the change that takes c back. Its Due is not known here; whoever commits it asks the record.
func (c Change) Opposite() Change {
	return Change{Of: c.Of, Key: c.Key, Before: c.After, After: c.Before}
}

// Kind is what happened, in the past tense: "access.granted". A kind once written keeps its meaning.
type Kind string

// Happening describes a kind of event to people.
type Happening struct {
	Kind Kind
	Text chat.Text
	// Final says why the event has no opposite; zero where undo works.
	Final chat.Text
	// Open says that what the event is about has not come to pass by it: something was asked for, and is waited for.
	Open bool
}

// Event is one thing that happened to the bot's own state.
type Event struct {
	Kind    Kind
	Group   chat.Group
	Targets []chat.User
	Items   []string
	Reason  string
	Changes []Change
}

// Outcome is how the matter of an entry ended.
type Outcome string

// The outcomes of the contract.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
	Expired Outcome = "expired"
	Failed  Outcome = "failed"
)

// Apply returns records with changes made; records itself stays as it was. Only changes of the named aggregate count.
func Apply(records map[string]json.RawMessage, of Name, changes []Change) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(records)+1)
	for k, v := range records {
		out[k] = v
	}
	for _, c := range changes {
		switch {
		case c.Of != of:
		case c.After == nil:
			delete(out, c.Key)
		default:
			out[c.Key] = c.After
		}
	}
	return out
}
