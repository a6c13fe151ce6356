package commands

import (
	"errors"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

var (
	_ = declare(alertAck)
	_ = declare(alertSnooze)
	_ = declare(alertHandled)
)

var responses = bot.Reads[sla.Book](sla.Of)

// answering is who may act on a customer who waits.
var answering = chat.Text{
	ZH: "值班人、B 角、收到提醒的人和本群管理员。", EN: "Whoever is on duty, their backup, those who were told, and the group's admins.",
}

// alertCode is the hole for the alert that a card is about; without it, the open one is meant.
func alertCode() grammar.ChoiceHole[string] {
	return grammar.Choice("alert", alertName, chat.Text{ZH: "卡片编号，不写就是正在等的那位", EN: "code of a card; without it, whoever waits"})
}

// alertName is a word as the code of an alert, if it has the form of one.
func alertName(s string) (string, bool) {
	ok := len(s) >= 7 && len(s) <= 10 && strings.Trim(strings.ToLower(s), "0123456789abcdefghijklmnopqrstuvwxyz") == ""
	return strings.ToLower(s), ok
}

// mayAnswer refuses those whose matter the customers of this group are not.
func mayAnswer(c bot.Call, a sla.Alert) error {
	t, _ := roster.Of(c).OnDuty(c.Now.In(c.Zone))
	who := c.Actor.ID
	if who == t.Who || who == t.Backup || a.Knows(who) || c.Access.Governs(who, c.Group.ID) ||
		c.Access.LevelOf(who, c.Group.ID, c.Now) != access.NoLevel {
		return nil
	}
	now := chat.Text{ZH: "现在没有人值班。", EN: "Nobody is on duty now."}
	if t.Who != "" {
		now = chat.Text{ZH: "现在值班的是 %s。", EN: "%s is on duty now."}.F(c.Name(t.Who))
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "这位客户不归您管：能操作的是%s%s", EN: "This customer is not yours to see to. Who may: %s %s",
	}.F(answering, now)}
}

func acting(c bot.Call, code string) sla.Acting {
	return sla.Acting{
		Scene: sla.Scene{Group: c.Group.ID, Rules: c.Rules(c.Group.ID), Ladder: c.Ladder(), Now: c.Now}, Code: code, Who: c.Actor.ID,
		Waiting: waitingNow(c),
	}
}

// mine is the alert that a command is about, as far as there is one, if the speaker may act on it.
func mine(c bot.Call, code string) (sla.Alert, error) {
	a, _ := responses.Of(c).Alert(code)
	return a, mayAnswer(c, a)
}

// tooLate is the answer to a press that comes too late: who has the matter already. It is no refusal: nothing is wrong.
func tooLate(c bot.Call, a sla.Alert, err error) (bot.Outcome, error) {
	n := newAlertNews(c, c.Group.ID, a)
	var text chat.Text
	switch {
	case errors.Is(err, sla.ErrNobody):
		text = chat.Text{
			ZH: "没有未处理的等待，不用操作。最近的消息：`/响应`", EN: "No wait is open; there is nothing to do. How things stand: `/sla`",
		}
		if !c.Clock(c.Group.ID).HasSource() {
			text = noMessages(c)
		}
	case errors.Is(err, sla.ErrNever):
		text = chat.Text{
			ZH: "%s 在等，但以后没有值班时间，不计时，也不会通知任何人；请直接回复客户。排班：`/排班`",
			EN: "%s waits, but no duty hours follow: no time counts, and nobody will be told. Simply answer. A roster: `/duty set`",
		}.F(n.customer())
	case errors.Is(err, sla.ErrOver) && a.EndedBy != "":
		text = chat.Text{ZH: "不用了：%s 已由 %s 于 %s 处理。", EN: "No need: %s was seen to by %s at %s."}.F(
			n.customer(), c.Name(a.EndedBy), n.clock(a.Ended))
		if a.EndedBy == c.Actor.ID {
			text = chat.Text{ZH: "不用了：您在 %[2]s 已经处理了 %[1]s 的事。", EN: "No need: you saw to %s at %s."}.F(n.customer(), n.clock(a.Ended))
		}
	case errors.Is(err, sla.ErrOver):
		text = chat.Text{ZH: "不用了：那位客户已经不在等了。", EN: "No need: that customer waits no more."}
	case errors.Is(err, sla.ErrTaken):
		text = chat.Text{ZH: "%s 从 %s 起在处理 %s，没有改变。", EN: "%s has been seeing to %[3]s since %[2]s; nothing has changed."}.F(
			c.Name(a.AckedBy), n.clock(a.AckedAt), n.customer())
	case errors.Is(err, sla.ErrTwice) && a.AckedBy != "":
		text = chat.Text{ZH: "您已经在处理 %s 了（%s 起）。", EN: "You see to %s already (since %s)."}.F(n.customer(), n.clock(a.AckedAt))
	case errors.Is(err, sla.ErrTwice):
		text = chat.Text{ZH: "已经延后到 %s。", EN: "Put off until %s already."}.F(n.clock(a.Next))
	case errors.Is(err, sla.ErrSnooze):
		left := sla.MaxSnooze - a.Snoozed
		if left >= time.Minute {
			return bot.Refuse(chat.Text{
				ZH: "不能延后这么久：一位客户最多延后%s，还剩%s，例如 `/稍后 %d分钟`。",
				EN: "It cannot be put off for so long: %s in all for one customer, of which %s are left, for example `/snooze %dm`.",
			}.F(waitText(sla.MaxSnooze), waitText(left), int(left/time.Minute)))
		}
		return bot.Refuse(chat.Text{
			ZH: "不能再延后了：一位客户最多延后%s。请回复客户，或点“我来处理”。",
			EN: "It cannot be put off any longer: %s in all for one customer. Answer them, or press “I'm on it”.",
		}.F(waitText(sla.MaxSnooze)))
	default:
		return bot.Outcome{}, err
	}
	return bot.Outcome{Reply: chat.Reply{Text: text}}, nil
}

