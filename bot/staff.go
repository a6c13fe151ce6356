package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// maxStaff is how many members of staff of a group are looked at where positions give roles: those who came first.
const maxStaff = 200

// Staff are the members of staff of a group that are looked at where positions give roles, those who came first before
// the others.
func Staff(g directory.Group) []chat.User {
	members := slices.DeleteFunc(slices.Clone(g.Members()), func(m chat.Member) bool { return m.Kind != chat.Staff })
	slices.SortStableFunc(members, func(a, b chat.Member) int { return cmp.Compare(a.JoinedAt, b.JoinedAt) })
	if len(members) > maxStaff {
		members = members[:maxStaff]
	}
	out := make([]chat.User, len(members))
	for i, m := range members {
		out[i] = m.ID
	}
	return out
}

// staffNames are the records of the address book that decisions about a group look at, beside those of the speaker and
// of the people who are named: none, unless positions give roles.
func staffNames(f access.Facts, g directory.Group) []journal.Name {
	if !f.Maps() {
		return nil
	}
	staff := Staff(g)
	out := make([]journal.Name, len(staff))
	for i, u := range staff {
		out[i] = directory.OfPerson(u)
	}
	return out
}

// ObserveStaff asks the address book about at most so many of a group's staff where positions give roles: those whom
// the bot has never met first, then the others in turn, since platforms do not always tell of a changed position. round
// says whose turn it is. It returns how many were asked about.
func (b *Bot) ObserveStaff(ctx context.Context, g chat.Group, most, round int) (int, error) {
	names := []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g)}
	found, err := b.Ledger.Load(ctx, journal.Want{Names: names})
	if err != nil {
		return 0, fmt.Errorf("load group: %w", err)
	}
	c := Call{found: found}
	group := At[directory.Group](c, directory.OfGroup(g))
	people := staffNames(access.Facts{Company: At[access.Book](c, access.Of("")), Group: At[access.Book](c, access.Of(g))}, group)
	if len(people) == 0 || most <= 0 {
		return 0, nil
	}
	if found, err = b.Ledger.Load(ctx, journal.Want{Names: people}); err != nil {
		return 0, fmt.Errorf("load staff: %w", err)
	}
	c = Call{found: found}
	turn := round % len(people)
	people = slices.Concat(people[turn:], people[:turn])
	slices.SortStableFunc(people, func(x, y journal.Name) int {
		return known(At[directory.Person](c, x)) - known(At[directory.Person](c, y))
	})
	people = people[:min(most, len(people))]
	return len(people), b.observeAll(ctx, g, people)
}

// atOnce is how many people are committed as one entry: those concerned are then told once, not person by person.
const atOnce = 100

// observeAll asks the address book about people of a group and commits what has changed.
func (b *Bot) observeAll(ctx context.Context, g chat.Group, people []journal.Name) error {
	var faults []error
	seen := map[chat.User]chat.Person{}
	for _, n := range people {
		u := chat.User(n.ID())
		p, err := b.askPerson(ctx, u)
		switch {
		case err != nil:
			b.Log.Warn("person not read", zap.String("person", string(u)), zap.Error(err))
		case p.Gone:
			faults = append(faults, b.keepPerson(ctx, u, p))
		default:
			seen[u] = p
		}
		if len(seen) == atOnce {
			faults = append(faults, b.keepPeople(ctx, g, seen))
			clear(seen)
		}
	}
	return errors.Join(append(faults, b.keepPeople(ctx, g, seen))...)
}

// keepPeople commits what the address book has told of people of a group.
func (b *Bot) keepPeople(ctx context.Context, g chat.Group, seen map[chat.User]chat.Person) error {
	who := slices.Sorted(maps.Keys(seen))
	names := []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g)}
	for _, u := range who {
		names = append(names, directory.OfPerson(u))
	}
	return b.amend(ctx, names, func(c Call) (Outcome, error) {
		e := journal.Event{Kind: directory.PersonObserved}
		for _, u := range who {
			if changes := At[directory.Person](c, directory.OfPerson(u)).Observe(u, seen[u], c.Now); len(changes) > 0 {
				e.Targets, e.Changes = append(e.Targets, u), append(e.Changes, changes...)
			}
		}
		if len(e.Changes) == 0 {
			return Outcome{}, nil
		}
		return Outcome{Events: []journal.Event{e}}, nil
	}, "")
}

// KnownGroups lists the groups that the bot has seen and that are not gone, of the kinds named, or of all.
func (b *Bot) KnownGroups(ctx context.Context, kinds ...chat.GroupKind) ([]chat.Group, error) {
	found, err := b.Ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	var out []chat.Group
	for _, g := range At[directory.Groups](Call{found: found}, directory.AllGroups).All() {
		if len(kinds) == 0 || slices.Contains(kinds, g.Kind) {
			out = append(out, g.ID)
		}
	}
	return out, nil
}

func known(p directory.Person) int {
	if p.Known() {
		return 1
	}
	return 0
}
