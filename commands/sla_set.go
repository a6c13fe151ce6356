package commands

import (
	"errors"
	"slices"
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
	_ = declare(slaSet)
	_ = declare(slaVIP)
	_ = declare(slaOutside)
)

// usualWord is the hole for the word that gives a setting up.
func usualWord() grammar.ChoiceHole[bool] {
	return grammar.Choice("default", func(s string) (bool, bool) {
		return true, slices.Contains([]string{"default", "默认", "恢复默认"}, strings.ToLower(s))
	}, chat.Text{ZH: "默认", EN: "default"})
}

// slaSet sets how soon a customer of the group gets a first response.
func slaSet() bot.Command {
	length, usual := grammar.Length("limit"), usualWord()
	return bot.Command{
		Name:     "sla set",
		Forms:    []string{"/sla set {limit}", "/sla set {default}", "/响应 (时限|设) {limit}", "/响应 (时限|设) {default}"},
		Examples: []chat.Text{{ZH: "/响应 时限 10分钟", EN: "/sla set 10m"}},
		Holes:    []grammar.Hole{length, usual},
		Help:     chat.Text{ZH: "本群首次响应的时限；“默认”回到按人数。", EN: "How soon customers of this group get a first response; “default” goes back to the size."},
		Needs:    access.Duty,
		Reads:    []bot.Source{responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			next := responses.Of(c).Settings
			next.Limit = length.Of(c.Args)
			what := chat.Text{ZH: "首次响应的时限：%s", EN: "limit of first responses: %s"}.F(grammar.FormatLength(next.Limit))
			if usual.Given(c.Args) {
				what = chat.Text{ZH: "首次响应的时限：恢复默认", EN: "limit of first responses: the default again"}
			}
			return changeResponses(c, next, what)
		},
	}
}

// slaVIP says that the customers of the group come first.
func slaVIP() bot.Command {
	on := noticeState()
	return bot.Command{
		Name:     "sla vip",
		Forms:    []string{"/sla vip {state}", "/响应 vip {state}"},
		Examples: []chat.Text{{ZH: "/响应 VIP 开", EN: "/sla vip on"}},
		Holes:    []grammar.Hole{on},
		Help:     chat.Text{ZH: "VIP 群：没有另设时限的，5 分钟内响应。", EN: "A VIP group: answered within 5 minutes, unless another limit is set."},
		Needs:    access.Duty,
		Reads:    []bot.Source{responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			next := responses.Of(c).Settings
			next.VIP = on.Of(c.Args)
			return changeResponses(c, next, chat.Text{ZH: "VIP 群：%s", EN: "VIP group: %s"}.F(onOff(next.VIP)))
		},
	}
}

// slaOutside says what becomes of the time outside duty hours.
func slaOutside() bot.Command {
	outside := grammar.Choice("outside", func(s string) (sla.Outside, bool) {
		switch strings.ToLower(s) {
		case "pause", "暂停", "不计时":
			return sla.Pauses, true
		case "count", "计时", "照样计时":
			return sla.Counts, true
		case "default", "默认", "恢复默认":
			return "", true
		}
		return "", false
	}, chat.Text{ZH: "暂停|计时|默认", EN: "pause|count|default"})
	return bot.Command{
		Name:     "sla outside",
		Forms:    []string{"/sla outside {outside}", "/响应 (班外|值班外|值班时间外) {outside}"},
		Examples: []chat.Text{{ZH: "/响应 班外 计时", EN: "/sla outside count"}},
		Holes:    []grammar.Hole{outside},
		Help:     chat.Text{ZH: "值班时间以外要不要计时和提醒。", EN: "Whether time outside duty hours counts, and people are told then."},
		Needs:    access.Duty,
		Reads:    []bot.Source{responses},
		Asks:     clockOfGroup,
		Run: func(c bot.Call) (bot.Outcome, error) {
			next := responses.Of(c).Settings
			next.Outside = outside.Of(c.Args)
			shown := next.Outside
			if shown == "" {
				shown = c.Outside()
			}
			what := chat.Text{ZH: "值班时间以外：%s", EN: "outside duty hours: %s"}.F(outsideText(shown))
			return changeResponses(c, next, what)
		},
	}
}

// changeResponses gives the group other settings. They hold for customers who begin to wait from now on.
func changeResponses(c bot.Call, next sla.Settings, what chat.Text) (bot.Outcome, error) {
	e, err := responses.Of(c).Change(c.Group.ID, next, c.Actor.ID, c.Now.UTC())
	switch {
	case errors.Is(err, sla.ErrStands):
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "已经是这样，没有改变：%s。", EN: "It is so already; nothing has changed: %s."}.F(what)}}, nil
	case errors.Is(err, sla.ErrLimit):
		return bot.Refuse(chat.Text{
			ZH: "时限要在%s到%s之间，例如 `/响应 时限 10分钟`。", EN: "The limit is between %s and %s, for example `/sla set 10m`.",
		}.F(grammar.FormatLength(time.Minute), chat.Text{ZH: "24小时", EN: "24h"}))
	case err != nil:
		return bot.Outcome{}, err
	}
	if _, waits := c.Clock(c.Group.ID).Waiting(); waits {
		what = chat.Lines(what, chat.Text{ZH: "正在等的客户仍按原来的时限", EN: "the customer who waits now keeps the limit of before"})
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: what}, nil
}
