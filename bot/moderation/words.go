package moderation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Word is an entry of a list of keywords: what nobody but an admin is to write.
type Word struct {
	Text string `json:"text"` // as whoever added it wrote it
	// For is whose messages it is looked for in; zero: everybody's.
	For chat.PersonKind `json:"for,omitempty"`
	By  chat.User       `json:"by,omitempty"`
	At  time.Time       `json:"at,omitzero"`
}

// Key is what the word is as it is looked for: two that are found alike are one.
func (w Word) Key() string { return string(Fold(w.Text).folded) }

// Mark stands for the word where the word itself is not to be told.
func (w Word) Mark() string { return markOf(w.Key()) }

func markOf(key string) string {
	sum := sha256.Sum256([]byte("word\x00" + key))
	return hex.EncodeToString(sum[:6])
}

// Monitor is the record that the group itself wants its messages looked at for keywords; a scene may want so besides.
type Monitor struct {
	By chat.User `json:"by,omitempty"`
	At time.Time `json:"at,omitzero"`
}

// List is a list of keywords, of a group or of the whole company. It is immutable; the zero List is empty, and off.
type List struct {
	words   map[string]Word // by key
	monitor *Monitor
}

// WordsOf names the aggregate of a group's keywords; the empty group is the company, whose list counts in every group.
func WordsOf(g chat.Group) journal.Name {
	if g == "" {
		return "keywords"
	}
	return journal.Named("keywords", string(g))
}

const (
	wordPrefix = "word/"
	monitorKey = "monitor"
)

// BuildList makes a List of its records.
func BuildList(records map[string]json.RawMessage) (List, error) {
	l := List{words: make(map[string]Word, len(records))}
	for key, raw := range records {
		if key == monitorKey {
			m, err := journal.Decode[Monitor](raw)
			if err != nil {
				return List{}, err
			}
			l.monitor = &m
			continue
		}
		folded, ok := strings.CutPrefix(key, wordPrefix)
		w, err := journal.Decode[Word](raw)
		if err != nil {
			return List{}, err
		}
		if !ok || w.Key() != folded || folded == "" {
			return List{}, fmt.Errorf("unknown record %q of keywords", key)
		}
		l.words[folded] = w
	}
	return l, nil
}

// On says whether the group itself wants its messages looked at.
func (l List) On() bool { return l.monitor != nil }

// Words lists the words by what they are looked for as.
func (l List) Words() []Word {
	out := make([]Word, 0, len(l.words))
	for _, key := range slices.Sorted(maps.Keys(l.words)) {
		out = append(out, l.words[key])
	}
	return out
}

// Marked finds a word by its mark.
func (l List) Marked(mark string) (Word, bool) {
	for key, w := range l.words {
		if markOf(key) == mark {
			return w, true
		}
	}
	return Word{}, false
}

// The kinds of events about keywords.
const (
	WordsAdded   journal.Kind = "moderation.words_added"
	WordsRemoved journal.Kind = "moderation.words_removed"
	MonitorOn    journal.Kind = "moderation.monitor_on"
	MonitorOff   journal.Kind = "moderation.monitor_off"
)

var wordHappenings = []journal.Happening{
	{Kind: WordsAdded, Text: chat.Text{ZH: "添加关键词", EN: "added keywords"}},
	{Kind: WordsRemoved, Text: chat.Text{ZH: "删除关键词", EN: "removed keywords"}},
	{Kind: MonitorOn, Text: chat.Text{ZH: "打开关键词监控", EN: "switched the keyword monitor on"}},
	{Kind: MonitorOff, Text: chat.Text{ZH: "关闭关键词监控", EN: "switched the keyword monitor off"}},
}

// The bounds of lists. What a group may have needs no automaton, which takes 4 KiB a byte of every word.
const (
	MostOfGroup   = 100
	MostOfCompany = 2000
	LongestWord   = 30 // characters
)

// The refusals about keywords.
var (
	ErrSame      = errors.New("it is so already")
	ErrTooMany   = errors.New("the list is full")
	ErrTooLong   = errors.New("the word is too long")
	ErrTooShort  = errors.New("the word is too short")
	ErrNotListed = errors.New("not on the list")
)

// Add returns the event in which words come onto the list, or are looked for in other people's messages than before;
// ErrSame if all of them stand there just so.
func (l List) Add(g chat.Group, words []Word) (journal.Event, error) {
	e := journal.Event{Kind: WordsAdded, Group: g, Items: []string{"review_messages"}}
	count := len(l.words)
	seen := map[string]bool{}
	for _, w := range words {
		key := w.Key()
		switch n := utf8.RuneCountInString(key); {
		case n > LongestWord:
			return journal.Event{}, fmt.Errorf("%w: %s", ErrTooLong, w.Text)
		case n < 2:
			return journal.Event{}, fmt.Errorf("%w: %s", ErrTooShort, w.Text)
		}
		old, listed := l.words[key]
		if seen[key] || listed && old.For == w.For {
			continue
		}
		seen[key] = true
		var before *Word
		if listed {
			before = &old
		} else {
			count++
		}
		e.Changes = append(e.Changes, journal.Set(WordsOf(g), wordPrefix+key, before, &w))
	}
	most := MostOfGroup
	if g == "" {
		most = MostOfCompany
	}
	switch {
	case len(e.Changes) == 0:
		return journal.Event{}, ErrSame
	case count > most:
		return journal.Event{}, ErrTooMany
	}
	return e, nil
}

// Remove returns the event in which words leave the list. All of them must be on it: ErrNotListed.
func (l List) Remove(g chat.Group, texts []string) (journal.Event, error) {
	e := journal.Event{Kind: WordsRemoved, Group: g, Items: []string{"review_messages"}}
	for _, text := range texts {
		key := Word{Text: text}.Key()
		old, ok := l.words[key]
		if !ok {
			return journal.Event{}, fmt.Errorf("%w: %s", ErrNotListed, text)
		}
		c := journal.Set[Word](WordsOf(g), wordPrefix+key, &old, nil)
		if !slices.ContainsFunc(e.Changes, func(x journal.Change) bool { return x.Key == c.Key }) {
			e.Changes = append(e.Changes, c)
		}
	}
	return e, nil
}

// Switch returns the event in which the group's own monitor is switched on or off, or ErrSame.
func (l List) Switch(g chat.Group, on bool, by chat.User, at time.Time) (journal.Event, error) {
	e := journal.Event{Kind: MonitorOff, Group: g, Items: []string{"review_messages"}}
	var after *Monitor
	if on {
		e.Kind, after = MonitorOn, &Monitor{By: by, At: at.UTC()}
	}
	if on == l.On() {
		return journal.Event{}, ErrSame
	}
	e.Changes = []journal.Change{journal.Set(WordsOf(g), monitorKey, l.monitor, after)}
	return e, nil
}
