package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// telling gathers what became of roles by position, by person, so that nobody gets a message for every group.
type telling struct {
	people  []chat.User
	news    map[chat.User][]shiftIn
	seniors map[chat.Group][]chat.User
}

// shiftIn is what becomes of one person's role in one group.
type shiftIn struct {
	access.Shift
	group chat.Group
	most  int
}

// The bounds of what is told of one change.
const (
	maxTold    = 100 // people whose role changes
	maxSeniors = 5   // of a group
)

func (t *telling) add(c bot.Call, g chat.Group, after access.Facts, shifts []access.Shift) {
	if len(shifts) == 0 {
		return
	}
	if t.news == nil {
		t.news, t.seniors = map[chat.User][]shiftIn{}, map[chat.Group][]chat.User{}
	}
	for _, s := range shifts {
		t.people = with(t.people, s.Who)
		t.news[s.Who] = append(t.news[s.Who], shiftIn{s, g, after.MostAdmins()})
	}
	for _, u := range after.Admins(g, c.Now) {
		if after.LevelOf(u, g, c.Now) == access.Senior && len(t.seniors[g]) < maxSeniors {
			t.seniors[g] = append(t.seniors[g], u)
		}
	}
}

// effects tells everybody their own, and the owners and the groups' seniors all of it. Where a person's command did it,
// they have seen it, and owners and seniors are told only who must wait. Who is gone has left the company and cannot
// be written to.
func (t *telling) effects(c bot.Call, gone []chat.User) []chat.Effect {
	var out []chat.Effect
	watchers := map[chat.User][]chat.Text{}
	var order []chat.User
	watch := func(u chat.User, line chat.Text) {
		if u == c.Actor.ID || slices.Contains(watchers[u], line) {
			return
		}
		if len(watchers[u]) == 0 {
			order = append(order, u)
		}
		watchers[u] = append(watchers[u], line)
	}
	for _, who := range t.people[:min(len(t.people), maxTold)] {
		var own []chat.Text
		for _, s := range merged(t.news[who]) {
			line := s.text(c)
			own = append(own, line)
			if c.Actor.ID != "" && !s.waits() {
				continue
			}
			for _, o := range c.Access.Company.Owners() {
				watch(o, line)
			}
			for _, g := range s.groups {
				for _, u := range t.seniors[g] {
					watch(u, line)
				}
			}
		}
		if who != c.Actor.ID && !slices.Contains(gone, who) && !slices.Contains(c.Access.Company.Owners(), who) {
			out = append(out, notify(who, own))
		}
	}
	for _, u := range order {
		if lines := slices.DeleteFunc(watchers[u], func(l chat.Text) bool { return t.hasOwn(c, u, l) }); len(lines) > 0 {
			out = append(out, notify(u, lines))
		}
	}
	return out
}

// hasOwn says whether somebody is told a line as their own already.
func (t *telling) hasOwn(c bot.Call, u chat.User, line chat.Text) bool {
	if slices.Contains(c.Access.Company.Owners(), u) {
		return false
	}
	return slices.ContainsFunc(merged(t.news[u]), func(s shiftAt) bool { return s.text(c) == line })
}

func notify(u chat.User, lines []chat.Text) chat.Effect {
	return chat.SendTo(u, "", chat.Reply{Text: chat.Lines(lines...).Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights)
}

// shiftAt is the same shift in one or several groups.
type shiftAt struct {
	shiftIn
	groups []chat.Group
}

func merged(all []shiftIn) []shiftAt {
	var out []shiftAt
	for _, s := range all {
		i := slices.IndexFunc(out, func(o shiftAt) bool {
			return alike(o.Before, s.Before) && alike(o.After, s.After) && o.most == s.most
		})
		if i < 0 {
			out = append(out, shiftAt{s, []chat.Group{s.group}})
			continue
		}
		out[i].groups = append(out[i].groups, s.group)
	}
	return out
}

func alike(a, b *access.Inheritance) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Pending == b.Pending && a.Mapping.Subject == b.Mapping.Subject && a.Mapping.Level == b.Mapping.Level && a.Mapping.Job == b.Mapping.Job
}

// waits says whether the role has newly to wait for the cap.
func (s shiftAt) waits() bool { return s.After != nil && s.After.Pending }

func (s shiftAt) text(c bot.Call) chat.Text {
	who := inGroup(c, bot.At[directory.Group](c, directory.OfGroup(s.group)), s.Who)
	var places []chat.Text
	for _, g := range s.groups {
		places = append(places, chat.Text{ZH: "“%s”", EN: "“%s”"}.F(chat.Escape(title(c, g))))
	}
	where := chat.Text{ZH: chat.Join("", places...).ZH, EN: list(places).EN}
	switch {
	case s.After == nil:
		m := s.Before.Mapping
		return chat.Text{ZH: "%s 在%s的继承角色已结束：%s（%s）。", EN: "%s: the role by position in %s has ended: %s (%s)."}.F(
			who, where, roleText(m.Level, m.Job), access.SourceText(m.Source()))
	case s.After.Pending:
		m := s.After.Mapping
		return chat.Text{
			ZH: "⚠️ %s 在%s的继承角色待定：%s（%s）。持有角色的人数已达上限 %d；名额空出后自动生效。",
			EN: "⚠️ %s: the role by position in %s waits: %s (%s). As many people as allowed (%d) hold a role; it counts once there is room.",
		}.F(who, where, roleText(m.Level, m.Job), access.SourceText(m.Source()), s.most)
	}
	m := s.After.Mapping
	return chat.Text{ZH: "%s %s，在%s得到角色：%s。", EN: "%s, %s, now has a role in %s: %s."}.F(
		who, access.SourceText(m.Source()), where, roleText(m.Level, m.Job))
}
