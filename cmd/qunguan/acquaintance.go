package main

import (
	"context"
	"fmt"
	"slices"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// perLook is how many groups are looked through at a time.
const perLook = 200

// stranger says whether nothing is known of somebody: the address book has not told of them, they are in no group, and the
// journal has no act of theirs. Nothing of nobody is no answer to whoever has mistaken an id.
func (s *system) stranger(ctx context.Context, who chat.User) (bool, error) {
	of := directory.OfPerson(who)
	found, err := s.ledger.Load(ctx, journal.Want{
		Names: []journal.Name{of, access.Of("")}, Queries: []journal.Query{{Actor: who, Limit: 1}},
	})
	if err != nil {
		return false, fmt.Errorf("read person: %w", err)
	}
	person, _ := found.States[of].Value.(directory.Person)
	book, _ := found.States[access.Of("")].Value.(access.Book)
	if person.Known() || !person.FollowersAt.IsZero() || slices.Contains(book.Owners(), who) || len(found.Entries[0]) > 0 {
		return false, nil
	}
	groups, err := s.bot.KnownGroups(ctx)
	if err != nil {
		return false, err
	}
	for some := range slices.Chunk(groups, perLook) {
		names := make([]journal.Name, len(some))
		for i, g := range some {
			names[i] = directory.OfGroup(g)
		}
		found, err := s.ledger.Load(ctx, journal.Want{Names: names})
		if err != nil {
			return false, fmt.Errorf("read groups: %w", err)
		}
		for _, name := range names {
			g, _ := found.States[name].Value.(directory.Group)
			if _, in := g.Member(who); in {
				return false, nil
			}
		}
	}
	return true, nil
}
