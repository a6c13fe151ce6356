package commands

import (
	"fmt"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(warn)
	_ = declare(warned)
)

// warn tells somebody to mind the rules, and keeps count. What a further warning suggests is offered, never done.
func warn() bot.Command {
	who, reason := grammar.Person("who"), grammar.Rest("reason")
	return bot.Command{
		Name:     "warn",
		Forms:    []string{"/warn {who} {reason}", "/警告 {who} {reason}"},
		Examples: []chat.Text{{ZH: "/警告 @lisi 发广告", EN: "/warn @lisi advertising"}},
		Holes:    []grammar.Hole{who, reason},
		Help:     chat.Text{ZH: "警告一位成员，90 天内计数；次数多了建议禁言。", EN: "Warn a member; warnings count for 90 days, and more of them suggest a mute."},
		Needs:    access.Mute,
		On:       who,
		Reads:    []bot.Source{mutes},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := here(c, c.Target); err != nil {
				return bot.Outcome{}, err
			}
			return warnOf(c, c.Target, moderation.Warning{Reason: reason.Of(c.Args)})
		},
	}
}

// warnOf is a warning of a member, with what it suggests. w says why.
func warnOf(c bot.Call, m chat.Member, w moderation.Warning) (bot.Outcome, error) {
	w.Code, w.Who, w.By, w.At = c.Code()[:8], m.ID, c.Actor.ID, c.Now
	e, n, err := mutes.Of(c).Warn(c.Group.ID, w)
	if err != nil {
		return mend(err, map[error]chat.Text{moderation.ErrNoReason: {
			ZH: "警告要写原因：`/警告 @" + string(m.ID) + " 原因`。", EN: "A warning needs a reason: `/warn @" + string(m.ID) + " reason`.",
		}})
	}
	reach := chat.Text{ZH: "已私信告知本人。", EN: "They are told in a direct message."}
	var effects []chat.Effect
	if m.Kind == chat.Customer {
		reach = chat.Text{ZH: "机器人不能给客户发消息，请您在群里提醒一句。", EN: "No bot can write to a customer; please say so in the group."}
	} else {
		effects = append(effects, chat.SendTo(m.ID, c.Group.ID, chat.Reply{Text: chat.Text{
			ZH: "您在“%s”被警告，原因：%s。这是 90 天内的第 %d 次；`/群规` 看群规。", EN: "You were warned in “%s”, reason: %s. It is warning %d within 90 days; `/rules` shows the rules.",
		}.F(chat.Escape(c.Group.Title()), escaped(w.Why()), n).Plus(chat.Same(" " + chat.ThisEntry))}))
	}
	text := chat.Text{ZH: "%s 被警告，90 天内第 %d 次", EN: "%s is warned, number %d within 90 days"}.F(c.Name(m.ID), n).Plus(becauseOf(w.Why()))
	out := bot.Outcome{Events: []journal.Event{e}, Effects: effects}
	if rung := moderation.Rung(n); rung > 0 {
		length := c.Length(rung)
		out.Effects = append(out.Effects, chat.SendTo(c.Actor.ID, c.Group.ID, chat.Reply{Card: &chat.Card{
			ID:    "w" + c.Code(),
			Title: chat.Text{ZH: "%s：第 %d 次警告", EN: "%s: warning %d"}.F(c.Name(m.ID), n),
			Body:  chat.Text{ZH: "建议禁言 %s；由您决定，不点就什么也不做。", EN: "A mute of %s is suggested; it is yours to decide, and nothing happens by itself."}.F(length),
			Buttons: []chat.Button{{
				Label: chat.Text{ZH: "禁言 %s", EN: "Mute %s"}.F(length), Style: chat.Danger,
				Command: fmt.Sprintf("/mute @%s %s #%s", m.ID, length.EN, c.Group.ID),
			}},
		}}))
	}
	out.Changes = chat.Lines(text, reach)
	return out, nil
}

func escaped(t chat.Text) chat.Text {
	return chat.Text{ZH: chat.Escape(t.ZH), EN: chat.Escape(t.EN)}
}

// becauseOf is because for a reason in both languages.
func becauseOf(why chat.Text) chat.Text {
	return chat.Text{ZH: "，原因：%s", EN: ", reason: %s"}.F(escaped(why))
}

// warned lists the warnings of a person that count.
func warned() bot.Command {
	who := grammar.Person("who")
	return bot.Command{
		Name:     "warns",
		Forms:    []string{"/warns {who}", "/警告记录 {who}"},
		Examples: []chat.Text{{ZH: "/警告记录 @lisi", EN: "/warns @lisi"}},
		Holes:    []grammar.Hole{who},
		Help:     chat.Text{ZH: "一位成员 90 天内的警告。", EN: "A member's warnings of the last 90 days."},
		Needs:    access.Mute,
		Reads:    []bot.Source{mutes},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			all := mutes.Of(c).Warnings(m.ID, c.Now)
			if len(all) == 0 {
				return told(chat.Text{ZH: "%s 在本群 90 天内没有被警告。", EN: "%s has had no warning here within 90 days."}.F(c.Name(m.ID))), nil
			}
			lines := []chat.Text{chat.Text{ZH: "**%s 的警告**（90 天内）", EN: "**Warnings of %s** (90 days)"}.F(c.Name(m.ID))}
			for i, w := range all {
				lines = append(lines, chat.Text{ZH: "%d. %s，由 %s%s", EN: "%d. %s, by %s%s"}.F(i+1, c.Moment(w.At), c.Name(w.By), becauseOf(w.Why())))
			}
			if next := moderation.Rung(len(all) + 1); next > 0 {
				lines = append(lines, chat.Text{ZH: "再有一次，建议禁言 %s。", EN: "With one more, a mute of %s is suggested."}.F(c.Length(next)))
			}
			return told(lines...), nil
		},
	}
}
