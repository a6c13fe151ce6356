// Package moderation holds the conduct in groups: their rules, who was warned, who must be silent until when, which words
// are looked for, what was seen that breaks the rules, and what members report. A mute here is the bot's own record: what
// the platform makes of it is a task of the group's owner. It promises that a mute ends by time, however late the
// timer is, and that nothing of what people write is kept.
package moderation

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

// Mute says that a member must be silent until Until, exclusive. A zero Until has no end.
type Mute struct {
	Who    chat.User `json:"who"`
	By     chat.User `json:"by"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// Due is when the end of the mute must be noted.
func (m Mute) Due() time.Time { return m.Until }

// Live says whether the mute still holds at a moment.
func (m Mute) Live(at time.Time) bool { return m.Until.IsZero() || at.Before(m.Until) }

// Book is the mutes and warnings of one group, and its rules. The zero Book has none. Safe to share; it never changes.
type Book struct {
	mutes    map[chat.User]Mute
	warnings map[chat.User][]Warning // of each, the oldest first
	rules    *Rules
}

// Of names the aggregate of a group's mutes, warnings and rules.
func Of(g chat.Group) journal.Name { return journal.Named("moderation", string(g)) }

const mutePrefix = "mute/"

// MuteKey is the record of one person's mute.
func MuteKey(who chat.User) string { return mutePrefix + string(who) }

// Build makes a Book of its records.
func Build(records map[string]json.RawMessage) (Book, error) {
	b := Book{mutes: make(map[chat.User]Mute, len(records)), warnings: map[chat.User][]Warning{}}
	for key, raw := range records {
		var err error
		switch {
		case strings.HasPrefix(key, mutePrefix):
			var m Mute
			m, err = journal.Decode[Mute](raw)
			b.mutes[m.Who] = m
		case strings.HasPrefix(key, warnPrefix):
			var w Warning
			w, err = journal.Decode[Warning](raw)
			b.warnings[w.Who] = append(b.warnings[w.Who], w)
		case key == rulesKey:
			b.rules = new(Rules)
			*b.rules, err = journal.Decode[Rules](raw)
		default:
			err = fmt.Errorf("unknown record %q of moderation", key)
		}
		if err != nil {
			return Book{}, err
		}
	}
	for _, list := range b.warnings {
		slices.SortFunc(list, Warning.order)
	}
	return b, nil
}

// The refusals of this package.
var (
	ErrLonger   = errors.New("muted for longer already")
	ErrNotMuted = errors.New("not muted")
)

// The kinds of events of this package.
const (
	Muted   journal.Kind = "moderation.muted"
	Unmuted journal.Kind = "moderation.unmuted"
	Ended   journal.Kind = "moderation.ended"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	return slices.Concat(wordHappenings, conductHappenings, []journal.Happening{
		{Kind: Warned, Text: chat.Text{ZH: "警告", EN: "warned"}},
		{Kind: RulesSet, Text: chat.Text{ZH: "设置群规", EN: "set the rules of the group"}},
		{Kind: Muted, Text: chat.Text{ZH: "记录禁言", EN: "recorded a mute"}},
		{Kind: Unmuted, Text: chat.Text{ZH: "解除禁言记录", EN: "took back a mute"}},
		{Kind: Ended, Text: chat.Text{ZH: "禁言到期", EN: "a mute ended"}, Final: chat.Text{
			ZH: "它按时间结束；要继续，请重新 /禁言。", EN: "It ended by time; to go on, /mute again."}},
	})
}

// Of returns the live mute of a person.
func (b Book) Of(who chat.User, at time.Time) (Mute, bool) {
	m, ok := b.mutes[who]
	return m, ok && m.Live(at)
}

// Live returns the mutes that hold at a moment, those that end first in front, those without an end last.
func (b Book) Live(at time.Time) []Mute {
	var out []Mute
	for _, m := range b.mutes {
		if m.Live(at) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(x, y Mute) int {
		switch {
		case x.Until.Equal(y.Until):
			return strings.Compare(string(x.Who), string(y.Who))
		case x.Until.IsZero():
			return 1
		case y.Until.IsZero():
			return -1
		}
		return x.Until.Compare(y.Until)
	})
	return out
}

// Mute returns the event in which m begins. It never shortens a mute: ErrLonger.
func (b Book) Mute(g chat.Group, m Mute) (journal.Event, error) {
	old, muted := b.Of(m.Who, m.At)
	if muted && (old.Until.IsZero() || !m.Until.IsZero() && !m.Until.After(old.Until)) {
		return journal.Event{}, ErrLonger
	}
	return journal.Event{
		Kind: Muted, Group: g, Targets: []chat.User{m.Who}, Items: []string{"mute"}, Reason: m.Reason,
		Changes: []journal.Change{journal.Set(Of(g), MuteKey(m.Who), b.record(m.Who), &m)},
	}, nil
}

// Unmute returns the event in which a person may speak again, or ErrNotMuted.
func (b Book) Unmute(g chat.Group, who chat.User, reason string, at time.Time) (journal.Event, error) {
	if _, muted := b.Of(who, at); !muted {
		return journal.Event{}, ErrNotMuted
	}
	return b.end(g, who, Unmuted, reason), nil
}

// End returns the event in which a mute whose time has come is taken off the book; ok is false if there is none.
func (b Book) End(g chat.Group, who chat.User, at time.Time) (e journal.Event, ok bool) {
	m, recorded := b.mutes[who]
	if !recorded || m.Live(at) {
		return journal.Event{}, false
	}
	return b.end(g, who, Ended, ""), true
}

func (b Book) end(g chat.Group, who chat.User, kind journal.Kind, reason string) journal.Event {
	return journal.Event{
		Kind: kind, Group: g, Targets: []chat.User{who}, Items: []string{"mute"}, Reason: reason,
		Changes: []journal.Change{journal.Set[Mute](Of(g), MuteKey(who), b.record(who), nil)},
	}
}

// record is the mute as it stands in the book, live or not.
func (b Book) record(who chat.User) *Mute {
	if m, ok := b.mutes[who]; ok {
		return &m
	}
	return nil
}
