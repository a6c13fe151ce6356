package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(handOver)
	_ = declare(handOverConfirm)
)

// handOver gives whoever follows what is open, and a word of one's own.
func handOver() bot.Command {
	note := grammar.Rest("note").Called(chat.Text{ZH: "留言", EN: "NOTE"})
	return bot.Command{
		Name:     "handover",
		Forms:    []string{"/handover [{note}]", "/交接 [{note}]"},
		Examples: []chat.Text{{ZH: "/交接 吴先生的退款明早要回电", EN: "/handover call Mr Wu back tomorrow morning"}},
		Holes:    []grammar.Hole{note},
		Help: chat.Text{
			ZH: "把未完的事和留言交给下一班；早于下班前 30 分钟的留言，到点再送。", EN: "Hand what is open, and a note, to whoever follows; earlier than 30 minutes before the end, the note waits.",
		},
		Who:   chat.Text{ZH: "正在值班的人，和刚下班 30 分钟内的人。", EN: "Whoever is on duty, or was until 30 minutes ago."},
		Reads: []bot.Source{roster, lives},
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			return journal.Want{Clocks: []chat.Group{c.Group.ID}}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r := roster.Of(c)
			h, sent, e, err := lives.Of(c).HandOver(c.Group.ID, r, c.Actor.ID, note.Of(c.Args), c.Now.In(c.Zone))
			if err != nil {
				return notHanded(c, r, err)
			}
			next := chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(c.Name(h.Next.Who), stintText(c, h.Next))
			if !sent && note.Of(c.Args) == "" {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "离交接还早：%s 会自动交给 %s。要留言现在就可以写：`/交接 内容`。",
					EN: "It is early: at %s all is handed to %s by itself. A note can be left now: `/handover NOTE`.",
				}.F(c.Moment(h.When), next)}}, nil
			}
			what := chat.Text{ZH: "交接给 %s，等对方确认", EN: "handed over to %s, who is asked to confirm"}.F(next)
			if !sent {
				what = chat.Text{ZH: "留言已记下，%s 随交接单交给 %s", EN: "the note is kept; at %s it goes to %s with the hand-over"}.F(c.Moment(h.When), next)
			}
			if n := note.Of(c.Args); n != "" {
				what = what.Plus(chat.Text{ZH: "；留言：%s", EN: "; note: %s"}.F(chat.Escape(n)))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: what}, nil
		},
	}
}

func notHanded(c bot.Call, r duty.Roster, err error) (bot.Outcome, error) {
	if errors.Is(err, duty.ErrNotOnDuty) {
		return bot.Refuse(chat.Text{
			ZH: "要交接，得正在值班，或刚下班 30 分钟内。%s", EN: "To hand over you must be on duty, or have been until 30 minutes ago. %s",
		}.F(notYourTurn(c, r)))
	}
	return mend(err, map[error]chat.Text{
		duty.ErrNoNext: {ZH: "后面没有排班，没有人可以交接。先排班：`/排班 09:00-18:00 @userid`。", EN: "Nobody follows. Set a roster first: `/duty set 09:00-18:00 @userid`."},
		duty.ErrSelf:   {ZH: "下一班还是您自己，不用交接。", EN: "The next turn is your own; there is nothing to hand over."},
		duty.ErrLong:   {ZH: "一条留言最长 300 字，一班最多 10 条。", EN: "A note has 300 characters at most, a turn ten notes."},
		duty.ErrTwice:  {ZH: "已经交接过了。要补充，请写内容：`/交接 内容`。", EN: "It is handed over already. To add something, write it: `/handover NOTE`."},
	})
}

// handOverConfirm is the word of whoever follows that they have taken over.
func handOverConfirm() bot.Command {
	return bot.Command{
		Name:     "handover ok",
		Forms:    []string{"/handover ok", "/交接 确认"},
		Examples: []chat.Text{{ZH: "/交接 确认", EN: "/handover ok"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "确认接班：交接单看过了。", EN: "Confirm that you have taken over."},
		Hidden:   true,
		Reads:    []bot.Source{lives},
		Run: func(c bot.Call) (bot.Outcome, error) {
			l, e, err := lives.Of(c).Confirm(c.Group.ID, c.Actor.ID, c.Now.In(c.Zone))
			if err != nil {
				return mend(err, map[error]chat.Text{
					duty.ErrNothing: {ZH: "没有等您确认的交接。", EN: "No hand-over waits for you."},
					duty.ErrTwice:   {ZH: "您已经确认过了。", EN: "You have confirmed it already."},
				})
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Text{
				ZH: "接班已确认（%s 交的班）", EN: "the hand-over of %s is confirmed",
			}.F(c.Name(l.From))}, nil
		},
	}
}
