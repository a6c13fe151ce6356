package journal

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// NewKey makes the pair of keys of a journal, two lines: the secret one, with which checkpoints are signed, and the
// public one, with which anybody checks them. name is whose journal it is; it stands in every checkpoint.
func NewKey(random io.Reader, name string) (string, error) {
	secret, public, err := note.GenerateKey(random, name)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	return secret + "\n" + public + "\n", nil
}

// ErrKey says that a text is no pair of keys.
var ErrKey = errors.New("not a key of a journal: it should be two lines, the first beginning with PRIVATE+KEY+")

// OpenKey reads what NewKey made.
func OpenKey(text string) (Signer, Verifier, error) {
	secret, public, ok := strings.Cut(strings.TrimSpace(text), "\n")
	if !ok {
		return nil, nil, ErrKey
	}
	s, err := note.NewSigner(strings.TrimSpace(secret))
	if err != nil {
		return nil, nil, ErrKey // what the library says of it may quote it
	}
	v, err := OpenPublicKey(public)
	if err != nil {
		return nil, nil, err
	}
	if v.Name() != s.Name() || v.KeyHash() != s.KeyHash() {
		return nil, nil, fmt.Errorf("%w: the two do not belong together", ErrKey)
	}
	return s, v, nil
}

// OpenPublicKey reads the public one of a pair.
func OpenPublicKey(text string) (Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", err)
	}
	return v, nil
}
