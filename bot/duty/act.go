package duty

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// The kinds of events in which single times change hands.
const (
	Overridden    journal.Kind = "duty.overridden"
	Covered       journal.Kind = "duty.covered"
	Swapped       journal.Kind = "duty.swapped"
	Taken         journal.Kind = "duty.taken"
	TakenOver     journal.Kind = "duty.taken_over"
	GivenBack     journal.Kind = "duty.given_back" // what is left of a change is called off
	LeaveNoted    journal.Kind = "duty.leave_noted"
	LeaveEnded    journal.Kind = "duty.leave_ended"
	Departed      journal.Kind = "duty.departed"
	Scheduled     journal.Kind = "duty.scheduled"
	ScheduleEnded journal.Kind = "duty.schedule_ended"
	Offered       journal.Kind = "duty.offered"
	OfferEnded    journal.Kind = "duty.offer_ended" // declined, withdrawn or lapsed
)

func acts() []journal.Happening {
	return []journal.Happening{
		{Kind: Overridden, Text: chat.Text{ZH: "改派值班", EN: "put somebody else on duty"}},
		{Kind: Covered, Text: chat.Text{ZH: "替班", EN: "covered a shift"}},
		{Kind: Swapped, Text: chat.Text{ZH: "换班", EN: "swapped shifts"}},
		{Kind: Taken, Text: chat.Text{ZH: "顶班", EN: "took a running shift"}},
		{Kind: TakenOver, Text: chat.Text{ZH: "B角接管", EN: "the backup took over"}},
		{Kind: GivenBack, Text: chat.Text{ZH: "交还值班", EN: "gave a shift back"}},
		{Kind: LeaveNoted, Text: chat.Text{ZH: "登记请假", EN: "noted a leave"}},
		{Kind: Departed, Text: chat.Text{ZH: "离职，不再值班", EN: "left the company, and duty with it"}},
		{Kind: LeaveEnded, Text: chat.Text{ZH: "取消请假", EN: "ended a leave"}},
		{Kind: Scheduled, Text: chat.Text{ZH: "临时排班", EN: "set a temporary schedule"}},
		{Kind: ScheduleEnded, Text: chat.Text{ZH: "取消临时排班", EN: "ended a temporary schedule"}},
		{Kind: Offered, Text: chat.Text{ZH: "请人换班或替班", EN: "asked for a swap or for cover"}},
		{Kind: OfferEnded, Text: chat.Text{ZH: "换班或替班请求已了结", EN: "a request for a swap or cover ended"}},
	}
}

// The refusals of acts.
var (
	ErrBackwards = errors.New("it ends before it begins")
	ErrOver      = errors.New("it is over")
	ErrNotTheirs = errors.New("they have no turn in that time")
	ErrUnknown   = errors.New("no such record")
	ErrTwice     = errors.New("it is so already")
	ErrSelf      = errors.New("the same person on both sides")
	ErrAway      = errors.New("that person is on leave")
)

// event is an act upon one record.
func event[T keyed](kind journal.Kind, g chat.Group, before, after *T, targets ...chat.User) journal.Event {
	one := after
	if one == nil {
		one = before
	}
	return journal.Event{
		Kind: kind, Group: g, Targets: people(targets...), Items: []string{"duty"},
		Changes: []journal.Change{journal.Set(Of(g), (*one).Key(), before, after)},
	}
}

