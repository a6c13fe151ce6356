package commands

import (
	"encoding/json"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// followHeirs says what follows where roles come by position or department: when the address book shows somebody
// elsewhere, when people come and go, or when rights are changed, those who gain, lose or must wait for such a role are
// told, and the owners and seniors with them. Nobody is asked to make anybody an admin in the platform: such a role
// counts in the bot only.
func followHeirs(c bot.Call, events []journal.Event) bot.Consequence {
	t := touches{mapped: slices.ContainsFunc(events, func(e journal.Event) bool { return slices.ContainsFunc(e.Changes, access.IsMapping) })}
	for _, e := range events {
		for _, ch := range e.Changes {
			t.note(c, ch)
		}
	}
	if len(t.need) > 0 {
		return bot.Consequence{Need: t.need}
	}
	if len(t.groups) == 0 {
		return bot.Consequence{}
	}
	slices.Sort(t.groups)
	t.groups = slices.Compact(t.groups)
	then, err := c.After(events)
	if err != nil {
		return bot.Consequence{} // the commit will say so
	}
	var told telling
	var out bot.Consequence
	for _, g := range t.groups {
		after := then.In(g)
		told.add(c, g, after, access.Shifts(c.In(g), after, g, c.Now))
		if !after.Maps() {
			continue
		}
		for _, u := range bot.Staff(bot.At[directory.Group](then, directory.OfGroup(g))) {
			if t.learns && !bot.At[directory.Person](then, directory.OfPerson(u)).Known() {
				out.Effects = append(out.Effects, chat.Effect{Kind: chat.ObserveStaff, Group: g})
				break
			}
		}
	}
	out.Effects = append(told.effects(then, t.gone), out.Effects...)
	return out
}

// touches are the groups in which roles by position may have changed, and what must still be read to tell.
type touches struct {
	groups []chat.Group
	need   []journal.Name
	mapped bool        // a mapping itself is changed
	learns bool        // people whom the bot has never met may have come in reach
	gone   []chat.User // who has left the company, and cannot be written to
}

func (t *touches) note(c bot.Call, ch journal.Change) {
	switch {
	case ch.Of.Kind() == "person" && ch.Key == "profile":
		t.person(c, ch)
	case ch.Of.Kind() == "group":
		t.group(c, chat.Group(ch.Of.ID()), ch.Key)
	case ch.Of == access.Of("") && access.IsMapping(ch):
		t.book(c, "")
	case ch.Of != access.Of("") && ch.Of.Kind() == access.Of("g").Kind():
		if in := chat.Group(ch.Of.ID()); t.mapped || c.Has(ch.Of) && c.Has(access.Of("")) && c.In(in).Maps() {
			t.book(c, in) // also an appointment can take the last place, and a dismissal free one
		}
	}
}

// book notes the groups of a book.
func (t *touches) book(c bot.Call, in chat.Group) {
	need, groups := reading(c, in)
	t.need, t.groups, t.learns = append(t.need, need...), append(t.groups, groups...), t.learns || t.mapped
}

// group notes a group whose people are seen to come or go.
func (t *touches) group(c bot.Call, g chat.Group, key string) {
	for _, n := range []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g)} {
		if !c.Has(n) {
			t.need = append(t.need, n)
		}
	}
	if len(t.need) > 0 || !c.In(g).Maps() {
		return
	}
	if u, isMember := strings.CutPrefix(key, "member/"); isMember && !c.Has(directory.OfPerson(chat.User(u))) && len(t.need) < maxReach {
		t.need = append(t.need, directory.OfPerson(chat.User(u)))
	}
	t.learns = true
	if !slices.Contains(t.groups, g) {
		t.book(c, g)
	}
}

// person notes the groups of somebody whose record of the address book changes.
func (t *touches) person(c bot.Call, ch journal.Change) {
	who := chat.User(ch.Of.ID())
	was, is := personIn(ch, ch.Before), personIn(ch, ch.After)
	if !moves(was, is) {
		return
	}
	if is.Gone {
		t.gone = append(t.gone, who)
	}
	if !c.Has(access.Of("")) {
		t.need = append(t.need, access.Of(""))
		return
	}
	company := access.Facts{Company: bot.At[access.Book](c, access.Of(""))}
	// Of somebody who is met for the first time, while the company maps nothing, all groups need not be searched: a
	// group that does asks about its people itself.
	groups, need := groupsOf(c, who, !was.Known() && !company.Maps())
	t.groups, t.need = append(t.groups, groups...), append(t.need, need...)
}

func personIn(ch journal.Change, raw json.RawMessage) directory.Person {
	if raw == nil {
		return directory.Person{}
	}
	p, err := directory.BuildPerson(map[string]json.RawMessage{ch.Key: raw})
	if err != nil {
		return directory.Person{} // what cannot be read gives no role
	}
	return p
}

// moves says whether what gives roles is different.
func moves(was, is directory.Person) bool {
	return was.Position != is.Position || was.Gone != is.Gone || !slices.Equal(was.Departments, is.Departments) || !slices.Equal(was.Within, is.Within)
}

// groupsOf are the groups that somebody is in and where roles come by position, among the first maxGroups, or among
// those that were read; need is what must still be read to tell.
func groupsOf(c bot.Call, who chat.User, read bool) (groups []chat.Group, need []journal.Name) {
	all := slices.Clone(c.Groups.All())
	if read {
		all = slices.DeleteFunc(all, func(l directory.Listed) bool { return !c.Has(directory.OfGroup(l.ID)) || !c.Has(access.Of(l.ID)) })
	}
	all = all[:min(len(all), maxGroups)]
	for _, l := range all {
		if n := directory.OfGroup(l.ID); !c.Has(n) {
			need = append(need, n)
		}
	}
	if len(need) > 0 {
		return nil, need
	}
	for _, l := range all {
		group := bot.At[directory.Group](c, directory.OfGroup(l.ID))
		if _, in := group.Member(who); !in {
			continue
		}
		if n := access.Of(l.ID); !c.Has(n) {
			need = append(need, n)
			continue
		}
		if !c.In(l.ID).Maps() {
			continue
		}
		groups = append(groups, l.ID)
		for _, u := range bot.Staff(group) {
			if n := directory.OfPerson(u); !c.Has(n) {
				need = append(need, n)
			}
		}
	}
	return groups, need
}

func join(a, b bot.Consequence) bot.Consequence {
	a.Events, a.Effects = append(a.Events, b.Events...), append(a.Effects, b.Effects...)
	a.Need, a.Says = append(a.Need, b.Need...), append(a.Says, b.Says...)
	return a
}
