// Package webhook posts letters to an address of the company's own: a helpdesk, a data warehouse, an alarm. The body is
// the letter as JSON, signed as what is posted to the bot is, and named by an id that stays the same each time it is
// posted, by which the receiver leaves out what it has already.
//
// Any 2xx is taken for received. A status that says that the receiver is busy or away (408, 425, 429, 5xx) is tried again,
// after Retry-After if it is there; one that says that the secret or the address is wrong (401, 403, 404, 405, 410, 3xx)
// too, every ten minutes; any other one gives this letter up.
package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/link"
	"qunguan/bot/signature"
)

// Version is what receivers can tell the form of a body by; it stands in VersionHeader.
const Version = "1"

// The headers of a letter beside those of its signature.
const (
	VersionHeader = "X-Qunguan-Version"
	EventHeader   = "X-Qunguan-Event" // the class
	IDHeader      = "X-Qunguan-Id"    // the same each time the letter is posted
)

// Config is everything the adapter must be told.
type Config struct {
	URL string
	// Secret signs; Previous, if it is not empty, signs too, while the receiver moves to the new one.
	Secret, Previous string
	Now              func() time.Time
}

// Poster posts to one address. Safe for concurrent use.
type Poster struct {
	c    Config
	wire *link.Wire
}

// New checks c.
func New(c Config) (*Poster, error) {
	if c.Secret == "" {
		return nil, errors.New("secret: missing")
	}
	w, err := link.New(c.URL, c.Secret, c.Previous)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	return &Poster{c: c, wire: w}, nil
}

// Version says what is spoken.
func (p *Poster) Version() string { return "v" + Version }

// Sketch is the body of a letter.
func (p *Poster) Sketch(l chat.Letter) (json.RawMessage, error) {
	raw, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode letter: %w", err)
	}
	return raw, nil
}

// Post posts a letter. An error is a *link.Fault.
func (p *Poster) Post(ctx context.Context, l chat.Letter) error {
	body, err := p.Sketch(l)
	if err != nil {
		return link.Refused("%v", err)
	}
	stamp := strconv.FormatInt(p.c.Now().Unix(), 10)
	h := http.Header{}
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set(VersionHeader, Version)
	h.Set(EventHeader, l.Class)
	h.Set(IDHeader, l.ID)
	h.Set(signature.TimestampHeader, stamp)
	h.Set(signature.Header, signature.Value([]string{p.c.Secret, p.c.Previous}, stamp, string(body)))
	a, err := p.wire.Post(ctx, "", nil, h, body)
	if err != nil {
		return err
	}
	return p.wire.ByStatus(a)
}
