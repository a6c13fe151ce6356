package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// watchSize offers the plan of a group's new size to those who may decide, once, when the group has grown or shrunk over
// a boundary of the table (M01). It changes nothing by itself. Groups that are seen for the first time, or of which the
// platform tells no members, have crossed nothing.
func watchSize(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	for of, changes := range recordsChanged(events, "group", "member/") {
		if !c.Has(of) {
			out.Need = append(out.Need, of)
			continue
		}
		g := chat.Group(of.ID())
		before := bot.At[directory.Group](c, of)
		after, err := directory.BuildGroup(journal.Apply(c.State(of).Records, of, changes))
		if err != nil || !before.Bound() || !after.Bound() || !before.MembersKnown || !after.MembersKnown {
			continue
		}
		if len(before.Members()) == len(after.Members()) {
			continue
		}
		if need := notLoaded(c, duty.Of(g)); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		r := bot.At[duty.Roster](c, duty.Of(g))
		from, ok := r.Proposal.Crossed(len(before.Members()), len(after.Members()), c.Now)
		if !ok {
			continue
		}
		if need := notLoaded(c, access.Of(g), access.Of("")); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		people := len(before.Members())
		if duty.SizeOf(people) != from {
			people = r.Proposal.After // it crossed within the quiet day, and was not told of
		}
		out = sizeOffer(c, after, r, from, people, out)
	}
	return out
}

// sizeOffer makes the one card of a crossing, to the seniors of the group and the owners.
func sizeOffer(c bot.Call, g directory.Group, r duty.Roster, from duty.Size, before int, out bot.Consequence) bot.Consequence {
	f := factsAbout(c, g)
	p := duty.Proposal{
		From: from, To: duty.SizeOf(len(g.Members())), Before: before, After: len(g.Members()), At: c.Now.UTC(),
	}
	p.Asked = sizeDeciders(f, g.ID, c.Now)
	if len(p.Asked) == 0 {
		return out
	}
	shifts := sizeShifts(f, g, r, p.To, c.Now)
	body := sizePreview(c, r, shifts)
	if utf8.RuneCountInString(body.ZH) <= maxPreview && utf8.RuneCountInString(body.EN) <= maxPreview {
		p.Shifts = shifts
	}
	out.Events = append(out.Events, r.Propose(g.ID, p))
	card := sizeCard(g, f, p, body, c.Now)
	for _, u := range p.Asked {
		out.Effects = append(out.Effects, chat.SendTo(u, g.ID, chat.Reply{Card: &card}).As(chat.OfRequests))
	}
	return out
}

// maxPreview is how much of a text a card surely shows whole. Whoever taps below a longer one has not seen the shifts,
// and is shown them before anything happens.
const maxPreview = 150

