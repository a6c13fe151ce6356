package commands

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
)

// kpiWord is a period as people name it. The zero word is this week.
type kpiWord struct {
	unit  kpiUnit
	n     int       // so many units, if more than one
	past  bool      // that are over, the running one not among them
	named time.Time // a day in it, at noon UTC, where a date was named; zero: as of now
}

// kpiUnit is what periods are counted in.
type kpiUnit int

// The units. The zero unit is the week.
const (
	weekUnit kpiUnit = iota
	dayUnit
	monthUnit
	quarterUnit
	yearUnit
)

// longestKPI is how many days one answer sums up: longer than that, response times are not kept.
const longestKPI = 400

var (
	someUnits = regexp.MustCompile(`^(?:近|最近|last )?(\d{1,3}) ?(?:个)?(天|日|days?|d|周|星期|weeks?|w)$`)

	kpiWords = map[string]kpiWord{
		"今天": {unit: dayUnit}, "今日": {unit: dayUnit}, "today": {unit: dayUnit},
		"昨天": {unit: dayUnit, past: true}, "昨日": {unit: dayUnit, past: true}, "yesterday": {unit: dayUnit, past: true},
		"本周": {}, "这周": {}, "这星期": {}, "week": {}, "this week": {},
		"上周": {past: true}, "上星期": {past: true}, "last week": {past: true},
		"本月": {unit: monthUnit}, "这个月": {unit: monthUnit}, "month": {unit: monthUnit}, "this month": {unit: monthUnit},
		"上月": {unit: monthUnit, past: true}, "上个月": {unit: monthUnit, past: true}, "last month": {unit: monthUnit, past: true},
		"本季度": {unit: quarterUnit}, "本季": {unit: quarterUnit}, "这个季度": {unit: quarterUnit}, "quarter": {unit: quarterUnit}, "this quarter": {unit: quarterUnit},
		"上季度": {unit: quarterUnit, past: true}, "上季": {unit: quarterUnit, past: true}, "上个季度": {unit: quarterUnit, past: true}, "last quarter": {unit: quarterUnit, past: true},
		"本年": {unit: yearUnit}, "今年": {unit: yearUnit}, "本年度": {unit: yearUnit}, "year": {unit: yearUnit}, "this year": {unit: yearUnit},
		"去年": {unit: yearUnit, past: true}, "上年": {unit: yearUnit, past: true}, "last year": {unit: yearUnit, past: true},
	}
)

func kpiPeriodHole() grammar.ChoiceHole[kpiWord] {
	return grammar.Choice("period", parseKPIPeriod, chat.Text{
		ZH: "今天|昨天|本周|上周|近4周|本月|上月|本季度|上季度|本年|2026-11-25", EN: "today|yesterday|week|last-week|4weeks|month|last-month|quarter|last-quarter|year|2026-11-25",
	}).Paired()
}

// kpiPeriods says which periods there are.
var kpiPeriods = chat.Text{
	ZH: "时间可以写：今天、昨天、本周、上周、近4周、本月、上月、本季度、上季度、本年、去年，某一天 2026-11-25，某个月 2026-11，或 2026-11-01 到 2026-11-15。",
	EN: " Periods are: today, yesterday, week, last-week, 4weeks, month, last-month, quarter, last-quarter, year, last-year, a day 2026-11-25, a month 2026-11, or 2026-11-01 to 2026-11-15.",
}

