package commands

import (
	"fmt"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(adminRemove)

// adminRemove ends the roles of one or several people, from the next message on.
func adminRemove() bot.Command {
	who, reason := grammar.People("who"), grammar.Rest("reason")
	return bot.Command{
		Name:     "admin remove",
		Forms:    []string{"/admin remove {who...} [{reason}]", "/撤管理 {who...} [{reason}]"},
		Examples: []chat.Text{{ZH: "/撤管理 @zhangsan 调岗", EN: "/admin remove @zhangsan moved on"}},
		Holes:    []grammar.Hole{who, reason},
		Help:     chat.Text{ZH: "撤销管理员，从下一条消息起生效。", EN: "Dismiss admins, from the next message on."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			refs := who.Refs(c.Args)
			e := journal.Event{Kind: access.Revoked, Group: c.Group.ID, Items: rights, Reason: reason.Of(c.Args)}
			var done, bad []result
			var denied error
			facts, seniors, second := c.Access, 0, chat.Text{}
			for _, r := range refs {
				m, err := c.Find(r)
				if err != nil {
					bad, denied = append(bad, result{line: cause(err)}), err
					continue
				}
				if slices.Contains(e.Targets, m.ID) {
					continue // named twice
				}
				changes, d, two := secondPerson(facts, func(f access.Facts) (access.Change, access.Decision) {
					return f.Dismiss(c.Group.ID, c.Actor.ID, m.ID, reason.Of(c.Args), c.Now)
				})
				if !d.Allowed {
					denied = &bot.Denied{Decision: d, Item: access.Admins, Target: m.ID}
					bad = append(bad, keptOut(c, facts, m.ID, d))
					continue
				}
				if !two.IsZero() {
					second = two
				}
				l := facts.LevelOf(m.ID, c.Group.ID, c.Now)
				if l == access.Senior {
					seniors++
				}
				if facts, err = facts.After(c.Group.ID, changes); err != nil {
					return bot.Outcome{}, fmt.Errorf("dismiss %s: %w", m.ID, err)
				}
				e.Targets, e.Changes = append(e.Targets, m.ID), append(e.Changes, changes...)
				done = append(done, result{line: dismissed(c, m.ID)})
			}
			if len(done) == 0 {
				if len(refs) == 1 {
					return bot.Outcome{}, denied
				}
				return bot.Refuse(chat.Lines(chat.Text{ZH: "没有人被撤销：", EN: "Nobody was dismissed:"}, bullets(bad)))
			}
			if len(done) > manyPeople && !c.Access.Governs(c.Actor.ID, c.Group.ID) {
				second = manySecond
			}
			out := bot.Outcome{
				Events: []journal.Event{e}, Changes: chat.Lines(dismissals(e, done, bad), headcount(c, facts)), Second: second,
			}
			switch {
			case seniors > 0:
				out.Confirm = chat.Text{ZH: "撤销高级管理员", EN: "this dismisses a senior admin"}
			case len(done) > manyPeople:
				out.Confirm = chat.Text{ZH: "一次撤销 %d 人", EN: "this dismisses %d people at once"}.F(len(done))
			}
			return out, nil
		},
	}
}

func dismissed(c bot.Call, who chat.User) chat.Text {
	var was []chat.Text
	for _, r := range rolesOf(c, who) {
		if !r.Active {
			was = append(was, roleText(r.Level, r.Job).Plus(mode(r)))
		}
	}
	return chat.Text{ZH: "%s 不再是本群管理员（原为%s）", EN: "%s is no admin here any more (was %s)"}.F(c.Name(who), list(was))
}

func dismissals(e journal.Event, done, bad []result) chat.Text {
	head := done[0].line.Plus(because(e.Reason))
	if len(done) > 1 {
		head = chat.Lines(chat.Text{ZH: "%d 人撤销：", EN: "%d dismissed:"}.F(len(done)), bullets(done))
	}
	if len(bad) == 0 {
		return head
	}
	return chat.Lines(head, chat.Text{ZH: "%d 人未撤销：", EN: "%d not dismissed:"}.F(len(bad)), bullets(bad))
}
