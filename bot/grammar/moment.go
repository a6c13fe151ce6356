package grammar

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// MomentHole is a hole for a point in time.
type MomentHole struct {
	gap
	past bool
}

// Moment is a hole for a point in time, in the zone of the Context: 18:00, 明天9点, 周五18点, 2026-12-01 18:00, 12-01,
// 今晚8点, tomorrow 9:00, 3天后.
//
// A day alone is its beginning. A time of day alone is the next one to come, as is a weekday (周五, friday) with or
// without one; 下周五 and next friday are in the next week from Monday to Sunday. A day without a year is this
// year's, or next year's if that day is over. Everything else may be past, and the command judges. A time that the
// clocks skip is refused, one that they repeat is the first.
func Moment(name string) MomentHole {
	return MomentHole{gap: newGap(name, chat.Text{ZH: "时间", EN: name})}
}

// Past returns the hole for a point in time that is over: a time of day, a weekday, a day without a year is the last
// one that was, and a length, 3天, is so long ago.
func (h MomentHole) Past() MomentHole { h.past = true; return h }

// Called returns the hole with another label.
func (h MomentHole) Called(t chat.Text) MomentHole { h.called = t; return h }

// Of returns the point in time, in the zone of the Context.
func (h MomentHole) Of(a Args) time.Time { return valueOf[time.Time](a, h.name) }

func (MomentHole) kind() kind { return aMoment }

func (h MomentHole) sample() chat.Text {
	if h.past {
		return chat.Text{ZH: "3天、昨天9点、2026-12-01", EN: "3d, yesterday 9:00, 2026-12-01"}
	}
	return chat.Text{ZH: "18:00、明天9点、2026-12-01 18:00", EN: "18:00, tomorrow 9:00, 2026-12-01 18:00"}
}

func (h MomentHole) read(at place) (found []reading, why chat.Text) {
	at.tails = momentTails
	for _, way := range []func(place) ([]reading, chat.Text){h.present, h.stamp, h.distance, h.calendar, h.ago} {
		if found, why = way(at); len(found) > 0 || !why.IsZero() {
			break
		}
	}
	for n := range found {
		found[n].end, _ = at.hasAny(found[n].end, momentTails...)
	}
	return found, why
}

// momentTails are what people add to a point in time without changing it: 从明天起, 到周五为止, 18点前.
var momentTails = []string{"之前", "以前", "前", "为止", "止", "开始", "起"}

// present reads the moment of the message.
func (h MomentHole) present(at place) ([]reading, chat.Text) {
	if end, ok := at.hasAny(at.i, "现在", "此刻", "now"); ok && at.stops(end) {
		return []reading{{end, at.now.In(at.zone)}}, chat.Text{}
	}
	return nil, chat.Text{}
}

// stamp reads what programs print: 2026-12-01T18:00:00+08:00.
func (h MomentHole) stamp(at place) ([]reading, chat.Text) {
	word, end := at.word(at.i)
	t, err := time.Parse(time.RFC3339, strings.ToUpper(word))
	if err != nil || !plausible(t.Year()) {
		return nil, chat.Text{}
	}
	return []reading{{end, t.In(at.zone)}}, chat.Text{}
}

// distance reads a length before or after now: 3天后, in 3 days, 2h ago; and with a time, 3天后9点.
func (h MomentHole) distance(at place) (found []reading, why chat.Text) {
	i, in := at.hasAny(at.i, "in ")
	lengths, why := at.lengths(i)
	add := func(end int, d time.Duration) {
		if at.stops(end) {
			found = append(found, reading{end, at.now.Add(d).In(at.zone)})
		}
	}
	for _, l := range slices.Backward(lengths) {
		if in {
			add(l.end, l.d)
			continue
		}
		if end, ok := at.hasAny(at.spaces(l.end), "之后", "以后", "后", "from now"); ok {
			if l.d%day == 0 {
				d := dayName{date: at.today().plus(int(l.d / day)), end: end}
				found = append(found, h.timed(at, d)...)
			}
			add(end, l.d)
		}
		if end, ok := at.hasAny(at.spaces(l.end), "之前", "以前", "前", "ago"); ok {
			add(end, -l.d)
		}
	}
	if len(found) > 0 || !in {
		why = chat.Text{}
	}
	return found, why
}

// ago reads a length alone as so long ago, where the past is meant.
func (h MomentHole) ago(at place) (found []reading, why chat.Text) {
	if !h.past {
		return nil, chat.Text{}
	}
	lengths, why := at.lengths(at.i)
	for _, l := range slices.Backward(lengths) {
		if end, _ := at.hasAny(l.end, "之内", "以内", "内"); at.stops(end) {
			found = append(found, reading{end, at.now.Add(-l.d).In(at.zone)})
		}
	}
	if len(found) > 0 {
		why = chat.Text{}
	}
	return found, why
}

