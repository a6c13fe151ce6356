package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Fold is the records of all aggregates as entries make them, folded over nothing. An aggregate that has been emptied
// is there no more than one that never was.
type Fold map[Name]map[string]json.RawMessage

// Misfit is a change that says that something else stood before than what the entries before it have made. A journal
// that is whole has none.
type Misfit struct {
	Change
	Stood json.RawMessage // what stood, as the entries before tell it; nil is no record
}

// Error says what does not fit.
func (m Misfit) Error() string {
	return fmt.Sprintf("%s %s was %s, but its entry says %s", m.Of, m.Key, side(m.Stood), side(m.Before))
}

func side(raw json.RawMessage) string {
	if raw == nil {
		return "nothing"
	}
	return string(raw)
}

// Make makes changes, whatever stood there before: they have happened. What does not fit is returned.
func (f Fold) Make(changes []Change) []Misfit {
	var out []Misfit
	for _, c := range changes {
		of := f[c.Of]
		if stood := of[c.Key]; (stood == nil) != (c.Before == nil) || !bytes.Equal(stood, c.Before) {
			out = append(out, Misfit{Change: c, Stood: stood})
		}
		switch {
		case c.After == nil:
			if delete(of, c.Key); len(of) == 0 {
				delete(f, c.Of)
			}
		case of == nil:
			f[c.Of] = map[string]json.RawMessage{c.Key: c.After}
		default:
			of[c.Key] = c.After
		}
	}
	return out
}

// Changed says whether the entry changed a record of an aggregate.
func (e Entry) Changed(of Name) bool {
	for _, c := range e.Changes {
		if c.Of == of {
			return true
		}
	}
	return false
}

// Told are the changes that the written entry tells of: not those of a record that was there neither before nor after.
func (e Entry) Told() []Change {
	came := slices.ContainsFunc(e.Changes, func(c Change) bool { return c.Before == nil })
	went := slices.ContainsFunc(e.Changes, func(c Change) bool { return c.After == nil })
	if !came || !went {
		return e.Changes
	}
	before, after := e.sides()
	return slices.DeleteFunc(slices.Clone(e.Changes), func(c Change) bool {
		return before[c.path()] == nil && after[c.path()] == nil
	})
}
