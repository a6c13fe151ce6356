package grammar

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Period is a stretch of time as people name it.
type Period struct {
	From  time.Time
	Until time.Time // exclusive; zero where just a moment was named, 明天9点
	// Loose says that a day, a part of one or a week was named, 今晚, 周五: whatever it is about begins or runs then, and
	// need not fit into it.
	Loose bool
}

// PeriodHole is a hole for a stretch of time.
type PeriodHole struct{ gap }

// Stretch is a hole for a stretch of time: 今晚18:00到22:00, 18:00-22:00, 2026-10-01 到 2026-10-08, 2小时 from now on; a
// day, a part of a day or a week by its name, 明天, 今晚, 周五下午, 下周, 周末; or a moment, 明天9点.
//
// The end is read as seen from the beginning: 明天18:00到22:00 ends tomorrow, 22:00到6:00 on the next morning. It is
// exclusive: a stretch that ends on a day ends where that day begins. An end may come before its beginning, 12-03 到
// 12-01: the command judges.
func Stretch(name string) PeriodHole {
	return PeriodHole{newGap(name, chat.Text{ZH: "时间段", EN: name})}
}

// Called returns the hole with another label.
func (h PeriodHole) Called(t chat.Text) PeriodHole { h.called = t; return h }

// Of returns the stretch, in the zone of the Context.
func (h PeriodHole) Of(a Args) Period { return valueOf[Period](a, h.name) }

func (PeriodHole) kind() kind { return aPeriod }

func (PeriodHole) sample() chat.Text {
	return chat.Text{ZH: "今晚、明天、18:00到22:00、12-01 到 12-05", EN: "tonight, tomorrow, 18:00 to 22:00, 12-01 to 12-05"}
}

// tills stand between the beginning and the end; the last of them are signs, which no end begins with by itself.
var tills = []string{"直到", "到", "至", "until ", "till ", "to ", "-", "–", "—", "~"}

const tillSigns = 4

func (h PeriodHole) read(at place) (found []reading, why chat.Text) {
	at.i, _ = at.hasAny(at.i, "从", "自", "from ")
	at.i = at.spaces(at.i)
	if found = h.fromNow(at); len(found) == 0 {
		found = h.bothEnds(at)
	}
	if len(found) > 0 {
		return found, chat.Text{}
	}
	if named, ok := h.named(at); ok {
		return []reading{named}, chat.Text{}
	}
	lengthAt := at
	lengthAt.i, _ = at.hasAny(at.i, "接下来", "未来", "for ")
	lengthAt.i = at.spaces(lengthAt.i)
	lengths, _ := LengthHole{}.read(lengthAt)
	for _, l := range lengths {
		from := at.now.In(at.zone)
		found = append(found, reading{l.end, Period{From: from, Until: from.Add(lengthOf(l))}})
	}
	moments, why := MomentHole{}.read(at)
	for _, m := range moments {
		found = append(found, reading{m.end, h.single(at, m)})
	}
	if len(found) > 0 {
		why = chat.Text{}
	}
	return found, why
}

// fromNow reads an end alone: 到18:00.
func (h PeriodHole) fromNow(at place) (found []reading) {
	after, ok := at.hasAny(at.i, tills[:len(tills)-tillSigns]...)
	if !ok {
		return nil
	}
	at.i = at.spaces(after)
	ends, _ := MomentHole{}.read(at)
	for _, e := range ends {
		found = append(found, reading{e.end, Period{From: at.now.In(at.zone), Until: momentOf(e)}})
	}
	return found
}

// farthest is how far from its beginning the word may stand that separates the two ends.
const farthest = 40

