package commands

import (
	"errors"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(activate)
	_ = declare(deactivate)
)

// activate wakes a role, or one item of it, that the speaker is eligible for. Nobody need agree: whoever made them
// eligible has; the seniors and the owners are told at once.
func activate() bot.Command {
	what, lvl, length, reason := item(), level(), grammar.Length("length"), grammar.Rest("reason")
	return bot.Command{
		Name: "activate",
		Forms: []string{
			"/activate [{item}] [{level}] [[for] {length}] [{reason}]", "/激活 [{item}] [{level}] [{length}] [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/激活 禁言 2小时 客户群有人刷屏", EN: "/activate mute for 2h spam in the group"}},
		Holes:    []grammar.Hole{what, lvl, length, reason},
		Help: chat.Text{
			ZH: "激活您的候补权限 1–24 小时：整个角色或其中一项。", EN: "Activate what you are eligible for, for 1–24 hours: the whole role or one item.",
		},
		Who:    chat.Text{ZH: "在本群有候补资格的人可以用。", EN: "For whoever is eligible for a role here."},
		Offers: offersActivation,
		Reads:  []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			if what.Given(c.Args) && lvl.Given(c.Args) {
				return bot.Refuse(chat.Text{ZH: "权限和级别只写一个。", EN: "Name an item or a level, not both."})
			}
			if err := noSlip(reason.Of(c.Args)); err != nil {
				return bot.Outcome{}, err
			}
			want := access.Activation{
				Who: c.Actor.ID, Only: access.ItemsOf(what.Of(c.Args)), Level: lvl.Of(c.Args), For: length.Of(c.Args), Reason: reason.Of(c.Args),
			}
			changes, d, err := c.Access.Activate(c.Group.ID, want, c.Now)
			switch {
			case errors.Is(err, access.ErrActivated):
				return bot.Outcome{Reply: chat.Reply{Text: running(c)}}, nil
			case err != nil:
				return bot.Refuse(incomplete(err, want))
			case !d.Allowed:
				return bot.Deny(d, what.Of(c.Args), "")
			}
			return bot.Outcome{
				Rule: d.Rule, Changes: activated(c, want, changes),
				Events: []journal.Event{{
					Kind: access.Activated, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: itemsOf(want.Only),
					Reason: want.Reason, Changes: changes,
				}},
			}, nil
		},
	}
}

// itemsOf are the items that an activation is about, for the journal: that of roles where it is a whole one.
func itemsOf(only access.Items) []string {
	if only == 0 {
		return rights
	}
	return only.Names()
}

// activated tells what an activation gives, and until when.
func activated(c bot.Call, want access.Activation, changes []journal.Change) chat.Text {
	r, _ := roleAfter(changes)
	held := onPlatform(c, r.Items())
	t := chat.Text{ZH: "%s 激活%s，%s，权限 %d 项：%s", EN: "%s has activated %s, %s, items (%d): %s"}.F(
		c.Name(r.Who), roleText(r.Level, r.Job), until(c, r.Until), held.Len(), held.Label()).Plus(because(r.Reason))
	if old, ok := c.Access.Group.Active(r.Who); ok && old.Live(c.Now) {
		t = t.Plus(chat.Text{ZH: "（接替到 %s 的那次激活）", EN: " (in place of the one until %s)"}.F(c.Moment(old.Until)))
	}
	if r.Until.Before(c.Now.Add(want.For)) {
		t = t.Plus(chat.Text{ZH: "（候补资格那时到期，所以短于 %s）", EN: " (the eligibility ends then, so it is shorter than %s)"}.F(grammar.FormatLength(want.For)))
	}
	return t
}

// running tells of the activation that gives as much and runs as long.
func running(c bot.Call) chat.Text {
	r, _ := c.Access.Group.Active(c.Actor.ID)
	return chat.Text{
		ZH: "没有改变：您已激活%s（%s），%s。要换成别的，先发 `/结束激活`。", EN: "Nothing has changed: you have %s activated (%s), %s. For something else, first send `/deactivate`.",
	}.F(roleText(r.Level, r.Job), onPlatform(c, r.Items()).Label(), until(c, r.Until))
}

// incomplete says what an activation lacks, with the very command to send.
func incomplete(err error, want access.Activation) chat.Text {
	zh, en := "/激活 ", "/activate "
	for i := range want.Only.All() {
		zh, en = zh+i.Label().ZH+" ", en+i.String()+" "
	}
	if want.Level != access.NoLevel {
		zh, en = zh+want.Level.Label().ZH+" ", en+want.Level.String()+" "
	}
	head := chat.Text{ZH: "激活要写时长（1 到 24 小时）和原因。", EN: "An activation needs a length, 1 to 24 hours, and a reason."}
	length := chat.Text{ZH: "2小时", EN: "2h"}
	if errors.Is(err, access.ErrNoReason) && want.For >= access.LeastActivation && want.For <= access.MostActivation {
		head = chat.Text{ZH: "激活要写原因。", EN: "An activation needs a reason."}
		length = grammar.FormatLength(want.For)
	}
	if errors.Is(err, access.ErrActivationLength) && want.For != 0 {
		head = chat.Text{ZH: "激活的时长是 1 到 24 小时。", EN: "An activation lasts 1 to 24 hours."}
	}
	reason := chat.Text{ZH: "原因", EN: "REASON"}
	if want.Reason != "" {
		reason = chat.Same(chat.Escape(want.Reason))
	}
	return head.Plus(chat.Text{ZH: "请发：`" + zh + "%s %s`", EN: " Send: `" + en + "for %s %s`"}.F(length, reason))
}

// deactivate ends the speaker's own activation before its time.
func deactivate() bot.Command {
	return bot.Command{
		Name:     "deactivate",
		Forms:    []string{"/deactivate", "/结束激活"},
		Examples: []chat.Text{{ZH: "/结束激活", EN: "/deactivate"}},
		Holes:    []grammar.Hole{},
		Help:     chat.Text{ZH: "提前结束您的激活，或您的应急。", EN: "End your activation, or your emergency, before its time."},
		Who:      chat.Text{ZH: "正在激活或应急的人自己用。", EN: "For whoever has something activated, or is in an emergency."},
		Offers:   offersDeactivation,
		Reads:    []bot.Source{requests, tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			r, _ := c.Access.Group.Active(c.Actor.ID)
			changes, d, err := c.Access.Deactivate(c.Group.ID, c.Actor.ID, c.Now)
			if _, broken := c.Access.Glass(c.Actor.ID, c.Now); broken && errors.Is(err, access.ErrNoActivation) {
				return glassOff(c) // to whoever holds it, an emergency is something activated
			}
			if errors.Is(err, access.ErrNoActivation) {
				return bot.Refuse(chat.Text{ZH: "您现在没有激活任何权限。", EN: "You have nothing activated at present."})
			}
			if err != nil {
				return bot.Outcome{}, err
			}
			if !d.Allowed {
				return bot.Deny(d, access.NoItem, "")
			}
			return bot.Outcome{
				Changes: chat.Text{ZH: "%s 结束激活%s（原到 %s），候补资格照旧", EN: "%s ends the activation of %s (it ran until %s); the eligibility stays"}.F(
					c.Name(c.Actor.ID), roleText(r.Level, r.Job), c.Moment(r.Until)),
				Events: []journal.Event{{
					Kind: access.Deactivated, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: itemsOf(r.Only), Changes: changes,
				}},
			}, nil
		},
	}
}
