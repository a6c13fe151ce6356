package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyOverride)
	_ = declare(dutyTemp)
)

// dutyOverride puts somebody on duty for a time, whatever the shifts say. Where no shift is, one is made for just that time.
func dutyOverride() bot.Command {
	who, whom, when, reason := grammar.Person("who"), grammar.Person("whom"), grammar.Stretch("when"), grammar.Rest("reason")
	return bot.Command{
		Name: "duty override",
		Forms: []string{
			"/duty override {who} {when} [(for|instead of|replacing) {whom}] [{reason}]",
			"/值班 改派 {who} {when} [(代替|代|替) {whom}] [{reason}]", "/改派 {who} {when} [(代替|代|替) {whom}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/改派 @wang 今晚18:00到22:00 代替 @li 家里有事", EN: "/duty override @wang tonight 18:00 to 22:00 for @li"}},
		Holes:    []grammar.Hole{who, whom, when, reason},
		Help:     chat.Text{ZH: "某段时间改由谁值班，可撤销，会通知当事人。", EN: "Put somebody else on duty for a time; can be undone; those concerned are told."},
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			u, err := dutiful(c, who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			o := duty.Change{Code: shortCode(c), Kind: duty.Override, Who: u, Reason: reason.Of(c.Args), By: c.Actor.ID}
			mine := func(duty.Turn) bool { return true }
			if whom.Given(c.Args) {
				m, err := c.Find(whom.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				o.For, mine = m.ID, of(m.ID)
			}
			if err := noSlip(o.Reason); err != nil {
				return bot.Outcome{}, err
			}
			return override(c, o, when.Of(c.Args), mine)
		},
	}
}

func override(c bot.Call, o duty.Change, p grammar.Period, mine func(duty.Turn) bool) (bot.Outcome, error) {
	r := roster.Of(c)
	n := turnsNamed(c, r, p, mine)
	if len(n.turns) == 0 && o.For != "" {
		_, err := ownTurns(c, r, p, o.For)
		return bot.Outcome{}, err
	}
	if len(n.turns) == 0 {
		return oneOff(c, r, o, p)
	}
	// Not beyond the turns: a shift that somebody adds there later is not what was given away.
	o.From, o.Until = laterOf(n.from, n.turns[0].Start), earlierOf(n.until, n.turns[len(n.turns)-1].End)
	e, err := r.Give(c.Group.ID, o, c.Now)
	if err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(
		chat.Text{ZH: "改派%s：", EN: "override%s:"}.F(reasoned(o.Reason)),
		turnsChanged(c, r, becomes(c, r, e), o.From, o.Until),
		shiftless(c, r, o, p),
		codeLine(c, o.Code),
	)}, nil
}

// shiftless tells which part of the hours that somebody named has no shift: an override gives turns away, it makes none,
// and whoever named the hours believes that somebody is there for all of them.
func shiftless(c bot.Call, r duty.Roster, o duty.Change, p grammar.Period) chat.Text {
	if p.Loose || p.Until.IsZero() || o.For != "" {
		return chat.Text{}
	}
	type gap struct{ start, end time.Time }
	var gaps []gap
	at, until := laterOf(p.From, c.Now).In(c.Zone), p.Until.In(c.Zone)
	for _, t := range append(r.Turns(at, until), duty.Turn{Start: until, End: until}) {
		if t.Start.After(at) {
			gaps = append(gaps, gap{at, t.Start})
		}
		at = laterOf(at, t.End)
	}
	var lines []chat.Text
	for i, g := range gaps {
		if i == mostFound {
			break
		}
		lines = append(lines, chat.Text{
			ZH: "⚠️ %s 没有班，仍然没有人。要加一班：`/改派 @%s %s`", EN: "⚠️ %s has no shift, so nobody is there. To add one: `/duty override @%s %s`",
		}.F(stretchText(c, g.start, g.end), chat.Escape(string(o.Who)), typedStretch(c, duty.Turn{Start: g.start, End: g.end})))
	}
	return chat.Lines(lines...)
}

// codeLine tells by which code something can be called off. What is only tried has none: the code is made of the message,
// and the real thing is another one.
func codeLine(c bot.Call, code string) chat.Text {
	if c.DryRun {
		return chat.Text{}
	}
	return chat.Text{ZH: "取消：`/值班 取消 %s`", EN: "to call it off: `/duty cancel %s`"}.F(code)
}

// longestOneOff is how long a turn can be that is made for one time only.
const longestOneOff = 24 * time.Hour

