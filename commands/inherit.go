package commands

import (
	"maps"
	"regexp"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(inherit)

// inherit gives a role to everyone of a position or a department of the address book, for as long as they are of it.
// Said by an owner in a direct message it holds in all groups, else in the group.
func inherit() bot.Command {
	kind, subject, lvl, jb := subjectKind(), grammar.Word("subject").Called(subjectLabel), level(), job()
	least, most := grammar.Number("least").Called(chat.Text{ZH: "人数", EN: "n"}), grammar.Number("most").Called(chat.Text{ZH: "人数", EN: "n"})
	during := grammar.Choice("scene", sceneNamed, chat.Text{ZH: "场景", EN: "scene"})
	tag, place := grammar.Word("tag").Called(chat.Text{ZH: "标签", EN: "tag"}), grammar.Word("place").Called(chat.Text{ZH: "部门", EN: "department"})
	reason := grammar.Rest("reason")
	const zh = " [至少 {least} 人] [至多 {most} 人] [场景 {scene}] [标签 {tag}] [部门群 {place}] [{reason}]"
	const en = " [at least {least}] [up to {most}] [during {scene}] [tagged {tag}] [groups of {place}] [{reason}]"
	return bot.Command{
		Name: "inherit",
		Forms: []string{
			"/inherit [{kind}] {subject} [{level}] [{job}]" + en,
			"/继承 [{kind}] {subject} [{level}] [{job}]" + zh,
		},
		Examples: []chat.Text{{ZH: "/继承 职位 客服主管 中级", EN: "/inherit position 客服主管 mid"}},
		Holes:    []grammar.Hole{kind, subject, lvl, jb, least, most, during, tag, place, reason},
		Help: chat.Text{
			ZH: "通讯录里某职位或部门的人自动得到角色；超级管理员在私聊里设的对所有群生效。",
			EN: "Everyone of a position or department gets a role; an owner's, in a direct message, holds in all groups.",
		},
		Needs:    access.Policy,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !c.Profile.Inherits {
				return bot.Refuse(noInheritance(c))
			}
			m := access.Mapping{
				Subject: access.Subject{Kind: kind.Of(c.Args), ID: subject.Of(c.Args)}, Level: lvl.Of(c.Args), Job: jb.Of(c.Args),
				Least: int(least.Of(c.Args)), Most: int(most.Of(c.Args)), Scene: during.Of(c.Args), Reason: reason.Of(c.Args),
			}
			if m.Subject.Kind == access.Everyone {
				m.Subject.Kind = access.OfPosition
			}
			switch {
			case conditionLike.MatchString(m.Reason):
				return bot.Refuse(chat.Text{
					ZH: "“%s”像是条件，但没看懂：人数写成 至少 200 人，场景写成 场景 线下活动。真是原因的话，请放在引号里。",
					EN: "“%s” looks like a condition but was not understood: write at least 200, during offline_event. If it is the reason, quote it.",
				}.F(chat.Escape(m.Reason)))
			case !lvl.Given(c.Args) && !jb.Given(c.Args):
				return bot.Refuse(chat.Text{
					ZH: "请写级别或岗位：高级、中级、普通，客服主管、销售代表、运营专员。例如：`/继承 职位 客服主管 中级`",
					EN: "Name a level or a job: senior, mid, junior; supervisor, sales, operations. For example: `/inherit position 客服主管 mid`",
				})
			case tag.Given(c.Args) && place.Given(c.Args):
				return bot.Refuse(chat.Text{ZH: "标签和部门只能写一个。", EN: "Name a tag or a department, not both."})
			case tag.Given(c.Args):
				m.Scope = access.Scope{Kind: access.GroupSet, Tag: tag.Of(c.Args)}
			case place.Given(c.Args):
				m.Scope = access.Scope{Kind: access.DepartmentGroups, Department: place.Of(c.Args)}
			}
			return setInheritance(c, m)
		},
	}
}

// conditionLike is a reason that begins like a condition: a role that was to be narrower must not become a wide one.
var conditionLike = regexp.MustCompile(`(?i)^(至少|至多|场景|标签|部门群|at least|up to|during|tagged|groups of)`)

