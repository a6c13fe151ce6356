package commands

import (
	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// announce tells the group's seniors and the owners at once of an activation: nobody was asked before.
func (w wish) announce(c bot.Call, g directory.Group, out bot.Consequence) bot.Consequence {
	if !w.role.Active || w.action != chat.AddAdmin {
		return out
	}
	if !c.Has(access.Of("")) {
		out.Need = append(out.Need, access.Of(""))
		return out
	}
	facts := access.Facts{Company: bot.At[access.Book](c, access.Of("")), Group: bot.At[access.Book](c, access.Of(w.group))}
	text := chat.Text{ZH: "%s 在“%s”激活了%s，权限：%s，%s%s。", EN: "%s in “%s” has activated %s, items: %s, %s%s."}.F(
		inGroup(c, g, w.who), chat.Escape(g.Title()), roleText(w.role.Level, w.role.Job), onPlatform(c, w.role.Items()).Label(),
		until(c, w.role.Until), because(w.role.Reason))
	seen := map[chat.User]bool{c.Actor.ID: true, w.who: true}
	for _, u := range append(facts.Admins(w.group, c.Now), facts.Company.Owners()...) {
		if seen[u] || !facts.IsOwner(u) && facts.LevelOf(u, w.group, c.Now) != access.Senior {
			continue
		}
		seen[u] = true
		out.Effects = append(out.Effects, chat.SendTo(u, w.group, chat.Reply{Text: text.Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
	}
	return out
}

// rested tells the end of an activation, or of an eligibility. One that ends with its eligibility is told with it.
func (w wish) rested(e journal.Event, who chat.Text, place string, by chat.Text) chat.Text {
	lapsed := e.Kind == access.Lapsed
	if w.role.Active {
		for _, ch := range e.Changes {
			if ch.Key == access.EligibleKey(w.who) {
				return chat.Text{}
			}
		}
		if lapsed {
			return chat.Text{ZH: "%s 在“%s”的激活已到期。", EN: "%s: the activation in “%s” has ended."}.F(who, place)
		}
		return chat.Text{ZH: "%s 在“%s”的激活已结束%s。", EN: "%s: the activation in “%s” was ended%s."}.F(who, place, by)
	}
	if lapsed {
		return chat.Text{ZH: "%s 在“%s”的候补资格已到期。", EN: "%s: the eligibility in “%s” has ended."}.F(who, place)
	}
	return chat.Text{ZH: "%s 在“%s”的候补资格已结束%s。", EN: "%s: the eligibility in “%s” was ended%s."}.F(who, place, by)
}
