package access

import (
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Outlook is what changes make of one item of somebody, when nobody in particular is acted on.
type Outlook struct {
	Item          Item
	Before, After Decision
}

// Differs says whether the answer becomes another one.
func (o Outlook) Differs() bool { return o.Before.Allowed != o.After.Allowed }

// Outlook asks about somebody's items before and after changes of the group's book, at a moment. p is what the address
// book says of the person.
func (f Facts) Outlook(g chat.Group, who chat.User, p Person, items Items, changes []journal.Change, at time.Time) ([]Outlook, error) {
	f.Actor = p
	after, err := f.After(g, changes)
	if err != nil {
		return nil, err
	}
	out := make([]Outlook, 0, items.Len())
	for i := range items.All() {
		r := Request{Actor: who, Item: i, Group: g, At: at}
		out = append(out, Outlook{Item: i, Before: decide(&f, &r), After: decide(&after, &r)})
	}
	return out, nil
}
