package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(unset)

// unset takes exceptions away, whatever they say.
func unset() bot.Command {
	who, reason := grammar.Person("who"), grammar.Rest("reason")
	items, several := severalRights()
	return bot.Command{
		Name:     "unset",
		Forms:    []string{"/unset {who} " + several + " [{reason}]", "/取消例外 {who} " + several + " [{reason}]"},
		Examples: []chat.Text{{ZH: "/取消例外 @lisi 禁言", EN: "/unset @lisi mute"}},
		Holes:    items.holes(who, reason),
		Help:     chat.Text{ZH: "取消一个人的例外，回到角色给的权限。", EN: "Take an exception away; what the role gives remains."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			return unexcept(c, m, items.of(c.Args), reason.Of(c.Args))
		},
	}
}

func unexcept(c bot.Call, m chat.Member, rights []right, reason string) (bot.Outcome, error) {
	e := journal.Event{Kind: access.Unexcepted, Group: c.Group.ID, Targets: []chat.User{m.ID}, Reason: reason}
	var all access.Items
	var gone, none []right
	var second chat.Text
	for _, r := range rights {
		s := access.Statement{Subject: access.About(m.ID), Items: r.items, Breadth: r.breadth}
		changes, d, two := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
			return f.Unset(c.Group.ID, c.Actor.ID, s, c.Now)
		})
		switch {
		case !d.Allowed:
			return bot.Deny(d, access.Admins, m.ID)
		case len(changes) == 0:
			none = append(none, r)
			continue
		}
		if !two.IsZero() {
			second = two
		}
		gone, all = append(gone, r), all|r.items
		e.Changes = append(e.Changes, changes...)
	}
	if len(gone) == 0 {
		return bot.Refuse(noException(c, m, none))
	}
	e.Items = aboutRights(all)
	effects, err := effects(c, m.ID, all, e.Changes, access.Allow, time.Time{})
	if err != nil {
		return bot.Outcome{}, err
	}
	lines := []chat.Text{chat.Text{ZH: "%s 在本群的例外取消：%s", EN: "the exception for %s here is gone: %s"}.F(
		c.Name(m.ID), labels(gone)).Plus(because(reason))}
	lines = append(lines, effects...)
	if len(none) > 0 {
		lines = append(lines, noException(c, m, none))
	}
	return bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...), Second: second}, nil
}

// noException says why there is nothing to take away, and where the item is spoken about instead.
func noException(c bot.Call, m chat.Member, rs []right) chat.Text {
	for _, s := range c.Access.Group.Statements() {
		if s.Subject == access.About(m.ID) && s.Items&rs[0].items != 0 && live(s.Until, c.Now) {
			what := s.Label()
			return chat.Text{
				ZH: "%s 在本群没有单独关于“%s”的例外；它在“%s”的例外里：`/取消例外 @%s %s`",
				EN: "%s has no exception of their own about “%s” here; it is part of that about “%s”: `/unset @%s %s`",
			}.F(c.Name(m.ID), labels(rs), what, string(m.ID), chat.Text{ZH: what.ZH, EN: lower(what.EN)})
		}
	}
	return chat.Text{
		ZH: "%s 在本群没有关于“%s”的例外。`/例外 @%s` 列出现有的。", EN: "%s has no exception about “%s” here. `/exceptions @%s` lists what there is.",
	}.F(c.Name(m.ID), labels(rs), string(m.ID))
}
