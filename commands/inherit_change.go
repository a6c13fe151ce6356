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

var (
	_ = declare(inheritOff)
	_ = declare(inheritOn)
	_ = declare(inheritRemove)
)

// mapChange is what is done to the mappings of one position or department.
type mapChange struct {
	kind journal.Kind
	does chat.Text // "停用"
	do   func(access.Facts, chat.Group, chat.User, access.Mapping, bot.Call) (access.Change, access.Decision)
}

// inheritOff makes a mapping give nothing until it is switched on again.
func inheritOff() bot.Command {
	return changesMappings(bot.Command{
		Name:     "inherit off",
		Forms:    []string{"/inherit off [{kind}] {subject}", "/继承 (停用|关闭) [{kind}] {subject}"},
		Examples: []chat.Text{{ZH: "/继承 停用 职位 客服主管", EN: "/inherit off position 客服主管"}},
		Help:     chat.Text{ZH: "停用一条继承，保留以便再启用。", EN: "Switch a role by position off, keeping it for later."},
	}, mapChange{access.Switched, chat.Text{ZH: "停用继承", EN: "switch off"},
		func(f access.Facts, g chat.Group, by chat.User, m access.Mapping, c bot.Call) (access.Change, access.Decision) {
			return f.SwitchMapping(g, by, m, true, c.Now)
		}})
}

// inheritOn switches a mapping on again.
func inheritOn() bot.Command {
	return changesMappings(bot.Command{
		Name:     "inherit on",
		Forms:    []string{"/inherit on [{kind}] {subject}", "/继承 (启用|打开) [{kind}] {subject}"},
		Examples: []chat.Text{{ZH: "/继承 启用 职位 客服主管", EN: "/inherit on position 客服主管"}},
		Help:     chat.Text{ZH: "启用一条停用了的继承。", EN: "Switch a role by position on again."},
	}, mapChange{access.Switched, chat.Text{ZH: "启用继承", EN: "switch on"},
		func(f access.Facts, g chat.Group, by chat.User, m access.Mapping, c bot.Call) (access.Change, access.Decision) {
			return f.SwitchMapping(g, by, m, false, c.Now)
		}})
}

// inheritRemove takes a mapping away.
func inheritRemove() bot.Command {
	return changesMappings(bot.Command{
		Name:     "inherit remove",
		Forms:    []string{"/inherit remove [{kind}] {subject}", "/继承 (删除|取消) [{kind}] {subject}"},
		Examples: []chat.Text{{ZH: "/继承 删除 职位 客服主管", EN: "/inherit remove position 客服主管"}},
		Help:     chat.Text{ZH: "删除一条继承。", EN: "Take a role by position away."},
	}, mapChange{access.Unmapped, chat.Text{ZH: "删除继承", EN: "take away"},
		func(f access.Facts, g chat.Group, by chat.User, m access.Mapping, c bot.Call) (access.Change, access.Decision) {
			return f.Unmap(g, by, m, c.Now)
		}})
}

// changesMappings completes a command that changes all mappings of a book for one position or department.
func changesMappings(cmd bot.Command, how mapChange) bot.Command {
	kind, subject := subjectKind(), grammar.Word("subject").Called(subjectLabel)
	cmd.Holes = []grammar.Hole{kind, subject}
	cmd.Needs, cmd.Anywhere = access.Policy, true
	cmd.Run = func(c bot.Call) (bot.Outcome, error) { return how.run(c, kind.Of(c.Args), subject.Of(c.Args)) }
	return cmd
}

func (how mapChange) run(c bot.Call, kind access.SubjectKind, subject string) (bot.Outcome, error) {
	in, err := written(c)
	if err != nil {
		return bot.Outcome{}, err
	}
	book := c.Access.Company
	if in != "" {
		book = c.Access.Group
	}
	found := book.MappingsOf(kind, subject)
	if len(found) == 0 {
		return bot.Refuse(noMapping(c, in, kind, subject))
	}
	read, groups := reading(c, in)
	if len(read) > 0 {
		return bot.Outcome{Read: read}, nil
	}
	facts, lines, second := c.Access, []chat.Text(nil), chat.Text{}
	var changes []journal.Change
	for _, m := range found {
		one, d, needs := secondPerson(facts, func(f access.Facts) (access.Change, access.Decision) { return how.do(f, in, c.Actor.ID, m, c) })
		if !d.Allowed {
			return bot.Deny(d, access.Policy, "")
		}
		if !needs.IsZero() {
			second = needs
		}
		if len(one) == 0 {
			continue
		}
		if facts, err = facts.After(in, one); err != nil {
			return bot.Outcome{}, fmt.Errorf("change mapping: %w", err)
		}
		changes = append(changes, one...)
		lines = append(lines, how.does.Plus(chat.Text{ZH: "：%s，%s：%s", EN: ": %s, %s: %s"}.F(
			subjectText(m.Subject), placeText(c, in, m), roleText(m.Level, m.Job))))
	}
	if len(changes) == 0 {
		return bot.Refuse(chat.Text{ZH: "已经是这样了；`/继承 列表` 列出全部。", EN: "It is so already; `/inherit list` shows all."})
	}
	r := reached(c, in, groups, changes)
	out := bot.Outcome{
		Events:  []journal.Event{{Kind: how.kind, Group: in, Items: []string{access.Policy.String()}, Changes: changes}},
		Changes: chat.Lines(append(lines, r.text(c, in))...),
		Second:  second,
	}
	switch touched := len(r.gain) + len(r.lose) + len(r.pending); {
	case in == "":
		out.Confirm = chat.Text{ZH: "对所有群生效", EN: "this holds in all groups"}
	case touched > manyPeople:
		out.Confirm = chat.Text{ZH: "一次影响 %d 人", EN: "this concerns %d people"}.F(touched)
	}
	return out, nil
}

