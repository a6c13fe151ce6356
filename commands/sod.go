package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(sodList)
	_ = declare(sodDefine)
	_ = declare(sodRemove)
)

// sodList shows the rules of separation of duties that count here, and who is exempt.
func sodList() bot.Command {
	return bot.Command{
		Name:     "sod",
		Forms:    []string{"/sod", "/职责分离"},
		Examples: []chat.Text{{ZH: "/职责分离", EN: "/sod"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "哪些权限同一个人不能同时持有，谁有豁免。", EN: "Which items one person may not hold together, and who is exempt."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{{ZH: "**职责分离**", EN: "**Separation of duties**"}}
			for _, b := range []struct {
				book  access.Book
				where chat.Text
			}{
				{c.Access.Company, chat.Text{ZH: "全企业", EN: "whole company"}}, {c.Access.Group, chat.Text{ZH: "本群", EN: "this group"}},
			} {
				for _, x := range b.book.Exclusives() {
					lines = append(lines, chat.Same("- ").Plus(ruleText(x)).Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(b.where)).Plus(because(x.Reason)))
				}
				for _, e := range b.book.Exemptions() {
					if c.Now.Before(e.Until) {
						lines = append(lines, exemptLine(c, e))
					}
				}
			}
			if len(lines) == 1 {
				lines = append(lines, chat.Text{ZH: "- 没有规则（默认不设）", EN: "- no rule (none is preset)"})
			}
			lines = append(lines, chat.Text{
				ZH: "设一条：`/职责分离 设 审管分离 审计 | 设管理员`；权限类也可以写，如 内容管控。", EN: "To set one: `/sod define NAME audit | admins`; families may be named too, such as content.",
			})
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

// ruleText is a rule with its sets.
func ruleText(x access.Exclusive) chat.Text {
	sets := make([]chat.Text, len(x.Sets))
	for i, s := range x.Sets {
		sets[i] = s.Brief()
	}
	return chat.Text{ZH: "%s：%s", EN: "%s: %s"}.F(chat.Escape(x.Name), chat.Join(" | ", sets...))
}

func exemptLine(c bot.Call, e access.Exemption) chat.Text {
	return chat.Text{ZH: "- 豁免：%s 对“%s”，%s，由 %s 批准", EN: "- exempt: %s from “%s”, %s, by %s"}.F(
		c.Name(e.Who), chat.Escape(e.Rule), until(c, e.Until), c.Name(e.By)).Plus(because(e.Reason))
}

func hereHole() grammar.ChoiceHole[bool] {
	return grammar.Choice("here", func(s string) (bool, bool) {
		yes := s == "本群" || strings.EqualFold(s, "here")
		return yes, yes
	}, chat.Text{ZH: "本群", EN: "here"})
}

// policyPlace is whose policy somebody changes: an owner that of the company unless they say that of this group, anybody
// else that of the group.
func policyPlace(c bot.Call, here bool) chat.Group {
	if c.Access.IsOwner(c.Actor.ID) && !here {
		return ""
	}
	return c.Group.ID
}

func bookText(g chat.Group) chat.Text {
	if g == "" {
		return chat.Text{ZH: "全企业", EN: "the whole company"}
	}
	return chat.Text{ZH: "本群", EN: "this group"}
}

// sodDefine sets a rule. Who breaks it already is named and keeps what they hold.
func sodDefine() bot.Command {
	here, name, sets := hereHole(), grammar.Word("name"), grammar.Rest("sets").Called(chat.Text{ZH: "权限 | 权限", EN: "ITEMS | ITEMS"})
	return bot.Command{
		Name:     "sod define",
		Forms:    []string{"/sod define [{here}] {name} {sets}", "/职责分离 (设|定义) [{here}] {name} {sets}"},
		Examples: []chat.Text{{ZH: "/职责分离 设 审管分离 审计 | 设管理员", EN: "/sod define auditing audit | admins"}},
		Holes:    []grammar.Hole{here, name, sets},
		Help: chat.Text{
			ZH: "规定同一个人不能同时持有的权限，用 | 隔开；超级管理员默认对全企业。", EN: "Say what one person may not hold together, separated by |; an owner's rule is for the whole company.",
		},
		Needs:    access.Policy,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			x := access.Exclusive{Name: name.Of(c.Args)}
			if err := readSets(&x, sets.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			if here.Of(c.Args) && !c.Group.Bound() {
				return bot.Refuse(chat.Text{
					ZH: "还没有选群，不知道“本群”是哪个：先 `/选群 群名`。", EN: "No group is chosen, so “here” is nowhere: `/use NAME` first.",
				})
			}
			g := policyPlace(c, here.Of(c.Args))
			if _, company, ok := c.Access.Exclusive(x.Name); ok && company && g != "" {
				return bot.Refuse(chat.Text{
					ZH: "全企业已有叫“%s”的规则；本群的请换一个名字。", EN: "The whole company has a rule “%s”; give the group's another name.",
				}.F(chat.Escape(x.Name)))
			}
			changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
				return f.Separate(g, c.Actor.ID, x, c.Now)
			})
			if !d.Allowed {
				return bot.Deny(d, access.Policy, "")
			}
			if len(changes) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "规则“%s”本来就是这样，没有改变。", EN: "The rule “%s” is so already; nothing has changed."}.F(chat.Escape(x.Name))}}, nil
			}
			who, need := breakers(c, x, g)
			if len(need) > 0 {
				return bot.Outcome{Need: journal.Want{Names: need}}, nil
			}
			lines := []chat.Text{chat.Text{ZH: "职责分离 %s（%s）", EN: "separation of duties %s (%s)"}.F(ruleText(x), bookText(g))}
			if len(who) == 0 {
				lines = append(lines, chat.Text{ZH: "- 现在没有人违反", EN: "- nobody breaks it now"})
			}
			lines = append(lines, who...)
			return bot.Outcome{
				Changes: chat.Lines(lines...),
				Confirm: chat.Text{ZH: "之后违反它的授权会被拒绝；已经违反的不收回", EN: "grants that break it will be refused; what breaks it already is not taken away"},
				Events:  []journal.Event{{Kind: access.Separated, Group: g, Items: policyItem, Changes: changes}}, Second: second,
			}, nil
		},
	}
}

