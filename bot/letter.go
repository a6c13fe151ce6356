package bot

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Link is another system to which letters are posted, as commands see it.
type Link struct {
	Name    string
	Kind    string   // webhook, fxiaoke, zoho
	Version string   // of the other system's interface, as this program speaks it
	Classes []string // of letters that it wants, see chat.Takes
	// Sketch is what would be posted: the body, as the other system gets it, without anything secret.
	Sketch func(chat.Letter) (json.RawMessage, error)
	State  LinkState
}

// LinkState is how it goes with a link, as last looked at.
type LinkState struct {
	Waiting int64     // letters that have not arrived yet
	Tries   int       // how often the first of them was tried in vain
	Next    time.Time // when it is tried again
	OK      time.Time // when a letter arrived last; zero: never
	Failed  time.Time // when an attempt failed last; zero: never
	Fault   string    // why, without anything secret
	Lost    int64     // letters given up since one arrived
}

// LinkHealth is how a link is, in a word.
type LinkHealth string

// The states of links.
const (
	Untried  LinkHealth = "untried" // nothing was posted yet
	Works    LinkHealth = "works"
	Degraded LinkHealth = "degraded" // it is late, or some letters were refused
	Broken   LinkHealth = "broken"   // nothing gets through
)

const (
	// brokenAfter is how many attempts in a row must fail: by then a link is down for about a minute.
	brokenAfter = 5
	// brokenFor is how long is waited where somebody has to mend something, such as a secret.
	brokenFor = 10 * time.Minute
)

// Health is the state in a word.
func (s LinkState) Health() LinkHealth {
	switch {
	case s.Tries >= brokenAfter, s.Tries > 0 && s.Next.Sub(s.Failed) >= brokenFor, s.Lost > 0 && s.OK.IsZero():
		return Broken
	case s.Tries > 0, s.Lost > 0:
		return Degraded
	case s.OK.IsZero():
		return Untried
	}
	return Works
}

// Links are the other systems that letters are posted to, by name.
func (c Call) Links() []Link {
	if c.bot == nil || c.bot.Links == nil {
		return nil
	}
	return c.bot.Links()
}

// classFor is the class of the letter about an entry that a link wants: the kind of the entry, or of another event that it
// is made of. It is one letter whatever of it is wanted; ok is false if nothing is.
func classFor(l Link, w journal.Write) (class string, ok bool) {
	for _, k := range append([]journal.Kind{w.Entry.Kind}, w.Kinds...) {
		if chat.Takes(l.Classes, string(k)) {
			return string(k), true
		}
	}
	return "", false
}

// kinds are those of events, each once.
func kinds(events []journal.Event) []journal.Kind {
	var out []journal.Kind
	for _, e := range events {
		if e.Kind != "" && !slices.Contains(out, e.Kind) {
			out = append(out, e.Kind)
		}
	}
	return out
}

// commit commits a write, with a letter about its entry to every link that wants one. Every entry of the engine passes
// here, whoever's it is, so none can be forgotten.
func (b *Bot) commit(ctx context.Context, w journal.Write) (journal.Finished, error) {
	if w.Entry != nil && b.Links != nil {
		var raw json.RawMessage
		for _, l := range b.Links() {
			class, ok := classFor(l, w)
			if !ok {
				continue
			}
			if raw == nil {
				told := *w.Entry
				told.N = 0
				raw = told.Encode()
			}
			w.Effects = append(w.Effects, chat.PostLetter(l.Name, chat.Letter{Class: class, At: w.Entry.At, Entry: raw}))
		}
	}
	return b.Ledger.Commit(ctx, w)
}
