package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// Supposed is a command that was run without being done: what it would change, or why it would be refused. Because
// changes are data, a plan is run with the very code that would carry it out.
type Supposed struct {
	Text    string
	Outcome Outcome
	Err     error        // a Refusal, or a Denied
	Need    journal.Want // what must be read before it can be told; then nothing else is filled
}

// Suppose runs a command as the speaker would, on the facts of the call, and changes nothing. A command that asks the
// journal, or names another group, is refused: a plan is about what is to be so here. Days are read as of Now, lengths
// count from Said, which may be later: when the plan is to be carried out.
func (c Call) Suppose(text string) Supposed {
	out := Supposed{Text: text}
	m := c.bot.grammar.Match(text, grammar.Context{Now: c.Now, Zone: c.Zone, Addressed: true})
	m.Flags.DryRun = true // what it would change is asked, not what would wait for a second person
	name := m.Command
	if m.Problem != nil {
		name = m.Problem.Command
	}
	t := &turn{bot: c.bot, message: c.Message, match: m, command: c.bot.commands[name], said: c.Said, facts: facts{group: c.Group.ID, found: c.found}}
	if m.Group != "" {
		out.Err = &Refusal{Text: chat.Text{ZH: "计划里的命令只能针对本群，不要写 #群名。", EN: "A plan is about this group; leave #GROUP out."}}
		return out
	}
	c.Args, c.Target, c.Decision, c.DryRun = m.Args, chat.Member{}, access.Decision{}, true
	if out.Need.Names = missing(c, t.supposes(c)); len(out.Need.Names) > 0 {
		return out
	}
	if t.command.Asks != nil {
		if asks := t.command.Asks(c.Args, c); len(asks.Queries)+len(asks.Clocks)+len(asks.Tallies)+len(asks.Listed) > 0 {
			out.Err = &Refusal{Text: chat.Text{ZH: "这条命令不能放在计划里。", EN: "This command cannot be part of a plan."}}
			return out
		} else if out.Need.Usage = c.unread(asks.Usage); len(out.Need.Usage) > 0 {
			return out
		}
	}
	out.Outcome, out.Err = t.decide(&c)
	want := out.Outcome.Need
	want.Names = append(slices.Clone(want.Names), out.Outcome.Read...)
	if !want.Nothing() {
		out.Outcome, out.Need = Outcome{}, want
	}
	return out
}

// unread are those of some groups whose usage has not been read.
func (c Call) unread(usage []chat.Group) []chat.Group {
	return slices.DeleteFunc(slices.Clone(usage), func(g chat.Group) bool { _, read := c.found.Usage[g]; return read })
}

// supposes are the aggregates that a supposed command looks at.
func (t *turn) supposes(c Call) []journal.Name {
	var names []journal.Name
	for _, s := range t.command.Reads {
		names = append(names, s.name(c.Group.ID))
	}
	for _, r := range t.match.Args.Refs() {
		if PlausibleID(r) && len(grammar.FindPerson(r, c.Group.Members())) == 0 {
			names = append(names, directory.OfPerson(chat.User(r.Said)))
		}
	}
	return unique(names)
}

// After is the call on the facts as they would be once events have happened. Aggregates that were not loaded are left
// out: nothing is known of them before, so nothing is of them after.
func (c Call) After(events []journal.Event) (Call, error) {
	changes := map[journal.Name][]journal.Change{}
	for _, e := range events {
		for _, ch := range e.Changes {
			changes[ch.Of] = append(changes[ch.Of], ch)
		}
	}
	return c.with(func(n journal.Name, records map[string]json.RawMessage) map[string]json.RawMessage {
		if len(changes[n]) == 0 {
			return nil
		}
		return journal.Apply(records, n, changes[n])
	})
}

// Then is the call on the facts as they were at a moment: what later entries changed is taken back, in order from the
// newest. later must hold every entry since then that changed one of names; other aggregates stay as they are.
func (c Call) Then(at time.Time, later []journal.Entry, names ...journal.Name) (Call, error) {
	past, err := c.with(func(n journal.Name, records map[string]json.RawMessage) map[string]json.RawMessage {
		if !slices.Contains(names, n) {
			return nil
		}
		return unwound(n, records, at, later)
	})
	past.Now, past.Said = at, at
	return past, err
}

// unwound are records without what entries after a moment made of them. The entries come newest first.
func unwound(n journal.Name, records map[string]json.RawMessage, at time.Time, later []journal.Entry) map[string]json.RawMessage {
	out := maps.Clone(records)
	if out == nil {
		out = map[string]json.RawMessage{}
	}
	for _, e := range later {
		if !e.At.After(at) {
			continue
		}
		for _, ch := range e.Opposite() {
			switch {
			case ch.Of != n:
			case ch.After == nil:
				delete(out, ch.Key)
			default:
				out[ch.Key] = ch.After
			}
		}
	}
	return out
}

// with is the call with some of its aggregates made anew; change returns nil for those that stay.
func (c Call) with(change func(journal.Name, map[string]json.RawMessage) map[string]json.RawMessage) (Call, error) {
	states := maps.Clone(c.found.States)
	for n, s := range states {
		records := change(n, s.Records)
		if records == nil {
			continue
		}
		v, err := c.bot.Builds[n.Kind()](records)
		if err != nil {
			return c, fmt.Errorf("build %s anew: %w", n, err)
		}
		states[n] = journal.State{Name: n, Version: s.Version, Records: records, Value: v, AsOf: s.AsOf}
	}
	c.found.States = states
	c.Group = At[directory.Group](c, directory.OfGroup(c.Group.ID))
	c.Groups = At[directory.Groups](c, directory.AllGroups)
	c.Access = accessFacts(c, c.Group.ID, c.Actor.ID)
	return c, nil
}