// readSets reads the sides of a rule.
func readSets(x *access.Exclusive, said string) error {
	var seen access.Items
	for _, side := range strings.FieldsFunc(said, func(r rune) bool { return r == '|' || r == '｜' }) {
		items, unknown := access.ParseItems(side)
		switch {
		case unknown != "":
			return &bot.Refusal{Text: chat.Text{
				ZH: "“%s”不是权限也不是权限类。权限如 禁言、审计，权限类有 成员管理、内容管控、群配置、治理。",
				EN: "“%s” is no item and no family. Items are mute, audit and so on; families are members, content, config, governance.",
			}.F(chat.Escape(unknown))}
		case items == 0:
			continue
		case items&seen != 0:
			return &bot.Refusal{Text: chat.Text{
				ZH: "“%s”在两边都有；一项权限只能在一边。", EN: "“%s” is on two sides; an item may be on one only.",
			}.F((items & seen).Label())}
		}
		seen |= items
		x.Sets = append(x.Sets, items)
	}
	if len(x.Sets) < 2 {
		return &bot.Refusal{Text: chat.Text{
			ZH: "至少要两边，用 | 隔开：`/职责分离 设 审管分离 审计 | 设管理员`。", EN: "Two sides at least, separated by |: `/sod define auditing audit | admins`.",
		}}
	}
	return nil
}

