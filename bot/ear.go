package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/sla"
)

// This file holds what listening to a group needs to know of it, as last read. Nothing is decided by it alone: what is
// made of it is kept only if all of it is still so.

// Listening is how messages of groups are listened to.
type Listening struct {
	Ignore  []string    // what customers write without asking for anything, beside the courtesies
	Outside sla.Outside // what becomes of time outside duty hours where a group does not say; empty: it pauses
	// Connected says that a source of messages is set up, whether or not it has told of a group yet.
	Connected bool
	Warn      int // after which part of the limit those concerned are told, in percent; 0: they are not
	// Handling is how long handling of a matter should take; 0 is sla.HandlingLimit.
	Handling time.Duration
}

// ear is one group, as last read.
type ear struct {
	clock  sla.Clock
	known  bool           // the bot is at home there
	looked []journal.Name // what was looked at, for checks
	// checks are the versions of all that was read.
	checks  map[journal.Name]int64
	rules   sla.Rules
	alerted bool

	inside bool // an internal group: everybody is of the company, and whoever has no part in its duty counts as a customer
	staff  map[chat.User]bool
	access access.Facts
	watch  *watch // nil: nobody wants its messages looked at
}

// ears are what is remembered of groups. Safe for concurrent use.
type ears struct {
	Listening
	ignores sla.Ignores
	company companyWords
	mu      sync.Mutex
	groups  map[chat.Group]*ear
}

// companyWords is the company's list of keywords, ready to be searched with. Making it so takes tens of milliseconds, so
// it is done once for each version. Safe for concurrent use.
type companyWords struct {
	mu      sync.Mutex
	version int64
	matcher *moderation.Matcher
}

func (w *companyWords) of(s journal.State) *moderation.Matcher {
	list, _ := s.Value.(moderation.List)
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.Version != w.version {
		w.version, w.matcher = s.Version, list.Compile()
	}
	return w.matcher
}

// maxEars is how many groups are remembered; past it, some are forgotten and read again.
const maxEars = 20_000

func newEars(l Listening) ears {
	if l.Outside == "" {
		l.Outside = sla.Pauses
	}
	return ears{Listening: l, ignores: sla.Ignoring(l.Ignore...), groups: map[chat.Group]*ear{}}
}

func (e *ears) get(g chat.Group) *ear {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.groups[g]
}

// put remembers a group; nil forgets it. An ear that was put is never changed.
func (e *ears) put(g chat.Group, next *ear) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if next == nil {
		delete(e.groups, g)
		return
	}
	if _, ok := e.groups[g]; !ok && len(e.groups) >= maxEars {
		for old := range e.groups {
			delete(e.groups, old)
			if len(e.groups) < maxEars*9/10 {
				break
			}
		}
	}
	e.groups[g] = next
}

// earNames are what is read of a group.
func earNames(g chat.Group) []journal.Name {
	return []journal.Name{directory.OfGroup(g), duty.Of(g), sla.Of(g), access.Of(g), moderation.WordsOf(g)}
}

// learnGroups is what is remembered of groups; those of which nothing is are read, in one round trip.
func (b *Bot) learnGroups(ctx context.Context, groups []chat.Group) (map[chat.Group]*ear, error) {
	out := make(map[chat.Group]*ear, len(groups))
	want := journal.Want{Names: []journal.Name{access.Of(""), moderation.WordsOf("")}}
	for _, g := range groups {
		if out[g] = b.ears.get(g); out[g] == nil {
			want.Names, want.Clocks = append(want.Names, earNames(g)...), append(want.Clocks, g)
		}
	}
	if len(want.Clocks) == 0 {
		return out, nil
	}
	found, err := b.Ledger.Load(ctx, want)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	for _, g := range want.Clocks {
		if out[g], err = b.newEar(Call{found: found}, g); err != nil {
			return nil, fmt.Errorf("read group %s: %w", g, err)
		}
		b.ears.put(g, out[g])
	}
	return out, nil
}

