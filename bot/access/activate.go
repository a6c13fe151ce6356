package access

import (
	"errors"
	"time"

	"qunguan/bot/chat"
)

// How long an activation may last (R14).
const (
	LeastActivation = time.Hour
	MostActivation  = 24 * time.Hour
)

// FromEligibility is the source that an activation names.
const FromEligibility = "eligible"

// What somebody must mend before an activation is possible.
var (
	ErrNoReason         = errors.New("an activation needs a reason")
	ErrActivationLength = errors.New("an activation lasts one to twenty-four hours, and no longer than the eligibility")
	ErrActivated        = errors.New("an activation that gives as much runs as long")
	ErrNoActivation     = errors.New("no activation runs")
)

// Activation is what somebody who is eligible asks for.
type Activation struct {
	Who    chat.User
	Only   Items // empty: the whole role
	Level  Level // NoLevel: whichever the role has; another one than the role's is not eligible
	For    time.Duration
	Reason string
}

// Activate wakes the role, or some items of it, that a person is eligible for. It ends by time, at the latest with the
// eligibility. One that runs is replaced if the new one gives no less and lasts longer, or gives more and lasts as
// long; else it is ErrActivated.
//
// The cap and separation of duties, which an eligibility does not touch, are asked here. It is nobody's grant: whoever
// made the person eligible has given it, with the rank and the second person that it takes.
func (f Facts) Activate(g chat.Group, want Activation, now time.Time) (Change, Decision, error) {
	a := f.asker(g, want.Who, now)
	e, d := a.eligible(want)
	switch {
	case a.f.Offered != 0 && want.Only.Minus(a.f.Offered) != 0:
		return nil, denied(RuleNotOffered), nil
	case !d.Allowed:
		return nil, d, nil
	case want.Reason == "":
		return nil, d, ErrNoReason
	case want.For < LeastActivation || want.For > MostActivation:
		return nil, d, ErrActivationLength
	}
	after := a.activation(e, want)
	m := move{who: want.Who, temporary: true, after: &after, before: a.role(want.Who, ActiveKey(want.Who))}
	if b := m.before; b != nil && b.Live(a.now) && !b.yields(after) {
		return nil, d, ErrActivated
	}
	c, d := a.propose(m)
	return c, d, nil
}

// Deactivate ends a person's own activation. It needs no right but one's own.
func (f Facts) Deactivate(g chat.Group, who chat.User, now time.Time) (Change, Decision, error) {
	a := f.asker(g, who, now)
	r := a.role(who, ActiveKey(who))
	if r == nil || r.over(a.now) {
		return nil, Decision{Rule: RuleNotAdmin}, ErrNoActivation
	}
	c, d := a.propose(move{who: who, temporary: true, before: r})
	return c, d, nil
}

// MayActivate returns the role that somebody may activate for an item at a moment; NoItem asks for any.
func (f Facts) MayActivate(who chat.User, i Item, g chat.Group, at time.Time) (Role, bool) {
	e, d := f.asker(g, who, at).eligible(Activation{Who: who, Only: ItemsOf(i)})
	return e, d.Allowed
}

// eligible finds the role that an activation would wake: the group's before the company's.
func (a *asker) eligible(want Activation) (Role, Decision) {
	why := RuleNotEligible
	r := Request{Group: a.g, At: a.now}
	for _, b := range []Book{a.f.Group, a.f.Company} {
		p := b.person(want.Who)
		for i := range p.lines[:p.roles] {
			l := &p.lines[i]
			e := l.role
			if !e.Eligible || !l.covers(a.f, &r) || want.Level != NoLevel && want.Level != e.Level || want.Only.Minus(e.Items()) != 0 {
				continue
			}
			if why = l.silence(a.f, want.Who, &r); why == RuleNotActivated {
				return *e, Decision{Allowed: true, Rule: RuleEligible, item: Admins}
			}
		}
	}
	return Role{}, denied(why)
}

func (a *asker) activation(e Role, want Activation) Role {
	after := e
	after.Eligible, after.Active, after.Groups = false, true, nil
	after.By, after.Reason, after.At, after.Source, after.Review = want.Who, want.Reason, a.now, FromEligibility, time.Time{}
	after.From, after.Until = a.now, a.now.Add(want.For)
	if want.Only != 0 {
		after.Only = want.Only
	}
	if e.Temporary() && e.Until.Before(after.Until) {
		after.Until = e.Until
	}
	return after
}

// yields says whether a running activation makes room for another one.
func (r Role) yields(o Role) bool {
	more := o.Items().Minus(r.Items()) != 0
	return r.Items().Minus(o.Items()) == 0 && (o.Until.After(r.Until) || more && !o.Until.Before(r.Until))
}

// mayActivate judges an activation of one's own that somebody wants to stand in the book, whoever wrote it: by the
// command or by an undo.
func (a *asker) mayActivate(r Role) Decision {
	e, d := a.eligible(Activation{Who: r.Who, Only: r.Items(), Level: r.Level})
	switch {
	case !d.Allowed:
		return d
	case r.over(a.now), r.Items() == 0, !e.covers(r), r.Until.Sub(a.now) > MostActivation:
		return denied(RuleNothingGranted)
	}
	return d
}

// covers says whether an activation is one of this eligibility.
func (r Role) covers(o Role) bool {
	narrowed, ok := o.Data.and(r.Data)
	return o.Level == r.Level && o.Tier <= r.Tier && o.OnDuty == r.OnDuty && o.Items().Minus(r.Items()) == 0 &&
		ok && narrowed.Equal(o.Data) && r.lasts(o)
}

// outgrown ends a running activation that an eligibility, as it becomes, does not allow.
func (a *asker) outgrown(e Role) []move {
	r := a.role(e.Who, ActiveKey(e.Who))
	if !e.Eligible || r == nil || r.over(a.now) || e.covers(*r) {
		return nil
	}
	return []move{{who: e.Who, temporary: true, before: r}}
}

// latest is how far an activation may be extended.
func (a *asker) latest(who chat.User) time.Time {
	most := a.now.Add(MostActivation)
	if e, d := a.eligible(Activation{Who: who}); d.Allowed && e.Temporary() && e.Until.Before(most) {
		return e.Until
	}
	return most
}