// people are those who are somebody, each once.
func people(all ...chat.User) []chat.User {
	var out []chat.User
	for _, u := range all {
		if u != "" && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

var eventOf = map[ChangeKind]journal.Kind{
	Override: Overridden, Cover: Covered, Swap: Swapped, Take: Taken, Takeover: TakenOver,
}

// Give returns the event in which a change is made. The zone of c.From is the roster's. It fails with ErrNotTheirs
// where c.For has no turn in that time, ErrAway where c.Who is on leave in a part of it, and ErrTwice where c.Who has
// all of it already.
func (r Roster) Give(g chat.Group, c Change, now time.Time) (journal.Event, error) {
	e, err := r.give(g, c, now)
	return r.tidied(g, e, now), err
}

func (r Roster) give(g chat.Group, c Change, now time.Time) (journal.Event, error) {
	switch {
	case !c.From.Before(c.Until):
		return journal.Event{}, ErrBackwards
	case !now.Before(c.Until):
		return journal.Event{}, ErrOver
	case c.For == c.Who:
		return journal.Event{}, ErrSelf
	case slices.ContainsFunc(r.changes, func(o Change) bool { return o.Code == c.Code }):
		return journal.Event{}, fmt.Errorf("%w: change %s", ErrTwice, c.Code)
	}
	if err := r.Present(c.Who, c.From, c.Until); err != nil {
		return journal.Event{}, err
	}
	theirs, others := false, false
	for _, t := range r.all(c.From, c.Until) {
		theirs = theirs || c.For == "" || t.Who == c.For || t.Vacant() && t.Base == c.For
		others = others || t.Who != c.Who
	}
	switch {
	case !theirs:
		return journal.Event{}, ErrNotTheirs
	case !others:
		return journal.Event{}, ErrTwice
	}
	kept := c
	kept.From, kept.Until, kept.At = c.From.UTC(), c.Until.UTC(), now.UTC()
	return event(eventOf[c.Kind], g, nil, &kept, c.For, c.Who), nil
}

// begun is how long something must have gone on to stay on record when it ends early: less is a slip that somebody took
// back, and a turn of some seconds would only stand in everybody's way.
const begun = time.Minute

// GiveBack returns the event in which what is left of a change is called off: all of it before it has well begun, else
// the rest of it from now on.
func (r Roster) GiveBack(g chat.Group, code string, now time.Time) (journal.Event, error) {
	for _, c := range r.changes {
		if c.Code != code {
			continue
		}
		switch {
		case !now.Before(c.Until):
			return journal.Event{}, ErrOver
		case now.Sub(c.From) < begun:
			return event(GivenBack, g, &c, nil, c.For, c.Who), nil
		}
		next := c
		next.Until = now.UTC()
		return event(GivenBack, g, &c, &next, c.For, c.Who), nil
	}
	return journal.Event{}, ErrUnknown
}

// GoAway returns the event in which somebody's leave is noted.
func (r Roster) GoAway(g chat.Group, l Leave, now time.Time) (journal.Event, error) {
	switch {
	case !l.From.Before(l.Until):
		return journal.Event{}, ErrBackwards
	case !now.Before(l.Until):
		return journal.Event{}, ErrOver
	}
	for _, o := range r.leaves {
		if o.Code == l.Code || o.Who == l.Who && !o.From.After(l.From) && !o.Until.Before(l.Until) {
			return journal.Event{}, ErrTwice
		}
	}
	l.From, l.Until, l.At = l.From.UTC(), l.Until.UTC(), now.UTC()
	return r.tidied(g, event(LeaveNoted, g, nil, &l, l.Who), now), nil
}

// ComeBack returns the event in which a leave ends: it is struck out before it has well begun, else over from now on.
func (r Roster) ComeBack(g chat.Group, code string, now time.Time) (journal.Event, error) {
	for _, l := range r.leaves {
		if l.Code != code {
			continue
		}
		switch {
		case !now.Before(l.Until):
			return journal.Event{}, ErrOver
		case now.Sub(l.From) < begun:
			return event(LeaveEnded, g, &l, nil, l.Who), nil
		}
		next := l
		next.Until, next.Left = now.UTC(), false // who has left the company may be back
		return event(LeaveEnded, g, &l, &next, l.Who), nil
	}
	return journal.Event{}, ErrUnknown
}

// Schedule returns the event in which a temporary schedule is set; its shifts are checked as Replace checks them.
func (r Roster) Schedule(g chat.Group, s Schedule, now time.Time) (journal.Event, error) {
	switch {
	case !s.From.Before(s.Until):
		return journal.Event{}, ErrBackwards
	case !now.Before(s.Until):
		return journal.Event{}, ErrOver
	case slices.ContainsFunc(r.schedules, func(o Schedule) bool { return o.Code == s.Code }):
		return journal.Event{}, fmt.Errorf("%w: schedule %s", ErrTwice, s.Code)
	}
	shifts, err := sound(s.Shifts)
	if err != nil {
		return journal.Event{}, err
	}
	s.Shifts, s.From, s.Until, s.At = shifts, s.From.UTC(), s.Until.UTC(), now.UTC()
	return r.tidied(g, event(Scheduled, g, nil, &s, Roster{Shifts: shifts}.Staff()...), now), nil
}

// Unschedule returns the event in which a temporary schedule ends, as ComeBack ends a leave.
func (r Roster) Unschedule(g chat.Group, code string, now time.Time) (journal.Event, error) {
	for _, s := range r.schedules {
		if s.Code != code {
			continue
		}
		targets := Roster{Shifts: s.Shifts}.Staff()
		switch {
		case !now.Before(s.Until):
			return journal.Event{}, ErrOver
		case now.Sub(s.From) < begun:
			return event(ScheduleEnded, g, &s, nil, targets...), nil
		}
		next := s
		next.Until = now.UTC()
		return event(ScheduleEnded, g, &s, &next, targets...), nil
	}
	return journal.Event{}, ErrUnknown
}

// Ask returns the event in which somebody offers a swap or asks for cover. Both sides must have a turn to give.
func (r Roster) Ask(g chat.Group, o Offer, now time.Time) (journal.Event, error) {
	switch {
	case !o.From.Before(o.Until), o.Kind == Swap && !o.BackFrom.Before(o.BackUntil):
		return journal.Event{}, ErrBackwards
	case !now.Before(o.Until), o.Kind == Swap && !now.Before(o.BackUntil):
		return journal.Event{}, ErrOver
	case o.By == o.With:
		return journal.Event{}, ErrSelf
	case !r.serves(o.By, o.From, o.Until), o.Kind == Swap && !r.serves(o.With, o.BackFrom, o.BackUntil):
		return journal.Event{}, ErrNotTheirs
	}
	for _, other := range r.offers {
		if other.Code == o.Code || other.By == o.By && other.With == o.With && other.From.Equal(o.From) && other.Until.Equal(o.Until) {
			return journal.Event{}, ErrTwice
		}
	}
	o.From, o.Until, o.At = o.From.UTC(), o.Until.UTC(), now.UTC()
	if o.Kind == Swap {
		o.BackFrom, o.BackUntil = o.BackFrom.UTC(), o.BackUntil.UTC()
	}
	o.Lapses = earlier(o.Lapses.UTC(), o.Until)
	return r.tidied(g, event(Offered, g, nil, &o, o.By, o.With), now), nil
}

// serves says whether somebody has a turn in a time.
func (r Roster) serves(who chat.User, from, until time.Time) bool {
	return slices.ContainsFunc(r.all(from, until), func(t Turn) bool { return t.Who == who })
}

// Offer is the offer of a code.
func (r Roster) Offer(code string) (Offer, bool) {
	for _, o := range r.offers {
		if o.Code == code {
			return o, true
		}
	}
	return Offer{}, false
}

// Accept returns the event in which somebody says yes to an offer: it is gone, and what it offered is so. zone is the
// roster's. It fails as Give does where the roster has moved on since.
func (r Roster) Accept(g chat.Group, code string, who chat.User, now time.Time, zone *time.Location) (journal.Event, error) {
	o, ok := r.Offer(code)
	switch {
	case !ok:
		return journal.Event{}, ErrUnknown
	case !now.Before(o.Lapses):
		return journal.Event{}, ErrOver
	case o.With != "" && o.With != who:
		return journal.Event{}, ErrNotTheirs
	}
	e, err := r.give(g, Change{
		Code: code, Kind: o.Kind, From: later(o.From.In(zone), now), Until: o.Until.In(zone), For: o.By, Who: who,
		Reason: o.Reason, By: who,
	}, now)
	if err != nil {
		return journal.Event{}, err
	}
	if o.Kind == Swap {
		back, err := r.give(g, Change{
			Code: code + "-back", Kind: Swap, From: later(o.BackFrom.In(zone), now), Until: o.BackUntil.In(zone),
			For: who, Who: o.By, Reason: o.Reason, By: who,
		}, now)
		if err != nil {
			return journal.Event{}, err
		}
		e.Changes = append(e.Changes, back.Changes...)
	}
	e.Changes = append(e.Changes, journal.Set[Offer](Of(g), o.Key(), &o, nil))
	return r.tidied(g, e, now), nil
}

// EndOffer returns the event in which an offer ends without a yes.
func (r Roster) EndOffer(g chat.Group, code string) (journal.Event, error) {
	o, ok := r.Offer(code)
	if !ok {
		return journal.Event{}, ErrUnknown
	}
	return event[Offer](OfferEnded, g, &o, nil, o.By, o.With), nil
}
