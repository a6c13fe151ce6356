// Package ingest hears messages that another program of the company posts: one that reads WeCom's message archive
// (会话内容存档) already, or any other that sees what is written in groups. It promises that nothing is believed before
// its signature is checked, that a batch is taken in whole or, if a line of it is wrong, not at all, and that what it
// was told is kept before it says so. Posting the same batch again changes nothing: a message is known by its id.
//
// Not implied: that a message is true. Whoever holds the secret may tell of anybody.
package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// Source is the name under which these messages are heard.
const Source = "ingest"

const (
	maxBody = 8 << 20
	// maxAtOnce is how many messages are handed on in one go.
	maxAtOnce = 1000
	// hearWithin bounds the whole batch; the server gives a request 15 s to arrive.
	hearWithin = 20 * time.Second
)

// Config is everything the adapter must be told.
type Config struct {
	// Secrets that a batch may be signed with: the present one and, while it is being replaced, the previous one.
	Secrets []string
	// Hear takes the messages in, and returns nil once they are kept. The same message may come again.
	Hear func(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error
	// Known tells who somebody is by the looks of their id, where a line does not say; nil: nobody is known.
	Known func(chat.User) (kind chat.PersonKind, robot bool)
	// Same brings the id of a message into the form that every source of the platform gives it; nil: as it is.
	Same func(id string) string
	Now  func() time.Time
	Log  *zap.Logger // nil: nothing is logged
}

// Adapter serves the endpoint. It is safe for concurrent use.
type Adapter struct{ c Config }

// New checks c.
func New(c Config) (*Adapter, error) {
	if len(c.Secrets) == 0 || c.Secrets[0] == "" {
		return nil, errors.New("ingest.secret: missing")
	}
	if c.Hear == nil || c.Now == nil {
		return nil, errors.New("ingest: nobody to tell, or no clock")
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Known == nil {
		c.Known = func(chat.User) (chat.PersonKind, bool) { return "", false }
	}
	if c.Same == nil {
		c.Same = func(id string) string { return id }
	}
	return &Adapter{c}, nil
}

// refusal is a batch that is not taken in. reason is for whoever posted it and for the log: it holds no text of a
// message and no secret.
type refusal struct {
	status int
	reason string
	at     *fault // the line at fault, if one is
}

func (r *refusal) Error() string { return r.reason }

// ServeHTTP takes in one batch and answers {"accepted":n}, or {"error":"…"} with the status that says why not. Every
// refusal writes one log line.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := a.take(w, r)
	var no *refusal
	switch {
	case err == nil:
		answer(w, http.StatusOK, map[string]any{"accepted": n})
	case errors.As(err, &no):
		said := map[string]any{"error": no.reason}
		if no.at != nil {
			said["line"], said["field"] = no.at.line, no.at.field
		}
		log := a.c.Log.Warn
		if no.status >= http.StatusInternalServerError {
			log = a.c.Log.Error
			w.Header().Set("Retry-After", "5")
		}
		answer(w, no.status, said)
		log("batch of messages refused", zap.Int("status", no.status), zap.String("reason", no.reason))
	}
}

func answer(w http.ResponseWriter, status int, said map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // a caller that is gone posts the batch again
}

// take checks age and size first, the signature second; only what passes all three is read as messages. Its error is
// always a *refusal.
func (a *Adapter) take(w http.ResponseWriter, r *http.Request) (int, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return 0, &refusal{status: http.StatusMethodNotAllowed, reason: "method not allowed; use POST"}
	}
	now, stamp := a.c.Now(), r.Header.Get(TimestampHeader)
	if err := fresh(stamp, now); err != nil {
		return 0, err
	}
	body, err := readBody(w, r)
	if err != nil {
		return 0, err
	}
	if !a.signed(r.Header.Get(SignatureHeader), stamp, body) {
		return 0, &refusal{status: http.StatusUnauthorized, reason: SignatureHeader + " is missing or does not fit; sign " +
			TimestampHeader + ` + "." + the body as it is sent`}
	}
	heard, err := a.read(body, now)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), hearWithin)
	defer cancel()
	for rest := heard; len(rest) > 0; {
		some := rest[:min(len(rest), maxAtOnce)]
		if err := a.c.Hear(ctx, Source, some, chat.Cursor{}); err != nil {
			a.c.Log.Error("messages not kept", zap.Error(err))
			return 0, &refusal{status: http.StatusServiceUnavailable, reason: "not kept; post the whole batch again"}
		}
		rest = rest[len(some):]
	}
	return len(heard), nil
}

func readBody(w http.ResponseWriter, r *http.Request) (string, error) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge,
		reason: fmt.Sprintf("the body exceeds %d bytes; post it in parts, cut between lines", maxBody)}
	if r.ContentLength > maxBody {
		return "", tooLarge
	}
	var b strings.Builder
	_, err := io.Copy(&b, http.MaxBytesReader(w, r.Body, maxBody))
	var exceeded *http.MaxBytesError
	switch {
	case errors.As(err, &exceeded):
		return "", tooLarge
	case err != nil:
		return "", &refusal{status: http.StatusBadRequest, reason: "the body could not be read"}
	}
	return b.String(), nil
}

// fresh refuses what was signed too long ago, or for a later day.
func fresh(stamp string, now time.Time) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return &refusal{status: http.StatusUnauthorized, reason: TimestampHeader + " is missing or no number; write Unix seconds"}
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > maxAge || off < -maxAge {
		return &refusal{status: http.StatusUnauthorized, reason: TimestampHeader + " is more than 10 minutes off"}
	}
	return nil
}
