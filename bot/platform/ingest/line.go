package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"qunguan/bot/chat"
)

const (
	maxLine = 64 << 10
	maxID   = 128
	// ahead is how far a message may be dated after now: the clocks of two machines differ. The engine leaves out what is
	// dated further ahead, and what is left out must not be called accepted.
	ahead = 5 * time.Minute
)

// earliest is before every chat platform that is served: what is dated earlier was counted in seconds.
var earliest = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// fault is what is wrong with one line.
type fault struct {
	line  int
	field string // empty: the line as a whole
	text  string
}

func (f *fault) Error() string {
	if f.field == "" {
		return fmt.Sprintf("line %d: %s", f.line, f.text)
	}
	return fmt.Sprintf("line %d: %s: %s", f.line, f.field, f.text)
}

// readLines reads every line of a body, or refuses all of them for the first one that is wrong. Empty lines count, but
// say nothing; n is the number of a line. The error of one is always a *fault without its number.
func readLines[T any](body string, one func(n int, line string) (T, error)) ([]T, error) {
	var out []T
	n := 0
	for line := range strings.SplitSeq(body, "\n") {
		n++
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		v, err := one(n, line)
		if f := (*fault)(nil); errors.As(err, &f) {
			f.line = n
			return nil, &refusal{status: http.StatusBadRequest, reason: f.Error(), at: f}
		}
		out = append(out, v)
	}
	return out, nil
}

// told is one line as it is written.
type told struct {
	id, group, from, kind, recalls, form, text string
	at                                         json.RawMessage
	everybody                                  bool
}

// fields is what one line is read into.
type fields interface {
	// field is where the value of a key goes; nil for a key that does not exist.
	field(key string) any
	// known says which keys exist, and what their values are.
	known() (keys, values string)
}

func (t *told) known() (keys, values string) {
	return "id, group, from, kind, at, recalls, form, text, everybody",
		"everybody is true or false, at a text or a number, all others are texts"
}

func (t *told) field(key string) any {
	switch key {
	case "id":
		return &t.id
	case "group":
		return &t.group
	case "from":
		return &t.from
	case "kind":
		return &t.kind
	case "at":
		return &t.at
	case "recalls":
		return &t.recalls
	case "form":
		return &t.form
	case "text":
		return &t.text
	case "everybody":
		return &t.everybody
	}
	return nil
}

// message reads one line. Its error is always a *fault without its number.
func (a *Adapter) message(line string, now time.Time) (chat.Heard, error) {
	var t told
	err := readLine(line, &t)
	if err != nil {
		return chat.Heard{}, err
	}
	for _, id := range []struct {
		field, value string
		needed       bool
	}{{"id", t.id, true}, {"group", t.group, true}, {"from", t.from, true}, {"recalls", t.recalls, false}, {"form", t.form, false}} {
		if err := checkID(id.field, id.value, id.needed); err != nil {
			return chat.Heard{}, err
		}
	}
	h := chat.Heard{ID: a.c.Same(t.id), Group: chat.Group(t.group), From: chat.User(t.from), Form: t.form, Text: t.text, Everybody: t.everybody}
	if t.recalls != "" {
		h.Recalls = a.c.Same(t.recalls)
	}
	if h.Form == "" && h.Text != "" {
		h.Form = "text"
	}
	if h.Kind, h.Robot, err = a.who(h.From, t.kind); err != nil {
		return chat.Heard{}, err
	}
	h.At, err = moment(t.at, now)
	return h, err
}

func (a *Adapter) who(from chat.User, kind string) (chat.PersonKind, bool, error) {
	switch kind {
	case "":
		k, robot := a.c.Known(from)
		return k, robot, nil
	case "staff":
		return chat.Staff, false, nil
	case "customer":
		return chat.Customer, false, nil
	case "robot":
		return "", true, nil
	}
	return "", false, &fault{field: "kind", text: "write staff, customer or robot, or leave it out"}
}

// readLine reads an object whose keys are all known and stand there once: a misspelt "recals" must not become a
// message that says something.
func readLine(line string, t fields) error {
	if len(line) > maxLine {
		return &fault{text: fmt.Sprintf("exceeds %d bytes", maxLine)}
	}
	if !utf8.ValidString(line) {
		return &fault{text: "is not UTF-8"}
	}
	notJSON := &fault{text: "is not one JSON object"}
	d := json.NewDecoder(strings.NewReader(line))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return notJSON
	}
	keys, values := t.known()
	seen := make(map[string]bool, 9)
	for d.More() {
		token, err := d.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return notJSON
		}
		into := t.field(key)
		switch {
		case into == nil:
			return &fault{field: shown(key), text: "unknown field; known are " + keys}
		case seen[key]:
			return &fault{field: key, text: "stands there twice"}
		}
		seen[key] = true
		if err := d.Decode(into); err != nil {
			return &fault{field: key, text: "cannot be read; " + values}
		}
	}
	if _, err := d.Token(); err != nil {
		return notJSON
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return notJSON
	}
	return nil
}

// shown is a key that somebody else made up, fit for a log.
func shown(key string) string {
	if len(key) > 32 {
		key = strings.ToValidUTF8(key[:32], "") + "…"
	}
	return strconv.Quote(key)
}

func checkID(field, value string, needed bool) error {
	switch {
	case needed && value == "":
		return &fault{field: field, text: "is missing"}
	case len(value) > maxID:
		return &fault{field: field, text: fmt.Sprintf("exceeds %d bytes", maxID)}
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return &fault{field: field, text: "contains a space or a control character"}
	}
	return nil
}

// moment reads RFC 3339 or Unix milliseconds.
func moment(raw json.RawMessage, now time.Time) (time.Time, error) {
	written := string(raw)
	if written == "" || written == "null" {
		return time.Time{}, &fault{field: "at", text: "is missing; write RFC 3339 in quotes, or Unix milliseconds"}
	}
	var at time.Time
	if text, quoted := strings.CutPrefix(written, `"`); quoted {
		t, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(text, `"`))
		if err != nil {
			return time.Time{}, &fault{field: "at", text: "is not RFC 3339; write it like 2026-03-02T09:30:00+08:00"}
		}
		at = t.UTC()
	} else {
		ms, err := strconv.ParseInt(written, 10, 64)
		if err != nil {
			return time.Time{}, &fault{field: "at", text: "is no whole number of milliseconds"}
		}
		at = time.UnixMilli(ms).UTC()
	}
	switch {
	case at.Before(earliest):
		return time.Time{}, &fault{field: "at", text: "is before 2010; a number means milliseconds, not seconds"}
	case at.After(now.Add(ahead)):
		return time.Time{}, &fault{field: "at", text: "is more than 5 minutes ahead of the clock here"}
	}
	return at, nil
}
