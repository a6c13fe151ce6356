package wecom

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text reads up to the next mark.
func (s *xmlScan) text() (string, error) {
	end := strings.IndexByte(s.doc[s.at:], '<')
	if end < 0 {
		return "", fmt.Errorf("%w: an element does not end", errXML)
	}
	raw := s.doc[s.at : s.at+end]
	s.at += end
	special := false
	for i := range len(raw) {
		special = special || raw[i] == '&' || raw[i] == ']' || raw[i] == '\r'
	}
	if !special {
		return raw, nil
	}
	if strings.Contains(raw, "]]>") {
		return "", fmt.Errorf("%w: ]]> outside of CDATA", errXML)
	}
	return entities(lines(raw))
}

// entities resolves the five entities of the standard and numbered characters, once: what they yield is text.
func entities(raw string) (string, error) {
	var b strings.Builder
	b.Grow(len(raw))
	for {
		before, after, found := strings.Cut(raw, "&")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, rest, ended := strings.Cut(after, ";")
		if !ended {
			return "", fmt.Errorf("%w: an entity does not end", errXML)
		}
		switch name {
		case "amp":
			b.WriteByte('&')
		case "lt":
			b.WriteByte('<')
		case "gt":
			b.WriteByte('>')
		case "quot":
			b.WriteByte('"')
		case "apos":
			b.WriteByte('\'')
		default:
			r, ok := numbered(name)
			if !ok {
				return "", fmt.Errorf("%w: an entity that is not one of the five", errXML)
			}
			b.WriteRune(r)
		}
		raw = rest
	}
}

// numbered is the character of "#60" or "#x3C", if XML allows it.
func numbered(name string) (rune, bool) {
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return 0, false
	}
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	r := rune(n)
	allowed := r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r != 0xFFFE && r != 0xFFFF && utf8.ValidRune(r)
	return r, err == nil && allowed
}

// lines makes all line breaks one character, as the XML standard asks of every reader.
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
