package bot

import (
	"context"
	"encoding/json"
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

// commit commits a write, with a letter about its entry to every link that wants one. Every entry of the engine passes
// here, whoever's it is, so none can be forgotten.
func (b *Bot) commit(ctx context.Context, w journal.Write) (journal.Finished, error) {
	if w.Entry != nil && b.Links != nil {
		var raw json.RawMessage
		for _, l := range b.Links() {
			if !chat.Takes(l.Classes, string(w.Entry.Kind)) {
				continue
			}
			if raw == nil {
				told := *w.Entry
				told.N = 0
				raw = told.Encode()
			}
			w.Effects = append(w.Effects, chat.PostLetter(l.Name, chat.Letter{Class: string(w.Entry.Kind), At: w.Entry.At, Entry: raw}))
		}
	}
	return b.Ledger.Commit(ctx, w)
}
