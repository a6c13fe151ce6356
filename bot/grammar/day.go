package grammar

import (
	"time"

	"qunguan/bot/chat"
)

// date is a day of the calendar, wherever it is.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func (d date) plus(days int) date { return dateOf(d.utc().AddDate(0, 0, days)) }

// exists says whether the calendar has the day: not 30 February.
func (d date) exists() bool { return dateOf(d.utc()) == d }

// weekday counts from Monday, 0, to Sunday, 6.
func (d date) weekday() int { return (int(d.utc().Weekday()) + 6) % 7 }

func (p place) today() date { return dateOf(p.now.In(p.zone)) }

// dayKind is how often a day of that name comes.
type dayKind int

const (
	fixedDay dayKind = iota // once
	yearly                  // a day without a year
	weekly                  // a weekday
	anyDay                  // no day was named
)

// dayName is a day as a message names it. Of a weekly one, date is in the week of today; of a yearly one, in its year.
type dayName struct {
	kind dayKind
	date date
	part string // the part of the day that is in the name, as in 今晚
	end  int
	ok   bool
}

// nearest returns the first such day from today on, or the last one up to today.
func (d dayName) nearest(today date, past bool) date {
	step := 1
	if past {
		step = -1
	}
	beside := func(x date) bool { return x == today || x.utc().After(today.utc()) != past }
	switch d.kind {
	case weekly:
		if !beside(d.date) {
			return d.date.plus(7 * step)
		}
	case yearly:
		// Eight years lie between two 29 February at most.
		for x, n := d.date, 0; n <= 8; n++ {
			if x.exists() && beside(x) {
				return x
			}
			x.year += step
		}
	}
	return d.date
}

// plausible keeps out years that are slips of the hand.
func plausible(year int) bool { return year >= 1970 && year < 2200 }

var (
	noSuchDay = chat.Text{ZH: "没有这一天。", EN: "there is no such day."}
	vagueDay  = chat.Text{
		ZH: "请写明是哪一天，如 周五、下周一、2026-12-01。",
		EN: "say which day, such as friday or 2026-12-01.",
	}
)

// namedDays stand longest first where one begins another.
var namedDays = []struct {
	name string
	days int
	part string
}{
	{"大后天", 3, ""}, {"大前天", -3, ""}, {"后天", 2, ""}, {"前天", -2, ""},
	{"今天", 0, ""}, {"今日", 0, ""}, {"明天", 1, ""}, {"明日", 1, ""}, {"昨天", -1, ""}, {"昨日", -1, ""},
	{"今晚上", 0, evening}, {"明晚上", 1, evening}, {"昨晚上", -1, evening},
	{"今晚", 0, evening}, {"今夜", 0, evening}, {"明晚", 1, evening}, {"昨晚", -1, evening},
	{"今早上", 0, morning}, {"明早上", 1, morning}, {"今早", 0, morning}, {"明早", 1, morning},
	{"今晨", 0, morning}, {"明晨", 1, morning},
	{"today", 0, ""}, {"tomorrow", 1, ""}, {"yesterday", -1, ""}, {"tonight", 0, evening},
}

var vagueDays = []string{
	"周末", "月底", "月初", "年底", "年初", "下个月", "上个月", "这个月", "下月", "本月", "上月", "明年", "去年",
	"今年", "下个星期", "下个礼拜", "下星期", "下礼拜", "本星期", "下周", "本周", "这周", "上周", "上星期",
	"上个星期", "next week", "this week", "last week", "next month", "this month", "last month", "weekend",
	"the weekend",
}

// day reads the name of a day at i.
func (p place) day(i int) (dayName, chat.Text) {
	for _, n := range namedDays {
		if end, ok := p.hasWord(i, n.name); ok {
			return dayName{date: p.today().plus(n.days), part: n.part, end: end, ok: true}, chat.Text{}
		}
	}
	if d := p.weekdayName(i); d.ok {
		return d, chat.Text{}
	}
	for _, v := range vagueDays {
		if end, ok := p.hasWord(i, v); ok && p.stops(end) {
			return dayName{}, vagueDay
		}
	}
	return p.numericDay(i)
}