// timed reads a time of day behind a day that is known.
func (h MomentHole) timed(at place, d dayName) []reading {
	c, _ := at.clock(at.spaces(d.end), d.part)
	if !c.ok {
		return nil
	}
	t, why := h.when(at, d, c)
	if !why.IsZero() {
		return nil
	}
	return []reading{{c.end, t}}
}

// calendar reads a day, a time of day, or both in either order.
func (h MomentHole) calendar(at place) ([]reading, chat.Text) {
	d, why := at.day(at.i)
	if !why.IsZero() {
		return nil, why
	}
	if !d.ok {
		return h.clockFirst(at)
	}
	c, why := at.clock(at.clockAfter(d), d.part)
	if !why.IsZero() {
		return nil, why
	}
	var found []reading
	if c.ok {
		t, why := h.when(at, d, c)
		if !why.IsZero() {
			return nil, why
		}
		found = append(found, reading{c.end, t})
	}
	switch {
	case !at.stops(d.end):
		return found, chat.Text{}
	case d.part != "" && c.ok:
		return found, chat.Text{}
	case d.part != "":
		return nil, noHour
	}
	t, why := h.when(at, d, clock{})
	if !why.IsZero() {
		return found, why
	}
	return append(found, reading{d.end, t}), chat.Text{}
}

// clockFirst reads a time of day, and a day behind it unless that has a time of its own: 18:00 明天.
func (h MomentHole) clockFirst(at place) ([]reading, chat.Text) {
	c, why := at.clock(at.i, "")
	if !c.ok {
		return nil, why
	}
	var found []reading
	if d, _ := at.day(at.spaces(c.end)); d.ok && d.part == "" && at.boundary(c.end) && at.stops(d.end) {
		if own, _ := at.clock(at.clockAfter(d), ""); !own.ok {
			t, why := h.when(at, d, c)
			if !why.IsZero() {
				return nil, why
			}
			found = append(found, reading{d.end, t})
		}
	}
	t, why := h.when(at, dayName{kind: anyDay, date: at.today()}, c)
	if !why.IsZero() {
		return found, why
	}
	return append(found, reading{c.end, t}), chat.Text{}
}

// clockAfter returns where a time of day would stand behind a day: 明天9点, 2026-12-01T18:00, friday at 9:00.
func (p place) clockAfter(d dayName) int {
	if r := p.at(d.end); (r == 'T' || r == 't') && isDigit(p.at(d.end+1)) {
		return d.end + 1
	}
	i := p.spaces(d.end)
	if end, ok := p.has(i, "at "); ok && i > d.end {
		return p.spaces(end)
	}
	return i
}

// when puts a day and a time of day together; without a time the day's beginning.
func (h MomentHole) when(at place, d dayName, c clock) (time.Time, chat.Text) {
	date := d.nearest(at.today(), h.past)
	t, ok := at.wall(date, c)
	if ok && c.ok && (d.kind == anyDay || d.kind == weekly) {
		days := map[dayKind]int{anyDay: 1, weekly: 7}[d.kind]
		switch over := !t.After(at.now); {
		case !h.past && over:
			t, ok = at.wall(date.plus(days), c)
		case h.past && t.After(at.now):
			t, ok = at.wall(date.plus(-days), c)
		}
	}
	if !ok {
		return time.Time{}, skipped
	}
	return t, chat.Text{}
}

var skipped = chat.Text{
	ZH: "那一天的时钟跳过了这个时刻，请换一个。",
	EN: "the clocks skip that time on that day; choose another one.",
}

// FormatMoment prints a point in time as "2006-01-02 15:04" in zone; a nil zone is UTC.
func FormatMoment(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// NearMoment writes a moment as seen from now, in the zone (UTC if it is nil): the time alone if it is of the same day,
// "明天 08:00" of the next or the last one, "11-28 周六 08:00" within a week, else as FormatMoment does.
func NearMoment(t, now time.Time, zone *time.Location) chat.Text {
	if zone == nil {
		zone = time.UTC
	}
	t, now = t.In(zone), now.In(zone)
	clock := t.Format("15:04")
	switch days := dayNumber(t) - dayNumber(now); {
	case days == 0:
		return chat.Same(clock)
	case days == 1:
		return chat.Text{ZH: "明天 " + clock, EN: "tomorrow " + clock}
	case days == -1:
		return chat.Text{ZH: "昨天 " + clock, EN: "yesterday " + clock}
	case -7 < days && days < 7:
		day := t.Format("01-02 ")
		return chat.Text{
			ZH: day + "周" + string([]rune("日一二三四五六")[t.Weekday()]) + " " + clock,
			EN: t.Format("Mon 01-02 ") + clock,
		}
	}
	return chat.Same(FormatMoment(t, zone))
}

// dayNumber counts calendar days, whatever their length.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}