// setInheritance shows what a mapping would do, and sets it.
func setInheritance(c bot.Call, m access.Mapping) (bot.Outcome, error) {
	in, err := written(c)
	if err != nil {
		return bot.Outcome{}, err
	}
	if in != "" && m.Scope.Kind != access.All {
		return bot.Refuse(chat.Text{
			ZH: "群里设的继承只对本群生效，不用写标签或部门群。", EN: "What is set in a group holds there only; leave the tag or department out.",
		})
	}
	read, groups := reading(c, in)
	if len(read) > 0 {
		return bot.Outcome{Read: read}, nil
	}
	known := subjects(c, groups, m.Subject.Kind)
	m.Subject.Depth = known[m.Subject.ID] // deeper is more specific; of an unknown department 0
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.Map(in, c.Actor.ID, m, c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Policy, "")
	}
	if len(changes) == 0 {
		return bot.Refuse(chat.Text{ZH: "已经是这样了；`/继承 列表` 列出全部。", EN: "It is so already; `/inherit list` shows all."})
	}
	m, err = mapped(changes[0])
	if err != nil {
		return bot.Outcome{}, err
	}
	r := reached(c, in, groups, changes)
	doubt := chat.Text{}
	if r.unread == 0 {
		doubt = unheardOf(m.Subject, known)
	}
	held := m.Role("").Items()
	if c.Access.Offered != 0 {
		held &= c.Access.Offered
	}
	text := chat.Text{ZH: "%s，%s：%s，权限 %d 项：%s%s", EN: "%s, %s: %s, items (%d): %s%s"}.F(
		subjectText(m.Subject), placeText(c, in, m), roleText(m.Level, m.Job), held.Len(), held.Label(), because(m.Reason))
	out := bot.Outcome{
		Events:  []journal.Event{{Kind: access.Mapped, Group: in, Items: []string{access.Policy.String()}, Reason: m.Reason, Changes: changes}},
		Changes: chat.Lines(text, conditions(c, m), doubt, r.text(c, in), inBotOnly),
		Second:  second,
		Confirm: chat.Text{ZH: "以后凡是%s的人都得到这个角色", EN: "from now on everybody there has this role: %s"}.F(subjectText(m.Subject)),
	}
	if in == "" {
		out.Confirm = out.Confirm.Plus(chat.Text{ZH: "，对所有群生效", EN: ", in all groups"})
	}
	return out, nil
}

// inBotOnly says what being inherited does not do.
var inBotOnly = chat.Text{
	ZH: "继承的角色只在机器人里生效：不会因此请群主在企业微信里设群管理员。",
	EN: "A role by position counts in the bot only: no group owner is asked to make anybody an admin in WeCom.",
}

// noInheritance says why a platform has none (R12).
func noInheritance(c bot.Call) chat.Text {
	return chat.Text{
		ZH: "%s不支持按职位或部门继承角色：它的组织架构不作为授权来源。请用 `/设管理 @userid 级别` 逐个任命。",
		EN: "%s has no roles by position or department: its address book is no source of rights. Appoint people with `/admin add @userid level`.",
	}.F(c.Profile.Name)
}

// written is the group whose book is written, zero for the company's: what an owner says in a direct message without
// naming a group is about all groups.
func written(c bot.Call) (chat.Group, error) {
	switch {
	case !c.Named && c.Access.IsOwner(c.Actor.ID):
		return "", nil
	case c.Group.Bound():
		return c.Group.ID, nil
	}
	return "", &bot.Refusal{Text: chat.Text{
		ZH: "先用 `/选群 群名` 选定一个群，或在命令里写 `#群名`。", EN: "Choose a group with `/use NAME` first, or write `#NAME`.",
	}}
}

// The bounds of a preview for all groups.
const (
	maxGroups = 200
	maxReach  = 1000
)

// reading is what must still be read to tell whom a mapping of a book reaches, and in which groups it is looked at.
func reading(c bot.Call, in chat.Group) (missing []journal.Name, groups []chat.Group) {
	if in != "" {
		groups = []chat.Group{in}
	} else {
		for _, g := range c.Groups.All() {
			groups = append(groups, g.ID)
		}
		groups = groups[:min(len(groups), maxGroups)]
	}
	need := func(n journal.Name) {
		if !c.Has(n) {
			missing = append(missing, n)
		}
	}
	need(access.Of(""))
	for _, g := range groups {
		need(access.Of(g))
		need(directory.OfGroup(g))
	}
	if len(missing) > 0 {
		return missing, groups
	}
	people := 0
	for _, g := range groups {
		for _, u := range bot.Staff(bot.At[directory.Group](c, directory.OfGroup(g))) {
			if people++; people > maxReach {
				return missing, groups
			}
			need(directory.OfPerson(u))
		}
	}
	return missing, groups
}

// subjects are the positions, or the departments with their depth, of those people of the groups who were read.
func subjects(c bot.Call, groups []chat.Group, kind access.SubjectKind) map[string]int {
	out := map[string]int{}
	for _, g := range groups {
		for _, p := range c.In(g).People {
			if kind == access.OfPosition {
				for _, name := range p.Positions {
					out[name] = 0
				}
				continue
			}
			for _, d := range p.Departments {
				out[d.Name] = max(out[d.Name], d.Depth)
			}
		}
	}
	return out
}

// unheardOf warns of a position or department that nobody is of: it may be misspelt.
func unheardOf(s access.Subject, known map[string]int) chat.Text {
	if _, ok := known[s.ID]; ok || len(known) == 0 {
		return chat.Text{}
	}
	var names []chat.Text
	for i, name := range slices.Sorted(maps.Keys(known)) {
		if i == maxSuggested {
			names = append(names, chat.Same("…"))
			break
		}
		names = append(names, chat.Same(chat.Escape(name)))
	}
	return chat.Text{
		ZH: "⚠️ 这些群里没有人属于%s，请核对写法；有的是：%s", EN: "⚠️ nobody in these groups is of %s; check the spelling. There are: %s",
	}.F(subjectText(s), list(names))
}

const maxSuggested = 8
