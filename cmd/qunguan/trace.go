package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/platform/wecom"
)

// traces note when the platform called and when it told of each group, until they are written: a callback must not cost
// a round trip for it. Safe for concurrent use.
type traces struct {
	now func() time.Time

	mu        sync.Mutex
	addresses map[string]time.Time
	groups    map[chat.Group]time.Time
}

func newTraces(now func() time.Time) *traces {
	return &traces{now: now, addresses: map[string]time.Time{}, groups: map[chat.Group]time.Time{}}
}

// take returns what was noted since it was last taken.
func (t *traces) take() (map[string]time.Time, map[chat.Group]time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	addresses, groups := t.addresses, t.groups
	t.addresses, t.groups = map[string]time.Time{}, map[chat.Group]time.Time{}
	return addresses, groups
}

// hears passes callbacks on to h and notes those that were genuine: what is answered with 200 bore the right signature.
func (t *traces) hears(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &statusWriter{ResponseWriter: w}
		h.ServeHTTP(s, r)
		if r.Method != http.MethodPost || s.status != http.StatusOK {
			return
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.addresses[strings.TrimPrefix(r.URL.Path, "/wecom/")] = t.now()
	})
}

// sourceAddress is the name under which the hours are kept in which a source of messages told of some.
func sourceAddress(source string) string { return "source:" + source }

// tells passes on what a source of messages tells, and notes that it did.
func (t *traces) tells(hear hearer) hearer {
	return func(ctx context.Context, source string, heard []chat.Heard, cursor chat.Cursor) error {
		if err := hear(ctx, source, heard, cursor); err != nil {
			return err
		}
		if len(heard) > 0 {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.addresses[sourceAddress(source)] = t.now()
		}
		return nil
	}
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the adapter flush.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// watched is the platform, with a note of every group that it told of.
type watched struct {
	*wecom.Adapter
	traces *traces
}

// Observe re-reads a group.
func (w watched) Observe(ctx context.Context, g chat.Group) (chat.Observed, error) {
	seen, err := w.Adapter.Observe(ctx, g)
	if err == nil {
		w.traces.mu.Lock()
		defer w.traces.mu.Unlock()
		w.traces.groups[g] = w.traces.now()
	}
	return seen, err
}

// writeTraces writes what was noted. What cannot be written is lost: it is only for the self-test.
func (s *system) writeTraces(ctx context.Context) error {
	addresses, groups := s.traces.take()
	return s.tenant.Traces().Heard(ctx, addresses, groups)
}
