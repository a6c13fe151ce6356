package bot

import (
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// leave ends every role of a person who has left the company, also that of a last senior (D3), and tells the owners.
func leave(c Call, u chat.User, out Outcome) (Outcome, error) {
	var need []journal.Name
	for _, g := range c.Groups.All() {
		if n := access.Of(g.ID); !c.Has(n) {
			need = append(need, n)
		}
	}
	if len(need) > 0 {
		return Outcome{Need: journal.Want{Names: need}}, nil
	}
	var places []chat.Text
	var ended []journal.Event
	for _, g := range c.Groups.All() {
		n := access.Of(g.ID)
		e := journal.Event{Kind: access.Revoked, Group: g.ID, Targets: []chat.User{u}, Items: []string{access.Admins.String()}}
		for _, key := range []string{
			access.RoleKey(u, false), access.RoleKey(u, true), access.EligibleKey(u), access.ActiveKey(u),
		} {
			if raw := c.State(n).Records[key]; raw != nil {
				e.Changes = append(e.Changes, journal.Change{Of: n, Key: key, Before: raw})
			}
		}
		if len(e.Changes) == 0 {
			continue
		}
		ended = append(ended, e)
		places = append(places, chat.Same(chat.Escape(first(g.Name, string(g.ID)))))
	}
	if len(places) == 0 {
		return out, nil
	}
	out.Events = append(ended, out.Events...) // the end of the roles names the entry
	text := chat.Text{
		ZH: "%s 已离开企业，其在这些群的管理员角色已全部撤销：%s。请检查是否还有高级管理员。",
		EN: "%s has left the company; the roles in these groups have ended: %s. Please check that each still has a senior admin.",
	}.F(c.Name(u), chat.Join("、", places...)).Plus(chat.Same(" " + chat.ThisEntry))
	for _, o := range c.Access.Company.Owners() {
		out.Effects = append(out.Effects, chat.SendTo(o, "", chat.Reply{Text: text}))
	}
	return out, nil
}
