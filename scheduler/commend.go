package scheduler

import (
	"context"
	"errors"
	"fmt"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Commend is the rhythm that looks, group by group, for those whose weeks deserve a reward; look says what to propose.
// It may be done twice: what was proposed is written down with the proposal.
func Commend(b *bot.Bot, reads func(chat.Group) []journal.Name, look func(bot.Call) (bot.Outcome, error), spec string) Rhythm {
	return Rhythm{Name: "commend", Title: chat.Text{ZH: "绩效激励", EN: "rewards for good weeks"}, Spec: spec, Run: func(ctx context.Context) error {
		groups, err := b.KnownGroups(ctx)
		if err != nil {
			return fmt.Errorf("list groups: %w", err)
		}
		var faults []error
		for _, g := range groups {
			if err := b.Amend(ctx, reads(g), g, look); err != nil {
				faults = append(faults, fmt.Errorf("look at %s: %w", g, err))
			}
		}
		return errors.Join(faults...)
	}}
}
