// Package calendar serves the turns of duty as calendars that calendar programs subscribe to (RFC 5545). It only reads,
// and shows a calendar to whoever knows its address; it promises that an address that was revoked, or never was one,
// answers like any other wrong address, and that a calendar never loses turns because storage is away.
package calendar

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// reader is what calendars need of storage.
type reader interface {
	Load(context.Context, journal.Want) (journal.Found, error)
	LastKnown(journal.Want) journal.Found
}

// Options are what calendars are made with. Every field is needed.
type Options struct {
	// Path and End are what stands before and behind the secret in the path of an address.
	Path, End string
	Now       func() time.Time
	Zone      *time.Location // the rosters'
	Language  chat.Language
	Holidays  duty.Calendar // of which years the days off are known
	Log       *zap.Logger
}

// Calendars answers GET for every address. Safe for concurrent use.
type Calendars struct {
	Options
	reader reader
	kept   kept
}

// New returns the calendars of one tenant.
func New(r reader, o Options) *Calendars {
	return &Calendars{Options: o, reader: r, kept: kept{bodies: map[string]*body{}}}
}

// Handler serves the addresses of all calendars. What it answers is for its reader alone, so nobody on the way may keep
// it.
func (c *Calendars) Handler() http.Handler { return http.HandlerFunc(c.serve) }

var (
	errNone = errors.New("no such calendar")
	errBusy = errors.New("asked too often")
)

func (c *Calendars) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	b, err := c.of(r.Context(), c.secret(r.URL.Path))
	switch {
	case errors.Is(err, errNone):
		http.NotFound(w, r)
		return
	case errors.Is(err, errBusy):
		later(w, http.StatusTooManyRequests)
		return
	case errors.Is(err, chat.ErrUnavailable):
		later(w, http.StatusServiceUnavailable)
		return
	case err != nil:
		c.Log.Error("calendar", zap.Error(err)) // without the address: it is a secret
		http.Error(w, "something broke", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="duty.ics"`)
	h.Set("Cache-Control", "private, max-age=60")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("ETag", b.etag)
	// For people to read. What has changed is told by the ETag alone: two replicas do not agree on moments.
	h.Set("Last-Modified", b.changed.UTC().Format(http.TimeFormat))
	if matches(r.Header.Get("If-None-Match"), b.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(b.text) // whoever has hung up does not want it
}

// secret is the secret in a path; empty if none can be there.
func (c *Calendars) secret(path string) string {
	rest, begins := strings.CutPrefix(path, c.Path)
	secret, ends := strings.CutSuffix(rest, c.End)
	if !begins || !ends || len(secret) != secretLength || strings.Trim(secret, secretLetters) != "" {
		return ""
	}
	return secret
}

// The form of bot.Call.Token. What has another is no address, whatever storage says.
const (
	secretLength  = 32
	secretLetters = "abcdefghijklmnopqrstuvwxyz234567"
)

func later(w http.ResponseWriter, status int) {
	w.Header().Set("Retry-After", "60")
	http.Error(w, http.StatusText(status), status)
}

// matches says whether a header names the etag, weakly or not, among others, or takes whatever there is.
func matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == etag {
			return true
		}
	}
	return false
}
