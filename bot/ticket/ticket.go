// Package ticket holds the complaints of a group: when each was opened, and when it was solved. Other systems tell of
// them, and so do people in the chat. It promises that telling the same again changes nothing and that the order of
// telling does not matter: a complaint whose end is heard of before its beginning is whole in the end. It knows nothing
// of how well a complaint was solved.
package ticket

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Kept is how long a complaint that was solved stays on the book; the journal keeps it longer.
const Kept = 400 * 24 * time.Hour

// MostOpen is how many open complaints one book holds. A helpdesk that opens more and solves none is broken.
const MostOpen = 1000

// MaxSubject is how many characters of a subject are kept.
const MaxSubject = 60

// Ticket is one complaint. Opened is zero as long as only its end has been heard of, Solved while it is open.
type Ticket struct {
	ID       string    `json:"id"` // as its source names it
	No       int64     `json:"no"` // as people of the group name it: #3
	Subject  string    `json:"subject,omitempty"`
	Customer string    `json:"customer,omitempty"` // whose it is, as the source names them
	Opened   time.Time `json:"opened,omitzero"`
	Solved   time.Time `json:"solved,omitzero"`
	By       chat.User `json:"by,omitempty"`        // who opened it in the chat
	SolvedBy chat.User `json:"solved_by,omitempty"` // who solved it, if anybody of the company is known
	Source   string    `json:"source,omitempty"`    // which system told of it; Chat
}

// Chat is the source of what people open in the chat.
const Chat = "chat"

// Due is when a complaint that was solved leaves the book.
func (t Ticket) Due() time.Time {
	if t.Solved.IsZero() {
		return time.Time{}
	}
	return t.Solved.Add(Kept)
}

// Open says whether it waits for a solution.
func (t Ticket) Open() bool { return !t.Opened.IsZero() && t.Solved.IsZero() }

// Of names the aggregate of a group's complaints.
func Of(g chat.Group) journal.Name { return journal.Named("ticket", string(g)) }

const prefix = "ticket/"

// Key is the record of a complaint.
func Key(id string) string { return prefix + id }

// Book is the complaints of one group. It is immutable; the zero Book is empty.
type Book struct{ tickets map[string]Ticket }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{tickets: make(map[string]Ticket, len(records))}
	for key, raw := range records {
		t, err := journal.Decode[Ticket](raw)
		if err != nil {
			return Book{}, err
		}
		if Key(t.ID) != key {
			return Book{}, fmt.Errorf("record %q of complaints is that of %q", key, t.ID)
		}
		b.tickets[t.ID] = t
	}
	return b, nil
}

// The kinds of events of this package.
const (
	Opened journal.Kind = "ticket.opened"
	Solved journal.Kind = "ticket.solved"
	// Forgotten says that a complaint has left the book; what the journal tells of it stays.
	Forgotten journal.Kind = "ticket.forgotten"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{
		{Kind: Opened, Text: chat.Text{ZH: "登记投诉", EN: "opened a complaint"}},
		{Kind: Solved, Text: chat.Text{ZH: "解决投诉", EN: "solved a complaint"}},
		{Kind: Forgotten, Text: chat.Text{ZH: "投诉记录到期移出", EN: "a solved complaint left the book"}, Final: chat.Text{
			ZH: "它按时间移出，审计里仍查得到。", EN: "It left by time; the journal still tells of it."}},
	}
}

// The refusals of this package.
var (
	ErrUnknown = errors.New("there is no such complaint")
	ErrSolved  = errors.New("it is solved already")
	ErrFull    = errors.New("too many complaints are open")
)

// All returns the complaints, by number.
func (b Book) All() []Ticket {
	out := make([]Ticket, 0, len(b.tickets))
	for _, t := range b.tickets {
		out = append(out, t)
	}
	slices.SortFunc(out, func(x, y Ticket) int {
		if x.No != y.No {
			return int(x.No - y.No)
		}
		return strings.Compare(x.ID, y.ID)
	})
	return out
}

// Waiting returns the open complaints, those that wait longest first.
func (b Book) Waiting() []Ticket {
	out := slices.DeleteFunc(b.All(), func(t Ticket) bool { return !t.Open() })
	slices.SortStableFunc(out, func(x, y Ticket) int { return x.Opened.Compare(y.Opened) })
	return out
}

// Numbered returns the complaint that people call #no.
func (b Book) Numbered(no int64) (Ticket, bool) {
	for _, t := range b.tickets {
		if t.No == no {
			return t, true
		}
	}
	return Ticket{}, false
}

// Tally counts the complaints that were opened in a period, and those among them that are solved by now.
type Tally struct{ Opened, Solved int }

// Count tallies the complaints that were opened from a moment until another, exclusive.
func (b Book) Count(from, until time.Time) Tally {
	var out Tally
	for _, t := range b.tickets {
		if t.Opened.IsZero() || t.Opened.Before(from) || !t.Opened.Before(until) {
			continue
		}
		out.Opened++
		if !t.Solved.IsZero() {
			out.Solved++
		}
	}
	return out
}

// Forget takes a complaint off the book whose time is over; ok is false if there is none.
func (b Book) Forget(g chat.Group, key string, now time.Time) (e journal.Event, ok bool) {
	t, stands := b.tickets[strings.TrimPrefix(key, prefix)]
	if !stands || t.Solved.IsZero() || now.Before(t.Due()) {
		return journal.Event{}, false
	}
	return journal.Event{Kind: Forgotten, Group: g, Changes: []journal.Change{journal.Set[Ticket](Of(g), key, &t, nil)}}, true
}