// breakers tells who breaks a rule now: in one group, or for the zero group in every group. need is what must be read to
// tell.
func breakers(c bot.Call, x access.Exclusive, g chat.Group) (lines []chat.Text, need []journal.Name) {
	places := []chat.Group{g}
	if g == "" {
		places = places[:0]
		for _, l := range c.Groups.All() {
			places = append(places, l.ID)
		}
	}
	for _, p := range places {
		for _, n := range []journal.Name{access.Of(p), directory.OfGroup(p)} {
			if !c.Has(n) {
				need = append(need, n)
			}
		}
	}
	if len(need) > 0 {
		return nil, need
	}
	total := 0
	for _, p := range places {
		group := bot.At[directory.Group](c, directory.OfGroup(p))
		f := c.Access
		f.Group = bot.At[access.Book](c, access.Of(p))
		f.Place = access.Place{Departments: group.Departments(), Tags: f.Group.Tags(), People: len(group.Members())}
		for _, b := range f.Breakers(x, p, c.Now) {
			if total++; total <= manyListed {
				lines = append(lines, chat.Text{ZH: "- 现已违反：%s 在“%s”持有 %s", EN: "- breaks it now: %s in “%s” holds %s"}.F(
					c.Name(b.Who), chat.Escape(group.Title()), b.Items.Brief()))
			}
		}
	}
	if total > manyListed {
		lines = append(lines, chat.Text{ZH: "- 另有 %d 处；`/权限检测` 逐一列出", EN: "- and %d more; `/check` lists them"}.F(total-manyListed))
	}
	return lines, nil
}

// manyListed is how many findings a reply lists.
const manyListed = 10

// sodRemove takes a rule away, with the exemptions from it.
func sodRemove() bot.Command {
	name := grammar.Word("name")
	return bot.Command{
		Name:     "sod remove",
		Forms:    []string{"/sod remove {name}", "/职责分离 (删除|移除) {name}"},
		Examples: []chat.Text{{ZH: "/职责分离 删除 审管分离", EN: "/sod remove auditing"}},
		Holes:    []grammar.Hole{name},
		Help:     chat.Text{ZH: "取消一条职责分离规则，连同对它的豁免。", EN: "Remove a rule of separation of duties, and the exemptions from it."},
		Needs:    access.Policy,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			x, g, err := ruleNamed(c, name.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
				return f.Unseparate(g, c.Actor.ID, x.Name, c.Now)
			})
			if !d.Allowed {
				return bot.Deny(d, access.Policy, "")
			}
			text := chat.Text{ZH: "取消职责分离“%s”（%s）", EN: "remove the separation of duties “%s” (%s)"}.F(chat.Escape(x.Name), bookText(g))
			if n := len(changes) - 1; n > 0 {
				text = text.Plus(chat.Text{ZH: "，连同 %d 个豁免", EN: ", with %d exemptions"}.F(n))
			}
			return bot.Outcome{
				Changes: text, Second: second,
				Events: []journal.Event{{Kind: access.Unseparated, Group: g, Items: policyItem, Changes: changes}},
			}, nil
		},
	}
}

// ruleNamed finds a rule and whose book it is in, the company's first, or refuses with those that there are. What people
// type is folded, so names are compared folded.
func ruleNamed(c bot.Call, name string) (access.Exclusive, chat.Group, error) {
	var known []chat.Text
	for i, b := range []access.Book{c.Access.Company, c.Access.Group} {
		for _, x := range b.Exclusives() {
			known = append(known, chat.Same(chat.Escape(x.Name)))
			switch {
			case x.Name != name && grammar.Fold(x.Name) != name:
			case i == 0:
				return x, "", nil
			default:
				return x, c.Group.ID, nil
			}
		}
	}
	text := chat.Text{ZH: "没有叫“%s”的职责分离规则", EN: "There is no separation of duties “%s”"}.F(chat.Escape(name))
	if len(known) > 0 {
		return access.Exclusive{}, "", &bot.Refusal{Text: text.Plus(chat.Text{ZH: "；有：%s。", EN: "; there are: %s."}.F(list(known)))}
	}
	return access.Exclusive{}, "", &bot.Refusal{Text: text.Plus(chat.Text{ZH: "；现在一条规则也没有。`/职责分离 设 名称 权限 | 权限` 设一条。", EN: "; there are none at all. `/sod define NAME ITEMS | ITEMS` makes one."})}
}
