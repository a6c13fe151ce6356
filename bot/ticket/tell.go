package ticket

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// News is what is told of a complaint: that it was opened, or solved, at a moment.
type News struct {
	ID       string
	Solved   bool // else: opened
	Subject  string
	Customer string
	By       chat.User // who opened or solved it; empty where nobody of the company is known
	At       time.Time
	Source   string
}

// Tell returns the events that news lead to, in the order of the news; what is known already leads to none. Of several
// moments told of one complaint the earliest counts, so that the order of telling does not matter.
func (b Book) Tell(g chat.Group, news ...News) ([]journal.Event, error) {
	next := Book{tickets: maps.Clone(b.tickets)}
	if next.tickets == nil {
		next.tickets = map[string]Ticket{}
	}
	open, last := len(b.Waiting()), next.lastNo()
	var out []journal.Event
	for _, n := range news {
		old, stands := next.tickets[n.ID]
		t := old
		if !stands {
			last++
			t = Ticket{ID: n.ID, No: last}
		}
		if t = t.with(n); t == old {
			continue
		}
		if t.Open() && !old.Open() {
			if open++; open > MostOpen {
				return nil, ErrFull
			}
		}
		if old.Open() && !t.Open() {
			open--
		}
		e := journal.Event{Kind: Opened, Group: g, Reason: t.Subject}
		if n.Solved {
			e.Kind = Solved
		}
		var before *Ticket
		if stands {
			before = &old
		}
		e.Changes = []journal.Change{journal.Set(Of(g), Key(t.ID), before, &t)}
		next.tickets[n.ID] = t
		out = append(out, e)
	}
	return out, nil
}

func (b Book) lastNo() int64 {
	last := int64(0)
	for _, t := range b.tickets {
		last = max(last, t.No)
	}
	return last
}

// with is the complaint with news told of it.
func (t Ticket) with(n News) Ticket {
	at := n.At.UTC().Truncate(time.Second)
	if n.Solved {
		if t.Solved.IsZero() || at.Before(t.Solved) {
			t.Solved, t.SolvedBy = at, n.By
		}
	} else if t.Opened.IsZero() || at.Before(t.Opened) {
		t.Opened, t.By = at, n.By
		t.Subject, t.Customer = cmp.Or(Short(n.Subject), t.Subject), cmp.Or(n.Customer, t.Customer)
	}
	t.Subject, t.Customer = cmp.Or(t.Subject, Short(n.Subject)), cmp.Or(t.Customer, n.Customer)
	t.Source = cmp.Or(t.Source, n.Source)
	return t
}

// Short is a subject as the book keeps it: one line, cut.
func Short(subject string) string {
	r := []rune(strings.Join(strings.Fields(subject), " "))
	if len(r) > MaxSubject {
		return string(r[:MaxSubject-1]) + "…"
	}
	return string(r)
}

// Solve returns the event in which the complaint that people call #no is solved.
func (b Book) Solve(g chat.Group, no int64, by chat.User, at time.Time) (Ticket, journal.Event, error) {
	t, ok := b.Numbered(no)
	switch {
	case !ok:
		return t, journal.Event{}, ErrUnknown
	case !t.Solved.IsZero():
		return t, journal.Event{}, ErrSolved
	}
	events, err := b.Tell(g, News{ID: t.ID, Solved: true, By: by, At: at})
	if err != nil {
		return t, journal.Event{}, err
	}
	return t, events[0], nil
}
