// Package link is the wire to other systems, as all adapters of links use it: HTTPS to one address that the operator has
// written down, no redirects, bounded time and size, and errors without anything secret. It knows no other system.
package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxAnswer is how much of an answer is read; what is longer is cut and does not parse.
	maxAnswer = 1 << 20
	// answersWithin bounds one request.
	answersWithin = 10 * time.Second
	// mendWithin is how long to wait before trying again what a person has to mend, such as a secret.
	mendWithin = 10 * time.Minute
)

// Fault is why another system did not take something. Its text holds no secret.
type Fault struct {
	Text string
	// After is how long to wait before another attempt; 0 leaves it to whoever asks.
	After time.Duration
	// Final says that another attempt makes no sense: what was posted is not accepted as it is.
	Final bool
}

func (f *Fault) Error() string { return f.Text }

// Again says whether, and when, another attempt makes sense.
func (f *Fault) Again() (time.Duration, bool) { return f.After, !f.Final }

// Refused is a fault that another attempt does not mend.
func Refused(format string, args ...any) *Fault {
	return &Fault{Text: fmt.Sprintf(format, args...), Final: true}
}

// Locked is a fault that a person has to mend, such as a secret that is not accepted; it is tried again now and then.
func Locked(format string, args ...any) *Fault {
	return &Fault{Text: fmt.Sprintf(format, args...), After: mendWithin}
}

// Busy is a fault that passes by itself, after a while; 0 is soon.
func Busy(after time.Duration, format string, args ...any) *Fault {
	return &Fault{Text: fmt.Sprintf(format, args...), After: after}
}

// Wire is a way to one other system. Safe for concurrent use.
type Wire struct {
	base    *url.URL
	client  *http.Client
	secrets []string
}

// New returns the wire to an address, which is https, or http to this machine itself. Secrets are cut out of every error,
// and so is what may be one in the address: not few systems let in whoever knows it, and echo it where they do not.
func New(address string, secrets ...string) (*Wire, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("is no address; write https://host/path")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("must be https; http is for this machine only")
	}
	t, _ := http.DefaultTransport.(*http.Transport)
	t = t.Clone()
	t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout = 2, answersWithin
	return &Wire{base: u, secrets: append(inAddress(u), secrets...), client: &http.Client{
		Timeout: answersWithin, Transport: t,
		// A redirect would carry the body, and what authorises it, to wherever the answer says.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// leastHidden is how long a part of a path is that may be a secret; a shorter one can be guessed anyway, and is a word.
const leastHidden = 16

// inAddress is what may be secret in an address: the values of its query, and long parts of its path.
func inAddress(u *url.URL) []string {
	var out []string
	if u.RawQuery != "" {
		out = append(out, u.RawQuery)
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= leastHidden/2 {
				out = append(out, v)
			}
		}
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if len(part) >= leastHidden {
			out = append(out, part)
		}
	}
	return out
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Answer is what the other system has answered.
type Answer struct {
	Status int
	After  time.Duration // Retry-After, 0 if it does not say
	Body   []byte
}

// Post posts a body to a path below the address; an empty path is the address itself. The error is a *Fault: that nothing
// was answered, or that it was a redirect.
func (w *Wire) Post(ctx context.Context, path string, query url.Values, header http.Header, body []byte) (Answer, error) {
	u := *w.base
	if path != "" {
		u.Path = strings.TrimRight(u.Path, "/") + path
	}
	if len(query) > 0 {
		u.RawQuery = query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, Refused("cannot be posted: %s", w.Clean(err.Error()))
	}
	r.Header = header.Clone()
	r.Header.Set("User-Agent", "qunguan")
	resp, err := w.client.Do(r)
	if err != nil {
		return Answer{}, Busy(0, "%s does not answer: %s", u.Host, w.Clean(cause(err)))
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return Answer{}, Busy(0, "%s broke off: %s", u.Host, w.Clean(cause(err)))
	}
	a := Answer{Status: resp.StatusCode, Body: raw, After: retryAfter(resp.Header.Get("Retry-After"))}
	if a.Status >= 300 && a.Status < 400 {
		return a, Locked("%s answers with a redirect (HTTP %d), which is not followed; write the final address", u.Host, a.Status)
	}
	return a, nil
}

// cause is the reason alone: the error of a request quotes its address, with whatever stands in there.
func cause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return "timeout"
		}
		err = u.Err
	}
	return err.Error()
}

// Clean is a text of the other system, short and without secrets.
func (w *Wire) Clean(text string) string {
	for _, s := range w.secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "…")
			text = strings.ReplaceAll(text, url.QueryEscape(s), "…")
		}
	}
	r := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " "))
	if len(r) > maxQuote {
		r = append(r[:maxQuote], '…')
	}
	return string(r)
}

// maxQuote is how much of another system's words is quoted.
const maxQuote = 200

// retryAfter reads the seconds of a Retry-After; a date is taken for nothing, since clocks differ.
func retryAfter(said string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(said))
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}

// ByStatus is what an HTTP status alone means; nil for success. what is said of it is the other system's.
func (w *Wire) ByStatus(a Answer) error {
	said := w.Clean(string(a.Body))
	if said != "" {
		said = ": " + said
	}
	switch s := a.Status; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusNotFound, s == http.StatusGone, s == http.StatusMethodNotAllowed:
		return Locked("HTTP %d%s", s, said) // a wrong secret or address: letters wait until it is mended
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		return Busy(a.After, "HTTP %d%s", s, said)
	}
	return Refused("HTTP %d%s", a.Status, said)
}
