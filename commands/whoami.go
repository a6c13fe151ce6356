package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

var _ = declare(whoami)

// whoami tells the speaker what they hold in the group, until when, and where each part comes from.
func whoami() bot.Command {
	return bot.Command{
		Name:     "whoami",
		Forms:    []string{"/whoami", "/我的权限"},
		Examples: []chat.Text{{ZH: "/我的权限", EN: "/whoami"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "您的级别、岗位、权限、期限和来源。", EN: "Your level, job, items, ends, and where each comes from."},
		Run: func(c bot.Call) (bot.Outcome, error) {
			who := c.Actor.ID
			lines := []chat.Text{chat.Text{ZH: "**%s 在 %s**", EN: "**%s in %s**"}.F(c.Name(who), chat.Escape(c.Group.Title()))}
			if c.Access.IsOwner(who) {
				lines = append(lines, chat.Text{
					ZH: "- 超级管理员（来自配置）：所有群的全部权限", EN: "- owner (from the configuration): every item in every group",
				})
			} else if c.Access.Governs(who, c.Group.ID) {
				lines = append(lines, chat.Text{
					ZH: "- 分级管理员（来自配置）：本部门各群的全部权限", EN: "- department admin (from the configuration): every item in the department's groups",
				})
			}
			for _, r := range rolesOf(c, who) {
				lines = append(lines, roleLine(c, r).Plus(cutText(c, r)))
			}
			lines = append(lines, inheritedLines(c, who)...)
			for _, r := range c.Access.Across(c.Group.ID, who, c.Now) {
				lines = append(lines, acrossLine(c, r).Plus(cutText(c, r)))
			}
			lines = append(lines, ownExceptions(c, who)...)
			held := c.Access.Items(who, c.Access.Actor, c.Group.ID, c.Now)
			if held.Len() == 0 {
				lines = append(lines, chat.Text{
					ZH: "- 没有任何管理权限（默认拒绝）", EN: "- no item at all (default: denied)",
				})
			} else {
				lines = append(lines, chat.Text{ZH: "- 权限 %d 项：%s", EN: "- items (%d): %s"}.F(held.Len(), held.Label()))
			}
			if l := c.Access.LevelOf(who, c.Group.ID, c.Now); l != access.NoLevel {
				lines = append(lines, chat.Text{ZH: "- 可以作用于：%s", EN: "- may act on: %s"}.F(reach(l)).Plus(within(c, who)))
			}
			if c.Education {
				lines = append(lines, education)
			}
			return bot.Outcome{Reply: chat.Reply{Text: chat.Lines(lines...)}}, nil
		},
	}
}

var education = chat.Text{
	ZH: "- 注意：教育版账号的部分原生功能可能受限", EN: "- note: education accounts may lack some native functions",
}

func reach(l access.Level) chat.Text {
	switch l {
	case access.Senior:
		return chat.Text{ZH: "高级以下的所有人", EN: "everybody below senior"}
	case access.Mid:
		return chat.Text{ZH: "没有角色的成员", EN: "members without a role"}
	}
	return chat.Text{ZH: "不涉及他人", EN: "nobody else"}
}

// within says that what a level reaches is narrowed by the scopes of the roles; zero where no role has one. What comes
// from a role without a scope is not narrowed.
func within(c bot.Call, who chat.User) chat.Text {
	held := c.Access.Holds(who, c.Group.ID, c.Now)
	narrowed := 0
	for _, r := range held {
		if !r.Data.IsZero() {
			narrowed++
		}
	}
	switch narrowed {
	case 0:
		return chat.Text{}
	case len(held):
		return chat.Text{ZH: "，且在上面的范围之内", EN: ", inside the scope above"}
	}
	return chat.Text{ZH: "；每个角色给的权限，只用于它自己的范围", EN: "; what a role gives counts inside that role's scope alone"}
}

// roleLine tells one role: what, until when, by whom, why.
func roleLine(c bot.Call, r access.Role) chat.Text {
	kind := chat.Text{ZH: "固定", EN: "fixed"}
	switch {
	case r.Eligible:
		kind = chat.Text{ZH: "候补", EN: "eligible"}
	case r.Active:
		kind = chat.Text{ZH: "激活", EN: "activated"}
	case !r.Until.IsZero():
		kind = chat.Text{ZH: "临时", EN: "temporary"}
	}
	line := chat.Text{ZH: "- %s角色：%s，%s", EN: "- %s role: %s, %s"}.F(kind, roleText(r.Level, r.Job), term(c, c.Group.ID, r))
	if c.Now.Before(r.From) {
		line = line.Plus(chat.Text{ZH: "（%s 开始，尚未生效）", EN: " (begins at %s, not yet in force)"}.F(c.Moment(r.From)))
	}
	if r.Suspended {
		line = line.Plus(chat.Text{ZH: "（已停用）", EN: " (suspended)"})
	}
	if !r.Review.IsZero() {
		line = line.Plus(chat.Text{ZH: "，%s 复核", EN: ", to be reviewed at %s"}.F(c.Moment(r.Review)))
	}
	if r.Active {
		return line.Plus(because(r.Reason))
	}
	if r.By != "" {
		line = line.Plus(chat.Text{ZH: "，由 %s 授予", EN: ", given by %s"}.F(c.Name(r.By)))
	}
	if r.Source != "" {
		line = line.Plus(chat.Text{ZH: "，%s", EN: ", %s"}.F(access.SourceText(r.Source)))
	}
	if !r.Data.IsZero() {
		line = line.Plus(chat.Text{ZH: "，范围：%s", EN: ", on: %s"}.F(scopeText(c, r.Data)))
	}
	return line.Plus(because(r.Reason))
}

// roleText names a level and a job.
func roleText(l access.Level, j access.Job) chat.Text {
	t := chat.Text{ZH: l.Label().ZH, EN: l.String()}
	if j == access.NoJob {
		return chat.Text{ZH: t.ZH + "管理员", EN: t.EN + " admin"}
	}
	return chat.Text{ZH: t.ZH + " · " + j.Label().ZH, EN: t.EN + " " + string(j)}
}
