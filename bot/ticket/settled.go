package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Tally counts the complaints that were opened in a period, and those among them that are solved by now.
type Tally struct {
	Opened int `json:"opened,omitzero"`
	Solved int `json:"solved,omitzero"`
}

// Plus is the tally of both.
func (t Tally) Plus(o Tally) Tally { return Tally{t.Opened + o.Opened, t.Solved + o.Solved} }

// Count is a tally, and the same by whose the complaints are; those of nobody stand under the zero User.
type Count struct {
	Tally
	By map[chat.User]Tally
}

// Plus is the count of both.
func (c Count) Plus(o Count) Count {
	out := Count{Tally: c.Tally.Plus(o.Tally), By: map[chat.User]Tally{}}
	maps.Copy(out.By, c.By)
	for u, t := range o.By {
		out.By[u] = out.By[u].Plus(t)
	}
	return out
}

func (c Count) with(t Ticket) Count {
	one := Tally{Opened: 1}
	if !t.Solved.IsZero() {
		one.Solved = 1
	}
	return c.Plus(Count{one, map[chat.User]Tally{t.Whose(): one}})
}

// Count tallies the complaints on the book that were opened from a moment until another, exclusive.
func (b Book) Count(from, until time.Time) Count {
	out := Count{By: map[chat.User]Tally{}}
	for _, t := range b.Within(from, until) {
		one := Tally{Opened: 1}
		if !t.Solved.IsZero() {
			one.Solved = 1
		}
		out.Tally, out.By[t.Whose()] = out.Tally.Plus(one), out.By[t.Whose()].Plus(one)
	}
	return out
}

// KeptTotals is how long the totals of a day are kept: what may be asked about.
const KeptTotals = 400 * 24 * time.Hour

// Day is the totals of the complaints that were opened on one day and have left the book.
type Day struct {
	Day string              `json:"day"` // 2026-03-02, in the zone of the company
	All Tally               `json:"all,omitzero"`
	By  map[chat.User]Tally `json:"by,omitempty"`
	// Marks name the complaints, so that one that is told of again counts once.
	Marks []string  `json:"marks,omitempty"`
	Until time.Time `json:"until"` // when the totals are dropped
}

// Due is when the totals are dropped.
func (d Day) Due() time.Time { return d.Until }

// SettledOf names the aggregate of a group's totals.
func SettledOf(g chat.Group) journal.Name { return journal.Named("settled", string(g)) }

const dayPrefix = "day/"

// Totals are the days of one group. They are immutable; the zero Totals are empty.
type Totals struct {
	days  map[string]Day
	marks map[string]bool
}

// BuildTotals makes Totals of their records.
func BuildTotals(records map[string]json.RawMessage) (Totals, error) {
	s := Totals{days: make(map[string]Day, len(records)), marks: map[string]bool{}}
	for key, raw := range records {
		d, err := journal.Decode[Day](raw)
		if err != nil {
			return Totals{}, err
		}
		if dayPrefix+d.Day != key {
			return Totals{}, fmt.Errorf("record %q of totals is that of %q", key, d.Day)
		}
		s.days[key] = d
		for _, m := range d.Marks {
			s.marks[m] = true
		}
	}
	return s, nil
}

// Count tallies the days from one until another, exclusive; both are midnights in the zone of the company.
func (s Totals) Count(from, until time.Time) Count {
	out, first, end := Count{By: map[chat.User]Tally{}}, from.Format(time.DateOnly), until.Format(time.DateOnly)
	for _, d := range s.days {
		if d.Day >= first && d.Day < end {
			out = out.Plus(Count{d.All, d.By})
		}
	}
	return out
}

// knows says whether a complaint is in the totals.
func (s Totals) knows(id string) bool { return len(s.marks) > 0 && s.marks[mark(id)] }

// mark names a complaint in a few bytes.
func mark(id string) string {
	sum := sha256.Sum256([]byte("ticket\x00" + id))
	return hex.EncodeToString(sum[:6])
}

// Settle takes a complaint off the book whose time is over, into the totals of its day in zone; ok is false if there is
// none. One of whose beginning nobody has told counts nowhere, and one of which nothing else was told either is forgotten.
func (b Book) Settle(g chat.Group, key string, s Totals, now time.Time, zone *time.Location) (e journal.Event, ok bool) {
	t, stands := b.tickets[strings.TrimPrefix(key, prefix)]
	if !stands || t.Due().IsZero() || now.Before(t.Due()) {
		return journal.Event{}, false
	}
	e = journal.Event{Kind: Settled, Group: g, Changes: []journal.Change{journal.Set[Ticket](Of(g), key, &t, nil)}}
	if t.No > b.given.No { // by an earlier version, which did not note numbers as it gave them
		e.Changes = append(e.Changes, setOr(Of(g), LastKey, b.given, b.given.No > 0, last{t.No}))
	}
	if t.Solved.IsZero() {
		return e, true
	}
	at := t.Opened
	if at.IsZero() {
		at = t.Solved
	}
	counts := !t.Opened.IsZero()
	if forgotten := dayEnds(at.In(zone)); !forgotten.After(now) {
		at, counts = now, false // nobody asks about that day any more; told again, it is known all the same
	}
	at = at.In(zone)
	day := at.Format(time.DateOnly)
	old, had := s.days[dayPrefix+day]
	next := Day{Day: day, All: old.All, By: old.By, Marks: append(slices.Clone(old.Marks), mark(t.ID))}
	if counts {
		sum := Count{old.All, old.By}.with(t)
		next.All, next.By = sum.Tally, sum.By
	}
	next.Until = dayEnds(at)
	e.Changes = append(e.Changes, setOr(SettledOf(g), dayPrefix+day, old, had, next))
	return e, true
}

// dayEnds is when the totals of the day of a moment, in its own zone, are dropped.
func dayEnds(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location()).Add(KeptTotals).UTC()
}

// setOr is the change of a record that may not have been there.
func setOr[T any](of journal.Name, key string, before T, had bool, after T) journal.Change {
	if !had {
		return journal.Set(of, key, nil, &after)
	}
	return journal.Set(of, key, &before, &after)
}

// Forget drops the totals of a day whose time is over; ok is false if there are none.
func (s Totals) Forget(g chat.Group, key string, now time.Time) (e journal.Event, ok bool) {
	d, stands := s.days[key]
	if !stands || now.Before(d.Until) {
		return journal.Event{}, false
	}
	return journal.Event{Kind: Forgotten, Group: g, Changes: []journal.Change{journal.Set[Day](SettledOf(g), key, &d, nil)}}, true
}
