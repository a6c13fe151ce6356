package bot

import (
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// call makes the Call of what was read.
func (t *turn) call() Call {
	f := t.facts
	c := Call{
		Now: t.bot.Now(), Said: t.said, Zone: t.bot.Zone, Message: t.message, Args: t.match.Args,
		Profile: t.bot.Profile, Education: t.bot.Education, Duty: t.bot.Duty, Targets: t.bot.Targets, Bounds: t.bot.Bounds, commands: t.bot.All(), bot: t.bot, found: f.found, inspected: t.inspected, Health: t.bot.Health(), Clockwork: t.bot.Clockwork(),
		unnamed: &[]journal.Name{}, unmailed: &[]journal.Name{}, Named: t.message.Group != "" || t.match.Group != "",
	}
	if t.agreed != nil {
		c.Named = t.agreed.Named // a confirmation is said elsewhere
	}
	c.Group = At[directory.Group](c, directory.OfGroup(f.group))
	c.Groups = At[directory.Groups](c, directory.AllGroups)
	c.Asked = At[Asked](c, OfAsked(t.message.From))
	if t.agreed != nil {
		c.agreed = t.agreed.Text
	}
	person := At[directory.Person](c, directory.OfPerson(t.message.From))
	c.Actor = chat.Member{ID: t.message.From}
	if person.Known() {
		c.Actor = person.Member()
	} else if m, ok := c.Group.Member(t.message.From); ok {
		c.Actor = m
	}
	c.Access = accessFacts(c, f.group, t.message.From)
	return c
}

func accessFacts(c Call, g chat.Group, actor chat.User) access.Facts {
	f := access.Facts{Company: At[access.Book](c, access.Of(""))}
	if g != "" {
		f.Group = At[access.Book](c, access.Of(g))
	}
	group := At[directory.Group](c, directory.OfGroup(g))
	f.People = peopleOf(c, group)
	f.Actor = f.People[actor]
	f.Place = access.Place{Departments: group.Departments(), Tags: f.Group.Tags()}
	if group.MembersKnown {
		f.Place.People = len(group.Members())
	}
	if c.Has(duty.Of(g)) {
		f.Roster = onShift{At[duty.Roster](c, duty.Of(g)), c.Zone}
	}
	f.Offered = Offered(c.Profile)
	return f
}

// In is the facts about another group, as far as they were read: its access book, the group itself, its roster.
func (c Call) In(g chat.Group) access.Facts {
	return accessFacts(c, g, c.Actor.ID)
}

// onShift tells decisions about rights who is on duty: the roster's turns, in the bot's zone.
type onShift struct {
	roster duty.Roster
	zone   *time.Location
}

// Shifts tells decisions about rights who is on duty by a roster.
func (c Call) Shifts(r duty.Roster) access.Roster { return onShift{r, c.Zone} }

// OnDuty says whether a person has the turn that runs at a moment. The backup rests until they take over.
func (s onShift) OnDuty(who chat.User, at time.Time) bool {
	t, ok := s.roster.OnDuty(at.In(s.zone))
	return ok && t.Who == who
}

// NextShift looks a week ahead.
func (s onShift) NextShift(who chat.User, at time.Time) (time.Time, bool) {
	at = at.In(s.zone)
	for _, t := range s.roster.Between(at, at.AddDate(0, 0, 7)) {
		if t.Who == who && t.Start.After(at) {
			return t.Start, true
		}
	}
	return time.Time{}, false
}

// Inherits is what the address book says of a person that can give or take rights.
func Inherits(p directory.Person) access.Person {
	out := access.Person{Followers: p.Followers}
	if p.Position != "" {
		out.Positions = []string{p.Position}
	}
	for _, d := range p.Within {
		out.Departments = append(out.Departments, access.Department{Name: d.Name, Depth: d.Depth})
	}
	if len(p.Within) == 0 { // what is above them was not told
		for _, d := range p.Departments {
			out.Departments = append(out.Departments, access.Department{Name: d, Depth: 1})
		}
	}
	return out
}

// Offered is what a platform has of the catalogue, with the bot's own governance; empty, which is all, for a platform
// that does not say.
func Offered(p chat.Profile) access.Items {
	if len(p.Items) == 0 {
		return 0
	}
	out := access.GovernanceItems
	for _, name := range p.Items {
		if i, ok := access.ParseItem(name); ok {
			out = out.With(i)
		}
	}
	return out
}
