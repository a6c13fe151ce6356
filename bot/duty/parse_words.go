package duty

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var dayWords = map[string]Days{
	"工作日": Workdays, "workday": Workdays, "workdays": Workdays,
	"休息日": RestDays, "节假日": RestDays, "restday": RestDays, "restdays": RestDays, "holidays": RestDays,
	"周末": On(time.Saturday, time.Sunday), "双休": On(time.Saturday, time.Sunday), "双休日": On(time.Saturday, time.Sunday),
	"weekend": On(time.Saturday, time.Sunday), "weekends": On(time.Saturday, time.Sunday),
	"weekdays": On(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday),
}

var (
	weekdayOf = map[string]time.Weekday{
		"一": time.Monday, "二": time.Tuesday, "三": time.Wednesday, "四": time.Thursday, "五": time.Friday, "六": time.Saturday,
		"日": time.Sunday, "天": time.Sunday,
		"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday,
		"sat": time.Saturday, "sun": time.Sunday,
	}
	chineseDays  = regexp.MustCompile(`^每?(?:周|星期|礼拜)([一二三四五六日天]+)$`)
	chineseRange = regexp.MustCompile(`^每?(?:周|星期|礼拜)([一二三四五六日天])` + tillForm + `(?:周|星期|礼拜)?([一二三四五六日天])$`)
	englishDay   = `(mon|tue|wed|thu|fri|sat|sun)[a-z]*`
	englishDays  = regexp.MustCompile(`^` + englishDay + `$`)
	englishRange = regexp.MustCompile(`^` + englishDay + `(?:-|–|—|~)` + englishDay + `$`)
)

// readDays reads which days have a shift, and how many words that takes: 工作日, 周六日, 周一至周五, mon-fri.
func readDays(words []string) (d Days, n int) {
	word := strings.ToLower(words[0])
	if d, ok := dayWords[word]; ok {
		return d, 1
	}
	if m := chineseRange.FindStringSubmatch(word); m != nil {
		return fromTo(weekdayOf[m[1]], weekdayOf[m[2]]), 1
	}
	if m := englishRange.FindStringSubmatch(word); m != nil {
		return fromTo(weekdayOf[m[1]], weekdayOf[m[2]]), 1
	}
	if m := chineseDays.FindStringSubmatch(word); m != nil {
		for _, r := range m[1] {
			d |= On(weekdayOf[string(r)])
		}
		return d, 1
	}
	if m := englishDays.FindStringSubmatch(word); m != nil {
		return On(weekdayOf[m[1]]), 1
	}
	return EveryDay, 0
}

func fromTo(first, last time.Weekday) Days {
	d := On(first)
	for w := first; w != last; {
		w = (w + 1) % 7
		d |= On(w)
	}
	return d
}

var (
	turnWords = []string{"轮换", "轮流", "轮班", "轮值", "rotate", "rotating", "rotation"}
	unitWords = map[string]Unit{
		"天": Daily, "日": Daily, "d": Daily, "day": Daily, "days": Daily,
		"周": Weekly, "星期": Weekly, "w": Weekly, "week": Weekly, "weeks": Weekly,
		"小时": Hourly, "h": Hourly, "hour": Hourly, "hours": Hourly,
	}
	simpleTurns = map[string]Unit{"daily": Daily, "weekly": Weekly, "hourly": Hourly}
	chineseTurn = regexp.MustCompile(`^每(\d{1,3}|[两二三四])?个?(天|日|周|星期|小时)$`)
	englishTurn = regexp.MustCompile(`^(\d{1,3})?([a-z]+)$`)
	smallNumber = map[string]int{"": 1, "两": 2, "二": 2, "三": 3, "四": 4}
)

// readTurns reads that people take turns, or how long each has it, and how many words that takes: 轮换, 每周, 每12小时,
// every 2 weeks. Without a unit it is only said that they do.
func readTurns(words []string) (u Unit, length, n int) {
	word := strings.ToLower(words[0])
	if slices.Contains(turnWords, word) {
		return "", 0, 1
	}
	if u, ok := simpleTurns[word]; ok {
		return u, 1, 1
	}
	if m := chineseTurn.FindStringSubmatch(word); m != nil {
		return unitWords[m[2]], count(m[1]), 1
	}
	if word != "every" || len(words) < 2 {
		return "", 0, 0
	}
	m := englishTurn.FindStringSubmatch(strings.ToLower(words[1]))
	if m != nil && unitWords[m[2]] != "" {
		return unitWords[m[2]], count(m[1]), 2
	}
	if k, err := strconv.Atoi(words[1]); err == nil && len(words) > 2 && unitWords[strings.ToLower(words[2])] != "" {
		return unitWords[strings.ToLower(words[2])], k, 3
	}
	return "", 0, 0
}

func count(s string) int {
	if n, ok := smallNumber[s]; ok {
		return n
	}
	n, _ := strconv.Atoi(s)
	return n
}

var anchorForm = regexp.MustCompile(`^(?:(\d{4})[-/年])?(\d{1,2})[-/月](\d{1,2})[日号]?(?:起|开始)?$`)

// readAnchor reads from when people take turns, and how many words that takes: 从 2026-12-01, 从12月1日起, from 12-01.
func readAnchor(words []string) (d Day, n int, ok bool) {
	word, n := strings.ToLower(words[0]), 1
	for _, lead := range []string{"从", "自", "from", "since"} {
		said, found := strings.CutPrefix(word, lead)
		if !found || said != "" && lead[0] < 0x80 {
			continue
		}
		if said == "" {
			if n = 2; len(words) < 2 {
				return Day{}, n, false
			}
			said = words[1]
		}
		m := anchorForm.FindStringSubmatch(said)
		if m == nil {
			return Day{}, n, false
		}
		d = Day{Month: time.Month(count(m[2])), Day: count(m[3])}
		if m[1] != "" {
			d.Year = count(m[1])
		}
		leap := d
		if d.Year == 0 {
			leap.Year = 2000
		}
		return d, n, leap.Plus(0) == leap
	}
	return Day{}, 0, false
}
