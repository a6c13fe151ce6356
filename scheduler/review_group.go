package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/review"
)

// ReviewGroup is the review of groups in their own rhythm (R58): active ones each month, quiet ones each quarter.
func ReviewGroup(b *bot.Bot, spec string) Rhythm { return reviewRhythm(b, review.Group, spec) }
