package storage

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// DueOf says when a record must be looked at again; the zero time is never.
type DueOf func(of journal.Name, key string, record json.RawMessage) time.Time

// views is everything that a commit writes beside the journal, folded from the journal alone.
type views struct {
	ledger  *Ledger
	reading *reading
	due     DueOf
	last    int64 // the newest entry that was folded
	state   journal.Fold
	moved   map[journal.Name]bool // aggregates that an entry has changed: they have a version
	indexes map[string]*numbers
	undone  map[int64]bool
	usage   map[chat.Group]map[string]string
	agenda  map[string]int64
	faults  []Difference // what the journal itself lacks

	// wanted are the numbers of the index that was last asked about, as of entry asOf, those up to hidden being archived.
	wanted       []int64
	of           string
	asOf, hidden int64
}

func (l *Ledger) newViews(ctx context.Context, due DueOf) *views {
	return &views{
		ledger: l, reading: l.reading(l.sealedOnly(ctx)), due: due, state: journal.Fold{}, moved: map[journal.Name]bool{}, indexes: map[string]*numbers{},
		undone: map[int64]bool{}, usage: map[chat.Group]map[string]string{}, agenda: map[string]int64{},
	}
}

// add folds the next entry.
func (v *views) add(e journal.Entry) {
	if e.N != v.last+1 {
		v.faults = append(v.faults, Difference{
			View: "journal", Of: numbersOf(v.last+1, e.N-1), Stands: "missing", Should: "entries without a gap",
		})
	}
	v.last = e.N
	for _, m := range v.state.Make(e.Changes) {
		v.faults = append(v.faults, Difference{
			View: "journal", Of: fmt.Sprintf("#%d", e.N), Record: string(m.Of) + " " + m.Key,
			Stands: "before it " + orNothing(m.Before), Should: "what the entries before it have made: " + orNothing(m.Stood),
		})
	}
	for _, c := range e.Changes {
		v.moved[c.Of] = true
		moment := string(c.Of) + "\n" + c.Key
		delete(v.agenda, moment)
		if c.After == nil {
			continue
		}
		if at := v.due(c.Of, c.Key, c.After); !at.IsZero() {
			v.agenda[moment] = dueScore(at)
		}
	}
	for _, name := range v.ledger.entryIndexes(e) {
		if v.indexes[name] == nil {
			v.indexes[name] = &numbers{}
		}
		v.indexes[name].add(e.N)
	}
	if e.Undoes != 0 {
		v.undone[e.Undoes] = true
	}
	for _, u := range e.Uses() {
		if v.usage[e.Group] == nil {
			v.usage[e.Group] = map[string]string{}
		}
		v.usage[e.Group][useField(u)] = usedAt(e)
	}
}

func numbersOf(from, to int64) string {
	if from == to {
		return fmt.Sprintf("#%d", from)
	}
	return fmt.Sprintf("#%d to #%d", from, to)
}

func orNothing(raw json.RawMessage) string {
	if raw == nil {
		return "nothing"
	}
	return string(raw)
}

// index returns the numbers that an index should hold, ascending. The slice is good until the next call.
func (v *views) index(name string) []int64 {
	if v.of == name && v.asOf == v.last && v.hidden == v.reading.archived {
		return v.wanted
	}
	v.wanted, v.of, v.asOf, v.hidden = v.wanted[:0], name, v.last, v.reading.archived
	if in := v.indexes[name]; in != nil {
		in.each(func(n int64) {
			if n <= v.hidden {
				return
			}
			if name != indexName("undoable", "all") || !v.undone[n] {
				v.wanted = append(v.wanted, n)
			}
		})
	}
	return v.wanted
}

// should is what a field of a hash, or a member of a sorted set, should be; ok is false if it should not be there.
func (v *views) should(k viewKey, field string) (value string, ok bool) {
	switch k.view {
	case "state":
		raw, ok := v.state[journal.Name(k.of)][field]
		return string(raw), ok
	case "usage":
		at, ok := v.usage[chat.Group(k.of)][field]
		return at, ok
	case "agenda":
		at, ok := v.agenda[field]
		return strconv.FormatInt(at, 10), ok
	case "index":
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil || strconv.FormatInt(n, 10) != field {
			return "", false
		}
		_, ok := slices.BinarySearch(v.index(k.of), n)
		return field, ok
	}
	return "", false
}

// fields are those that a key should have; for an index, ask index.
func (v *views) fields(k viewKey) []string {
	switch k.view {
	case "state":
		return sortedKeys(v.state[journal.Name(k.of)])
	case "usage":
		return sortedKeys(v.usage[chat.Group(k.of)])
	case "agenda":
		return sortedKeys(v.agenda)
	case "index":
		var out []string
		for _, n := range v.index(k.of) {
			out = append(out, strconv.FormatInt(n, 10))
		}
		return out
	}
	return nil
}

// keys are those that there should be, in no order.
func (v *views) keys() []viewKey {
	var out []viewKey
	for n := range v.state {
		out = append(out, viewKey{"state", string(n)})
	}
	for name := range v.indexes {
		out = append(out, viewKey{"index", name})
	}
	for g := range v.usage {
		out = append(out, viewKey{"usage", string(g)})
	}
	return append(out, viewKey{view: "agenda"})
}

// numbers is an ascending list of numbers in a byte or two each: an index of a long journal holds millions.
type numbers struct {
	raw  []byte // the difference of each to the one before
	last int64
}

// add puts n, which is no smaller than the last, at the end; the last itself is there already.
func (s *numbers) add(n int64) {
	if n > s.last {
		s.raw = binary.AppendUvarint(s.raw, uint64(n-s.last))
		s.last = n
	}
}

func (s *numbers) each(visit func(int64)) {
	n := int64(0)
	for at := 0; at < len(s.raw); {
		step, size := binary.Uvarint(s.raw[at:])
		n, at = n+int64(step), at+size
		visit(n)
	}
}