// noMapping says that there is none in the book that is meant, and where there is one.
func noMapping(c bot.Call, in chat.Group, kind access.SubjectKind, subject string) chat.Text {
	t := chat.Text{ZH: "本群没有“%s”的继承。", EN: "This group has no role for “%s”."}.F(chat.Escape(subject))
	other := c.Access.Company
	where := chat.Text{ZH: "它是企业级的：请超级管理员在私聊里发同样的命令。", EN: " It is the company's: an owner sends the same in a direct message."}
	if in == "" {
		t = chat.Text{ZH: "企业级没有“%s”的继承。", EN: "The company has no role for “%s”."}.F(chat.Escape(subject))
		other = c.Access.Group
		where = chat.Text{ZH: "它是“%s”自己的：在命令里写 `#群名`。", EN: " It is of “%s” alone: write `#NAME` in the command."}.F(chat.Escape(c.Group.Title()))
	}
	if len(other.MappingsOf(kind, subject)) == 0 {
		where = chat.Text{ZH: "`/继承 列表` 列出全部。", EN: " `/inherit list` shows all."}
	}
	return t.Plus(where)
}

var _ = declare(inheritList)

// inheritList shows which positions and departments give roles, and to whom here.
func inheritList() bot.Command {
	return bot.Command{
		Name:     "inherit list",
		Forms:    []string{"/inherit [list]", "/继承 [(列表|名单)]"},
		Examples: []chat.Text{{ZH: "/继承 列表", EN: "/inherit list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "哪些职位、部门自动得到角色，本群涉及谁。", EN: "Which positions and departments give roles, and to whom here."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !c.Profile.Inherits {
				return bot.Refuse(noInheritance(c))
			}
			lines := []chat.Text{{ZH: "**按职位和部门继承的角色**", EN: "**Roles by position and department**"}}
			for _, m := range c.Access.Company.Mappings() {
				lines = append(lines, mappingLine(c, "", m))
			}
			if c.Group.Bound() {
				for _, m := range c.Access.Group.Mappings() {
					lines = append(lines, mappingLine(c, c.Group.ID, m))
				}
			}
			if len(lines) == 1 {
				lines = append(lines, chat.Text{
					ZH: "- 还没有。例如：`/继承 职位 客服主管 中级`", EN: "- none yet. For example: `/inherit position 客服主管 mid`",
				})
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// mappingLine tells one mapping, and whom it reaches in the group of the call.
func mappingLine(c bot.Call, in chat.Group, m access.Mapping) chat.Text {
	line := chat.Text{ZH: "- %s，%s：%s", EN: "- %s, %s: %s"}.F(subjectText(m.Subject), placeText(c, in, m), roleText(m.Level, m.Job))
	if m.Off {
		line = line.Plus(chat.Text{ZH: "（已停用）", EN: " (off)"})
	}
	if when := conditions(c, m); !when.IsZero() {
		line = line.Plus(chat.Text{ZH: "，", EN: ", "}).Plus(when)
	}
	line = line.Plus(chat.Text{ZH: "，由 %s 设置", EN: ", set by %s"}.F(c.Name(m.By))).Plus(because(m.Reason))
	if m.Off || !c.Group.Bound() {
		return line
	}
	var have, wait []chat.User
	for _, h := range c.Access.Heirs(c.Group.ID, c.Now) {
		all := c.Access.Inherited(h.Who, c.Group.ID, c.Now)
		if !slices.ContainsFunc(all, func(i access.Inheritance) bool {
			return access.MappingKey(i.Mapping) == access.MappingKey(m) && i.Company == (in == "")
		}) {
			continue
		}
		if h.Pending {
			wait = append(wait, h.Who)
		} else {
			have = append(have, h.Who)
		}
	}
	line = line.Plus(chat.Text{ZH: "。在“%s” %s", EN: ". In “%s” %s"}.F(chat.Escape(c.Group.Title()), peopleCounted(len(have)+len(wait))))
	if len(have) > 0 {
		line = line.Plus(chat.Text{ZH: "：%s", EN: ": %s"}.F(fewNames(c, have)))
	}
	if len(wait) > 0 {
		line = line.Plus(chat.Text{ZH: "；待定：%s", EN: "; waiting: %s"}.F(fewNames(c, wait)))
	}
	return line
}
