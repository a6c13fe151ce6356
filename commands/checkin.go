package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(checkIn)
	_ = declare(dutyCheckIn)
)

// checkIn says that whoever is on duty is there. What the backup has taken over comes back with it.
func checkIn() bot.Command {
	return bot.Command{
		Name:     "checkin",
		Forms:    []string{"/checkin", "/签到"},
		Examples: []chat.Text{{ZH: "/签到", EN: "/checkin"}},
		Holes:    []grammar.Hole{},
		Help: chat.Text{
			ZH: "上班签到，可提前 30 分钟；晚了 B 角会接手，签到后交还。", EN: "Check in for your turn, from 30 minutes before; what the backup took over comes back.",
		},
		Who:   chat.Text{ZH: "这一班的值班人。", EN: "Whoever has the turn."},
		Reads: []bot.Source{roster, lives},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, now := roster.Of(c), c.Now.In(c.Zone)
			s, happened, err := lives.Of(c).CheckIn(c.Group.ID, r, c.Actor.ID, now)
			switch {
			case errors.Is(err, duty.ErrTwice):
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "您已经签到了：%s 的班 %s。", EN: "You have checked in already: %s, %s.",
				}.F(chat.Escape(c.Group.Title()), stintText(c, s))}}, nil
			case errors.Is(err, duty.ErrNotOnDuty):
				return bot.Refuse(notYourTurn(c, r))
			case err != nil:
				return bot.Outcome{}, err
			}
			what := chat.Text{ZH: "签到，%s", EN: "checked in, %s"}.F(stintText(c, s))
			if t, on := r.OnDuty(now); on && t.By == duty.Takeover && t.Who != c.Actor.ID && !s.Start.After(now) {
				what = what.Plus(chat.Text{ZH: "；%s 接手的值班已交还给您", EN: "; what %s had taken over is yours again"}.F(c.Name(t.Who)))
			}
			if s.Start.After(now) {
				what = what.Plus(chat.Text{ZH: "（%s后开始）", EN: " (begins in %s)"}.F(lengthText(s.Start.Sub(now))))
			}
			return bot.Outcome{Events: happened, Changes: what}, nil
		},
	}
}

// notYourTurn says who is on duty, and when the speaker's next turn is.
func notYourTurn(c bot.Call, r duty.Roster) chat.Text {
	now := c.Now.In(c.Zone)
	t, on := r.OnDuty(now)
	text := chat.Text{ZH: "现在没有人值班。", EN: "Nobody is on duty now."}
	switch {
	case on && t.Who == c.Actor.ID:
		return chat.Text{
			ZH: "您已接手这一班，到 %s 为止，不用签到。", EN: "You have taken over this turn, until %s; there is nothing to check in for.",
		}.F(c.Moment(t.End))
	case on:
		text = chat.Text{ZH: "现在值班的是 %s，不是您。", EN: "%s is on duty now, not you."}.F(c.Name(t.Who))
	}
	for _, s := range r.Stints(now, now.AddDate(0, 0, 14)) {
		if s.Who == c.Actor.ID && s.Start.After(now) {
			return text.Plus(chat.Text{
				ZH: "您的下一班是 %s，提前 30 分钟起可以签到。", EN: " Your next turn is %s; you can check in from 30 minutes before.",
			}.F(stintText(c, s)))
		}
	}
	return text.Plus(chat.Text{ZH: "接下来两周没有您的班；排班：`/值班 本周`。", EN: " You have no turn in the next two weeks; the roster: `/duty week`."})
}

// dutyCheckIn turns check-in on or off in a group. It is on unless somebody has turned it off.
func dutyCheckIn() bot.Command {
	on := grammar.Choice("on", func(s string) (bool, bool) {
		switch s {
		case "on", "开", "打开":
			return true, true
		case "off", "关", "关闭":
			return false, true
		}
		return false, false
	}, chat.Text{ZH: "开|关", EN: "on|off"})
	return bot.Command{
		Name:     "duty checkin",
		Forms:    []string{"/duty checkin {on}", "/排班 签到 {on}"},
		Examples: []chat.Text{{ZH: "/排班 签到 关", EN: "/duty checkin off"}},
		Holes:    []grammar.Hole{on},
		Help: chat.Text{
			ZH: "上班要不要签到。默认要：10 分钟没签到，B 角自动接手。", EN: "Whether people check in for their turns. They do by default: after 10 minutes the backup takes over.",
		},
		Needs: access.Duty,
		Reads: []bot.Source{roster},
		Run: func(c bot.Call) (bot.Outcome, error) {
			want := on.Of(c.Args)
			e, err := roster.Of(c).AskForCheckIn(c.Group.ID, want, c.Actor.ID, c.Now)
			if errors.Is(err, duty.ErrTwice) {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "已经是这样，没有改变。", EN: "It is so already; nothing has changed."}}}, nil
			}
			what := chat.Text{ZH: "值班不签到：不再催促，也不会因此自动接手", EN: "nobody checks in any more: nobody is missed, and no backup takes over for that"}
			if want {
				what = chat.Text{
					ZH: "值班要签到：开始后 %d 分钟没有签到，B 角自动接手；没有 B 角则通知负责人",
					EN: "people check in: %d minutes after the beginning the backup takes over, or those in charge are told if there is none",
				}.F(int(c.Duty.CheckIn().Minutes()))
			}
			return bot.Outcome{Events: []journal.Event{e}, Changes: what}, err
		},
	}
}
