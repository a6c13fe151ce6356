package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(use)
	_ = declare(groups)
)

// use chooses the group that the speaker's direct messages are about.
func use() bot.Command {
	name := grammar.Rest("group")
	return bot.Command{
		Name:     "use",
		Forms:    []string{"/use [{group}]", "/选群 [{group}]"},
		Examples: []chat.Text{{ZH: "/选群 华东VIP客户群", EN: "/use 华东VIP客户群"}},
		Holes:    []grammar.Hole{name},
		Help:     chat.Text{ZH: "选定私聊里的命令针对哪个群。", EN: "Choose the group that your direct messages are about."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			found := c.FindGroups(name.Of(c.Args))
			if !name.Given(c.Args) && c.Group.Bound() {
				found = c.Groups.Find(string(c.Group.ID))
			}
			if len(found) == 0 {
				found = namedLike(c, name.Of(c.Args))
			}
			if len(found) != 1 {
				return listGroups(c, name.Of(c.Args), found)
			}
			person := bot.At[directory.Person](c, directory.OfPerson(c.Actor.ID))
			text := chat.Text{ZH: "私聊里的命令针对 %s。", EN: "your direct messages are about %s."}.F(groupText(found[0]))
			if person.Chosen == found[0].ID {
				return bot.Outcome{Reply: chat.Reply{Text: text}}, nil
			}
			return bot.Outcome{Changes: text, Events: []journal.Event{person.Choose(c.Actor.ID, found[0].ID)}}, nil
		},
	}
}

// namedLike are the groups in whose name a part of it stands: whoever chooses a group reads which it is, and a wrong one
// changes nothing.
func namedLike(c bot.Call, part string) []directory.Listed {
	part = strings.ToLower(strings.TrimLeft(strings.TrimSpace(part), "#＃"))
	if part == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.Groups.All()), func(g directory.Listed) bool {
		return !strings.Contains(strings.ToLower(g.Name), part)
	})
}

// groups lists the groups that the bot knows.
func groups() bot.Command {
	return bot.Command{
		Name:     "groups",
		Forms:    []string{"/groups", "/群列表"},
		Examples: []chat.Text{{ZH: "/群列表", EN: "/groups"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "列出机器人管理的群。", EN: "List the groups that the bot looks after."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			return listGroups(c, "", c.Groups.All())
		},
	}
}

// maxListed is how many groups one reply lists.
const maxListed = 30

func listGroups(c bot.Call, said string, found []directory.Listed) (bot.Outcome, error) {
	head := chat.Text{ZH: "**机器人认识的群**", EN: "**The groups that the bot knows**"}
	switch {
	case said != "" && len(found) == 0:
		head = chat.Text{ZH: "没有叫“%s”的群。机器人认识的有：", EN: "There is no group “%s”. The bot knows:"}.F(chat.Escape(said))
		found = c.Groups.All()
	case said != "":
		head = chat.Text{ZH: "“%s”有 %d 个群，请用编号指明：", EN: "“%s” fits %d groups; say which by id:"}.F(chat.Escape(said), len(found))
	case len(found) == 0:
		found = c.Groups.All()
	}
	if len(found) == 0 {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
			ZH: "机器人还不认识任何群。在群里 @ 我说一句话，或等下一次同步。",
			EN: "The bot knows no group yet. Mention it in one, or wait for the next sync.",
		}}}, nil
	}
	lines := []chat.Text{head}
	for i, g := range found {
		if i == maxListed {
			lines = append(lines, chat.Text{ZH: "- 另有 %d 个", EN: "- and %d more"}.F(len(found)-maxListed))
			break
		}
		mark := chat.Text{}
		if g.ID == c.Group.ID {
			mark = chat.Text{ZH: " ← 当前", EN: " ← chosen"}
		}
		lines = append(lines, chat.Same("- ").Plus(groupText(g)).Plus(chat.Same(" `#"+string(g.ID)+"`")).Plus(mark))
	}
	lines = append(lines, chat.Text{ZH: "选定：`/选群 群名`", EN: "Choose: `/use NAME`"})
	return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
}

func groupText(g directory.Listed) chat.Text {
	name := g.Name
	if name == "" {
		name = string(g.ID)
	}
	return chat.Text{ZH: "%s（%s）", EN: "%s (%s)"}.F(chat.Escape(name), kindText(g.Kind))
}

func kindText(k chat.GroupKind) chat.Text {
	switch k {
	case chat.CustomerGroup:
		return chat.Text{ZH: "客户群", EN: "customer group"}
	case chat.AppGroup:
		return chat.Text{ZH: "应用群", EN: "app group"}
	case chat.BotGroup:
		return chat.Text{ZH: "机器人群", EN: "bot group"}
	}
	return chat.Same(string(k))
}
