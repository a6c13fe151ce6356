package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
)

var (
	_ = declare(onDuty)
	_ = declare(nextOnDuty)
	_ = declare(backupOnDuty)
	_ = declare(dutyToday)
	_ = declare(dutyTomorrow)
	_ = declare(dutyThen)
)

// onDuty tells who is on duty, until when, who is the backup and who follows. It is answered from the last known
// state while storage is away: a member who needs somebody now needs an answer now.
func onDuty() bot.Command {
	at := grammar.Moment("at") // a day without a year is the next one: people ask who will be there
	return bot.Command{
		Name: "duty",
		Forms: []string{
			"/duty", "/duty at {at}", "/值班", "/值班 在 {at}", "谁在值班", "谁值班", "现在(谁值班|谁在值班|是谁值班)", "现在 (谁值班|谁在值班)",
			"值班的是谁",
		},
		Examples: []chat.Text{{ZH: "/值班", EN: "/duty"}, {ZH: "谁在值班", EN: "/duty at 18:00"}},
		Holes:    []grammar.Hole{at},
		Help:     chat.Text{ZH: "现在谁值班、到何时、B 角是谁、下一班是谁；看某一天：`/值班 周六`。", EN: "Who is on duty, until when, the backup, and who follows; of a day: `/duty saturday`."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, moment := roster.Of(c), c.Now.In(c.Zone)
			if at.Given(c.Args) {
				moment = at.Of(c.Args).In(c.Zone)
			}
			if lines, ok := noRoster(c, r, moment); ok {
				return told(lines), nil
			}
			lines := []chat.Text{dutyHead(c), nowLine(c, r, moment, at.Given(c.Args)), nextLine(c, r, moment)}
			if !at.Given(c.Args) {
				lines = append(lines, waitingLine(r, c.Now))
			}
			return told(lines...), nil
		},
	}
}

// told is an outcome that only says something, a line each.
func told(lines ...chat.Text) bot.Outcome {
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}
}

// asking is a command that answers one question about duty, from the last known state while storage is away.
func asking(name string, help chat.Text, examples []chat.Text, answer func(bot.Call, duty.Roster, time.Time) []chat.Text, forms ...string) bot.Command {
	return bot.Command{
		Name: name, Forms: forms, Examples: examples, Holes: []grammar.Hole{}, Help: help, Reads: []bot.Source{roster}, Stale: true, Hidden: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, now := roster.Of(c), c.Now.In(c.Zone)
			if lines, ok := noRoster(c, r, now); ok {
				return told(lines), nil
			}
			return told(append([]chat.Text{dutyHead(c)}, answer(c, r, now)...)...), nil
		},
	}
}

func nextOnDuty() bot.Command {
	return asking("duty next", chat.Text{ZH: "下一班是谁。", EN: "Who follows."}, []chat.Text{{ZH: "下一班是谁", EN: "/duty next"}},
		func(c bot.Call, r duty.Roster, now time.Time) []chat.Text { return []chat.Text{nextLine(c, r, now)} },
		"/duty next", "/值班 下一班", "下一班是谁", "下一班谁值班", "(谁是|谁接)下一班")
}

func backupOnDuty() bot.Command {
	return asking("duty backup", chat.Text{ZH: "现在的 B 角是谁。", EN: "Who the backup is now."}, []chat.Text{{ZH: "B角是谁", EN: "/duty backup"}},
		func(c bot.Call, r duty.Roster, now time.Time) []chat.Text {
			t, ok := r.OnDuty(now)
			switch {
			case !ok:
				return []chat.Text{nowLine(c, r, now, false), nextLine(c, r, now)}
			case t.Backup == "":
				return []chat.Text{chat.Text{
					ZH: "这一班没有 B 角；值班的是 %s，到 %s。", EN: "This shift has no backup; on duty is %s, until %s.",
				}.F(c.Name(t.Who), c.Near(t.End))}
			}
			return []chat.Text{chat.Text{ZH: "B 角：%s，到 %s；A 角：%s", EN: "backup: %s, until %s; on duty: %s"}.F(c.Name(t.Backup), c.Near(t.End), c.Name(t.Who))}
		}, "/duty backup", "/值班 b角", "b角是谁", "谁是b角")
}

