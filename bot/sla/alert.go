package sla

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Told is one person who was told of a customer who waits, and at which step.
type Told struct {
	Who  chat.User `json:"who"`
	Step Step      `json:"step"`
	At   time.Time `json:"at"`
}

func knows(told []Told, who chat.User) bool {
	return slices.ContainsFunc(told, func(t Told) bool { return t.Who == who })
}

// Alert is the word that goes round about one customer who waits.
type Alert struct {
	Opened   time.Time     `json:"opened"` // when they wrote
	Customer chat.User     `json:"customer"`
	LateAt   time.Time     `json:"late_at"` // when the answer is late
	Limit    time.Duration `json:"limit"`
	Shift    chat.User     `json:"shift,omitempty"` // who was answerable when they wrote
	Step     Step          `json:"step"`            // the highest that was taken
	Told     []Told        `json:"told,omitempty"`  // in the order in which they were
	// Alone says that nobody near the group could be told when it began or went on.
	Alone bool `json:"alone,omitempty"`

	AckedBy chat.User     `json:"acked_by,omitempty"` // who says that they see to it; empty: nobody
	AckedAt time.Time     `json:"acked_at,omitzero"`
	Unacked chat.User     `json:"unacked,omitempty"` // who said so last, in vain
	Snoozed time.Duration `json:"snoozed,omitempty"` // how long it has been put off in all
	Put     chat.User     `json:"put,omitempty"`     // who put it off last
	Next    time.Time     `json:"next,omitzero"`     // when to look at it again; zero: never

	Ended   time.Time `json:"ended,omitzero"`     // when it was over
	EndedBy chat.User `json:"ended_by,omitempty"` // who answered, or said that it is handled; empty: nobody did
}

// Key is the record of the alert.
func (a Alert) Key() string { return alertKey(a.Opened) }

// Code is what the alert is called in commands.
func (a Alert) Code() string { return strconv.FormatInt(a.Opened.UnixMilli(), 36) }

func alertKey(opened time.Time) string { return fmt.Sprintf("%s%d", alertPrefix, opened.UnixMilli()) }

// Due is when to look at it again.
func (a Alert) Due() time.Time { return a.Next }

// Over says whether the customer waits no more.
func (a Alert) Over() bool { return !a.Ended.IsZero() }

// Knows says whether somebody was told.
func (a Alert) Knows(who chat.User) bool { return knows(a.Told, who) }

// Late says whether the answer is late.
func (a Alert) Late(now time.Time) bool { return !now.Before(a.LateAt) }

const (
	// MaxSnooze is how long an alert can be put off in all.
	MaxSnooze = 30 * time.Minute
	// twice is within which time the same length is taken for a button that was pressed twice.
	twice = time.Minute
	// lookAgain is how often an alert of which everybody has been told is looked at: its customer may wait no more, and
	// whoever should have said so died before they could.
	lookAgain = 6 * time.Hour
	// keepEnded is how long an alert that is over is kept, so that a late press on its card is answered with who it was.
	keepEnded = 24 * time.Hour
)

// The kinds of events about customers who wait.
const (
	Warned    journal.Kind = "sla.warned"    // the time runs out
	Breached  journal.Kind = "sla.late"      // the limit has passed
	Escalated journal.Kind = "sla.escalated" // word went further up
	Acked     journal.Kind = "sla.acked"
	Unacked   journal.Kind = "sla.unacked" // who said that they see to it did not
	Snoozed   journal.Kind = "sla.snoozed"
	Marked    journal.Kind = "sla.handled"
	Answered  journal.Kind = "sla.answered"
	Gone      journal.Kind = "sla.gone"     // the customer waits no more, and nobody is known to have answered
	Reminded  journal.Kind = "sla.reminded" // who had put it off is told again
	Looked    journal.Kind = "sla.looked"   // before its time
)

