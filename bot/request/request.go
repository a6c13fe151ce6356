// Package request holds what people ask others to agree to: a right for a while, an act that needs a second person, the
// judgement on a broken glass. It promises that nobody decides a request of their own, or one about them, or twice, and
// that what is over stays over. It does not know who may decide: that is a matter of rights, asked by those who call it.
package request

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Sort is what is asked for.
type Sort string

// The sorts of request.
const (
	ForItem  Sort = "item"  // an item for a while
	ForLevel Sort = "level" // a level for a while
	ForAct   Sort = "act"   // a second person's consent to a command
	// ForReview asks whether an act that nobody was asked about before was right.
	ForReview Sort = "review"
)

// State is how far a request is.
type State string

// The states. Only an open request can be decided.
const (
	Waiting   State = "waiting" // opens by itself at From
	Open      State = "open"
	Approved  State = "approved"
	Rejected  State = "rejected"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
	// Moot says that things had moved on before anybody agreed.
	Moot State = "moot"
)

// Over says whether nothing more can come of it.
func (s State) Over() bool { return s != Open && s != Waiting }

// Request is one request. People know it by the number of the entry that opened it; the record does not know that
// number, since it exists only once the record is committed.
type Request struct {
	Code    string        `json:"code"` // the key of the record, made of the message that asked
	Sort    Sort          `json:"sort"`
	By      chat.User     `json:"by,omitempty"`  // who asks; zero: the bot
	For     []chat.User   `json:"for,omitempty"` // whom it is about: those who get, or lose, something
	Group   chat.Group    `json:"group,omitempty"`
	What    string        `json:"what,omitempty"`    // the item, the level
	Length  time.Duration `json:"length,omitzero"`   // of what is asked for; of an act, zero where its ends are named
	Command string        `json:"command,omitempty"` // of an act: as typed
	Needs   string        `json:"needs,omitempty"`   // of an act: the item that it needs
	Preview chat.Text     `json:"preview,omitzero"`  // of an act: what would change
	Impact  chat.Text     `json:"impact,omitzero"`   // of an act or a level: what it would make different
	Why     chat.Text     `json:"why,omitzero"`      // of an act: why a second person must agree
	Reason  string        `json:"reason,omitempty"`
	At      time.Time     `json:"at"`
	From    time.Time     `json:"from,omitzero"` // Waiting: when it opens
	Until   time.Time     `json:"until"`         // exclusive: it can be decided until then
	Need    int           `json:"need"`          // so many must agree
	Deny    int           `json:"deny"`          // so many who refuse end it
	Yes     []Verdict     `json:"yes,omitempty"`
	No      []Verdict     `json:"no,omitempty"`
	State   State         `json:"state"`
	Ended   time.Time     `json:"ended,omitzero"`
	Undoes  int64         `json:"undoes,omitempty"` // of an act: the entry that it takes back
	Events  []Event       `json:"events,omitempty"` // of an act: what is committed once a second person agrees
}

// Verdict is what one person says to a request.
type Verdict struct {
	Who    chat.User `json:"who"`
	For    chat.User `json:"for,omitempty"` // in whose place, while that one is away
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// people are those whose word it is.
func (v Verdict) people() []chat.User {
	if v.For == "" {
		return []chat.User{v.Who}
	}
	return []chat.User{v.Who, v.For}
}

// Due is when the request opens, or lapses; zero is never.
func (r Request) Due() time.Time {
	switch r.State {
	case Waiting:
		return r.From
	case Open:
		return r.Until
	}
	return time.Time{}
}

// The refusals of this package.
var (
	ErrUnknown = errors.New("no such request")
	ErrClosed  = errors.New("the request is over")
	ErrOwn     = errors.New("nobody decides their own request")
	ErrAbout   = errors.New("nobody decides a request about themselves")
	ErrTwice   = errors.New("the person has decided already")
	ErrEqual   = errors.New("an equal request is open")
)

// Book is the requests of one group, or of the company. The zero Book has none. Safe to share; it never changes.
type Book struct {
	requests map[string]Request
	records  map[string]json.RawMessage
}

// Of names the aggregate of a group's requests, of the zero group: of the company's.
func Of(g chat.Group) journal.Name { return journal.Named("request", string(g)) }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{requests: make(map[string]Request, len(records)), records: records}
	for key, raw := range records {
		r, err := journal.Decode[Request](raw)
		if err != nil {
			return Book{}, err
		}
		if r.Code != key {
			return Book{}, fmt.Errorf("record %q of requests is that of %q", key, r.Code)
		}
		b.requests[key] = r
	}
	return b, nil
}

// Get returns a request by its code.
func (b Book) Get(code string) (Request, bool) {
	r, ok := b.requests[code]
	return r, ok
}

// Settled says whether nobody need decide the request of a code any more.
func (b Book) Settled(code string) bool {
	r, ok := b.requests[code]
	return !ok || r.State.Over()
}

// All returns the requests that are not over, by time of asking.
func (b Book) All() []Request {
	var out []Request
	for _, r := range b.requests {
		if !r.State.Over() {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y Request) int {
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return strings.Compare(x.Code, y.Code)
	})
	return out
}

// ReviewWithin is how long a review waits for a judgement.
const ReviewWithin = 7 * 24 * time.Hour

// keepFor is how long a request that is over stays in the book, so that a late press on its card is answered with who
// decided. The journal keeps it for good.
const keepFor = 7 * 24 * time.Hour

