package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/preference"
)

// sort is how people read a sort of notification.
type sort struct {
	class       chat.Class
	name, what  chat.Text
	short       string // English, on a button
	alsoWritten []string
}

// sorts are the sorts of notifications, in the order of preference.Classes.
var sorts = []sort{
	{
		class: chat.OfDuty, name: chat.Text{ZH: "值班提醒", EN: "duty"}, short: "Duty", alsoWritten: []string{"值班", "duties"},
		what: chat.Text{ZH: "自己的班：上班前、签到、交接、大事", EN: "your own shifts: before they begin, check-in, hand-over, big events"},
	},
	{
		class: chat.OfRoster, name: chat.Text{ZH: "排班变动", EN: "roster"}, short: "Roster", alsoWritten: []string{"排班", "班表"},
		what: chat.Text{ZH: "别人改了您的班", EN: "somebody has changed your shifts"},
	},
	{
		class: chat.OfWaiting, name: chat.Text{ZH: "客户等待", EN: "waiting"}, short: "Wait", alsoWritten: []string{"等待", "响应", "sla"},
		what: chat.Text{ZH: "客户等久了", EN: "a customer waits too long"},
	},
	{
		class: chat.OfRights, name: chat.Text{ZH: "权限变动", EN: "rights"}, short: "Rights", alsoWritten: []string{"权限", "到期", "right"},
		what: chat.Text{ZH: "给了、改了、收回或快到期的权限", EN: "rights given, changed, ended or about to end"},
	},
	{
		class: chat.OfRequests, name: chat.Text{ZH: "待办申请", EN: "requests"}, short: "Reqs", alsoWritten: []string{"申请", "审批", "request"},
		what: chat.Text{ZH: "等您决定的申请和方案", EN: "requests and plans that wait for your decision"},
	},
	{
		class: chat.OfConduct, name: chat.Text{ZH: "群内违规", EN: "conduct"}, short: "Rules", alsoWritten: []string{"违规", "举报", "关键词"},
		what: chat.Text{ZH: "有人违反群规或被举报", EN: "somebody breaks the rules of a group, or is reported"},
	},
	{
		class: chat.OfDigest, name: chat.Text{ZH: "简报", EN: "digest"}, short: "Digest", alsoWritten: []string{"周报", "日报", "digests"},
		what: chat.Text{ZH: "每周一次、有急事时每天一次", EN: "once a week, and daily if something is urgent"},
	},
	{
		class: chat.OfSystem, name: chat.Text{ZH: "系统告警", EN: "system"}, short: "System", alsoWritten: []string{"系统", "告警"},
		what: chat.Text{ZH: "机器人自己出了故障，只发给超级管理员", EN: "the bot itself is broken; owners only"},
	},
}

func sortOf(class chat.Class) sort {
	return sorts[slices.IndexFunc(sorts, func(s sort) bool { return s.class == class })]
}

func noticeClass() grammar.ChoiceHole[chat.Class] {
	var words []chat.Text
	for _, s := range sorts {
		words = append(words, s.name)
	}
	return grammar.Choice("class", func(said string) (chat.Class, bool) {
		for _, s := range sorts {
			if said = strings.ToLower(said); said == s.name.ZH || said == s.name.EN || slices.Contains(s.alsoWritten, said) {
				return s.class, true
			}
		}
		return "", false
	}, chat.Text{ZH: "类别", EN: "class"}).Hinting(func(string) chat.Text {
		return chat.Text{ZH: "类别有：%s。", EN: " There are: %s."}.F(list(words))
	})
}

// noticeLine says how a sort of notification stands.
func noticeLine(class chat.Class, on bool) chat.Text {
	return sortOf(class).name.Plus(chat.Text{ZH: "：", EN: ": "}).Plus(onOff(on))
}

func onOff(on bool) chat.Text {
	if on {
		return chat.Text{ZH: "开", EN: "on"}
	}
	return chat.Text{ZH: "关", EN: "off"}
}

// concerning are the sorts that the speaker may get at all.
func concerning(c bot.Call) []sort {
	owner := slices.Contains(c.Access.Company.Owners(), c.Actor.ID)
	return slices.DeleteFunc(slices.Clone(sorts), func(s sort) bool { return s.class == chat.OfSystem && !owner })
}