func clockOfGroup(_ grammar.Args, c bot.Call) journal.Want {
	return journal.Want{Clocks: []chat.Group{c.Group.ID}}
}

// alertAck says that the speaker sees to the customer who waits: for a while nobody else is told.
func alertAck() bot.Command {
	whom := aboutWhom()
	return bot.Command{
		Name:     "ack",
		Forms:    []string{"/ack [{whom}]", "/(我来处理|认领) [{whom}]"},
		Examples: []chat.Text{{ZH: "/我来处理", EN: "/ack"}},
		Holes:    []grammar.Hole{whom},
		Help: chat.Text{
			ZH: "等待的客户由您处理：10 分钟内不再通知别人，客户还在等就继续上报。", EN: "You see to the customer who waits: others are not told for 10 minutes, unless they still wait then.",
		},
		Who:   answering,
		Reads: []bot.Source{roster, responses},
		Asks:  clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			code, err := codeOf(c, whom.Of(c.Args), chat.Text{ZH: "/我来处理", EN: "/ack"}, true)
			if err != nil {
				return bot.Outcome{}, err
			}
			if _, err := mine(c, code); err != nil {
				return bot.Outcome{}, err
			}
			a, e, err := responses.Of(c).Ack(acting(c, code))
			if err != nil {
				return tooLate(c, a, err)
			}
			n := newAlertNews(c, c.Group.ID, a)
			whose := n.customer()
			if more := behindText(c, c.Group); !more.IsZero() {
				whose = whose.Plus(chat.Text{ZH: "（以及之后的 %s）", EN: " (and to %s)"}.F(more))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "%s 由您处理；%s 前不再通知别人，到时还没有回复就继续上报", EN: "you see to %s; nobody else is told before %s, unless there is no answer by then",
			}.F(whose, n.clock(a.Next))}, nil
		},
	}
}

const usualSnooze = 10 * time.Minute

// alertSnooze puts the next step about the customer who waits off.
func alertSnooze() bot.Command {
	length, code := grammar.Length("length"), alertCode()
	return bot.Command{
		Name:     "snooze",
		Forms:    []string{"/snooze [{length}] [{alert}]", "/(稍后|延后提醒) [{length}] [{alert}]"},
		Examples: []chat.Text{{ZH: "/稍后 10分钟", EN: "/snooze 10m"}},
		Holes:    []grammar.Hole{length, code},
		Help:     chat.Text{ZH: "等待的客户稍后再提醒，一位客户最多延后 30 分钟。", EN: "Be told again later of the customer who waits, 30 minutes in all at most."},
		Who:      answering,
		Reads:    []bot.Source{roster, responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if _, err := mine(c, code.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			d := usualSnooze
			if length.Given(c.Args) {
				d = length.Of(c.Args)
			}
			a, e, err := responses.Of(c).Snooze(acting(c, code.Of(c.Args)), d)
			if err != nil {
				return tooLate(c, a, err)
			}
			n := newAlertNews(c, c.Group.ID, a)
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "%s 的提醒延后到 %s；客户还在等就再提醒您", EN: "the alert about %s is put off until %s; you are told again if they still wait",
			}.F(n.customer(), n.clock(a.Next))}, nil
		},
	}
}

