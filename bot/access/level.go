package access

import (
	"fmt"

	"qunguan/bot/chat"
)

// Level is how far the rights of a role may reach: a ceiling, not a grant. Levels compare with <. The zero Level is
// no level: a person without a role.
type Level uint8

// The levels of 4.1.
const (
	NoLevel Level = iota
	Junior        // 普通
	Mid           // 中级
	Senior        // 高级
)

var levels = [...]struct {
	name            string
	label           chat.Text
	ceiling, preset Items
}{
	NoLevel: {label: chat.Text{ZH: "无角色", EN: "no role"}},
	Junior:  {"junior", chat.Text{ZH: "普通", EN: "junior"}, 1 << Files, 1 << Files},
	Mid: {
		"mid", chat.Text{ZH: "中级", EN: "mid"},
		allItems &^ (1<<Rename | 1<<Admins | 1<<Bots | 1<<Secrecy | 1<<Policy | 1<<Settings),
		1<<Approve | 1<<Recall | 1<<Files | 1<<Notice | 1<<Duty,
	},
	Senior: {"senior", chat.Text{ZH: "高级", EN: "senior"}, allItems, allItems},
}

// Ceiling returns the items that a role of level l can reach (● and ○ of 4.1). It is no grant.
func Ceiling(l Level) Items {
	if l > Senior {
		return 0
	}
	return levels[l].ceiling
}

// Preset returns what level l gives by itself, without a job (● of 4.1).
func Preset(l Level) Items {
	if l > Senior {
		return 0
	}
	return levels[l].preset
}

// String is the level as commands and the journal write it; empty for NoLevel.
func (l Level) String() string {
	if l > Senior {
		return ""
	}
	return levels[l].name
}

// Label is the level's name for people.
func (l Level) Label() chat.Text {
	if l > Senior {
		return chat.Text{}
	}
	return levels[l].label
}

// ParseLevel reads a level in either language. NoLevel cannot be written.
func ParseLevel(s string) (Level, bool) {
	switch word(s) {
	case "senior", "高级", "高级管理员":
		return Senior, true
	case "mid", "中级", "中级管理员":
		return Mid, true
	case "junior", "普通", "普通管理员":
		return Junior, true
	}
	return NoLevel, false
}

// MarshalText writes the level's name; NoLevel is empty.
func (l Level) MarshalText() ([]byte, error) {
	if l > Senior {
		return nil, fmt.Errorf("encode level: no level %d", l)
	}
	return []byte(l.String()), nil
}

// UnmarshalText reads exactly what MarshalText wrote.
func (l *Level) UnmarshalText(b []byte) error {
	for k := range levels {
		if levels[k].name == string(b) {
			*l = Level(k)
			return nil
		}
	}
	return fmt.Errorf("decode level: no level %q", b)
}
