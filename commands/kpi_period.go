package commands

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
)

// kpiWord is a period as people name it: this many weeks or months, the last of which is the running one or, with Past,
// the one before. The zero word is this week.
type kpiWord struct {
	n     int
	month bool
	past  bool
}

// longestKPI is how many days one answer sums up: longer than that, response times are not kept.
const longestKPI = 400

var someWeeks = regexp.MustCompile(`^(?:近|最近)?(\d{1,2})个?(?:周|weeks?|w)$`)

func kpiPeriodHole() grammar.ChoiceHole[kpiWord] {
	return grammar.Choice("period", parseKPIPeriod, chat.Text{ZH: "本周|上周|近4周|本月|上月", EN: "week|last-week|4weeks|month|last-month"})
}

func parseKPIPeriod(said string) (kpiWord, bool) {
	said = strings.ToLower(said)
	switch said {
	case "本周", "这周", "week", "this-week":
		return kpiWord{n: 1}, true
	case "上周", "last-week":
		return kpiWord{n: 1, past: true}, true
	case "本月", "这个月", "month", "this-month":
		return kpiWord{n: 1, month: true}, true
	case "上月", "上个月", "last-month":
		return kpiWord{n: 1, month: true, past: true}, true
	}
	if m := someWeeks.FindStringSubmatch(said); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 && n*7 <= longestKPI {
			return kpiWord{n: n, past: true}, true // weeks that are over: they can be judged
		}
	}
	return kpiWord{}, false
}

// of is the days that the word means as of now.
func (w kpiWord) of(now time.Time) kpi.Period {
	if w.month {
		p := kpi.MonthOf(now)
		if w.past {
			p = kpi.MonthOf(p.From.AddDate(0, 0, -1))
		}
		return p
	}
	p := kpi.WeekOf(now)
	if w.past {
		p.From, p.Until = p.From.AddDate(0, 0, -7*w.n), p.From
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
	w := h.period.Of(a)
	if w.n == 0 {
		w.n = 1
	}
	return w.of(c.Now.In(c.Zone))
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
