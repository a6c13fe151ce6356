package commands

import (
	"strconv"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/evidence"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

var _ = declare(reviewTempo)

// reviewTempo tells how often the admins of a group are looked at, by which measures, and from where on that changes.
func reviewTempo() bot.Command {
	return bot.Command{
		Name:     "review rhythm",
		Forms:    []string{"/review rhythm", "/复核 (节奏|多久一次)"},
		Examples: []chat.Text{{ZH: "/复核 节奏", EN: "/review rhythm"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群多久复核一次，按哪些数字定。", EN: "How often this group is reviewed, and by which numbers."},
		Needs:    access.Review,
		Asks: func(_ grammar.Args, c bot.Call) journal.Want {
			now := c.Now.In(c.Zone)
			return journal.Want{
				Names: []journal.Name{review.All}, Clocks: []chat.Group{c.Group.ID},
				Tallies: []journal.Days{{Group: c.Group.ID, From: now.AddDate(0, 0, -review.TempoDays), Until: now}},
			}
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			p := reviews.Of(c).Policy()
			return bot.Outcome{Reply: chat.Reply{Text: tempoText(c, evidence.Look(c, c.Group.ID, 0).Tempo(c, p))}}, nil
		},
	}
}

// tempoText words a rhythm with what was measured; what nobody tells is said to be unknown.
func tempoText(c bot.Call, t review.Tempo) chat.Text {
	often := chat.Text{ZH: "每季度（1、4、7、10 月）", EN: "each quarter (January, April, July, October)"}
	if t.Monthly {
		often = chat.Text{ZH: "每月", EN: "each month"}
	}
	people := chat.Text{ZH: "人数未知", EN: "size unknown"}
	if t.People > 0 {
		people = chat.Text{ZH: "%d 人", EN: "%d people"}.F(t.People)
	}
	messages := chat.Text{ZH: "近 %d 天日均 %s 条消息", EN: "%[2]s messages a day over %[1]d days"}.F(review.TempoDays, strconv.FormatFloat(t.Daily, 'f', 1, 64))
	if t.Why == review.NotHeard {
		messages = chat.Text{ZH: "无消息来源，活跃度未知，只按人数", EN: "no message source: how active it is nobody knows, so size alone counts"}
	}
	return chat.Lines(
		chat.Text{ZH: "**%s 的复核节奏**：%s", EN: "**How often %s is reviewed**: %s"}.F(groupName(c, c.Group.ID), often),
		chat.Text{ZH: "- 依据：%s；%s", EN: "- by: %s; %s"}.F(messages, people),
		chat.Text{ZH: "- 每月的条件：日均消息 ≥ %d 条，或 ≥ %d 人；否则每季度", EN: "- monthly from %d messages a day, or %d people; else quarterly"}.F(t.Policy.Active, t.Policy.Large),
		chat.Text{ZH: "- 另有每月权限矩阵梳理和季度业务复核，所有群都做。改条件：`/复核 规则 活跃 20`（超级管理员）", EN: "- The look through the matrix each month and the business review each quarter cover all groups. To change: `/review policy active 20` (owners)"},
	)
}
