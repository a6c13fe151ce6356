package commands

import (
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

var _ = declareDays()

// dayAsked is a day as it begins a question: 周六谁值班. A form must begin with a word, so each is a question of its own.
type dayAsked struct {
	name  string
	words []string
	first func(today time.Weekday) int // days from today on
	days  int
}

func daysAsked() []dayAsked {
	ahead := func(n int) func(time.Weekday) int { return func(time.Weekday) int { return n } }
	next := func(w time.Weekday) func(time.Weekday) int {
		return func(today time.Weekday) int { return (int(w) - int(today) + 7) % 7 }
	}
	out := []dayAsked{
		{"day after", []string{"后天"}, ahead(2), 1},
		{"weekend", []string{"周末", "这周末", "本周末"}, next(time.Saturday), 2},
	}
	for w, zh := range []rune("日一二三四五六") {
		words := []string{"周" + string(zh), "星期" + string(zh), "礼拜" + string(zh)}
		if w == 0 {
			words = append(words, "周天", "星期天", "礼拜天")
		}
		out = append(out, dayAsked{strings.ToLower(time.Weekday(w).String()), words, next(time.Weekday(w)), 1})
	}
	return out
}

// declareDays declares a question for every day that people begin a question with; today and tomorrow have their own.
func declareDays() struct{} {
	for _, d := range daysAsked() {
		var forms []string
		for _, w := range d.words {
			forms = append(forms, w+"谁值班", w+"谁在值班", w+"是谁值班", w+" (谁值班|谁在值班)")
		}
		declare(func() bot.Command {
			return asking("duty on "+d.name, chat.Text{ZH: d.words[0] + "的班。", EN: "The shifts of that day."},
				[]chat.Text{{ZH: d.words[0] + "谁值班", EN: d.words[0] + "谁值班"}},
				func(c bot.Call, r duty.Roster, now time.Time) []chat.Text {
					var lines []chat.Text
					from := duty.DayOf(now)
					for i := range d.days {
						lines = append(lines, dayLines(c, r, from.Plus(d.first(now.Weekday())+i))...)
					}
					return lines
				}, forms...)
		})
	}
	return struct{}{}
}
