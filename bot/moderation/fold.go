package moderation

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text is what somebody wrote, as words are looked for in it: full-width, circled and small letters are plain ones, there
// is no upper case, and whatever stands between letters without being seen, or as a mere gap, is left out. It lives as
// long as the look at a message, and is kept nowhere.
type Text struct {
	folded []byte
	gaps   []int // offsets in folded before which something was left out, ascending
}

// Fold is s as words are looked for in it. A word is folded likewise, so it is found however it is spaced.
func Fold(s string) Text {
	if strings.ContainsFunc(s, rare) {
		s = norm.NFKC.String(s)
	}
	t := Text{folded: make([]byte, 0, len(s))}
	gap := false
	for _, r := range s {
		switch {
		case isPlain(r):
		case r >= '！' && r <= '～':
			r += '!' - '！'
		case unseen(r):
			gap = true
			continue
		}
		if gap {
			t.gaps, gap = append(t.gaps, len(t.folded)), false
		}
		t.folded = utf8.AppendRune(t.folded, lower(r))
	}
	return t
}

// isPlain says whether a rune is one of those that most messages are made of, and stands for nothing but itself: a visible
// one of ASCII, a Chinese character, or Chinese punctuation. It is here for speed alone.
func isPlain(r rune) bool {
	return r > ' ' && r < 0x7f || r >= 0x4e00 && r <= 0x9fff || r > '\u3000' && r < '\u302a'
}

// rare says whether a rune may stand for another one that only the tables of Unicode know.
func rare(r rune) bool {
	return r >= utf8.RuneSelf && !isPlain(r) && (r < '！' || r > '～') && r != '\u3000'
}

func lower(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf || r >= 0x4e00 && r <= 0x9fff:
		return r
	}
	return unicode.ToLower(r)
}

// unseen says whether a rune is a gap, or nothing that is seen: spaces, zero-width and formatting characters, marks that
// only decorate the letter before them.
func unseen(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc, unicode.Mn, unicode.Me)
}

// has says whether a folded word stands in the text. Latin words and numbers must stand there as such: "ass" is not in
// "class", though it is in "an a s s".
func (t Text) has(word string) bool {
	for from := 0; ; {
		i := bytes.Index(t.folded[from:], []byte(word))
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if !t.cuts(i, word[0]) && !t.cuts(end, word[len(word)-1]) {
			return true
		}
		from = i + 1
	}
}

// cuts says whether an edge of a find, whose own letter there is edge, goes through a Latin word or a number.
func (t Text) cuts(at int, edge byte) bool {
	if !latin(edge) || at == 0 || at == len(t.folded) {
		return false
	}
	for _, g := range t.gaps {
		if g == at {
			return false
		}
	}
	return latin(t.folded[at-1]) && latin(t.folded[at])
}

func latin(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
