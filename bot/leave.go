package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// leave ends every role, every exception, all duty and every calendar address of a person who has left the company, also
// the role of a last senior (D3), and tells the owners of the roles.
func leave(c Call, u chat.User, out Outcome) (Outcome, error) {
	var need []journal.Name
	for _, g := range c.Groups.All() {
		for _, n := range []journal.Name{access.Of(g.ID), duty.Of(g.ID)} {
			if !c.Has(n) {
				need = append(need, n)
			}
		}
	}
	feeds := At[duty.Feeds](c, duty.OfFeeds(u))
	if n := duty.OfFeeds(u); !c.Has(n) {
		need = append(need, n)
	}
	for _, f := range feeds.All() {
		if n := duty.OfFeed(f.ID); !c.Has(n) {
			need = append(need, n)
		}
	}
	if len(need) > 0 {
		return Outcome{Need: journal.Want{Names: need}}, nil
	}
	var places []chat.Text
	var ended, others []journal.Event
	company := directory.Listed{}
	for _, g := range append([]directory.Listed{company}, c.Groups.All()...) {
		n := access.Of(g.ID)
		e := journal.Event{Kind: access.Revoked, Group: g.ID, Targets: []chat.User{u}, Items: []string{access.Admins.String()}}
		for _, key := range []string{
			access.RoleKey(u, false), access.RoleKey(u, true), access.EligibleKey(u), access.ActiveKey(u),
		} {
			if raw := c.State(n).Records[key]; raw != nil {
				e.Changes = append(e.Changes, journal.Change{Of: n, Key: key, Before: raw})
			}
		}
		roles := len(e.Changes)
		for _, s := range At[access.Book](c, n).Statements() {
			if key := access.StatementKey(s); s.Subject == access.About(u) {
				e.Changes = append(e.Changes, journal.Change{Of: n, Key: key, Before: c.State(n).Records[key]})
			}
		}
		switch {
		case len(e.Changes) == 0:
			continue
		case roles == 0:
			e.Kind = access.Unexcepted
			others = append(others, e)
			continue
		}
		ended = append(ended, e)
		place := chat.Same(chat.Escape(first(g.Name, string(g.ID))))
		if g == company {
			place = chat.Text{ZH: "跨群角色", EN: "across groups"}
		}
		places = append(places, place)
	}
	for _, g := range c.Groups.All() {
		if e, ok := At[duty.Roster](c, duty.Of(g.ID)).Depart(g.ID, u, departure(u, c.Now), c.Now); ok {
			others = append(others, e)
		}
	}
	if e, _, ok := feeds.Revoke(func(duty.Feed) bool { return true }); ok {
		others = append(others, e) // the address in their telephone would go on telling who is on duty
	}
	out.Events = slices.Concat(ended, others, out.Events) // the end of the roles names the entry
	if len(places) == 0 {
		return out, nil
	}
	text := chat.Text{
		ZH: "%s 已离开企业，其在这些群的管理员角色已全部撤销：%s。请检查是否还有高级管理员。",
		EN: "%s has left the company; the roles in these groups have ended: %s. Please check that each still has a senior admin.",
	}.F(c.Name(u), chat.Join("、", places...)).Plus(chat.Same(" " + chat.ThisEntry))
	for _, o := range c.Access.Company.Owners() {
		out.Effects = append(out.Effects, chat.SendTo(o, "", chat.Reply{Text: text}).As(chat.OfRights))
	}
	return out, nil
}

// departure is a code by which people can name that somebody has left.
func departure(u chat.User, at time.Time) string {
	sum := sha256.Sum256([]byte("left\x00" + string(u) + "\x00" + at.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:3])
}