// Open returns the event in which somebody asks. Requests that were over long ago leave the book with it.
func (b Book) Open(r Request) (journal.Event, error) {
	if _, twice := b.requests[r.Code]; twice || r.Code == "" {
		return journal.Event{}, fmt.Errorf("open request %q: it has no code of its own", r.Code)
	}
	for _, old := range b.All() {
		if old.State == Open && r.At.Before(old.Until) && old.equals(r) {
			return journal.Event{}, ErrEqual
		}
	}
	if r.State == "" {
		r.State = Open
	}
	e := b.event(Opened, r)
	for _, code := range b.codes() {
		if old := b.requests[code]; old.State.Over() && r.At.Sub(old.Ended) > keepFor {
			e.Changes = append(e.Changes, journal.Change{Of: Of(r.Group), Key: code, Before: b.records[code]})
		}
	}
	return e, nil
}

func (b Book) codes() []string {
	var out []string
	for code := range b.requests {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// equals says whether two requests ask for the same, whatever their reasons and lengths are.
func (r Request) equals(o Request) bool {
	if r.Sort != o.Sort || r.By != o.By || r.What != o.What || !slices.Equal(r.For, o.For) || len(r.Events) != len(o.Events) {
		return false
	}
	for i, e := range r.Events {
		if !e.equals(o.Events[i]) {
			return false
		}
	}
	return true
}

// MayDecide says whether a verdict can be given at all, whatever rights whoever gives it holds.
func (r Request) MayDecide(v Verdict) error {
	for _, u := range v.people() {
		switch {
		case u == r.By:
			return ErrOwn
		case slices.Contains(r.For, u):
			return ErrAbout
		}
	}
	if r.State != Open || !v.At.Before(r.Until) {
		return ErrClosed
	}
	for _, old := range slices.Concat(r.Yes, r.No) {
		for _, u := range v.people() {
			if slices.Contains(old.people(), u) {
				return ErrTwice
			}
		}
	}
	return nil
}

// Recount returns the book in which an open request counts only those words that still count, and needs at least need
// who agree: who has lost the right to decide has no word left, and a rule that has become stricter holds at once.
func (b Book) Recount(code string, need int, counts func(Verdict) bool) Book {
	r, ok := b.requests[code]
	if !ok || r.State != Open {
		return b
	}
	lost := func(v Verdict) bool { return !counts(v) }
	r.Yes, r.No = slices.DeleteFunc(slices.Clone(r.Yes), lost), slices.DeleteFunc(slices.Clone(r.No), lost)
	r.Need = max(r.Need, need)
	b.requests = maps.Clone(b.requests)
	b.requests[code] = r
	return b
}

// Decide returns the request as it is after a verdict, and the event that makes it so. What an approved request brings
// is the caller's to add.
func (b Book) Decide(code string, yes bool, v Verdict) (Request, journal.Event, error) {
	r, ok := b.requests[code]
	if !ok {
		return r, journal.Event{}, ErrUnknown
	}
	if err := r.MayDecide(v); err != nil {
		return r, journal.Event{}, err
	}
	kind := Voted
	if yes {
		r.Yes = append(slices.Clone(r.Yes), v)
	} else {
		r.No = append(slices.Clone(r.No), v)
	}
	switch {
	case len(r.Yes) >= r.Need:
		kind = Agreed
		r.State, r.Ended = Approved, v.At
	case len(r.No) >= r.Deny:
		kind = Refused
		r.State, r.Ended = Rejected, v.At
	}
	e := b.event(kind, r)
	e.Reason = v.Reason
	return r, e, nil
}

// Close returns the event in which a request ends without a verdict: withdrawn, expired or moot.
func (b Book) Close(code string, as State, now time.Time) (Request, journal.Event, error) {
	r, ok := b.requests[code]
	switch {
	case !ok:
		return r, journal.Event{}, ErrUnknown
	case r.State.Over():
		return r, journal.Event{}, ErrClosed
	}
	r.State, r.Ended = as, now
	kind := Lapsed
	if as == Withdrawn {
		kind = TakenBack
	}
	return r, b.event(kind, r), nil
}

// Begin returns the event in which a waiting request opens, with what is known only now.
func (b Book) Begin(code string, preview chat.Text, until time.Time) (Request, journal.Event, error) {
	r, ok := b.requests[code]
	switch {
	case !ok:
		return r, journal.Event{}, ErrUnknown
	case r.State != Waiting:
		return r, journal.Event{}, ErrClosed
	}
	r.State, r.Preview, r.Until = Open, preview, until
	return r, b.event(Opened, r), nil
}

// Hasten returns the event that lets a waiting request about somebody open at once; ok is false if none waits.
func (b Book) Hasten(about chat.User, now time.Time) (e journal.Event, ok bool) {
	for _, r := range b.All() {
		if r.State == Waiting && slices.Contains(r.For, about) && now.Before(r.From) {
			r.From = now
			return b.event(Opened, r), true
		}
	}
	return journal.Event{}, false
}

func (b Book) event(kind journal.Kind, r Request) journal.Event {
	c := journal.Set(Of(r.Group), r.Code, nil, &r)
	c.Before = bytes.Clone(b.records[r.Code])
	e := journal.Event{Kind: kind, Group: r.Group, Targets: r.targets(), Reason: r.Reason, Changes: []journal.Change{c}}
	switch r.Sort {
	case ForItem:
		e.Items = []string{r.What}
	case ForLevel:
		e.Items = []string{"admins"}
	case ForAct:
		e.Items = r.items()
	case ForReview:
	}
	return e
}

func (r Request) targets() []chat.User {
	if len(r.For) > 0 || r.By == "" {
		return r.For
	}
	return []chat.User{r.By}
}

func (r Request) items() []string {
	var out []string
	for _, e := range r.Events {
		for _, i := range e.Items {
			if !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	return out
}
