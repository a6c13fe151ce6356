package access

import (
	"strings"

	"qunguan/bot/chat"
)

// families are the families of the catalogue in its order.
var families = []Family{Members, Content, Config, Governance}

// familyNames are the families as commands and files write them.
var familyNames = [...]string{NoFamily: "", Members: "members", Content: "content", Config: "config", Governance: "governance"}

// String is the family as files write it; empty for NoFamily.
func (f Family) String() string {
	if int(f) >= len(familyNames) {
		return ""
	}
	return familyNames[f]
}

// ParseItems reads a list of items and families in either language, separated by commas, 、, + or spaces. unknown is
// the first word that is neither; empty when all were understood.
func ParseItems(s string) (items Items, unknown string) {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t,，、;；+＋", r) })
	for _, w := range words {
		if f, ok := ParseFamily(w); ok {
			items |= f.Items()
			continue
		}
		i, ok := ParseItem(w)
		if !ok {
			return 0, w
		}
		items = items.With(i)
	}
	return items, ""
}

// Brief lists the items for people, whole families by their name.
func (s Items) Brief() chat.Text {
	var zh, en []string
	add := func(t chat.Text) { zh, en = append(zh, t.ZH), append(en, t.EN) }
	for _, f := range families {
		all := f.Items()
		switch mine := s & all; {
		case mine == all:
			add(f.Label())
		case mine != 0:
			add(mine.Label())
		}
	}
	return chat.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
}