func alertHappenings() []journal.Happening {
	said := chat.Text{ZH: "它记的是已发生的事。", EN: "It tells what has happened."}
	var out []journal.Happening
	for _, h := range []journal.Happening{
		{Kind: Warned, Text: chat.Text{ZH: "提醒：客户快等超时", EN: "warned that an answer will be late"}},
		{Kind: Breached, Text: chat.Text{ZH: "客户等待超时", EN: "found an answer late"}},
		{Kind: Escalated, Text: chat.Text{ZH: "客户等待上报", EN: "told those further up that a customer waits"}},
		{Kind: Acked, Text: chat.Text{ZH: "认领等待的客户", EN: "saw to a customer who waits"}},
		{Kind: Unacked, Text: chat.Text{ZH: "认领后没有回复", EN: "had not answered after all"}},
		{Kind: Snoozed, Text: chat.Text{ZH: "等待提醒延后", EN: "put an alert off"}},
		{Kind: Marked, Text: chat.Text{ZH: "标记已处理", EN: "marked a matter as handled"}},
		{Kind: Answered, Text: chat.Text{ZH: "等待的客户得到回复", EN: "answered a customer of whom others were told"}},
		{Kind: Gone, Text: chat.Text{ZH: "客户不再等待", EN: "a customer no longer waits"}},
		{Kind: Reminded, Text: chat.Text{ZH: "再次提醒：客户还在等", EN: "reminded that a customer still waits"}},
		{Kind: Looked, Text: chat.Text{ZH: "核对等待的客户", EN: "looked at a customer who waits"}},
	} {
		h.Final = said
		out = append(out, h)
	}
	return out
}

// The refusals about alerts.
var (
	ErrNobody = errors.New("no customer waits of whom anybody was told")
	ErrOver   = errors.New("the customer waits no more")
	ErrTaken  = errors.New("somebody else sees to it")
	ErrTwice  = errors.New("it is so already")
	ErrSnooze = errors.New("it was put off long enough")
	ErrNever  = errors.New("no answer is ever due, so nobody will be told")
)

// Scene is what a moment of an alert is looked at with.
type Scene struct {
	Group  chat.Group
	Reach  Reach
	Rules  Rules // by which the time between steps counts
	Ladder Ladder
	Now    time.Time
}

// in is a moment after some time that counts; where nobody is on duty so long, after that time.
func (s Scene) in(from time.Time, d time.Duration) time.Time {
	if at := s.Rules.Due(from, d); !at.IsZero() {
		return at.UTC()
	}
	return from.Add(d).UTC()
}

// when is when the step after one is taken; after the last one, when it is only looked at.
func (s Scene) when(a Alert) time.Time {
	if a.Step >= ToCompany {
		return s.Now.Add(lookAgain).UTC()
	}
	return s.in(a.begins(), s.Ladder.Whole().After(a.Step+1))
}

// longAgo is how late an answer must be when somebody first hears of it for the ladder to begin anew: what was found in
// the archive of days ago is no reason to call everybody at once.
const longAgo = 12 * time.Hour

// begins is from when the time of the steps counts.
func (a Alert) begins() time.Time {
	if len(a.Told) > 0 && a.Told[0].At.Sub(a.LateAt) > longAgo {
		return a.Told[0].At
	}
	return a.LateAt
}

// Open returns the event in which word of a customer who waits first goes round; ok is false where it has already, or
// is not due.
func (b Book) Open(s Scene, w Waiting) (e journal.Event, ok bool) {
	_, known := b.alerts[alertKey(w.Opened)]
	if known || w.Due.IsZero() || s.Now.Before(w.Due) && (w.Warn.IsZero() || s.Now.Before(w.Warn)) {
		return journal.Event{}, false
	}
	a := Alert{
		Opened: w.Opened.UTC(), Customer: w.Customer, LateAt: w.Due.UTC(), Limit: w.Limit, Shift: w.Shift, Next: s.Now.UTC(),
	}
	return b.climb(s, a, nil), true
}

