package commands

import (
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// mayUndoConduct asks about what is otherwise in matters of conduct than the item of the act tells; ok is false where
// nothing is. The company's keywords are the owners'. Nobody takes back what was found about themselves. A report is
// withdrawn by whoever made it.
func mayUndoConduct(c bot.Call, e journal.Entry, changes []journal.Change) (d access.Decision, item access.Item, ok bool) {
	_, mine := reportOn(c, e)
	touches := func(n journal.Name) bool {
		return slices.ContainsFunc(changes, func(ch journal.Change) bool { return ch.Of == n })
	}
	switch conduct := moderation.ConductOf(e.Group); {
	case touches(moderation.WordsOf("")):
		return access.Decision{Allowed: c.Access.IsOwner(c.Actor.ID), Rule: access.RuleTier}, access.ReviewMessages, true
	case touches(conduct) && (slices.Contains(e.Targets, c.Actor.ID) || mine):
		return access.Decision{Rule: access.RuleSelf}, access.ReviewMessages, true
	case touches(conduct) && e.Kind == moderation.Reported && e.Actor == c.Actor.ID:
		return access.Decision{Allowed: true, Rule: access.RuleSelf}, access.NoItem, true
	}
	return access.Decision{}, access.NoItem, false
}

// unwarned tells somebody whose warning was taken back.
func unwarned(c bot.Call, e journal.Event, ch journal.Change) []chat.Effect {
	if e.Kind != bot.Undone || ch.Of != moderation.Of(e.Group) || ch.After != nil {
		return nil
	}
	w, err := journal.Decode[moderation.Warning](ch.Before)
	group := bot.At[directory.Group](c, directory.OfGroup(e.Group))
	m, in := group.Member(w.Who)
	if err != nil || ch.Key != w.Key() || w.Who == c.Actor.ID || in && m.Kind == chat.Customer {
		return nil
	}
	return []chat.Effect{chat.SendTo(w.Who, e.Group, chat.Reply{Text: chat.Text{
		ZH: "您在“%s”的警告已撤销（%s），不再计数。", EN: "Your warning in “%s” was taken back (%s) and counts no more.",
	}.F(chat.Escape(group.Title()), escaped(w.Why()))})}
}
