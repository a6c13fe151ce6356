package grammar

import (
	"fmt"
	"maps"
	"slices"

	"qunguan/bot/chat"
)

// Args is what a message says for the holes of its form. It is a value: nothing changes it. The zero Args gives
// nothing for every hole.
type Args struct {
	values  map[string]any
	refs    []Ref
	members map[Ref]chat.Member
}

// Refs returns every person the message names, in the order of the message. The same person named twice is there
// twice.
func (a Args) Refs() []Ref { return slices.Clone(a.refs) }

// Resolve returns a with every person found by find, which is asked once for each different Ref. The first error of
// find ends it and is wrapped. Until then the person holes give nobody.
func (a Args) Resolve(find func(Ref) (chat.Member, error)) (Args, error) {
	members := make(map[Ref]chat.Member, len(a.refs))
	for _, r := range a.refs {
		if _, done := members[r]; done {
			continue
		}
		m, err := find(r)
		if err != nil {
			return Args{}, fmt.Errorf("find person %q: %w", r.Said, err)
		}
		members[r] = m
	}
	return Args{values: maps.Clone(a.values), refs: slices.Clone(a.refs), members: members}, nil
}

func (a Args) given(name string) bool {
	_, ok := a.values[name]
	return ok
}

// valueOf returns what a says for a hole; the zero T if it says nothing.
func valueOf[T any](a Args, name string) T {
	v, _ := a.values[name].(T)
	return v
}
