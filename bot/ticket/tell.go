package ticket

import (
	"cmp"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// News is what is told of a complaint: that it was opened, or solved, at a moment.
type News struct {
	ID       string
	Solved   bool // else: opened
	Assigned bool // that it has become Assignee's, and nothing else
	Subject  string
	Customer string
	By       chat.User // who opened or solved it; empty where nobody of the company is known
	Assignee chat.User // whose it is from that moment on; empty: nothing is said of that
	At       time.Time
	Source   string
}

// Tell returns the events that news lead to, in the order of the news; what is known already leads to none, nor does what
// is in the totals. Of several moments told of one complaint the earliest counts, and of several people the latest, so
// that the order of telling does not matter. What it costs grows with the news, not with the book.
func (b Book) Tell(g chat.Group, s Totals, news ...News) ([]journal.Event, error) {
	next := map[string]Ticket{} // what has become of those that there are news of
	open, no, given := b.open, b.no, b.given
	var out []journal.Event
	for _, n := range news {
		old, stands := next[n.ID]
		if !stands {
			old, stands = b.tickets[n.ID]
		}
		t := old
		if !stands {
			if s.knows(n.ID) {
				continue
			}
			no++
			t = Ticket{ID: n.ID, No: no}
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
		switch {
		case n.Solved:
			e.Kind = Solved
		case n.Assigned:
			e.Kind = Assigned
		}
		var before *Ticket
		if stands {
			before = &old
		}
		e.Changes = []journal.Change{journal.Set(Of(g), Key(t.ID), before, &t)}
		if !stands {
			e.Changes = append(e.Changes, setOr(Of(g), LastKey, given, given.No > 0, last{no}))
			given = last{no}
		}
		next[n.ID] = t
		out = append(out, e)
	}
	return out, nil
}

// with is the complaint with news told of it.
func (t Ticket) with(n News) Ticket {
	at := n.At.UTC().Truncate(time.Second)
	switch {
	case n.Assigned:
	case n.Solved:
		if t.Solved.IsZero() || at.Before(t.Solved) {
			t.Solved, t.SolvedBy = at, n.By
		}
	case t.Opened.IsZero() || at.Before(t.Opened):
		t.Opened, t.By = at, n.By
		t.Subject, t.Customer = cmp.Or(Short(n.Subject), t.Subject), cmp.Or(n.Customer, t.Customer)
	}
	if n.Assignee != "" && (at.After(t.Assigned) || at.Equal(t.Assigned) && n.Assignee > t.Assignee) {
		t.Assignee, t.Assigned = n.Assignee, at
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
	events, err := b.Tell(g, Totals{}, News{ID: t.ID, Solved: true, By: by, At: at})
	if err != nil {
		return t, journal.Event{}, err
	}
	return t, events[0], nil
}

// Assign returns the event in which the open complaint that people call #no becomes somebody's.
func (b Book) Assign(g chat.Group, no int64, to chat.User, at time.Time) (Ticket, journal.Event, error) {
	t, ok := b.Numbered(no)
	switch {
	case !ok:
		return t, journal.Event{}, ErrUnknown
	case !t.Solved.IsZero():
		return t, journal.Event{}, ErrSolved
	case t.Assignee == to:
		return t, journal.Event{}, ErrTheirs
	}
	// Whoever assigns it now means now, whatever a helpdesk has said of a moment of this second.
	if !at.Truncate(time.Second).After(t.Assigned) {
		at = t.Assigned.Add(time.Second)
	}
	events, err := b.Tell(g, Totals{}, News{ID: t.ID, Assigned: true, Assignee: to, At: at})
	if err != nil {
		return t, journal.Event{}, err
	}
	events[0].Targets = []chat.User{to}
	return t, events[0], nil
}