// Come returns the event of an alert whose moment has come: whoever said that they see to it is not trusted any longer,
// and the next step is taken. ok is false where it is not due.
func (b Book) Come(s Scene, key string) (e journal.Event, ok bool) {
	a, known := b.alerts[key]
	if !known || a.Over() || a.Next.IsZero() {
		return journal.Event{}, false
	}
	was := a
	if s.Now.Before(a.Next) { // the clock was put back since: the moment is still to come, and must stay on the agenda
		return journal.Event{Kind: Looked, Group: s.Group, Changes: []journal.Change{journal.Set(Of(s.Group), key, &was, &a)}}, false
	}
	return b.climb(s, a, &was), true
}

// climb takes the steps whose time has come; while nobody has been told at all, the next one that reaches somebody.
func (b Book) climb(s Scene, a Alert, was *Alert) journal.Event {
	now, again := s.Now.UTC(), a.Put
	if a.AckedBy != "" {
		again, a.Unacked = a.AckedBy, a.AckedBy
	}
	a.Put, a.AckedBy, a.AckedAt = "", "", time.Time{}
	a.Told = slices.Clone(a.Told)
	tell := func(step Step, people ...chat.User) {
		a.Step = max(a.Step, step)
		for _, u := range people {
			a.Told = append(a.Told, Told{Who: u, Step: step, At: now})
		}
	}
	if u := s.Reach.OnDuty; u != "" && !a.Knows(u) { // also of whoever has come on duty since
		tell(ToDuty, u)
	}
	for a.Step < ToCompany && (len(a.Told) == 0 || !now.Before(s.when(a))) {
		step, people := s.Reach.climb(a.Step, a.Told)
		tell(step, people...)
	}
	if u := s.Reach.OnDuty; u != "" && a.Late(now) && was != nil && was.Step < ToBackup && len(a.Told) == len(was.Told) {
		tell(ToBackup, u) // nobody else is there: whoever knows is told that it is late now
	}
	a.Alone = a.Alone || s.Reach.Nobody()
	a.Next = s.when(a)
	return s.event(kindOf(a, was, now), a, was, again)
}

func kindOf(a Alert, was *Alert, now time.Time) journal.Kind {
	before := Alert{}
	if was != nil {
		before = *was
	}
	switch {
	case a.Late(now) && before.Step < ToBackup:
		return Breached
	case a.Step > max(before.Step, ToDuty):
		return Escalated
	case before.Step == NoStep:
		return Warned
	case before.AckedBy != "":
		return Unacked
	case before.Put == "" && len(a.Told) == len(before.Told):
		return Looked // everybody knows
	}
	return Reminded
}

// event is a change of one alert; its targets are those who are newly told, and one more.
func (s Scene) event(kind journal.Kind, a Alert, was *Alert, more chat.User) journal.Event {
	e := journal.Event{
		Kind: kind, Group: s.Group, Items: []string{"duty"},
		Changes: []journal.Change{journal.Set(Of(s.Group), a.Key(), was, &a)},
	}
	n := 0
	if was != nil {
		n = len(was.Told)
	}
	people := one(more)
	for _, t := range a.Told[n:] {
		people = append(people, t.Who)
	}
	for _, u := range people {
		if !slices.Contains(e.Targets, u) {
			e.Targets = append(e.Targets, u)
		}
	}
	return e
}

// Alert is the alert that a code names, over or not; without a code, the one that is open.
func (b Book) Alert(code string) (Alert, bool) {
	for _, key := range slices.Backward(b.keys()) {
		a := b.alerts[key]
		if code == "" && !a.Over() || code != "" && strings.EqualFold(a.Code(), code) {
			return a, true
		}
	}
	return Alert{}, false
}

// Acting is what somebody does about a customer who waits.
type Acting struct {
	Scene
	Code string // of the alert; empty: the open one
	Who  chat.User
	// Waiting is the customer who waits, of whom nobody may have been told yet; zero: nobody does.
	Waiting Waiting
}

func (b Book) find(code string) (Alert, error) {
	a, ok := b.Alert(code)
	switch {
	case !ok && code != "":
		return a, ErrOver // long ago: it is not even kept
	case !ok:
		return a, ErrNobody
	case a.Over():
		return a, ErrOver
	}
	return a, nil
}

