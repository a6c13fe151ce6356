package commands

import (
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(adminLevel)
	_ = declare(adminJob)
	_ = declare(adminExtend)
	_ = declare(adminQuit)
)

// adminLevel changes the level of an admin.
func adminLevel() bot.Command {
	who, lvl := grammar.Person("who"), level()
	return bot.Command{
		Name:     "admin level",
		Forms:    []string{"/admin level {who} {level}", "/改级别 {who} {level}"},
		Examples: []chat.Text{{ZH: "/改级别 @zhangsan 普通", EN: "/admin level @zhangsan junior"}},
		Holes:    []grammar.Hole{who, lvl},
		Help:     chat.Text{ZH: "改一位管理员的级别。", EN: "Change an admin's level."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			return change(c, access.Releveled, who, "", func(f access.Facts, m chat.Member) ([]journal.Change, access.Decision, error) {
				changes, d := f.Relevel(c.Group.ID, c.Actor.ID, m.ID, lvl.Of(c.Args), c.Now)
				return changes, d, giveNothing(c, d, access.Appointment{Level: lvl.Of(c.Args), Job: standingRole(c, m.ID).Job})
			})
		},
	}
}

// adminJob changes the job of an admin.
func adminJob() bot.Command {
	who, jb := grammar.Person("who"), job()
	return bot.Command{
		Name:     "admin job",
		Forms:    []string{"/admin job {who} {job}", "/改岗位 {who} {job}"},
		Examples: []chat.Text{{ZH: "/改岗位 @zhangsan 运营专员", EN: "/admin job @zhangsan operations"}},
		Holes:    []grammar.Hole{who, jb},
		Help:     chat.Text{ZH: "改一位管理员的岗位。", EN: "Change an admin's job."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			next, err := jobOf(c, jb)
			if err != nil {
				return bot.Outcome{}, err
			}
			return change(c, access.Rejobbed, who, "", func(f access.Facts, m chat.Member) ([]journal.Change, access.Decision, error) {
				changes, d := f.Rejob(c.Group.ID, c.Actor.ID, m.ID, next, c.Now)
				return changes, d, giveNothing(c, d, access.Appointment{Level: standingRole(c, m.ID).Level, Job: next})
			})
		},
	}
}

// adminExtend lengthens a temporary role.
func adminExtend() bot.Command {
	who, length, end, reason := grammar.Person("who"), grammar.Length("length"), grammar.Moment("until"), grammar.Rest("reason")
	return bot.Command{
		Name: "admin extend",
		Forms: []string{
			"/admin extend {who} [for] {length} [{reason}]", "/admin extend {who} (until|到) {until} [{reason}]",
			"/延期 {who} {length} [{reason}]", "/延期 {who} (到|until) {until} [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/延期 @zhangsan 3天", EN: "/admin extend @zhangsan 3d"}},
		Holes:    []grammar.Hole{who, length, end, reason},
		Help:     chat.Text{ZH: "延长一个临时授权、激活或有期限的候补。", EN: "Lengthen a temporary grant, an activation or an eligibility."},
		Needs:    access.Admins,
		Reads:    []bot.Source{tasks, ends},
		Run: func(c bot.Call) (bot.Outcome, error) {
			out, err := change(c, access.Extended, who, reason.Of(c.Args), func(f access.Facts, m chat.Member) ([]journal.Change, access.Decision, error) {
				r, ok := f.Extendable(c.Group.ID, m.ID, c.Now)
				if !ok {
					return nil, access.Decision{}, access.ErrNoTemporary
				}
				later, err := extended(c, r, length, end)
				if err != nil {
					return nil, access.Decision{}, err
				}
				return f.Extend(c.Group.ID, c.Actor.ID, m.ID, later, c.Now)
			})
			if err == nil {
				return out, nil
			}
			return mend(err, map[error]chat.Text{
				access.ErrNoTemporary: {
					ZH: "此人在本群没有未到期的临时授权。要新给一个，用 `/设管理 @userid 中级 3天`。",
					EN: "This person has no temporary grant here that is not over. To give one, use `/admin add @userid mid for 3d`.",
				},
				access.ErrActivationLength: {
					ZH: "激活最多再延长到 24 小时之后，也不能超过候补资格本身的期限。",
					EN: "An activation is extended to 24 hours from now at most, and not beyond the eligibility itself.",
				},
			})
		},
	}
}

// extended is the end that an extension asks for. One that is not later is no mistake of policy: somebody has been
// faster, or has tapped twice.
func extended(c bot.Call, r access.Role, length grammar.LengthHole, end grammar.MomentHole) (time.Time, error) {
	if length.Given(c.Args) {
		return r.Until.Add(length.Of(c.Args)), nil
	}
	if at := end.Of(c.Args).UTC(); at.After(r.Until) {
		return at, nil
	}
	return time.Time{}, &bot.Refusal{Text: chat.Text{
		ZH: "%s 的期限已经到 %s，没有改变；要延长，请写更晚的时间。", EN: "%s has until %s already; nothing has changed. To extend, name a later end.",
	}.F(c.Name(r.Who), c.Moment(r.Until))}
}