// hasWord is has for a word that no other letter follows, if it is an English one.
func (p place) hasWord(i int, s string) (end int, ok bool) {
	end, ok = p.has(i, s)
	return end, ok && !(isLetter(rune(s[len(s)-1])) && isLetter(p.at(end)))
}

var (
	weekPrefixes = []struct {
		name  string
		weeks int
	}{
		{"上上个", -2}, {"上上", -2}, {"上个", -1}, {"上", -1}, {"本", 0}, {"这个", 0}, {"这", 0},
		{"下下个", 2}, {"下下", 2}, {"下个", 1}, {"下", 1}, {"last ", -1}, {"this ", 0}, {"next ", 1},
	}
	chineseWeekdays = map[rune]int{'一': 0, '二': 1, '三': 2, '四': 3, '五': 4, '六': 5, '日': 6, '天': 6}
	englishWeekdays = []struct {
		name string
		n    int
	}{
		{"monday", 0}, {"mon", 0}, {"tuesday", 1}, {"tues", 1}, {"tue", 1}, {"wednesday", 2}, {"wed", 2},
		{"thursday", 3}, {"thurs", 3}, {"thur", 3}, {"thu", 3}, {"friday", 4}, {"fri", 4}, {"saturday", 5}, {"sat", 5},
		{"sunday", 6}, {"sun", 6},
	}
)

// weekdayName reads 周五, 下周一, friday, next monday.
func (p place) weekdayName(i int) dayName {
	kind, weeks := weekly, 0
	for _, w := range weekPrefixes {
		if end, ok := p.has(i, w.name); ok {
			kind, weeks, i = fixedDay, w.weeks, end
			break
		}
	}
	n, end := -1, i
	if after, ok := p.hasAny(i, "星期", "礼拜", "周"); ok {
		if k, ok := chineseWeekdays[p.at(after)]; ok {
			n, end = k, after+1
		}
	}
	for _, w := range englishWeekdays {
		if after, ok := p.hasWord(i, w.name); ok {
			n, end = w.n, after
			break
		}
	}
	if n < 0 {
		return dayName{}
	}
	today := p.today()
	return dayName{kind: kind, date: today.plus(n - today.weekday() + 7*weeks), end: end, ok: true}
}

// numericDay reads 2026-12-01, 2026/12/1, 2026年12月1日, 12-01, 12月1日.
func (p place) numericDay(i int) (dayName, chat.Text) {
	first, end := p.digits(i)
	if end == i || end-i > 4 || end-i == 3 {
		return dayName{}, chat.Text{}
	}
	d := dayName{kind: yearly, date: date{year: p.today().year}, ok: true}
	month, between := first, p.at(end)
	if end-i == 4 {
		begin := end + 1
		if month, end = p.digits(begin); end == begin || end-begin > 2 || !isBetween(between, '年') {
			return dayName{}, chat.Text{}
		}
		d.kind, d.date.year = fixedDay, int(first)
		if between == '年' {
			between = '月'
		}
		if p.at(end) != between {
			return dayName{}, chat.Text{}
		}
	}
	// 12.01 is a number rather than a day.
	if !isBetween(between, '月') || d.kind == yearly && between == '.' {
		return dayName{}, chat.Text{}
	}
	begin := end + 1
	dayOfMonth, end := p.digits(begin)
	if end == begin || end-begin > 2 {
		return dayName{}, chat.Text{}
	}
	if between == '月' {
		end, _ = p.hasAny(end, "日", "号")
	}
	d.date.month, d.date.day, d.end = time.Month(month), int(dayOfMonth), end
	leap := d.date
	if d.kind == yearly {
		leap.year = 2000
	}
	if !leap.exists() || !plausible(d.date.year) {
		if p.stops(end) {
			return dayName{}, noSuchDay
		}
		return dayName{}, chat.Text{}
	}
	return d, chat.Text{}
}

func isBetween(r, chinese rune) bool { return r == '-' || r == '/' || r == '.' || r == chinese }
