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
	// Groups, or else Tag, say where a role in the company's book counts; neither is everywhere. A role in a group's
	// book is about that group.
	Groups []chat.Group
	Tag    string
	// Eligible makes it a role that gives nothing by itself and that Who may activate (R14).
	Eligible bool
	// OnDuty makes it a role that is awake only while Who is on shift (M04).
	OnDuty bool
	Data   DataScope // narrows whom it may act on; zero narrows nothing
	Review time.Time // when somebody should ask whether a fixed role is still needed; zero: not set
	// NoContact says that the person is known to lack the platform's own right to serve customers (R16). What is not
	// known does not say so: a company that cannot tell the bot could otherwise appoint nobody.
	NoContact bool
}

// ErrNoTemporary says that there is no live temporary role to extend.
var ErrNoTemporary = errors.New("no live temporary role")

// Appoint gives a role. A fixed one replaces the fixed one, a temporary one the temporary one, one to be activated the
// one to be activated; the others stay, but for an activation that the new one would not allow. With the zero group it is a role in all groups, which only an owner gives.
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
		Eligible: want.Eligible, OnDuty: want.OnDuty, Data: want.Data, Review: want.Review.UTC(),
	}
	if after.Level == NoLevel {
		after.Level = DefaultLevel(after.Job)
	}
	after.Grants = f.jobGrants(want.Job)
	if g == "" {
		after.Groups, after.Tag = want.Groups, want.Tag
	}
	if after.Temporary() && after.From.IsZero() {
		after.From = a.now
	}
	m := move{who: want.Who, temporary: after.Temporary(), after: &after}
	if m.before = a.role(want.Who, after.Key()); m.before != nil {
		data, ok := m.before.Data.and(after.Data) // /scope narrowed it, and only /scope widens it again
		if !ok {
			return nil, denied(RuleNothingGranted)
		}
		after.Data = data
	}
	narrowed, ok := after.Data.and(a.data())
	if !ok {
		return nil, denied(RuleMoreThanHeld)
	}
	after.Data = narrowed
	return a.propose(append([]move{m}, a.outgrown(after)...)...)
}

func (a *asker) propose(moves ...move) (Change, Decision) {
	d := a.mayMove(moves, OtherChange)
	if !d.Allowed {
		return nil, d
	}
	return a.changes(moves), d
}

// Dismiss ends all of a person's roles in the group, also those that are suspended, yet to begin or yet to be
// activated, and a running activation.
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
	for _, key := range rolesOf(who) {
		if r := a.role(who, key); r != nil && !r.over(a.now) {
			moves = append(moves, move{who: who, temporary: r.Temporary(), before: r})
		}
	}
	if len(moves) == 0 {
		return nil, a.noRole(who)
	}
	return a.propose(moves...)
}

// noRole says why there is nothing to change: no role at all, one by position or department, or one that the company
// gave for many groups, which a single group cannot take away.
func (a *asker) noRole(who chat.User) Decision {
	switch {
	case a.f.standing(who, a.g, a.now) == NoLevel:
		return denied(RuleNotAdmin)
	case !a.f.appointed(who, &Request{Group: a.g, At: a.now}):
		return denied(RuleInherited)
	}
	return denied(RuleTier)
}

// Relevel gives a person's role another level. It is the fixed role; if there is none, the temporary one; else the one
// that may be activated.
func (f Facts) Relevel(g chat.Group, by, who chat.User, level Level, now time.Time) (Change, Decision) {
	return f.rework(g, by, who, now, func(r *Role) { r.Level = level })
}

// Rejob gives a person's role another job; NoJob takes the job away, and the level's preset is what remains. It is
// the role that Relevel would change.
func (f Facts) Rejob(g chat.Group, by, who chat.User, job Job, now time.Time) (Change, Decision) {
	return f.rework(g, by, who, now, func(r *Role) { r.Job, r.Grants = job, f.jobGrants(job) })
}

func (f Facts) rework(g chat.Group, by, who chat.User, now time.Time, work func(*Role)) (Change, Decision) {
	a := f.asker(g, by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d
	}
	for _, key := range []string{RoleKey(who, false), RoleKey(who, true), EligibleKey(who)} {
		if r := a.role(who, key); r != nil && !r.over(a.now) {
			return a.reworked(r, work)
		}
	}
	return nil, a.noRole(who)
}

// reworked proposes a role with something changed; from then on it is the asker's setting.
func (a *asker) reworked(r *Role, work func(*Role)) (Change, Decision) {
	after := *r
	work(&after)
	if after.Level == r.Level && after.Job == r.Job && after.Grants == r.Grants && after.Only == r.Only && after.Until.Equal(r.Until) {
		return nil, a.mayMove(nil, OtherChange)
	}
	after.By, after.At, after.Tier = a.by, a.now, a.tier()
	m := move{who: r.Who, temporary: r.Temporary(), before: r, after: &after}
	return a.propose(append([]move{m}, a.outgrown(after)...)...)
}

// Extend moves the end of the role that Extendable tells to a later moment, that of an activation within the bounds of
// one. An end that is not later grants nothing. ErrNoTemporary says that there is no such role, though the person may
// hold another.
func (f Facts) Extend(g chat.Group, by, who chat.User, until, now time.Time) (Change, Decision, error) {
	a := f.asker(g, by, now)
	if d := a.admins(who); !d.Allowed {
		return nil, d, nil
	}
	r := a.extendable(who)
	if r == nil {
		return nil, a.noRole(who), ErrNoTemporary
	}
	if r.Active && until.After(a.latest(who)) {
		return nil, denied(RuleNothingGranted), ErrActivationLength
	}
	if !until.After(r.Until) {
		return nil, denied(RuleNothingGranted), nil
	}
	c, d := a.reworked(r, func(r *Role) { r.Until = until.UTC() })
	return c, d, nil
}

// Extendable is the role of a group's book whose end Extend moves: the live temporary one, else a running activation,
// else one that may be activated until an end.
func (f Facts) Extendable(g chat.Group, who chat.User, now time.Time) (Role, bool) {
	if r := f.asker(g, "", now).extendable(who); r != nil {
		return *r, true
	}
	return Role{}, false
}

func (a *asker) extendable(who chat.User) *Role {
	for _, key := range []string{RoleKey(who, true), ActiveKey(who)} {
		if r := a.role(who, key); r != nil && r.Live(a.now) {
			return r
		}
	}
	if e := a.role(who, EligibleKey(who)); e != nil && e.Temporary() && !e.over(a.now) {
		return e
	}
	return nil
}
