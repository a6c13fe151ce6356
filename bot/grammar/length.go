package grammar

import (
	"slices"
	"strconv"
	"time"

	"qunguan/bot/chat"
)

// LengthHole is a hole for a length of time.
type LengthHole struct{ gap }

// Length is a hole for a length of time: 30m, 2h, 1d12h, 30分钟, 2小时, 半小时, 3天, 一周. It is more than zero and at
// most MaxLength. Months and years are refused: they have no one length.
func Length(name string) LengthHole {
	return LengthHole{newGap(name, chat.Text{ZH: "时长", EN: name})}
}

// Of returns the length.
func (h LengthHole) Of(a Args) time.Duration { return valueOf[time.Duration](a, h.name) }

// Called returns the hole with another label.
func (h LengthHole) Called(t chat.Text) LengthHole { h.called = t; return h }

// MaxLength is the longest length that a message can name: ten years.
const MaxLength = 3653 * 24 * time.Hour

func (LengthHole) kind() kind { return aLength }
func (LengthHole) sample() chat.Text {
	return chat.Text{ZH: "30分钟、2小时、7天", EN: "30m, 2h, 7d"}
}

func (h LengthHole) read(at place) (found []reading, why chat.Text) {
	lengths, why := at.lengths(at.i)
	for _, l := range slices.Backward(lengths) {
		end, _ := at.hasAny(l.end, "之内", "以内", "内")
		if at.stops(end) {
			found = append(found, reading{end, l.d})
		}
	}
	switch {
	case len(found) > 0:
		return found, chat.Text{}
	case why.IsZero() && len(lengths) > 0:
		why = noSpace
	}
	return found, why
}

// span is a length that ends before end.
type span struct {
	d   time.Duration
	end int
}

// unit is a unit of lengths. One without a length of its own is refused, with a hint.
type unit struct {
	d    time.Duration
	hint chat.Text
}

