package commands

import (
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

var (
	_ = declare(dutyTry)
	_ = declare(dutyTried)
)

// tryMark stands before everything that is only an example.
var tryMark = chat.Text{ZH: "【测试】", EN: "[test] "}

// dutyTry sends the speaker one example of each notification about duty: made by what makes the real ones, to them alone.
func dutyTry() bot.Command {
	return bot.Command{
		Name:     "duty test",
		Forms:    []string{"/duty test", "/(值班|排班) (测试|test)"},
		Examples: []chat.Text{{ZH: "/值班 测试", EN: "/duty test"}},
		Holes:    []grammar.Hole{},
		Help: chat.Text{
			ZH: "给自己发一遍值班的各种通知，看看长什么样；只发给您，什么都不改变。", EN: "Send yourself one of each notification about duty, to see them; to you alone, and nothing changes.",
		},
		Reads: []bot.Source{roster, lives, responses},
		Asks:  clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			n := newShiftNews(c, c.Group.ID)
			if need := append(n.openReads(), notLoaded(c, access.Of(c.Group.ID), access.Of(""))...); len(need) > 0 {
				return bot.Outcome{Need: journal.Want{Names: need}}, nil
			}
			s := exampleStint(c)
			if n := directory.OfPerson(s.Backup); s.Backup != "" && !c.Has(n) {
				return bot.Outcome{Read: []journal.Name{n}}, nil
			}
			examples := append(shiftExamples(n, s), alertExamples(c, s)...)
			what := chat.Text{ZH: "发给您 %d 条测试通知", EN: "%d test notifications, to you"}.F(len(examples))
			return bot.Outcome{Effects: examples, Changes: what, Reply: chat.Reply{Text: chat.Text{
				ZH: "马上给您发 %d 条测试通知，都标着“测试”：只发给您，人和时间是举例，按钮不起作用，什么都没有改变。",
				EN: "%d test notifications come to you now, all marked as tests: to you alone; people and times are examples, buttons do nothing, and nothing has changed.",
			}.F(len(examples))}}, nil
		},
	}
}

// dutyTried answers a button of an example.
func dutyTried() bot.Command {
	return bot.Command{
		Name:     "duty test button",
		Forms:    []string{"/duty test button", "/值班 测试 按钮"},
		Examples: []chat.Text{{ZH: "/值班 测试 按钮", EN: "/duty test button"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "测试通知上的按钮。", EN: "A button of a test notification."},
		Hidden:   true,
		Run: func(bot.Call) (bot.Outcome, error) {
			return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
				ZH: "这是测试通知上的按钮，什么都没有改变。", EN: "This is a button of a test notification; nothing has changed.",
			}}}, nil
		},
	}
}

// exampleStint is a turn of the speaker's: the one that runs, or comes next, in this group, as if it were theirs.
func exampleStint(c bot.Call) duty.Stint {
	now := c.Now.In(c.Zone)
	hour := now.Truncate(time.Hour).Add(time.Hour)
	s := duty.Stint{Start: hour, End: hour.Add(8 * time.Hour)}
	t, ok := roster.Of(c).OnDuty(now)
	if !ok {
		t, ok = roster.Of(c).Next(now)
	}
	if ok {
		s = duty.Stint{Start: t.Start, End: t.End, Backup: t.Backup}
		if s.Backup == "" || s.Backup == c.Actor.ID {
			s.Backup = t.Who
		}
	}
	if s.Backup == c.Actor.ID {
		s.Backup = ""
	}
	s.Who = c.Actor.ID
	return s
}

// shiftExamples are the notifications about one's own turns.
func shiftExamples(n shiftNews, s duty.Stint) []chat.Effect {
	life := duty.Life{Start: s.Start, End: s.End, Who: s.Who, Deadline: s.Start.Add(n.c.Duty.CheckIn())}
	before, then := n, n
	before.now, then.now = s.Start.Add(-exampleLead), s.Start
	out := []chat.Effect{before.reminder(duty.Reminder{Who: s.Who, Stints: []duty.Stint{s}}), then.begun(life)}
	if s.Backup != "" {
		out = append(out, n.takenOver(duty.Change{Kind: duty.Takeover, From: s.Start, Until: s.End, For: s.Who, Who: s.Backup, Reason: duty.NotCheckedIn})[0])
	} else {
		out = append(out, n.missed(life)[0])
	}
	life.From, life.To, life.Notes = s.Backup, s.Who, []string{exampleMark}
	return examples(s.Who, append(out, n.handed(duty.Handover{Life: life, Next: s, When: s.Start})))
}

// exampleLead is how long before its turn the reminder of an example comes.
const exampleLead = time.Hour

// exampleNote is what a colleague might leave. A note has one language, so exampleMark stands for it until it is sent.
var exampleNote = chat.Text{ZH: "（举例）15:00 回电张先生", EN: "(example) call Mr Zhang back at 15:00"}

const exampleMark = "〔note〕"

func noted(t chat.Text) chat.Text {
	return chat.Text{ZH: strings.ReplaceAll(t.ZH, exampleMark, exampleNote.ZH), EN: strings.ReplaceAll(t.EN, exampleMark, exampleNote.EN)}
}

// alertExamples are the notifications about a customer who waits, one a step.
func alertExamples(c bot.Call, s duty.Stint) []chat.Effect {
	limit := c.Rules(c.Group.ID).Limit
	a := sla.Alert{
		Opened: c.Now.Add(-limit * 2 / 3), Limit: limit, LateAt: c.Now.Add(limit / 3),
		Told: []sla.Told{{Who: s.Who, Step: sla.ToDuty, At: c.Now}},
	}
	var out []chat.Effect
	for step := sla.ToDuty; step <= sla.ToCompany; step++ {
		if step > sla.ToDuty {
			late := limit + c.Ladder().After(step)
			a.Opened, a.LateAt = c.Now.Add(-late), c.Now.Add(limit-late)
		}
		n := newAlertNews(c, c.Group.ID, a)
		n.rules.Hours = nil // all of the example is on duty hours
		out = append(out, n.send(s.Who, n.card(step), false))
	}
	return examples(s.Who, out)
}

// examples are effects as examples: marked, to one person, whatever they have switched off, and with buttons that do
// nothing.
func examples(to chat.User, of []chat.Effect) []chat.Effect {
	out := make([]chat.Effect, len(of))
	for i, e := range of {
		r := e.Reply
		if !r.Text.IsZero() {
			r.Text = tryMark.Plus(r.Text)
		}
		if r.Card != nil {
			card := *r.Card
			card.Title, card.Body = tryMark.Plus(card.Title), noted(card.Body)
			card.Buttons = make([]chat.Button, len(r.Card.Buttons))
			for j, b := range r.Card.Buttons {
				card.Buttons[j] = chat.Button{Label: b.Label, Style: b.Style, Command: "/duty test button"}
			}
			r.Card = &card
		}
		out[i] = chat.SendTo(to, e.Group, r)
	}
	return out
}