func dutyToday() bot.Command {
	return asking("duty today", chat.Text{ZH: "今天的班。", EN: "The shifts of today."}, []chat.Text{{ZH: "今天谁值班", EN: "/duty today"}},
		func(c bot.Call, r duty.Roster, now time.Time) []chat.Text {
			return append(dayLines(c, r, duty.DayOf(now)), waitingLine(r, c.Now))
		},
		"/duty today", "/值班 今天", "今天谁值班", "今天谁在值班", "今天是谁值班", "今天 (谁值班|谁在值班)")
}

func dutyTomorrow() bot.Command {
	return asking("duty tomorrow", chat.Text{ZH: "明天的班。", EN: "The shifts of tomorrow."}, []chat.Text{{ZH: "明天谁值班", EN: "/duty tomorrow"}},
		func(c bot.Call, r duty.Roster, now time.Time) []chat.Text {
			return dayLines(c, r, duty.DayOf(now).Plus(1))
		},
		"/duty tomorrow", "/值班 明天", "明天谁值班", "明天谁在值班", "明天是谁值班", "明天 (谁值班|谁在值班)")
}

// mostDays is how many days one answer tells in full.
const mostDays = 14

// dutyThen tells the shifts of a time as people name it: 周六, 下周一, 12-25, 今晚, 周末.
func dutyThen() bot.Command {
	when := grammar.Stretch("when")
	return bot.Command{
		Name:     "duty then",
		Forms:    []string{"/duty {when}", "/值班 {when}", "(谁值班|谁在值班) {when}"},
		Examples: []chat.Text{{ZH: "/值班 周六", EN: "/duty saturday"}},
		Holes:    []grammar.Hole{when},
		Help:     chat.Text{ZH: "某一天或某段时间的班：周六、下周一、12-25、今晚。", EN: "The shifts of a day or a time: saturday, next monday, 12-25, tonight."},
		Reads:    []bot.Source{roster},
		Stale:    true,
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			p, r := when.Of(c.Args), roster.Of(c)
			from := p.From.In(c.Zone)
			if line, ok := noRoster(c, r, from); ok {
				return told(line), nil
			}
			if p.Until.IsZero() {
				return told(dutyHead(c), nowLine(c, r, from, true), nextLine(c, r, from)), nil
			}
			until := p.Until.In(c.Zone)
			if !from.Before(until) || until.After(from.AddDate(0, 0, mostDays)) {
				return bot.Refuse(chat.Text{
					ZH: "时间段要从前往后，最多 %d 天；更长的看 `/排班 表 4周`。", EN: "A time runs forwards, %d days at most; for more there is `/duty plan 4`.",
				}.F(mostDays))
			}
			lines := []chat.Text{dutyHead(c)}
			if p.Loose && midnightOf(from) && midnightOf(until) {
				for d := duty.DayOf(from); d != duty.DayOf(until); d = d.Plus(1) {
					lines = append(lines, dayLines(c, r, d)...)
				}
				return told(lines...), nil
			}
			lines = append(lines, stretchText(c, from, until))
			turns := r.Between(from, until)
			for _, t := range turns {
				lines = append(lines, fullLine(c, r, t))
			}
			if len(turns) == 0 {
				lines = append(lines, chat.Text{ZH: "没有班。", EN: "no shift."}, nextLine(c, r, from))
			}
			return told(lines...), nil
		},
	}
}

func midnightOf(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }

func dutyHead(c bot.Call) chat.Text {
	return chat.Text{ZH: "**%s 值班**", EN: "**Duty in %s**"}.F(chat.Escape(c.Group.Title()))
}

// noRoster says that there is nobody to speak of, and what to type.
func noRoster(c bot.Call, r duty.Roster, now time.Time) (chat.Text, bool) {
	if len(r.Shifts) > 0 {
		return chat.Text{}, false
	}
	for _, s := range r.Schedules() {
		if now.Before(s.Until) {
			return chat.Text{}, false
		}
	}
	return chat.Text{
		ZH: "%s 还没有排班。有“值班”权限的人可以发 `/排班 09:00-18:00 @userid`。",
		EN: "%s has no roster yet. Whoever holds “duty” may send `/duty set 09:00-18:00 @userid`.",
	}.F(chat.Escape(c.Group.Title())), true
}

