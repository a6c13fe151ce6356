package grammar

import (
	"time"

	"qunguan/bot/chat"
)

// clock is a time of day; 24:00 is the beginning of the next day. Without ok it is none.
type clock struct {
	hour, minute, second int
	end                  int
	ok                   bool
}

// The parts of a day that tell which hour is meant.
const (
	night     = "凌晨"
	morning   = "上午"
	noon      = "中午"
	afternoon = "下午"
	evening   = "晚上"
)

var dayParts = []struct{ name, part string }{
	{"凌晨", night}, {"清晨", morning}, {"早上", morning}, {"早晨", morning}, {"上午", morning}, {"早", morning},
	{"正午", noon}, {"中午", noon}, {"noon", noon}, {"午后", afternoon}, {"下午", afternoon}, {"傍晚", afternoon},
	{"晚上", evening}, {"晚间", evening}, {"夜里", evening}, {"夜间", evening}, {"晚", evening},
}

var (
	noSuchTime = chat.Text{ZH: "没有这个时刻。", EN: "there is no such time of day."}
	noHour     = chat.Text{ZH: "请写明几点，如 今晚8点。", EN: "say at what time, such as tonight 8pm."}
	whichHour  = chat.Text{
		ZH: "说不清是哪一天的几点，请用 24 小时制，如 明天1:00。",
		EN: "that time could be on either of two days; use 24 hours, such as tomorrow 1:00.",
	}
)

// clock reads a time of day at i: 18:00, 9点, 下午3点半, 9am. The part of the day may stand before, in the day's name.
// If a time of day is there but wrong, why says so.
func (p place) clock(i int, part string) (c clock, why chat.Text) {
	begin := i
	for _, d := range dayParts {
		if end, ok := p.hasWord(i, d.name); ok {
			if part != "" {
				return clock{}, whichHour
			}
			part, i = d.part, p.spaces(end)
			break
		}
	}
	c = p.digital(i)
	if !c.ok {
		c = p.spoken(i)
	}
	if !c.ok {
		end := i
		if part == noon && i > begin {
			for end > begin && isSpace(p.at(end-1)) {
				end--
			}
			if p.stops(end) {
				return clock{hour: 12, end: end, ok: true}, chat.Text{}
			}
		}
		return clock{}, chat.Text{}
	}
	if !p.stops(c.end) {
		return clock{}, chat.Text{}
	}
	if c.hour > 24 || c.minute > 59 || c.second > 59 || c.hour == 24 && c.minute+c.second > 0 {
		return clock{}, noSuchTime
	}
	return c.in(part)
}

// digital reads 18:00, 18:00:30, 9:30 pm, 9am.
func (p place) digital(i int) clock {
	hour, end := p.digits(i)
	if end == i || end-i > 2 {
		return clock{}
	}
	c := clock{hour: int(hour), end: end}
	for _, part := range []*int{&c.minute, &c.second} {
		if p.at(c.end) != ':' {
			break
		}
		value, end := p.digits(c.end + 1)
		if end != c.end+3 {
			return clock{}
		}
		*part, c.end, c.ok = int(value), end, true
	}
	after := p.spaces(c.end)
	end, pm := p.hasWord(after, "pm")
	if !pm {
		var am bool
		if end, am = p.hasWord(after, "am"); !am {
			return c
		}
	}
	c.end, c.ok = end, true
	switch {
	case c.hour < 1 || c.hour > 12:
		c.hour = 99
	case c.hour == 12 && !pm:
		c.hour = 0
	case c.hour < 12 && pm:
		c.hour += 12
	}
	return c
}

// spoken reads 9点, 九点半, 9点一刻, 18时30分.
func (p place) spoken(i int) clock {
	hour, end := p.numeral(i)
	if end == i || hour < 0 || hour > 99 {
		return clock{}
	}
	c := clock{hour: int(hour)}
	if c.end, c.ok = p.hasAny(p.spaces(end), "点钟", "点整", "点", "时"); !c.ok {
		return clock{}
	}
	for _, quarter := range []struct {
		name    string
		minutes int
	}{{"半", 30}, {"一刻", 15}, {"三刻", 45}} {
		if end, ok := p.has(c.end, quarter.name); ok {
			c.minute, c.end = quarter.minutes, end
			return c
		}
	}
	if minute, end := p.numeral(c.end); end > c.end && minute >= 0 && minute <= 99 {
		c.minute = int(minute)
		c.end, _ = p.hasAny(end, "分钟", "分")
	}
	return c
}

// in returns the time in a part of the day: 下午3点 is 15:00, 晚上12点 is 24:00.
func (c clock) in(part string) (clock, chat.Text) {
	switch h := c.hour; part {
	case night:
		switch {
		case h == 12:
			c.hour = 0
		case h > 6:
			return clock{}, noSuchTime
		}
	case morning:
		if h > 12 {
			return clock{}, noSuchTime
		}
	case noon:
		switch {
		case h == 1 || h == 2:
			c.hour += 12
		case h < 11 || h > 14:
			return clock{}, noSuchTime
		}
	case afternoon:
		switch {
		case h >= 1 && h < 12:
			c.hour += 12
		case h == 0 || h == 24:
			return clock{}, noSuchTime
		}
	case evening:
		switch {
		case (h == 0 || h == 12) && c.minute+c.second == 0:
			c.hour = 24
		case h <= 4 || h == 12:
			return clock{}, whichHour
		case h < 12:
			c.hour += 12
		}
	}
	return c, chat.Text{}
}

// wall returns the moment at which the clocks of the zone show c on that day. A moment that they show twice is the
// first; ok is false for one that they skip. Without c it is the first moment of the day.
func (p place) wall(d date, c clock) (t time.Time, ok bool) {
	if c.hour == 24 {
		d, c = d.plus(1), clock{}
	}
	t = time.Date(d.year, d.month, d.day, c.hour, c.minute, c.second, 0, p.zone)
	since, _ := t.ZoneBounds()
	if h, m, s := t.Clock(); dateOf(t) != d || h != c.hour || m != c.minute || s != c.second {
		if c.ok && c.hour+c.minute+c.second > 0 {
			return time.Time{}, false
		}
		// The day begins where the clocks jump.
		since, _ = time.Date(d.year, d.month, d.day, 12, 0, 0, 0, p.zone).ZoneBounds()
		return since, dateOf(since) == d
	}
	if since.IsZero() {
		return t, true
	}
	_, before := since.Add(-time.Second).Zone()
	_, after := t.Zone()
	if first := t.Add(time.Duration(after-before) * time.Second); first.Before(since) && before > after {
		return first, true
	}
	return t, true
}
