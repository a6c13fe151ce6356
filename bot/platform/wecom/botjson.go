package wecom

import (
	"errors"
	"fmt"
	"strconv"
)

var errJSON = errors.New("not the JSON of a callback")

// botCall is what the adapter reads of a callback of the smart bot: pages 接收消息 and 接收事件.
type botCall struct {
	messageID, from, chatID, chatType, replyTo, kind string
	text                                             string // of a text, or of the texts in a mixed message
	event, eventKey                                  string
	created                                          int64 // Unix seconds; 0 if not told
}

// place is an object or array that holds something the adapter reads. The zero place holds nothing: it is checked and
// passed over.
type place uint8

const (
	elsewhere place = iota
	inEnvelope
	inRoot
	inFrom
	inText
	inMixed
	inItems
	inItem
	inItemText
	inEvent
	inCard
)

// field is a value that the adapter reads.
type field uint8

const (
	noField field = iota
	fieldEncrypt
	fieldMessageID
	fieldCreated
	fieldChatID
	fieldChatType
	fieldReplyTo
	fieldKind
	fieldFrom
	fieldText
	fieldItemText
	fieldEvent
	fieldEventKey
)

// under says what key means in p: a place, a field, or nothing.
func (p place) under(key string) (place, field) {
	switch p {
	case inEnvelope:
		if key == "encrypt" {
			return elsewhere, fieldEncrypt
		}
	case inRoot:
		return underRoot(key)
	case inFrom:
		if key == "userid" {
			return elsewhere, fieldFrom
		}
	case inText:
		if key == "content" {
			return elsewhere, fieldText
		}
	case inMixed:
		if key == "msg_item" {
			return inItems, noField
		}
	case inItem:
		if key == "text" {
			return inItemText, noField
		}
	case inItemText:
		if key == "content" {
			return elsewhere, fieldItemText
		}
	case inEvent, inCard:
		return underEvent(p, key)
	}
	return elsewhere, noField
}

func underRoot(key string) (place, field) {
	switch key {
	case "msgid":
		return elsewhere, fieldMessageID
	case "create_time":
		return elsewhere, fieldCreated
	case "chatid":
		return elsewhere, fieldChatID
	case "chattype":
		return elsewhere, fieldChatType
	case "response_url":
		return elsewhere, fieldReplyTo
	case "msgtype":
		return elsewhere, fieldKind
	case "from":
		return inFrom, noField
	case "text":
		return inText, noField
	case "mixed":
		return inMixed, noField
	case "event":
		return inEvent, noField
	}
	return elsewhere, noField
}

// underEvent reads both forms of a press: WeCom's samples nest it under the name of the event, and its own SDK
// describes it flat.
func underEvent(p place, key string) (place, field) {
	switch {
	case key == "event_key":
		return elsewhere, fieldEventKey
	case p == inEvent && key == "eventtype":
		return elsewhere, fieldEvent
	case p == inEvent && (key == "template_card_event" || key == "template_card_menu_event"):
		return inCard, noField
	}
	return elsewhere, noField
}

// sealedJSON finds the ciphertext in the body of a smart bot's callback.
func sealedJSON(body string) (string, error) {
	s := jsonScan{doc: body}
	if err := s.document(inEnvelope); err != nil {
		return "", err
	}
	if s.encrypt == "" {
		return "", fmt.Errorf("%w: no encrypt", errJSON)
	}
	return s.encrypt, nil
}

func readBot(plain string) (botCall, error) {
	s := jsonScan{doc: plain}
	if err := s.document(inRoot); err != nil {
		return botCall{}, err
	}
	if s.call.kind == "" {
		return botCall{}, fmt.Errorf("%w: no msgtype", errJSON)
	}
	if s.call.kind == "mixed" {
		s.call.text = s.items
	}
	return s.call, nil
}

// once refuses a place or a field that stands there twice: two readers could disagree on which one counts. Each item
// of a mixed message has a text of its own.
func (s *jsonScan) once(p place, f field) error {
	if p == inItem {
		s.places &^= 1 << inItemText
		s.fields &^= 1 << fieldItemText
		return nil
	}
	if (p != elsewhere && s.places&(1<<p) != 0) || (f != noField && s.fields&(1<<f) != 0) {
		return s.fail("a field stands there twice")
	}
	s.places |= 1 << p
	s.fields |= 1 << f
	return nil
}

// set stores the text of a field.
func (s *jsonScan) set(f field, value string) error {
	switch f {
	case fieldEncrypt:
		s.encrypt = value
	case fieldMessageID:
		s.call.messageID = value
	case fieldChatID:
		s.call.chatID = value
	case fieldChatType:
		s.call.chatType = value
	case fieldReplyTo:
		s.call.replyTo = value
	case fieldKind:
		s.call.kind = value
	case fieldFrom:
		s.call.from = value
	case fieldText:
		s.call.text = value
	case fieldItemText:
		s.items = joinedWords(s.items, value)
	case fieldEvent:
		s.call.event = value
	case fieldEventKey:
		s.call.eventKey = value
	case fieldCreated:
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: create_time is not a whole number", errJSON)
		}
		s.call.created = seconds
	}
	return nil
}

func joinedWords(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