// Ack returns the event in which somebody says that they see to it: for a while nobody else is told. Where nobody has
// been told yet, the first word of it goes round no sooner than it would have. It fails with ErrNobody, ErrOver,
// ErrTaken, ErrTwice and ErrNever, and returns the alert as it stands.
func (b Book) Ack(s Acting) (Alert, journal.Event, error) {
	a, err := b.find(s.Code)
	if errors.Is(err, ErrNobody) && !s.Waiting.Opened.IsZero() {
		return b.ackEarly(s)
	}
	switch {
	case err != nil:
		return a, journal.Event{}, err
	case a.AckedBy == s.Who:
		return a, journal.Event{}, ErrTwice
	case a.AckedBy != "":
		return a, journal.Event{}, ErrTaken
	}
	was := a
	a.AckedBy, a.AckedAt, a.Put = s.Who, s.Now.UTC(), ""
	a.Next = s.in(s.Now, s.Ladder.Whole().Unack)
	return a, s.event(Acked, a, &was, s.Who), nil
}

// ackEarly is Ack for a customer of whom nobody was told yet.
func (b Book) ackEarly(s Acting) (Alert, journal.Event, error) {
	w, now := s.Waiting, s.Now.UTC()
	if a, known := b.alerts[alertKey(w.Opened)]; known {
		return a, journal.Event{}, ErrOver // the mark has not reached the clock yet
	}
	a := Alert{
		Opened: w.Opened.UTC(), Customer: w.Customer, LateAt: w.Due.UTC(), Limit: w.Limit, Shift: w.Shift, AckedBy: s.Who, AckedAt: now,
	}
	if w.Due.IsZero() {
		return a, journal.Event{}, ErrNever
	}
	if a.Next = s.in(s.Now, s.Ladder.Whole().Unack); w.Look(now).After(a.Next) {
		a.Next = w.Look(now).UTC()
	}
	return a, s.event(Acked, a, nil, s.Who), nil
}

// Snooze returns the event in which somebody puts the next step off. It fails like Ack, and with ErrSnooze where it has
// been put off for MaxSnooze in all.
func (b Book) Snooze(s Acting, d time.Duration) (Alert, journal.Event, error) {
	a, err := b.find(s.Code)
	switch {
	case err != nil:
		return a, journal.Event{}, err
	case a.AckedBy != "" && a.AckedBy != s.Who:
		return a, journal.Event{}, ErrTaken
	case a.Put == s.Who && s.Now.Before(a.Next) && d <= a.Next.Sub(s.Now)+twice:
		return a, journal.Event{}, ErrTwice
	case a.Snoozed+d > MaxSnooze:
		return a, journal.Event{}, ErrSnooze
	}
	was := a
	a.Snoozed, a.Put, a.AckedBy, a.AckedAt = a.Snoozed+d, s.Who, "", time.Time{}
	a.Next = s.in(s.Now, d)
	return a, s.event(Snoozed, a, &was, s.Who), nil
}

// End returns the event in which the alert is over: marked as handled, answered, or gone where by is nobody. Those that
// were over long ago leave the book with it.
func (b Book) End(g chat.Group, a Alert, kind journal.Kind, by chat.User, at time.Time) journal.Event {
	was := a
	a.Ended, a.EndedBy, a.Next, a.AckedBy, a.AckedAt, a.Put = at.UTC(), by, time.Time{}, "", time.Time{}, ""
	e := Scene{Group: g}.event(kind, a, &was, by)
	for _, key := range b.keys() {
		if old := b.alerts[key]; old.Over() && at.Sub(old.Ended) > keepEnded {
			e.Changes = append(e.Changes, journal.Set[Alert](Of(g), key, &old, nil))
		}
	}
	return e
}

// Settled says whether nobody need hear of a record any more: the customer of an alert waits no more.
func (b Book) Settled(key string) bool {
	a, ok := b.alerts[key]
	return strings.HasPrefix(key, alertPrefix) && (!ok || a.Over())
}
