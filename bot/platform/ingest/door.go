package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/signature"
)

// door is what every endpoint has before it: nothing gets through that is not signed, fresh and of bounded size.
type door struct {
	secrets []string
	now     func() time.Time
	log     *zap.Logger
	what    string        // comes through it
	held    *atomic.Int64 // bytes of the bodies that are arriving
}

// refusal is a batch that is not taken in. reason is for whoever posted it and for the log: it holds no text of a
// message and no secret.
type refusal struct {
	status int
	reason string
	at     *fault // the line at fault, if one is
}

func (r *refusal) Error() string { return r.reason }

// open checks age, form and size first, the signature second; only what passes all of it comes in. Its error is always a
// *refusal.
func (d door) open(w http.ResponseWriter, r *http.Request) (body string, now time.Time, err error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return "", now, &refusal{status: http.StatusMethodNotAllowed, reason: "method not allowed; use POST"}
	}
	now = d.now()
	stamp := r.Header.Get(TimestampHeader)
	if err := fresh(stamp, now); err != nil {
		return "", now, err
	}
	unsigned := &refusal{status: http.StatusUnauthorized, reason: SignatureHeader + " is missing or does not fit; sign " +
		TimestampHeader + ` + "." + the body as it is sent`}
	if !formed(r.Header.Get(SignatureHeader)) {
		return "", now, unsigned // the body of a stranger is not worth reading
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return "", now, &refusal{status: http.StatusUnsupportedMediaType, reason: "the body is compressed (Content-Encoding); send it as plain text"}
	}
	m := &meter{held: d.held}
	defer m.release()
	if body, err = readBody(w, r, m); err != nil {
		return "", now, err
	}
	if !signature.Right(d.secrets, r.Header.Get(SignatureHeader), stamp, body) {
		return "", now, unsigned
	}
	return body, now, nil
}

// notKept is the refusal of a batch that storage did not take.
func (d door) notKept(cause error) error {
	d.log.Error(d.what+" not kept", zap.Error(cause))
	return &refusal{status: http.StatusServiceUnavailable, reason: "not kept; post the whole batch again"}
}

// close answers what came of a batch.
func (d door) close(w http.ResponseWriter, n int, err error) {
	var no *refusal
	switch {
	case err == nil:
		answer(w, http.StatusOK, map[string]any{"accepted": n})
	case errors.As(err, &no):
		said := map[string]any{"error": no.reason}
		if no.at != nil {
			said["line"], said["field"] = no.at.line, no.at.field
		}
		log := d.log.Warn
		if no.status >= http.StatusInternalServerError {
			log = d.log.Error
			w.Header().Set("Retry-After", "5")
		}
		answer(w, no.status, said)
		log("batch of "+d.what+" refused", zap.Int("status", no.status), zap.String("reason", no.reason))
	}
}

func answer(w http.ResponseWriter, status int, said map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // a caller that is gone posts the batch again
}

// errHeld says that too much is arriving already.
var errHeld = errors.New("too much at once")

// meter counts what is read of one body among what is held of all of them.
type meter struct {
	from io.Reader
	held *atomic.Int64
	mine int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.mine += int64(n)
	if m.held.Add(int64(n)) > maxUnread {
		return n, errHeld
	}
	return n, err
}

func (m *meter) release() { m.held.Add(-m.mine) }

func readBody(w http.ResponseWriter, r *http.Request, m *meter) (string, error) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge,
		reason: fmt.Sprintf("the body exceeds %d bytes; post it in parts, cut between lines", maxBody)}
	if r.ContentLength > maxBody {
		return "", tooLarge
	}
	var b strings.Builder
	m.from = http.MaxBytesReader(w, r.Body, maxBody)
	_, err := io.Copy(&b, m)
	var exceeded *http.MaxBytesError
	switch {
	case errors.Is(err, errHeld):
		return "", &refusal{status: http.StatusServiceUnavailable, reason: "too much is being taken in at once; post the whole batch again"}
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
