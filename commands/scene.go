package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(sceneList)
	_ = declare(sceneOn)
	_ = declare(sceneOff)
)

// policyItem is the item that a change of policy is about, for the journal.
var policyItem = []string{access.Policy.String()}

// sceneList shows which scenes are on in the group, where its switches stand, and what else could be put on.
func sceneList() bot.Command {
	return bot.Command{
		Name:     "scene",
		Forms:    []string{"/scene", "/场景"},
		Examples: []chat.Text{{ZH: "/场景", EN: "/scene"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "本群启用了哪些场景，各开关现在怎样。", EN: "The scenes that are on here, and where the switches stand."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			book := c.Access.Group
			lines := []chat.Text{chat.Text{ZH: "**%s 的场景**", EN: "**Scenes of %s**"}.F(chat.Escape(c.Group.Title()))}
			for _, s := range book.Scenes() {
				if s.Live(c.Now) {
					lines = append(lines, sceneLine(c, s))
				}
			}
			lines = append(lines, templateLines(c)...)
			if len(lines) == 1 {
				lines = append(lines, chat.Text{ZH: "- 没有启用的场景", EN: "- none is on"})
			}
			lines = append(lines, chat.Text{ZH: "**开关**（机器人要求的，不等于企业微信里的现状）", EN: "**Switches** (as wanted here, not as WeCom stands)"})
			for _, s := range book.Switches(c.Now) {
				lines = append(lines, chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(s.Switch.Label(), s.Text()).Plus(heldBy(s.Held)))
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(append(lines, couldPutOn)...)}}, nil
		},
	}
}

var couldPutOn = chat.Text{
	ZH: "可启用：线下活动、产品内测、跨部门协作、敏感行业（医疗或金融），如 `/场景 线下活动 到 周日18点`；级别和岗位也能成批给人：`/场景 客服主管 @userid 3天`。",
	EN: "There are: offline_event, product_beta, cross_dept, sensitive (medical or finance), as in `/scene offline_event until 2026-12-01`; levels and jobs too, for several people: `/scene supervisor @userid for 3d`.",
}

func sceneLine(c bot.Call, s access.Scene) chat.Text {
	line := chat.Text{ZH: "- %s，%s", EN: "- %s, %s"}.F(s.Label(), until(c, s.Until))
	if s.By != "" {
		line = line.Plus(chat.Text{ZH: "，由 %s 启用", EN: ", put on by %s"}.F(c.Name(s.By)))
	}
	return line.Plus(because(s.Reason))
}

// templateLines tells which templates are on, and who has their roles.
func templateLines(c bot.Call) []chat.Text {
	var order []string
	people := map[string][]chat.Text{}
	for _, r := range c.Access.Group.Roles() {
		name, ok := strings.CutPrefix(r.Source, "scene:")
		if !ok || !r.Until.IsZero() && !c.Now.Before(r.Until) {
			continue
		}
		if people[name] == nil {
			order = append(order, name)
		}
		people[name] = append(people[name], c.Name(r.Who).Plus(chat.Text{ZH: "（%s）", EN: " (%s)"}.F(until(c, r.Until))))
	}
	lines := make([]chat.Text, len(order))
	for i, name := range order {
		t, _ := c.Access.Template(name)
		lines[i] = chat.Text{ZH: "- 模板 %s：%s", EN: "- template %s: %s"}.F(t.Label(), list(people[name]))
	}
	return lines
}

// heldBy names the scenes that hold a switch.
func heldBy(scenes []access.SceneName) chat.Text {
	if len(scenes) == 0 {
		return chat.Text{}
	}
	names := make([]chat.Text, len(scenes))
	for i, n := range scenes {
		names[i] = n.Label()
	}
	return chat.Text{ZH: "（%s）", EN: " (%s)"}.F(list(names))
}

func industryHole() grammar.ChoiceHole[string] {
	return grammar.Choice("industry", access.ParseIndustry, chat.Text{ZH: "医疗|金融", EN: "medical|finance"})
}

