package moderation

import (
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Report is what one member says of another's conduct. Who said it is told to those who decide, and to nobody else.
type Report struct {
	Code   string          `json:"code"`
	By     chat.User       `json:"by"`
	Who    chat.User       `json:"who"`
	Kind   chat.PersonKind `json:"kind,omitempty"` // of Who
	Reason string          `json:"reason"`
	At     time.Time       `json:"at"`
	// Next is when those who decide are reminded; zero: not any more.
	Next    time.Time `json:"next,omitzero"`
	State   State     `json:"state,omitempty"`
	Decided chat.User `json:"decided,omitempty"` // by whom
	Done    time.Time `json:"done,omitzero"`
	Note    string    `json:"note,omitempty"`
}

// Due is when those who decide are reminded.
func (r Report) Due() time.Time { return r.Next }

// Key is the record of the report.
func (r Report) Key() string { return reportPrefix + r.Code }

// remindAfter is how long a report may lie before those who decide are reminded of it, once.
const remindAfter = 24 * time.Hour

// keepReports is how long a decided report stays on the book; the journal has it for ever.
const keepReports = 90 * 24 * time.Hour

// Report returns the event in which a member reports another. One report about the same person lies open at a time from
// the same member: ErrSame; nobody reports oneself: ErrOwn. Reports that were decided long ago leave the book.
func (b Conduct) Report(g chat.Group, r Report) (journal.Event, error) {
	switch {
	case strings.TrimSpace(r.Reason) == "":
		return journal.Event{}, ErrNoReason
	case r.By == r.Who:
		return journal.Event{}, ErrOwn
	}
	r.At = r.At.UTC()
	r.Next = r.At.Add(remindAfter).Truncate(time.Second)
	// The entry names nobody: whom an entry is about may read it, and would learn who spoke.
	e := journal.Event{Kind: Reported, Group: g, Changes: []journal.Change{journal.Set(ConductOf(g), r.Key(), nil, &r)}}
	for _, key := range slices.Sorted(maps.Keys(b.reports)) {
		switch old := b.reports[key]; {
		case old.State == "" && old.By == r.By && old.Who == r.Who, key == r.Key():
			return journal.Event{}, ErrSame
		case old.State != "" && r.At.After(old.Done.Add(keepReports)):
			e.Changes = append(e.Changes, journal.Set[Report](ConductOf(g), key, &old, nil))
		}
	}
	return e, nil
}

// Reports lists those that are open, the oldest first.
func (b Conduct) Reports() []Report {
	var out []Report
	for _, r := range b.reports {
		if r.State == "" {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y Report) int {
		if d := x.At.Compare(y.At); d != 0 {
			return d
		}
		return strings.Compare(x.Code, y.Code)
	})
	return out
}

// Find finds a report by its code, decided or not.
func (b Conduct) Find(code string) (Report, error) {
	r, ok := b.reports[reportPrefix+strings.ToLower(code)]
	if !ok {
		return Report{}, ErrNoCase
	}
	return r, nil
}

// Decide returns the event in which a report is decided. Neither whoever made it nor whoever it is about decides: ErrOwn.
func (b Conduct) Decide(g chat.Group, r Report, s State, by chat.User, note string, now time.Time) (journal.Event, error) {
	switch {
	case r.By == by || r.Who == by:
		return journal.Event{}, ErrOwn
	case r.State != "":
		return journal.Event{}, ErrDecided
	}
	before := r
	r.State, r.Decided, r.Done, r.Note, r.Next = s, by, now.UTC(), note, time.Time{}
	return journal.Event{
		Kind: Decided, Group: g, Targets: []chat.User{r.Who}, Items: []string{"review_messages"}, Reason: note,
		Changes: []journal.Change{journal.Set(ConductOf(g), r.Key(), &before, &r)},
	}, nil
}

// Remind returns the event in which those who decide are reminded of a report; ok is false if there is nothing to remind of.
func (b Conduct) Remind(g chat.Group, key string, now time.Time) (e journal.Event, r Report, ok bool) {
	r, known := b.reports[key]
	if !known || r.State != "" || r.Next.IsZero() || now.Before(r.Next) {
		return journal.Event{}, Report{}, false
	}
	before := r
	r.Next = time.Time{}
	return journal.Event{
		Kind: Noted, Group: g, Changes: []journal.Change{journal.Set(ConductOf(g), key, &before, &r)},
	}, r, true
}
