// Package digest holds what managers are told without asking: suspicious acts at once, and everything that needs their
// eyes in one message a week. It promises that the same is told once, and that where there is nothing to say nothing is
// said. It reads nothing: what happened is given to it.
package digest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Suspects names the aggregate of suspicions that were told; a company has one.
const Suspects journal.Name = "suspects"

const suspectPrefix = "suspect/"

// keptSuspicion is how long it is remembered that something was told.
const keptSuspicion = 30 * 24 * time.Hour

// Book is what was told. It is immutable; the zero Book has told nothing.
type Book struct{ told map[string]Suspicion }

// BuildSuspects makes a Book of its records.
func BuildSuspects(records map[string]json.RawMessage) (Book, error) {
	b := Book{told: make(map[string]Suspicion, len(records))}
	for key, raw := range records {
		s, err := journal.Decode[Suspicion](raw)
		if err != nil {
			return Book{}, err
		}
		if s.Key() != key {
			return Book{}, fmt.Errorf("record %q of suspicions is that of %q", key, s.Key())
		}
		b.told[key] = s
	}
	return b, nil
}

// Tell returns those of some suspicions that nobody was told of, each with the event that says that they are now. What
// goes on is told once, and so is what has grown since.
func (b Book) Tell(found []Suspicion, bounds Bounds, now time.Time) (fresh []Suspicion, events []journal.Event) {
	for _, s := range found {
		old, ok := b.told[s.Key()]
		if ok && s.Same(old, bounds) {
			continue
		}
		e := journal.Event{Kind: Suspected, Group: s.Group, Targets: []chat.User{s.Who}}
		var before *Suspicion
		if ok {
			before = &old
		}
		e.Changes = []journal.Change{journal.Set(Suspects, s.Key(), before, &s)}
		fresh, events = append(fresh, s), append(events, e)
	}
	if len(events) > 0 {
		events[0].Changes = append(events[0].Changes, b.forget(found, now)...)
	}
	return fresh, events
}

// forget drops what was told long ago.
func (b Book) forget(found []Suspicion, now time.Time) []journal.Change {
	var out []journal.Change
	for key, s := range b.told {
		again := false
		for _, f := range found {
			again = again || f.Key() == key
		}
		if !again && now.Sub(s.Last) > keptSuspicion {
			out = append(out, journal.Set[Suspicion](Suspects, key, &s, nil))
		}
	}
	return out
}

// About are the suspicions of somebody's acts in a group that were told, as far as they are remembered, by sort.
func (b Book) About(who chat.User, g chat.Group) []Suspicion {
	var out []Suspicion
	for _, s := range b.told {
		if s.Who == who && s.Group == g {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y Suspicion) int { return cmp.Compare(x.Sort, y.Sort) })
	return out
}

// Sent is that somebody was sent the digest of a period.
type Sent struct {
	Period string    `json:"period"` // weekly or daily
	Day    string    `json:"day"`    // the first day of the period: 2026-11-23
	At     time.Time `json:"at"`
}

// The rhythms of digests.
const (
	Weekly = "weekly"
	Daily  = "daily"
)

// Of names the aggregate of what a person was sent.
func Of(u chat.User) journal.Name { return journal.Named("digest", string(u)) }

// Mail is what one person was sent last. The zero Mail is of somebody who was sent nothing.
type Mail struct{ sent map[string]Sent }

// BuildMail makes a Mail of its records.
func BuildMail(records map[string]json.RawMessage) (Mail, error) {
	m := Mail{sent: make(map[string]Sent, len(records))}
	for key, raw := range records {
		s, err := journal.Decode[Sent](raw)
		if err != nil {
			return Mail{}, err
		}
		if strings.TrimPrefix(key, sentPrefix) != s.Period || key != sentPrefix+s.Period {
			return Mail{}, fmt.Errorf("record %q of digests is that of %q", key, s.Period)
		}
		m.sent[s.Period] = s
	}
	return m, nil
}

const sentPrefix = "sent/"

// Send returns the event in which somebody is sent the digest of a period; ok is false if they were before.
func (m Mail) Send(to chat.User, s Sent) (e journal.Event, ok bool) {
	old, was := m.sent[s.Period]
	if was && old.Day >= s.Day {
		return journal.Event{}, false
	}
	var before *Sent
	if was {
		before = &old
	}
	return journal.Event{
		Kind: Told, Targets: []chat.User{to}, Changes: []journal.Change{journal.Set(Of(to), sentPrefix+s.Period, before, &s)},
	}, true
}

// The kinds of events of this package.
const (
	Suspected journal.Kind = "digest.suspected"
	Told      journal.Kind = "digest.sent"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	final := chat.Text{ZH: "已经告诉过的收不回。", EN: "What was told cannot be untold."}
	return []journal.Happening{
		{Kind: Suspected, Text: chat.Text{ZH: "提醒可疑操作", EN: "alerted to suspicious acts"}, Final: final},
		{Kind: Told, Text: chat.Text{ZH: "发出简报", EN: "sent a digest"}, Final: final},
	}
}
