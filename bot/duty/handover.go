package duty

import (
	"slices"
	"time"
	"unicode/utf8"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Handover is one turn that is handed to whoever follows.
type Handover struct {
	Life
	Next Stint
	// When it reaches them: at the end of the turn, or where a pause follows, when theirs begins.
	When time.Time
}

// pause is how much later the next turn begins for it to be none of those that follow at once.
const pause = time.Hour

const (
	mostNotes   = 10
	longestNote = 300 // characters
	// handEarly is how long before its moment a hand-over can be made.
	handEarly = 30 * time.Minute
	// handLate is how long after the end of a turn something can still be added.
	handLate = 30 * time.Minute
)

// handsOver is when a stint is handed to the next.
func (s Stint) handsOver(next Stint) time.Time {
	if next.Start.Sub(s.End) > pause {
		return next.Start
	}
	return s.End
}

// HandOver returns what happens when somebody hands over the turn that they have, or had until just now. The note may be
// empty. It goes to whoever follows at once where that is near, and is kept until then where it is not: sent tells. It
// fails with ErrNotOnDuty, ErrNoNext, ErrSelf where they follow themselves, ErrLong and ErrTwice.
func (b Lives) HandOver(g chat.Group, r Roster, who chat.User, note string, now time.Time) (h Handover, sent bool, e journal.Event, err error) {
	fail := func(err error) (Handover, bool, journal.Event, error) { return Handover{}, false, journal.Event{}, err }
	s, ok := b.held(r, who, now)
	if !ok {
		return fail(ErrNotOnDuty)
	}
	next, ok := r.Follows(s.End)
	switch {
	case !ok:
		return fail(ErrNoNext)
	case next.Who == who:
		return fail(ErrSelf)
	}
	l := b.of(s)
	if note != "" {
		if utf8.RuneCountInString(note) > longestNote || len(l.Notes) == mostNotes {
			return fail(ErrLong)
		}
		l.Notes = append(slices.Clone(l.Notes), note)
	}
	if note == "" && !l.Handed.IsZero() && l.To == next.Who {
		return fail(ErrTwice)
	}
	kind := Noted
	l.From = who
	h = Handover{Next: next, When: s.handsOver(next)}
	if sent = !now.Before(h.When.Add(-handEarly)); sent {
		kind = Handed
		l = l.hand(who, next, now)
	} else if note == "" {
		return h, false, journal.Event{}, nil
	}
	h.Life = l
	e = lifeEvent(kind, g, b.with(l).changes(g, b), who, next.Who)
	e.Reason = note
	return h, sent, e, nil
}

// Pending is what somebody would hand over now, and to whom. It fails with ErrNotOnDuty, ErrNoNext and ErrSelf.
func (b Lives) Pending(r Roster, who chat.User, now time.Time) (Handover, error) {
	s, ok := b.held(r, who, now)
	if !ok {
		return Handover{}, ErrNotOnDuty
	}
	next, ok := r.Follows(s.End)
	switch {
	case !ok:
		return Handover{}, ErrNoNext
	case next.Who == who:
		return Handover{}, ErrSelf
	}
	return Handover{Life: b.of(s), Next: next, When: s.handsOver(next)}, nil
}

// DropNotes returns the event in which the notes that wait are taken back. It fails like Pending, and with ErrNothing
// where none waits: what was handed over has been read.
func (b Lives) DropNotes(g chat.Group, r Roster, who chat.User, now time.Time) (Handover, journal.Event, error) {
	h, err := b.Pending(r, who, now)
	if err != nil {
		return h, journal.Event{}, err
	}
	if len(h.Notes) == 0 || !h.Handed.IsZero() {
		return h, journal.Event{}, ErrNothing
	}
	l := h.Life
	l.Notes = nil
	return h, lifeEvent(Unnoted, g, b.with(l).changes(g, b), who), nil
}

// held is the stint that somebody has, or had until just now.
func (b Lives) held(r Roster, who chat.User, now time.Time) (Stint, bool) {
	if t, ok := r.OnDuty(now); ok && t.Who == who {
		return r.StintAt(now)
	}
	for _, s := range slices.Backward(r.Stints(now.Add(-handLate), now)) {
		if s.End.After(now) {
			continue
		}
		if l := b.of(s); l.From == who || l.From == "" && s.Who == who {
			return s, true
		}
	}
	return Stint{}, false
}

// hand is the life once it is handed to the next.
func (l Life) hand(from chat.User, next Stint, now time.Time) Life {
	l.From, l.To, l.Handed = from, next.Who, now.UTC()
	l.Answer = later(now, next.Start).Add(ConfirmWithin).Truncate(time.Second).UTC()
	l.Confirmed, l.Chased = time.Time{}, time.Time{}
	return l
}

// Confirm returns the event in which somebody says that they have taken over. It fails with ErrNothing where nothing was
// handed to them, and ErrTwice.
func (b Lives) Confirm(g chat.Group, who chat.User, now time.Time) (Life, journal.Event, error) {
	l, ok := b.last(func(l Life) bool { return l.To == who && !l.Handed.IsZero() && now.Sub(l.Handed) < 24*time.Hour })
	switch {
	case !ok:
		return Life{}, journal.Event{}, ErrNothing
	case !l.Confirmed.IsZero():
		return l, journal.Event{}, ErrTwice
	}
	l.Confirmed = now.UTC()
	return l, lifeEvent(Confirmed, g, b.with(l).changes(g, b), who, l.From), nil
}