func parseKPIPeriod(said string) (kpiWord, bool) {
	said = strings.ToLower(said)
	for _, date := range []struct {
		format string
		unit   kpiUnit
	}{{time.DateOnly, dayUnit}, {"2006-1-2", dayUnit}, {"2006-01", monthUnit}, {"2006年1月", monthUnit}} {
		if at, err := time.Parse(date.format, said); err == nil {
			return kpiWord{unit: date.unit, named: at.Add(12 * time.Hour)}, true
		}
	}
	for _, said := range []string{said, strings.ReplaceAll(said, "-", " ")} {
		if w, ok := kpiWords[said]; ok {
			return w, true
		}
	}
	if w, ok := kpiWords[strings.Replace(said, "last", "last ", 1)]; ok { // lastweek
		return w, true
	}
	m := someUnits.FindStringSubmatch(strings.ReplaceAll(said, "-", " "))
	if m == nil {
		return kpiWord{}, false
	}
	n, err := strconv.Atoi(m[1])
	w := kpiWord{unit: dayUnit, n: n} // the days that end with this one
	if slices.Contains([]string{"周", "星期", "week", "weeks", "w"}, m[2]) {
		w = kpiWord{n: n, past: true} // weeks that are over: they can be judged
		n *= 7
	}
	return w, err == nil && n > 0 && n <= longestKPI
}

// of is the days that the word means as of now.
func (w kpiWord) of(now time.Time) kpi.Period {
	if !w.named.IsZero() {
		y, m, d := w.named.Date()
		now = time.Date(y, m, d, 12, 0, 0, 0, now.Location())
	}
	n := max(1, w.n)
	switch w.unit {
	case dayUnit:
		today := dayBegins(now)
		if w.past {
			return kpi.Period{From: today.AddDate(0, 0, -n), Until: today}
		}
		return kpi.Period{From: today.AddDate(0, 0, 1-n), Until: today.AddDate(0, 0, 1)}
	case monthUnit:
		return w.months(now, 1)
	case quarterUnit:
		return w.months(now, 3)
	case yearUnit:
		return w.months(now, 12)
	case weekUnit:
	}
	p := kpi.WeekOf(now)
	if w.past {
		p.From, p.Until = p.From.AddDate(0, 0, -7*n), p.From
	}
	return p
}

// months is the stretch of so many months of the year that a moment falls into, or the one before.
func (w kpiWord) months(now time.Time, many int) kpi.Period {
	p := kpi.MonthsOf(now, many)
	if w.past {
		p = kpi.MonthsOf(p.From.AddDate(0, 0, -1), many)
	}
	return p
}

// kpiHoles are the holes that commands about indicators share.
type kpiHoles struct {
	who         grammar.PersonHole
	all         grammar.ChoiceHole[bool]
	period      grammar.ChoiceHole[kpiWord]
	from, until grammar.MomentHole
}

func newKPIHoles() kpiHoles {
	return kpiHoles{
		grammar.Person("who"), grammar.Choice("all", parseCompany, chat.Text{ZH: "全公司", EN: "all"}), kpiPeriodHole(),
		grammar.Moment("from").Past(), grammar.Moment("until").Past(),
	}
}

func parseCompany(said string) (bool, bool) {
	switch strings.ToLower(said) {
	case "all", "company", "全公司", "公司", "全部":
		return true, true
	}
	return false, false
}

// days is the period that is asked about: this week, if nothing is said. The day that is named last belongs to it.
func (h kpiHoles) days(a grammar.Args, c bot.Call) kpi.Period {
	if h.from.Given(a) {
		from, until := h.from.Of(a).In(c.Zone), h.until.Of(a).In(c.Zone)
		return kpi.Period{From: dayBegins(from), Until: dayBegins(until).AddDate(0, 0, 1)}
	}
	return h.period.Of(a).of(c.Now.In(c.Zone))
}

func dayBegins(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, at.Location())
}

// SoundKPI says whether a period can be summed up.
func SoundKPI(p kpi.Period) bool {
	return p.From.Before(p.Until) && p.Until.Sub(p.From) <= longestKPI*24*time.Hour
}

var unsoundKPI = chat.Text{
	ZH: "时间段要从前往后，最多 %d 天，例如 `/绩效 上周` 或 `/绩效 2026-02-02 到 2026-02-08`。",
	EN: "The period runs forwards, over %d days at most, for example `/kpi last-week` or `/kpi 2026-02-02 to 2026-02-08`.",
}.F(longestKPI)
