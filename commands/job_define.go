package commands

import (
	"fmt"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(roleDefine)
	_ = declare(roleDelete)
	_ = declare(roleShow)
	_ = declare(roleList)
)

func roleName() grammar.WordHole {
	return grammar.Word("name").Called(chat.Text{ZH: "岗位名", EN: "name"})
}

// roleDefine defines a job of the company's own, or defines it anew for everyone who has it.
func roleDefine() bot.Command {
	name, items := roleName(), grammar.Rest("items").Called(chat.Text{ZH: "权限… 原因", EN: "items… reason"})
	return bot.Command{
		Name:     "role define",
		Forms:    []string{"/role define {name} {items...}", "/角色 定义 {name} {items...}"},
		Examples: []chat.Text{{ZH: "/角色 定义 活动助理 邀请 禁言", EN: "/role define helper invite mute"}},
		Holes:    []grammar.Hole{name, items},
		Help: chat.Text{
			ZH: "超级管理员：定义自己的岗位（权限或权限类），之后像客服主管一样任命。",
			EN: "For owners: define a job of your own (items or families), then appoint to it like to a built-in one.",
		},
		Needs:    access.Policy,
		Owners:   true,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			def, err := definition(name.Of(c.Args), items.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			changes, d := c.Access.Define(c.Actor.ID, def, groupBooks(c), c.Now)
			if !d.Allowed {
				return bot.Deny(d, access.Policy, "")
			}
			if len(changes) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "岗位“%s”本来就是这样，没有改变。", EN: "The job “%s” is so already; nothing has changed."}.F(string(def.Name))}}, nil
			}
			return defined(c, def, changes)
		},
	}
}

// definition reads a name and items; what follows the items is the reason.
func definition(name, said string) (access.JobDefinition, error) {
	job, ok := access.JobName(name)
	if !ok {
		return access.JobDefinition{}, &bot.Refusal{Text: chat.Text{
			ZH: "“%s”不能作岗位名：不超过 %d 个字，文字或字母开头，不含空格，不与级别、内置岗位、权限重名。",
			EN: "“%s” cannot name a job: at most %d characters, beginning with a letter, no spaces, and not the name of a level, a built-in job or an item.",
		}.F(chat.Escape(name), access.MostJobName)}
	}
	def := access.JobDefinition{Name: job}
	words := strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(" 　,，、;；+\n\t", r) })
	for i, w := range words {
		r, ok := parseRight(grammar.Fold(w))
		if !ok {
			if i == 0 {
				return def, &bot.Refusal{Text: chat.Text{
					ZH: "“%s”不是权限，也不是权限类（成员管理、内容管控、群配置）。例如 `/角色 定义 %s 邀请 禁言`。",
					EN: "“%s” is neither an item nor a family (Members, Content). For example `/role define %s invite mute`.",
				}.F(chat.Escape(w), string(job))}
			}
			def.Reason = strings.Join(words[i:], " ")
			break
		}
		def.Items |= r.items
	}
	if governance := def.Items & access.GovernanceItems; governance != 0 {
		return def, &bot.Refusal{Text: chat.Text{
			ZH: "岗位不能给治理类权限（%s）：它们只随级别。", EN: "A job cannot give governance (%s): that follows the level alone.",
		}.F(governance.Label())}
	}
	return def, nil
}

// groupBooks are the access books of all groups, which were read.
func groupBooks(c bot.Call) map[chat.Group]access.Book {
	out := map[chat.Group]access.Book{}
	for _, g := range everyGroup(c) {
		out[g] = bot.At[access.Book](c, access.Of(g))
	}
	return out
}

