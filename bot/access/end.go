package access

import (
	"encoding/json"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// EndOf tells when the right in a record ends, about whom it is, and which items it concerns: Admins for a role. The
// end is zero for a record that has none or that does not decode.
func EndOf(key string, raw json.RawMessage) (end time.Time, who chat.User, items []string) {
	kind, id, _ := strings.Cut(key, "/")
	if raw == nil {
		return time.Time{}, "", nil
	}
	switch kind {
	case "role", "temp", "eligible", "active":
		if r, err := decodeRole(key, raw); err == nil {
			return r.Until, chat.User(id), []string{Admins.String()}
		}
	case "scene":
		var s Scene
		if json.Unmarshal(raw, &s) != nil {
			break
		}
		return s.Until, "", []string{Policy.String()}
	case "delegate":
		var d Delegation
		if json.Unmarshal(raw, &d) != nil {
			break
		}
		return d.Until, d.Who, []string{Review.String()}
	case "statement":
		var s Statement
		if json.Unmarshal(raw, &s) != nil {
			break
		}
		if s.Subject.Kind == OnePerson {
			who = chat.User(s.Subject.ID)
		}
		for i := range s.Items.All() {
			items = append(items, i.String())
		}
		return s.Until, who, items
	}
	return time.Time{}, "", nil
}
