package review

import (
	"slices"
	"time"
)

// Target is what a role is reduced to: another level, or the present one narrowed to some items. The zero Target is no
// reduction.
type Target struct {
	Level string   `json:"level,omitempty"`
	Items []string `json:"items,omitempty"`
}

// IsZero says whether it is no reduction.
func (t Target) IsZero() bool { return t.Level == "" && len(t.Items) == 0 }

// Equal says whether two are the same.
func (t Target) Equal(o Target) bool { return t.Level == o.Level && slices.Equal(t.Items, o.Items) }

// Smallest is the smallest role that covers what somebody has used since a moment (M14): a lower level where one gives
// all of it, since that is what people understand, else the present one narrowed to it. What the bot cannot see the use
// of goes with a level and stays with a list of items, since nothing says that it is not needed; a level that takes nothing
// else is none. takes is what goes, ok is false where nothing smaller covers the use, or nothing was used at all.
func Smallest(a Admin, since time.Time) (t Target, takes []string, ok bool) {
	used := a.Evidence.usedSince(since)
	unused := without(a.Evidence.measured(), used)
	if len(used) == 0 || len(unused) == 0 {
		return Target{}, unused, false
	}
	for _, r := range a.Ladder {
		if covers(r.Items, used) && covers(a.Evidence.Role.Items, r.Items) && len(r.Items) < len(a.Evidence.Role.Items) {
			if takes = without(a.Evidence.Role.Items, r.Items); !covers(a.Evidence.Blind, takes) {
				return Target{Level: r.Level}, takes, true
			}
		}
	}
	return Target{Items: without(a.Evidence.Role.Items, unused)}, unused, true
}

// Split parts what is taken away: what was not used, and what nobody can see the use of.
func (e Evidence) Split(takes []string) (unused, unseen []string) {
	unused = without(takes, e.Blind)
	return unused, without(takes, unused)
}

// Needed is an admin whom a group needs for an item: to them it counts as used, and no lower level will do.
func (a Admin) Needed(item string, now time.Time) Admin {
	a.Evidence.Uses = append(slices.Clone(a.Evidence.Uses), Use{Item: item, Last: now})
	a.Ladder = nil
	return a
}

// lowest is the smallest role for somebody who serves without using any item that can be seen: what cannot be seen stays,
// and where all can be, the lowest level.
func (a Admin) lowest() (Target, []string, bool) {
	if blind := a.Evidence.unmeasured(); len(blind) > 0 {
		return Target{Items: blind}, a.Evidence.measured(), len(blind) < len(a.Evidence.Role.Items)
	}
	for _, r := range a.Ladder {
		if len(r.Items) > 0 && covers(a.Evidence.Role.Items, r.Items) && len(r.Items) < len(a.Evidence.Role.Items) {
			return Target{Level: r.Level}, without(a.Evidence.Role.Items, r.Items), true
		}
	}
	return Target{}, nil, false
}
