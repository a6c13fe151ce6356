// Package preference holds how each person wants to be told things: which sorts of notification they have switched off,
// and the hours of the day in which they are not to be disturbed. It promises that whoever has set nothing hears
// everything at once, and that quiet hours follow the clock on the wall; it knows nothing of what is told, and what must
// reach somebody all the same is for whoever tells it.
package preference

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

// Book is what one person has set. It is immutable; the zero Book has everything on and no quiet hours.
type Book struct {
	off   map[chat.Class]Switch
	quiet *Quiet
}

// Switch is one sort of notification that somebody has switched off.
type Switch struct {
	Class chat.Class `json:"class"`
	At    time.Time  `json:"at"`
}

// Classes are the sorts that can be switched, in the order in which people read them.
func Classes() []chat.Class {
	return []chat.Class{chat.OfDuty, chat.OfRoster, chat.OfWaiting, chat.OfRights, chat.OfRequests, chat.OfDigest, chat.OfSystem}
}

// Of names the aggregate of a person's preferences. They hold in the whole company.
func Of(u chat.User) journal.Name { return journal.Named("prefs", string(u)) }

const (
	offPrefix = "off/"
	quietKey  = "quiet"
)

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{off: map[chat.Class]Switch{}}
	for key, raw := range records {
		if key == quietKey {
			q, err := journal.Decode[Quiet](raw)
			if err != nil {
				return Book{}, err
			}
			b.quiet = &q
			continue
		}
		s, err := journal.Decode[Switch](raw)
		if err != nil {
			return Book{}, err
		}
		if class, ok := strings.CutPrefix(key, offPrefix); !ok || chat.Class(class) != s.Class {
			return Book{}, fmt.Errorf("unknown record %q of preferences", key)
		}
		b.off[s.Class] = s
	}
	return b, nil
}

// Wants says whether the person hears of a sort of notification.
func (b Book) Wants(c chat.Class) bool {
	_, off := b.off[c]
	return !off
}

// Quiet is the person's quiet hours; ok is false if they have none.
func (b Book) Quiet() (q Quiet, ok bool) {
	if b.quiet == nil {
		return Quiet{}, false
	}
	return *b.quiet, true
}

// QuietUntil is when the quiet hours end in which now lies; ok is false if it lies in none.
func (b Book) QuietUntil(now time.Time, zone *time.Location) (until time.Time, ok bool) {
	if b.quiet == nil {
		return time.Time{}, false
	}
	return b.quiet.End(now, zone)
}

// The kinds of events of this package.
const (
	SwitchedOff journal.Kind = "preference.off"
	SwitchedOn  journal.Kind = "preference.on"
	Hushed      journal.Kind = "preference.quiet" // quiet hours were set, or moved
	Unhushed    journal.Kind = "preference.loud"  // quiet hours were given up
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return []journal.Happening{
		{Kind: SwitchedOff, Text: chat.Text{ZH: "关闭一类通知", EN: "switched a sort of notification off"}},
		{Kind: SwitchedOn, Text: chat.Text{ZH: "打开一类通知", EN: "switched a sort of notification on"}},
		{Kind: Hushed, Text: chat.Text{ZH: "设置免打扰时段", EN: "set quiet hours"}},
		{Kind: Unhushed, Text: chat.Text{ZH: "取消免打扰时段", EN: "gave up quiet hours"}},
	}
}

// The refusals of this package.
var (
	// ErrSame says that it is set so already.
	ErrSame = errors.New("it is set so already")
	// ErrWholeDay says that quiet hours would never end.
	ErrWholeDay = errors.New("quiet hours have no end")
)

// Switch is the event in which a person switches a sort of notification on or off.
func (b Book) Switch(who chat.User, c chat.Class, on bool, now time.Time) (journal.Event, error) {
	if !slices.Contains(Classes(), c) {
		return journal.Event{}, fmt.Errorf("switch notifications: no such sort %q", c)
	}
	old, off := b.off[c]
	switch {
	case on != off:
		return journal.Event{}, ErrSame
	case on:
		return event(SwitchedOn, who, journal.Set[Switch](Of(who), offPrefix+string(c), &old, nil)), nil
	}
	return event(SwitchedOff, who, journal.Set(Of(who), offPrefix+string(c), nil, &Switch{Class: c, At: now.UTC()})), nil
}

// Hush is the event in which a person sets their quiet hours.
func (b Book) Hush(who chat.User, q Quiet) (journal.Event, error) {
	switch {
	case b.quiet != nil && *b.quiet == q:
		return journal.Event{}, ErrSame
	case q.From == q.To:
		return journal.Event{}, ErrWholeDay
	}
	return event(Hushed, who, journal.Set(Of(who), quietKey, b.quiet, &q)), nil
}

// Unhush is the event in which a person gives up their quiet hours.
func (b Book) Unhush(who chat.User) (journal.Event, error) {
	if b.quiet == nil {
		return journal.Event{}, ErrSame
	}
	return event(Unhushed, who, journal.Set[Quiet](Of(who), quietKey, b.quiet, nil)), nil
}

func event(kind journal.Kind, who chat.User, c journal.Change) journal.Event {
	return journal.Event{Kind: kind, Targets: []chat.User{who}, Changes: []journal.Change{c}}
}
