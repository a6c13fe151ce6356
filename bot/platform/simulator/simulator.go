// Package simulator is a WeCom (企业微信) that runs in this process: it answers the documented API over HTTP, posts
// encrypted callbacks with WeCom's retries, and shows what each person of a small company sees. A bot cannot tell it
// from the platform: the wire formats are written from the platform's documentation, not from the bot's adapter.
//
// It is as limited as the platform is. Nothing that is written in a customer group or in an app group reaches a bot, a
// smart bot hears only what mentions it, and no event tells that somebody became an admin. A company that archives its
// messages may have a pipeline that tells of customer groups (Options.IngestSecret); that is no part of the platform,
// and speaks to the bot as any such pipeline would. The simulator knows no rule of the bot and keeps nothing when the
// process ends.
package simulator

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options is what a simulator needs from outside. Now is required, everything else has a default.
type Options struct {
	// Now is the clock; every age and expiry is measured with it.
	Now func() time.Time
	// CallbackBase is the address below which the bot listens on /wecom/app and /wecom/bot, without a final slash.
	CallbackBase string
	// APIBase is the address under which the bot reaches API; it stands in the response_url of the smart bot's
	// callbacks. Empty is the platform's own address.
	APIBase string
	// IngestSecret signs what the company's archive pipeline posts: what is written in customer groups. Empty: the
	// company has no pipeline. IngestURL is where to; empty is /ingest/messages below CallbackBase.
	IngestSecret, IngestURL string
	// Client posts the callbacks. Empty is a client that follows no redirect.
	Client *http.Client
	// Rand makes tokens, nonces and message ids. Empty is the system's source.
	Rand io.Reader
	// Pause waits between two attempts of one callback. Empty waits for real.
	Pause func(ctx context.Context, d time.Duration) error
}

// Simulator is one simulated company. All its methods may be used from many goroutines at once.
type Simulator struct {
	opts   Options
	app    seal
	bot    seal
	events eventLine
	pipe   pipeline
	done   chan struct{}

	mu       sync.Mutex // guards everything below; never held while HTTP is spoken
	base     string
	apiBase  string
	world    World
	born     time.Time
	worldRev int64
	joined   map[string]time.Time // "group\x00user" → when, for those who came later
	closed   bool

	seq      int64
	shown    []*item
	sent     map[string]*callback
	sentIDs  []string
	tokens   map[string]*token
	codes    map[string]*code
	messages map[string]*message
	media    []*media // oldest first
	msgIDs   []string
	taskIDs  map[string]bool
	calls    map[string]int
	windows  map[string]*window
	faults   map[string]*fault
	once     map[string]time.Time
}

// New checks the world and returns its simulator. An error names what in the world does not fit.
func New(w World, o Options) (*Simulator, error) {
	if o.Now == nil {
		return nil, errors.New("start simulator: no clock")
	}
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("start simulator: %w", err)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	o.Rand = &lockedReader{r: o.Rand}
	if o.Client == nil {
		o.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	if o.APIBase == "" {
		o.APIBase = "https://qyapi.weixin.qq.com"
	}
	app, err := newSeal(w.App, w.Corp)
	if err != nil {
		return nil, fmt.Errorf("start simulator: keys of the app: %w", err)
	}
	bot, err := newSeal(w.Bot, "") // a company's own smart bot has an empty receiveid
	if err != nil {
		return nil, fmt.Errorf("start simulator: keys of the smart bot: %w", err)
	}
	s := &Simulator{
		opts: o, app: app, bot: bot, done: make(chan struct{}),
		base: strings.TrimRight(o.CallbackBase, "/"), apiBase: strings.TrimRight(o.APIBase, "/"),
		pipe:  pipeline{secret: []byte(o.IngestSecret)},
		world: w.clone(), born: o.Now(), worldRev: 1,
		joined: map[string]time.Time{}, sent: map[string]*callback{}, tokens: map[string]*token{},
		codes: map[string]*code{}, messages: map[string]*message{}, taskIDs: map[string]bool{},
		calls: map[string]int{}, windows: map[string]*window{}, faults: map[string]*fault{}, once: map[string]time.Time{},
	}
	return s, nil
}

// SetCallbackBase says where the bot listens, for callers that know it only after New.
func (s *Simulator) SetCallbackBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimRight(url, "/")
}

// SetAPIBase says where the bot reaches API, for callers that know it only after New.
func (s *Simulator) SetAPIBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apiBase = strings.TrimRight(url, "/")
}

// Close ends the streams of events that pages hold open, so that a server can shut down. It may be called again.
func (s *Simulator) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
}

// lockedReader lets many goroutines share a source of randomness that need not be safe for that.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return io.ReadFull(l.r, p)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// eventLine wakes everybody who waits for the next change.
type eventLine struct {
	mu   sync.Mutex
	next chan struct{}
}

func (e *eventLine) wait() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next == nil {
		e.next = make(chan struct{})
	}
	return e.next
}

func (e *eventLine) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next != nil {
		close(e.next)
		e.next = nil
	}
}
