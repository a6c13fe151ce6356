package duty

import (
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Round is what has come in the life of a group's shifts by a moment, and whom it concerns.
type Round struct {
	Events      []journal.Event
	Reminders   []Reminder
	Begun       []Life
	Late        []Lateness
	Closing     []Handover // a hand-over is asked for; From is who has the turn
	Ended       []Relief
	Handed      []Handover
	Unconfirmed []Life
}

// Reminder is what one person is reminded of: turns of theirs, by their beginning.
type Reminder struct {
	Who    chat.User
	Stints []Stint
}

// Lateness is that somebody did not check in. TakenOver says that the backup has it now; else there is none.
type Lateness struct {
	Life
	TakenOver bool
}

// Relief is that somebody's turn is over.
type Relief struct {
	Who     chat.User // who had it at the end
	End     time.Time
	Next    Stint
	Follows bool // there is a next one
}

// missed is how long after it is over it is still worth telling somebody so.
const missed = time.Hour

// Come works out what has come since the cursor's moment. What makes no sense any more, because it comes so late, tells
// nobody: a reminder of a turn that has begun, the beginning of one that has ended. It may be run again on the same
// facts, with the same result. ok is false where nothing is due; the round then only keeps the cursor where it is. The
// location of now is the roster's zone.
func (b Lives) Come(g chat.Group, r Roster, now time.Time, rules Rules) (Round, bool) {
	if b.cursor == nil {
		return Round{}, false
	}
	c := *b.cursor
	if c.Next.IsZero() || now.Before(c.Next) {
		// The clock was put back since: the moment is still to come, and must stay on the agenda.
		return Round{Events: []journal.Event{lifeEvent(Passed, g, []journal.Change{b.Set(g, c)})}}, false
	}
	now = now.Truncate(time.Second)
	w := walk{Lives: b, old: b, g: g, r: r, now: now, rules: rules, listed: maps.Clone(c.Listed), reminders: map[chat.User][]Stint{}}
	for _, m := range b.moments(r, c.Listed, c.Done.In(now.Location()), now, rules) {
		switch m.Kind {
		case Begins:
			w.begins(m.Stint)
		case CheckInDue:
			w.checkInDue(m.Stint)
		case HandOverDue:
			w.handOverDue(m.Stint)
		case Ends:
			w.ends(m.Stint)
		case ConfirmDue:
			w.confirmDue(m.Stint)
		case RemindDue:
			w.remindDue(m)
		}
	}
	return w.end(c), true
}

// walk is one round while it is worked out.
type walk struct {
	Lives
	Round
	old       Lives
	g         chat.Group
	r         Roster
	now       time.Time
	rules     Rules
	listed    map[string]time.Time
	reminders map[chat.User][]Stint
	told      map[journal.Kind][]chat.User
}

func (w *walk) tell(kind journal.Kind, who ...chat.User) {
	if w.told == nil {
		w.told = map[journal.Kind][]chat.User{}
	}
	w.told[kind] = people(append(w.told[kind], who...)...)
}

func (w *walk) keep(l Life) { w.Lives = w.Lives.with(l) }

// begins greets whoever's turn begins, and gives them what the one before left where there was a pause.
func (w *walk) begins(s Stint) {
	if !w.now.Before(s.End) {
		return
	}
	l := w.of(s)
	l.Begun = w.now.UTC()
	if w.r.Expects() && l.CheckedIn.IsZero() {
		if by := later(w.now, s.Start).Add(w.rules.CheckIn()); by.Before(s.End) {
			l.Deadline = by.UTC()
		}
	}
	w.keep(l)
	w.tell(Began, s.Who)
	if l.CheckedIn.IsZero() {
		w.Round.Begun = append(w.Round.Begun, l)
	}
	before, ok := w.last(func(o Life) bool { return o.Start.Before(l.Start) })
	if ok && !before.Over.IsZero() && before.Handed.IsZero() && before.From != s.Who && s.Start.Sub(before.End) > pause {
		w.hand(before, s)
	}
}

func (w *walk) hand(l Life, next Stint) {
	l = l.hand(l.From, next, w.now)
	w.keep(l)
	w.tell(Handed, l.From, l.To)
	w.Round.Handed = append(w.Round.Handed, Handover{Life: l, Next: next, When: w.now})
}

// checkInDue misses whoever has not come, and lets the backup take over.
func (w *walk) checkInDue(s Stint) {
	l := w.of(s)
	now, ok := w.r.StintAt(w.now)
	if !ok || !now.Start.Equal(s.Start) || now.Who != s.Who || !w.r.Expects() {
		l.Deadline = time.Time{} // it is not theirs any more, or over, or nobody is waited for any more
		w.keep(l)
		return
	}
	l.Late = w.now.UTC()
	w.keep(l)
	late := Lateness{Life: l}
	if t, ok := w.r.OnDuty(w.now); ok && t.Who == s.Who {
		var e journal.Event
		if e, late.TakenOver = w.r.TakeOver(w.g, w.now, NotCheckedIn); late.TakenOver {
			w.Events = append(w.Events, e)
			w.pass(s, t.Backup)
		}
	} else {
		late.TakenOver = ok // somebody has it already
	}
	w.tell(Late, s.Who)
	w.Late = append(w.Late, late)
}

// pass gives a backup who took over what was handed to whoever did not come.
func (w *walk) pass(s Stint, backup chat.User) {
	l, ok := w.last(func(l Life) bool { return l.To == s.Who && l.unanswered() })
	switch {
	case !ok:
	case l.From == backup: // they know what they have handed over
		l.Chased = w.now.UTC()
		w.keep(l)
	default:
		w.hand(l, Stint{Start: w.now, End: s.End, Who: backup})
	}
}

// handOverDue asks whoever has the turn for a word to the next.
func (w *walk) handOverDue(s Stint) {
	t, ok := w.r.OnDuty(w.now)
	if !ok || !w.now.Before(s.End) {
		return
	}
	next, ok := w.r.Follows(s.End)
	l := w.of(s)
	if !ok || next.Who == t.Who || !l.Handed.IsZero() {
		return
	}
	l.From = t.Who
	w.tell(Closing, t.Who)
	w.Closing = append(w.Closing, Handover{Life: l, Next: next, When: s.handsOver(next)})
}

// ends relieves whoever had the turn, and hands it over.
func (w *walk) ends(s Stint) {
	holder := s.Who
	if t, ok := w.r.OnDuty(s.End.Add(-time.Second)); ok {
		holder = t.Who
	}
	l := w.of(s)
	l.Over, l.From = w.now.UTC(), holder
	w.keep(l)
	w.tell(Ended, holder)
	next, follows := w.r.Follows(s.End)
	stays := follows && next.Who == holder
	if w.now.Sub(s.End) <= missed && !(stays && next.Start.Equal(s.End)) {
		w.Ended = append(w.Ended, Relief{Who: holder, End: s.End, Next: next, Follows: follows})
	}
	if follows && !stays && s.handsOver(next).Equal(s.End) && w.now.Before(next.End) && (l.Handed.IsZero() || l.To != next.Who) {
		w.hand(l, next)
	}
}

func (w *walk) confirmDue(s Stint) {
	l, ok := w.Of(s)
	if !ok || !l.unanswered() {
		return
	}
	l.Chased = w.now.UTC()
	w.keep(l)
	w.tell(Unconfirmed, l.To, l.From)
	w.Unconfirmed = append(w.Unconfirmed, l)
}

// remindDue notes a turn, or for a lead of days all of as many days, for the reminder of whoever has it.
func (w *walk) remindDue(m Moment) {
	s, n := m.Stint, days(m.Lead)
	if !w.now.Before(s.Start) {
		return
	}
	if n == 0 {
		w.reminders[s.Who] = append(w.reminders[s.Who], s)
		return
	}
	key := listing(m.Lead, s.Who)
	if s.Start.Before(w.listed[key]) {
		return
	}
	until := DayOf(s.Start.In(w.now.Location())).Plus(n).clock(0, w.now.Location())
	from := later(s.Start, w.now)
	if w.listed[key].IsZero() {
		from = w.now // a list that left out what comes before would say that there is nothing
	}
	for _, t := range w.r.Stints(from, until) {
		if t.Who == s.Who && t.Start.After(w.now) && t.Start.Before(until) && !t.Start.Before(from) {
			w.reminders[s.Who] = append(w.reminders[s.Who], t)
		}
	}
	if w.listed == nil {
		w.listed = map[string]time.Time{}
	}
	w.listed[key] = until.UTC()
}

// kinds are the events of a round, those first after which an entry is best named.
var kinds = []journal.Kind{Late, Unconfirmed, Handed, Began, Ended, Closing, Reminded, Passed}

// end is the round, with all that it changes.
func (w *walk) end(c Cursor) Round {
	for _, who := range slices.Sorted(maps.Keys(w.reminders)) {
		stints := w.reminders[who]
		slices.SortFunc(stints, func(x, y Stint) int { return x.Start.Compare(y.Start) })
		stints = slices.CompactFunc(stints, func(x, y Stint) bool { return x.Start.Equal(y.Start) })
		w.Round.Reminders = append(w.Round.Reminders, Reminder{Who: who, Stints: stints})
		w.tell(Reminded, who)
	}
	if len(w.told) == 0 {
		w.tell(Passed)
	}
	w.lives = maps.Clone(w.lives)
	maps.DeleteFunc(w.lives, func(_ string, l Life) bool { return w.now.Sub(l.End) > keepLives && !l.unanswered() })
	c.Done, c.Listed = w.now.UTC(), map[string]time.Time{}
	for key, until := range w.listed {
		if until.After(w.now) {
			c.Listed[key] = until
		}
	}
	c.Next = w.next(w.r, c.Listed, w.now, w.rules)
	changes := append(w.changes(w.g, w.old), w.old.Set(w.g, c))
	for _, kind := range kinds {
		who, ok := w.told[kind]
		if !ok {
			continue
		}
		if kind == Reminded && changes == nil {
			who = nil // the entry is about something else, which is not about them
		}
		w.Events = append(w.Events, lifeEvent(kind, w.g, changes, who...))
		changes = nil // they stand in one of the events; all are one entry
	}
	return w.Round
}
