// Package directory holds the groups and people of a company as the platform shows them: observed facts, kept apart
// from what the bot itself has decided. It promises that what was observed is journalled as a difference, and it
// knows no rule about who may do what.
package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Group is one group as it was last observed. The zero Group is not bound. Safe to share; it never changes.
type Group struct {
	binding
	members []chat.Member // by id
}

// binding is what is known of a group but its members.
type binding struct {
	ID           chat.Group     `json:"id"`
	Kind         chat.GroupKind `json:"kind"`
	Name         string         `json:"name,omitempty"`
	Owner        chat.User      `json:"owner,omitempty"`
	Admins       []chat.User    `json:"admins,omitempty"`
	AdminsKnown  bool           `json:"admins_known,omitempty"`
	MembersKnown bool           `json:"members_known,omitempty"`
	Gone         bool           `json:"gone,omitempty"`
	// In are the departments that the group belongs to, those above included.
	In []string `json:"in,omitempty"`
}

const (
	bindingKey   = "binding"
	memberPrefix = "member/"
)

// OfGroup names the aggregate of one group.
func OfGroup(g chat.Group) journal.Name { return journal.Named("group", string(g)) }

// BuildGroup makes a Group of its records.
func BuildGroup(records map[string]json.RawMessage) (Group, error) {
	var g Group
	for key, raw := range records {
		if key == bindingKey {
			b, err := journal.Decode[binding](raw)
			if err != nil {
				return Group{}, err
			}
			g.binding = b
			continue
		}
		if !strings.HasPrefix(key, memberPrefix) {
			return Group{}, fmt.Errorf("unknown record %q of a group", key)
		}
		m, err := journal.Decode[chat.Member](raw)
		if err != nil {
			return Group{}, err
		}
		g.members = append(g.members, m)
	}
	slices.SortFunc(g.members, byID)
	return g, nil
}

func byID(a, b chat.Member) int { return strings.Compare(string(a.ID), string(b.ID)) }

// Bound says whether the bot has seen the group and it still exists.
func (g Group) Bound() bool { return g.ID != "" && !g.Gone }

// Title is the group's name, or its id where the platform tells no name.
func (g Group) Title() string {
	if g.Name != "" {
		return g.Name
	}
	return string(g.ID)
}

// Members are the people in the group by id; empty where the platform does not tell and nobody has spoken yet.
// The slice is shared and must not be changed.
func (g Group) Members() []chat.Member { return g.members }

// Member returns a person of the group.
func (g Group) Member(who chat.User) (chat.Member, bool) {
	i, ok := slices.BinarySearchFunc(g.members, chat.Member{ID: who}, byID)
	if !ok {
		return chat.Member{}, false
	}
	return g.members[i], true
}

// Observe returns what has changed since the group was last observed; nothing if it is the same. What the platform
// does not tell stays as it was, but for its own admins: of those nothing is claimed then.
func (g Group) Observe(o chat.Observed) []journal.Change {
	of := OfGroup(o.Group)
	admins := slices.Clone(o.Admins)
	slices.Sort(admins)
	next := binding{
		ID: o.Group, Kind: o.Kind, Name: chat.Line(o.Name), Owner: o.Owner, Admins: admins,
		AdminsKnown: o.AdminsKnown, MembersKnown: o.MembersKnown, Gone: o.Gone, In: o.Departments,
	}
	if o.Gone && g.ID != "" {
		next = g.binding
		next.Gone = true
	} else if g.Kind != "" {
		next.Kind = g.Kind // the kind is fixed at binding
		next.Name, next.Owner = told(next.Name, g.Name), told(o.Owner, g.Owner)
		if len(next.In) == 0 && next.Owner == g.Owner {
			next.In = g.In
		}
	}
	var before *binding
	if g.ID != "" {
		before = &g.binding
	}
	changes := appendChange(nil, journal.Set(of, bindingKey, before, &next))
	if !o.MembersKnown || o.Gone {
		return changes
	}
	seen := make(map[chat.User]bool, len(o.Members))
	for _, m := range o.Members {
		seen[m.ID] = true
		changes = append(changes, g.member(of, m)...)
	}
	for _, m := range g.members {
		if !seen[m.ID] {
			changes = append(changes, journal.Set[chat.Member](of, memberKey(m.ID), &m, nil))
		}
	}
	return changes
}

// told is what the platform tells, or, if that is nothing, what was known before.
func told[T ~string](now, before T) T {
	if now == "" {
		return before
	}
	return now
}

