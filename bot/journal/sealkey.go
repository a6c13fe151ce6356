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

// ErrPublicKey says that a text is no public key.
var ErrPublicKey = errors.New("not a public key of a journal: it should be the one line that `qunguan audit key` prints")

// ErrSecret says that a text is, or has, the secret key where the public one is asked for. It is not taken in its place:
// whoever verifies needs no secret, and must not get used to handing it around.
var ErrSecret = errors.New("this is the private key, which nobody but the service should have; give the line that `qunguan audit key` prints")

// OpenPublicKey reads the public one of a pair. Its error never quotes the text.
func OpenPublicKey(text string) (Verifier, error) {
	if strings.Contains(text, "PRIVATE+KEY+") {
		return nil, ErrSecret
	}
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return nil, ErrPublicKey
	}
	return v, nil
}
