package journal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Entry is one line of the journal. N is given by the ledger when the entry is committed; numbers are dense.
type Entry struct {
	N         int64
	At        time.Time
	Kind      Kind
	Outcome   Outcome
	Actor     chat.User // zero: the bot itself
	Targets   []chat.User
	Group     chat.Group
	Items     []string
	Rule      string
	Reason    string
	Command   string // what was asked, in full, so that it can be replayed against another policy
	Changes   []Change
	MessageID string
	Undoes    int64
}

// entryV1 is the written form: the contract's names, absent values left out.
type entryV1 struct {
	N         int64                      `json:"n,omitempty"`
	At        string                     `json:"at"`
	Kind      Kind                       `json:"kind"`
	Outcome   Outcome                    `json:"outcome"`
	Actor     chat.User                  `json:"actor,omitempty"`
	Targets   []chat.User                `json:"targets,omitempty"`
	Group     chat.Group                 `json:"group,omitempty"`
	Items     []string                   `json:"items,omitempty"`
	Rule      string                     `json:"rule,omitempty"`
	Reason    string                     `json:"reason,omitempty"`
	Command   string                     `json:"command,omitempty"`
	Before    map[string]json.RawMessage `json:"before,omitempty"`
	After     map[string]json.RawMessage `json:"after,omitempty"`
	MessageID string                     `json:"message_id,omitempty"`
	Undoes    int64                      `json:"undoes,omitempty"`
}

// atLayout is RFC 3339 in UTC with milliseconds: text order is time order.
const atLayout = "2006-01-02T15:04:05.000Z"

// Encode writes the entry as one line of JSON without a line break. With N zero the number is left out.
func (e Entry) Encode() []byte {
	w := entryV1{
		N: e.N, At: e.At.UTC().Format(atLayout), Kind: e.Kind, Outcome: e.Outcome, Actor: e.Actor, Targets: e.Targets,
		Group: e.Group, Items: e.Items, Rule: e.Rule, Reason: e.Reason, Command: e.Command, MessageID: e.MessageID,
		Undoes: e.Undoes,
	}
	w.Before, w.After = e.sides()
	b, err := json.Marshal(w)
	if err != nil {
		panic(fmt.Sprintf("unreachable: an entry is plain data, yet it does not encode: %v", err))
	}
	return b
}

// sides are the records before and after, by their paths.
func (e Entry) sides() (before, after map[string]json.RawMessage) {
	seen := make(map[string]bool, len(e.Changes))
	for _, c := range e.Changes {
		p := c.path()
		if !seen[p] && c.Before != nil {
			before = put(before, p, c.Before)
		}
		seen[p] = true
		delete(after, p) // of several changes of one record only the last is what came of it
		if c.After != nil {
			after = put(after, p, c.After)
		}
	}
	return before, after
}

func put(m map[string]json.RawMessage, path string, v json.RawMessage) map[string]json.RawMessage {
	if m == nil {
		m = map[string]json.RawMessage{}
	}
	m[path] = v
	return m
}

// path names a record in an entry: the aggregate, a colon, the record. Ids come from platforms, so an aggregate may
// have a colon of its own.
func (c Change) path() string { return escapeName.Replace(string(c.Of)) + ":" + c.Key }

var (
	escapeName   = strings.NewReplacer("%", "%25", ":", "%3A")
	unescapeName = strings.NewReplacer("%25", "%", "%3A", ":")
)

// record is the change of the record at path, as yet without its sides.
func record(path string) (Change, error) {
	of, key, ok := strings.Cut(path, ":")
	if !ok {
		return Change{}, fmt.Errorf("record %q has no aggregate", path)
	}
	c := Change{Of: Name(unescapeName.Replace(of)), Key: key}
	if c.path() != path {
		return Change{}, fmt.Errorf("record %q is not written as records are", path)
	}
	return c, nil
}

// DecodeEntry reads what Encode wrote; the changes come in the order of their records' names, one a record. n is the
// number under which the ledger keeps it; 0 leaves the written one.
func DecodeEntry(n int64, raw []byte) (Entry, error) {
	var w entryV1
	if err := json.Unmarshal(raw, &w); err != nil {
		return Entry{}, fmt.Errorf("decode entry #%d: %w", n, err)
	}
	at, err := time.Parse(atLayout, w.At)
	if err != nil {
		return Entry{}, fmt.Errorf("decode entry #%d: %w", n, err)
	}
	if n == 0 {
		n = w.N
	}
	e := Entry{
		N: n, At: at, Kind: w.Kind, Outcome: w.Outcome, Actor: w.Actor, Targets: w.Targets, Group: w.Group,
		Items: w.Items, Rule: w.Rule, Reason: w.Reason, Command: w.Command, MessageID: w.MessageID, Undoes: w.Undoes,
	}
	paths := slices.AppendSeq(slices.Collect(maps.Keys(w.Before)), maps.Keys(w.After))
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		c, err := record(p)
		if err != nil {
			return Entry{}, fmt.Errorf("decode entry #%d: %w", n, err)
		}
		c.Before, c.After = w.Before[p], w.After[p]
		e.Changes = append(e.Changes, c)
	}
	return e, nil
}

// Opposite is the changes that take the entry back, last first.
func (e Entry) Opposite() []Change {
	out := make([]Change, 0, len(e.Changes))
	for _, c := range slices.Backward(e.Changes) {
		out = append(out, c.Opposite())
	}
	return out
}

// Sides are what was before and what came after, each as one JSON object of records; empty where nothing was.
func (e Entry) Sides() (before, after string) {
	b, a := e.sides()
	return object(b), object(a)
}

func object(m map[string]json.RawMessage) string {
	if len(m) == 0 {
		return ""
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("unreachable: records are JSON, yet they do not encode: %v", err))
	}
	return string(b)
}