// sceneOn puts a scene on, or gives several people a role by a template. Both are shown as a diff, confirmed, and one
// unit for undo.
func sceneOn() bot.Command {
	name, who, industry := grammar.Word("scene").Called(chat.Text{ZH: "场景或模板", EN: "scene or template"}), grammar.People("who"), industryHole()
	length, end, reason := grammar.Length("length"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "scene on",
		Forms: []string{
			"/scene {scene} [{who...}] [{industry}] [[for] {length}] [(until|到) {until}] [{reason}]",
			"/场景 {scene} [{who...}] [{industry}] [{length}] [(到|until) {until}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/场景 线下活动 到 周日18点", EN: "/scene offline_event until 2026-12-01"}},
		Holes:    []grammar.Hole{name, who, industry, length, end, reason},
		Help: chat.Text{
			ZH: "启用一个场景，或按级别、岗位模板成批给人；先看改变什么，再确认。", EN: "Put a scene on, or a level or job on several people; you see the change, then confirm.",
		},
		Needs: access.Policy,
		Reads: []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			span, err := beyond(c, length, end, grammar.Moment("from"))
			if err != nil {
				return bot.Outcome{}, err
			}
			said := name.Of(c.Args)
			if t, ok := c.Access.Template(said); ok {
				out, err := putTemplate(c, t, who.Refs(c.Args), span, reason.Of(c.Args))
				out.Lasts = length.Of(c.Args)
				return out, err
			}
			n, ok := access.ParseScene(said)
			if !ok {
				return bot.Refuse(chat.Lines(chat.Text{
					ZH: "没有叫“%s”的场景或模板。", EN: "There is no scene or template “%s”.",
				}.F(chat.Escape(said)), couldPutOn))
			}
			if who.Given(c.Args) {
				return bot.Refuse(chat.Text{ZH: "场景“%s”针对整个群，不写人。", EN: "The scene “%s” is about the group; it names nobody."}.F(n.Label()))
			}
			s := access.Scene{Name: n, Industry: industry.Of(c.Args), Until: span.Until, Reason: reason.Of(c.Args)}
			if n == access.Sensitive && s.Industry == "" {
				return bot.Refuse(chat.Text{
					ZH: "请写明行业：`/场景 敏感行业 医疗` 或 `/场景 敏感行业 金融`。", EN: "Name the industry: `/scene sensitive medical` or `/scene sensitive finance`.",
				})
			}
			if n != access.Sensitive && s.Industry != "" {
				return bot.Refuse(chat.Text{ZH: "只有“敏感行业”要写行业。", EN: "Only the sensitive industry takes an industry."})
			}
			return putScene(c, s)
		},
	}
}

func putScene(c bot.Call, s access.Scene) (bot.Outcome, error) {
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.PutOn(c.Group.ID, c.Actor.ID, s, c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Policy, "")
	}
	if len(changes) == 0 {
		return bot.Outcome{Reply: chat.Reply{Text: chat.Text{
			ZH: "场景“%s”本来就是这样，没有改变。", EN: "The scene “%s” is on already, just so; nothing has changed.",
		}.F(s.Label())}}, nil
	}
	head := chat.Text{ZH: "启用场景“%s”，%s", EN: "put the scene “%s” on, %s"}.F(s.Label(), until(c, s.Until)).Plus(because(s.Reason))
	if old, ok := c.Access.Group.Scene(s.Name); ok && old.Live(c.Now) {
		head = head.Plus(chat.Text{ZH: "（原为%s）", EN: " (was %s)"}.F(until(c, old.Until)))
	}
	return turnScene(c, access.SceneOn, s, head, changes, second)
}

// turnScene is the outcome of a scene that comes or goes: the diff of the switches, confirmed.
func turnScene(
	c bot.Call, kind journal.Kind, s access.Scene, head chat.Text, changes []journal.Change, second chat.Text,
) (bot.Outcome, error) {
	after, err := c.Access.After(c.Group.ID, changes)
	if err != nil {
		return bot.Outcome{}, err
	}
	before, then := c.Access.Group.Switches(c.Now), after.Group.Switches(c.Now)
	lines := []chat.Text{head}
	turned := access.TurnedBy(before, then)
	for _, t := range turned {
		lines = append(lines, chat.Text{ZH: "- %s：%s → %s", EN: "- %s: %s → %s"}.F(t.Before.Switch.Label(), t.Before.Text(), t.After.Text()).
			Plus(meaning(c, t.After)))
	}
	for i, w := range before {
		if slices.Contains(s.Name.Holds(), w.Switch) && w.String() == then[i].String() {
			lines = append(lines, chat.Text{ZH: "- %s：不变，仍是%s", EN: "- %s: as it is, %s"}.F(w.Switch.Label(), then[i].Text()).Plus(heldBy(others(then[i], s))))
		}
	}
	if st, ok := s.Adds(); ok {
		lines = append(lines, addedLine(kind, st))
	}
	if slices.ContainsFunc(turned, func(t access.Turned) bool { return onlyReported(t.After) }) {
		lines = append(lines, onlySeen)
	}
	confirm := chat.Text{ZH: "场景改变本群 %d 个开关", EN: "switches of the group that the scene turns: %d"}.F(len(turned))
	if len(turned) == 0 {
		confirm = chat.Text{ZH: "场景的记录改变，开关不变", EN: "the record of the scene changes, no switch does"}
	}
	return bot.Outcome{
		Changes: chat.Lines(lines...),
		Confirm: confirm, Second: second,
		Events: []journal.Event{{
			Kind: kind, Group: c.Group.ID, Items: policyItem, Reason: s.Reason, Changes: changes,
		}},
	}, nil
}

