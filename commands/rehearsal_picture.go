package commands

import (
	"fmt"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// picture is the rehearsal to look at: up to two days person by person, a longer time day by day.
func (r rehearsal) picture(c bot.Call, name string) *chat.Picture {
	p := &chat.Picture{
		Title:    chat.Text{ZH: "%s 权限预演", EN: "Rehearsal of %s"}.F(c.Group.Title()),
		Subtitle: chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(c.Moment(r.from), c.Moment(r.until)),
	}
	if name != "" {
		p.Subtitle = chat.Text{ZH: "%s：", EN: "%s: "}.F(name).Plus(p.Subtitle)
	}
	if r.until.Sub(r.from) > 48*time.Hour {
		r.byDay(p)
	} else {
		r.byPerson(c, p)
	}
	return p
}

// coverage is what one hour looks like: how well the group is looked after.
type coverage uint8

const (
	outside coverage = iota
	manned
	someone   // there is no roster, and somebody can
	powerless // whoever is on duty may do nothing
	gap
)

var coverages = []struct {
	of  coverage
	key chat.Key
}{
	{manned, chat.Key{Cell: chat.Cell{Shade: chat.Yes}, Meaning: chat.Text{ZH: "有人值班，有权限", EN: "on duty, with rights"}}},
	{powerless, chat.Key{Cell: chat.Cell{Shade: chat.Warn}, Meaning: chat.Text{ZH: "有人值班，没有权限", EN: "on duty, without rights"}}},
	{gap, chat.Key{Cell: chat.Cell{Shade: chat.No}, Meaning: chat.Text{ZH: "没有人", EN: "nobody"}}},
	{someone, chat.Key{Cell: chat.Cell{Shade: chat.Part}, Meaning: chat.Text{ZH: "没有排班，有人能处理", EN: "no roster, but somebody can"}}},
}

// coverageOf is the worst of an hour.
func (r rehearsal) coverageOf(hour time.Time) coverage {
	worst := outside
	for _, s := range r.hourly(hour) {
		is := gap
		switch {
		case s.onDuty && r.able(s.turn.Who, s):
			is = manned
		case s.onDuty:
			is = powerless
		case len(r.roster.Shifts) == 0 && len(s.rights) > 0:
			is = someone
		}
		worst = max(worst, is)
	}
	return worst
}

func cellOf(of coverage) chat.Cell {
	for _, k := range coverages {
		if k.of == of {
			return k.key.Cell
		}
	}
	return chat.Cell{}
}

// legend explains those coverages that are there.
func legend(seen map[coverage]bool) []chat.Key {
	var out []chat.Key
	for _, k := range coverages {
		if seen[k.of] {
			out = append(out, k.key)
		}
	}
	return out
}

// byDay has a row for each day and a column for each hour.
func (r rehearsal) byDay(p *chat.Picture) {
	for h := range 24 {
		p.Columns = append(p.Columns, chat.Column{Label: chat.Same(fmt.Sprint(h))})
	}
	seen := map[coverage]bool{}
	y, m, d := r.from.Date()
	for day := time.Date(y, m, d, 0, 0, 0, 0, r.from.Location()); day.Before(r.until); day = day.AddDate(0, 0, 1) {
		row := chat.Row{Label: chat.Text{ZH: day.Format("01-02 ") + weekdays[day.Weekday()].ZH, EN: day.Format("01-02 ") + weekdays[day.Weekday()].EN}}
		for h := range 24 {
			of := r.coverageOf(time.Date(day.Year(), day.Month(), day.Day(), h, 0, 0, 0, day.Location()))
			seen[of] = true
			row.Cells = append(row.Cells, cellOf(of))
		}
		p.Rows = append(p.Rows, row)
	}
	p.Legend = legend(seen)
}

var weekdays = [...]chat.Text{
	{ZH: "日", EN: "Sun"}, {ZH: "一", EN: "Mon"}, {ZH: "二", EN: "Tue"}, {ZH: "三", EN: "Wed"}, {ZH: "四", EN: "Thu"},
	{ZH: "五", EN: "Fri"}, {ZH: "六", EN: "Sat"},
}

// byPerson has a row for duty and one for each person, and a column for each hour.
func (r rehearsal) byPerson(c bot.Call, p *chat.Picture) {
	var hours []time.Time
	for at := r.from.Truncate(time.Hour); at.Before(r.until); at = at.Add(time.Hour) {
		hours = append(hours, at)
		p.Columns = append(p.Columns, chat.Column{Label: chat.Same(fmt.Sprint(at.Hour())), Band: chat.Same(at.Format("01-02"))})
	}
	seen := map[coverage]bool{}
	duty := chat.Row{Label: chat.Text{ZH: "值班", EN: "Duty"}}
	for _, at := range hours {
		of := r.coverageOf(at)
		seen[of] = true
		duty.Cells = append(duty.Cells, cellOf(of))
	}
	p.Rows = append(p.Rows, duty)
	people, partly := r.people(), false
	for _, who := range people[:min(len(people), mostPictured)] {
		row := chat.Row{Label: chat.Same(plainName(c, who))}
		items, _ := r.holdings(who)
		if len(items) > 0 {
			row.Note = chat.Text{ZH: "%d 项", EN: "%d items"}.F(mostItems(items))
		}
		for _, at := range hours {
			cell := r.personCell(who, mostItems(items), at)
			partly = partly || cell.Shade == chat.Off
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	if p.Legend = legend(seen); partly {
		p.Legend = append(p.Legend, chat.Key{Cell: chat.Cell{Shade: chat.Off}, Meaning: chat.Text{
			ZH: "部分时间，或部分权限", EN: "part of the hour, or of the rights"}})
	}
	if more := len(people) - mostPictured; more > 0 {
		p.Notes = append(p.Notes, chat.Text{ZH: "另有 %d 人见文字", EN: "%d more people are in the text"}.F(more))
	}
}

func mostItems(of []access.Items) int {
	most := 0
	for _, items := range of {
		most = max(most, items.Len())
	}
	return most
}

// personCell is what one person may do in an hour, compared with the most that they may do at any time.
func (r rehearsal) personCell(who chat.User, most int, hour time.Time) chat.Cell {
	all, some := true, false
	for _, s := range r.hourly(hour) {
		n := s.rights[who].Len()
		all, some = all && n == most, some || n > 0
	}
	switch {
	case some && all:
		return chat.Cell{Shade: chat.Yes}
	case some:
		return chat.Cell{Shade: chat.Off}
	}
	return chat.Cell{}
}
