package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// outreach is whom a change of mappings concerns, as far as the address book has been read.
type outreach struct {
	groups  []chat.Group               // in which somebody gains or loses
	gain    []chat.User                // who gets a role, or another one
	lose    []chat.User                // who loses it
	pending []chat.User                // who would have to wait for the cap
	waits   map[chat.User][]chat.Group // where
	unread  int                        // staff about whom the address book was not read yet
	cut     bool                       // more groups than were looked at
}

// reached asks the engine before and after.
func reached(c bot.Call, in chat.Group, groups []chat.Group, changes []journal.Change) outreach {
	out := outreach{waits: map[chat.User][]chat.Group{}, cut: in == "" && len(c.Groups.All()) > len(groups)}
	unread := map[chat.User]bool{}
	for _, g := range groups {
		for _, u := range bot.Staff(bot.At[directory.Group](c, directory.OfGroup(g))) {
			if !bot.At[directory.Person](c, directory.OfPerson(u)).Known() {
				unread[u] = true
			}
		}
		before := c.In(g)
		after, err := before.After(in, changes)
		if err != nil {
			continue // the commit will say so
		}
		shifts := access.Shifts(before, after, g, c.Now)
		if len(shifts) > 0 {
			out.groups = append(out.groups, g)
		}
		for _, s := range shifts {
			switch {
			case s.After == nil:
				out.lose = with(out.lose, s.Who)
			case s.After.Pending:
				out.pending = with(out.pending, s.Who)
				out.waits[s.Who] = append(out.waits[s.Who], g)
			default:
				out.gain = with(out.gain, s.Who)
			}
		}
	}
	out.unread = len(unread)
	return out
}

func with(people []chat.User, who chat.User) []chat.User {
	if slices.Contains(people, who) {
		return people
	}
	return append(people, who)
}

// text tells it: how many groups and people, by name if they are few, and whom the cap would make wait.
func (r outreach) text(c bot.Call, in chat.Group) chat.Text {
	var lines []chat.Text
	if len(r.gain)+len(r.lose)+len(r.pending) == 0 {
		lines = append(lines, chat.Text{ZH: "现在还没有人因此得到或失去角色。", EN: "Nobody gains or loses a role by it at present."})
	}
	where := chat.Text{}
	if in == "" && len(r.groups) > 0 {
		where = chat.Text{ZH: "涉及 %s，", EN: "in %s, "}.F(groupsCounted(len(r.groups)))
	}
	if len(r.gain) > 0 {
		lines = append(lines, chat.Text{ZH: "%s%s得到：%s", EN: "%sgained by %s: %s"}.F(where, peopleCounted(len(r.gain)), fewNames(c, r.gain)))
	}
	if len(r.lose) > 0 {
		lines = append(lines, chat.Text{ZH: "%s%s失去：%s", EN: "%slost by %s: %s"}.F(where, peopleCounted(len(r.lose)), fewNames(c, r.lose)))
	}
	if len(r.pending) > 0 {
		lines = append(lines, chat.Text{
			ZH: "⚠️ %s待定（群里持有角色的人数已达上限，名额空出后自动生效）：%s",
			EN: "⚠️ %s would wait (as many as allowed hold a role; it counts once there is room): %s",
		}.F(peopleCounted(len(r.pending)), fewNames(c, r.pending)))
	}
	if r.unread > 0 {
		lines = append(lines, chat.Text{
			ZH: "另有 %d 位成员的通讯录资料还没读到，读到后才知道是否涉及；读到时会通知。",
			EN: "Of %d more members the address book has not been read yet; those concerned are told once it is.",
		}.F(r.unread))
	}
	if r.cut {
		lines = append(lines, chat.Text{ZH: "（只统计了前 %d 个群）", EN: "(only the first %d groups were counted)"}.F(maxGroups))
	}
	return chat.Lines(lines...)
}

// fewNames lists a few people by name.
func fewNames(c bot.Call, people []chat.User) chat.Text {
	const few = 5
	var out []chat.Text
	for i, u := range people {
		if i == few {
			return list(out).Plus(chat.Text{ZH: " 等", EN: " and others"})
		}
		out = append(out, c.Name(u))
	}
	return list(out)
}