// sizeDeciders are the live seniors of a group and the owners.
func sizeDeciders(f access.Facts, g chat.Group, now time.Time) []chat.User {
	var out []chat.User
	for _, u := range f.Admins(g, now) {
		if f.LevelOf(u, g, now) == access.Senior {
			out = append(out, u)
		}
	}
	for _, u := range f.Company.Owners() {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// sizePreview is the shifts that a tap would make so.
func sizePreview(c bot.Call, r duty.Roster, shifts []duty.Shift) chat.Text {
	switch {
	case len(shifts) > 0:
		lines := []chat.Text{{ZH: "采用后每天的班：", EN: "The shifts of every day then:"}}
		for _, s := range shifts {
			lines = append(lines, shiftText(c, s))
		}
		return chat.Lines(lines...)
	case len(r.Shifts) > 0:
		return chat.Text{ZH: "排班不变。", EN: "The shifts stay."}
	}
	return chat.Text{ZH: "还没有人可排班。", EN: "Nobody is there to be on duty yet."}
}

func sizeCard(g directory.Group, f access.Facts, p duty.Proposal, body chat.Text, now time.Time) chat.Card {
	least, most := advised(p.To)
	admins := len(f.Admins(g.ID, now))
	have := chat.Text{ZH: "建议 %d–%d 位，现有 %d 位", EN: "%d to %d advised, %d now"}.F(least, most, admins)
	switch access.HeadcountOf(p.After, admins) {
	case access.Alarming:
		have = have.Plus(chat.Text{ZH: "，严重不足", EN: ", far too few"})
	case access.TooFew:
		have = have.Plus(chat.Text{ZH: "，偏少", EN: ", too few"})
	case access.TooMany, access.RightNumber:
	}
	button := func(verb string) string { return "/size " + verb + " " + p.To.String() + " #" + string(g.ID) }
	return chat.Card{
		Title: chat.Text{ZH: "群规模变了：%s", EN: "Size changed: %s"}.F(g.Title()),
		Body:  body,
		Fields: []chat.Field{
			{Name: chat.Text{ZH: "人数", EN: "People"}, Value: chat.Same(fmt.Sprintf("%d → %d", p.Before, p.After))},
			{Name: chat.Text{ZH: "管理员", EN: "Admins"}, Value: have},
			{Name: chat.Text{ZH: "班次", EN: "Shifts"}, Value: p.To.Label()},
			{Name: chat.Text{ZH: "首次响应", EN: "First response"}, Value: chat.Text{ZH: "%d 分钟内", EN: "within %d minutes"}.F(int(p.To.Answer() / time.Minute))},
		},
		Buttons: []chat.Button{
			{Label: chat.Text{ZH: "采用", EN: "Apply"}, Command: button("apply"), Style: chat.Primary},
			{Label: chat.Text{ZH: "先不变", EN: "Leave it"}, Command: button("leave")},
		},
	}
}

// watchAdmins tells those who may decide that a group has come to have far too few admins (D1): by a dismissal, an end,
// a departure, whatever it was. Who did it has read it in the reply.
func watchAdmins(c bot.Call, events []journal.Event, out bot.Consequence) bot.Consequence {
	for of, changes := range recordsChanged(events, "access", "role/", "temp/") {
		g := chat.Group(of.ID())
		if need := notLoaded(c, of, access.Of(""), directory.OfGroup(g)); len(need) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		group := bot.At[directory.Group](c, directory.OfGroup(g))
		before := factsAbout(c, group)
		after, err := before.After(g, changes)
		if err != nil || !group.Bound() || !group.MembersKnown {
			continue
		}
		// What has ended by time counts until its end is noted: the note is the change that is looked at here.
		had, has := len(before.Admins(g, time.Time{})), len(after.Admins(g, c.Now))
		people := len(group.Members())
		if access.HeadcountOf(people, had) == access.Alarming || access.HeadcountOf(people, has) != access.Alarming {
			continue
		}
		text := chat.Text{ZH: "“%s”：%s", EN: "“%s”: %s"}.F(chat.Escape(group.Title()), headcountText(people, has))
		for _, u := range sizeDeciders(after, g, c.Now) {
			if u != c.Actor.ID {
				out.Effects = append(out.Effects, chat.SendTo(u, g, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
			}
		}
	}
	return out
}

// recordsChanged yields, by aggregate of a kind, the changes of records whose key begins in one of these ways. The order is
// that of the events.
func recordsChanged(events []journal.Event, kind string, prefixes ...string) func(yield func(journal.Name, []journal.Change) bool) {
	var order []journal.Name
	found := map[journal.Name][]journal.Change{}
	for _, e := range events {
		for _, ch := range e.Changes {
			begins := func(p string) bool { return strings.HasPrefix(ch.Key, p) }
			if ch.Of.Kind() != kind || ch.Of.ID() == "" {
				continue
			}
			if !slices.Contains(order, ch.Of) && slices.ContainsFunc(prefixes, begins) {
				order = append(order, ch.Of)
			}
			found[ch.Of] = append(found[ch.Of], ch)
		}
	}
	return func(yield func(journal.Name, []journal.Change) bool) {
		for _, of := range order {
			if !yield(of, found[of]) {
				return
			}
		}
	}
}

// notLoaded are those of the names that are not loaded.
func notLoaded(c bot.Call, names ...journal.Name) []journal.Name {
	return slices.DeleteFunc(slices.Clone(names), c.Has)
}

// factsAbout is what is decided by in a group that the call may not be about.
func factsAbout(c bot.Call, g directory.Group) access.Facts {
	f := c.Access
	if g.ID != c.Group.ID {
		f.People, f.Roster = nil, nil // what is known is of the call's own group
	}
	f.Company = bot.At[access.Book](c, access.Of(""))
	f.Group = bot.At[access.Book](c, access.Of(g.ID))
	f.Place = access.Place{Departments: g.Departments(), Tags: f.Group.Tags()}
	if g.MembersKnown {
		f.Place.People = len(g.Members())
	}
	return f
}