var (
	inDays = chat.Text{
		ZH: "月和年长短不一，请写天数或周数，如 30天。",
		EN: "months and years differ in length; give days or weeks, such as 30d.",
	}
	sayDays = chat.Text{ZH: "请写成“天”，如 3天。", EN: "write days as d, such as 3d."}
	noUnit  = chat.Text{ZH: "请写明单位，如 30分钟、2小时、3天。", EN: "give the unit, such as 30m, 2h, 3d."}
	tooLong = chat.Text{ZH: "时长最多十年。", EN: "a length is at most ten years."}
	noSpace = chat.Text{ZH: "时长后面请加空格。", EN: "put a space after the length."}
	notZero = chat.Text{ZH: "时长必须大于零。", EN: "a length must be more than zero."}
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

var units = map[string]unit{
	"s": {d: time.Second}, "sec": {d: time.Second}, "secs": {d: time.Second}, "second": {d: time.Second},
	"seconds": {d: time.Second},
	"m":       {d: time.Minute}, "min": {d: time.Minute}, "mins": {d: time.Minute}, "minute": {d: time.Minute},
	"minutes": {d: time.Minute},
	"h":       {d: time.Hour}, "hr": {d: time.Hour}, "hrs": {d: time.Hour}, "hour": {d: time.Hour},
	"hours": {d: time.Hour},
	"d":     {d: day}, "day": {d: day}, "days": {d: day},
	"w": {d: week}, "wk": {d: week}, "wks": {d: week}, "week": {d: week}, "weeks": {d: week},
	"mo": {hint: inDays}, "mos": {hint: inDays}, "month": {hint: inDays}, "months": {hint: inDays},
	"y": {hint: inDays}, "yr": {hint: inDays}, "yrs": {hint: inDays}, "year": {hint: inDays}, "years": {hint: inDays},
}

// chineseUnits stand longest first, for their beginnings are units too.
var chineseUnits = []struct {
	name string
	unit
}{
	{"分钟", unit{d: time.Minute}}, {"小时", unit{d: time.Hour}}, {"钟头", unit{d: time.Hour}},
	{"刻钟", unit{d: 15 * time.Minute}}, {"星期", unit{d: week}}, {"礼拜", unit{d: week}}, {"秒钟", unit{d: time.Second}},
	{"季度", unit{hint: inDays}},
	{"秒", unit{d: time.Second}}, {"分", unit{d: time.Minute}}, {"刻", unit{d: 15 * time.Minute}},
	{"时", unit{d: time.Hour}}, {"天", unit{d: day}}, {"周", unit{d: week}},
	{"月", unit{hint: inDays}}, {"年", unit{hint: inDays}}, {"日", unit{hint: sayDays}},
}

// lengths reads a length at i: 1d, then 1d12h. Each is longer than the one before. If the text there is meant for a
// length but is none, why says so.
func (p place) lengths(i int) (found []span, why chat.Text) {
	var total time.Duration
	for last := (unit{d: MaxLength + 1}); ; {
		d, u, end, why := p.oneLength(i)
		if !why.IsZero() {
			return found, why
		}
		if end == i || u.d >= last.d {
			return found, chat.Text{}
		}
		if total += d; total > MaxLength {
			return nil, tooLong
		}
		if total == 0 && p.stops(end) {
			return nil, notZero
		}
		found = append(found, span{total, end})
		last = u
		i = p.spaces(end)
	}
}

// oneLength reads one number with its unit: 30分钟, 1.5h, 半小时, 两个半小时, 两天半.
func (p place) oneLength(i int) (d time.Duration, u unit, end int, why chat.Text) {
	thousandths, next, ok := p.quantity(i)
	if !ok {
		return 0, unit{}, i, chat.Text{}
	}
	u, end = p.unit(p.spaces(next))
	switch {
	case end < 0 && isDigit(p.at(i)) && p.badUnit(next):
		return 0, unit{}, i, noUnit
	case end < 0:
		return 0, unit{}, i, chat.Text{}
	case u.d == 0 && p.stops(end):
		return 0, unit{}, i, u.hint
	case u.d == 0:
		return 0, unit{}, i, chat.Text{}
	}
	if p.at(end) == '半' {
		thousandths += 500
		end++
	}
	if thousandths < 0 || thousandths > int64(MaxLength/(u.d/1000)) {
		return 0, unit{}, i, tooLong
	}
	return time.Duration(thousandths) * (u.d / 1000), u, end, chat.Text{}
}

// quantity reads a number in thousandths. What does not fit is negative.
func (p place) quantity(i int) (thousandths int64, end int, ok bool) {
	if p.at(i) == '半' {
		if end, ok = p.has(i+1, "个"); !ok {
			end = i + 1
		}
		return 500, end, true
	}
	if end, ok = p.hasAny(i, "half an ", "half a "); ok {
		return 500, end, true
	}
	value, end := p.numeral(i)
	if end == i {
		return 0, i, false
	}
	if value < 0 || value > 1e12 {
		value = -1e15
	}
	thousandths = value * 1000
	if p.at(end) == '.' && isDigit(p.at(end+1)) {
		scale := int64(100)
		for end++; isDigit(p.at(end)); end++ {
			thousandths += int64(p.at(end)-'0') * scale
			scale /= 10
		}
	}
	if p.at(end) == '个' {
		end++
		if p.at(end) == '半' {
			thousandths += 500
			end++
		}
	}
	return thousandths, end, true
}

// unit reads a unit at i; end is -1 if there is none.
func (p place) unit(i int) (u unit, end int) {
	for _, c := range chineseUnits {
		if end, ok := p.has(i, c.name); ok {
			return c.unit, end
		}
	}
	end = i
	for isLetter(p.at(end)) {
		end++
	}
	if u, ok := units[string(p.lower[i:end])]; ok {
		return u, end
	}
	return unit{}, -1
}

// badUnit says whether a number is followed by nothing, or by letters and digits that are no unit.
func (p place) badUnit(i int) bool {
	for isLetter(p.at(i)) || isDigit(p.at(i)) {
		i++
	}
	return p.stops(i)
}

// FormatLength prints a length as a message would name it, to the second: "7天", "7d".
func FormatLength(d time.Duration) chat.Text {
	d = d.Truncate(time.Second)
	var t chat.Text
	if d < 0 {
		t = chat.Same("-")
	}
	for _, u := range []struct {
		d    time.Duration
		name chat.Text
	}{
		{day, chat.Text{ZH: "天", EN: "d"}}, {time.Hour, chat.Text{ZH: "小时", EN: "h"}},
		{time.Minute, chat.Text{ZH: "分钟", EN: "m"}}, {time.Second, chat.Text{ZH: "秒", EN: "s"}},
	} {
		if n := d / u.d; n != 0 {
			t = t.Plus(chat.Same(strconv.FormatInt(max(int64(n), -int64(n)), 10))).Plus(u.name)
			d -= n * u.d
		}
	}
	if t.IsZero() {
		return chat.Text{ZH: "0分钟", EN: "0m"}
	}
	return t
}
