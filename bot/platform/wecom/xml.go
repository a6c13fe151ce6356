package wecom

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a callback's XML; the deepest that WeCom documents is 5.
const maxDepth = 8

var errXML = errors.New("not the XML of a callback")

// eachLeaf reads the XML that WeCom sends, one root whose children are text, and calls leaf for each child in order.
// Children with children of their own (lists of members, of chosen options) are checked and passed over.
//
// It is stricter than encoding/xml and several times faster: a document type, a comment, an attribute, a processing
// instruction other than the declaration, or an entity beyond the five of the standard and numbered characters is an
// error, so nothing in a document can make it grow or reach out. What it accepts, encoding/xml reads the same (FuzzXML). Control
// characters inside of text are passed on: people can paste them.
func eachLeaf(doc string, leaf func(name, value string) error) error {
	if !utf8.ValidString(doc) {
		return fmt.Errorf("%w: invalid UTF-8", errXML)
	}
	s := xmlScan{doc: doc}
	if err := s.declaration(); err != nil {
		return err
	}
	root, empty, err := s.open()
	if err != nil {
		return err
	}
	if root != "xml" {
		return fmt.Errorf("%w: the root is not xml", errXML)
	}
	if !empty {
		err = s.children(leaf)
	}
	if err != nil {
		return err
	}
	s.space()
	if s.at != len(doc) {
		return fmt.Errorf("%w: something follows the root", errXML)
	}
	return nil
}

// xmlScan moves an index instead of shortening a string: a string that is written back costs a write barrier
// each time.
type xmlScan struct {
	doc string
	at  int
}

func (s *xmlScan) space() {
	for s.at < len(s.doc) && (s.doc[s.at] == '\n' || s.doc[s.at] == ' ' || s.doc[s.at] == '\t' || s.doc[s.at] == '\r') {
		s.at++
	}
}

// skip passes over mark if it stands here.
func (s *xmlScan) skip(mark string) bool {
	if !strings.HasPrefix(s.doc[s.at:], mark) {
		return false
	}
	s.at += len(mark)
	return true
}

// cdata reads a section after its beginning. Brackets are rare in what people write, so looking for one byte is
// faster than looking for the end.
func (s *xmlScan) cdata() (body string, closed bool) {
	from := s.at
	for {
		i := strings.IndexByte(s.doc[s.at:], ']')
		if i < 0 {
			return "", false
		}
		s.at += i
		if s.skip("]]>") {
			return s.doc[from : s.at-len("]]>")], true
		}
		s.at++
	}
}

// upTo returns what stands before mark and passes over both.
func (s *xmlScan) upTo(mark string) (before string, found bool) {
	i := strings.Index(s.doc[s.at:], mark)
	if i < 0 {
		return "", false
	}
	before = s.doc[s.at : s.at+i]
	s.at += i + len(mark)
	return before, true
}

func (s *xmlScan) declaration() error {
	if s.skip("<?xml ") {
		body, closed := s.upTo("?>")
		if !closed || !declared(body) {
			return fmt.Errorf("%w: bad declaration", errXML)
		}
	}
	s.space()
	return nil
}

// declared accepts the declarations that name no encoding but UTF-8.
func declared(body string) bool {
	version := false
	for _, word := range strings.Fields(body) {
		switch strings.ToLower(strings.ReplaceAll(word, "'", `"`)) {
		case `version="1.0"`:
			version = true
		case `encoding="utf-8"`, `standalone="yes"`, `standalone="no"`:
		default:
			return false
		}
	}
	return version
}

// children reads the children of the root, up to and with its end.
func (s *xmlScan) children(leaf func(name, value string) error) error {
	for {
		s.space()
		if s.skip("</") {
			return s.close("xml")
		}
		name, empty, err := s.open()
		if err != nil {
			return err
		}
		value, nested := "", false
		if !empty {
			if value, nested, err = s.content(name, 2); err != nil {
				return err
			}
		}
		if nested {
			continue
		}
		if err := leaf(name, value); err != nil {
			return err
		}
	}
}

// content reads what stands in an element, up to and with its end.
func (s *xmlScan) content(name string, depth int) (value string, nested bool, err error) {
	var more []byte // of several pieces: one, the usual case, needs no copy
	for {
		piece := ""
		switch s.mark() {
		case endMark:
			s.at += len("</")
			if more != nil {
				value = string(more)
			}
			return value, nested, s.close(name)
		case cdataMark:
			s.at += len(cdataStart)
			body, closed := s.cdata()
			if !closed {
				return "", false, fmt.Errorf("%w: CDATA does not end", errXML)
			}
			piece = lines(body)
		case startMark:
			if err := s.inner(depth); err != nil {
				return "", false, err
			}
			nested = true
		default:
			if piece, err = s.text(); err != nil {
				return "", false, err
			}
		}
		switch {
		case more != nil:
			more = append(more, piece...)
		case value == "":
			value = piece
		case piece != "":
			more = append(append(more, value...), piece...)
		}
	}
}

const cdataStart = "<![CDATA["

type mark uint8

const (
	noMark mark = iota
	startMark
	endMark
	cdataMark
)

// mark says what begins here.
func (s *xmlScan) mark() mark {
	rest := s.doc[s.at:]
	switch {
	case rest == "" || rest[0] != '<':
		return noMark
	case len(rest) == 1:
		return startMark
	case rest[1] == '/':
		return endMark
	case rest[1] == '!' && strings.HasPrefix(rest, cdataStart):
		return cdataMark
	}
	return startMark
}

func (s *xmlScan) inner(depth int) error {
	if depth >= maxDepth {
		return fmt.Errorf("%w: nested too deeply", errXML)
	}
	name, empty, err := s.open()
	if err != nil || empty {
		return err
	}
	_, _, err = s.content(name, depth+1)
	return err
}

func (s *xmlScan) open() (name string, empty bool, err error) {
	if s.at == len(s.doc) || s.doc[s.at] != '<' {
		return "", false, fmt.Errorf("%w: an element is missing", errXML)
	}
	i := s.at + 1
	for i < len(s.doc) && nameBytes[s.doc[i]] != 0 {
		i++
	}
	name, s.at = s.doc[s.at+1:i], i
	if name == "" || nameBytes[name[0]] == later {
		return "", false, fmt.Errorf("%w: only elements and CDATA are allowed", errXML)
	}
	s.space()
	switch {
	case s.skip(">"):
		return name, false, nil
	case s.skip("/>"):
		return name, true, nil
	}
	return "", false, fmt.Errorf("%w: an element does not end, or has attributes", errXML)
}

// close reads the end of an element after its "</".
func (s *xmlScan) close(name string) error {
	if s.skip(name) {
		s.space()
		if s.skip(">") {
			return nil
		}
	}
	return fmt.Errorf("%w: elements do not match", errXML)
}

const (
	anywhere = iota + 1
	later    // not as the first
)

// nameBytes says where a byte may stand in the name of an element.
var nameBytes = func() (t [256]uint8) {
	for b := range t {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '_':
			t[b] = anywhere
		case '0' <= b && b <= '9', b == '-', b == '.':
			t[b] = later
		}
	}
	return t
}()
