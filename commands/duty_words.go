package commands

import (
	"math"
	"slices"
	"strconv"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// dayText is a day as people say it: 02-20 周五; with its year if that is another one.
func dayText(c bot.Call, d duty.Day) chat.Text {
	date := d.String()
	if d.Year == c.Now.In(c.Zone).Year() {
		date = date[len("2006-"):]
	}
	w := weekdays[d.Weekday()]
	return chat.Text{ZH: date + " 周" + w.ZH, EN: w.EN + " " + date}
}

// stretchText is a time of some hours or days as people say it: 02-20 周五 18:00–24:00.
func stretchText(c bot.Call, start, end time.Time) chat.Text {
	return stretchFrom(c, dayText(c, duty.DayOf(start.In(c.Zone))), start, end)
}

// nearStretch is like stretchText, for whoever looks at it now: 明天 09:00–18:00.
func nearStretch(c bot.Call, start, end time.Time) chat.Text {
	first := duty.DayOf(start.In(c.Zone))
	day := dayText(c, first)
	switch today := duty.DayOf(c.Now.In(c.Zone)); first {
	case today:
		day = chat.Text{ZH: "今天", EN: "today"}
	case today.Plus(1):
		day = chat.Text{ZH: "明天", EN: "tomorrow"}
	}
	return stretchFrom(c, day, start, end)
}

func stretchFrom(c bot.Call, day chat.Text, start, end time.Time) chat.Text {
	start, end = start.In(c.Zone), end.In(c.Zone)
	first, last := duty.DayOf(start), duty.DayOf(end)
	from := day.Plus(chat.Same(" " + start.Format("15:04")))
	clock := end.Format("15:04")
	midnight := end.Hour() == 0 && end.Minute() == 0
	switch {
	case last == first:
		return from.Plus(chat.Same("–" + clock))
	case last == first.Plus(1) && midnight:
		return from.Plus(chat.Same("–24:00"))
	case last == first.Plus(1):
		return from.Plus(chat.Text{ZH: "–次日" + clock, EN: "–" + clock + " next day"})
	case midnight && start.Hour() == 0 && start.Minute() == 0:
		return chat.Text{ZH: "%s 到 %s（含）", EN: "%s through %s"}.F(day, dayText(c, last.Plus(-1)))
	}
	return chat.Text{ZH: "%s 到 %s %s", EN: "%s to %s %s"}.F(from, dayText(c, last), clock)
}

// clockText is the hours of a turn on its day: 16:00–24:00.
func clockText(c bot.Call, start, end time.Time) string {
	start, end = start.In(c.Zone), end.In(c.Zone)
	if clock := end.Format("15:04"); clock != "00:00" {
		return start.Format("15:04") + "–" + clock
	}
	return start.Format("15:04") + "–24:00"
}

// reasonFor tells how it came that somebody has a turn, or nobody has; empty where that is how the shifts are. Why
// somebody is away is not told: it is not everybody's business.
func reasonFor(c bot.Call, r duty.Roster, t duty.Turn) chat.Text {
	switch t.By {
	case "":
		return chat.Text{}
	case duty.Temporary:
		return temporarily(r, t)
	case duty.Away:
		return awayText(c, r, t)
	case duty.Override, duty.Cover, duty.Swap, duty.Take, duty.Takeover:
	}
	var change duty.Change
	for _, o := range r.Changes() {
		if o.Who == t.Who && o.Kind == t.By && !t.Start.Before(o.From) && t.Start.Before(o.Until) {
			change = o
		}
	}
	return changeText(c, change, t.Base)
}

// changeText tells a change as a reason: 换班，原是 李敏（li）.
func changeText(c bot.Call, o duty.Change, base chat.User) chat.Text {
	whom := o.For
	if whom == "" {
		whom = base
	}
	text := changeName(o.Kind)
	if whom != "" && whom != o.Who {
		text = text.Plus(chat.Text{ZH: "，原是 %s", EN: ", in place of %s"}.F(c.Name(whom)))
	}
	if o.By != "" && o.By != o.Who && o.Kind == duty.Override {
		text = text.Plus(chat.Text{ZH: "，由 %s 安排", EN: ", arranged by %s"}.F(c.Name(o.By)))
	}
	return text
}

// reasoned is a reason in brackets.
func reasoned(reason string) chat.Text {
	if reason == "" {
		return chat.Text{}
	}
	return inBrackets(chat.Text{ZH: "原因：%s", EN: "reason: %s"}.F(chat.Escape(reason)))
}

// confided says whether the speaker may read the reason of a matter: one of those concerned, or who plans duty.
func confided(c bot.Call, who ...chat.User) bool {
	if slices.Contains(who, c.Actor.ID) {
		return true
	}
	_, plans := plansDuty(c)
	return plans
}

// changeName is what people call a kind of change.
func changeName(k duty.ChangeKind) chat.Text {
	switch k {
	case duty.Override:
		return chat.Text{ZH: "改派", EN: "override"}
	case duty.Cover:
		return chat.Text{ZH: "替班", EN: "cover"}
	case duty.Swap:
		return chat.Text{ZH: "换班", EN: "swap"}
	case duty.Take:
		return chat.Text{ZH: "顶班", EN: "taken over"}
	case duty.Takeover:
		return chat.Text{ZH: "B 角接管", EN: "taken over by the backup"}
	case duty.Away:
		return chat.Text{ZH: "请假", EN: "leave"}
	case duty.Temporary:
		return chat.Text{ZH: "临时排班", EN: "temporary schedule"}
	}
	return chat.Same(string(k))
}

func temporarily(r duty.Roster, t duty.Turn) chat.Text {
	var reason string
	for _, s := range r.Schedules() {
		if !t.Start.Before(s.From) && t.Start.Before(s.Until) {
			reason = s.Reason
		}
	}
	return changeName(duty.Temporary).Plus(because(reason))
}

// awayText says who is on leave, and that the backup has the turn, or nobody.
func awayText(c bot.Call, r duty.Roster, t duty.Turn) chat.Text {
	var who []chat.Text
	for _, l := range r.Leaves() {
		if t.Start.Before(l.Until) && l.From.Before(t.End) && (l.Who == t.Base || t.Vacant()) {
			why := chat.Text{ZH: "%s 请假", EN: "%s: on leave"}
			if l.Left {
				why = chat.Text{ZH: "%s 已离职", EN: "%s: has left the company"}
			}
			who = append(who, why.F(c.Name(l.Who)))
		}
	}
	if t.Vacant() {
		return chat.Text{ZH: "%s，没有 B 角顶上", EN: "%s, and no backup is there"}.F(list(who))
	}
	return chat.Text{ZH: "%s，B 角顶上", EN: "%s; the backup has it"}.F(list(who))
}

func inBrackets(t chat.Text) chat.Text {
	if t.ZH == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "（" + t.ZH + "）", EN: " (" + t.EN + ")"}
}

// indented sets a line below another one apart.
func indented(t chat.Text) chat.Text {
	if t.IsZero() {
		return t
	}
	return chat.Same("　").Plus(t)
}

func hoursOf(times []duty.Stretch) time.Duration {
	var d time.Duration
	for _, s := range times {
		d += s.End.Sub(s.Start)
	}
	return d
}

// hoursText is a length on duty in hours.
func hoursText(d time.Duration) chat.Text {
	n := strconv.FormatFloat(math.Round(d.Hours()*10)/10, 'f', -1, 64)
	return chat.Text{ZH: n + " 小时", EN: n + " h"}
}
