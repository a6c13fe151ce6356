package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(exceptions)

// exceptions lists the personal exceptions that count in the group: until when or when they are reviewed, by whom, why,
// and whether they have any effect at present. Everybody sees their own; whoever holds admins or audit sees all.
func exceptions() bot.Command {
	who := grammar.Person("who")
	return bot.Command{
		Name:     "exceptions",
		Forms:    []string{"/exceptions [{who}]", "/(例外|例外名单) [{who}]"},
		Examples: []chat.Text{{ZH: "/例外", EN: "/exceptions"}},
		Holes:    []grammar.Hole{who},
		Help:     chat.Text{ZH: "本群的个人例外：期限或复查日、谁设的、为什么、是否生效。", EN: "The personal exceptions here: end or review, by whom, why, whether in effect."},
		Who:      chat.Text{ZH: "看自己的谁都可以；看所有人的要有“设管理员”或“审计”。", EN: "Everybody sees their own; whoever holds admins or audit sees all."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			of := chat.User("")
			if who.Given(c.Args) {
				m, err := c.Find(who.Ref(c.Args))
				if err != nil {
					return bot.Outcome{}, err
				}
				of = m.ID
			}
			if err := mayList(c, of); err != nil {
				return bot.Outcome{}, err
			}
			var lines []chat.Text
			for _, s := range personalExceptions(c) {
				if of == "" || s.Subject == access.About(of) {
					lines = append(lines, exceptionLine(c, s))
				}
			}
			head := chat.Text{ZH: "**%s 的个人例外**（%d 条）", EN: "**Personal exceptions in %s** (%d)"}.F(chat.Escape(c.Group.Title()), len(lines))
			if len(lines) == 0 {
				lines = []chat.Text{{ZH: "没有。设一条：`/允许 @userid 禁言 7天 原因`", EN: "None. To make one: `/allow @userid mute for 7d reason`"}}
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append([]chat.Text{head}, lines...)...)}}, nil
		},
	}
}

func mayList(c bot.Call, of chat.User) error {
	if of == c.Actor.ID {
		return nil
	}
	if access.Decide(c.Access, access.Request{Actor: c.Actor.ID, Item: access.Admins, Group: c.Group.ID, At: c.Now}).Allowed {
		return nil
	}
	return mayAudit(c, of)
}

// personalExceptions are the exceptions about one person that are not over and may count in the group, by person.
func personalExceptions(c bot.Call) []access.Statement {
	var out []access.Statement
	for _, s := range slices.Concat(c.Access.Company.Statements(), c.Access.Group.Statements()) {
		here := s.Scope.Kind == access.All || slices.Contains(s.Scope.Groups, c.Group.ID) ||
			s.Scope.Kind == access.MemberSet && len(s.Scope.Groups) == 0 ||
			s.Scope.Kind == access.DepartmentGroups && slices.Contains(c.Access.Place.Departments, s.Scope.Department) ||
			s.Scope.Tag != "" && slices.Contains(c.Access.Place.Tags, s.Scope.Tag)
		if s.Subject.Kind == access.OnePerson && here && live(s.Until, c.Now) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b access.Statement) int {
		switch {
		case a.Subject.ID < b.Subject.ID:
			return -1
		case a.Subject.ID > b.Subject.ID:
			return 1
		}
		return 0
	})
	return out
}

func exceptionLine(c bot.Call, s access.Statement) chat.Text {
	return chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(c.Name(chat.User(s.Subject.ID)), exceptionText(c, s))
}

// exceptionText tells one exception without its person.
func exceptionText(c bot.Call, s access.Statement) chat.Text {
	t := chat.Text{ZH: "%s %s，%s", EN: "%s %s, %s"}.F(effectText(s.Effect), about(c, s), termText(c, s))
	if !s.Review.IsZero() && !c.Now.Before(s.Review) {
		t = t.Plus(chat.Text{ZH: "（⚠️ 已到复查日）", EN: " (⚠️ review is due)"})
	}
	if s.Tier == access.Enterprise {
		t = t.Plus(chat.Text{ZH: "，企业级", EN: ", enterprise tier"})
	}
	if s.By != "" {
		t = t.Plus(chat.Text{ZH: "，由 %s 设置", EN: ", set by %s"}.F(c.Name(s.By)))
	}
	if s.Source != "" {
		t = t.Plus(chat.Text{ZH: "，%s", EN: ", %s"}.F(access.SourceText(s.Source)))
	}
	return t.Plus(because(s.Reason)).Plus(countsNot(c, s))
}

// about names what an exception is about: many items by their families, as the person who asked would say it.
func about(c bot.Call, s access.Statement) chat.Text {
	if items := onPlatform(c, s.Items); s.Breadth != access.OfFamily && items.Len() > 6 {
		return briefly(c, items)
	}
	return s.Label()
}

// countsNot says of what an exception is about that it does not count at present, and by which rule.
func countsNot(c bot.Call, s access.Statement) chat.Text {
	if c.Now.Before(s.From) || s.Scope.Kind == access.MemberSet {
		return chat.Text{}
	}
	who := chat.User(s.Subject.ID)
	facts := c.Access
	facts.Actor = known(c, who)
	byRule := map[access.Rule]access.Items{}
	var order []access.Rule
	for i := range s.Items.All() {
		d := access.Decide(facts, access.Request{Actor: who, Item: i, Group: c.Group.ID, At: c.Now})
		if d.Allowed == (s.Effect == access.Allow) || d.Rule == access.RuleNotOffered {
			continue
		}
		if byRule[d.Rule] == 0 {
			order = append(order, d.Rule)
		}
		byRule[d.Rule] = byRule[d.Rule].With(i)
	}
	var t chat.Text
	for _, r := range order {
		if byRule[r] == s.Items {
			t = t.Plus(chat.Text{ZH: "；不起作用：%s（%s）", EN: "; without effect: %s (%s)"}.F(r.Text(), string(r)))
			continue
		}
		t = t.Plus(chat.Text{ZH: "；其中 %s 不起作用：%s（%s）", EN: "; of it %s without effect: %s (%s)"}.F(byRule[r].Label(), r.Text(), string(r)))
	}
	return t
}

// ownExceptions are the lines of somebody's own exceptions.
func ownExceptions(c bot.Call, who chat.User) []chat.Text {
	var lines []chat.Text
	for _, s := range personalExceptions(c) {
		if s.Subject == access.About(who) {
			lines = append(lines, chat.Text{ZH: "- 例外：%s", EN: "- exception: %s"}.F(exceptionText(c, s)))
		}
	}
	return lines
}
