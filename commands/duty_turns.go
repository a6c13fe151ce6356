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

// named is what a stretch of time means of a roster: the turns, and from when to when they are.
type named struct {
	turns       []duty.Turn
	from, until time.Time
}

// turnsNamed are the turns that somebody means who names a time: those that run in hours that are named exactly, cut to
// them; of a day or a week those that begin then, and of a part of a day those that touch it, whole, but for one of which
// most is before it: whoever has the day until 20:00 means by 今晚 no more than what is left of it then; of a moment the
// one that runs then. What is over is left out.
func turnsNamed(c bot.Call, r duty.Roster, p grammar.Period, mine func(duty.Turn) bool) named {
	now, until := c.Now.In(c.Zone), p.Until.In(c.Zone)
	from := p.From.In(c.Zone)
	if p.Until.IsZero() {
		until = from.Add(time.Second)
	}
	days := p.Loose && until.Sub(from) > 20*time.Hour
	out := named{from: from, until: until}
	for _, t := range r.Turns(from, until) {
		begun := t.Start.Before(from) && !(runsAt(now, t.Start, t.End) && runsAt(now, from, until))
		if !t.End.After(now) || !mine(t) || days && begun {
			continue
		}
		out.turns = append(out.turns, t)
	}
	if n := len(out.turns); n > 0 && (p.Loose || p.Until.IsZero()) {
		out.from, out.until = out.turns[0].Start, out.turns[n-1].End
		if first := out.turns[0]; p.Loose && from.Sub(first.Start) > first.End.Sub(from) {
			out.from = from
		}
	}
	if out.from.Before(now) {
		out.from = now
	}
	return out
}

func runsAt(at, from, until time.Time) bool { return !at.Before(from) && at.Before(until) }

func of(who chat.User) func(duty.Turn) bool {
	return func(t duty.Turn) bool { return t.Who == who }
}

// ownTurns are the turns of somebody that a stretch names, or a refusal that lists the turns they do have.
func ownTurns(c bot.Call, r duty.Roster, p grammar.Period, who chat.User) (named, error) {
	n := turnsNamed(c, r, p, of(who))
	if len(n.turns) > 0 {
		return n, nil
	}
	whose := chat.Text{ZH: "您", EN: "You have"}
	if who != c.Actor.ID {
		whose = chat.Text{ZH: "%s", EN: "%s has"}.F(c.Name(who))
	}
	coming := comingTurns(c, r, who, mostComing)
	if len(coming) == 0 {
		return n, &bot.Refusal{Text: chat.Text{ZH: "%s在接下来四周没有班。", EN: "%s no turn in the next four weeks."}.F(whose)}
	}
	lines := []chat.Text{chat.Text{ZH: "%s在那时没有班。接下来的班：", EN: "%s no turn then. The next ones:"}.F(whose)}
	for _, t := range coming {
		lines = append(lines, chat.Same("- ").Plus(stretchText(c, t.Start, t.End)))
	}
	return n, &bot.Refusal{Text: chat.Lines(lines...)}
}

// mostComing is how many turns of somebody are listed.
const mostComing = 5

// comingTurns are the next turns of somebody within four weeks, the running one included.
func comingTurns(c bot.Call, r duty.Roster, who chat.User, most int) []duty.Turn {
	now := c.Now.In(c.Zone)
	turns := slices.DeleteFunc(r.Between(now, now.AddDate(0, 0, 28)), func(t duty.Turn) bool { return t.Who != who })
	return turns[:min(len(turns), most)]
}

// shortCode is a code that people can type, made of the message.
func shortCode(c bot.Call) string { return c.Code()[:6] }

// becomes is the roster that an event makes.
func becomes(c bot.Call, r duty.Roster, events ...journal.Event) duty.Roster {
	of := duty.Of(c.Group.ID)
	records := c.State(of).Records
	for _, e := range events {
		records = journal.Apply(records, of, e.Changes)
	}
	next, err := r.Rebuilt(records)
	if err != nil {
		return r
	}
	return next
}

// mostLines is how many changes of turns are listed.
const mostLines = 10

