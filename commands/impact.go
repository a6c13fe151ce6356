package commands

import (
	"encoding/json"
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// Impact tells, before rights are changed, what would be different in the group: who gains and loses what, who still
// can, gaps in duty, separation of duties, the cap (M08). It asks the engine before and after, and looks at the
// records alone, so it is the same for every command, an approval and an undo; empty where no right is changed. What
// begins later may take something away at once: then both moments are told.
func Impact(c bot.Call, events []journal.Event) chat.Text {
	all := impactsOf(c, events)
	if len(all) == 0 {
		return chat.Text{}
	}
	company := slices.ContainsFunc(events, func(e journal.Event) bool {
		return slices.ContainsFunc(e.Changes, func(ch journal.Change) bool { return ch.Of == access.Of("") })
	})
	var lines []chat.Text
	for n, i := range all {
		told := differences(c, i)
		head := chat.Text{ZH: "影响：", EN: "Impact:"}
		switch {
		case i.At.After(c.Now):
			head = chat.Text{ZH: "影响（从 %s 起）：", EN: "Impact (from %s):"}.F(c.Moment(i.At))
		case n+1 < len(all):
			if len(told) == 0 {
				continue // what begins later alone is what changes
			}
			head = chat.Text{ZH: "影响（从现在到 %s）：", EN: "Impact (from now until %s):"}.F(c.Moment(all[n+1].At))
		case company:
			head = chat.Text{ZH: "影响（只看“%s”）：", EN: "Impact (in “%s” alone):"}.F(chat.Escape(c.Group.Title()))
		}
		if len(told) == 0 {
			same := chat.Text{ZH: "- 谁能做什么，现在没有变化", EN: "- who can do what is the same for now"}
			if i.At.After(c.Now) {
				same = chat.Text{ZH: "- 谁能做什么，没有变化", EN: "- who can do what is the same"}
			}
			told = append(told, same)
		}
		lines = append(append(lines, head), told...)
	}
	last := all[len(all)-1]
	lines = append(lines, chat.Text{ZH: "- 持有角色：%d / 上限 %d", EN: "- people with a role: %d of at most %d"}.F(last.Admins, last.Cap))
	return chat.Lines(lines...)
}

// differences are who gains and loses what, and what to know of it.
func differences(c bot.Call, i access.Impact) []chat.Text {
	var lines []chat.Text
	for _, h := range i.Gains {
		lines = append(lines, chat.Text{ZH: "- 得到：%s %s", EN: "- gains: %s %s"}.F(c.Name(h.Who), briefly(c, h.Items)))
	}
	for _, h := range i.Losses {
		lines = append(lines, chat.Text{ZH: "- 失去：%s %s", EN: "- loses: %s %s"}.F(c.Name(h.Who), briefly(c, h.Items)))
	}
	lines = append(lines, covered(c, i)...)
	for _, w := range warnings(c, i) {
		lines = append(lines, chat.Same("- ").Plus(w))
	}
	return lines
}

// impactsOf is what events make different in the group of the call: now, and at the latest beginning of what begins
// later. It is empty where they change no right in it.
func impactsOf(c bot.Call, events []journal.Event) []access.Impact {
	if !c.Group.Bound() {
		return nil
	}
	at, own, company := c.Now, []journal.Change(nil), []journal.Change(nil)
	for _, e := range events {
		for _, ch := range e.Changes {
			switch ch.Of {
			case access.Of(c.Group.ID):
				own = append(own, ch)
			case access.Of(""):
				company = append(company, ch)
			default:
				continue
			}
			if from := begins(ch); from.After(at) {
				at = from
			}
		}
	}
	if len(own)+len(company) == 0 {
		return nil
	}
	moments := []time.Time{c.Now}
	if at.After(c.Now) {
		moments = append(moments, at)
	}
	var out []access.Impact
	for _, at := range moments {
		i, err := c.Access.Impact(c.Group.ID, map[chat.Group][]journal.Change{c.Group.ID: own, "": company}, at)
		if err != nil {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// begins is when the right in a record begins.
func begins(ch journal.Change) time.Time {
	var r struct {
		From time.Time `json:"from"`
	}
	if ch.After == nil || json.Unmarshal(ch.After, &r) != nil {
		return time.Time{}
	}
	return r.From
}

// covered tells who still can do what somebody loses.
func covered(c bot.Call, i access.Impact) []chat.Text {
	var lost access.Items
	for _, h := range i.Losses {
		lost |= h.Items
	}
	var out []chat.Text
	for _, s := range i.Sole {
		if items := s.Items & lost; items != 0 {
			out = append(out, chat.Text{ZH: "- 之后只有 %s 能：%s", EN: "- then only %s can: %s"}.F(c.Name(s.Who), briefly(c, items)))
		}
	}
	return out
}

// warnings are what somebody should know before and after: what nobody can any more, shifts of people without rights,
// separation of duties, roles that wait.
func warnings(c bot.Call, i access.Impact) []chat.Text {
	var out []chat.Text
	if i.Uncovered != 0 {
		out = append(out, chat.Text{
			ZH: "⚠️ 之后本群没有管理员能：%s（超级管理员仍可以）", EN: "⚠️ then no admin of the group can: %s (owners still can)",
		}.F(briefly(c, i.Uncovered)))
	}
	for _, h := range i.Losses {
		if t, ok := nextTurn(c, h.Who); ok && slices.Contains(i.Bare, h.Who) {
			out = append(out, chat.Text{
				ZH: "⚠️ %s 仍在值班表上（%s 起），却不再有任何权限；用 `/排班` 换人", EN: "⚠️ %s is still on the roster (from %s), without any right; change it with `/duty set`",
			}.F(c.Name(h.Who), c.Moment(t.Start)))
		}
	}
	for _, b := range i.Breaks {
		out = append(out, chat.Text{ZH: "⚠️ %s 将违反职责分离规则“%s”", EN: "⚠️ %s would break the separation-of-duties rule “%s”"}.F(
			c.Name(b.Who), chat.Escape(b.Rule.Name)))
	}
	for _, who := range i.Pending {
		out = append(out, chat.Text{ZH: "⚠️ %s 因职位得到的角色将待定（名额已满）", EN: "⚠️ the role by position of %s would wait: the cap is taken"}.F(c.Name(who)))
	}
	return out
}

// forewarned are the warnings of changes that are made, each once, but for those that are said already. What is so only
// until something begins says so.
func forewarned(c bot.Call, events []journal.Event, said []chat.Text) []chat.Text {
	var out []chat.Text
	all := impactsOf(c, events)
	for n, i := range all {
		for _, w := range warnings(c, i) {
			if n+1 < len(all) {
				w = chat.Text{ZH: "从现在到 %s：%s", EN: "From now until %s: %s"}.F(c.Moment(all[n+1].At), w)
			}
			if !slices.Contains(said, w) && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// nextTurn is the turn of duty that somebody has now or in the next seven days.
func nextTurn(c bot.Call, who chat.User) (duty.Turn, bool) {
	from := c.Now.In(c.Zone)
	for _, t := range bot.At[duty.Roster](c, duty.Of(c.Group.ID)).Between(from, from.AddDate(0, 0, 7)) {
		if t.Who == who {
			return t, true
		}
	}
	return duty.Turn{}, false
}

// briefly names items, whole families by their name: a list of eighteen is not read.
func briefly(c bot.Call, items access.Items) chat.Text {
	offered := c.Access.Offered
	if offered == 0 {
		offered = ^access.Items(0)
	}
	var out []chat.Text
	whole := 0
	for _, f := range []access.Family{access.Members, access.Content, access.Config, access.Governance} {
		all := f.Items() & offered
		if all == 0 || items&all != all {
			if some := items & all; some != 0 {
				out = append(out, some.Label())
			}
			continue
		}
		whole++
		out = append(out, chat.Text{ZH: "%s（全部 %d 项）", EN: "%s (all %d)"}.F(f.Label(), all.Len()))
	}
	if whole == 4 {
		return chat.Text{ZH: "全部 %d 项权限", EN: "all %d items"}.F((items & offered).Len())
	}
	return list(out)
}
