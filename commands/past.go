package commands

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// past is the facts of rights in a group on the way back in time: what entries changed is taken back, from the newest
// on. Books are made again only where one is asked for and has changed.
type past struct {
	facts   access.Facts // as of now; what the address book and the platform say is not taken back
	group   chat.Group
	roster  func(duty.Roster) access.Roster
	records map[journal.Name]map[string]json.RawMessage
	// ahead are changes that are made of the facts of every moment; none for the facts as they were.
	ahead   []journal.Change
	changed map[journal.Name]bool // since the facts were last made
	made    access.Facts
}

// pastOf begins at the facts of a call, in a group whose books it has loaded.
func pastOf(c bot.Call, f access.Facts, g chat.Group, ahead []journal.Change) *past {
	p := &past{
		facts: f, group: g, roster: c.Shifts, ahead: ahead,
		records: map[journal.Name]map[string]json.RawMessage{}, changed: map[journal.Name]bool{}, made: f,
	}
	for _, n := range booksOf(g) {
		p.records[n] = maps.Clone(c.State(n).Records)
		if p.records[n] == nil {
			p.records[n] = map[string]json.RawMessage{}
		}
		p.changed[n] = slices.ContainsFunc(ahead, func(ch journal.Change) bool { return ch.Of == n })
	}
	return p
}

// back takes an entry back. Entries come from the newest on.
func (p *past) back(e journal.Entry) {
	for _, ch := range slices.Backward(e.Changes) {
		records, kept := p.records[ch.Of]
		if !kept {
			continue
		}
		if p.changed[ch.Of] = true; ch.Before == nil {
			delete(records, ch.Key)
			continue
		}
		records[ch.Key] = ch.Before
	}
}

// now is the facts as they were after the last entry that was not taken back.
func (p *past) now() (access.Facts, error) {
	for _, n := range booksOf(p.group) {
		if !p.changed[n] {
			continue
		}
		records := p.records[n]
		if len(p.ahead) > 0 {
			records = journal.Apply(records, n, p.ahead)
		}
		if err := p.build(n, records); err != nil {
			return access.Facts{}, fmt.Errorf("build %s as it was: %w", n, err)
		}
		p.changed[n] = false
	}
	return p.made, nil
}

func (p *past) build(n journal.Name, records map[string]json.RawMessage) error {
	if n == duty.Of(p.group) {
		r, err := duty.Build(records)
		p.made.Roster = p.roster(r)
		return err
	}
	b, err := access.Build(records)
	if n == access.Of("") {
		p.made.Company = b
	} else {
		p.made.Group, p.made.Place.Tags = b, b.Tags()
	}
	return err
}

// requestOf is what had to be decided for an entry; ok is false where nothing had to be.
func requestOf(e journal.Entry, member func(chat.User) (chat.Member, bool)) (r access.Request, ok bool) {
	if len(e.Items) == 0 || e.Actor == "" || e.Rule == "" {
		return access.Request{}, false
	}
	i, ok := access.ParseItem(e.Items[0])
	r = access.Request{Actor: e.Actor, Item: i, Group: e.Group, At: e.At}
	if len(e.Targets) == 1 && i != access.Admins {
		r.Target = e.Targets[0]
		if m, known := member(r.Target); known {
			r.TargetKind = m.Kind
		}
	}
	return r, ok
}
