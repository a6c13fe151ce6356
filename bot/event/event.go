// Package event holds the big events of a group: a holiday, a launch, a fair, for which its admins want to be ready. It
// promises when to remind of one, and that each reminder is due once; it knows nobody's rights and sends nothing.
package event

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

// Event is one big event. Until is exclusive.
type Event struct {
	Name  string    `json:"name"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	By    chat.User `json:"by"`
	At    time.Time `json:"at"`
	// Next is when somebody must be reminded next; zero: no more.
	Next time.Time `json:"next,omitzero"`
}

// Due is when the reminder must come; zero is never.
func (e Event) Due() time.Time { return e.Next }

// DaysBefore are how many days before an event its group's people are reminded (R43), and Hour is when, on the clock
// of the group's zone.
var DaysBefore = []int{7, 1}

// Hour is the hour of the day at which reminders come.
const Hour = 9

// Longest is how long an event may be: as much as one rehearsal shows.
const Longest = 31 * 24 * time.Hour

// The refusals of this package.
var (
	ErrOver      = errors.New("the event is over")
	ErrBackwards = errors.New("it ends before it begins")
	ErrLong      = errors.New("the event is too long")
	ErrUnknown   = errors.New("no such event")
	ErrSame      = errors.New("the event is so already")
)

// Book is the events of one group. The zero Book has none. Safe to share; it never changes.
type Book struct{ events map[string]Event }

// Of names the aggregate of a group's events.
func Of(g chat.Group) journal.Name { return journal.Named("event", string(g)) }

const prefix = "event/"

// Key is the record of an event.
func Key(name string) string { return prefix + name }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{events: make(map[string]Event, len(records))}
	for key, raw := range records {
		if !strings.HasPrefix(key, prefix) {
			return Book{}, fmt.Errorf("unknown record %q of events", key)
		}
		e, err := journal.Decode[Event](raw)
		if err != nil {
			return Book{}, err
		}
		b.events[e.Name] = e
	}
	return b, nil
}

// All lists the events by their beginning.
func (b Book) All() []Event {
	var out []Event
	for _, e := range b.events {
		out = append(out, e)
	}
	slices.SortFunc(out, func(x, y Event) int { return cmp.Or(x.From.Compare(y.From), strings.Compare(x.Name, y.Name)) })
	return out
}

// Named is the event of a name.
func (b Book) Named(name string) (Event, bool) {
	e, ok := b.events[name]
	return e, ok
}

// The kinds of events in which a group's big events change.
const (
	Added    journal.Kind = "event.added"
	Removed  journal.Kind = "event.removed"
	Reminded journal.Kind = "event.reminded"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{
		{Kind: Added, Text: chat.Text{ZH: "记下大事", EN: "noted a big event"}},
		{Kind: Removed, Text: chat.Text{ZH: "删除大事", EN: "removed a big event"}},
		{Kind: Reminded, Text: chat.Text{ZH: "大事提醒已发出", EN: "reminded of a big event"}, Final: chat.Text{
			ZH: "它记的是已发出的提醒。", EN: "It tells that a reminder was sent."}},
	}
}

// Add returns the event in which a big event is noted; one of the same name gets other dates. The location of e.From is
// the zone on whose clock reminders come. By, At and Next are filled in.
func (b Book) Add(g chat.Group, e Event, by chat.User, now time.Time) (journal.Event, error) {
	switch {
	case !e.From.Before(e.Until):
		return journal.Event{}, ErrBackwards
	case !now.Before(e.Until):
		return journal.Event{}, ErrOver
	case e.Until.Sub(e.From) > Longest:
		return journal.Event{}, ErrLong
	}
	e.By, e.At, e.Next = by, now.UTC(), NextReminder(e.From, now)
	e.From, e.Until = e.From.UTC(), e.Until.UTC()
	var before *Event
	if old, ok := b.events[e.Name]; ok {
		if old.From.Equal(e.From) && old.Until.Equal(e.Until) {
			return journal.Event{}, ErrSame
		}
		before = &old
	}
	return b.set(Added, g, e.Name, before, &e), nil
}

// Remove returns the event in which a big event is forgotten, with its reminders.
func (b Book) Remove(g chat.Group, name string) (journal.Event, error) {
	old, ok := b.events[name]
	if !ok {
		return journal.Event{}, ErrUnknown
	}
	return b.set(Removed, g, name, &old, nil), nil
}

// Remind returns the event in which the reminder of a record has come; ok is false if none is due. Of several that were
// missed only one comes. zone is that of the clock by which reminders come. Not implied: that the big event is still to
// come, when the reminder is late.
func (b Book) Remind(g chat.Group, key string, now time.Time, zone *time.Location) (out journal.Event, ok bool) {
	old, known := b.events[strings.TrimPrefix(key, prefix)]
	if !known || old.Next.IsZero() || now.Before(old.Next) {
		return journal.Event{}, false
	}
	next := old
	next.Next = NextReminder(old.From.In(zone), now)
	return b.set(Reminded, g, old.Name, &old, &next), true
}

// NextReminder is the first moment after now at which to remind of what begins at from; zero if there is none.
func NextReminder(from, now time.Time) time.Time {
	var next time.Time
	for _, days := range DaysBefore {
		y, m, d := from.AddDate(0, 0, -days).Date()
		at := time.Date(y, m, d, Hour, 0, 0, 0, from.Location())
		if at.After(now) && at.Before(from) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next.UTC()
}

func (b Book) set(kind journal.Kind, g chat.Group, name string, before, after *Event) journal.Event {
	return journal.Event{
		Kind: kind, Group: g, Items: []string{"duty"}, Changes: []journal.Change{journal.Set(Of(g), Key(name), before, after)},
	}
}
