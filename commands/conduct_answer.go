package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(conductIgnore)
	_ = declare(conductRecall)
	_ = declare(conductWarn)
)

func caseCode() grammar.WordHole {
	return grammar.Word("code").Called(chat.Text{ZH: "代号", EN: "code"})
}

// mendCase turns the refusals about a case into what people can do.
func mendCase(c bot.Call, x moderation.Case, err error) (bot.Outcome, error) {
	if errors.Is(err, moderation.ErrDecided) {
		what := chat.Text{ZH: "忽略", EN: "dismissed"}
		if x.State == moderation.StateWarned {
			what = chat.Text{ZH: "警告", EN: "warned of"}
		}
		return bot.Refuse(chat.Text{ZH: "%s 已经处理过了（%s，%s）；没有改变。", EN: "%s has dealt with it already (%s, %s); nothing has changed."}.F(c.Name(x.By), what, c.Moment(x.At)))
	}
	return mend(err, map[error]chat.Text{
		moderation.ErrNoCase: {ZH: "没有这件违规，或已过期清除；`/违规` 看待处理的。", EN: "There is no such case, or it was cleared; `/conduct` shows what waits."},
		moderation.ErrOwn:    {ZH: "这是您自己的事，要由别的管理员处理。", EN: "It is about yourself; another admin must deal with it."},
		moderation.ErrAsked:  {ZH: "已经请过 " + string(x.Who) + " 撤回；没有再发。", EN: string(x.Who) + " was asked already, and is not asked again."},
	})
}

// conductIgnore decides that a case is none.
func conductIgnore() bot.Command {
	code := caseCode()
	return bot.Command{
		Name:     "conduct ignore",
		Forms:    []string{"/conduct ignore {code}", "/违规 忽略 {code}"},
		Examples: []chat.Text{{ZH: "/违规 忽略 1a2b3c4d", EN: "/conduct ignore 1a2b3c4d"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "忽略一件违规提示。", EN: "Dismiss a case."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			x, err := caseOf(c, code.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			e, err := conduct.Of(c).Close(c.Group.ID, x, moderation.StateIgnored, c.Actor.ID, c.Now)
			if err != nil {
				return mendCase(c, x, err)
			}
			return bot.Outcome{
				Events: []journal.Event{e}, Changes: chat.Text{ZH: "忽略 %s 的违规提示（%s）；再有会另外告知", EN: "dismissed: %s (%s); if there is more, you are told"}.F(c.Name(x.Who), x.Text()),
			}, nil
		},
	}
}

// conductRecall asks whoever wrote a message to recall it: nobody else can, on this platform.
func conductRecall() bot.Command {
	code := caseCode()
	return bot.Command{
		Name:     "conduct recall",
		Forms:    []string{"/conduct recall {code}", "/违规 请撤回 {code}"},
		Examples: []chat.Text{{ZH: "/违规 请撤回 1a2b3c4d", EN: "/conduct recall 1a2b3c4d"}},
		Holes:    []grammar.Hole{code},
		Help:     chat.Text{ZH: "请发送者自己撤回。", EN: "Ask the sender to recall it."},
		Needs:    access.ReviewMessages,
		Reads:    []bot.Source{conduct},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			x, err := caseOf(c, code.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if x.Kind == chat.Customer {
				return bot.Refuse(chat.Text{
					ZH: "%s 是客户，机器人不能给客户发消息；企业微信也不让别人替其撤回。请在群里提醒，或请群主移除。",
					EN: "%s is a customer, to whom no bot can write, and WeCom lets nobody recall it for them. Say so in the group, or let the owner remove them.",
				}.F(c.Name(x.Who)))
			}
			e, err := conduct.Of(c).Ask(c.Group.ID, x, c.Actor.ID)
			if err != nil {
				return mendCase(c, x, err)
			}
			please := chat.SendTo(x.Who, c.Group.ID, chat.Reply{Text: chat.Text{
				ZH: "%s 请您撤回 %s 前后在“%s”发的消息（%s）。企业微信里只有您自己能撤回；超过时限撤不回的，请在群里说明。",
				EN: "%s asks you to recall what you wrote about %s in “%s” (%s). In WeCom only you can; where it is too late for that, please say so in the group.",
			}.F(c.Name(c.Actor.ID), c.Moment(x.Last), chat.Escape(c.Group.Title()), x.Text())})
			return bot.Outcome{
				Events: []journal.Event{e}, Effects: []chat.Effect{please},
				Changes: chat.Text{
					ZH: "请 %s 自己撤回。企业微信不让机器人代为撤回；撤回后，消息来源看得到就会告诉您。",
					EN: "%s is asked to recall it. WeCom lets no bot do that for them; once a message source shows it, you are told.",
				}.F(c.Name(x.Who)),
			}, nil
		},
	}
}

// conductWarn warns whoever a case is about, and so decides it.
func conductWarn() bot.Command {
	code, reason := caseCode(), grammar.Rest("reason")
	return bot.Command{
		Name:     "conduct warn",
		Forms:    []string{"/conduct warn {code} [{reason}]", "/违规 警告 {code} [{reason}]"},
		Examples: []chat.Text{{ZH: "/违规 警告 1a2b3c4d", EN: "/conduct warn 1a2b3c4d"}},
		Holes:    []grammar.Hole{code, reason},
		Help:     chat.Text{ZH: "为一件违规警告发送者。", EN: "Warn the sender."},
		Needs:    access.Mute,
		Reads:    []bot.Source{conduct, mutes},
		Hidden:   true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			x, err := caseOf(c, code.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			closed, err := conduct.Of(c).Close(c.Group.ID, x, moderation.StateWarned, c.Actor.ID, c.Now)
			if err != nil {
				return mendCase(c, x, err)
			}
			m, ok := c.Group.Member(x.Who)
			if !ok {
				m = chat.Member{ID: x.Who, Kind: x.Kind}
			}
			r := access.Request{Actor: c.Actor.ID, Item: access.Mute, Group: c.Group.ID, Target: m.ID, TargetKind: m.Kind, At: c.Now}
			if d := access.Decide(c.Access, r); !d.Allowed {
				return bot.Deny(d, access.Mute, m.ID)
			}
			out, err := warnOf(c, m, moderation.Warning{Reason: reason.Of(c.Args), Of: x.Of})
			if err == nil {
				out.Events = append(out.Events, closed)
			}
			return out, err
		},
	}
}
