package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

var (
	_ = declare(rules)
	_ = declare(rulesSet)
	_ = declare(rulesOff)
)

// rules shows the rules of the group to whoever asks.
func rules() bot.Command {
	return bot.Command{
		Name:     "rules",
		Forms:    []string{"/rules", "/群规"},
		Examples: []chat.Text{{ZH: "/群规", EN: "/rules"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群的群规。", EN: "The rules of the group."},
		Reads:    []bot.Source{mutes},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, ok := mutes.Of(c).Rules()
			if !ok {
				return told(chat.Text{ZH: "本群还没有群规。有“公告通知”的管理员可以写：`/群规 设置 …`。", EN: "The group has no rules yet. An admin with “notice” may write some: `/rules set …`."}), nil
			}
			return told(
				chat.Text{ZH: "**%s 的群规**", EN: "**Rules of %s**"}.F(chat.Escape(c.Group.Title())), chat.Same(chat.Escape(r.Text)),
				chat.Text{ZH: "（%s 写于 %s；有人违反，发 `/举报 @谁 原因`）", EN: "(by %s, %s; if somebody breaks them: `/report @who reason`)"}.F(c.Name(r.By), c.Moment(r.At)),
			), nil
		},
	}
}

// rulesSet writes the rules of the group. They are the bot's own record; an announcement of the group is another matter.
func rulesSet() bot.Command {
	text := grammar.Rest("text").Called(chat.Text{ZH: "群规", EN: "rules"})
	return bot.Command{
		Name:     "rules set",
		Forms:    []string{"/rules set {text}", "/群规 (设置|设) {text}"},
		Examples: []chat.Text{{ZH: "/群规 设置 1. 不发广告 2. 有事先看公告", EN: "/rules set 1. No advertising 2. Read the notice first"}},
		Holes:    []grammar.Hole{text},
		Help:     chat.Text{ZH: "写本群的群规，最多 600 字。", EN: "Write the rules of the group, up to 600 characters."},
		Who:      rulers,
		Offers:   offersRules,
		Reads:    []bot.Source{mutes},
		Run:      func(c bot.Call) (bot.Outcome, error) { return setRules(c, text.Of(c.Args)) },
	}
}

// rulesOff takes the rules off.
func rulesOff() bot.Command {
	return bot.Command{
		Name:     "rules off",
		Forms:    []string{"/rules off", "/群规 (取消|清除)"},
		Examples: []chat.Text{{ZH: "/群规 取消", EN: "/rules off"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "取消本群的群规。", EN: "Take the rules off."},
		Who:      rulers,
		Offers:   offersRules,
		Reads:    []bot.Source{mutes},
		Hidden:   true,
		Run:      func(c bot.Call) (bot.Outcome, error) { return setRules(c, "") },
	}
}

// rulers says who may write the rules. It is no Needs, since admins use the item in the platform itself: whoever has
// written no rules has not left it unused.
var rulers = chat.Text{ZH: "要有“公告通知”。", EN: "Takes “notice”."}

func mayRule(c bot.Call) access.Decision {
	return access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Notice, Group: c.Group.ID, At: c.Now})
}

func offersRules(c bot.Call) bool { return mayRule(c).Allowed }

func setRules(c bot.Call, text string) (bot.Outcome, error) {
	if d := mayRule(c); !d.Allowed {
		return bot.Deny(d, access.Notice, "")
	}
	e, err := mutes.Of(c).SetRules(c.Group.ID, moderation.Rules{Text: text, By: c.Actor.ID, At: c.Now})
	if err != nil {
		return mend(err, map[error]chat.Text{
			moderation.ErrSame:    {ZH: "没有改变：群规本来就是这样。", EN: "Nothing has changed: the rules are just so."},
			moderation.ErrTooLong: {ZH: "没有改变：群规最多 600 个字，要一眼能读完。", EN: "Nothing has changed: rules have 600 characters at most, to be read at a glance."},
		})
	}
	changes := chat.Text{ZH: "群规改为：\n%s\n成员发 `/群规` 就能看；企业微信的群公告不会跟着变。取消发 `/群规 取消`。", EN: "the rules become:\n%s\nMembers see them with `/rules`; the notice of the group in WeCom stays as it is. `/rules off` takes them off."}.F(chat.Escape(strings.TrimSpace(text)))
	if text == "" {
		changes = chat.Text{ZH: "取消群规", EN: "take the rules off"}
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: changes}, nil
}
