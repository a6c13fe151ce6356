package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// unread is what must be known to tell who plans duty that somebody has left the company who has turns.
func (n rosterNews) unread() []journal.Name {
	if n.kind != duty.Departed && n.leaver() == "" {
		return nil
	}
	return notLoaded(n.c, access.Of(""), access.Of(n.group.ID))
}

// leaver is who has turns no more because they have left the company; empty if the change is about something else.
func (n rosterNews) leaver() chat.User {
	for _, l := range n.is.Leaves() {
		was := func(o duty.Leave) bool { return o.Code == l.Code }
		if l.Left && !slices.ContainsFunc(n.was.Leaves(), was) {
			return l.Who
		}
	}
	return ""
}

// left says whether somebody cannot be told any more.
func (n rosterNews) left(who chat.User) bool { return who == n.leaver() }

// departed tells those who plan duty in the group that the shifts ask for somebody who is not there any more.
func (n rosterNews) departed() []chat.Effect {
	who := n.leaver()
	if who == "" {
		return nil
	}
	zone := n.c.Now.In(n.c.Zone)
	gaps := len(n.is.Vacant(zone, midnight(zone, newsOfRoster))) - len(n.was.Vacant(zone, midnight(zone, newsOfRoster)))
	text := chat.Text{
		ZH: "“%s”：%s 已离开企业，但还在排班里。其班由 B 角顶上", EN: "“%s”: %s has left the company but is on the roster. The backup has the turns",
	}.F(chat.Escape(n.group.Title()), inGroup(n.c, n.group, who))
	if gaps > 0 {
		text = text.Plus(chat.Text{ZH: "，两周内有 %d 个班没人顶", EN: "; within two weeks nobody has %d of them"}.F(gaps))
	}
	text = text.Plus(chat.Text{ZH: "。请换人：`/排班`（看写法和现在的排班），`/排班 检查` 看空班。", EN: ". Please put somebody else there: `/duty set` (shows how, and the shifts now); `/duty check` lists the gaps."})
	facts := access.Facts{Company: bot.At[access.Book](n.c, access.Of("")), Group: bot.At[access.Book](n.c, access.Of(n.group.ID))}
	var out []chat.Effect
	for _, u := range facts.Who(access.Duty, n.group.ID, n.c.Now) {
		if u != who {
			out = append(out, n.tell(u, text))
		}
	}
	return out
}
