package commands

import (
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
)

// slaDays are some whole days, the last exclusive.
type slaDays struct{ from, until time.Time }

// word of a period, by which stretch is found out when the zone is known.
type periodWord string

var periodWords = map[string]periodWord{
	"today": "today", "今天": "today", "今日": "today", "yesterday": "yesterday", "昨天": "yesterday",
	"week": "week", "本周": "week", "这周": "week", "lastweek": "lastweek", "上周": "lastweek",
	"month": "month", "本月": "month", "这个月": "month", "lastmonth": "lastmonth", "上月": "lastmonth", "上个月": "lastmonth",
}

func periodHole() grammar.ChoiceHole[periodWord] {
	return grammar.Choice("period", func(s string) (periodWord, bool) {
		p, ok := periodWords[strings.ToLower(s)]
		return p, ok
	}, chat.Text{ZH: "今天|昨天|本周|上周|本月|上月", EN: "today|yesterday|week|lastweek|month|lastmonth"})
}

// of is the stretch of a word as of a moment in its zone: weeks are Monday to Sunday (D8), and nothing is counted beyond
// today.
func (p periodWord) of(now time.Time) slaDays {
	today := dayStart(now)
	tomorrow := today.AddDate(0, 0, 1)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	first := today.AddDate(0, 0, 1-today.Day())
	switch p {
	case "today":
		return slaDays{today, tomorrow}
	case "yesterday":
		return slaDays{today.AddDate(0, 0, -1), today}
	case "lastweek":
		return slaDays{monday.AddDate(0, 0, -7), monday}
	case "month":
		return slaDays{first, tomorrow}
	case "lastmonth":
		return slaDays{first.AddDate(0, -1, 0), first}
	case "week":
	}
	return slaDays{monday, tomorrow}
}

func dayStart(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, at.Location())
}

// text writes a stretch by its first and its last day.
func (s slaDays) text() chat.Text {
	first, last := duty.DayOf(s.from), duty.DayOf(s.until.Add(-time.Nanosecond))
	if first == last {
		return chat.Same(first.String())
	}
	return chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(first, last)
}
