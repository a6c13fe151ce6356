package access

import (
	"fmt"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// After is the facts once changes of the group's book have been made, for asking about the next person of a list.
func (f Facts) After(g chat.Group, changes []journal.Change) (Facts, error) {
	var records = journal.Apply(nil, Of(g), changes)
	if f.Group.ix != nil {
		records = journal.Apply(f.Group.ix.records, Of(g), changes)
	}
	b, err := Build(records)
	if err != nil {
		return f, fmt.Errorf("apply changes: %w", err)
	}
	f.Group = b
	return f, nil
}

// MostAdmins is how many people may hold a role in the group (D9).
func (f Facts) MostAdmins() int { return (&asker{f: &f}).cap() }
