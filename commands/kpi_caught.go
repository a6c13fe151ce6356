package commands

import (
	"slices"
	"time"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// catch is one breach of the rules that was intercepted, or several at once by the bot.
type catch struct {
	at   time.Time
	who  chat.User // who acted; nobody: the bot
	n    int64
	upon bool // an act upon what the bot has caught, which counts for the group already
}

// catching are the kinds of events that are asked for, in their order. It is the same whoever is asked about, so that
// what was read about a group can be measured for one person too.
var catching = append(kindsThat(func(m sense) bool { return m.intercepts != none }), moderation.Dismissed)

// catches asks for interceptions. What was taken back, or turned out to be none, is none.
func (a KPIAsk) catches(from, until time.Time) []journal.Query {
	var out []journal.Query
	for _, k := range catching {
		q := journal.Query{Kind: k, Group: a.Group, Actor: a.Who, Since: from, Until: until, Undoable: true, Limit: mostCaught}
		switch k {
		case moderation.Caught:
			q.Undoable = false // nobody did it
		case moderation.Dismissed:
			q.Until = time.Time{} // whenever somebody found that it was none
		}
		out = append(out, q)
	}
	return out
}

// caught are the interceptions that were found; of a person, those that they did. Before since there may be more.
func (a KPIAsk) caught(c bot.Call) (out []catch, since time.Time) {
	gone := brokeNothing(c)
	for i, k := range catching {
		entries, more := c.Entries(i)
		if more && len(entries) > 0 {
			if oldest := entries[len(entries)-1].At; oldest.After(since) {
				since = oldest
			}
		}
		for _, e := range entries {
			switch {
			case k == moderation.Dismissed, a.Who != "" && e.Actor != a.Who:
			case senses[k].intercepts == byBot:
				if n := freshIn(e, gone); n > 0 {
					out = append(out, catch{at: e.At, n: n})
				}
			default:
				out = append(out, catch{at: e.At, who: e.Actor, n: 1, upon: uponCase(e)})
			}
		}
	}
	return out, since
}

// message is a message that was caught, by the mark that the book has of it.
type message struct {
	of        journal.Name
	key, mark string
}

// brokeNothing are the messages of which somebody has found that they broke nothing.
func brokeNothing(c bot.Call) map[message]bool {
	out := map[message]bool{}
	entries, _ := c.Entries(slices.Index(catching, moderation.Dismissed))
	for _, e := range entries {
		for _, ch := range e.Changes {
			if x, err := journal.Decode[moderation.Case](ch.After); ch.After != nil && err == nil && x.State == moderation.StateIgnored {
				for _, m := range x.Seen {
					out[message{ch.Of, ch.Key, m}] = true
				}
			}
		}
	}
	return out
}

// freshIn is how many messages an entry has caught that were not before, without those that broke nothing.
func freshIn(e journal.Entry, gone map[message]bool) (n int64) {
	for _, ch := range e.Changes {
		after, err := journal.Decode[moderation.Case](ch.After)
		if ch.After == nil || err != nil || ch.Of.Kind() != "conduct" {
			continue
		}
		var before moderation.Case
		if ch.Before != nil {
			before, _ = journal.Decode[moderation.Case](ch.Before)
		}
		for _, m := range after.Seen {
			if !slices.Contains(before.Seen, m) && !gone[message{ch.Of, ch.Key, m}] {
				n++
			}
		}
	}
	return n
}
