package main

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// said is one word of a file with the line that it stands on, so that what is wrong with it can be found.
type said struct {
	text string
	line int
}

// UnmarshalYAML takes one value as it is written.
func (s *said) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return wrongAt(n, "one value is expected here, not a list or a section")
	}
	s.text, s.line = n.Value, n.Line
	return nil
}

// MarshalYAML writes the word.
func (s said) MarshalYAML() (any, error) { return s.text, nil }

// IsZero tells the encoder what to leave out.
func (s said) IsZero() bool { return s.text == "" }

func say(text string) said { return said{text: text} }

func sayAll(items access.Items) []said {
	var out []said
	for _, name := range items.Names() {
		out = append(out, say(name))
	}
	return out
}

// shanghai is the zone of the requirements, in which moments without one are read.
var shanghai = time.FixedZone("CST", 8*60*60)

// UnmarshalYAML reads 2026-03-01, "2026-03-01 18:00" or a full RFC 3339 moment.
func (m *instant) UnmarshalYAML(n *yaml.Node) error {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, n.Value, shanghai); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return wrongAt(n, fmt.Sprintf("%q is no moment; write 2026-03-01 or \"2026-03-01 18:00\"", n.Value))
}

// wrongAt is a complaint that does not keep the decoder from finding the others.
func wrongAt(n *yaml.Node, what string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", n.Line, what)}}
}

// UnmarshalYAML reads 90m, 24h or 7d, and whatever else of time.ParseDuration.
func (l *length) UnmarshalYAML(n *yaml.Node) error {
	if days, ok := strings.CutSuffix(n.Value, "d"); ok {
		if d, err := strconv.Atoi(days); err == nil && d > 0 && d <= 3650 {
			*l = length(time.Duration(d) * 24 * time.Hour)
			return nil
		}
	}
	d, err := time.ParseDuration(n.Value)
	if err != nil || d < 0 {
		return wrongAt(n, fmt.Sprintf("%q is no length of time; write 90m, 24h or 7d", n.Value))
	}
	*l = length(d)
	return nil
}

// MarshalYAML writes whole days as days.
func (l length) MarshalYAML() (any, error) {
	if d := time.Duration(l); d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour)), nil
	}
	return time.Duration(l).String(), nil
}

// MarshalYAML writes the moment with its zone.
func (m instant) MarshalYAML() (any, error) { return m.In(shanghai).Format(time.RFC3339Nano), nil }

// fileReader turns what a file says into what the domain knows, and collects what it could not.
type fileReader struct {
	file  string
	tier  access.Tier // of what does not say whose setting it is
	wrong []error
	here  int // the line of the record that is being read

	groups *directory.Groups // those that the bot knows; nil: nobody has asked
	lines  map[chat.Group]map[string]int
}

func (r *fileReader) fail(line int, format string, args ...any) {
	at := r.file
	if line == 0 {
		line = r.here
	}
	if line > 0 {
		at = fmt.Sprintf("%s:%d", r.file, line)
	}
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// err is everything that was wrong.
func (r *fileReader) err() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return usageError{errors.Join(r.wrong...)}
}

// named reads a word that the domain writes so.
func named[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](r *fileReader, s said, what string, usual T) T {
	if s.text == "" {
		return usual
	}
	var v T
	if P(&v).UnmarshalText([]byte(s.text)) != nil {
		r.fail(s.line, "there is no %s %q", what, s.text)
	}
	return v
}

// worded reads a word that people write in either language.
func worded[T any](r *fileReader, s said, what string, parse func(string) (T, bool)) T {
	var none T
	if s.text == "" {
		return none
	}
	v, ok := parse(s.text)
	if !ok {
		r.fail(s.line, "there is no %s %q", what, s.text)
	}
	return v
}

func (r *fileReader) items(words []said) access.Items {
	var out access.Items
	for _, w := range words {
		items, unknown := access.ParseItems(w.text)
		if unknown != "" {
			r.fail(w.line, "there is no item and no family %q", unknown)
		}
		out |= items
	}
	return out
}

// among is items, whole families meaning those of their items that are in all.
func (r *fileReader) among(all access.Items, words []said) access.Items {
	var out access.Items
	for _, w := range words {
		items := r.items([]said{w})
		if _, family := access.ParseFamily(w.text); family {
			items &= all
		}
		out |= items
	}
	return out
}

// job reads a job; a word that is none of the built-in ones is one of the company's own.
func (r *fileReader) job(s said) access.Job {
	if j, ok := access.ParseJob(s.text); ok {
		return j
	}
	return access.Job(s.text)
}

// decodeYAML reads a file strictly: an unknown key, a key that stands there twice and a second document are errors that
// name the line.
func decodeYAML(file string, raw []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return usageError{explained(file, err)}
	}
	var second yaml.Node
	if !errors.Is(d.Decode(&second), io.EOF) {
		return usageError{fmt.Errorf("%s: there is more than one document; keep one and remove the line \"---\"", file)}
	}
	return nil
}

// strs turns a list of ids into one of texts, and ids back.
func strs[F, T ~string](list []F) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = T(v)
	}
	return out
}

// each turns a section into another one; nil stays nil.
func each[F, T any](list []F, turn func(F) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, 0, len(list))
	for _, v := range list {
		out = append(out, turn(v))
	}
	return out
}
