package access

import (
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Undoes says what the changes given to MayApply take back.
type Undoes uint8

// What is taken back.
const (
	OtherChange Undoes = iota
	// FirstSenior: the change that gave the group its first senior. Without it the group may be without one again.
	FirstSenior
)

// MayApply asks whether somebody may make any changes of the group's access book, by the rules of the commands:
// whoever could do it by Appoint, Dismiss and their kin may. Undo asks it about the opposite of an entry. Changes
// of other aggregates are not looked at, those of another access book are refused. That Before is still what stands
// in the book is the commit's business.
//
// A role comes back as the setting of whoever had made it, also of the enterprise; a statement of the enterprise is
// set and lifted only by those who make such settings.
func (f Facts) MayApply(g chat.Group, by chat.User, changes []journal.Change, undoes Undoes, now time.Time) Decision {
	a := f.asker(g, by, now)
	d := Decision{Allowed: true, Rule: RuleGranted, item: Admins}
	var moves []move
	then := f.withJobs(changes)
	for _, c := range changes {
		if !isAccess(c.Of) {
			continue
		}
		if a.owner && g == "" && then.redefines(c) {
			continue // a job of the company's changes with all roles that have it, in whichever book
		}
		if c.Of != Of(g) {
			return denied(RuleTier)
		}
		m, isRole, one := a.mayChange(c)
		if !one.Allowed {
			return one
		}
		if isRole {
			moves = append(moves, m)
		}
	}
	if len(moves) == 0 {
		return d
	}
	return a.mayMove(moves, undoes)
}

func isAccess(n journal.Name) bool { return n == Of("") || n.Kind() == Of("g").Kind() }

// mayChange judges the change of a record that is no role; of a role it says which move it is, since roles are
// judged together.
func (a *asker) mayChange(c journal.Change) (m move, isRole bool, d Decision) {
	allowed := Decision{Allowed: true, Rule: RuleGranted, item: Admins}
	kind, id, _ := strings.Cut(c.Key, "/")
	switch kind {
	case "role", "temp", "eligible", "active":
		m := move{who: chat.User(id), temporary: kind == "temp"}
		p := a.book().person(m.who)
		m.before = p.role(c.Key)
		if c.After == nil {
			return m, true, allowed
		}
		r, err := decodeRole(c.Key, c.After)
		if err != nil {
			return m, true, denied(RuleNothingGranted)
		}
		m.after = &r
		return m, true, allowed
	case "statement":
		return m, false, a.mayState(c)
	case "delegate":
		return m, false, a.mayDelegate(c)
	}
	if _, policy := policyKinds[kind]; policy {
		return m, false, a.mayRecord(c)
	}
	if a.owner {
		return m, false, Decision{Allowed: true, Rule: RuleOwner, item: Admins}
	}
	return m, false, denied(RuleTier) // owners, department admins and caps come from the configuration
}

func (a *asker) mayState(c journal.Change) Decision {
	if c.After != nil {
		s, err := decodeStatement(c.Key, c.After)
		if err != nil {
			return denied(RuleNothingGranted)
		}
		return a.mayExcept(s)
	}
	s, err := decodeStatement(c.Key, c.Before)
	if err != nil {
		return denied(RuleNothingGranted)
	}
	return a.mayUnset(s)
}
