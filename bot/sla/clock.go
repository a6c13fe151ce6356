package sla

import (
	"cmp"
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Window is how far behind the newest message of its group a message may come and still count.
const Window = 10 * time.Minute

// maxWindow is how many messages are waited with at most; beyond it, the oldest are settled early: where people write
// every second, after two minutes. All of it is written with every message, so twice as many halve what can be heard.
const maxWindow = 128

// Clock is how the clocks of one group stand. The zero Clock has heard nothing. It is immutable, and safe to share.
type Clock struct {
	// Source is who told of the newest message, and Heard when that was written; zero: no source has ever told of this
	// group, and nothing may be said about how fast anybody answers.
	Source string
	Heard  time.Time
	// Late is how many messages came too late to count.
	Late int

	settled state
	bound   int64   // what is older is settled
	window  []entry // in order; none is older than bound

	// What follows from the window is kept with it, so that reading needs no rules.

	open    opening   // the first response that is awaited after all of it
	pending []closing // what will be settled
}

// closing is a sample that is not settled yet: it stands from a moment on, unless messages come that change it.
type closing struct {
	Sample
	from int64 // 0: already
}

// Take returns the clock after some messages, in any order, and what they have settled: samples that nothing can
// change any more. A message that was taken before changes nothing. Whoever keeps both together counts everything once.
func (c Clock) Take(r Rules, said ...Message) (Clock, Settled) {
	next := c
	next.window = make([]entry, len(c.window), len(c.window)+len(said))
	copy(next.window, c.window)
	for _, m := range said {
		next.hear(m)
	}
	slices.SortFunc(next.window, entry.compare)
	return next.fold(r, c)
}

// hear puts a message into the window, not yet in order.
func (c *Clock) hear(m Message) {
	at := m.At.UnixMilli()
	if at > c.Heard.UnixMilli() || c.Heard.IsZero() {
		c.Heard, c.Source = time.UnixMilli(at).UTC(), m.Source
	}
	if m.What == Nothing {
		return
	}
	e := entry{id: hash(m.ID), at: at, what: m.What, by: m.By}
	switch {
	case e.at < c.bound && m.What != Handled: // a mark may come late: it says itself what it is about
		c.Late++
	case !slices.ContainsFunc(c.window, e.same):
		c.window = append(c.window, e)
	}
}

// fold settles what is old enough and finds out how things stand after the rest. was is the clock before.
func (c Clock) fold(r Rules, was Clock) (Clock, Settled) {
	n := len(c.window)
	if n == 0 {
		return c, Settled{}
	}
	c.bound = max(c.bound, c.window[n-1].at-Window.Milliseconds())
	if over := n - maxWindow; over > 0 {
		if c.bound = max(c.bound, c.window[over].at); c.bound == c.window[0].at {
			c.bound++ // all of one moment: they cannot be told apart
		}
	}
	known := book{rules: r, known: was.pending}
	old, _ := slices.BinarySearchFunc(c.window, c.bound, func(e entry, at int64) int {
		if e.at < at {
			return -1
		}
		return 1
	})
	var out []Sample
	for _, e := range c.window[:old] {
		c.settled.step(e, func(k Kind, o opening, at int64, by chat.User) { out = append(out, known.sample(k, o, at, by)) })
	}
	for i, s := range out {
		out[i].Slot = ask(r.Slot, s.Opened.In(r.zone()))
	}
	said := r.count(c.window[:old])
	c.window = c.window[old:]
	c.settled.first = r.fix(c.settled.first, was.open, was.settled.first)
	c.settled.handling = r.fix(c.settled.handling, c.settled.first, was.settled.handling, was.open)

	c.pending = nil
	if n := len(was.pending); n > 0 {
		c.pending = make([]closing, 0, n+2) // mostly one or two more than before
	}
	stand := c.settled
	keep := func(from int64) closes {
		return func(k Kind, o opening, at int64, by chat.User) {
			c.pending = append(c.pending, closing{known.sample(k, o, at, by), from})
		}
	}
	for _, e := range c.window {
		stand.step(e, keep(0))
	}
	if end := stand.rests(); end != 0 {
		stand.rest(end, keep(end))
	}
	c.open = r.fix(stand.first, was.open, c.settled.first)
	return c, Settled{out, said}
}

// count counts messages: by whom, where that is staff, on which day, and in which hours of the roster.
func (r Rules) count(window []entry) []Said {
	var out []Said
	for _, e := range window {
		at := r.moment(e.at)
		s := Said{Day: DayOf(at), N: 1}
		switch e.what {
		case ByStaff:
			s.By = e.by
		case ByCustomer, Talk:
		case Nothing, Handled, Recall:
			continue
		}
		s.Slot = ask(r.Spoken, at)
		i := slices.IndexFunc(out, func(o Said) bool { return o.Day == s.Day && o.By == s.By && o.Slot == s.Slot })
		if i < 0 {
			out = append(out, s)
			continue
		}
		out[i].N++
	}
	return out
}

// ask asks which hours of the roster a moment falls into.
func ask(of func(time.Time) Slot, at time.Time) Slot {
	if of == nil {
		return ""
	}
	return of(at)
}

// fix fixes the terms of a clock that has opened: those known of the same one, else what the rules say now.
func (r Rules) fix(o opening, known ...opening) opening {
	if !o.open() || o.limit != 0 {
		return o
	}
	for _, k := range known {
		if k.id == o.id && k.at == o.at && k.limit != 0 {
			o.terms = k.terms
			return o
		}
	}
	at := r.moment(o.at)
	o.limit, o.shift = r.Limit, r.shift(at)
	o.due = r.due(at, r.Limit)
	if r.Warn > 0 && r.Warn < 100 && o.due != 0 {
		o.warn = r.due(at, r.warning())
	}
	return o
}

// warning is how long after a clock opened it is told that the time runs out: people think in whole minutes.
func (r Rules) warning() time.Duration {
	after := r.Limit * time.Duration(r.Warn) / 100
	if after > time.Minute {
		after = after.Truncate(time.Minute)
	}
	return after
}

func (r Rules) due(at time.Time, limit time.Duration) int64 {
	due := r.Due(at, limit)
	if due.IsZero() {
		return 0
	}
	return due.UnixMilli()
}

func (r Rules) shift(at time.Time) chat.User {
	if r.OnDuty == nil {
		return ""
	}
	return r.OnDuty(at)
}

// book makes samples; those that were made before it finds instead of asking the rules again.
type book struct {
	rules Rules
	known []closing
	from  int
}

func (b *book) sample(k Kind, o opening, at int64, by chat.User) Sample {
	for i := range b.known {
		i = (b.from + i) % len(b.known) // they come in the same order as before
		s := b.known[i].Sample
		if s.Kind == k && s.Opened.UnixMilli() == o.at && s.Closed.UnixMilli() == at && s.By == by {
			b.from = i + 1
			return s
		}
	}
	r := b.rules
	opened, closed := r.moment(o.at), r.moment(at)
	s := Sample{
		Kind: k, Opened: opened.UTC(), Closed: closed.UTC(), Took: r.Elapsed(opened, closed), By: by, Day: DayOf(opened),
		Limit: o.limit, Shift: o.shift,
	}
	if o.limit == 0 {
		s.Limit, s.Shift = r.Limit, r.shift(opened)
	}
	if k == Handling {
		s.Limit = cmp.Or(r.Handling, HandlingLimit)
	}
	s.Breached = s.Took > s.Limit
	return s
}

// Waiting is the customer who waits for a first response; ok is false if nobody does.
func (c Clock) Waiting() (w Waiting, ok bool) {
	if !c.open.open() {
		return Waiting{}, false
	}
	w = Waiting{
		Customer: c.open.by, Opened: time.UnixMilli(c.open.at).UTC(), Limit: c.open.limit, Shift: c.open.shift,
	}
	if c.open.warn != 0 {
		w.Warn = time.UnixMilli(c.open.warn).UTC()
	}
	if c.open.due != 0 {
		w.Due = time.UnixMilli(c.open.due).UTC()
	}
	return w, true
}

// Unsettled are the clocks that have closed as of now and that Take has not yet returned. With what was settled they
// are all.
func (c Clock) Unsettled(now time.Time) []Sample {
	var out []Sample
	for _, p := range c.pending {
		if p.from <= now.UnixMilli() {
			out = append(out, p.Sample)
		}
	}
	return out
}

// Said counts the messages that Take has not yet returned, by the days of a zone and by the hours of the roster in which
// they were written; nil: nobody knows those. With what was settled they are all.
func (c Clock) Said(zone *time.Location, spoken func(time.Time) Slot) []Said {
	return Rules{Zone: zone, Spoken: spoken}.count(c.window)
}

// HasSource says whether any source has ever told of the group.
func (c Clock) HasSource() bool { return !c.Heard.IsZero() }
