package scheduler

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// ReviewMatrix is the monthly look through the rights of all groups (R41): whoever has more than they use, or something
// that should not be so, is put before a reviewer; of the others the report says how many there are.
func ReviewMatrix(b *bot.Bot, spec string) Rhythm {
	return reviewRhythm(b, review.Matrix, chat.Text{ZH: "每月权限矩阵梳理", EN: "monthly look through all rights"}, spec)
}
