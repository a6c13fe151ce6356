package storage

import (
	"encoding/json"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// recall returns what is remembered of the wanted names; version -1 is known of nothing.
func (l *Ledger) recall(w journal.Want) []journal.State {
	out := make([]journal.State, len(w.Names))
	l.mu.Lock()
	defer l.mu.Unlock()
	chosen := l.lastChosen(w.Who)
	for i, n := range w.Names {
		if n.ID() == journal.Chosen {
			n = journal.Named(n.Kind(), string(chosen))
		}
		s, ok := l.memory[n]
		if !ok {
			s = journal.State{Name: n, Version: -1}
		}
		out[i] = s
	}
	return out
}

// lastChosen is the group that a person had chosen when last read. The caller holds the lock.
func (l *Ledger) lastChosen(who chat.User) chat.Group {
	var chosen struct{ Group chat.Group }
	person, ok := l.memory[journal.Named("person", string(who))]
	if !ok || json.Unmarshal(person.Records["chosen"], &chosen) != nil {
		return ""
	}
	return chosen.Group
}

func (l *Ledger) remember(s journal.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.memory[s.Name]; ok && old.AsOf.After(s.AsOf) {
		return // an answer that was overtaken on the way
	}
	if len(l.memory) >= maxMemory {
		for n := range l.memory {
			delete(l.memory, n)
			if len(l.memory) < maxMemory*9/10 {
				break
			}
		}
	}
	l.memory[s.Name] = s
}

// LastKnown returns the aggregates as they were when Redis last answered, for what may be told while it is away.
// What was never read is missing. It is never a base for a decision.
func (l *Ledger) LastKnown(w journal.Want) journal.Found {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := journal.Found{States: map[journal.Name]journal.State{}, Chosen: l.lastChosen(w.Who)}
	for _, n := range w.Names {
		if n.ID() == journal.Chosen {
			n = journal.Named(n.Kind(), string(found.Chosen))
		}
		if s, ok := l.memory[n]; ok {
			found.States[n] = s
		}
	}
	return found
}
