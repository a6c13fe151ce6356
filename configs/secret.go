package configs

import (
	"fmt"
	"io"
)

// Secret is text that must not be shown. fmt and the encoders print it as "…", or as nothing when it is empty, so
// that one may see whether it is set; Reveal is the way to its text. Two things are not covered, since Go asks no
// method there: fmt's verb %p, and a Secret that is the key of an encoded map.
type Secret string

// Reveal returns the text itself, for the one call that needs it.
func (s Secret) Reveal() string { return string(s) }

// String never returns the text.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "…"
}

// GoString never returns the text.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// Format writes what String returns, whatever the verb. Without it a wrong verb, such as %d, would print the text
// in its complaint.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || f.Flag('#') {
		text = s.GoString()
	}
	_, _ = io.WriteString(f, text) // a fmt.State that cannot be written to has nobody to tell
}

// MarshalText never returns the text. JSON, YAML and structured logs use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON never returns the text.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
