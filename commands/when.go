package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// whenText is a moment as people say it: 今天 18:00, 02-27 周五 18:00; with its year where that is another one. There is no
// 明天 in it, which a card that is read a day later would make wrong.
func whenText(c bot.Call, at time.Time) chat.Text {
	at = at.In(c.Zone)
	clock := at.Format("15:04")
	if day := duty.DayOf(at); day != duty.DayOf(c.Now.In(c.Zone)) {
		return dayText(c, day).Plus(chat.Same(" " + clock))
	}
	return chat.Text{ZH: "今天 " + clock, EN: "today " + clock}
}
