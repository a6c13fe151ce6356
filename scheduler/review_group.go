package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// ReviewGroup is the review of groups in their own rhythm (R58): active ones each month, quiet ones each quarter.
func ReviewGroup(b *bot.Bot, spec string) Rhythm {
	return reviewRhythm(b, review.Group, chat.Text{ZH: "群管理员复核", EN: "review of groups in their rhythm"}, spec)
}
