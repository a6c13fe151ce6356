package wecom

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string. One without escapes, the usual case, is a part of the document.
func (s *jsonScan) text() (string, error) {
	s.at++
	from := s.at
	end := strings.IndexByte(s.doc[from:], '"')
	if end < 0 {
		return "", s.fail("a string does not end")
	}
	text := s.doc[from : from+end]
	escape := strings.IndexByte(text, '\\')
	if escape >= 0 {
		text = text[:escape]
	}
	if hasControl(text) {
		return "", s.fail("a control character in a string")
	}
	s.at = from + len(text)
	if escape >= 0 {
		return s.escaped(text)
	}
	s.at++
	return text, nil
}

// hasControl says whether a byte of s is below the blank, eight bytes at a time: the ciphertext is one long string.
func hasControl(s string) bool {
	const each = 0x0101010101010101
	for ; len(s) >= 8; s = s[8:] {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (x-each*' ')&^x&(each<<7) != 0 {
			return true
		}
	}
	for i := range len(s) {
		if s[i] < ' ' {
			return true
		}
	}
	return false
}

// escaped goes on with a string that begins with before, at its first escape.
func (s *jsonScan) escaped(before string) (string, error) {
	out := append(make([]byte, 0, 2*len(before)+16), before...)
	for s.at < len(s.doc) {
		b := s.doc[s.at]
		s.at++
		switch {
		case b == '"':
			return string(out), nil
		case b < ' ':
			return "", s.fail("a control character in a string")
		case b != '\\':
			out = append(out, b)
			continue
		}
		var ok bool
		if out, ok = s.escape(out); !ok {
			return "", s.fail("an unknown escape")
		}
	}
	return "", s.fail("a string does not end")
}

// escape reads what follows a backslash.
func (s *jsonScan) escape(out []byte) ([]byte, bool) {
	b := s.next()
	s.at = min(s.at+1, len(s.doc))
	const names, signs = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(names, b); i >= 0 {
		return append(out, signs[i]), true
	}
	if b != 'u' {
		return nil, false
	}
	r, ok := s.hex()
	if !ok {
		return nil, false
	}
	if utf16.IsSurrogate(r) {
		r = s.pair(r)
	}
	return utf8.AppendRune(out, r), true
}

func (s *jsonScan) hex() (rune, bool) {
	if len(s.doc)-s.at < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(s.doc[s.at:s.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	s.at += 4
	return rune(n), true
}

// pair completes a surrogate with the one that must follow it; without it, the character is unknown.
func (s *jsonScan) pair(high rune) rune {
	if !strings.HasPrefix(s.doc[s.at:], `\u`) {
		return utf8.RuneError
	}
	back := s.at
	s.at += 2
	low, ok := s.hex()
	if whole := utf16.DecodeRune(high, low); ok && whole != utf8.RuneError {
		return whole
	}
	s.at = back
	return utf8.RuneError
}
