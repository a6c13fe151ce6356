package commands

import (
	"encoding/json"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// replayed is what a proposal would have made of commands that were really given.
type replayed struct {
	refuses, allows []reversal // the newest first
	stay, stayNot   int        // allowed before and after; refused before and after
	otherwise       int        // ended by something else than the rights of who gave it: not compared
}

// reversal is one command that would have ended the other way.
type reversal struct {
	entry     journal.Entry
	item      access.Item
	was, then access.Decision
}

// replayEach decides commands again, each at its own moment: on the facts as they were, and on those with a proposal.
// commands and changes come newest first; was and would begin at the newest. It is pure.
func replayEach(
	commands, changes []journal.Entry, was, would *past, person func(chat.User) access.Person, member func(chat.User) (chat.Member, bool),
) (out replayed, err error) {
	next := 0
	for _, e := range commands {
		for ; next < len(changes) && changes[next].N >= e.N; next++ { // the command's own change is taken back too
			was.back(changes[next])
			would.back(changes[next])
		}
		r, ok := requestOf(e, member)
		if !ok {
			continue
		}
		before, err := was.now()
		if err != nil {
			return out, err
		}
		after, err := would.now()
		if err != nil {
			return out, err
		}
		before.Actor = person(e.Actor)
		after.Actor = before.Actor
		x := reversal{entry: e, item: r.Item, was: access.Decide(before, r), then: access.Decide(after, r)}
		switch {
		case !settledBy(e, x.was):
			out.otherwise++
		case x.was.Allowed && !x.then.Allowed:
			out.refuses = append(out.refuses, x)
		case !x.was.Allowed && x.then.Allowed:
			out.allows = append(out.allows, x)
		case x.was.Allowed:
			out.stay++
		default:
			out.stayNot++
		}
	}
	return out, nil
}

// settledBy says whether an entry ended as it did because of a decision. A rank, one's own role, a request that had to be
// agreed to first, an activation settle many that the item alone would have ended the other way: what a proposal makes of
// the item says nothing of those.
func settledBy(e journal.Entry, d access.Decision) bool {
	switch e.Outcome {
	case journal.Done:
		return d.Allowed
	case journal.Refused:
		return !d.Allowed && string(d.Rule) == e.Rule
	case journal.Expired, journal.Failed:
	}
	return false
}

// sinceEver are changes whose records hold from a moment on, where they would begin now: what is proposed is asked about
// as if it had been so all along.
func sinceEver(changes []journal.Change, from, now time.Time) ([]journal.Change, error) {
	out := make([]journal.Change, 0, len(changes))
	for _, ch := range changes {
		var fields map[string]json.RawMessage
		if ch.After != nil && json.Unmarshal(ch.After, &fields) == nil && fields["from"] != nil {
			var begins time.Time
			if json.Unmarshal(fields["from"], &begins) == nil && !begins.After(now) {
				fields["from"], _ = json.Marshal(from.UTC())
				raw, err := json.Marshal(fields)
				if err != nil {
					return nil, err
				}
				ch.After = raw
			}
		}
		out = append(out, ch)
	}
	return out, nil
}
