// Package ingest hears messages that another program of the company posts: one that reads WeCom's message archive
// (会话内容存档) already, or any other that sees what is written in groups. It promises that nothing is believed before
// its signature is checked, that a batch is taken in whole or, if a line of it is wrong, not at all, and that what it
// was told is kept before it says so. Posting the same batch again changes nothing: a message is known by its id.
//
// Not implied: that a message is true. Whoever holds the secret may tell of anybody.
package ingest

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// Source is the name under which these messages are heard.
const Source = "ingest"

const (
	maxBody = 8 << 20
	// maxUnread is how much one endpoint holds of all bodies together while they arrive: anybody can send one, and who may is
	// known only once all of it is there.
	maxUnread = 8 * maxBody
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
type Adapter struct {
	c Config
	door
}

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
	return &Adapter{c, door{secrets: c.Secrets, now: c.Now, held: new(atomic.Int64), log: c.Log, what: "messages"}}, nil
}

// ServeHTTP takes in one batch and answers {"accepted":n}, or {"error":"…"} with the status that says why not. Every
// refusal writes one log line.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := a.take(w, r)
	a.close(w, n, err)
}

// take takes in a batch that the door has let in. Its error is always a *refusal.
func (a *Adapter) take(w http.ResponseWriter, r *http.Request) (int, error) {
	body, now, err := a.open(w, r)
	if err != nil {
		return 0, err
	}
	heard, err := readLines(body, func(_ int, line string) (chat.Heard, error) { return a.message(line, now) })
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), hearWithin)
	defer cancel()
	for rest := heard; len(rest) > 0; {
		some := rest[:min(len(rest), maxAtOnce)]
		if err := a.c.Hear(ctx, Source, some, chat.Cursor{}); err != nil {
			return 0, a.notKept(err)
		}
		rest = rest[len(some):]
	}
	return len(heard), nil
}
