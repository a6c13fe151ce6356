package commands

import (
	"fmt"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// putTemplate gives people the role of a template, as one unit. Nobody's own role is replaced by it: taking the
// template off must leave them what they had.
func putTemplate(c bot.Call, t access.Template, refs []grammar.Ref, span access.Appointment, reason string) (bot.Outcome, error) {
	if len(refs) == 0 {
		return bot.Refuse(chat.Text{
			ZH: "“%s”是模板，请写给谁：`/场景 %[1]s @userid 3天`。", EN: "“%s” is a template; say for whom: `/scene %[1]s @userid for 3d`.",
		}.F(t.Label()))
	}
	span.By, span.Level, span.Job, span.Reason, span.Source = c.Actor.ID, t.Level, t.Job, reason, t.Source()
	facts := c.Access
	var done, bad []result
	var denied error
	var second chat.Text
	for _, r := range refs {
		m, err := c.Find(r)
		if err == nil && m.Kind == chat.Staff {
			err = here(c, m)
		}
		if err == nil {
			err = ownRole(c, m.ID, t, !span.Until.IsZero())
		}
		if err != nil {
			bad, denied = append(bad, result{line: cause(err)}), err
			continue
		}
		if slices.ContainsFunc(done, func(r result) bool { return r.who == m.ID }) {
			continue
		}
		one := span
		one.Who, one.WhoKind, one.NoContact = m.ID, m.Kind, contactRight(c, m) == chat.RightMissing
		changes, d, two := secondPerson(facts, func(f access.Facts) (access.Change, access.Decision) {
			return f.Appoint(c.Group.ID, one, c.Now)
		})
		if !d.Allowed {
			denied = &bot.Denied{Decision: d, Item: access.Admins, Target: m.ID}
			bad = append(bad, keptOut(c, facts, m.ID, d))
			continue
		}
		after, err := facts.After(c.Group.ID, changes)
		if err != nil {
			return bot.Outcome{}, fmt.Errorf("appoint %s: %w", m.ID, err)
		}
		if !two.IsZero() {
			second = two
		}
		done = append(done, result{who: m.ID, changes: changes, line: c.Name(m.ID)})
		facts = after
	}
	if len(done) == 0 && len(refs) == 1 {
		return bot.Outcome{}, denied
	}
	if len(done) == 0 {
		return bot.Refuse(chat.Lines(chat.Text{ZH: "没有人得到这个角色：", EN: "Nobody was given the role:"}, bullets(bad)))
	}
	lines := []chat.Text{
		chat.Text{ZH: "启用模板“%s”（%s），%s", EN: "put the template “%s” on (%s), %s"}.F(t.Label(), roleText(t.Level, t.Job), until(c, span.Until)).
			Plus(because(reason)),
		chat.Text{ZH: "给：%s", EN: "to: %s"}.F(whom(done)),
	}
	if len(bad) > 0 {
		lines = append(lines, chat.Text{ZH: "%d 人没有得到：", EN: "%d were not given it:"}.F(len(bad)), bullets(bad))
	}
	e := granted(c, done, reason)
	e.Kind = access.SceneOn
	return bot.Outcome{
		Changes: chat.Lines(lines...), Events: []journal.Event{e}, Second: second,
		Confirm: chat.Text{ZH: "模板改变 %d 人的权限", EN: "the template changes what %d people may do"}.F(len(done)),
	}, nil
}

// whom lists whom results are about.
func whom(rs []result) chat.Text {
	out := make([]chat.Text, len(rs))
	for i, r := range rs {
		out[i] = r.line
	}
	return list(out)
}

// ownRole refuses somebody whose role of the same term the template would replace.
func ownRole(c bot.Call, who chat.User, t access.Template, temporary bool) error {
	r, ok := c.Access.Group.Role(who, temporary)
	if !ok || temporary && !c.Now.Before(r.Until) || r.Source == t.Source() {
		return nil
	}
	kind := chat.Text{ZH: "固定", EN: "fixed"}
	hint := chat.Text{ZH: "给期限（如 3天）就能并存", EN: "with an end (for 3d) it stands beside it"}
	if temporary {
		kind, hint = chat.Text{ZH: "临时", EN: "temporary"}, chat.Text{ZH: "先撤，或改用 /设管理", EN: "end it first, or use /admin add"}
	}
	return &bot.Refusal{Text: chat.Text{
		ZH: "%s 已有%s角色（%s），模板不覆盖；%s。", EN: "%s has a %s role already (%s), which a template does not replace; %s.",
	}.F(c.Name(who), kind, roleText(r.Level, r.Job), hint)}
}

// takeTemplate ends exactly the roles that a template gave.
func takeTemplate(c bot.Call, t access.Template, reason string) (bot.Outcome, error) {
	roles := c.Access.Group.FromTemplate(t, c.Now)
	if len(roles) == 0 {
		return bot.Refuse(chat.Text{
			ZH: "本群没有由模板“%s”给出的角色。", EN: "Nobody here has a role of the template “%s”.",
		}.F(t.Label()))
	}
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		return f.Relieve(c.Group.ID, c.Actor.ID, t, c.Now)
	})
	if !d.Allowed {
		return bot.Deny(d, access.Admins, "")
	}
	e := journal.Event{Kind: access.SceneOff, Group: c.Group.ID, Items: rights, Reason: reason, Changes: changes}
	var ended []result
	for _, r := range roles {
		if !slices.Contains(e.Targets, r.Who) {
			e.Targets = append(e.Targets, r.Who)
			ended = append(ended, result{line: c.Name(r.Who)})
		}
	}
	return bot.Outcome{
		Changes: chat.Lines(chat.Text{ZH: "关闭模板“%s”", EN: "take the template “%s” off"}.F(t.Label()).Plus(because(reason)),
			chat.Text{ZH: "收回：%s", EN: "from: %s"}.F(whom(ended))),
		Confirm: chat.Text{ZH: "收回 %d 人的角色", EN: "this ends the roles of %d people"}.F(len(ended)),
		Events:  []journal.Event{e}, Second: second,
	}, nil
}
