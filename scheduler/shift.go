package scheduler

import (
	"context"
	"errors"
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// shiftMoment takes the life of a group's shifts to now: what has come since it was last looked at is noted, and the
// cursor moved, in one commit, so that nothing is lost and nothing comes twice. Whom to tell, and what, follows from it.
func shiftMoment() bot.Job {
	return bot.Job{
		Kind:  "shift",
		Clock: true, // who waits for an answer stands in the hand-over
		Reads: []bot.Source{
			bot.Reads[directory.Group](directory.OfGroup), bot.Reads[access.Book](access.Of),
			bot.ReadsOne[access.Book](access.Of("")), bot.Reads[duty.Roster](duty.Of),
		},
		Run: func(c bot.Call, d journal.Due) (bot.Outcome, error) {
			g := chat.Group(d.Of.ID())
			if bot.At[directory.Group](c, directory.OfGroup(g)).Gone {
				return bot.Outcome{Events: bot.At[duty.Lives](c, d.Of).Rest(g, c.Now)}, nil
			}
			round, _ := bot.At[duty.Lives](c, d.Of).Come(g, bot.At[duty.Roster](c, duty.Of(g)), c.Now.In(c.Zone), c.Duty)
			return bot.Outcome{Events: round.Events}, nil
		},
	}
}

// FollowShifts begins to follow the shifts of groups whose rosters were set before anybody followed them. Where they are
// followed already it changes nothing.
func FollowShifts(ctx context.Context, b *bot.Bot) error {
	groups, err := b.KnownGroups(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, g := range groups {
		err := b.Amend(ctx, []journal.Name{duty.Of(g), duty.OfLife(g)}, g, func(c bot.Call) (bot.Outcome, error) {
			l := bot.At[duty.Lives](c, duty.OfLife(g))
			next, ok := l.Follow(bot.At[duty.Roster](c, duty.Of(g)), c.Now.In(c.Zone), c.Duty)
			if !ok || l.Followed() {
				return bot.Outcome{}, nil
			}
			return bot.Outcome{Events: []journal.Event{{Kind: duty.Followed, Group: g, Changes: []journal.Change{l.Set(g, next)}}}}, nil
		})
		if err != nil {
			faults = append(faults, fmt.Errorf("follow shifts of %s: %w", g, err))
		}
	}
	return errors.Join(faults...)
}
