// Package ticket holds the complaints of a group: when each was opened, whose it is, and when it was solved. Other systems
// tell of them, and so do people in the chat. It promises that telling the same again changes nothing and that the order
// of telling does not matter: a complaint whose end is heard of before its beginning is whole in the end. What was solved
// long ago is kept as totals by day, so that what is read does not grow with the years. It knows nothing of how well a
// complaint was solved.
package ticket

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Kept is how long a complaint that was solved stays on the book; then it counts in the totals of its day. It is longer
// than what a trend looks back.
const Kept = 60 * 24 * time.Hour

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
	Assignee chat.User `json:"assignee,omitempty"`  // who is to solve it, if that was told
	Assigned time.Time `json:"assigned,omitzero"`   // when it became theirs
	Source   string    `json:"source,omitempty"`    // which system told of it; Chat
}

// Chat is the source of what people open in the chat.
const Chat = "chat"

// Due is when a complaint leaves the book: one that was solved, or one of which nobody has ever told more than whose it is.
func (t Ticket) Due() time.Time {
	switch {
	case !t.Solved.IsZero():
		return t.Solved.Add(Kept)
	case t.Opened.IsZero() && !t.Assigned.IsZero():
		return t.Assigned.Add(Kept)
	}
	return time.Time{}
}

// Open says whether it waits for a solution.
func (t Ticket) Open() bool { return !t.Opened.IsZero() && t.Solved.IsZero() }

// Whose says for whom it counts: for whoever it was assigned to, else for whoever solved it; nobody, where neither was
// told.
func (t Ticket) Whose() chat.User { return cmp.Or(t.Assignee, t.SolvedBy) }

// Of names the aggregate of a group's complaints.
func Of(g chat.Group) journal.Name { return journal.Named("ticket", string(g)) }

const (
	prefix = "ticket/"
	// LastKey is the record of the highest number that was given. Whoever takes back that a complaint was opened leaves it.
	LastKey = "last"
)

// Key is the record of a complaint.
func Key(id string) string { return prefix + id }

// last is the highest number that was given, so that none is given twice.
type last struct {
	No int64 `json:"no"`
}

// Book is the complaints of one group. It is immutable; the zero Book is empty.
type Book struct {
	tickets map[string]Ticket
	given   last
	no      int64 // the highest number
	open    int
}

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{tickets: make(map[string]Ticket, len(records))}
	for key, raw := range records {
		if key == LastKey {
			var err error
			if b.given, err = journal.Decode[last](raw); err != nil {
				return Book{}, err
			}
			b.no = max(b.no, b.given.No)
			continue
		}
		t, err := journal.Decode[Ticket](raw)
		if err != nil {
			return Book{}, err
		}
		if Key(t.ID) != key {
			return Book{}, fmt.Errorf("record %q of complaints is that of %q", key, t.ID)
		}
		b.tickets[t.ID], b.no = t, max(b.no, t.No)
		if t.Open() {
			b.open++
		}
	}
	return b, nil
}

// The kinds of events of this package.
const (
	Opened   journal.Kind = "ticket.opened"
	Assigned journal.Kind = "ticket.assigned"
	Solved   journal.Kind = "ticket.solved"
	// Settled says that a complaint has left the book for the totals of its day.
	Settled journal.Kind = "ticket.settled"
	// Forgotten says that the totals of a day are no longer kept; what the journal tells of them stays.
	Forgotten journal.Kind = "ticket.forgotten"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	byTime := chat.Text{ZH: "它按时间进行，审计里仍查得到。", EN: "It came by time; the journal still tells of it."}
	return []journal.Happening{
		{Kind: Opened, Text: chat.Text{ZH: "登记投诉", EN: "opened a complaint"}},
		{Kind: Assigned, Text: chat.Text{ZH: "指派投诉", EN: "assigned a complaint"}},
		{Kind: Solved, Text: chat.Text{ZH: "解决投诉", EN: "solved a complaint"}},
		{Kind: Settled, Text: chat.Text{ZH: "投诉归入当天合计", EN: "a solved complaint went into the totals of its day"}, Final: byTime},
		{Kind: Forgotten, Text: chat.Text{ZH: "投诉合计到期移出", EN: "old totals of complaints were dropped"}, Final: byTime},
	}
}

// The refusals of this package.
var (
	ErrUnknown = errors.New("there is no such complaint")
	ErrSolved  = errors.New("it is solved already")
	ErrFull    = errors.New("too many complaints are open")
	ErrTheirs  = errors.New("it is theirs already")
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

// Within returns the complaints on the book that were opened from a moment until another, exclusive, in no order.
func (b Book) Within(from, until time.Time) []Ticket {
	var out []Ticket
	for _, t := range b.tickets {
		if !t.Opened.IsZero() && !t.Opened.Before(from) && t.Opened.Before(until) {
			out = append(out, t)
		}
	}
	return out
}