func defined(c bot.Call, def access.JobDefinition, changes []journal.Change) (bot.Outcome, error) {
	e := journal.Event{Kind: access.Defined, Items: []string{access.Policy.String()}, Reason: def.Reason, Changes: changes}
	head := chat.Text{ZH: "岗位“%s”：%s（在级别上限之内）", EN: "job “%s”: %s (inside the level's ceiling)"}.F(string(def.Name), onPlatform(c, def.Items).Label())
	if old, ok := c.Access.Company.JobDefinition(def.Name); ok {
		head = head.Plus(chat.Text{ZH: "，原为：%s", EN: ", was: %s"}.F(onPlatform(c, old.Items).Label()))
	}
	lines := []chat.Text{head.Plus(because(def.Reason))}
	people := 0
	byBook := map[chat.Group][]journal.Change{}
	for _, ch := range changes {
		g := chat.Group("")
		if ch.Of != access.Of("") {
			g = chat.Group(ch.Of.ID())
		}
		byBook[g] = append(byBook[g], ch)
	}
	for _, g := range everyGroup(c) {
		impact, err := factsIn(c, g).Impact(g, map[chat.Group][]journal.Change{g: byBook[g], "": byBook[""]}, c.Now)
		if err != nil {
			return bot.Outcome{}, fmt.Errorf("look at group %s: %w", g, err)
		}
		if len(impact.Breaks) > 0 {
			b := impact.Breaks[0]
			return bot.Refuse(chat.Text{
				ZH: "不能这样：%s 里 %s 会违反职责分离规则“%s”（sod）。先把人的岗位换掉，或给一个豁免。",
				EN: "Not so: in %s, %s would break the separation-of-duties rule “%s” (sod). Change their job first, or give an exemption.",
			}.F(groupName(c, g), c.Name(b.Who), chat.Escape(b.Rule.Name)))
		}
		people += len(impact.Gains) + len(impact.Losses)
		for _, h := range impact.Gains {
			lines = append(lines, chat.Text{ZH: "- %s：%s 得到 %s", EN: "- %s: %s gains %s"}.F(groupName(c, g), c.Name(h.Who), briefly(c, h.Items)))
			e.Targets = append(e.Targets, h.Who)
		}
		for _, h := range impact.Losses {
			lines = append(lines, chat.Text{ZH: "- %s：%s 失去 %s", EN: "- %s: %s loses %s"}.F(groupName(c, g), c.Name(h.Who), briefly(c, h.Items)))
			e.Targets = append(e.Targets, h.Who)
		}
	}
	out := bot.Outcome{Events: []journal.Event{e}, Rule: access.RuleOwner}
	if len(changes) > 1 {
		out.Confirm = chat.Text{ZH: "已有人任这个岗位，改的是他们的权限", EN: "people have this job, and it is their rights that change"}
		if people == 0 {
			lines = append(lines, chat.Text{ZH: "- 任这个岗位的人，现在的权限没有变化", EN: "- those who have it can do now what they could"})
		}
	}
	out.Confirm = also(mistakenItem(def.Reason), out.Confirm)
	out.Changes = chat.Lines(lines...)
	return out, nil
}

// roleDelete deletes a job that nobody has.
func roleDelete() bot.Command {
	name, reason := roleName(), grammar.Rest("reason")
	return bot.Command{
		Name:     "role delete",
		Forms:    []string{"/role delete {name} [{reason}]", "/角色 删除 {name} [{reason}]"},
		Examples: []chat.Text{{ZH: "/角色 删除 活动助理", EN: "/role delete helper"}},
		Holes:    []grammar.Hole{name, reason},
		Help:     chat.Text{ZH: "超级管理员：删除没有人任的自定义岗位。", EN: "For owners: delete a job of your own that nobody has."},
		Needs:    access.Policy,
		Owners:   true,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			def, err := jobNamed(c, name.Of(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			if held := c.Access.JobHolders(def.Name, groupBooks(c), c.Now); len(held) > 0 {
				return bot.Refuse(chat.Lines(append([]chat.Text{chat.Text{
					ZH: "不能删除：还有 %d 处在用。先用 `/改岗位` 换掉，或撤销：", EN: "Not deleted: it is in use (%d). Change it with `/admin job` first, or dismiss:",
				}.F(len(held))}, holderLines(c, held)...)...))
			}
			changes, d := c.Access.Forget(c.Actor.ID, def.Name, c.Now)
			if !d.Allowed {
				return bot.Deny(d, access.Policy, "")
			}
			return bot.Outcome{
				Rule: d.Rule,
				Events: []journal.Event{{
					Kind: access.Forgotten, Items: []string{access.Policy.String()}, Reason: reason.Of(c.Args), Changes: changes,
				}},
				Changes: chat.Text{ZH: "岗位“%s”删除（原为：%s）", EN: "the job “%s” is deleted (was: %s)"}.F(
					string(def.Name), onPlatform(c, def.Items).Label()).Plus(because(reason.Of(c.Args))),
			}, nil
		},
	}
}

func jobNamed(c bot.Call, said string) (access.JobDefinition, error) {
	def, ok := c.Access.Company.JobDefinition(access.Job(said))
	if !ok {
		return def, &bot.Refusal{Text: noSuchJob(c, access.Job(said)).Plus(chat.Text{ZH: "内置的岗位不能改。", EN: " The built-in ones cannot be changed."})}
	}
	return def, nil
}

func holderLines(c bot.Call, held []access.JobHolder) []chat.Text {
	var lines []chat.Text
	for i, h := range held {
		if i == maxListed {
			lines = append(lines, chat.Text{ZH: "- 另有 %d 处", EN: "- and %d more"}.F(len(held)-maxListed))
			break
		}
		place := chat.Text{ZH: "跨群", EN: "across groups"}
		if h.Group != "" {
			place = groupName(c, h.Group)
		}
		who := c.Name(h.Who)
		if h.Who == "" {
			who = chat.Text{ZH: "继承（%s）", EN: "by inheritance (%s)"}.F(chat.Escape(h.Mapping.Subject.ID))
		}
		lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(place, who))
	}
	return lines
}

