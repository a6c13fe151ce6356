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

// side is which of the exceptions about the same is meant; the zero side is all of them.
type side struct {
	effect, term string
}

// The words for one side.
const (
	allowing, denying = "allow", "deny"
	fixed, temporary  = "fixed", "temporary"
)

func (s side) means(x access.Statement) bool {
	allows, ends := x.Effect == access.Allow, !x.Until.IsZero()
	return (s.effect == "" || allows == (s.effect == allowing)) && (s.term == "" || ends == (s.term == temporary))
}

// sideHoles are the holes of a side: fixed or temporary, allow or deny.
func sideHoles() (term, effect grammar.ChoiceHole[string]) {
	term = grammar.Choice("term", func(s string) (string, bool) {
		switch lower(s) {
		case "固定", "fixed":
			return fixed, true
		case "临时", "temporary", "temp":
			return temporary, true
		}
		return "", false
	}, chat.Text{ZH: "固定|临时", EN: "fixed|temporary"})
	effect = grammar.Choice("effect", func(s string) (string, bool) {
		switch lower(s) {
		case "允许", "allow":
			return allowing, true
		case "禁止", "deny":
			return denying, true
		}
		return "", false
	}, chat.Text{ZH: "允许|禁止", EN: "allow|deny"})
	return term, effect
}

// unset takes exceptions away, of what contradicts one side alone if it is named.
func unset() bot.Command {
	who, reason := grammar.Person("who"), grammar.Rest("reason")
	term, effect := sideHoles()
	items, several := severalRights()
	return bot.Command{
		Name:     "unset",
		Forms:    []string{"/unset {who} [{term}] [{effect}] " + several + " [{reason}]", "/取消例外 {who} [{term}] [{effect}] " + several + " [{reason}]"},
		Examples: []chat.Text{{ZH: "/取消例外 @lisi 禁言", EN: "/unset @lisi mute"}},
		Holes:    items.holes(who, term, effect, reason),
		Help:     chat.Text{ZH: "取消一个人的例外，回到角色给的权限；可以只取消允许或禁止的那一条。", EN: "Take an exception away, or only the one that allows or denies; what the role gives remains."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			return unexcept(c, m, items.of(c.Args), side{effect.Of(c.Args), term.Of(c.Args)}, reason.Of(c.Args))
		},
	}
}

func unexcept(c bot.Call, m chat.Member, rights []right, which side, reason string) (bot.Outcome, error) {
	e := journal.Event{Kind: access.Unexcepted, Group: c.Group.ID, Targets: []chat.User{m.ID}, Reason: reason}
	var all access.Items
	var gone, none []right
	var second chat.Text
	for _, r := range rights {
		s := access.Statement{Subject: access.About(m.ID), Items: r.items, Breadth: r.breadth}
		changes, d, two := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
			return f.UnsetSome(c.Group.ID, c.Actor.ID, s, which.means, c.Now)
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
		if which != (side{}) {
			return unexceptedNothing(c, m, none)
		}
		return bot.Refuse(noException(c, m, none))
	}
	e.Items = aboutRights(all)
	effects, err := effects(c, m.ID, all, e.Changes, access.Allow, time.Time{})
	if err != nil {
		return bot.Outcome{}, err
	}
	what, both := lifted(c, e.Changes)
	if which == (side{}) && !both {
		what = labels(gone)
	}
	lines := []chat.Text{chat.Text{ZH: "%s 在本群的例外取消：%s", EN: "the exception for %s here is gone: %s"}.F(
		c.Name(m.ID), what).Plus(because(reason))}
	lines = append(lines, effects...)
	if len(none) > 0 {
		lines = append(lines, noException(c, m, none))
	}
	out := bot.Outcome{Events: []journal.Event{e}, Changes: chat.Lines(lines...), Second: second}
	if both {
		out.Confirm = chat.Text{
			ZH: "允许和禁止都会取消；只取消一边，写 `/取消例外 @%s 允许 %s`", EN: "what allows and what denies are both taken away; for one side alone, `/unset @%s allow %s`",
		}.F(string(m.ID), itemWords(all))
	}
	return out, nil
}

// lifted lists the exceptions that changes take away; both says that some allow and some deny.
func lifted(c bot.Call, changes []journal.Change) (what chat.Text, both bool) {
	var out []chat.Text
	effects := map[access.Effect]bool{}
	for _, ch := range changes {
		s, err := journal.Decode[access.Statement](ch.Before)
		if ch.Before == nil || err != nil {
			continue
		}
		effects[s.Effect] = true
		out = append(out, chat.Text{ZH: "%s %s（%s）", EN: "%s %s (%s)"}.F(effectText(s.Effect), s.Label(), until(c, s.Until)))
	}
	return list(out), len(effects) > 1
}

// unexceptedNothing refuses a side that there is nothing on.
func unexceptedNothing(c bot.Call, m chat.Member, rs []right) (bot.Outcome, error) {
	return bot.Refuse(chat.Text{
		ZH: "%s 在本群没有这样的例外：%s。`/例外 @%s` 列出现有的。", EN: "%s has no such exception here: %s. `/exceptions @%s` lists what there is.",
	}.F(c.Name(m.ID), labels(rs), string(m.ID)))
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
