package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// Ticket is what a line of POST /ingest/tickets tells of a complaint.
type Ticket struct {
	ID       string
	Group    chat.Group
	Solved   bool // else: opened
	Assigned bool // that it has become Assignee's, and nothing else
	Subject  string
	Customer string
	By       chat.User // of the company; may be empty
	Assignee chat.User // whose it is; may be empty
	At       time.Time
	Line     int // of the body
}

// Refused says that a batch cannot be taken in as it is, and for which line. The text is for whoever posted it.
type Refused struct {
	Line        int
	Field, Text string
}

func (r Refused) Error() string { return (&fault{line: r.Line, field: r.Field, text: r.Text}).Error() }

// TicketConfig is everything the endpoint for tickets must be told.
type TicketConfig struct {
	// Secrets that a batch may be signed with, as in Config.
	Secrets []string
	// Tell takes the tickets in, all or none, and returns nil once they are kept. The same may come again, in any order.
	// An error that is Refused is answered with its text.
	Tell func(context.Context, []Ticket) error
	Now  func() time.Time
	Log  *zap.Logger // nil: nothing is logged
}

// Tickets serves the endpoint by which a helpdesk tells of complaints. It is safe for concurrent use.
type Tickets struct {
	c TicketConfig
	door
}

// NewTickets checks c.
func NewTickets(c TicketConfig) (*Tickets, error) {
	if len(c.Secrets) == 0 || c.Secrets[0] == "" {
		return nil, errors.New("ingest.secret: missing")
	}
	if c.Tell == nil || c.Now == nil {
		return nil, errors.New("ingest: nobody to tell of tickets, or no clock")
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return &Tickets{c, door{secrets: c.Secrets, now: c.Now, held: new(atomic.Int64), log: c.Log, what: "tickets"}}, nil
}

// mostTickets is how many tickets one batch holds: it is kept whole, in as many entries as it names groups.
const mostTickets = 1000

// ServeHTTP takes in one batch; it answers as that of messages does.
func (t *Tickets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := t.take(w, r)
	t.close(w, n, err)
}

func (t *Tickets) take(w http.ResponseWriter, r *http.Request) (int, error) {
	body, now, err := t.open(w, r)
	if err != nil {
		return 0, err
	}
	tickets, err := readLines(body, func(n int, line string) (Ticket, error) {
		told, err := readTicket(line, now)
		told.Line = n
		return told, err
	})
	if err != nil {
		return 0, err
	}
	if len(tickets) > mostTickets {
		return 0, &refusal{status: http.StatusRequestEntityTooLarge,
			reason: fmt.Sprintf("the body holds more than %d tickets; post it in parts, cut between lines", mostTickets)}
	}
	ctx, cancel := context.WithTimeout(r.Context(), hearWithin)
	defer cancel()
	err = t.c.Tell(ctx, tickets)
	if no := (Refused{}); errors.As(err, &no) {
		return 0, &refusal{status: http.StatusBadRequest, reason: no.Error(), at: &fault{line: no.Line, field: no.Field, text: no.Text}}
	}
	if err != nil {
		return 0, t.notKept(err)
	}
	return len(tickets), nil
}

// told of a ticket, as it is written.
type toldTicket struct {
	id, group, state, subject, customer, by, assignee string

	at json.RawMessage
}

func (t *toldTicket) field(key string) any {
	switch key {
	case "id":
		return &t.id
	case "group":
		return &t.group
	case "state":
		return &t.state
	case "subject":
		return &t.subject
	case "customer":
		return &t.customer
	case "by":
		return &t.by
	case "assignee":
		return &t.assignee
	case "at":
		return &t.at
	}
	return nil
}

func (t *toldTicket) known() (keys, values string) {
	return "id, group, state, at, subject, customer, by, assignee", "at is a text or a number, all others are texts"
}

// readTicket reads one line. Its error is always a *fault without its number.
func readTicket(line string, now time.Time) (Ticket, error) {
	var t toldTicket
	if err := readLine(line, &t); err != nil {
		return Ticket{}, err
	}
	for _, id := range []struct {
		field, value string
		needed       bool
	}{{"id", t.id, true}, {"group", t.group, true}, {"customer", t.customer, false}, {"by", t.by, false}, {"assignee", t.assignee, t.state == "assigned"}} {
		if err := checkID(id.field, id.value, id.needed); err != nil {
			return Ticket{}, err
		}
	}
	out := Ticket{
		ID: t.id, Group: chat.Group(t.group), Subject: strings.TrimSpace(chat.Clean(t.subject)), Customer: t.customer, By: chat.User(t.by),
		Assignee: chat.User(t.assignee),
	}
	switch t.state {
	case "opened":
	case "solved":
		out.Solved = true
	case "assigned":
		out.Assigned = true
	default:
		return Ticket{}, &fault{field: "state", text: "write opened, assigned or solved"}
	}
	var err error
	out.At, err = moment(t.at, now)
	return out, err
}
