package commands

import (
	"errors"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(dutyTake)
	_ = declare(dutyGiveBack)
)

// dutyTake takes the turn that runs, from now on, whoever has it; or turns to come that nobody has.
func dutyTake() bot.Command {
	whom, when, reason := grammar.Person("whom"), grammar.Stretch("when"), grammar.Rest("reason")
	return bot.Command{
		Name:     "duty take",
		Forms:    []string{"/duty take [{whom}] [{when}] [{reason}]", "/值班 顶班 [{whom}] [{when}] [{reason}]", "/顶班 [{whom}] [{when}] [{reason}]"},
		Examples: []chat.Text{{ZH: "/顶班", EN: "/duty take"}, {ZH: "/顶班 @li 有急事", EN: "/duty take @li"}},
		Holes:    []grammar.Hole{whom, when, reason},
		Help:     chat.Text{ZH: "现在就顶班（从此刻到这一班结束），或认领以后的空班；会告诉原来值班的人。", EN: "Take the running shift from now on, or a vacant one to come; whoever had it is told."},
		Who:      chat.Text{ZH: "排班里的人，或有“值班”权限的人。", EN: "Whoever is on the roster, or holds “duty”."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			if err := mayServe(c, r); err != nil {
				return bot.Outcome{}, err
			}
			if c.Actor.Kind != chat.Staff {
				return bot.Refuse(chat.Text{ZH: "只有企业成员可以值班。", EN: "Only staff can be on duty."})
			}
			o := duty.Change{Code: shortCode(c), Kind: duty.Take, Who: c.Actor.ID, By: c.Actor.ID, Reason: reason.Of(c.Args)}
			if when.Given(c.Args) {
				return takeVacant(c, r, o, when.Of(c.Args))
			}
			now := c.Now.In(c.Zone)
			t, ok := r.OnDuty(now)
			if !ok && t.Start.IsZero() {
				return bot.Refuse(chat.Lines(chat.Text{ZH: "现在不在排班时间内，没有班可顶。", EN: "No shift runs now; there is nothing to take."}, nextLine(c, r, now)))
			}
			if whom.Given(c.Args) {
				m, err := c.Find(whom.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				if ok && m.ID != t.Who {
					return bot.Refuse(chat.Text{ZH: "现在值班的是 %s，不是 %s。", EN: "On duty now is %s, not %s."}.F(c.Name(t.Who), c.Name(m.ID)))
				}
			}
			if t.Who == c.Actor.ID {
				return bot.Refuse(chat.Text{ZH: "现在就是您在值班，到 %s。", EN: "You are on duty already, until %s."}.F(c.Near(t.End)))
			}
			o.From, o.Until, o.For = now.Truncate(time.Second), t.End, t.Who
			return take(c, r, o)
		},
	}
}

func take(c bot.Call, r duty.Roster, o duty.Change) (bot.Outcome, error) {
	e, err := r.Give(c.Group.ID, o, c.Now)
	if err != nil {
		return bot.Outcome{}, notGiven(c, err)
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(
		chat.Text{ZH: "顶班%s：", EN: "taken%s:"}.F(reasoned(o.Reason)),
		turnsChanged(c, r, becomes(c, r, e), o.From, o.Until),
		chat.Text{ZH: "交还：`/交还`", EN: "to give it back: `/duty giveback`"},
	)}, nil
}

// takeVacant takes turns to come that nobody has; those of others are asked for, not taken.
func takeVacant(c bot.Call, r duty.Roster, o duty.Change, p grammar.Period) (bot.Outcome, error) {
	n := turnsNamed(c, r, p, duty.Turn.Vacant)
	if len(n.turns) == 0 {
		return bot.Refuse(chat.Text{
			ZH: "那段时间没有空班。现在就顶班发 `/顶班`；要换同事以后的班发 `/换班 @userid 我的班 对方的班`，或请有“值班”权限的人 `/改派`。",
			EN: "No turn is vacant then. To take the running one send `/duty take`; for a colleague's turn to come send `/duty swap @userid MINE THEIRS`, or have whoever holds “duty” send `/duty override`.",
		})
	}
	o.From, o.Until = n.from, n.until
	for _, t := range n.turns { // one change for all of them must not touch what lies between
		if t.Start.Before(o.Until) && t.Start.After(n.turns[0].Start) && slices.ContainsFunc(r.Between(n.from, n.until), func(b duty.Turn) bool {
			return b.Start.Before(t.Start) && b.End.After(n.turns[0].End)
		}) {
			o.Until = n.turns[0].End
		}
	}
	return take(c, r, o)
}

// dutyGiveBack gives what is left of a turn that was taken back to whoever had it.
func dutyGiveBack() bot.Command {
	code := grammar.Word("code").Called(chat.Text{ZH: "代号", EN: "code"})
	return bot.Command{
		Name:     "duty giveback",
		Forms:    []string{"/duty giveback [{code}]", "/值班 交还 [{code}]", "/交还 [{code}]"},
		Examples: []chat.Text{{ZH: "/交还", EN: "/duty giveback"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "把顶来的、替来的班还给原来的人。", EN: "Give a turn that you took, or cover, back to whoever had it."},
		Who:      chat.Text{ZH: "现在有这个班的人。", EN: "Whoever has the turn now."},
		Reads:    []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			var mine []duty.Change
			for _, o := range r.Changes() {
				if o.Who == c.Actor.ID && givesBack(o.Kind) && c.Now.Before(o.Until) && strings.HasPrefix(o.Code, strings.ToLower(code.Of(c.Args))) {
					mine = append(mine, o)
				}
			}
			if running := slices.DeleteFunc(slices.Clone(mine), func(o duty.Change) bool { return o.From.After(c.Now) }); len(running) == 1 {
				mine = running
			}
			switch len(mine) {
			case 0:
				return bot.Refuse(chat.Text{
					ZH: "您没有顶来或替来的班可以交还。要请人替自己的班，发 `/求替班`。", EN: "You have no turn of somebody else's to give back. For cover send `/duty cover`.",
				})
			case 1:
				e, err := r.GiveBack(c.Group.ID, mine[0].Code, c.Now)
				if err != nil {
					return bot.Outcome{}, notGiven(c, err)
				}
				return calledOff(c, r, []journal.Event{e}, changeName(mine[0].Kind), []duty.Change{mine[0]}), nil
			}
			lines := []chat.Text{{ZH: "有几个，请写代号：`/值班 交还 代号`", EN: "There are several; name the code: `/duty giveback CODE`"}}
			for _, o := range mine {
				lines = append(lines, changeLine(c, o))
			}
			return bot.Refuse(chat.Lines(lines...))
		},
	}
}

// calledOff is the outcome of changes that are called off: what is different then is told.
func calledOff(c bot.Call, r duty.Roster, events []journal.Event, what chat.Text, of []duty.Change) bot.Outcome {
	next := becomes(c, r, events...)
	lines := []chat.Text{chat.Text{ZH: "取消%s：", EN: "called off: %s"}.F(what)}
	for _, o := range of {
		from := o.From
		if from.Before(c.Now) {
			from = c.Now
		}
		lines = append(lines, turnsChanged(c, r, next, from, o.Until))
	}
	return bot.Outcome{Events: events, Changes: chat.Lines(lines...)}
}

var errNoSuch = errors.New("no such code")
