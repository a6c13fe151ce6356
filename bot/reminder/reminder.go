// Package reminder holds what those concerned should be told before a right ends: of a temporary role, an activation,
// a timed exception, a scene. It promises one reminder an end, never one that lies in the past, and knows nothing of
// what the right is about: the record itself tells that when the moment has come.
package reminder

import (
	"encoding/json"
	"fmt"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Lead is how long before its end something is spoken of, for what lasts at least so long.
type Lead struct{ Least, Before time.Duration }

// Leads are the defaults, longest first. What is shorter than all of them ends without a reminder.
var Leads = []Lead{
	{Least: 72 * time.Hour, Before: 24 * time.Hour},
	{Least: 4 * time.Hour, Before: time.Hour},
	{Least: 30 * time.Minute, Before: 10 * time.Minute},
}

// Reminder is one end that will be spoken of. It stands under the key of the record that ends.
type Reminder struct {
	Record string    `json:"record"`
	Who    chat.User `json:"who,omitempty"` // whose right it is; empty for one of everybody
	By     chat.User `json:"by,omitempty"`  // who gave it
	Until  time.Time `json:"until"`         // when it ends, exclusive
	Remind time.Time `json:"remind"`        // when to speak of it
}

// Due is when to speak of it.
func (r Reminder) Due() time.Time { return r.Remind }

// Of names the aggregate of a group's reminders.
func Of(g chat.Group) journal.Name { return journal.Named("reminder", string(g)) }

// Plan is when to speak of an end: by the longest lead that fits how long the right lasts and is not over yet. ok is
// false if there is none.
func Plan(from, until, now time.Time) (remind time.Time, ok bool) {
	for _, l := range Leads {
		if at := until.Add(-l.Before); until.Sub(from) >= l.Least && at.After(now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// Book is the reminders of one group. It is immutable; the zero Book has none.
type Book struct{ reminders map[string]Reminder }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{reminders: make(map[string]Reminder, len(records))}
	for key, raw := range records {
		r, err := journal.Decode[Reminder](raw)
		if err != nil {
			return Book{}, err
		}
		if r.Record != key {
			return Book{}, fmt.Errorf("record %q of reminders is that of %q", key, r.Record)
		}
		b.reminders[key] = r
	}
	return b, nil
}

// The kinds of events of this package.
const (
	Planned   journal.Kind = "reminder.planned"
	Withdrawn journal.Kind = "reminder.withdrawn"
	// Reminded says that those concerned were told.
	Reminded journal.Kind = "reminder.sent"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	said := chat.Text{ZH: "提醒不改变任何权限。", EN: "A reminder changes nobody's rights."}
	return []journal.Happening{
		{Kind: Planned, Text: chat.Text{ZH: "安排到期提醒", EN: "planned a reminder"}, Final: said},
		{Kind: Withdrawn, Text: chat.Text{ZH: "取消到期提醒", EN: "withdrew a reminder"}, Final: said},
		{Kind: Reminded, Text: chat.Text{ZH: "到期提醒", EN: "was reminded of an end"}, Final: said},
	}
}

// Set plans a reminder, or moves the one about the same record; ok is false if it stands so already.
func (b Book) Set(g chat.Group, r Reminder) (e journal.Event, ok bool) {
	old, stands := b.reminders[r.Record]
	if stands && old == r {
		return journal.Event{}, false
	}
	var before *Reminder
	if stands {
		before = &old
	}
	return event(Planned, g, journal.Set(Of(g), r.Record, before, &r)), true
}

// Drop takes the reminder about a record off the book; ok is false if there is none.
func (b Book) Drop(g chat.Group, record string) (e journal.Event, ok bool) {
	return b.gone(Withdrawn, g, record)
}

// Come is the event in which those concerned are told of an end that is near; ok is false if there is no reminder, if
// its moment has not come, or the end itself has.
func (b Book) Come(g chat.Group, record string, now time.Time) (e journal.Event, ok bool) {
	if r := b.reminders[record]; now.Before(r.Remind) || !now.Before(r.Until) {
		return journal.Event{}, false
	}
	return b.gone(Reminded, g, record)
}

func (b Book) gone(kind journal.Kind, g chat.Group, record string) (journal.Event, bool) {
	old, stands := b.reminders[record]
	if !stands {
		return journal.Event{}, false
	}
	e := event(kind, g, journal.Set[Reminder](Of(g), record, &old, nil))
	if kind == Reminded && old.Who != "" {
		e.Targets = []chat.User{old.Who}
	}
	return e, true
}

func event(kind journal.Kind, g chat.Group, c journal.Change) journal.Event {
	return journal.Event{Kind: kind, Group: g, Changes: []journal.Change{c}}
}
