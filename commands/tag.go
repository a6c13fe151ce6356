package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(tag)
	_ = declare(tagOff)
	_ = declare(tagList)
)

func tagName() grammar.ChoiceHole[string] {
	return grammar.Choice("tag", tagWord, chat.Text{ZH: "标签", EN: "tag"})
}

// tagWord reads a tag: one short word. It is folded already; tags that differ in width alone are the same.
func tagWord(s string) (string, bool) {
	if n := len([]rune(s)); n == 0 || n > access.MostJobName || slices.Contains([]string{"off", "关", "去掉", "删除"}, lower(s)) {
		return "", false
	}
	return s, true
}

// tag gives the group a tag of the company's own, to which roles across groups and settings may be tied.
func tag() bot.Command {
	name, reason := tagName(), grammar.Rest("reason")
	return bot.Command{
		Name:     "tag",
		Forms:    []string{"/tag {tag} [{reason}]", "/(群标签|打标签) {tag} [{reason}]"},
		Examples: []chat.Text{{ZH: "/群标签 VIP", EN: "/tag VIP"}},
		Holes:    []grammar.Hole{name, reason},
		Help:     chat.Text{ZH: "给本群加标签；按标签给的跨群角色随之有效。", EN: "Tag this group; roles given by the tag count here then."},
		Needs:    access.Policy,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return retag(c, name.Of(c.Args), true, reason.Of(c.Args))
		},
	}
}

// tagOff takes a tag away.
func tagOff() bot.Command {
	name, reason := tagName(), grammar.Rest("reason")
	return bot.Command{
		Name:     "tag off",
		Forms:    []string{"/tag off {tag} [{reason}]", "/群标签 (关|去掉|删除) {tag} [{reason}]"},
		Examples: []chat.Text{{ZH: "/群标签 去掉 VIP", EN: "/tag off VIP"}},
		Holes:    []grammar.Hole{name, reason},
		Help:     chat.Text{ZH: "去掉本群的一个标签。", EN: "Take a tag off this group."},
		Needs:    access.Policy,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return retag(c, name.Of(c.Args), false, reason.Of(c.Args))
		},
	}
}

func retag(c bot.Call, name string, on bool, reason string) (bot.Outcome, error) {
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.Tag(c.Group.ID, c.Actor.ID, name, on, c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Policy, "")
	}
	if len(changes) == 0 {
		t := chat.Text{ZH: "本群没有标签“%s”，没有改变。", EN: "The group is not tagged “%s”; nothing has changed."}
		if on {
			t = chat.Text{ZH: "本群已有标签“%s”，没有改变。", EN: "The group is tagged “%s” already; nothing has changed."}
		}
		return bot.Outcome{Reply: chat.Reply{Text: t.F(chat.Escape(name))}}, nil
	}
	kind, head := access.Unmarked, chat.Text{ZH: "%s 去掉标签“%s”", EN: "%s loses the tag “%s”"}
	if on {
		kind, head = access.Marked, chat.Text{ZH: "%s 加标签“%s”", EN: "%s is tagged “%s”"}
	}
	out := bot.Outcome{Events: []journal.Event{{
		Kind: kind, Group: c.Group.ID, Items: []string{access.Policy.String()}, Reason: reason, Changes: changes,
	}}, Second: second}
	lines := []chat.Text{head.F(chat.Escape(c.Group.Title()), chat.Escape(name)).Plus(because(reason))}
	for _, r := range c.Access.Company.TaggedRoles(name) {
		t := chat.Text{ZH: "- 失去跨群角色：%s %s", EN: "- loses the role across groups: %s %s"}
		if on {
			t = chat.Text{ZH: "- 得到跨群角色：%s %s", EN: "- has the role across groups: %s %s"}
		}
		lines = append(lines, t.F(c.Name(r.Who), roleText(r.Level, r.Job)))
		out.Confirm = chat.Text{ZH: "有按这个标签给的跨群角色", EN: "roles across groups are given by this tag"}
	}
	out.Changes = chat.Lines(lines...)
	return out, nil
}

// tagList lists the tags of the group.
func tagList() bot.Command {
	return bot.Command{
		Name:     "tag list",
		Forms:    []string{"/tag list", "/tag", "/群标签"},
		Examples: []chat.Text{{ZH: "/群标签", EN: "/tag"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群的标签。", EN: "The tags of this group."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			tags := c.Access.Group.Tags()
			if len(tags) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
					ZH: "本群没有标签。加一个：`/群标签 VIP`", EN: "This group has no tag. To add one: `/tag VIP`",
				}}}, nil
			}
			names := make([]chat.Text, len(tags))
			for i, t := range tags {
				names[i] = chat.Same(chat.Escape(t))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "本群的标签：%s", EN: "Tags of this group: %s"}.F(list(names))}}, nil
		},
	}
}
