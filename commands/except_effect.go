package commands

import (
	"fmt"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// effects tells, item by item, what a setting does to somebody, from the moment that it counts: gained, lost, as before,
// cut by the ceiling, or shadowed by what goes before it. What is the same for several items is said once.
func effects(
	c bot.Call, who chat.User, items access.Items, changes []journal.Change, e access.Effect, from time.Time,
) ([]chat.Text, error) {
	at := c.Now
	if from.After(at) {
		at = from
	}
	if c.Access.Offered != 0 && items&c.Access.Offered != 0 {
		items &= c.Access.Offered // of a family, what this platform has
	}
	seen, err := c.Access.Outlook(c.Group.ID, who, known(c, who), items, changes, at)
	if err != nil {
		return nil, fmt.Errorf("look at what changes for %s: %w", who, err)
	}
	var order []string
	said, about := map[string]chat.Text{}, map[string]access.Items{}
	for _, o := range seen {
		t := outlookText(c, who, o, e)
		if _, again := said[t.ZH]; !again {
			order = append(order, t.ZH)
		}
		said[t.ZH], about[t.ZH] = t, about[t.ZH].With(o.Item)
	}
	lines := make([]chat.Text, len(order))
	for i, key := range order {
		lines[i] = chat.Text{ZH: "- %s：%s", EN: "- %s: %s"}.F(about[key].Label(), said[key])
	}
	return lines, nil
}

// known is what the address book says of somebody, as decisions take it.
func known(c bot.Call, who chat.User) access.Person {
	if who == c.Actor.ID {
		return c.Access.Actor
	}
	if p, ok := c.Access.People[who]; ok {
		return p
	}
	return bot.Inherits(bot.At[directory.Person](c, directory.OfPerson(who)))
}

func outlookText(c bot.Call, who chat.User, o access.Outlook, e access.Effect) chat.Text {
	after := o.After.Rule
	switch {
	case o.Differs() && o.After.Allowed:
		return chat.Text{ZH: "不能用 → 可以用", EN: "not usable → usable"}
	case o.Differs():
		return chat.Text{ZH: "可以用 → 不能用", EN: "usable → not usable"}
	case after == access.RuleOwner, after == access.RuleDepartmentAdmin:
		return chat.Text{ZH: "可以用，例外不起作用（%s）", EN: "usable; the exception has no effect (%s)"}.F(after.Text())
	case o.After.Allowed && e == access.Deny:
		return chat.Text{ZH: "仍可以用，例外被遮蔽：%s（%s）", EN: "still usable, the exception is shadowed: %s (%s)"}.F(after.Text(), string(after))
	case o.After.Allowed:
		return chat.Text{ZH: "本来就可以用，没有变化", EN: "usable as it was; no difference"}
	case e == access.Deny:
		return chat.Text{ZH: "本来就不能用，没有变化", EN: "not usable as it was; no difference"}
	case after == access.RuleCeiling:
		l := c.Access.LevelOf(who, c.Group.ID, c.Now)
		return chat.Text{ZH: "级别上限内无效：%s用不到这一项（ceiling）", EN: "without effect: %s does not reach it (ceiling)"}.F(holderText(l))
	case after == access.RuleDefault:
		return chat.Text{ZH: "不能用，角色没有给（default）", EN: "not usable; the role does not give it (default)"}
	}
	return chat.Text{ZH: "仍不能用，例外被遮蔽：%s（%s）", EN: "still not usable, the exception is shadowed: %s (%s)"}.F(after.Text(), string(after))
}

func holderText(l access.Level) chat.Text {
	if l == access.NoLevel {
		return chat.Text{ZH: "没有角色的人", EN: "somebody without a role"}
	}
	return chat.Text{ZH: l.Label().ZH + "管理员", EN: "a " + l.String() + " admin"}
}

// live says whether what ends at a moment has not ended yet; the zero end never comes.
func live(until, now time.Time) bool { return until.IsZero() || now.Before(until) }

func lower(s string) string { return strings.ToLower(s) }
