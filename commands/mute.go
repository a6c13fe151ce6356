package commands

import (
	"errors"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(mute)
	_ = declare(unmute)
	_ = declare(muteList)
)

// usualMute is how long a mute lasts when nobody says how long.
const usualMute = 10 * time.Minute

// longMute is how long a mute can last before somebody is asked whether they mean it.
const longMute = 30 * 24 * time.Hour

// mute records that a member must be silent for a while. Whether the group sees anything of it is the platform's
// matter, and the reply says which.
func mute() bot.Command {
	who, length, end, reason := grammar.Person("who"), grammar.Length("length"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "mute",
		Forms: []string{
			"/mute {who} [[for] {length}] [(until|到) {until}] [{reason}]", "/禁言 {who} [{length}] [(到|until) {until}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/禁言 @lisi 30分钟 刷屏", EN: "/mute @lisi 30m flooding"}},
		Holes:    []grammar.Hole{who, length, end, reason},
		Help:     chat.Text{ZH: "让一位成员暂时不要发言（不写时长为 10 分钟）。", EN: "Silence a member for a while (10 minutes if you name no time)."},
		Needs:    access.Mute,
		On:       who,
		Reads:    []bot.Source{mutes, tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if end.Given(c.Args) && length.Given(c.Args) {
				return bot.Refuse(twoEnds)
			}
			if err := errors.Join(noSlip(reason.Of(c.Args)), here(c, c.Target)); err != nil {
				return bot.Outcome{}, err
			}
			m := moderation.Mute{Who: c.Target.ID, By: c.Actor.ID, At: c.Now.UTC(), Reason: reason.Of(c.Args)}
			m.Until = c.Said.Add(usualMute).UTC().Truncate(time.Second)
			if length.Given(c.Args) {
				m.Until = c.Said.Add(length.Of(c.Args)).UTC().Truncate(time.Second)
			}
			if end.Given(c.Args) {
				m.Until = end.Of(c.Args).UTC()
			}
			if !m.Until.After(c.Now) {
				return bot.Refuse(chat.Text{ZH: "结束时间 %s 已经过去。", EN: "The end %s has passed already."}.F(c.Moment(m.Until)))
			}
			muted, err := mutes.Of(c).Mute(c.Group.ID, m)
			if err != nil {
				return mend(err, map[error]chat.Text{moderation.ErrLonger: {
					ZH: "已有同样久或更久的禁言。要缩短，先 `/解禁 @" + string(m.Who) + "`。",
					EN: "Muted for as long or longer already. To shorten it, `/unmute @" + string(m.Who) + "` first.",
				}})
			}
			confirm := chat.Text{}
			if m.Until.Sub(c.Now) > longMute {
				confirm = chat.Text{ZH: "禁言超过 %d 天", EN: "this silences for more than %d days"}.F(int(longMute / (24 * time.Hour)))
			}
			return bot.Outcome{
				Events: []journal.Event{muted}, Confirm: confirm,
				Changes: chat.Text{ZH: "%s 禁言%s", EN: "%s is muted %s"}.F(c.Name(m.Who), until(c, m.Until)).
					Plus(because(m.Reason)).Plus(chat.Same("\n")).Plus(meansText(c, chat.Mute)),
			}, nil
		},
	}
}

// meansText says what the platform makes of an action, before it is known to be so.
func meansText(c bot.Call, a chat.Action) chat.Text {
	means := c.Profile.Of(c.Group.Kind, a)
	switch means.How {
	case chat.Assisted:
		who := chat.Text{ZH: "群主", EN: "the owner"}
		if c.Group.Owner != "" {
			who = chat.Text{ZH: "群主 %s", EN: "the owner, %s"}.F(c.Name(c.Group.Owner))
		} else {
			who = who.Plus(chat.Text{ZH: "（企业微信不告诉机器人是谁，步骤卡发给您，请转交）", EN: " (WeCom does not say who that is; you get the steps to pass on)"})
		}
		t := chat.Text{ZH: "要等%s在企业微信里操作，群里才生效。", EN: "In the group it takes effect once %s has done it in WeCom."}.F(who)
		if !means.Verifiable {
			t = t.Plus(chat.Text{ZH: "企业微信不让机器人核实结果。", EN: " WeCom does not let the bot verify it."})
		}
		return t
	case chat.Native:
		return chat.Text{ZH: "正在执行，核实后告诉您。", EN: "It is being done; you will be told when it is verified."}
	case chat.ObserveOnly, chat.None:
	}
	return chat.Text{ZH: "企业微信不支持这一操作，群里不会有变化。", EN: "WeCom has no such function; nothing changes in the group. "}.Plus(means.Steps)
}

// unmute takes a mute back before its end.
func unmute() bot.Command {
	who, reason := grammar.Person("who"), grammar.Rest("reason")
	return bot.Command{
		Name:     "unmute",
		Forms:    []string{"/unmute {who} [{reason}]", "/解禁 {who} [{reason}]"},
		Examples: []chat.Text{{ZH: "/解禁 @lisi", EN: "/unmute @lisi"}},
		Holes:    []grammar.Hole{who, reason},
		Help:     chat.Text{ZH: "提前解除禁言。", EN: "Take a mute back before its end."},
		Needs:    access.Mute,
		On:       who,
		Reads:    []bot.Source{mutes, tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			e, err := mutes.Of(c).Unmute(c.Group.ID, c.Target.ID, reason.Of(c.Args), c.Now)
			if err != nil {
				return mend(err, map[error]chat.Text{moderation.ErrNotMuted: {
					ZH: "此人没有被禁言。/禁言名单 列出全部。", EN: "This person is not muted. /mute list shows who is.",
				}})
			}
			return bot.Outcome{
				Events: []journal.Event{e},
				Changes: chat.Text{ZH: "%s 的禁言解除", EN: "%s is no longer muted"}.F(c.Name(c.Target.ID)).
					Plus(because(reason.Of(c.Args))).Plus(chat.Same("\n")).Plus(meansText(c, chat.Unmute)),
			}, nil
		},
	}
}

// muteList shows who must be silent, and what became of it in the group.
func muteList() bot.Command {
	return bot.Command{
		Name:     "mute list",
		Forms:    []string{"/mute list", "/禁言名单"},
		Examples: []chat.Text{{ZH: "/禁言名单", EN: "/mute list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "谁被禁言、到何时、群里是否生效。", EN: "Who is muted, until when, and what became of it."},
		Needs:    access.Mute,
		Reads:    []bot.Source{mutes, tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			live := mutes.Of(c).Live(c.Now)
			if len(live) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "没有人被禁言。", EN: "Nobody is muted."}}}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "**%s 的禁言**", EN: "**Mutes in %s**"}.F(chat.Escape(c.Group.Title()))}
			for _, m := range live {
				lines = append(lines, chat.Text{ZH: "- %s %s，由 %s%s（%s）", EN: "- %s %s, by %s%s (%s)"}.F(
					c.Name(m.Who), until(c, m.Until), c.Name(m.By), because(m.Reason), muteState(c, m)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// muteState is the honest state of one mute.
func muteState(c bot.Call, m moderation.Mute) chat.Text {
	if t, ok := tasks.Of(c).Task(string(chat.Mute) + "/" + string(m.Who)); ok {
		return t.State.Text()
	}
	if c.Profile.Of(c.Group.Kind, chat.Mute).How == chat.None {
		return chat.Text{ZH: "已记录，平台不支持", EN: "recorded; the platform has no such function"}
	}
	return chat.Text{ZH: "已记录", EN: "recorded"}
}