// change is the common way of a command that changes one person's role.
func change(
	c bot.Call, kind journal.Kind, who grammar.PersonHole, reason string,
	ask func(access.Facts, chat.Member) ([]journal.Change, access.Decision, error),
) (bot.Outcome, error) {
	m, err := c.Find(who.Ref(c.Args))
	if err != nil {
		return bot.Outcome{}, err
	}
	changes, d, second := secondPerson(c.Access, func(f access.Facts) (access.Change, access.Decision) {
		var changes access.Change
		var d access.Decision
		changes, d, err = ask(f, m)
		return changes, d
	})
	if err != nil {
		return bot.Outcome{}, err
	}
	if !d.Allowed {
		return bot.Deny(d, access.Admins, m.ID)
	}
	if len(changes) == 0 {
		return bot.Outcome{Reply: chat.Reply{Text: soAlready(c, m.ID)}}, nil
	}
	out := bot.Outcome{
		Events: []journal.Event{{
			Kind: kind, Group: c.Group.ID, Targets: []chat.User{m.ID}, Items: rights, Reason: reason, Changes: changes,
		}},
		Changes: whichRole(c, m.ID, changes).Plus(appointed(c, m.ID, changes)).Plus(extra(changes, reason)), Second: second,
	}
	was := roleBefore(changes).Level
	switch {
	case senior(changes) && was != access.Senior:
		out.Confirm = chat.Text{ZH: "授予高级（可设管理员、改群设置）", EN: "this gives the senior level (may appoint admins and change settings)"}
	case was == access.Senior && !senior(changes):
		out.Confirm = chat.Text{ZH: "降低高级管理员的级别", EN: "this lowers a senior admin"}
	case string(m.ID) != who.Ref(c.Args).Said:
		out.Confirm = foundByName
	}
	return out, nil
}

// standingRole is the role of somebody that a change of level or job is about: the fixed one, else the temporary one.
func standingRole(c bot.Call, who chat.User) access.Role {
	r, ok := c.Access.Group.Role(who, false)
	if !ok {
		r, _ = c.Access.Group.Role(who, true)
	}
	return r
}

// giveNothing refuses a level and a job that give nothing together, with what to choose instead; nil where that is not so.
func giveNothing(c bot.Call, d access.Decision, a access.Appointment) error {
	why := emptyPair(c, d, a)
	if why.IsZero() {
		return nil
	}
	return &bot.Refusal{Text: why.Plus(chat.Text{ZH: "。", EN: "."}).Plus(pairNext(c, a))}
}

// roleBefore is the role that a change is about, as it was.
func roleBefore(changes []journal.Change) access.Role {
	for _, ch := range changes {
		if r, err := journal.Decode[access.Role](ch.Before); ch.Before != nil && err == nil {
			return r
		}
	}
	return access.Role{}
}

// whichRole names the role that is changed, of somebody who has two; zero of somebody who has one.
func whichRole(c bot.Call, who chat.User, changes []journal.Change) chat.Text {
	r, ok := roleAfter(changes)
	if !ok || r.Eligible || r.Active || besides(c, who, r.Temporary()).IsZero() {
		return chat.Text{}
	}
	if r.Temporary() {
		return chat.Text{ZH: "改的是临时角色：", EN: "the temporary role changes: "}
	}
	return chat.Text{ZH: "改的是固定角色：", EN: "the fixed role changes: "}
}

// soAlready says that nothing changes: of the role that would, which is the fixed one of somebody who has two, and what
// the other one is.
func soAlready(c bot.Call, who chat.User) chat.Text {
	t := chat.Text{ZH: "%s 本来就是这样，没有改变。", EN: "%s is so already; nothing has changed."}.F(c.Name(who))
	r, isFixed := c.Access.Group.Role(who, false)
	if other := besides(c, who, false); isFixed && !other.IsZero() {
		t = chat.Text{ZH: "%s 的固定角色本来就是%s，没有改变%s。", EN: "The fixed role of %s is %s already; nothing has changed%s."}.F(
			c.Name(who), roleText(r.Level, r.Job), other)
	}
	return t
}

// extra is the reason of a change, where the role itself does not tell it.
func extra(changes []journal.Change, reason string) chat.Text {
	r, ok := roleAfter(changes)
	switch {
	case ok && r.Reason == reason, reason == "":
		return chat.Text{}
	case ok && r.Reason != "":
		return chat.Text{ZH: "，这次的原因：%s", EN: ", reason for this: %s"}.F(chat.Escape(reason))
	}
	return because(reason)
}

// adminQuit lets an admin step down.
func adminQuit() bot.Command {
	reason := grammar.Rest("reason")
	return bot.Command{
		Name:     "admin quit",
		Forms:    []string{"/admin quit [{reason}]", "/辞任 [{reason}]"},
		Examples: []chat.Text{{ZH: "/辞任", EN: "/admin quit"}},
		Holes:    []grammar.Hole{reason},
		Help:     chat.Text{ZH: "辞去自己在本群的角色；最后一位高级不能辞。", EN: "Step down here; the last senior admin cannot."},
		Reads:    []bot.Source{tasks, ends},
		Who:      chat.Text{ZH: "有角色的人自己用。", EN: "For whoever holds a role, about themselves."},
		Offers:   offersQuit,
		Run: func(c bot.Call) (bot.Outcome, error) {
			changes, d := c.Access.Quit(c.Group.ID, c.Actor.ID, reason.Of(c.Args), c.Now)
			if d.Rule == access.RuleNotAdmin {
				return bot.Refuse(chat.Text{ZH: "您在本群没有角色。", EN: "You hold no role here."})
			}
			if !d.Allowed {
				return bot.Deny(d, access.Admins, c.Actor.ID)
			}
			return bot.Outcome{
				Confirm: chat.Text{ZH: "辞任后，您不能自己恢复", EN: "once you have stepped down, you cannot restore it yourself"},
				Changes: dismissed(c, c.Actor.ID).Plus(because(reason.Of(c.Args))),
				Events: []journal.Event{{
					Kind: access.Resigned, Group: c.Group.ID, Targets: []chat.User{c.Actor.ID}, Items: rights,
					Reason: reason.Of(c.Args), Changes: changes,
				}},
			}, nil
		},
	}
}
