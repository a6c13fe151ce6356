package scheduler

import (
	"context"
	"errors"
	"fmt"

	"qunguan/bot"
	"qunguan/bot/chat"
)

// lister tells which groups the platform shows.
type lister interface {
	Groups(context.Context) ([]chat.Group, error)
}

// staffPerRound is how many people of the address book are asked about in one round, where positions give roles.
const staffPerRound = 200

// Sync is the rhythm that re-reads every group: platforms tell of changes late, out of order and sometimes not at all,
// and of changed admins never.
func Sync(b *bot.Bot, platform lister, spec string) Rhythm {
	return Rhythm{Name: "sync", Title: chat.Text{ZH: "重读所有群", EN: "re-read all groups"}, Spec: spec, Run: func(ctx context.Context) error {
		groups, err := platform.Groups(ctx)
		if err != nil {
			return fmt.Errorf("list groups: %w", err)
		}
		var faults []error
		for _, g := range groups {
			if err := b.Observe(ctx, g); err != nil {
				faults = append(faults, fmt.Errorf("observe %s: %w", g, err))
			}
		}
		if groups, err = b.KnownGroups(ctx); err != nil { // those of kinds that cannot be listed too
			faults = append(faults, err)
		}
		left, round := staffPerRound, int(b.Now().Unix()/60)
		for _, g := range groups {
			asked, err := b.ObserveStaff(ctx, g, left, round)
			if left -= asked; err != nil {
				faults = append(faults, fmt.Errorf("observe staff of %s: %w", g, err))
			}
		}
		return errors.Join(faults...)
	}}
}
