package moderation

import (
	"slices"

	"qunguan/bot/chat"
)

// What is a way to break the rules of a group that the bot can see.
type What string

// The ways.
const (
	Keyword   What = "keyword"   // a word of a list
	File      What = "file"      // a file, where members may send none
	Everybody What = "everybody" // mentions everybody, where only admins may
)

// Switch is the group switch, by the word of scenes, that makes it a breach.
func (w What) Switch() string {
	switch w {
	case Keyword:
		return "keyword_monitor"
	case File:
		return "member_files"
	case Everybody:
		return "at_all"
	}
	return ""
}

// Bounds are what one person may not do in a group at a moment. The zero Bounds allow everything.
type Bounds struct {
	Files     bool // no files
	Everybody bool // mentioning everybody is for others
	// Lists are searched; none: words are not looked at.
	Lists []*Matcher
}

// Breach is what a message breaks. The zero Breach is none.
type Breach struct {
	What  []What
	Words []string // marks of the words that were found
}

// None says whether nothing was broken.
func (b Breach) None() bool { return len(b.What) == 0 }

// fileForm is the form of a message that hands out a file, as sources name it.
const fileForm = "file"

// Look says what a message breaks. It sees what people wrote, and what it returns tells nothing of it but which words of
// the lists were found.
func (b Bounds) Look(h chat.Heard, kind chat.PersonKind) Breach {
	var out Breach
	if b.Everybody && h.Everybody {
		out.What = append(out.What, Everybody)
	}
	if b.Files && h.Form == fileForm {
		out.What = append(out.What, File)
	}
	if len(b.Lists) == 0 || h.Text == "" {
		return out
	}
	text := Fold(h.Text)
	for _, l := range b.Lists {
		for _, w := range l.Find(text, kind) {
			if m := w.Mark(); !slices.Contains(out.Words, m) {
				out.Words = append(out.Words, m)
			}
		}
	}
	if len(out.Words) > 0 {
		out.What = append(out.What, Keyword)
	}
	return out
}
