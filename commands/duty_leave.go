package commands

import (
	"errors"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(dutyLeave)

// dutyLeave notes that somebody is away. Their B角 has their turns; where there is none the gap is told, and what to do.
func dutyLeave() bot.Command {
	who, when, reason := grammar.Person("who"), grammar.Stretch("when"), grammar.Rest("reason")
	return bot.Command{
		Name:     "duty leave",
		Forms:    []string{"/duty leave [{who}] {when} [{reason}]", "/值班 请假 [{who}] {when} [{reason}]", "/请假 [{who}] {when} [{reason}]"},
		Examples: []chat.Text{{ZH: "/请假 12-01 到 12-04 回老家", EN: "/duty leave 12-01 to 12-04 family"}, {ZH: "/请假 @li 明天 病假", EN: "/duty leave @li tomorrow"}},
		Holes:    []grammar.Hole{who, when, reason},
		Help:     chat.Text{ZH: "登记请假：您的班由 B 角顶，没有 B 角会提示空班。结束不含当天。", EN: "Note a leave: the backup has the turns; where there is none, the gap is told. The end is exclusive."},
		Who:      chat.Text{ZH: "自己的：排班里的人；别人的：需要“值班”权限。", EN: "One's own: whoever is on the roster; of others: those who hold “duty”."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, u := roster.Of(c), c.Actor.ID
			if who.Given(c.Args) {
				m, err := c.Find(who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				u = m.ID
			}
			if u != c.Actor.ID {
				if err := mayPlan(c, chat.Text{}); err != nil {
					return bot.Outcome{}, err
				}
			}
			if !onRoster(c, r, u) {
				return bot.Refuse(chat.Text{ZH: "%s不在本群的排班里，不用在这里请假。", EN: "%s is not on this roster; no leave is needed here."}.F(c.Name(u)))
			}
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			return goAway(c, r, duty.Leave{Code: shortCode(c), Who: u, Reason: reason.Of(c.Args), By: c.Actor.ID}, when.Of(c.Args))
		},
	}
}

func goAway(c bot.Call, r duty.Roster, l duty.Leave, p grammar.Period) (bot.Outcome, error) {
	l.From, l.Until = p.From.In(c.Zone), p.Until.In(c.Zone)
	if p.Until.IsZero() {
		n, err := ownTurns(c, r, p, l.Who)
		if err != nil {
			return bot.Outcome{}, err
		}
		l.From, l.Until = n.from, n.until
	} else if p.Loose {
		l.From, l.Until = wholeTurns(c, r, l.Who, l.From, l.Until)
	}
	now := c.Now.In(c.Zone)
	if l.From.Before(l.Until) && !l.Until.After(now) {
		return bot.Outcome{}, notGiven(c, duty.ErrOver)
	}
	if l.From.Before(now) {
		l.From = now.Truncate(time.Second)
	}
	e, err := r.GoAway(c.Group.ID, l, c.Now)
	if err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	next := becomes(c, r, e)
	lines := []chat.Text{chat.Text{ZH: "%s 请假 %s%s", EN: "%s is on leave %s%s"}.F(c.Name(l.Who), stretchText(c, l.From, l.Until), because(l.Reason))}
	if changed := turnsChanged(c, r, next, l.From, l.Until); changed.IsZero() {
		lines = append(lines, chat.Text{ZH: "这段时间没有要顶的班。", EN: "No turn falls into that time."})
	} else {
		lines = append(lines, changed)
	}
	lines = append(lines, fillGap(c, r, next, l), codeLine(c, l.Code))
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...)}, nil
}

// wholeTurns widens a day that somebody named to the turns that begin then, and leaves them one that still runs into it.
func wholeTurns(c bot.Call, r duty.Roster, who chat.User, from, until time.Time) (time.Time, time.Time) {
	end := until
	for _, t := range r.Between(from, until) {
		switch {
		case t.Who != who:
		case t.Start.Before(from) && !runsAt(c.Now, t.Start, t.End):
			from = t.End
		case t.Start.Before(until) && t.End.After(end):
			end = t.End
		}
	}
	return from, end
}

// fillGap tells how to fill what a leave leaves vacant.
func fillGap(c bot.Call, was, is duty.Roster, l duty.Leave) chat.Text {
	had := was.Vacant(l.From.In(c.Zone), l.Until.In(c.Zone))
	gaps := slices.DeleteFunc(is.Vacant(l.From.In(c.Zone), l.Until.In(c.Zone)), func(t duty.Turn) bool {
		return slices.ContainsFunc(had, func(o duty.Turn) bool { return o.Start.Equal(t.Start) && o.End.Equal(t.End) })
	})
	if len(gaps) == 0 {
		return chat.Text{}
	}
	return chat.Text{
		ZH: "⚠️ 有 %d 个班没人顶。可以：`/改派 @userid %s`，或请排班里的人发 `/顶班 %[2]s`。",
		EN: "⚠️ Nobody has %d of the turns. Either `/duty override @userid %s`, or somebody of the roster sends `/duty take %[2]s`.",
	}.F(len(gaps), typedStretch(c, gaps[0]))
}

// typedStretch is the time of a turn as it can be typed.
func typedStretch(c bot.Call, t duty.Turn) chat.Text {
	return chat.Text{ZH: "%s 到 %s", EN: "%s to %s"}.F(c.Moment(t.Start), c.Moment(t.End))
}

func isOneOf(err error, of []error) bool {
	return slices.ContainsFunc(of, func(target error) bool { return errors.Is(err, target) })
}
