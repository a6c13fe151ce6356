package commands

import (
	"encoding/json"
	"time"

	"qunguan/bot/journal"
)

// Histories are the kinds of aggregates whose history commands ask for with journal.Query.Changed; an index of them is
// kept. Of what changes all the time and is never looked back on, such as questions and people, it would only cost
// memory.
func Histories() []string { return []string{"access", "company", "duty", "request"} }

// Due is when a record must be looked at again; zero is never. It is what the agenda is a view of.
func Due(of journal.Name, key string, record json.RawMessage) time.Time {
	return due(journal.Change{Of: of, Key: key, After: record})
}
