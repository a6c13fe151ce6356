package wecom

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxJSONDepth bounds the nesting of a callback's JSON; the deepest that WeCom documents is 7.
const maxJSONDepth = 32

// jsonScan reads the few fields of a callback in one pass. encoding/json takes about ten times as long, more than
// signature and decryption together. Like it, it follows RFC 8259 in full; what it accepts, encoding/json reads the
// same (FuzzBotJSON). Invalid UTF-8 is an error.
type jsonScan struct {
	doc   string
	at    int
	depth int

	places, fields uint32 // those met so far, as bits

	encrypt string
	call    botCall
	items   string // the texts of a mixed message
}

func (s *jsonScan) fail(what string) error { return fmt.Errorf("%w: %s", errJSON, what) }

// document reads the whole of doc: one object.
func (s *jsonScan) document(root place) error {
	if !utf8.ValidString(s.doc) {
		return s.fail("invalid UTF-8")
	}
	s.space()
	if s.next() != '{' {
		return s.fail("not an object")
	}
	if err := s.value(root, noField); err != nil {
		return err
	}
	s.space()
	if s.at != len(s.doc) {
		return s.fail("something follows the object")
	}
	return nil
}

func (s *jsonScan) space() {
	for s.at < len(s.doc) && (s.doc[s.at] == ' ' || s.doc[s.at] == '\n' || s.doc[s.at] == '\t' || s.doc[s.at] == '\r') {
		s.at++
	}
}

// next is the byte that stands here, 0 at the end.
func (s *jsonScan) next() byte {
	if s.at == len(s.doc) {
		return 0
	}
	return s.doc[s.at]
}

func (s *jsonScan) skip(b byte) bool {
	if s.next() != b || s.at == len(s.doc) {
		return false
	}
	s.at++
	return true
}

// value reads any value. p is what it is if it holds something that is wanted, f if it is wanted itself; null stands
// for nothing, and any other kind than the wanted one is an error.
func (s *jsonScan) value(p place, f field) error {
	if err := s.once(p, f); err != nil {
		return err
	}
	kind := s.next()
	switch {
	case kind == 'n':
		return s.word("null")
	case f == fieldCreated && kind != '-' && (kind < '0' || kind > '9'),
		f != noField && f != fieldCreated && kind != '"',
		p == inItems && kind != '[',
		p != elsewhere && p != inItems && kind != '{':
		return s.fail("a field has another type than documented")
	}
	switch kind {
	case '{':
		return s.nested(func() error { return s.object(p) })
	case '[':
		return s.nested(func() error { return s.array(p) })
	case '"':
		text, err := s.text()
		if err != nil || f == noField {
			return err
		}
		return s.set(f, text)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	}
	number, err := s.number()
	if err != nil || f == noField {
		return err
	}
	return s.set(f, number)
}

func (s *jsonScan) nested(read func() error) error {
	if s.depth++; s.depth > maxJSONDepth {
		return s.fail("nested too deeply")
	}
	err := read()
	s.depth--
	return err
}

func (s *jsonScan) object(p place) error {
	s.at++
	s.space()
	if s.skip('}') {
		return nil
	}
	for {
		if s.next() != '"' {
			return s.fail("a key is missing")
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		s.space()
		if !s.skip(':') {
			return s.fail("a colon is missing")
		}
		s.space()
		if err := s.value(p.under(key)); err != nil {
			return err
		}
		if done, err := s.end('}'); done || err != nil {
			return err
		}
	}
}

func (s *jsonScan) array(p place) error {
	s.at++
	s.space()
	if s.skip(']') {
		return nil
	}
	item := elsewhere
	if p == inItems {
		item = inItem
	}
	for {
		if err := s.value(item, noField); err != nil {
			return err
		}
		if done, err := s.end(']'); done || err != nil {
			return err
		}
	}
}

// end reads what stands between two members or after the last one.
func (s *jsonScan) end(mark byte) (done bool, err error) {
	s.space()
	if s.skip(mark) {
		return true, nil
	}
	if !s.skip(',') {
		return false, s.fail("a comma is missing")
	}
	s.space()
	return false, nil
}

func (s *jsonScan) word(w string) error {
	if !strings.HasPrefix(s.doc[s.at:], w) {
		return s.fail("a value is missing")
	}
	s.at += len(w)
	return nil
}

func (s *jsonScan) digits() (n int) {
	for ; s.at < len(s.doc) && '0' <= s.doc[s.at] && s.doc[s.at] <= '9'; s.at++ {
		n++
	}
	return n
}

func (s *jsonScan) number() (string, error) {
	from := s.at
	s.skip('-')
	if leading := s.next() == '0'; s.digits() == 0 || (leading && s.at-from > 1 && !zero(s.doc[from:s.at])) {
		return "", s.fail("a value is missing")
	}
	if s.skip('.') && s.digits() == 0 {
		return "", s.fail("a number does not end")
	}
	if s.skip('e') || s.skip('E') {
		if !s.skip('+') {
			s.skip('-')
		}
		if s.digits() == 0 {
			return "", s.fail("a number does not end")
		}
	}
	return s.doc[from:s.at], nil
}

func zero(whole string) bool { return whole == "0" || whole == "-0" }
