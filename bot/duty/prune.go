package duty

import (
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// What is over stays on record for keptFor, since people ask who had which turns; after that the journal alone tells,
// which has it for good. Without an end every question about a moment would be asked of years of swaps.
const (
	keptFor = 400 * 24 * time.Hour
	// mostStruck bounds what one act takes with it: what is left goes with the next one.
	mostStruck = 50
)

// tidied adds to an act that what was over long ago leaves the records. An undo of the act brings it back.
func (r Roster) tidied(g chat.Group, e journal.Event, now time.Time) journal.Event {
	if len(e.Changes) == 0 {
		return e
	}
	old := now.Add(-keptFor)
	struck := strike(nil, g, r.changes, func(c Change) bool { return c.Until.Before(old) })
	struck = strike(struck, g, r.leaves, func(l Leave) bool { return l.Until.Before(old) })
	struck = strike(struck, g, r.schedules, func(s Schedule) bool { return s.Until.Before(old) })
	e.Changes = append(e.Changes, struck[:min(len(struck), mostStruck)]...)
	return e
}

func strike[T keyed](out []journal.Change, g chat.Group, records []T, over func(T) bool) []journal.Change {
	for i := range records {
		if over(records[i]) {
			out = append(out, journal.Set(Of(g), records[i].Key(), &records[i], nil))
		}
	}
	return out
}
