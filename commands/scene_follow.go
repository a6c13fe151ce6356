package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/task"
)

// turned says what follows where scenes have changed: switches that no other scene holds come to stand elsewhere, and
// the group's owner is asked for what only they can do.
func turned(c bot.Call, e journal.Event, out bot.Consequence) bot.Consequence {
	for _, g := range whereScenes(e) {
		need := []journal.Name{access.Of(g), directory.OfGroup(g), task.Of(g)}
		if missing := slices.DeleteFunc(slices.Clone(need), c.Has); len(missing) > 0 {
			out.Need = append(out.Need, need...)
			continue
		}
		before := bot.At[access.Book](c, access.Of(g))
		after, err := access.Build(journal.Apply(c.State(access.Of(g)).Records, access.Of(g), e.Changes))
		if err != nil {
			continue // it cannot be committed either
		}
		for _, t := range access.TurnedBy(before.SwitchesNoted(), after.SwitchesLeft(c.Now)) {
			if a := asks(t.After); a != "" {
				out = wish{group: g, action: a, by: sceneMaker(e, g)}.follow(c, e, out)
			}
		}
		out.Effects = append(out.Effects, tellEnds(c, e, g)...)
	}
	return out
}

// whereScenes are the groups in which an event has changed scenes.
func whereScenes(e journal.Event) []chat.Group {
	var out []chat.Group
	for _, ch := range e.Changes {
		if g := chat.Group(ch.Of.ID()); isScene(ch) && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

func isScene(ch journal.Change) bool {
	return ch.Of.Kind() == "access" && strings.HasPrefix(ch.Key, access.SceneKey(""))
}

// asks is what a switch wants of the group's owner; empty where there is nothing for them to do.
func asks(s access.SwitchState) chat.Action {
	held := len(s.Held) > 0
	switch {
	case s.Switch == access.ExternalInvite && held:
		return chat.RestrictInvites
	case s.Switch == access.ExternalInvite:
		return chat.OpenInvites
	case s.Switch == access.KeywordMonitor && held:
		return chat.FilterOn
	case s.Switch == access.KeywordMonitor:
		return chat.FilterOff
	}
	return ""
}

// sceneMaker is who put a scene on that has changed, for when nobody else can be asked.
func sceneMaker(e journal.Event, g chat.Group) chat.User {
	for _, ch := range e.Changes {
		if isScene(ch) && ch.Of == access.Of(g) {
			if by := maker(ch.Before); by != "" {
				return by
			}
		}
	}
	return ""
}

// tellEnds tells whoever had put a scene on that it has ended by itself.
func tellEnds(c bot.Call, e journal.Event, g chat.Group) []chat.Effect {
	if e.Kind != access.Lapsed {
		return nil
	}
	group := bot.At[directory.Group](c, directory.OfGroup(g))
	var out []chat.Effect
	for _, ch := range e.Changes {
		if !isScene(ch) || ch.Before == nil {
			continue
		}
		s, err := journal.Decode[access.Scene](ch.Before)
		if err != nil || s.By == "" {
			continue
		}
		out = append(out, chat.SendTo(s.By, g, chat.Reply{Text: chat.Text{
			ZH: "“%s”的场景“%s”已到期。", EN: "The scene “%[2]s” of “%[1]s” has ended.",
		}.F(chat.Escape(group.Title()), s.Label()).Plus(chat.Same(" " + chat.ThisEntry))}).As(chat.OfRights))
	}
	return out
}
