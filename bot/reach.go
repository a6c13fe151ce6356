package bot

import (
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

// Rules are what the clocks of a group are judged by, as far as it was loaded: the group, its roster, its settings.
func (c Call) Rules(g chat.Group) sla.Rules {
	return rulesOf(c.bot.ears.Listening, At[directory.Group](c, directory.OfGroup(g)), At[duty.Roster](c, duty.Of(g)),
		At[sla.Book](c, sla.Of(g)).Settings, c.Zone)
}

// Outside is what becomes of the time outside duty hours where a group does not say.
func (c Call) Outside() sla.Outside { return c.bot.ears.Outside }

// Connected says whether a source of messages is set up, whether or not it has told of a group yet.
func (c Call) Connected() bool { return c.bot.ears.Connected }

// Ladder is when who is told of a customer who waits.
func (c Call) Ladder() sla.Ladder { return c.bot.Ladder.Whole() }

// Reach is who can be told, at this moment, of a customer who waits in a group: whoever is on duty and their backup by
// the one resolver, the group's live seniors, of whom a 客服主管 comes before the others, and the department admins of
// the group, else the owners, who hear of it too where nobody else could. Whoever is on leave is left out.
func (c Call) Reach(g chat.Group) sla.Reach {
	roster, now := At[duty.Roster](c, duty.Of(g)), c.Now.In(c.Zone)
	f := c.In(g)
	there := func(u chat.User) bool { return u != "" && !roster.Away(u, now) }
	var r sla.Reach
	if t, ok := roster.OnDuty(now); ok {
		if r.OnDuty = t.Who; there(t.Backup) && t.Backup != t.Who {
			r.Backup = t.Backup
		}
	}
	r.Managers = slices.DeleteFunc(seniors(f, g, c.Now), func(u chat.User) bool { return !there(u) })
	for _, a := range f.Company.DepartmentAdmins() {
		if there(a.Who) && !f.IsOwner(a.Who) && f.Governs(a.Who, g) {
			r.Company = append(r.Company, a.Who)
		}
	}
	if len(r.Company) == 0 || r.Nobody() {
		r.Company = append(r.Company, f.Company.Owners()...)
	}
	return r
}

// seniors are those who answer for a group: its live 高级, those of them alone who are 客服主管 where there are some.
func seniors(f access.Facts, g chat.Group, at time.Time) []chat.User {
	var all, supervisors []chat.User
	for _, u := range f.Admins(g, at) {
		if f.LevelOf(u, g, at) != access.Senior {
			continue
		}
		all = append(all, u)
		if slices.ContainsFunc(f.Holds(u, g, at), func(r access.Role) bool { return r.Job == access.Supervisor }) {
			supervisors = append(supervisors, u)
		}
	}
	if len(supervisors) > 0 {
		return supervisors
	}
	return all
}

// GivesBack is the event in which somebody who lost their turn by letting a customer wait gets it back, because they
// have answered after all; none if they have lost none.
func (c Call) GivesBack(g chat.Group, who chat.User) []journal.Event {
	roster := At[duty.Roster](c, duty.Of(g))
	for _, ch := range slices.Backward(roster.Changes()) {
		lost := ch.Kind == duty.Takeover && ch.Reason == duty.LateAnswer && ch.For == who
		if !lost || c.Now.Before(ch.From) || !c.Now.Before(ch.Until) {
			continue
		}
		if back, err := roster.GiveBack(g, ch.Code, c.Now); err == nil {
			return []journal.Event{back}
		}
		return nil
	}
	return nil
}
