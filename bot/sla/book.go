package sla

import (
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

// Of names the aggregate of a group's settings and alerts. Its clock is none: messages are no acts.
func Of(g chat.Group) journal.Name { return journal.Named("sla", string(g)) }

// Outside is what becomes of the time outside duty hours.
type Outside string

// The choices. The zero Outside leaves it to the company.
const (
	Pauses Outside = "pause" // it does not count
	Counts Outside = "count" // it counts like any other
)

// Settings are what a group wants otherwise than its size and the company say. The zero Settings want nothing.
type Settings struct {
	Limit   time.Duration `json:"limit,omitempty"` // to a first response; 0: by the group's size
	Outside Outside       `json:"outside,omitempty"`
	VIP     bool          `json:"vip,omitempty"` // its customers come first
	By      chat.User     `json:"by,omitempty"`
	At      time.Time     `json:"at,omitzero"`
}

const (
	settingsKey = "settings"
	alertPrefix = "alert/"
)

// Book is the settings of a group and the alerts about its customers. It is immutable; the zero Book is empty.
type Book struct {
	Settings Settings
	set      bool
	alerts   map[string]Alert
}

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	var b Book
	for key, raw := range records {
		switch {
		case key == settingsKey:
			s, err := journal.Decode[Settings](raw)
			if err != nil {
				return Book{}, err
			}
			b.Settings, b.set = s, true
		case strings.HasPrefix(key, alertPrefix):
			a, err := journal.Decode[Alert](raw)
			if err == nil && a.Key() != key {
				err = fmt.Errorf("record %q of response times is that of %q", key, a.Key())
			}
			if err != nil {
				return Book{}, err
			}
			if b.alerts == nil {
				b.alerts = map[string]Alert{}
			}
			b.alerts[key] = a
		default:
			return Book{}, fmt.Errorf("unknown record %q of response times", key)
		}
	}
	return b, nil
}

// Alerted says whether an alert is open.
func (b Book) Alerted() bool {
	_, open := b.Alert("")
	return open
}

// keys are the records of alerts, by when their customers wrote.
func (b Book) keys() []string { return slices.Sorted(maps.Keys(b.alerts)) }

// Set is the kind of event in which a group's settings change.
const Set journal.Kind = "sla.set"

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return append(alertHappenings(), journal.Happening{Kind: Set, Text: chat.Text{ZH: "设定响应时限", EN: "set the response times"}})
}

// The refusals of this package.
var (
	ErrLimit  = errors.New("the limit is not between a minute and a day")
	ErrStands = errors.New("it stands so already")
)

// Change returns the event in which the group gets other settings. Who and when are filled in.
func (b Book) Change(g chat.Group, next Settings, by chat.User, at time.Time) (journal.Event, error) {
	if next.Limit != 0 && (next.Limit < time.Minute || next.Limit > 24*time.Hour) {
		return journal.Event{}, ErrLimit
	}
	same := b.Settings
	same.By, same.At = next.By, next.At
	if same == next {
		return journal.Event{}, ErrStands
	}
	next.By, next.At = by, at
	var before *Settings
	if b.set {
		before = &b.Settings
	}
	return journal.Event{Kind: Set, Group: g, Items: []string{"duty"}, Changes: []journal.Change{
		journal.Set(Of(g), settingsKey, before, &next),
	}}, nil
}