// roleShow tells what a job gives at each level, and who has it.
func roleShow() bot.Command {
	name := roleName()
	return bot.Command{
		Name:     "role show",
		Forms:    []string{"/role show {name}", "/角色 查看 {name}"},
		Examples: []chat.Text{{ZH: "/角色 查看 活动助理", EN: "/role show helper"}},
		Holes:    []grammar.Hole{name},
		Help:     chat.Text{ZH: "一个岗位在各级别给哪些权限，谁在任。", EN: "What a job gives at each level, and who has it."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			said := name.Of(c.Args)
			role := access.Role{}
			if j, ok := access.ParseJob(said); ok {
				role.Job = j
			} else {
				def, err := jobNamed(c, said)
				if err != nil {
					return bot.Outcome{}, err
				}
				role.Job, role.Grants = def.Name, def.Items
			}
			lines := []chat.Text{chat.Text{ZH: "**岗位 %s**", EN: "**Job %s**"}.F(role.Job.Label())}
			for _, l := range []access.Level{access.Senior, access.Mid, access.Junior} {
				role.Level = l
				line := chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()}, briefly(c, onPlatform(c, role.Items())))
				if role.Items() == 0 {
					line = chat.Text{ZH: "- %s：没有任何权限，不能这样任命", EN: "- %s: nothing at all, so nobody is appointed so"}.F(chat.Text{ZH: l.Label().ZH, EN: l.String()})
				}
				if cut := onPlatform(c, role.Beyond()); cut != 0 && role.Items() != 0 {
					line = line.Plus(chat.Text{ZH: "；级别上限截去：%s", EN: "; cut by the ceiling: %s"}.F(cut.Label()))
				}
				lines = append(lines, line)
			}
			if !c.Access.IsOwner(c.Actor.ID) || role.Grants == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
			}
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			held := c.Access.JobHolders(role.Job, groupBooks(c), c.Now)
			lines = append(lines, chat.Text{ZH: "在任 %d 处", EN: "In use: %d"}.F(len(held)))
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, holderLines(c, held)...)...)}}, nil
		},
	}
}

// roleList lists the jobs.
func roleList() bot.Command {
	return bot.Command{
		Name:     "role list",
		Forms:    []string{"/role list", "/role", "/(角色|角色 列表|岗位)"},
		Examples: []chat.Text{{ZH: "/角色", EN: "/role list"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "内置的和自定义的岗位。", EN: "The built-in jobs and your own."},
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			lines := []chat.Text{{ZH: "**岗位**", EN: "**Jobs**"}}
			for _, j := range []access.Job{access.Supervisor, access.Sales, access.Operations} {
				items, _ := access.JobItems(j)
				lines = append(lines, chat.Text{ZH: "- %s（内置）：%s", EN: "- %s (built in): %s"}.F(j.Label(), briefly(c, onPlatform(c, items))))
			}
			for _, d := range c.Access.Company.JobDefinitions() {
				lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(d.Name.Label(), briefly(c, onPlatform(c, d.Items))).Plus(because(d.Reason)))
			}
			if c.Access.IsOwner(c.Actor.ID) {
				lines = append(lines, chat.Text{ZH: "定义：`/角色 定义 活动助理 邀请 禁言`", EN: "To define one: `/role define helper invite mute`"})
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}
