package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

var (
	_ = declare(adminAcross)
	_ = declare(adminAcrossRemove)
	_ = declare(scopeGroups)
)

// placeHoles are where a role across groups counts: groups by name, a tag, or everywhere.
type placeHoles struct {
	groups grammar.RestHole
	tag    grammar.WordHole
	reason grammar.RestHole
}

func newPlaces() placeHoles {
	return placeHoles{
		grammar.Rest("groups").Called(chat.Text{ZH: "群、群… 原因", EN: "groups, … reason"}),
		grammar.Word("tag").Called(chat.Text{ZH: "群标签", EN: "tag"}), grammar.Rest("reason"),
	}
}

// forms are the ways to say it, behind what comes before.
func (p placeHoles) forms(before ...string) []string {
	var out []string
	for _, b := range before {
		out = append(out,
			b+" (跨群|in groups) {groups...}",
			b+" (标签群|in groups tagged) {tag} [{reason}]",
			b+" (所有群|在所有群|in all groups) [{reason}]",
		)
	}
	return out
}

// of returns the groups, or the tag, and the reason; neither is everywhere.
func (p placeHoles) of(c bot.Call) (groups []chat.Group, tag, reason string, err error) {
	if p.groups.Given(c.Args) {
		groups, reason, err = groupNames(c, p.groups.Of(c.Args))
		return groups, "", reason, err
	}
	return nil, p.tag.Of(c.Args), p.reason.Of(c.Args), nil
}

// adminAcross gives a role in several groups: it stands in the company's book, so it is an owner's to give.
func adminAcross() bot.Command {
	who, lvl, jb := grammar.People("who"), level(), job()
	length, from, end, places := grammar.Length("length"), grammar.Moment("from"), grammar.Moment("until"), newPlaces()
	return bot.Command{
		Name: "admin groups",
		Forms: append(places.forms(
			"/admin (add|temp) {who...} [{level}] [{job}] [[for] {length}] [from {from}] [until {until}]",
			"/(设管理|临时管理) {who...} [{level}] [{job}] [{length}] [从 {from}] [到 {until}]",
		), "/admin groups {who...} [{level}] [{job}] [[for] {length}] [from {from}] [until {until}] [in] {groups...}"),
		Examples: []chat.Text{{ZH: "/设管理 @zhangsan 中级 跨群 华东VIP客户群、华南群 优秀", EN: "/admin add @zhangsan mid in groups East VIP, South VIP"}},
		Holes:    []grammar.Hole{who, lvl, jb, length, from, end, places.groups, places.tag, places.reason},
		Help: chat.Text{
			ZH: "超级管理员：任命跨群管理员，在指定的群、带某标签的群或所有群里有效。",
			EN: "For owners: appoint across groups: in those named, in those with a tag, or in all.",
		},
		Needs:    access.Admins,
		Owners:   true,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			a, err := beyond(c, length, end, from)
			if err != nil {
				return bot.Outcome{}, err
			}
			a.By, a.Level = c.Actor.ID, lvl.Of(c.Args)
			if a.Job, err = jobOf(c, jb); err != nil {
				return bot.Outcome{}, err
			}
			if a.Groups, a.Tag, a.Reason, err = places.of(c); err != nil {
				return bot.Outcome{}, err
			}
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			return appointAcross(c, who.Refs(c.Args), a)
		},
	}
}

func appointAcross(c bot.Call, refs []grammar.Ref, a access.Appointment) (bot.Outcome, error) {
	facts, e := c.Access, journal.Event{Kind: access.Granted, Items: rights, Reason: a.Reason}
	var lines []chat.Text
	for _, r := range refs {
		m, err := c.Find(r)
		if err == nil {
			err = mustBeStaff(m)
		}
		if err != nil {
			return bot.Outcome{}, err
		}
		a.Who, a.WhoKind, a.NoContact = m.ID, m.Kind, lacksContact(c, m, acrossPlaces(c, access.Role{Groups: a.Groups, Tag: a.Tag}))
		changes, d := facts.Appoint("", a, c.Now)
		if !d.Allowed {
			return bot.Deny(d, access.Admins, m.ID)
		}
		if facts, err = afterCompany(facts, changes); err != nil {
			return bot.Outcome{}, err
		}
		e.Targets, e.Changes = append(e.Targets, m.ID), append(e.Changes, changes...)
		if role, ok := roleAfter(changes); ok {
			held := onPlatform(c, role.Items())
			lines = append(lines, chat.Text{
				ZH: "%s 任跨群%s，%s，权限 %d 项：%s", EN: "%s is %s across groups, %s, items (%d): %s",
			}.F(c.Name(m.ID), roleText(role.Level, role.Job), until(c, role.Until), held.Len(), held.Label()).Plus(cutText(c, role)).Plus(because(a.Reason)))
		}
	}
	role := access.Role{Groups: a.Groups, Tag: a.Tag}
	in, err := fits(c, acrossPlaces(c, role), e.Changes, e.Targets...)
	if err != nil {
		return bot.Outcome{}, err
	}
	lines = append(lines, chat.Text{ZH: "在%s有效（现有 %d 个）：", EN: "It counts in %s (%d at present):"}.F(placesText(c, role), len(acrossPlaces(c, role))))
	lines = append(append(lines, in...), nativeAcross)
	return bot.Outcome{
		Events: []journal.Event{e}, Changes: chat.Lines(lines...), Rule: access.RuleOwner,
		Confirm: chat.Text{ZH: "任命跨群管理员", EN: "this appoints across groups"},
	}, nil
}

