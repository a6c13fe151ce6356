package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// whenText is a moment as people say it in what is looked at again later, such as the card of a review: 今天 18:00,
// 02-27 周五 18:00, with its year where that is another one. Unlike Call.Near it has no 明天, which a card that is read a day
// later would make wrong, and says 今天 where a time alone would be.
func whenText(c bot.Call, at time.Time) chat.Text {
	at = at.In(c.Zone)
	clock := at.Format("15:04")
	if day := duty.DayOf(at); day != duty.DayOf(c.Now.In(c.Zone)) {
		return dayText(c, day).Plus(chat.Same(" " + clock))
	}
	return chat.Text{ZH: "今天 " + clock, EN: "today " + clock}
}