// turnsChanged tells, time by time, who has the duty instead of whom.
func turnsChanged(c bot.Call, was, is duty.Roster, from, until time.Time) chat.Text {
	from, until = from.In(c.Zone), until.In(c.Zone)
	cuts := []time.Time{from, until}
	for _, r := range []duty.Roster{was, is} {
		for _, t := range r.Turns(from, until) {
			cuts = append(cuts, t.Start, t.End)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	type piece struct {
		start, end time.Time
		who, whom  chat.Text
	}
	var pieces []piece
	for i, start := range cuts[:len(cuts)-1] {
		end := cuts[i+1]
		if start.Before(from) || end.After(until) || !start.Before(end) {
			continue
		}
		p := piece{start, end, holderAt(c, is, start), holderAt(c, was, start)}
		if p.who == p.whom {
			continue
		}
		if n := len(pieces); n > 0 && pieces[n-1].end.Equal(start) && pieces[n-1].who == p.who && pieces[n-1].whom == p.whom && !shiftBegins(c, was, start) {
			pieces[n-1].end = end
			continue
		}
		pieces = append(pieces, p)
	}
	var lines []chat.Text
	for i, p := range pieces {
		if i == mostLines {
			lines = append(lines, chat.Text{ZH: "- …共 %d 段", EN: "- … %d in all"}.F(len(pieces)))
			break
		}
		lines = append(lines, chat.Text{ZH: "- %s：%s → %s", EN: "- %s: %s → %s"}.F(stretchText(c, p.start, p.end), p.whom, p.who))
	}
	return chat.Lines(lines...)
}

// shiftBegins says whether a shift begins at a moment: what is told ends with its shift.
func shiftBegins(c bot.Call, r duty.Roster, at time.Time) bool {
	t, _ := r.OnDuty(at.In(c.Zone))
	return t.Begins.Equal(at)
}

func holderAt(c bot.Call, r duty.Roster, at time.Time) chat.Text {
	t, ok := r.OnDuty(at.In(c.Zone))
	switch {
	case ok:
		return c.Name(t.Who)
	case t.Start.IsZero():
		return chat.Text{ZH: "没有班", EN: "no shift"}
	}
	return chat.Text{ZH: "⚠️空班", EN: "⚠️vacant"}
}

// notGiven turns the refusals of the roster into what can be done about them.
func notGiven(c bot.Call, err error) error {
	var absent duty.Absent
	if errors.As(err, &absent) {
		return &bot.Refusal{Text: absentText(c, absent.Leave)}
	}
	for target, t := range map[error]chat.Text{
		duty.ErrBackwards: {ZH: "结束要在开始之后。结束不含当天：10-01 到 10-03 请假三天，写 10-01 到 10-04。", EN: "It ends before it begins. The end is exclusive: for 10-01 through 10-03 write 10-01 to 10-04."},
		duty.ErrOver:      {ZH: "那段时间已经过去了。", EN: "That is over already."},
		duty.ErrNotTheirs: {ZH: "那段时间不是这样排的，请先看 `/值班 周表`。", EN: "The roster has it otherwise then; see `/duty week`."},
		duty.ErrTwice:     {ZH: "没有改变，已经是这样。", EN: "Nothing has changed; it is so already."},
		duty.ErrSelf:      {ZH: "两边是同一个人。", EN: "It is the same person on both sides."},
	} {
		if errors.Is(err, target) {
			return &bot.Refusal{Text: t}
		}
	}
	return err
}

// absentText says who cannot have a turn: not always the one that somebody thinks of, where two are to swap.
func absentText(c bot.Call, l duty.Leave) chat.Text {
	if l.Left {
		return chat.Text{
			ZH: "%s 已离职，请换一个人。如已重新入职，请有“值班”权限的人先发 `/值班 取消 %s`。",
			EN: "%s has left the company; choose somebody else. If they are back, whoever holds “duty” sends `/duty cancel %s` first.",
		}.F(c.Name(l.Who), l.Code)
	}
	return chat.Text{ZH: "%s 那段时间请了假，请换一个人。", EN: "%s is on leave then; choose somebody else."}.F(c.Name(l.Who))
}