// noticesText tells the speaker how all their switches stand.
func noticesText(c bot.Call) chat.Text {
	b := preferred(c)
	lines := []chat.Text{{ZH: "**您的通知**（所有群通用）", EN: "**Your notifications** (in all groups)"}}
	for _, s := range concerning(c) {
		lines = append(lines, chat.Same("- ").Plus(noticeLine(s.class, b.Wants(s.class))).Plus(
			chat.Text{ZH: "（%s）", EN: " (%s)"}.F(s.what)))
	}
	return chat.Lines(append(lines, quietText(b), always)...)
}

func quietText(b preference.Book) chat.Text {
	if q, ok := b.Quiet(); ok {
		return chat.Text{
			ZH: "免打扰：每天 %s；取消发 `/通知设置 免打扰 关`。", EN: "Quiet hours: %s, every day; to end them: `/notify quiet off`.",
		}.F(q)
	}
	return chat.Text{ZH: "免打扰：没有；要设发 `/通知设置 免打扰 22:00-08:00`。", EN: "Quiet hours: none; to set some: `/notify quiet 22:00-08:00`."}
}

// usualNight is the span that one tap sets.
var usualNight = preference.Quiet{From: 22 * 60, To: 8 * 60}

// mostButtons is how many buttons, and how many fields, one card has on every platform.
const mostButtons = 6

// noticesCard shows the same as switches, on two cards: one has no room for all. A button names what the tap makes so, so
// that tapping twice is no more than once. The last button leads to the other card.
func noticesCard(c bot.Call, second bool) *chat.Card {
	card := &chat.Card{
		Title: chat.Text{ZH: "通知设置", EN: "Notifications"},
		Body:  chat.Text{ZH: "只管您自己；点一下就改，可以撤销。", EN: "Your own only; a tap changes one, and can be undone."},
	}
	switches := append(noticeSwitches(c), quietSwitch(c))
	other := chat.Button{Label: chat.Text{ZH: "更多", EN: "More"}, Command: typedAs(c, chat.Text{ZH: "/通知设置 更多", EN: "/notify more"})}
	if second {
		switches = switches[mostButtons-1:]
		other = chat.Button{Label: chat.Text{ZH: "返回", EN: "Back"}, Command: typedAs(c, chat.Text{ZH: "/通知设置", EN: "/notify"})}
	} else {
		switches = switches[:mostButtons-1]
	}
	for _, s := range switches {
		card.Fields, card.Buttons = append(card.Fields, s.Field), append(card.Buttons, s.Button)
	}
	card.Buttons = append(card.Buttons, other)
	return card
}

// noticeSwitch is one setting on the card: how it is, and what a tap makes of it.
type noticeSwitch struct {
	chat.Field
	chat.Button
}

// noticeSwitches are those of the sorts that the speaker may get.
func noticeSwitches(c bot.Call) []noticeSwitch {
	b := preferred(c)
	var out []noticeSwitch
	for _, s := range concerning(c) {
		on := b.Wants(s.class)
		then := onOff(!on)
		out = append(out, noticeSwitch{chat.Field{Name: s.name, Value: onOff(on)}, chat.Button{
			Label:   chat.Text{ZH: then.ZH + s.name.ZH, EN: s.short + " " + then.EN},
			Command: typedAs(c, chat.Text{ZH: "/通知设置 " + then.ZH + " " + s.name.ZH, EN: "/notify " + then.EN + " " + s.name.EN}),
		}})
	}
	return out
}

// quietSwitch is that of the quiet hours.
func quietSwitch(c bot.Call) noticeSwitch {
	value, label, then := chat.Text{ZH: "没有", EN: "none"}, chat.Text{ZH: "设免打扰", EN: "Quiet 22–8"}, chat.Same(usualNight.String())
	if q, ok := preferred(c).Quiet(); ok {
		value, label, then = chat.Same(q.String()), chat.Text{ZH: "关免打扰", EN: "Quiet off"}, onOff(false)
	}
	return noticeSwitch{chat.Field{Name: chat.Text{ZH: "免打扰", EN: "quiet hours"}, Value: value}, chat.Button{Label: label, Command: typedAs(c, chat.Text{
		ZH: "/通知设置 免打扰 " + then.ZH, EN: "/notify quiet " + then.EN,
	})}}
}
