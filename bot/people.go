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
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
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

// foreseen are the records of people that a turn about g will probably look at, as last known, so that one round trip
// is enough: the staff where positions give roles, and the person who is acted on.
func (t *turn) foreseen(g chat.Group) []journal.Name {
	if g == journal.Chosen {
		g = t.bot.Ledger.LastKnown(journal.Want{Who: t.message.From}).Chosen
	}
	if g == "" {
		return nil
	}
	known := t.bot.Ledger.LastKnown(journal.Want{Names: []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g)}})
	company, _ := known.States[access.Of("")].Value.(access.Book)
	book, _ := known.States[access.Of(g)].Value.(access.Book)
	group, _ := known.States[directory.OfGroup(g)].Value.(directory.Group)
	names := staffNames(access.Facts{Company: company, Group: book}, group)
	if m, ok := t.meant(group); ok {
		names = append(names, directory.OfPerson(m.ID))
	}
	return names
}

// meant is the member of a group that the command acts on, where just one can be meant.
func (t *turn) meant(g directory.Group) (chat.Member, bool) {
	on := t.command.On
	if on == nil || t.match.Problem != nil || !on.Given(t.match.Args) {
		return chat.Member{}, false
	}
	found := grammar.FindPerson(on.Ref(t.match.Args), g.Members())
	if len(found) != 1 {
		return chat.Member{}, false
	}
	return found[0], true
}

// unread are the records of people that a decision looks at and that were not read: what was foreseen was foreseen from
// what is remembered.
func (t *turn) unread(c Call) []journal.Name {
	names := staffNames(c.Access, c.Group)
	if m, ok := t.meant(c.Group); ok {
		names = append(names, directory.OfPerson(m.ID))
	}
	return missing(c, names)
}

// addressed asks the address book about the one who is acted on, where that can change the decision and is not known:
// the position of a member of staff where positions give roles, whose customer a customer is where the speaker may
// only act on their own. Says whether something was learnt.
func (t *turn) addressed(ctx context.Context, c Call) (bool, error) {
	m, ok := t.meant(c.Group)
	if !ok {
		return false, nil
	}
	p := At[directory.Person](c, directory.OfPerson(m.ID))
	switch m.Kind {
	case chat.Staff:
		if p.Known() || !c.Access.Maps() {
			return false, nil
		}
		return true, t.bot.acquaint(ctx, m.ID)
	case chat.Customer:
		if p.FollowersKnown(c.Now) || !c.Access.OnlyOwn(t.message.From) {
			return false, nil
		}
		err := t.bot.observeFollowers(ctx, m.ID)
		if errors.Is(err, errSilent) {
			t.bot.Log.Warn("customer not read", zap.String("customer", string(m.ID)), zap.Error(err))
			return false, nil // whose customer they are stays unknown, and so outside of what is narrowed to one's own
		}
		return err == nil, err
	}
	return false, nil
}

// observeFollowers asks the platform whose customer somebody is and commits it.
func (b *Bot) observeFollowers(ctx context.Context, u chat.User) error {
	asking, cancel := context.WithTimeout(ctx, askPlatform)
	staff, err := b.Platform.Followers(asking, u)
	cancel()
	if err != nil {
		return fmt.Errorf("ask platform: %w: %w", errSilent, err)
	}
	return b.amend(ctx, []journal.Name{directory.OfPerson(u)}, func(c Call) (Outcome, error) {
		change := At[directory.Person](c, directory.OfPerson(u)).Follow(u, staff, c.Now)
		if change.IsNothing() {
			return Outcome{}, nil
		}
		return Outcome{Events: []journal.Event{{
			Kind: directory.PersonObserved, Targets: []chat.User{u}, Changes: []journal.Change{change},
		}}}, nil
	}, "")
}

// peopleOf is what is known of the people who were read, as decisions about a group see them.
func peopleOf(c Call, g directory.Group) map[chat.User]access.Person {
	out := map[chat.User]access.Person{}
	for n, s := range c.found.States {
		if n.Kind() != "person" {
			continue
		}
		if p, ok := s.Value.(directory.Person); ok {
			if who := chat.User(n.ID()); p.Known() && !p.Gone || len(p.Followers) > 0 {
				out[who] = in(g, who, p)
			}
		}
	}
	return out
}

// in is what is known of somebody as decisions about a group see them. By position only those have a role who are in
// the group; where the platform does not tell who is, those who were seen in it.
func in(g directory.Group, who chat.User, p directory.Person) access.Person {
	out := Inherits(p)
	m, ok := g.Member(who)
	out.Outside, out.Joined = !ok, m.JoinedAt
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

// Facts reads what decisions about a group look at, for whoever only looks.
func (b *Bot) Facts(ctx context.Context, g chat.Group) (access.Facts, error) {
	names := []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g), duty.Of(g)}
	for range maxNeeds {
		found, err := b.Ledger.Load(ctx, journal.Want{Names: names})
		if err != nil {
			return access.Facts{}, fmt.Errorf("load facts: %w", err)
		}
		c := b.ownCall(found, g)
		people := missing(c, staffNames(c.Access, c.Group))
		if len(people) == 0 {
			return c.Access, nil
		}
		names = append(names, people...)
	}
	return access.Facts{}, errors.New("load facts: people keep coming")
}

// KnownGroups lists the groups that the bot has seen and that are not gone.
func (b *Bot) KnownGroups(ctx context.Context) ([]chat.Group, error) {
	found, err := b.Ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	all := At[directory.Groups](Call{found: found}, directory.AllGroups).All()
	out := make([]chat.Group, len(all))
	for i, g := range all {
		out[i] = g.ID
	}
	return out, nil
}

func known(p directory.Person) int {
	if p.Known() {
		return 1
	}
	return 0
}
