package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(scope)

// among is whom a role may act on, as one word.
func among() grammar.ChoiceHole[access.DataScope] {
	return grammar.Choice("among", func(s string) (access.DataScope, bool) {
		switch lower(s) {
		case "仅客户", "客户", "customers":
			return access.DataScope{Kind: chat.Customer}, true
		case "仅员工", "员工", "staff":
			return access.DataScope{Kind: chat.Staff}, true
		case "本人客户", "仅本人客户", "own":
			return access.DataScope{Kind: chat.Customer, Own: true}, true
		case "不限", "anyone":
			return access.DataScope{}, true
		}
		return access.DataScope{}, false
	}, chat.Text{ZH: "仅客户|仅员工|本人客户|不限", EN: "customers|staff|own|anyone"})
}

// scope narrows on whom somebody's roles in the group count; what the function allows and the scope does not, is
// refused (R40).
func scope() bot.Command {
	who, kind, only := grammar.Person("who"), among(), grammar.People("members").Called(chat.Text{ZH: "对象", EN: "members"})
	department := grammar.Word("department").Called(chat.Text{ZH: "部门", EN: "department"})
	label := grammar.Word("tag").Called(chat.Text{ZH: "标签", EN: "tag"})
	return bot.Command{
		Name: "scope",
		Forms: []string{
			"/scope {who} [{among}] [department {department}] [tag {tag}] [{members...}]",
			"/范围 {who} [{among}] [部门 {department}] [标签 {tag}] [{members...}]",
		},
		Examples: []chat.Text{{ZH: "/范围 @lisi 本人客户", EN: "/scope @lisi own"}},
		Holes:    []grammar.Hole{who, kind, department, label, only},
		Help: chat.Text{
			ZH: "限定一位管理员的权限能用在谁身上：客户、员工、本人客户、部门、标签、指定的人。",
			EN: "Narrow on whom an admin's rights count: customers, staff, own customers, a department, a tag, certain people.",
		},
		Needs: access.Policy,
		Reads: []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			data := kind.Of(c.Args)
			data.Department, data.Tag = department.Of(c.Args), label.Of(c.Args)
			for _, r := range only.Refs(c.Args) {
				one, err := c.Find(r)
				if err != nil {
					return bot.Outcome{}, err
				}
				data.Members = append(data.Members, one.ID)
			}
			if data.IsZero() && !kind.Given(c.Args) {
				return bot.Refuse(chat.Text{
					ZH: "请写范围：仅客户、仅员工、本人客户、部门 X、标签 Y、@某人，或 不限。例如 `/范围 @%s 仅客户`。",
					EN: "Name a scope: customers, staff, own, department X, tag Y, @somebody, or anyone. For example `/scope @%s customers`.",
				}.F(string(m.ID)))
			}
			doubt, read := strangeDepartment(c, data.Department)
			if len(read) > 0 {
				return bot.Outcome{Read: read}, nil
			}
			return narrow(c, m, data, doubt)
		},
	}
}

// strangeDepartment warns of a department that nobody in the group is of; read is what must be read to tell.
func strangeDepartment(c bot.Call, name string) (doubt chat.Text, read []journal.Name) {
	if name == "" {
		return chat.Text{}, nil
	}
	if read, _ = reading(c, c.Group.ID); len(read) > 0 {
		return chat.Text{}, read
	}
	known := map[string]int{}
	for _, u := range bot.Staff(c.Group) {
		p := bot.At[directory.Person](c, directory.OfPerson(u))
		for _, name := range p.Departments {
			known[name] = 0
		}
		for _, d := range p.Within { // those above included
			known[d.Name] = d.Depth
		}
	}
	return unheardOf(access.Subject{Kind: access.OfDepartment, ID: name}, known), nil
}

// widened says whether changes of scopes let somebody act on more people: then whoever does it gives the role.
func widened(changes []journal.Change) bool {
	return slices.ContainsFunc(changes, func(ch journal.Change) bool {
		before, err := journal.Decode[access.Role](ch.Before)
		after, err2 := journal.Decode[access.Role](ch.After)
		return err == nil && err2 == nil && !before.At.Equal(after.At)
	})
}

