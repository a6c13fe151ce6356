package access

import (
	"errors"
	"time"

	"qunguan/bot/chat"
)

// Appointment is a role that somebody wants somebody to have.
type Appointment struct {
	By      chat.User
	Who     chat.User
	WhoKind chat.PersonKind // must be chat.Staff; what is not known is refused
	Level   Level           // NoLevel: that of the job (D2)
	Job     Job
	From    time.Time // zero: now, if there is an end
	Until   time.Time // exclusive; zero: a fixed role
	Reason  string
	Source  string // where it comes from, if it is no appointment of its own: "scene:supervisor"
	// NoContact says that the person is known to lack the platform's own right to serve customers (R16). What is not
	// known does not say so: a company that cannot tell the bot could otherwise appoint nobody.
	NoContact bool
}

// ErrNoTemporary says that there is no live temporary role to extend.
var ErrNoTemporary = errors.New("no live temporary role")

// Appoint gives a role. A fixed one replaces the fixed one, a temporary one the temporary one; the other stays.
// With the zero group it is a role in all groups, which only an owner gives.
//
// The change is empty unless the Decision allows. Nobody appoints themselves, grants more than they hold, or a
// level equal to their own; between seniors the rule is second-person (D3).
func (f Facts) Appoint(g chat.Group, want Appointment, now time.Time) (Change, Decision) {
	a := f.asker(g, want.By, now)
	if d := a.admins(want.Who); !d.Allowed {
		return nil, d
	}
	if want.WhoKind != chat.Staff || want.Who == "" {
		return nil, denied(RuleNotStaff)
	}
	if want.NoContact {
		return nil, denied(RuleNoContactRight)
	}
	after := Role{
		Who: want.Who, Level: want.Level, Job: want.Job, From: want.From.UTC(), Until: want.Until.UTC(),
		By: want.By, Reason: want.Reason, At: a.now, Tier: a.tier(), Source: want.Source,
	}
	if custom, ok := f.Company.JobDefinition(want.Job); ok {
		after.Grants = custom.Items
	}
	if after.Level == NoLevel {
		after.Level = DefaultLevel(after.Job)
	}
	if after.Temporary() && after.From.IsZero() {
		after.From = a.now
	}
	m := move{who: want.Who, temporary: after.Temporary(), after: &after}
	if m.before = a.held(want.Who, m.temporary); m.before != nil {
		after.Data = m.before.Data // /scope narrowed it, and only /scope widens it again
	}
	narrowed, ok := after.Data.and(a.data())
	if !ok {
		return nil, denied(RuleMoreThanHeld)
	}
	after.Data = narrowed
	return a.propose(m)
}

func (a *asker) propose(moves ...move) (Change, Decision) {
	d := a.mayMove(moves, OtherChange)
	if !d.Allowed {
		return nil, d
	}
	return a.changes(moves), d
}

// Dismiss ends a person's fixed and temporary role in the group, also those that are suspended or yet to begin.
// The reason belongs to the journal's entry; no record keeps it.
func (f Facts) Dismiss(g chat.Group, by, who chat.User, _ string, now time.Time) (Change, Decision) {
	a := f.asker(g, by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d
	}
	return a.end(who)
}

// Quit ends a person's own roles in the group. It needs no item; only the last senior cannot.
func (f Facts) Quit(g chat.Group, who chat.User, _ string, now time.Time) (Change, Decision) {
	return f.asker(g, who, now).end(who)
}

func (a *asker) end(who chat.User) (Change, Decision) {
	var moves []move
	for _, temporary := range []bool{false, true} {
		if r := a.held(who, temporary); r != nil && !r.over(a.now) {
			moves = append(moves, move{who: who, temporary: temporary, before: r})
		}
	}
	if len(moves) == 0 {
		return nil, a.noRole(who)
	}
	return a.propose(moves...)
}

// noRole says why there is nothing to change: no role at all, or one that the company gave for many groups, which a
// single group cannot take away.
func (a *asker) noRole(who chat.User) Decision {
	if a.f.standing(who, a.g, a.now) != NoLevel {
		return denied(RuleTier)
	}
	return denied(RuleNotAdmin)
}

// Relevel gives a person's role another level. It is the fixed role; the temporary one if there is no other.
func (f Facts) Relevel(g chat.Group, by, who chat.User, level Level, now time.Time) (Change, Decision) {
	return f.rework(g, by, who, now, func(r *Role) { r.Level = level })
}

// Rejob gives a person's role another job; NoJob takes the job away, and the level's preset is what remains. It is
// the fixed role; the temporary one if there is no other.
func (f Facts) Rejob(g chat.Group, by, who chat.User, job Job, now time.Time) (Change, Decision) {
	return f.rework(g, by, who, now, func(r *Role) { r.Job = job })
}

func (f Facts) rework(g chat.Group, by, who chat.User, now time.Time, work func(*Role)) (Change, Decision) {
	a := f.asker(g, by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d
	}
	for _, temporary := range []bool{false, true} {
		if r := a.held(who, temporary); r != nil && !r.over(a.now) {
			return a.reworked(r, work)
		}
	}
	return nil, a.noRole(who)
}

// reworked proposes a role with something changed; from then on it is the asker's setting.
func (a *asker) reworked(r *Role, work func(*Role)) (Change, Decision) {
	after := *r
	work(&after)
	if after.Level == r.Level && after.Job == r.Job && after.Until.Equal(r.Until) {
		return nil, a.mayMove(nil, OtherChange)
	}
	after.By, after.At, after.Tier = a.by, a.now, a.tier()
	return a.propose(move{who: r.Who, temporary: r.Temporary(), before: r, after: &after})
}

// Extend moves the end of a person's live temporary role to a later moment. An end that is not later grants nothing.
// ErrNoTemporary says that there is no such role, though the person may hold another.
func (f Facts) Extend(g chat.Group, by, who chat.User, until, now time.Time) (Change, Decision, error) {
	a := f.asker(g, by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d, nil
	}
	r := a.held(who, true)
	if r == nil || !r.Live(a.now) {
		return nil, a.noRole(who), ErrNoTemporary
	}
	if !until.After(r.Until) {
		return nil, denied(RuleNothingGranted), nil
	}
	c, d := a.reworked(r, func(r *Role) { r.Until = until.UTC() })
	return c, d, nil
}