// Meet returns what changes when m is seen in the group, for groups whose members the platform does not tell.
func (g Group) Meet(m chat.Member) []journal.Change {
	if g.MembersKnown || !g.Bound() {
		return nil
	}
	return g.member(OfGroup(g.ID), m)
}

func (g Group) member(of journal.Name, m chat.Member) []journal.Change {
	m.Name = chat.Line(m.Name)
	old, known := g.Member(m.ID)
	if !known {
		return []journal.Change{journal.Set(of, memberKey(m.ID), nil, &m)}
	}
	if m.JoinedAt == 0 {
		m.JoinedAt = old.JoinedAt
	}
	m.Contact = told(m.Contact, old.Contact)
	return appendChange(nil, journal.Set(of, memberKey(m.ID), &old, &m))
}

func appendChange(to []journal.Change, c journal.Change) []journal.Change {
	if c.IsNothing() {
		return to
	}
	return append(to, c)
}

func memberKey(u chat.User) string { return memberPrefix + string(u) }

// Groups is the list of all groups that the bot has seen, by id.
type Groups struct{ list []Listed }

// Listed is one group of the list.
type Listed struct {
	ID   chat.Group     `json:"id"`
	Name string         `json:"name,omitempty"`
	Kind chat.GroupKind `json:"kind"`
}

// AllGroups names the aggregate of the list of groups.
const AllGroups journal.Name = "groups"

// BuildGroups makes the list of its records.
func BuildGroups(records map[string]json.RawMessage) (Groups, error) {
	var gs Groups
	for _, raw := range records {
		l, err := journal.Decode[Listed](raw)
		if err != nil {
			return Groups{}, err
		}
		gs.list = append(gs.list, l)
	}
	slices.SortFunc(gs.list, func(a, b Listed) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return gs, nil
}

// All returns the groups by name. The slice is shared and must not be changed.
func (gs Groups) All() []Listed { return gs.list }

// Find returns the groups that a person may mean: the one with this id, else those with this whole name, in capitals or
// not. Without a word nothing is meant, also where a group has no name.
func (gs Groups) Find(said string) []Listed {
	if said == "" {
		return nil
	}
	var named []Listed
	for _, l := range gs.list {
		if string(l.ID) == said {
			return []Listed{l}
		}
		if strings.EqualFold(l.Name, said) {
			named = append(named, l)
		}
	}
	return named
}

// List returns what changes in the list when a group was observed.
func (gs Groups) List(o chat.Observed) []journal.Change {
	var before *Listed
	for _, l := range gs.list {
		if l.ID == o.Group {
			before = &l
		}
	}
	after := &Listed{ID: o.Group, Name: chat.Line(o.Name), Kind: o.Kind}
	if before != nil {
		after.Kind, after.Name = before.Kind, told(after.Name, before.Name)
	}
	if o.Gone {
		after = nil
	}
	if before == nil && after == nil {
		return nil
	}
	return appendChange(nil, journal.Set(AllGroups, string(o.Group), before, after))
}

// The kinds of events of this package.
const (
	GroupObserved  journal.Kind = "group.observed"
	GroupChosen    journal.Kind = "group.chosen"
	PersonObserved journal.Kind = "person.observed"
)

// Happenings describes the kinds of events of this package.
func Happenings() []journal.Happening {
	seen := chat.Text{ZH: "这是平台上的事实，只能在平台上改变。", EN: "It is a fact on the platform and can change only there."}
	return []journal.Happening{
		{Kind: GroupObserved, Text: chat.Text{ZH: "群信息有变化", EN: "the group was seen to have changed"}, Final: seen},
		{Kind: PersonObserved, Text: chat.Text{ZH: "通讯录有变化", EN: "the address book was seen to have changed"}, Final: seen},
		{Kind: GroupChosen, Text: chat.Text{ZH: "选定了群", EN: "chose a group"}},
	}
}

// clock is when something was observed, in records that need it.
func clock(at time.Time) int64 { return at.Unix() }

// Unknown is a group of which only the id is known.
func Unknown(g chat.Group) Group { return Group{binding: binding{ID: g}} }

// Departments are the departments that the group belongs to: those of its human owner, where the platform tells them.
func (g Group) Departments() []string {
	if len(g.In) > 0 {
		return g.In
	}
	owner, ok := g.Member(g.Owner)
	if !ok || owner.Department == "" {
		return nil
	}
	return []string{owner.Department}
}
