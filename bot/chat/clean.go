package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the most bytes of one message that the bot reads; what is longer is refused, never cut.
const MaxText = 16 << 10

// Clean returns what a person typed without what they cannot have meant: invalid UTF-8, control characters other
// than line breaks and tabs, invisible direction marks (they make one name look like another) and private-use
// characters. Every kind of line break is "\n". Cleaning twice changes nothing more.
func Clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
}

// Line is Clean in one line: a name that a person or a group goes by, which people choose themselves. A mark that turns
// the direction of writing would else make the userid behind a name read as another one's.
func Line(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(Clean(s), "\n", " "))
}

// Escape returns s so that Markdown shows it as it is: names and reasons come from people.
func Escape(s string) string {
	return escaper.Replace(s)
}

var escaper = strings.NewReplacer(
	"&", "&amp;", "\\", "\\\\", "*", "\\*", "`", "\\`", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "#", "\\#", "\n", " ",
)
