package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(adminRemove)

// adminRemove ends the roles of one or several people, from the next message on.
func adminRemove() bot.Command {
	who, reason, pasted := grammar.People("who"), grammar.Rest("reason"), grammar.List("list", listed)
	return bot.Command{
		Name: "admin remove",
		Forms: []string{
			"/admin remove {who...} [{reason}]", "/撤管理 {who...} [{reason}]", "/admin remove {list}", "/撤管理 {list}",
		},
		Examples: []chat.Text{{ZH: "/撤管理 @zhangsan 调岗", EN: "/admin remove @zhangsan moved on"}},
		Holes:    []grammar.Hole{who, reason, pasted},
		Help: chat.Text{
			ZH: "撤销管理员，从下一条消息起生效；也可以粘贴名单，每行一人。", EN: "Dismiss admins, from the next message on; or paste a list, a line each.",
		},
		Needs: access.Admins,
		Reads: []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			refs, why := who.Refs(c.Args), reason.Of(c.Args)
			if pasted.Given(c.Args) {
				refs = nil
				var people []nominee
				people, why = nominees(c, pasted.Of(c.Args), access.NoLevel, access.NoJob)
				for _, n := range people {
					refs = append(refs, n.ref) // the level beside somebody is what they lose, whatever it says
				}
			}
			b, err := dismissAll(c, refs, why)
			if err != nil {
				return bot.Outcome{}, err
			}
			if len(b.done) == 0 {
				return b.nobody(chat.Text{ZH: "没有人被撤销：", EN: "Nobody was dismissed:"})
			}
			if len(b.done) > manyPeople && !c.Access.Governs(c.Actor.ID, c.Group.ID) {
				b.second = manySecond
			}
			out := bot.Outcome{
				Events:  []journal.Event{entry(c, access.Revoked, b.done, why)},
				Changes: chat.Lines(dismissals(b, why), headcount(c, b.facts)), Second: b.second,
			}
			switch {
			case b.senior:
				out.Confirm = chat.Text{ZH: "撤销高级管理员", EN: "this dismisses a senior admin"}
			case len(b.done) > manyPeople:
				out.Confirm = chat.Text{ZH: "一次撤销 %d 人", EN: "this dismisses %d people at once"}.F(len(b.done))
			case b.byName && len(b.done) > 1:
				out.Confirm = foundByName
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

func dismissals(b batch, reason string) chat.Text {
	head := b.done[0].line.Plus(because(reason))
	if len(b.done) > 1 {
		head = chat.Lines(chat.Text{ZH: "%d 人撤销：", EN: "%d dismissed:"}.F(len(b.done)), bullets(b.done))
	}
	if len(b.bad) == 0 {
		return head
	}
	return chat.Lines(head, chat.Text{ZH: "%d 人未撤销：", EN: "%d not dismissed:"}.F(len(b.bad)), causes(b.bad))
}
