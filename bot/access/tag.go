package access

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// Tag is the record that a group carries a tag of the company's own, such as VIP.
type Tag struct {
	Name string    `json:"name"`
	By   chat.User `json:"by,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// TagKey is the key of a tag.
func TagKey(name string) string { return "tag/" + inKey.Replace(name) }

func isTag(key string) bool { return strings.HasPrefix(key, "tag/") }

// Tags lists the tags of a group's book.
func (b Book) Tags() []string {
	if b.ix == nil {
		return nil
	}
	return slices.Clone(b.ix.tags)
}
