package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/canary"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// companyWant is what happened beside all groups: suspicions, refusals and changes of the company's own rights. Most
// entries belong to a group; those of a group are left out when they are told.
func companyWant(s digest.Span) journal.Want {
	return journal.Want{Queries: []journal.Query{
		{Kind: digest.Suspected, Since: s.Since, Limit: mostOfCompany},
		{Refused: true, Since: s.Since, Limit: mostOfCompany},
		{Changed: access.Of(""), Since: s.Since, Limit: mostOfCompany},
	}}
}

// mostOfCompany is how many entries of one sort are looked through for those that belong to no group.
const mostOfCompany = 1000

// DigestCompany is what owners are told besides what there is of groups: what belongs to none of them, what of the bot
// itself is broken, and which other systems letters do not reach. Its queries come after first others; need is what must
// be read first.
func DigestCompany(c bot.Call, s digest.Span, first int) (found []digest.Finding, need journal.Want) {
	if c.Queries() <= first {
		return nil, companyWant(s)
	}
	if f := brokenParts(c); f.N > 0 {
		found = append(found, f)
	}
	var entries []journal.Entry
	missed := false
	for n := range companyWant(s).Queries {
		some, more := c.Entries(first + n)
		missed = missed || more
		for _, e := range some {
			if e.Group == "" && !slices.ContainsFunc(entries, func(x journal.Entry) bool { return x.N == e.N }) {
				entries = append(entries, e)
			}
		}
	}
	slices.SortFunc(entries, func(a, b journal.Entry) int { return int(b.N - a.N) })
	c.Group, c.Access.Group = directory.Group{}, access.Book{}
	told := tellEntries(c, "", entries)
	if f := told.suspicions("", missed && len(told.acts) > 0); f.N > 0 {
		found = append(found, f)
	}
	if s.Period != digest.Weekly {
		return found, need
	}
	ends := endings(c, s)
	for _, of := range []struct {
		topic digest.Topic
		lines []chat.Text
		n     int
	}{{digest.OfEnds, ends, len(ends)}, {digest.OfNos, told.nos, told.refused}, {digest.OfChanges, told.changes, len(told.changes)}} {
		if len(of.lines) > 0 {
			found = append(found, digest.Finding{Topic: of.topic, N: of.n, More: missed && of.topic != digest.OfEnds, Lines: of.lines})
		}
	}
	return found, need
}

// brokenParts is what of the bot, and of its links, does not work.
func brokenParts(c bot.Call) digest.Finding {
	f := digest.Finding{Topic: digest.OfBot}
	for _, t := range bot.At[canary.Book](c, canary.Of).Troubles() {
		f.Lines = append(f.Lines, chat.Text{ZH: "%s 从 %s 起异常", EN: "%s is not well since %s"}.F(canary.Title(t.Part), c.Moment(t.Since)))
	}
	for _, l := range c.Links() {
		switch l.State.Health() {
		case bot.Broken:
			f.Lines = append(f.Lines, chat.Text{ZH: "对接 %s 不通，待发 %d 封", EN: "nothing gets through to %s, %d letters wait"}.F(l.Name, l.State.Waiting))
		case bot.Degraded:
			f.Lines = append(f.Lines, chat.Text{ZH: "对接 %s 不稳定，待发 %d 封", EN: "the link %s is degraded, %d letters wait"}.F(l.Name, l.State.Waiting))
		case bot.Works, bot.Untried:
		}
	}
	f.N = len(f.Lines)
	return f
}
