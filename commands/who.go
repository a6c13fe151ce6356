package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
)

// The help says of every command who may use it. For most of them that is the item they need; these are the others: the
// text for the command's page, and the question whether the list should offer it to the speaker.

// lookers may see what is shown to any admin of the group.
var lookers = chat.Text{
	ZH: "本群任何级别的管理员可以用，还有持有“审计”的人。", EN: "For any admin of the group, and whoever holds audit.",
}

func offersLook(c bot.Call) bool { return mayLook(c) == nil }

// auditors may look back.
var (
	auditors     = chat.Text{ZH: "看自己的谁都可以；看别人的要有“审计”。", EN: "Everybody may look at themselves; at others, whoever holds audit."}
	onlyAuditors = chat.Text{ZH: "要有“审计”。", EN: "Whoever holds audit."}
)

// deciders may have their say on requests.
var deciders = chat.Text{
	ZH: "能给所申请权限的人可以决定；要两个人的操作由另一位有同样权限的人决定；应急由超级管理员复核。自己的申请不能自己决定。",
	EN: "Whoever could give what is asked for; for an act that takes two, another one who may do it; owners review emergencies. Nobody decides their own.",
}

func offersDecision(c bot.Call) bool {
	held := c.Access.Items(c.Actor.ID, c.Access.Actor, c.Group.ID, c.Now)
	return held.Has(access.Review) || held.Has(access.Admins) || len(c.Access.StandsInFor(c.Actor.ID, c.Now)) > 0
}

func offersReview(c bot.Call) bool {
	return c.Access.Items(c.Actor.ID, c.Access.Actor, c.Group.ID, c.Now).Has(access.Review)
}

// offersGlass says whether the speaker is one whom an emergency could give anything.
func offersGlass(c bot.Call) bool {
	return c.Access.LevelOf(c.Actor.ID, c.Group.ID, c.Now) == access.Senior && !c.Access.Governs(c.Actor.ID, c.Group.ID)
}

func offersStaff(c bot.Call) bool { return c.Actor.Kind == chat.Staff }

// offersQuit says whether the speaker has a role to give up.
func offersQuit(c bot.Call) bool {
	return c.Access.LevelOf(c.Actor.ID, c.Group.ID, c.Now) != access.NoLevel
}

func offersActivation(c bot.Call) bool {
	_, ok := c.Access.Group.Eligible(c.Actor.ID)
	return ok
}

func offersDeactivation(c bot.Call) bool {
	r, active := c.Access.Group.Active(c.Actor.ID)
	_, broken := c.Access.Glass(c.Actor.ID, c.Now)
	return broken || active && r.Live(c.Now)
}

// whoMay says who may use a command, for its page of the help.
func whoMay(cmd bot.Command) chat.Text {
	switch {
	case !cmd.Who.IsZero():
		return cmd.Who
	case cmd.Owners:
		return chat.Text{ZH: "只有超级管理员可以用。", EN: "For owners (超级管理员) only."}
	case cmd.Needs != access.NoItem:
		return chat.Text{ZH: "需要权限：%s（`%s`）。", EN: "Needs: %s (`%s`)."}.F(cmd.Needs.Label(), cmd.Needs.String())
	}
	return chat.Text{ZH: "谁都可以用。", EN: "Everybody may use it."}
}

// mayUse says whether the speaker may use a command in the group, as far as can be told without its arguments.
func mayUse(c bot.Call, cmd bot.Command, held access.Items) bool {
	switch {
	case cmd.Hidden, cmd.Owners && !c.Access.IsOwner(c.Actor.ID), cmd.Needs != access.NoItem && !held.Has(cmd.Needs):
		return false
	}
	return cmd.Offers == nil || cmd.Offers(c)
}
