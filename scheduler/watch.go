package scheduler

import (
	"context"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/journal"
)

// mostAlarms is how many matters one look tells of; the next look tells of the others.
const mostAlarms = 50

// Watch is the rhythm that looks for suspicious acts; look says what it finds, one matter at a time. It may be done twice: what was told is
// written down with the telling.
func Watch(b *bot.Bot, look func(bot.Call) (bot.Outcome, error), spec string) Rhythm {
	return Rhythm{
		Name: "watch", Title: chat.Text{ZH: "可疑操作检查", EN: "look for suspicious acts"}, Spec: spec,
		Run: func(ctx context.Context) error {
			for range mostAlarms {
				told := false
				err := b.Amend(ctx, []journal.Name{access.Of(""), digest.Suspects}, "", func(c bot.Call) (bot.Outcome, error) {
					out, err := look(c)
					told = len(out.Events) > 0
					return out, err
				})
				if err != nil || !told {
					return err
				}
			}
			return nil
		},
	}
}
