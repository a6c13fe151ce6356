package commands

import (
	"cmp"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var _ = declare(matrixTree)

// matrixTree prints where roles by position come from: the departments of the address book, in them the positions, and
// at each the people of the group with the role they get (R34).
func matrixTree() bot.Command {
	return bot.Command{
		Name:     "matrix tree",
		Forms:    []string{"/matrix tree", "/权限表 (树|继承树)"},
		Examples: []chat.Text{{ZH: "/权限表 树", EN: "/matrix tree"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "继承树：部门、职位、本群的人，各得到什么角色。", EN: "The tree of inheritance: departments, positions, people here, and the role each gets."},
		Who:      lookers,
		Offers:   offersLook,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if !c.Profile.Inherits {
				return bot.Refuse(noInheritance(c))
			}
			if err := mayLook(c); err != nil {
				return bot.Outcome{}, err
			}
			var need []journal.Name
			staff := bot.Staff(c.Group)
			for _, u := range staff {
				if n := directory.OfPerson(u); !c.Has(n) {
					need = append(need, n)
				}
			}
			if len(need) > 0 {
				return bot.Outcome{Read: need}, nil
			}
			return bot.Outcome{Reply: chat.Reply{Text: treeOf(c, staff)}}, nil
		},
	}
}

// mayLook lets any admin look at who may do what here, and whoever holds audit.
func mayLook(c bot.Call) error {
	if c.Access.Governs(c.Actor.ID, c.Group.ID) || c.Access.LevelOf(c.Actor.ID, c.Group.ID, c.Now) != access.NoLevel {
		return nil
	}
	return mayAudit(c, "")
}

// branch is a department with what stands in it.
type branch struct {
	name  string
	above string
	depth int
	seats []seat // by position, then by userid
}

type seat struct {
	position string
	who      chat.User
}

func treeOf(c bot.Call, staff []chat.User) chat.Text {
	lines := []chat.Text{chat.Text{ZH: "**%s 的继承树**", EN: "**Tree of inheritance of %s**"}.F(chat.Escape(c.Group.Title()))}
	branches, unread := grow(c, staff)
	var walk func(above string, indent int)
	walk = func(above string, indent int) {
		for _, b := range branches {
			if b.above != above {
				continue
			}
			lines = append(lines, line(indent, chat.Text{ZH: "📁 %s%s", EN: "📁 %s%s"}.F(chat.Escape(b.name), gives(c, access.Subject{Kind: access.OfDepartment, ID: b.name}))))
			for i, s := range b.seats {
				if i == 0 || b.seats[i-1].position != s.position {
					lines = append(lines, line(indent+1, position(c, s.position)))
				}
				lines = append(lines, line(indent+2, c.Name(s.who).Plus(standing(c, s.who))))
			}
			walk(b.name, indent+1)
		}
	}
	walk("", 0)
	if len(branches) == 0 {
		lines = append(lines, chat.Text{ZH: "- 通讯录里还没有读到本群的成员", EN: "- nobody of this group has been read from the address book yet"})
	}
	if unread > 0 {
		lines = append(lines, chat.Text{ZH: "（另有 %d 位成员的通讯录资料还没读到）", EN: "(of %d more members the address book has not been read yet)"}.F(unread))
	}
	if len(c.Group.Departments()) > 0 && allNumbers(branches) {
		lines = append(lines, chat.Text{ZH: "企业微信没有给出部门名称，这里显示部门编号。", EN: "WeCom does not tell the names of departments; these are their ids."})
	}
	return chat.Lines(lines...)
}

// grow puts the staff into the departments that they belong to directly.
func grow(c bot.Call, staff []chat.User) (out []branch, unread int) {
	at := map[string]*branch{}
	for _, u := range staff {
		p := bot.At[directory.Person](c, directory.OfPerson(u))
		if !p.Known() || p.Gone {
			unread++
			continue
		}
		within := p.Within
		if len(within) == 0 {
			for _, d := range p.Departments {
				within = append(within, chat.Department{Name: d, Depth: 1})
			}
		}
		for _, d := range within {
			b := at[d.Name]
			if b == nil {
				b = &branch{name: d.Name, above: d.Above, depth: d.Depth}
				at[d.Name] = b
			}
			if slices.Contains(p.Departments, d.Name) {
				b.seats = append(b.seats, seat{p.Position, u})
			}
		}
	}
	for _, b := range at {
		slices.SortFunc(b.seats, func(x, y seat) int {
			return cmp.Or(strings.Compare(x.position, y.position), strings.Compare(string(x.who), string(y.who)))
		})
		out = append(out, *b)
	}
	slices.SortFunc(out, func(x, y branch) int { return cmp.Or(x.depth-y.depth, strings.Compare(x.name, y.name)) })
	return out, unread
}

func line(indent int, t chat.Text) chat.Text {
	return chat.Same(strings.Repeat("　", indent)).Plus(t)
}

func position(c bot.Call, name string) chat.Text {
	if name == "" {
		return chat.Text{ZH: "（无职位）", EN: "(no position)"}
	}
	return chat.Same(chat.Escape(name)).Plus(gives(c, access.Subject{Kind: access.OfPosition, ID: name}))
}

// gives tells which roles a position or a department gives here.
func gives(c bot.Call, s access.Subject) chat.Text {
	var out chat.Text
	for _, book := range []access.Book{c.Access.Company, c.Access.Group} {
		for _, m := range book.MappingsOf(s.Kind, s.ID) {
			out = out.Plus(chat.Same(" → ")).Plus(roleText(m.Level, m.Job))
			if m.Off {
				out = out.Plus(chat.Text{ZH: "（已停用）", EN: " (off)"})
			}
		}
	}
	return out
}

// standing is the role that somebody has in the group, by position or by name.
func standing(c bot.Call, who chat.User) chat.Text {
	var out chat.Text
	for _, i := range c.Access.Inherited(who, c.Group.ID, c.Now) {
		out = out.Plus(chat.Text{ZH: " · %s（%s）", EN: " · %s (%s)"}.F(roleText(i.Mapping.Level, i.Mapping.Job), access.SourceText(i.Mapping.Source())))
		if i.Pending {
			out = out.Plus(chat.Text{ZH: "，待定", EN: ", waiting"})
		}
	}
	for _, r := range c.Access.Holds(who, c.Group.ID, c.Now) {
		if !strings.HasPrefix(r.Source, "auto:") {
			out = out.Plus(chat.Text{ZH: " · %s（任命）", EN: " · %s (appointed)"}.F(roleText(r.Level, r.Job)))
		}
	}
	if c.Access.IsOwner(who) {
		out = out.Plus(chat.Text{ZH: " · 超级管理员", EN: " · owner"})
	}
	return out
}

// allNumbers says whether the names are the ids that stand in for names.
func allNumbers(branches []branch) bool {
	return len(branches) > 0 && !slices.ContainsFunc(branches, func(b branch) bool {
		return strings.ContainsFunc(b.name, func(r rune) bool { return r < '0' || r > '9' })
	})
}