// narrow sets a scope. It takes the place of the whole scope that was; what is wider, or of nobody, is asked about.
func narrow(c bot.Call, m chat.Member, data access.DataScope, doubt chat.Text) (bot.Outcome, error) {
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.Narrow(c.Group.ID, c.Actor.ID, m.ID, data, c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Policy, m.ID)
	}
	if len(changes) == 0 {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
			ZH: "%s 的范围本来就是：%s。", EN: "The scope of %s is so already: %s.",
		}.F(c.Name(m.ID), scopeText(c, data))}}, nil
	}
	lines := []chat.Text{chat.Text{ZH: "%s 在本群的权限只用于：%s（原为：%s）", EN: "the rights of %s here count on: %s (was: %s)"}.F(
		c.Name(m.ID), scopeText(c, data), scopeText(c, dataBefore(changes)))}
	if data.Own {
		lines = append(lines, chat.Text{
			ZH: "- 通讯录里查不到归属的客户，不算本人客户", EN: "- a customer whose staff the address book does not tell counts as nobody's own",
		})
	}
	if data.Department != "" || data.Tag != "" {
		lines = append(lines, chat.Text{
			ZH: "- 查不到部门或标签的人，不在范围内", EN: "- whoever's department or tag is not known is outside",
		})
	}
	wider := widened(changes)
	if r, ok := roleAfter(changes); ok && wider {
		lines = append(lines, chat.Text{
			ZH: "- 超出了原来的范围，这个角色从此算 %s 授予的", EN: "- it reaches further than before, so the role is from now on given by %s",
		}.F(c.Name(r.By)))
	}
	if !doubt.IsZero() {
		lines = append(lines, doubt)
	}
	if across := c.Access.Across(c.Group.ID, m.ID, c.Now); len(across) > 0 {
		lines = append(lines, chat.Text{
			ZH: "- 另有企业给的跨群角色，不受这一范围限制", EN: "- they also have a role across groups, which this does not narrow",
		})
	}
	out := bot.Outcome{
		Events: []journal.Event{{
			Kind: access.Narrowed, Group: c.Group.ID, Targets: []chat.User{m.ID}, Items: []string{access.Policy.String()}, Changes: changes,
		}},
		Changes: chat.Lines(lines...), Second: second,
	}
	switch {
	case !doubt.IsZero():
		out.Confirm = chat.Text{ZH: "没有人属于部门“%s”，这样设就谁也不能作用", EN: "nobody is of the department “%s”, so they could act on nobody"}.F(chat.Escape(data.Department))
	case wider && second.IsZero():
		out.Confirm = chat.Text{ZH: "新的范围超出原来的", EN: "this reaches further than before"}
	}
	return out, nil
}

// dataBefore is the scope of the first role that a change is about, as it was.
func dataBefore(changes []journal.Change) access.DataScope {
	for _, ch := range changes {
		if r, err := journal.Decode[access.Role](ch.Before); ch.Before != nil && err == nil {
			return r.Data
		}
	}
	return access.DataScope{}
}

// scopeText says on whom a right may be used.
func scopeText(c bot.Call, d access.DataScope) chat.Text {
	var parts []chat.Text
	switch {
	case d.Own:
		parts = append(parts, chat.Text{ZH: "仅本人的客户", EN: "own customers only"})
	case d.Kind == chat.Customer:
		parts = append(parts, chat.Text{ZH: "仅客户", EN: "customers only"})
	case d.Kind == chat.Staff:
		parts = append(parts, chat.Text{ZH: "仅员工", EN: "staff only"})
	}
	if d.Department != "" {
		parts = append(parts, chat.Text{ZH: "仅部门 %s", EN: "department %s only"}.F(chat.Escape(d.Department)))
	}
	if d.Tag != "" {
		parts = append(parts, chat.Text{ZH: "仅标签 %s 的人", EN: "people tagged %s only"}.F(chat.Escape(d.Tag)))
	}
	if len(d.Members) > 0 {
		names := make([]chat.Text, len(d.Members))
		for i, u := range d.Members {
			names[i] = c.Name(u)
		}
		parts = append(parts, chat.Text{ZH: "仅 %s", EN: "%s only"}.F(list(names)))
	}
	if len(parts) == 0 {
		return chat.Text{ZH: "不限", EN: "anyone"}
	}
	return chat.Text{ZH: chat.Join("且", parts...).ZH, EN: chat.Join(" and ", parts...).EN}
}
