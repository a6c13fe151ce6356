package commands

import (
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// shapeNews tells the people concerned, who do not see the reply, of an exception and of a role in several groups: that
// it was made, changed, taken away, or has ended; when it ended by itself, also whoever had made it.
func shapeNews(c bot.Call, e journal.Event, ch journal.Change) []chat.Effect {
	kind, id, _ := strings.Cut(ch.Key, "/")
	if kind == "tag" {
		return tagNews(c, ch)
	}
	var who chat.User
	var text chat.Text
	switch {
	case kind == "statement":
		who, text = exceptionNews(c, e, ch)
	case ch.Of == access.Of("") && (kind == "role" || kind == "temp"):
		who, text = chat.User(id), acrossNews(c, e, ch)
	}
	left := c.Actor.ID == "" && e.Kind != access.Lapsed && ch.After == nil // the company; they cannot be written to
	if text.IsZero() || e.Kind == access.Defined || left {
		return nil
	}
	var out []chat.Effect
	seen := map[chat.User]bool{c.Actor.ID: true, "": true}
	for _, u := range []chat.User{who, maker(ch.Before)} {
		if !seen[u] && (u == who || c.Actor.ID == "") {
			out = append(out, chat.SendTo(u, e.Group, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
		}
		seen[u] = true
	}
	return out
}

func exceptionNews(c bot.Call, e journal.Event, ch journal.Change) (chat.User, chat.Text) {
	raw := ch.After
	if raw == nil {
		raw = ch.Before
	}
	s, err := journal.Decode[access.Statement](raw)
	if err != nil || s.Subject.Kind != access.OnePerson {
		return "", chat.Text{}
	}
	who := chat.User(s.Subject.ID)
	g := bot.At[directory.Group](c, directory.OfGroup(chat.Group(ch.Of.ID())))
	place := chat.Text{ZH: "在“%s”", EN: " in “%s”"}.F(chat.Escape(g.Title()))
	if ch.Of == access.Of("") {
		place = chat.Text{}
	}
	what := chat.Text{ZH: "%s %s", EN: "%s %s"}.F(effectText(s.Effect), about(c, s))
	switch {
	case ch.After != nil:
		return who, chat.Text{ZH: "%s %s的例外：%s，%s%s。", EN: "%s has an exception%s: %s, %s%s."}.F(
			inGroup(c, g, who), place, what, termText(c, s), doneBy(c).Plus(because(s.Reason)))
	case e.Kind == access.Lapsed:
		return who, chat.Text{ZH: "%s %s的例外已到期：%s。", EN: "%s: the exception%s has ended: %s."}.F(inGroup(c, g, who), place, what)
	}
	return who, chat.Text{ZH: "%s %s的例外已取消：%s%s。", EN: "%s: the exception%s is gone: %s%s."}.F(inGroup(c, g, who), place, what, doneBy(c))
}

// tagNews tells those who have a role by a tag that it counts in one group more, or less.
func tagNews(c bot.Call, ch journal.Change) []chat.Effect {
	raw, text := ch.After, chat.Text{ZH: "%s 的跨群角色在“%s”有效了：%s（标签 %s）%s。", EN: "%s: the role across groups counts in “%s” now: %s (tag %s)%s."}
	if raw == nil {
		raw, text = ch.Before, chat.Text{ZH: "%s 的跨群角色在“%s”不再有效：%s（标签 %s）%s。", EN: "%s: the role across groups does not count in “%s” any more: %s (tag %s)%s."}
	}
	t, err := journal.Decode[access.Tag](raw)
	if err != nil {
		return nil
	}
	g := bot.At[directory.Group](c, directory.OfGroup(chat.Group(ch.Of.ID())))
	var out []chat.Effect
	for _, r := range c.Access.Company.TaggedRoles(t.Name) {
		if r.Who != c.Actor.ID && live(r.Until, c.Now) {
			said := text.F(inGroup(c, g, r.Who), chat.Escape(g.Title()), roleText(r.Level, r.Job), chat.Escape(t.Name), doneBy(c))
			out = append(out, chat.SendTo(r.Who, g.ID, chat.Reply{Text: said.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
		}
	}
	return out
}

func doneBy(c bot.Call) chat.Text {
	if c.Actor.ID == "" {
		return chat.Text{}
	}
	return chat.Text{ZH: "，由 %s 操作", EN: ", by %s"}.F(c.Name(c.Actor.ID))
}

func acrossNews(c bot.Call, e journal.Event, ch journal.Change) chat.Text {
	if ch.After == nil {
		old, err := journal.Decode[access.Role](ch.Before)
		if err != nil {
			return chat.Text{}
		}
		if e.Kind == access.Lapsed {
			return chat.Text{ZH: "%s 的跨群临时管理员已到期（%s）。", EN: "%s: the temporary role across groups has ended (%s)."}.F(c.Name(old.Who), placesText(c, old))
		}
		return chat.Text{ZH: "%s 的跨群角色已结束（%s）%s。", EN: "%s: the role across groups has ended (%s)%s."}.F(c.Name(old.Who), placesText(c, old), doneBy(c))
	}
	r, err := journal.Decode[access.Role](ch.After)
	if err != nil {
		return chat.Text{}
	}
	return chat.Text{ZH: "%s 的跨群角色：%s，%s，%s%s。", EN: "%s has a role across groups: %s, %s, %s%s."}.F(
		c.Name(r.Who), roleText(r.Level, r.Job), placesText(c, r), until(c, r.Until), doneBy(c).Plus(because(r.Reason)))
}

// placesText says in which groups a role of the company's counts.
func placesText(c bot.Call, r access.Role) chat.Text {
	switch {
	case r.Tag != "":
		return chat.Text{ZH: "标签 %s 的群", EN: "groups tagged %s"}.F(chat.Escape(r.Tag))
	case len(r.Groups) == 0:
		return chat.Text{ZH: "所有群", EN: "all groups"}
	}
	names := make([]chat.Text, len(r.Groups))
	for i, g := range r.Groups {
		names[i] = chat.Text{ZH: "“%s”", EN: "“%s”"}.F(groupName(c, g))
	}
	return chat.Text{ZH: chat.Join("、", names...).ZH, EN: "groups " + chat.Join(", ", names...).EN}
}

// groupName is a group by its name where the bot knows it.
func groupName(c bot.Call, g chat.Group) chat.Text {
	for _, l := range c.Groups.All() {
		if l.ID == g && l.Name != "" {
			return chat.Same(chat.Escape(l.Name))
		}
	}
	return chat.Same(chat.Escape(string(g)))
}