// others are the scenes beside s that hold a switch.
func others(w access.SwitchState, s access.Scene) []access.SceneName {
	return slices.DeleteFunc(slices.Clone(w.Held), func(n access.SceneName) bool { return n == s.Name })
}

func addedLine(kind journal.Kind, st access.Statement) chat.Text {
	if kind == access.SceneOff {
		return chat.Text{
			ZH: "- 去掉一条：允许本群所有人“%s”", EN: "- takes one statement off: allow everyone here “%s”",
		}.F(st.Items.Label())
	}
	return chat.Text{
		ZH: "- 新增一条：允许本群所有人“%s”；受级别上限约束，实际是高级和中级",
		EN: "- adds one statement: allow everyone here “%s”; the ceiling of levels makes that senior and mid",
	}.F(st.Items.Label())
}

// meaning says honestly what a switch comes to in this kind of group (4.4, 5.1).
func meaning(c bot.Call, s access.SwitchState) chat.Text {
	if a := asks(s); a != "" {
		means := c.Profile.Of(c.Group.Kind, a)
		switch {
		case means.How == chat.Assisted && means.Verifiable:
			return chat.Text{ZH: "；请群主%s", EN: "; the owner is asked to %s"}.F(actionText(a))
		case means.How == chat.Assisted:
			return chat.Text{ZH: "；请群主%s，结果无法核实", EN: "; the owner is asked to %s, which cannot be verified"}.F(actionText(a))
		}
		return chat.Text{ZH: "；%s", EN: "; %s"}.F(means.Steps)
	}
	switch {
	case s.Switch == access.BulkImport && len(s.Held) > 0:
		return chat.Text{
			ZH: "；机器人里放行，拉人仍由成员在企业微信里操作", EN: "; allowed here, people are brought in by hand in WeCom",
		}
	case s.Switch == access.AtAll && onlyReported(s):
		return chat.Text{ZH: "，约束没有“@全体”权限的人；只报告", EN: ", binding who lacks “mention all”; reported only"}
	case onlyReported(s):
		return chat.Text{ZH: "，约束非管理员；只报告", EN: ", binding who is no admin; reported only"}
	}
	return chat.Text{}
}

// onlyReported says whether a scene holds a switch that no bot can turn in WeCom.
func onlyReported(s access.SwitchState) bool {
	return len(s.Held) > 0 && slices.Contains([]access.Switch{access.AtAll, access.SpeechReview, access.MemberFiles}, s.Switch)
}

// onlySeen is what is true of such a switch.
var onlySeen = chat.Text{
	ZH: "“只报告”：企业微信没有这种开关，机器人不拦截、不删除；读得到消息的群里，违规会私信告诉管理员。`/违规` 看本群读不读得到。",
	EN: "“Reported only”: WeCom has no such switch, and the bot stops and deletes nothing; where it can read messages, admins are told of breaches. `/conduct` says whether it can here.",
}

// sceneOff takes a scene off, or the roles that a template gave.
func sceneOff() bot.Command {
	name, reason := grammar.Word("scene").Called(chat.Text{ZH: "场景或模板", EN: "scene or template"}), grammar.Rest("reason")
	return bot.Command{
		Name:     "scene off",
		Forms:    []string{"/scene off {scene} [{reason}]", "/场景 (关闭|取消) {scene} [{reason}]"},
		Examples: []chat.Text{{ZH: "/场景 关闭 线下活动", EN: "/scene off offline_event"}},
		Holes:    []grammar.Hole{name, reason},
		Help: chat.Text{
			ZH: "关闭场景：只恢复没有别的场景保持的开关；模板则收回它给出的角色。", EN: "Take a scene off: reverts only what no other scene holds; of a template, ends the roles that it gave.",
		},
		Needs: access.Policy,
		Reads: []bot.Source{tasks},
		Run: func(c bot.Call) (bot.Outcome, error) {
			said := name.Of(c.Args)
			if t, ok := c.Access.Template(said); ok {
				return takeTemplate(c, t, reason.Of(c.Args))
			}
			n, _ := access.ParseScene(said)
			s, ok := c.Access.Group.Scene(n)
			if !ok {
				return bot.Refuse(chat.Text{
					ZH: "“%s”在本群没有启用；`/场景` 看启用了什么。", EN: "“%s” is not on here; `/scene` shows what is.",
				}.F(chat.Escape(said)))
			}
			changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
				return f.TakeOff(c.Group.ID, c.Actor.ID, n, c.Now)
			})
			if !d.Allowed {
				return bot.Deny(d, access.Policy, "")
			}
			s.Reason = reason.Of(c.Args)
			head := chat.Text{ZH: "关闭场景“%s”", EN: "take the scene “%s” off"}.F(s.Label()).Plus(because(s.Reason))
			return turnScene(c, access.SceneOff, s, head, changes, second)
		},
	}
}
