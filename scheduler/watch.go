package scheduler

import (
	"context"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/journal"
)

// Watch is the rhythm that looks for suspicious acts; look says what it finds. It may be done twice: what was told is
// written down with the telling.
func Watch(b *bot.Bot, look func(bot.Call) (bot.Outcome, error), spec string) Rhythm {
	return Rhythm{
		Name: "watch", Title: chat.Text{ZH: "可疑操作检查", EN: "look for suspicious acts"}, Spec: spec,
		Run: func(ctx context.Context) error {
			return b.Amend(ctx, []journal.Name{access.Of(""), digest.Suspects}, "", look)
		},
	}
}
