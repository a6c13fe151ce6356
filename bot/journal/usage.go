package journal

import (
	"time"

	"qunguan/bot/chat"
)

// Use is one person's use of one item of the catalogue.
type Use struct {
	Who  chat.User
	Item string
}

// Usage is when people last used their items in one group. The zero Usage knows of no use.
type Usage struct {
	// Since is the moment of the first entry of the journal: of the time before, nothing is known. Zero while there is
	// no entry, and where nothing was read. Who calls something unused for 30 days asks first whether there have been 30 days.
	Since time.Time
	last  map[Use]time.Time
}

// NewUsage makes a Usage, which keeps last.
func NewUsage(since time.Time, last map[Use]time.Time) Usage { return Usage{Since: since, last: last} }

// Last is when somebody last used an item; the zero time if never.
func (u Usage) Last(who chat.User, item string) time.Time { return u.last[Use{who, item}] }

// Uses are the uses that e shows: a person did something for which items were needed. What was refused, what ended by
// time and what the bot does by itself is none.
func (e Entry) Uses() []Use {
	if e.Outcome != Done || e.Actor == "" {
		return nil
	}
	out := make([]Use, 0, len(e.Items))
	for _, i := range e.Items {
		out = append(out, Use{e.Actor, i})
	}
	return out
}