// nowLine tells who is on duty at a moment, until when, why if not by the shifts, and who the backup is.
func nowLine(c bot.Call, r duty.Roster, at time.Time, asked bool) chat.Text {
	t, ok := r.OnDuty(at)
	when := chat.Text{ZH: "现在", EN: "now"}
	if asked {
		when = c.Near(at)
	}
	if !ok {
		return nobodyLine(c, r, t, at, when, asked)
	}
	line := chat.Text{ZH: "%s：%s，到 %s", EN: "%s: %s, until %s"}.F(when, c.Name(t.Who), c.Near(t.End))
	if t.Backup != "" {
		line = line.Plus(chat.Text{ZH: "；B 角：%s", EN: "; backup: %s"}.F(c.Name(t.Backup)))
	}
	return chat.Lines(line, indented(reasonFor(c, r, t)))
}

// nobodyLine tells a gap, and what can be done about it.
func nobodyLine(c bot.Call, r duty.Roster, t duty.Turn, at time.Time, when chat.Text, asked bool) chat.Text {
	if !t.Vacant() || t.Start.IsZero() {
		line := chat.Text{ZH: "%s：没有人值班（不在排班时间内）。", EN: "%s: nobody is on duty (no shift then)."}.F(when)
		if asked {
			return line
		}
		return line.Plus(chat.Text{
			ZH: "要安排人：`/改派 @userid 2小时`。", EN: " To put somebody on: `/duty override @userid 2h`.",
		})
	}
	line := chat.Text{ZH: "%s：空班，没有人值班，到 %s。", EN: "%s: the shift is vacant; nobody is on duty until %s."}.F(when, c.Near(t.End))
	line = chat.Lines(line, indented(reasonFor(c, r, t)))
	if asked || !at.Equal(c.Now) {
		return line
	}
	return chat.Lines(line, chat.Text{
		ZH: "排班里的人可以发 `/顶班`；有“值班”权限的人可以发 `/改派 @userid 到%s`。",
		EN: "Whoever is on the roster may send `/duty take`; whoever holds “duty”, `/duty override @userid until %s`.",
	}.F(t.End.In(c.Zone).Format("15:04")))
}

func nextLine(c bot.Call, r duty.Roster, at time.Time) chat.Text {
	t, ok := r.Next(at)
	if !ok {
		return chat.Text{ZH: "没有下一班。", EN: "There is no next shift."}
	}
	line := chat.Text{ZH: "下一班：", EN: "next: "}.Plus(turnLine(c, t)).Plus(inBrackets(reasonFor(c, r, t)))
	for _, v := range r.Vacant(at, t.Start) {
		if v.Start.After(at) {
			return chat.Lines(chat.Text{ZH: "⚠️ 空班：%s", EN: "⚠️ vacant: %s"}.F(stretchText(c, v.Start, v.End)), line)
		}
	}
	return line
}

func turnLine(c bot.Call, t duty.Turn) chat.Text {
	line := chat.Text{ZH: "%s　%s", EN: "%s  %s"}.F(nearStretch(c, t.Start, t.End), c.Name(t.Who))
	if t.Backup != "" {
		line = line.Plus(chat.Text{ZH: "，B 角 %s", EN: ", backup %s"}.F(c.Name(t.Backup)))
	}
	return line
}

// waitingLine says that somebody waits for an answer.
func waitingLine(r duty.Roster, now time.Time) chat.Text {
	n := 0
	for _, o := range r.Offers() {
		if now.Before(o.Lapses) {
			n++
		}
	}
	if n == 0 {
		return chat.Text{}
	}
	return chat.Text{ZH: "待答复的换班、替班：%d 个（`/值班 变动`）", EN: "swaps and requests for cover without an answer: %d (`/duty changes`)"}.F(n)
}
