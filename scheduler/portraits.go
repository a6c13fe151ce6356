package scheduler

import (
	"context"
	"errors"
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// Portraits is the rhythm that tells other systems how every admin did; tell makes the letters about those of a group that
// are not seen yet. It may be done twice: a system that gets a letter again keeps what it has.
func Portraits(b *bot.Bot, tell func(c bot.Call, seen map[chat.User]bool) bot.Outcome, spec string) Rhythm {
	return Rhythm{Name: "portraits", Title: chat.Text{ZH: "能力画像推送", EN: "portraits to other systems"}, Spec: spec, Run: func(ctx context.Context) error {
		groups, err := b.KnownGroups(ctx)
		if err != nil {
			return fmt.Errorf("list groups: %w", err)
		}
		var faults []error
		seen := map[chat.User]bool{}
		for _, g := range groups {
			names := []journal.Name{access.Of(""), access.Of(g), directory.OfGroup(g)}
			told := map[chat.User]bool{}
			err := b.Amend(ctx, names, g, func(c bot.Call) (bot.Outcome, error) {
				told = map[chat.User]bool{} // it may be asked again
				for who := range seen {
					told[who] = true
				}
				return tell(c, told), nil
			})
			if err != nil {
				faults = append(faults, fmt.Errorf("tell of %s: %w", g, err))
				continue
			}
			seen = told
		}
		return errors.Join(faults...)
	}}
}
