package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
)

// This file tells roles that rest: those that are yet to be activated, that are activated, and that are awake on shift.

// The ways in which a role may rest.
const (
	whenActivated = "eligible"
	whenOnDuty    = "on-duty"
)

// way is the hole that makes an appointment one of those.
func way() grammar.ChoiceHole[string] {
	return grammar.Choice("way", parseWay, chat.Text{ZH: "候补|值班生效", EN: "eligible|on-duty"})
}

func parseWay(s string) (string, bool) {
	switch s {
	case "eligible", "候补":
		return whenActivated, true
	case "on-duty", "onduty", "值班生效", "值班时生效":
		return whenOnDuty, true
	}
	return "", false
}

// mode marks a role that rests, where a list has room for a word only; empty for one that always counts.
func mode(r access.Role) chat.Text {
	switch {
	case r.Eligible:
		return chat.Text{ZH: "（候补）", EN: " (eligible)"}
	case r.Active:
		return chat.Text{ZH: "（已激活）", EN: " (activated)"}
	case r.OnDuty:
		return chat.Text{ZH: "（值班时生效）", EN: " (on duty only)"}
	}
	return chat.Text{}
}

// term tells from when to when a role of a group counts: until its end, on shift, or once it is activated.
func term(c bot.Call, g chat.Group, r access.Role) chat.Text {
	end := until(c, r.Until)
	switch {
	case r.Eligible && r.OnDuty:
		return chat.Text{ZH: "值班时可激活，激活后才生效，", EN: "may be activated on shift, counts once activated, "}.Plus(end)
	case r.Eligible:
		return chat.Text{ZH: "激活后才生效，", EN: "counts once activated, "}.Plus(end)
	case r.Active && r.Only != 0:
		return chat.Text{ZH: "已激活 %s，", EN: "activated for %s, "}.F(r.Only.Label()).Plus(end)
	case r.Active:
		return chat.Text{ZH: "已激活，", EN: "activated, "}.Plus(end)
	case r.OnDuty:
		return chat.Text{ZH: "值班时生效%s，", EN: "counts on duty only%s, "}.F(shift(c, g, r.Who)).Plus(end)
	}
	return end
}

// shift tells whether a person's shift runs, or when the next one begins; empty where the roster was not read.
func shift(c bot.Call, g chat.Group, who chat.User) chat.Text {
	roster := c.Access.Roster
	if roster == nil || g != c.Group.ID {
		return chat.Text{}
	}
	if roster.OnDuty(who, c.Now) {
		return chat.Text{ZH: "（正在班上）", EN: " (on shift now)"}
	}
	if begins, ok := roster.NextShift(who, c.Now); ok {
		return chat.Text{ZH: "（下一班 %s 开始）", EN: " (the next shift begins at %s)"}.F(c.Moment(begins))
	}
	return chat.Text{ZH: "（还没有排班）", EN: " (no shift is planned)"}
}

// rolesOf are a person's roles of the group's book that are not over: the fixed one, the temporary one, the activation,
// then the one that may be activated.
func rolesOf(c bot.Call, who chat.User) []access.Role {
	var out []access.Role
	for _, r := range c.Access.Group.Roles() {
		if r.Who == who && (r.Until.IsZero() || c.Now.Before(r.Until)) {
			out = append(out, r)
		}
	}
	return out
}

// rests says whether no role of a person is one for which they should be the platform's own admin at this moment.
func rests(c bot.Call, who chat.User) bool {
	for _, r := range c.Access.Holds(who, c.Group.ID, c.Now) {
		if !r.OnDuty && !r.Active && !c.Now.Before(r.From) {
			return false
		}
	}
	return true
}

// madeEligible tells what somebody may activate from now on.
func madeEligible(c bot.Call, who chat.User, r access.Role) chat.Text {
	held := onPlatform(c, r.Items())
	t := chat.Text{ZH: "%s 成为本群%s的候补，%s；激活前没有权限，可激活 %d 项：%s", EN: "%s is eligible as %s here, %s; nothing before it is activated, then items (%d): %s"}.F(
		c.Name(who), roleText(r.Level, r.Job), until(c, r.Until), held.Len(), held.Label())
	return t.Plus(because(r.Reason))
}

// onPlatform is what of some items the platform has.
func onPlatform(c bot.Call, items access.Items) access.Items {
	if c.Access.Offered != 0 {
		items &= c.Access.Offered
	}
	return items
}
