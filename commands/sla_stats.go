package commands

import (
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
	"qunguan/bot/sla"
)

var _ = declare(slaStats)

// longestStats is how many days one answer sums up.
const longestStats = 400

// slaStats tells how soon customers got answers: of the group, the company, or one person.
func slaStats() bot.Command {
	h := statsHoles{
		who: grammar.Person("who"), scope: statsScope(), period: periodHole(), from: grammar.Moment("from").Past(),
		until: grammar.Moment("until").Past(), by: statsBy(),
	}
	tail := "[(by|按) {by}]"
	return bot.Command{
		Name: "sla stats",
		Forms: []string{
			"/sla stats [{scope}] [{period}] " + tail, "/sla stats {who} [{period}] " + tail,
			"/sla stats [{scope}] {from} (to|until) {until} " + tail, "/sla stats {who} {from} (to|until) {until} " + tail,
			"/响应 统计 [{scope}] [{period}] " + tail, "/响应 统计 {who} [{period}] " + tail,
			"/响应 统计 [{scope}] {from} (到|至) {until} " + tail, "/响应 统计 {who} {from} (到|至) {until} " + tail,
		},
		Examples: []chat.Text{{ZH: "/响应 统计 本周 按 人", EN: "/sla stats week by person"}},
		Holes:    []grammar.Hole{h.who, h.scope, h.period, h.from, h.until, h.by},
		Help: chat.Text{
			ZH: "响应多快：次数、超时率、平均、中位、P90、P95；按人、班、天。", EN: "How soon answers came: count, breaches, mean, median, P90, P95; by person, shift or day.",
		},
		Who: chat.Text{
			ZH: "本群的总数和自己的谁都可以看；别人的、按人的要有本群的角色；全公司的只有超级管理员。",
			EN: "The group's totals and one's own: everybody. Others' and by person: whoever holds a role in the group. The company's: owners.",
		},
		Reads: []bot.Source{roster, responses},
		Asks: func(a grammar.Args, c bot.Call) journal.Want {
			s, g := h.stretch(a, c), c.Group.ID
			if h.scope.Of(a) == "all" {
				g = ""
			}
			want := journal.Want{Clocks: []chat.Group{c.Group.ID}}
			if h.sound(s) {
				want.Tallies = []journal.Days{{Group: g, From: s.from, Until: s.until}}
			}
			return want
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			v := statsView{c: c, days: h.stretch(c.Args, c), by: h.by.Of(c.Args), all: h.scope.Of(c.Args) == "all"}
			if !h.sound(v.days) {
				return bot.Refuse(chat.Text{
					ZH: "时间段要从前往后，最多 %d 天，例如 `/响应 统计 2026-02-01 到 2026-02-15`。",
					EN: "The stretch runs forwards, over %d days at most, for example `/sla stats 2026-02-01 to 2026-02-15`.",
				}.F(longestStats))
			}
			if h.who.Given(c.Args) {
				m, err := c.Find(h.who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				v.who = m.ID
			}
			if err := v.may(); err != nil {
				return bot.Outcome{}, err
			}
			if !v.all && !c.Clock(c.Group.ID).HasSource() {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(v.head(), noMessages(c))}}, nil
			}
			v.sheet = c.Sheet(0)
			return bot.Outcome{Reply: chat.Reply{Text: v.text(), Picture: v.picture()}}, nil
		},
	}
}

// statsHoles are the holes of the command.
type statsHoles struct {
	who         grammar.PersonHole
	scope       grammar.ChoiceHole[string]
	period      grammar.ChoiceHole[periodWord]
	from, until grammar.MomentHole
	by          grammar.ChoiceHole[string]
}

func statsScope() grammar.ChoiceHole[string] {
	return grammar.Choice("scope", func(s string) (string, bool) {
		switch strings.ToLower(s) {
		case "group", "本群":
			return "group", true
		case "all", "全公司", "公司", "全部":
			return "all", true
		}
		return "", false
	}, chat.Text{ZH: "本群|全公司", EN: "group|all"})
}

func statsBy() grammar.ChoiceHole[string] {
	return grammar.Choice("by", func(s string) (string, bool) {
		switch strings.ToLower(s) {
		case "person", "人":
			return "person", true
		case "shift", "班", "班次", "值班":
			return "shift", true
		case "day", "天", "日":
			return "day", true
		}
		return "", false
	}, chat.Text{ZH: "人|班|天", EN: "person|shift|day"})
}

// stretch is the days that are asked about: this week, if nothing is said.
func (h statsHoles) stretch(a grammar.Args, c bot.Call) slaDays {
	if h.from.Given(a) {
		from, until := h.from.Of(a).In(c.Zone), h.until.Of(a).In(c.Zone)
		end := dayStart(until)
		if !h.period.Given(a) { // the day that is named belongs to it
			end = end.AddDate(0, 0, 1)
		}
		return slaDays{dayStart(from), end}
	}
	return h.period.Of(a).of(c.Now.In(c.Zone))
}

func (h statsHoles) sound(s slaDays) bool {
	return s.from.Before(s.until) && s.until.Sub(s.from) <= longestStats*24*time.Hour
}

// statsView is one answer about response times.
type statsView struct {
	c     bot.Call
	days  slaDays
	who   chat.User // zero: everybody
	by    string    // person, shift, day, or empty
	all   bool      // the whole company
	sheet sla.Sheet
}

// may refuses what is not the speaker's to see.
func (v statsView) may() error {
	c := v.c
	switch {
	case v.all:
		if c.Access.IsOwner(c.Actor.ID) {
			return nil
		}
		return &bot.Refusal{Text: chat.Text{
			ZH: "全公司的响应统计只给超级管理员看。本群的：`/响应 统计`；您自己的：`/响应 统计 @%s`。",
			EN: "The company's response times are for owners. This group's: `/sla stats`; your own: `/sla stats @%s`.",
		}.F(chat.Escape(string(c.Actor.ID)))}
	case v.who == c.Actor.ID, v.who == "" && (v.by == "" || v.by == "day"):
		return nil
	case c.Access.Governs(c.Actor.ID, c.Group.ID), c.Access.LevelOf(c.Actor.ID, c.Group.ID, c.Now) != access.NoLevel:
		return nil
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "每个人的响应时间只给本群的管理员看。您可以看本群的总数 `/响应 统计`，或自己的 `/响应 统计 @%s`。",
		EN: "Response times of single people are for the group's admins. You may see the totals, `/sla stats`, or your own, `/sla stats @%s`.",
	}.F(chat.Escape(string(c.Actor.ID)))}
}
