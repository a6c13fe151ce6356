package access

import (
	"encoding/json"
	"fmt"
	"slices"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// After is the facts once changes have been made of the group's book, with the zero group of the company's: for asking
// about the next person of a list, or about what would then be so.
func (f Facts) After(g chat.Group, changes []journal.Change) (Facts, error) {
	book := &f.Group
	if g == "" {
		book = &f.Company
	}
	var records map[string]json.RawMessage
	if book.ix != nil {
		records = book.ix.records
	}
	b, err := Build(journal.Apply(records, Of(g), changes))
	if err != nil {
		return f, fmt.Errorf("apply changes: %w", err)
	}
	*book = b
	if g != "" && slices.ContainsFunc(changes, func(c journal.Change) bool { return c.Of == Of(g) && isTag(c.Key) }) {
		f.Place.Tags = b.Tags()
	}
	return f, nil
}

// MostAdmins is how many people may hold a role in the group (D9).
func (f Facts) MostAdmins() int { return (&asker{f: &f}).cap() }
