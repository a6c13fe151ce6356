package bot

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// foreseen are the records of people that a turn about g will probably look at, as last known, so that one round trip
// is enough: the staff where positions give roles, and the people who are named.
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
	return append(names, t.namedIn(group)...)
}

// namedIn are the records of those members of a group whom the message names, where just one can be meant.
func (t *turn) namedIn(g directory.Group) []journal.Name {
	var out []journal.Name
	for i, r := range t.match.Args.Refs() {
		if i == maxPeople {
			break
		}
		if found := grammar.FindPerson(r, g.Members()); len(found) == 1 {
			out = append(out, directory.OfPerson(found[0].ID))
		}
	}
	return out
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
	return missing(c, append(staffNames(c.Access, c.Group), t.namedIn(c.Group)...))
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
