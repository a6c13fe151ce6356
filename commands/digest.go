package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(digests)

// mostNow is how many groups the answer to /digest is about. The one that comes by itself is about all.
const mostNow = 50

// digests shows the speaker what the weekly digest would say now: about the groups that they answer for.
func digests() bot.Command {
	return bot.Command{
		Name:     "digest",
		Forms:    []string{"/digest", "/(简报|周报)"},
		Examples: []chat.Text{{ZH: "/简报", EN: "/digest"}},
		Holes:    []grammar.Hole{},
		Help: chat.Text{
			ZH: "您负责的群最近 7 天的变更、被拒、超时、漂移，和今后 7 天到期的权限、无人值班。",
			EN: "Of the groups you answer for: changes, refusals, late answers and drift of 7 days, rights that end and duty gaps of the next 7.",
		},
		Who:      chat.Text{ZH: "高级管理员、分级管理员、超级管理员。", EN: "Senior admins, department admins and owners."},
		Anywhere: true,
		Reads:    []bot.Source{troubles},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if need := groupReads(c, everyGroup(c)); !need.Nothing() {
				return bot.Outcome{Need: need}, nil
			}
			mine := managedBy(c, c.Actor.ID)
			if len(mine) == 0 {
				return bot.Refuse(chat.Text{
					ZH: "您没有负责的群：简报给高级管理员、分级管理员和超级管理员。您自己的情况：/我的权限、/绩效 @" + string(c.Actor.ID) + "。",
					EN: "You answer for no group: digests are for senior admins, department admins and owners. About yourself: /whoami, /kpi @" + string(c.Actor.ID) + ".",
				})
			}
			left := max(0, len(mine)-mostNow)
			mine = mine[:min(len(mine), mostNow)]
			if missing := notLoaded(c, DigestReads(mine)...); len(missing) > 0 {
				return bot.Outcome{Read: missing}, nil
			}
			span, owner := digest.SpanOf(digest.Weekly, c.Now.In(c.Zone)), c.Access.IsOwner(c.Actor.ID)
			if c.Queries() == 0 {
				need := digestWant(mine, span)
				if owner {
					need.Queries = append(need.Queries, companyWant(span).Queries...)
				}
				return bot.Outcome{Need: need}, nil
			}
			var found []digest.Finding
			if owner {
				found, _ = DigestCompany(c, span, len(mine))
			}
			groups, _ := DigestGroups(c, mine, span)
			for _, g := range groups {
				found = append(found, g.Findings...)
			}
			if !owner || len(c.Access.Company.Owners()) > 1 {
				found = digest.For(c.Actor.ID, found)
			}
			return bot.Outcome{Reply: chat.Reply{Text: digestText(c, found, len(mine), left)}}, nil
		},
	}
}

// managedBy are the groups that somebody is told about.
func managedBy(c bot.Call, who chat.User) []chat.Group {
	var out []chat.Group
	for _, g := range everyGroup(c) {
		f := c.In(g)
		if f.Governs(who, g) || f.LevelOf(who, g, c.Now) == access.Senior {
			out = append(out, g)
		}
	}
	return out
}

func digestText(c bot.Call, found []digest.Finding, groups, left int) chat.Text {
	head := chat.Text{ZH: "**简报**（您负责的 %d 个群，截至 %s）", EN: "**Digest** (the %d groups you answer for, as of %s)"}.F(groups, c.Moment(c.Now))
	lines := append([]chat.Text{head}, digest.Text(found, chat.Escape)...)
	if len(lines) == 1 {
		lines = append(lines, chat.Text{ZH: "没有需要您留意的事。", EN: "Nothing needs your eyes."})
	}
	if left > 0 {
		lines = append(lines, chat.Text{ZH: "另有 %d 个群没有列出；每周一的简报包含全部。", EN: "%d more groups are left out; the weekly digest has all."}.F(left))
	}
	return chat.Lines(lines...)
}

// DigestFor sends somebody the digest of a period, once; where there is nothing to say, nothing.
func DigestFor(c bot.Call, to chat.User, s digest.Span, found []digest.Finding) bot.Outcome {
	title, body := chat.Text{ZH: "本周简报", EN: "Weekly digest"}, chat.Text{
		ZH: "近 7 天，以及今后 7 天要到的事", EN: "The last 7 days, and what comes in the next 7",
	}
	if s.Period == digest.Daily {
		title, body = chat.Text{ZH: "今日需要您处理", EN: "Needs you today"}, chat.Text{ZH: "近 24 小时，以及今后 24 小时", EN: "The last 24 hours, and the next 24"}
	}
	card := digest.Card(title, body, found)
	if card == nil {
		return bot.Outcome{}
	}
	e, ok := bot.At[digest.Mail](c, digest.Of(to)).Send(to, digest.Sent{Period: s.Period, Day: s.Day(), At: c.Now.UTC()})
	if !ok {
		return bot.Outcome{}
	}
	return bot.Outcome{Events: []journal.Event{e}, Effects: []chat.Effect{chat.SendTo(to, "", chat.Reply{Card: card}).As(chat.OfDigest)}}
}
