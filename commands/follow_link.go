package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// portray posts how those stand whose roles have changed, to every link that keeps portraits. Only who it is goes into
// the letter here; how they stand is filled in when it is posted.
func portray(c bot.Call, events []journal.Event) []chat.Effect {
	var out []chat.Effect
	var seen []chat.User
	for _, e := range events {
		for _, ch := range e.Changes {
			kind, who, _ := strings.Cut(ch.Key, "/")
			of := ch.Of.Kind()
			if of != "access" && of != "company" || !slices.Contains([]string{"role", "temp", "active"}, kind) || ch.IsNothing() {
				continue
			}
			u := chat.User(who)
			if u == "" || slices.Contains(seen, u) {
				continue
			}
			seen = append(seen, u)
			out = append(out, portraitTo(c, u)...)
		}
	}
	return out
}

// portraitTo posts how somebody stands to every link that keeps portraits.
func portraitTo(c bot.Call, who chat.User) []chat.Effect {
	var out []chat.Effect
	for _, l := range c.Links() {
		if chat.Takes(l.Classes, chat.OfPortrait) {
			out = append(out, chat.PostLetter(l.Name, chat.Letter{Class: chat.OfPortrait, At: c.Now.UTC(), Portrait: &chat.Portrait{User: who, AsOf: c.Now.UTC()}}))
		}
	}
	return out
}
