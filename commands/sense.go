package commands

import (
	"maps"
	"slices"

	"qunguan/bot/access"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// sense is what a kind of event comes to for those who count and watch. The zero sense is that of what they leave alone.
type sense struct {
	intercepts interception
	takes      bool // something from somebody: done often, or out of shift, it is told to managers
	gives      bool // something to its targets: done for oneself, it is told to managers
}

// interception is how a breach of the rules is intercepted (R46).
type interception int

// The ways. Each breach counts once for a group: what a person does about a message that the bot has caught counts for
// that person, and not for the group once more.
const (
	none    interception = iota
	byBot                // the bot has caught messages
	byAdmin              // an admin acts
	upon                 // an admin acts upon what the bot has caught
)

// senses has every kind of event of moderation, so that none is forgotten, and those about rights that take or give.
// Nobody is removed by a command of the bot, and WeCom does not say who has removed a member, so removals are not here.
var senses = map[journal.Kind]sense{
	moderation.Caught: {intercepts: byBot},
	moderation.Warned: {intercepts: byAdmin, takes: true}, // upon, where it is for a case
	moderation.Muted:  {intercepts: byAdmin, takes: true},
	moderation.Asked:  {intercepts: upon},

	moderation.Unmuted: {gives: true},

	// Nothing is intercepted by these: the bot's own bookkeeping, what members say, decisions that something was none, lists
	// and rules. What follows from a report that is upheld is a warning or a mute.
	moderation.Ended: {}, moderation.Recalled: {}, moderation.Noted: {}, moderation.Forgotten: {}, moderation.Looked: {},
	moderation.Reported: {}, moderation.Decided: {}, moderation.Dismissed: {}, moderation.RulesSet: {},
	moderation.WordsAdded: {}, moderation.WordsRemoved: {}, moderation.MonitorOn: {}, moderation.MonitorOff: {},

	access.Revoked: {takes: true}, access.Restricted: {takes: true},
	access.Granted: {gives: true}, access.Releveled: {gives: true}, access.Rejobbed: {gives: true}, access.Extended: {gives: true},
	access.Excepted: {gives: true}, access.Narrowed: {gives: true},
}

// kindsThat are the kinds of events that make some sense, in an order that does not change.
func kindsThat(mean func(sense) bool) []journal.Kind {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(senses)), func(k journal.Kind) bool { return !mean(senses[k]) })
}

// destructive are the kinds of events that take something from somebody; beneficial those that give their targets
// something. What somebody activates, or breaks the glass for, is announced and reviewed by itself.
var (
	destructive = kindsThat(func(m sense) bool { return m.takes })
	beneficial  = kindsThat(func(m sense) bool { return m.gives })
)

// uponCase says whether an entry is the answer to what the bot has caught: it had asked for one.
func uponCase(e journal.Entry) bool {
	if senses[e.Kind].intercepts == upon {
		return true
	}
	if e.Kind != moderation.Warned {
		return false
	}
	for _, ch := range e.Changes {
		if w, err := journal.Decode[moderation.Warning](ch.After); ch.After != nil && err == nil && len(w.Of) > 0 {
			return true
		}
	}
	return false
}