func (b *Bot) newEar(c Call, g chat.Group) (*ear, error) {
	clock, err := sla.Unpack(c.found.Clocks[g])
	if err != nil {
		return nil, err
	}
	group := At[directory.Group](c, directory.OfGroup(g))
	book, roster := At[sla.Book](c, sla.Of(g)), At[duty.Roster](c, duty.Of(g))
	e := &ear{
		clock: clock, known: group.Bound(), alerted: book.Alerted(), inside: group.Kind != chat.CustomerGroup,
		looked: earNames(g), checks: map[journal.Name]int64{},
		rules: rulesOf(b.ears.Listening, group, roster, book.Settings, b.Zone), staff: map[chat.User]bool{},
	}
	for _, n := range append(earNames(g), access.Of(""), moderation.WordsOf("")) {
		e.checks[n] = c.State(n).Version
	}
	if e.watch = b.watchOf(c, g); e.watch != nil {
		e.looked = append(e.looked, moderation.WordsOf(""))
	}
	if e.inside || e.watch != nil {
		e.looked = append(e.looked, access.Of(""))
		e.access = access.Facts{Company: At[access.Book](c, access.Of("")), Group: At[access.Book](c, access.Of(g))}
	}
	if !e.inside {
		for _, m := range group.Members() {
			if m.Kind == chat.Staff {
				e.staff[m.ID] = true
			}
		}
	}
	for _, u := range roster.Staff() {
		e.staff[u] = true
	}
	return e, nil
}

// isStaff says whether somebody answers customers in the group, where the source does not tell: of customer groups
// whoever belongs to the company, of internal ones whoever has a role or a shift.
func (e *ear) isStaff(who chat.User, g chat.Group, at time.Time) bool {
	if e.staff[who] {
		return true
	}
	return e.inside && (e.access.IsOwner(who) || e.access.LevelOf(who, g, at) != access.NoLevel)
}

// check are the versions that what is made of e depends on.
func (e *ear) check() []journal.Check {
	out := make([]journal.Check, len(e.looked))
	for i, n := range e.looked {
		out[i] = journal.Check{Name: n, Version: e.checks[n]}
	}
	return out
}

// with is e with another clock.
func (e *ear) with(c sla.Clock) *ear {
	next := *e
	next.clock = c
	return &next
}

// rulesOf are what the clocks of a group are judged by: its own settings first, then the plan it was agreed to need,
// then its size. A VIP group that names no limit has the shortest there is.
func rulesOf(l Listening, g directory.Group, r duty.Roster, s sla.Settings, zone *time.Location) sla.Rules {
	size := duty.UnknownSize
	if g.MembersKnown {
		size = duty.SizeOf(len(g.Members()))
	}
	out := sla.Rules{Limit: limitOf(size, r, s), Warn: l.Warn, Zone: zone, Handling: l.Handling}
	outside := s.Outside
	if outside == "" {
		outside = l.Outside
	}
	hours := r
	if len(r.Shifts) == 0 { // as long as nobody has made one, hours are those of the size
		hours = duty.Roster{Shifts: size.Spans()}
	}
	if outside == sla.Pauses && len(hours.Shifts) > 0 {
		out.Hours = func(from, until time.Time) []sla.Span { return spans(hours, from, until) }
	}
	planned := len(r.Staff()) > 0
	running := func(at time.Time) duty.Turn {
		t, ok := r.OnDuty(at)
		if !ok && planned && outside == sla.Pauses {
			t, _ = r.Next(at) // whose time it is that runs
		}
		return t
	}
	out.OnDuty = func(at time.Time) chat.User { return running(at).Who }
	out.Slot = func(at time.Time) sla.Slot { return slotOf(running(at)) }
	out.Spoken = func(at time.Time) sla.Slot { return SlotAt(r, at) }
	return out
}

// SlotAt is the hours of a roster that run at a moment, in its zone, whether or not somebody has them.
func SlotAt(r duty.Roster, at time.Time) sla.Slot {
	t, _ := r.OnDuty(at)
	return slotOf(t)
}

func slotOf(t duty.Turn) sla.Slot {
	if t.Start.IsZero() {
		return sla.OffDuty
	}
	return sla.SlotOf(t.From, t.To)
}

func limitOf(size duty.Size, r duty.Roster, s sla.Settings) time.Duration {
	switch {
	case s.Limit > 0:
		return s.Limit
	case s.VIP:
		return duty.Large.Answer()
	case r.Plan.Minutes > 0:
		return time.Duration(r.Plan.Minutes) * time.Minute
	case size != duty.UnknownSize:
		return size.Answer()
	}
	return duty.Small.Answer()
}

// spans are duty hours: also those in which nobody is there although somebody should be. The customer waits then too.
func spans(r duty.Roster, from, until time.Time) []sla.Span {
	turns := r.Turns(from, until)
	out := make([]sla.Span, len(turns))
	for i, t := range turns {
		out[i] = sla.Span{Start: t.Start, End: t.End}
	}
	return out
}