// adminAcrossRemove takes roles across groups back.
func adminAcrossRemove() bot.Command {
	who, reason := grammar.People("who"), grammar.Rest("reason")
	return bot.Command{
		Name: "admin remove across",
		Forms: []string{
			"/admin remove across {who...} [{reason}]", "/admin remove {who...} (across|in all groups) [{reason}]",
			"/撤管理 {who...} (跨群|所有群) [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/撤管理 @zhangsan 跨群", EN: "/admin remove @zhangsan across"}},
		Holes:    []grammar.Hole{who, reason},
		Help:     chat.Text{ZH: "超级管理员：收回跨群角色。", EN: "For owners: take a role across groups back."},
		Needs:    access.Admins,
		Owners:   true,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			facts, e := c.Access, journal.Event{Kind: access.Revoked, Items: rights, Reason: reason.Of(c.Args)}
			var lines []chat.Text
			var roles []access.Role
			for _, r := range who.Refs(c.Args) {
				m, err := c.Find(r)
				if err != nil {
					return bot.Outcome{}, err
				}
				held := companyRoles(c, m.ID)
				if len(held) == 0 {
					return bot.Refuse(chat.Text{
						ZH: "%s 没有跨群角色；单个群里的角色在那个群里撤。", EN: "%s has no role across groups; one of a single group is ended in that group.",
					}.F(c.Name(m.ID)))
				}
				changes, d := facts.Dismiss("", c.Actor.ID, m.ID, e.Reason, c.Now)
				if !d.Allowed {
					return bot.Deny(d, access.Admins, m.ID)
				}
				if facts, err = afterCompany(facts, changes); err != nil {
					return bot.Outcome{}, err
				}
				roles = append(roles, held...)
				e.Targets, e.Changes = append(e.Targets, m.ID), append(e.Changes, changes...)
				for _, r := range held {
					lines = append(lines, chat.Text{ZH: "%s 不再是跨群管理员（原为%s，%s）", EN: "%s is no admin across groups any more (was %s, %s)"}.F(
						c.Name(m.ID), roleText(r.Level, r.Job), placesText(c, r)).Plus(because(e.Reason)))
				}
			}
			in, err := fits(c, acrossPlaces(c, roles...), e.Changes)
			if err != nil {
				return bot.Outcome{}, err
			}
			return bot.Outcome{
				Events: []journal.Event{e}, Changes: chat.Lines(append(lines, in...)...), Rule: access.RuleOwner,
				Confirm: chat.Text{ZH: "收回跨群角色", EN: "this takes a role across groups back"},
			}, nil
		},
	}
}

// scopeGroups sets in which groups a role across groups counts.
func scopeGroups() bot.Command {
	who, places := grammar.Person("who"), newPlaces()
	return bot.Command{
		Name: "scope groups",
		Forms: []string{
			"/scope groups {who} {groups...}", "/scope {who} (groups|群|跨群) {groups...}", "/scope {who} (tagged|标签群) {tag} [{reason}]", "/scope {who} (everywhere|所有群) [{reason}]",
			"/范围 {who} (群|跨群|groups) {groups...}", "/范围 {who} (标签群|tagged) {tag} [{reason}]", "/范围 {who} (所有群|everywhere) [{reason}]",
		},
		Examples: []chat.Text{{ZH: "/范围 @zhangsan 群 华东VIP客户群、华南群", EN: "/scope @zhangsan groups East VIP, South VIP"}},
		Holes:    []grammar.Hole{who, places.groups, places.tag, places.reason},
		Help:     chat.Text{ZH: "超级管理员：改跨群角色在哪些群里有效。", EN: "For owners: change in which groups a role across groups counts."},
		Needs:    access.Policy,
		Owners:   true,
		Anywhere: true,
		Run: func(c bot.Call) (bot.Outcome, error) {
			m, err := c.Find(who.Ref(c.Args))
			if err != nil {
				return bot.Outcome{}, err
			}
			groups, tag, reason, err := places.of(c)
			if err != nil {
				return bot.Outcome{}, err
			}
			held := companyRoles(c, m.ID)
			if len(held) == 0 {
				return bot.Refuse(chat.Text{
					ZH: "%s 没有跨群角色。先任命：`/设管理 @%s 中级 跨群 群名、群名`。", EN: "%s has no role across groups. Appoint first: `/admin add @%s mid in groups NAME, NAME`.",
				}.F(c.Name(m.ID), string(m.ID)))
			}
			if want := groupReads(c, everyGroup(c)); len(want.Names) > 0 {
				return bot.Outcome{Need: want}, nil
			}
			changes, d := c.Access.Spread(c.Actor.ID, m.ID, groups, tag, c.Now)
			if !d.Allowed {
				return bot.Deny(d, access.Admins, m.ID)
			}
			next := access.Role{Groups: groups, Tag: tag}
			in, err := fits(c, acrossPlaces(c, append(held, next)...), changes, m.ID)
			if err != nil {
				return bot.Outcome{}, err
			}
			if len(changes) == 0 {
				return bot.Outcome{Reply: chat.Reply{Text: chat.Text{ZH: "%s 的跨群角色本来就在%s有效。", EN: "The role of %s counts in %s already."}.F(c.Name(m.ID), placesText(c, next))}}, nil
			}
			head := chat.Text{ZH: "%s 的跨群角色在%s有效（原为%s）", EN: "the role of %s across groups counts in %s (was %s)"}.F(
				c.Name(m.ID), placesText(c, next), placesText(c, held[0])).Plus(because(reason))
			return bot.Outcome{
				Events:  []journal.Event{{Kind: access.Spread, Targets: []chat.User{m.ID}, Items: rights, Reason: reason, Changes: changes}},
				Changes: chat.Lines(append([]chat.Text{head}, in...)...), Rule: d.Rule,
				Confirm: chat.Text{ZH: "改变跨群角色的有效范围", EN: "this changes where a role across groups counts"},
			}, nil
		},
	}
}