// alertHandled says that the matter of the customer is done: both clocks stop.
func alertHandled() bot.Command {
	whom := aboutWhom()
	return bot.Command{
		Name:     "handled",
		Forms:    []string{"/handled [{whom}]", "/已处理 [{whom}]"},
		Examples: []chat.Text{{ZH: "/已处理", EN: "/handled"}},
		Holes:    []grammar.Hole{whom},
		Help:     chat.Text{ZH: "客户的事处理完了：响应和处理时间到此为止。", EN: "The customer's matter is done: both clocks stop here."},
		Who:      answering,
		Reads:    []bot.Source{roster, responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			code, err := codeOf(c, whom.Of(c.Args), chat.Text{ZH: "/已处理", EN: "/handled"}, false)
			if err != nil {
				return bot.Outcome{}, err
			}
			a, err := mine(c, code)
			if err != nil {
				return bot.Outcome{}, err
			}
			if !c.Clock(c.Group.ID).HasSource() {
				return bot.Refuse(noMessages(c))
			}
			waits := waitingNow(c)
			switch {
			case code != "" && (a.Over() || a.Opened.IsZero()):
				return tooLate(c, a, sla.ErrOver)
			case whom.Given(c.Args) && a.Opened.IsZero() && waits.Opened.IsZero():
				return tooLate(c, a, sla.ErrNobody)
			}
			out := bot.Outcome{
				Effects: []chat.Effect{chat.MarkHandled(c.Group.ID, c.Actor.ID, c.Now.UTC())},
				Changes: chat.Text{ZH: "标记为已处理", EN: "marked as handled"},
			}
			if open, ok := responses.Of(c).Alert(""); ok {
				out.Events = append(out.Events, responses.Of(c).End(c.Group.ID, open, sla.Marked, c.Actor.ID, c.Now))
				out.Events = append(out.Events, c.GivesBack(c.Group.ID, c.Actor.ID)...)
				n := newAlertNews(c, c.Group.ID, open)
				out.Changes = chat.Text{ZH: "%s 的事已处理，等了%s", EN: "the matter of %s is handled, after %s"}.F(
					n.customer(), waitText(c.Now.Sub(open.Opened)))
			} else {
				if !waits.Opened.IsZero() {
					out.Changes = chat.Text{ZH: "%s 的事已处理，等了%s", EN: "the matter of %s is handled, after %s"}.F(
						calledHere(c.Group, waits.Customer), waitText(c.Now.Sub(waits.Opened)))
				}
				out.Events = []journal.Event{{Kind: sla.Marked, Group: c.Group.ID, Items: []string{"duty"}}}
			}
			if more := behindText(c, c.Group); !more.IsZero() {
				out.Changes = out.Changes.Plus(chat.Text{
					ZH: "；之后还有 %s，也不再计时：没回复的请现在回复", EN: "; then came %s, for which the clock has stopped too: answer those who have had none",
				}.F(more))
			}
			return out, nil
		},
	}
}

// noMessages says that nothing can be said about response times, and why: never that there were none.
func noMessages(c bot.Call) chat.Text {
	if c.Connected() {
		return chat.Text{
			ZH: "已接入消息来源，但还没有收到过本群的消息，响应时间无从统计。",
			EN: "A message source is connected, but no message of this group has come yet, so nothing can be said about response times.",
		}
	}
	return chat.Text{
		ZH: "没有接入消息来源，机器人看不到客户消息，响应时间无从统计。请维护者按 docs/ingest.md 接入。",
		EN: "No message source is connected: the bot does not see what customers write, and nothing can be said about response times. Whoever runs it can connect one: docs/ingest.md.",
	}
}