// oneOff makes a turn where the roster has none.
func oneOff(c bot.Call, r duty.Roster, o duty.Change, p grammar.Period) (bot.Outcome, error) {
	from, until := p.From.In(c.Zone), p.Until.In(c.Zone)
	if !p.Until.IsZero() && !c.Now.Before(until) {
		return bot.Outcome{}, notGiven(c, duty.ErrOver)
	}
	if p.Loose || p.Until.IsZero() || until.Sub(from) > longestOneOff {
		return bot.Refuse(chat.Text{
			ZH: "那段时间没有班。要临时加一班，请写明起止：`/改派 @%s 今天20:00到22:00`。",
			EN: "There is no shift then. To add one, name both ends: `/duty override @%s today 20:00 to 22:00`.",
		}.F(chat.Escape(string(o.Who))))
	}
	if from.Before(c.Now) {
		from = c.Now.In(c.Zone)
	}
	if err := r.Present(o.Who, from, until); err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	s := duty.Schedule{
		Code: o.Code, From: from, Until: until, Reason: o.Reason, By: o.By,
		Shifts: []duty.Shift{{From: minuteOf(from), To: minuteOf(until), Who: o.Who}},
	}
	if s.Shifts[0].To == 0 {
		s.Shifts[0].To = 24 * 60
	}
	e, err := r.Schedule(c.Group.ID, s, c.Now)
	if err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(
		chat.Text{ZH: "临时加一班%s：", EN: "a shift for this time only%s:"}.F(reasoned(o.Reason)),
		turnsChanged(c, r, becomes(c, r, e), from, until),
		codeLine(c, o.Code),
	)}, nil
}

func minuteOf(at time.Time) int { return at.Hour()*60 + at.Minute() }

// dutyTemp sets a temporary schedule: in its time its shifts are all there are.
func dutyTemp() bot.Command {
	when, shifts := grammar.Stretch("when"), shiftsHole()
	return bot.Command{
		Name:     "duty temp",
		Forms:    []string{"/duty temp {when} {shifts}", "/值班 临时 {when} {shifts}", "/临时排班 {when} {shifts}"},
		Examples: []chat.Text{{ZH: "/临时排班 2027-10-01 到 2027-10-08 09:00-18:00 @li", EN: "/duty temp 2027-10-01 to 2027-10-08 09:00-18:00 @li"}},
		Holes:    []grammar.Hole{when, shifts},
		Help:     chat.Text{ZH: "一段时间（如国庆）用另一套班，到期自动恢复。", EN: "Other shifts for some time, such as a holiday; afterwards the roster is as before."},
		Needs:    access.Duty,
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			p := when.Of(c.Args)
			if p.Until.IsZero() {
				return bot.Refuse(chat.Text{ZH: "请写明到哪天：`/临时排班 10-01 到 10-08 09:00-18:00 @li`。", EN: "Say until when: `/duty temp 10-01 to 10-08 09:00-18:00 @li`."})
			}
			list, out, err := readShifts(c, shifts.Of(c.Args))
			if list == nil {
				return out, err
			}
			r := roster.Of(c)
			s := duty.Schedule{Code: shortCode(c), From: p.From.In(c.Zone), Until: p.Until.In(c.Zone), Shifts: list, By: c.Actor.ID}
			e, err := r.Schedule(c.Group.ID, s, c.Now)
			if errors := []error{duty.ErrOverlap, duty.ErrPerson, duty.ErrTime, duty.ErrRotation}; err != nil && isOneOf(err, errors) {
				return bot.Refuse(notShifts(err))
			}
			if err != nil {
				return bot.Outcome{}, notGiven(c, err)
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(
				chat.Text{ZH: "临时排班 %s：", EN: "temporary schedule %s:"}.F(stretchText(c, s.From, s.Until)),
				shiftLines(c, list),
				chat.Text{ZH: "期间不用平时的班；之后自动恢复。", EN: "Meanwhile the usual shifts rest; afterwards they are back."},
				cutShort(c, becomes(c, r, e), s),
				chat.Lines(rosterWarnings(c, duty.Roster{}, list)...),
				codeLine(c, s.Code),
			)}, nil
		},
	}
}

// cutShort tells of a shift that would go on when the schedule ends: whoever wrote 20:00-08:00 means the morning after, too.
func cutShort(c bot.Call, next duty.Roster, s duty.Schedule) chat.Text {
	until := s.Until.In(c.Zone)
	for _, t := range next.Turns(until.Add(-time.Minute), until) {
		rest := (t.To - minuteOf(until) + 24*60) % (24 * 60)
		if t.By != duty.Temporary || !t.Ends.Equal(until) || rest == 0 {
			continue
		}
		meant := until.Add(time.Duration(rest) * time.Minute)
		return chat.Text{
			ZH: "⚠️ 最后一班到 %s 就截止，不到 %s。要值完，结束请写 到 %[2]s。", EN: "⚠️ The last shift ends at %s, not at %s. For the whole of it let the schedule end at %[2]s.",
		}.F(c.Moment(until), c.Moment(meant))
	}
	return chat.Text{}
}