// bothEnds reads a beginning, a word between, and an end.
func (h PeriodHole) bothEnds(at place) (found []reading) {
	for j := at.i + 1; j < min(at.i+farthest, at.end()); j++ {
		after, ok := at.hasAny(j, tills...)
		if !ok {
			continue
		}
		first := at
		first.input = at.upTo(j)
		begins, _ := MomentHole{}.read(first)
		begins = slices.DeleteFunc(begins, func(r reading) bool { return first.spaces(r.end) < j })
		if len(begins) == 0 {
			continue
		}
		from := momentOf(begins[0])
		second := at
		seen := *at.input
		seen.now = from // the end is the next one after the beginning
		second.input, second.i = &seen, at.spaces(after)
		ends, _ := MomentHole{}.read(second)
		for _, e := range ends {
			found = append(found, reading{e.end, Period{From: from, Until: second.slipped(from, momentOf(e))}})
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// longestWrap is how far an end without a year may lie in the year after its beginning.
const longestWrap = 274 * day

// slipped puts an end back before its beginning that a day without a year names: 12-03 到 12-01 is the wrong way round
// and no year long, while 12-30 到 01-03 ends in January.
func (p place) slipped(from, until time.Time) time.Time {
	if d, _ := p.day(p.i); !d.ok || d.kind != yearly || until.Year() == from.Year() || until.Sub(from) < longestWrap {
		return until
	}
	return until.AddDate(-1, 0, 0)
}

// single is a moment alone: all of its day where only a day was named.
func (h PeriodHole) single(at place, m reading) Period {
	from := momentOf(m)
	d, _ := at.day(at.i)
	if !d.ok || d.part != "" {
		return Period{From: from}
	}
	if end, _ := at.hasAny(d.end, momentTails...); end != m.end {
		return Period{From: from}
	}
	return Period{From: from, Until: from.AddDate(0, 0, 1), Loose: true}
}

// partHours are when the parts of a day are.
var partHours = map[string][2]int{
	night: {0, 6}, morning: {6, 12}, noon: {11, 14}, afternoon: {12, 18}, evening: {18, 24},
}

var namedWeeks = []struct {
	name        string
	first, last int // days after the Monday of this week
}{
	{"下个星期", 7, 14}, {"下个礼拜", 7, 14}, {"下星期", 7, 14}, {"下礼拜", 7, 14}, {"下周末", 12, 14}, {"下周", 7, 14}, {"next week", 7, 14},
	{"这个星期", 0, 7}, {"本星期", 0, 7}, {"本周末", 5, 7}, {"这周末", 5, 7}, {"本周", 0, 7}, {"这周", 0, 7}, {"this week", 0, 7},
	{"周末", 5, 7}, {"the weekend", 5, 7}, {"this weekend", 5, 7}, {"weekend", 5, 7},
}

// named reads what is no moment but a name of a stretch: 今晚, 明天下午, 下周, 周末.
func (h PeriodHole) named(at place) (reading, bool) {
	for _, w := range namedWeeks {
		end, ok := at.hasWord(at.i, w.name)
		if !ok || !at.stops(end) {
			continue
		}
		monday := at.today().plus(-at.today().weekday())
		from, _ := at.wall(monday.plus(w.first), clock{})
		until, _ := at.wall(monday.plus(w.last), clock{})
		return reading{end, Period{From: from, Until: until, Loose: true}}, true
	}
	d, _ := at.day(at.i)
	part, end := d.part, d.end
	if !d.ok {
		d, end = dayName{date: at.today()}, at.i
	}
	if part == "" {
		if d.ok {
			end = at.spaces(end)
		}
		for _, p := range dayParts {
			if e, ok := at.hasWord(end, p.name); ok {
				part, end = p.part, e
				break
			}
		}
	}
	if part == "" || !at.stops(end) {
		return reading{}, false
	}
	if c, _ := at.clock(at.spaces(end), part); c.ok {
		return reading{}, false // 今晚 8点 is a moment
	}
	day, hours := d.nearest(at.today(), false), partHours[part]
	from, _ := at.wall(day, clock{hour: hours[0]})
	until, _ := at.wall(day, clock{hour: hours[1]})
	return reading{end, Period{From: from, Until: until, Loose: true}}, true
}

// momentOf is what MomentHole has read, and lengthOf what LengthHole has.
func momentOf(r reading) time.Time {
	at, _ := r.value.(time.Time)
	return at
}

func lengthOf(r reading) time.Duration {
	d, _ := r.value.(time.Duration)
	return d
}
