package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// ReviewBusiness is the quarterly review of every admin of every group against what the business has become (R52).
func ReviewBusiness(b *bot.Bot, spec string) Rhythm {
	return reviewRhythm(b, review.Business, chat.Text{ZH: "季度业务复核", EN: "quarterly review of all admins"}, spec)
}
