package grammar

import (
	"strings"
	"unicode"
)

// Fold returns s as the grammar compares it: full-width letters, digits and punctuation are half-width, every space
// is a plain one, and there is none at either end. Upper and lower case stay.
func Fold(s string) string {
	return strings.TrimSpace(strings.Map(foldRune, s))
}

// foldRune keeps line breaks: they separate the people of a pasted list.
func foldRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\n':
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' }

// isComma takes folded runes: the full-width comma and semicolon are half-width already.
func isComma(r rune) bool { return r == ',' || r == ';' || r == '、' }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func hasHan(s string) bool { return strings.ContainsFunc(s, isHan) }
