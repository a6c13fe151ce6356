package access

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/bits"

	"qunguan/bot/chat"
)

// Items is a set of items. The zero Items is empty.
type Items uint32

// What the platforms have of the catalogue (4.1; R11): twelve, eight and eighteen items. Governance is the bot's own
// and the same everywhere.
const (
	WeComItems Items = 1<<(Admins+1) - 1<<Invite

	DingTalkItems Items = 1<<Invite | 1<<Remove | 1<<Approve | 1<<Mute | 1<<Recall | 1<<Rename | 1<<Notice | 1<<Admins

	FeishuItems Items = 1<<(Secrecy+1) - 1<<Invite

	GovernanceItems Items = 1<<pastItems - 1<<Audit

	allItems Items = 1<<pastItems - 1<<Invite
)

// ItemsOf is the set of the items named; NoItem is left out.
func ItemsOf(items ...Item) Items {
	var s Items
	for _, i := range items {
		s = s.With(i)
	}
	return s
}

// Has says whether i is in the set. NoItem never is.
func (s Items) Has(i Item) bool { return i.known() && s&(1<<i) != 0 }

// With is the set with i in it.
func (s Items) With(i Item) Items {
	if !i.known() {
		return s
	}
	return s | 1<<i
}

// Minus is the set without the items of o.
func (s Items) Minus(o Items) Items { return s &^ o }

// Len is how many items are in the set.
func (s Items) Len() int { return bits.OnesCount32(uint32(s & allItems)) }

// All walks the set in the order of the catalogue.
func (s Items) All() iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for i := Invite; i < pastItems; i++ {
			if s.Has(i) && !yield(i) {
				return
			}
		}
	}
}

// Label lists the items for people; empty for the empty set.
func (s Items) Label() chat.Text {
	var t chat.Text
	for i := range s.All() {
		if !t.IsZero() {
			t = t.Plus(chat.Text{ZH: "、", EN: ", "})
		}
		t = t.Plus(i.Label())
	}
	return t
}

// Names lists the items as the journal writes them.
func (s Items) Names() []string {
	names := make([]string, 0, s.Len())
	for i := range s.All() {
		names = append(names, i.String())
	}
	return names
}

// MarshalJSON writes the names as a list, in the order of the catalogue.
func (s Items) MarshalJSON() ([]byte, error) { return json.Marshal(s.Names()) }

// UnmarshalJSON reads what MarshalJSON wrote. An unknown name is an error.
func (s *Items) UnmarshalJSON(b []byte) error {
	var names []string // not []Item: encoding/json takes a list of bytes for base64
	if err := json.Unmarshal(b, &names); err != nil {
		return fmt.Errorf("decode items: %w", err)
	}
	*s = 0
	for _, name := range names {
		var i Item
		if err := i.UnmarshalText([]byte(name)); err != nil {
			return fmt.Errorf("decode items: %w", err)
		}
		*s = s.With(i)
	}
	return nil
}
