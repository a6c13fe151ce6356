package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/kpi"
)

var _ = declare(kpis)

// trendWeeks is how many weeks a trend shows: what a telephone shows beside each other.
const trendWeeks = 8

// kpis shows how a group, the company or somebody does: each indicator with its target, its source and what is missing,
// and how it went in the last weeks. Everybody may see their own.
func kpis() bot.Command {
	h := newKPIHoles()
	return bot.Command{
		Name: "kpi",
		Forms: []string{
			"/kpi [{all}] [{period}]", "/kpi {who} [{period}]", "/kpi [{all}] {from} (to|until) {until}", "/kpi {who} {from} (to|until) {until}",
			"/绩效 [{all}] [{period}]", "/绩效 {who} [{period}]", "/绩效 [{all}] {from} (到|至) {until}", "/绩效 {who} {from} (到|至) {until}",
		},
		Examples: []chat.Text{{ZH: "/绩效 @lisi 上周", EN: "/kpi @lisi last-week"}},
		Holes:    []grammar.Hole{h.who, h.all, h.period, h.from, h.until},
		Help: chat.Text{
			ZH: "绩效：响应效率、运营质量、风险管控，是否达标、数据来自哪里、近 8 周走势；写上人还有能力画像。",
			EN: "Indicators: response, quality, risk control, with targets, sources and the last 8 weeks; of a person, their portrait too.",
		},
		Who: chat.Text{
			ZH: "自己的谁都可以看；本群的和别人的要有“报表”权限；全公司的只有超级管理员。",
			EN: "One's own: everybody. The group's and others': whoever holds reports. The company's: owners.",
		},
		Run: func(c bot.Call) (bot.Outcome, error) {
			v := kpiView{c: c, all: h.all.Of(c.Args)}
			if v.ask.Group = c.Group.ID; v.all {
				v.ask.Group = ""
			}
			if h.who.Given(c.Args) {
				m, err := c.Find(h.who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, orPeriod(err, h.who.Ref(c.Args))
				}
				v.ask.Who = m.ID
			}
			if err := mayReport(c, v.ask); err != nil {
				return bot.Outcome{}, err
			}
			days := h.days(c.Args, c)
			if !SoundKPI(days) {
				return bot.Refuse(unsoundKPI)
			}
			v.ask.Periods = append([]kpi.Period{days}, kpi.Weeks(trendWeeks, c.Now.In(c.Zone))...)
			if need := v.ask.Need(c); !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			all := v.ask.Measure(c)
			v.now, v.weeks = all[0], all[1:]
			return bot.Outcome{Reply: chat.Reply{Text: v.text(), Picture: v.picture()}}, nil
		},
	}
}

// orPeriod is that nobody is called what was said, with which periods there are: a bare word may have been meant as one.
func orPeriod(err error, said grammar.Ref) error {
	var no *bot.Refusal
	if said.By != grammar.Bare || !errors.As(err, &no) || no.Card != nil {
		return err
	}
	return &bot.Refusal{Text: no.Text.Plus(kpiPeriods)}
}

// mayReport lets everybody see their own indicators, whoever holds reports those of the group and of others in it, and
// owners those of the company.
func mayReport(c bot.Call, a KPIAsk) error {
	if a.Who != "" && a.Who == c.Actor.ID {
		return nil
	}
	if a.Group == "" {
		if c.Access.IsOwner(c.Actor.ID) {
			return nil
		}
		return &bot.Refusal{Text: chat.Text{
			ZH: "全公司的绩效只给超级管理员看。某个群的：在那个群里发 `/绩效`，或 `/绩效 #群名`；您自己的：`/绩效 @%s`。",
			EN: "The company's indicators are for owners. A group's: `/kpi` there, or `/kpi #group`; your own: `/kpi @%s`.",
		}.F(chat.Escape(string(c.Actor.ID)))}
	}
	d := access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Reports, Group: a.Group, At: c.Now})
	if d.Allowed {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Reports, Target: a.Who}
}

// kpiView is one answer about indicators.
type kpiView struct {
	c     bot.Call
	ask   KPIAsk
	all   bool // the whole company
	now   KPI  // the period that was asked about
	weeks []KPI
}
