package moderation

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Warning says that somebody was told to mind the rules of the group.
type Warning struct {
	Code   string    `json:"code"`
	Who    chat.User `json:"who"`
	By     chat.User `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
	// Of is what the case was about that it comes from; nil where it comes from none.
	Of map[What]int `json:"of,omitempty"`
}

// Key is the record of the warning.
func (w Warning) Key() string { return warnPrefix + string(w.Who) + "/" + w.Code }

// Why is what somebody is warned of, as people read it; empty if it is nothing.
func (w Warning) Why() chat.Text {
	if strings.TrimSpace(w.Reason) != "" {
		return chat.Same(w.Reason)
	}
	return Case{Of: w.Of}.Text()
}

func (w Warning) order(x Warning) int {
	return cmp.Or(w.At.Compare(x.At), strings.Compare(w.Code, x.Code))
}

// Counts says whether the warning still counts at a moment.
func (w Warning) Counts(at time.Time) bool { return at.Before(w.At.Add(WarningLasts)) }

// WarningLasts is how long a warning counts.
const WarningLasts = 90 * 24 * time.Hour

const (
	warnPrefix = "warn/"
	rulesKey   = "rules"
)

// The kinds of events about warnings and rules.
const (
	Warned   journal.Kind = "moderation.warned"
	RulesSet journal.Kind = "moderation.rules_set"
)

// ErrNoReason says that somebody is to be warned of nothing.
var ErrNoReason = errors.New("a warning needs a reason")

// Warnings lists those of a person that count at a moment, the oldest first.
func (b Book) Warnings(who chat.User, at time.Time) []Warning {
	return slices.DeleteFunc(slices.Clone(b.warnings[who]), func(w Warning) bool { return !w.Counts(at) })
}

// Warn returns the event in which somebody is warned; n is which warning of those that count it is. Those that have
// ceased to count leave the book with it.
func (b Book) Warn(g chat.Group, w Warning) (e journal.Event, n int, err error) {
	if w.Why().IsZero() {
		return journal.Event{}, 0, ErrNoReason
	}
	w.At = w.At.UTC()
	e = journal.Event{
		Kind: Warned, Group: g, Targets: []chat.User{w.Who}, Items: []string{"mute"}, Reason: w.Reason,
		Changes: []journal.Change{journal.Set(Of(g), w.Key(), nil, &w)},
	}
	for _, old := range b.warnings[w.Who] {
		switch {
		case old.Code == w.Code:
			return journal.Event{}, 0, ErrSame
		case !old.Counts(w.At):
			e.Changes = append(e.Changes, journal.Set[Warning](Of(g), old.Key(), &old, nil))
		}
	}
	return e, len(b.Warnings(w.Who, w.At)) + 1, nil
}

// ladder is for how long somebody may be silenced after so many warnings; nothing follows from the first.
var ladder = []time.Duration{0, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// Rung is the mute that the n-th warning suggests; 0: none. Whether it comes to one is an admin's decision.
func Rung(n int) time.Duration {
	if n < 1 {
		return 0
	}
	return ladder[min(n, len(ladder))-1]
}

// Rules are what a group has agreed on.
type Rules struct {
	Text string    `json:"text"`
	By   chat.User `json:"by,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// LongestRules is how many characters the rules of a group may have: they are read in one message.
const LongestRules = 600

// Rules are the rules of the group; ok is false if nobody has set any.
func (b Book) Rules() (r Rules, ok bool) {
	if b.rules == nil {
		return Rules{}, false
	}
	return *b.rules, true
}

// SetRules returns the event in which the group gets rules; an empty text takes them off. ErrSame, ErrTooLong.
func (b Book) SetRules(g chat.Group, r Rules) (journal.Event, error) {
	r.Text, r.At = strings.TrimSpace(r.Text), r.At.UTC()
	old, had := b.Rules()
	var after *Rules
	switch {
	case r.Text == old.Text:
		return journal.Event{}, ErrSame
	case utf8.RuneCountInString(r.Text) > LongestRules:
		return journal.Event{}, ErrTooLong
	case r.Text != "":
		after = &r
	}
	e := journal.Event{Kind: RulesSet, Group: g, Items: []string{"notice"}}
	if had {
		e.Changes = []journal.Change{journal.Set(Of(g), rulesKey, &old, after)}
	} else {
		e.Changes = []journal.Change{journal.Set(Of(g), rulesKey, nil, after)}
	}
	return e, nil
}
