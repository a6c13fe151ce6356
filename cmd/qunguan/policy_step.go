package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/commands"
)

// walk computes what each book would become: the company's, then those of groups, as the company's would leave them.
func (p *plan) walk(c bot.Call) error {
	books := map[chat.Group]access.Book{}
	for _, g := range c.Groups.All() {
		books[g.ID] = bot.At[access.Book](c, access.Of(g.ID))
	}
	charter := p.of.charter
	jobs := charter.Company.Jobs
	if jobs == nil {
		jobs = c.Access.Company.JobDefinitions()
	}
	changes, err := p.adopt(c, c.Access.Company, "", charter.Company.WithJobs(jobs))
	if err != nil {
		return err
	}
	carried := map[chat.Group][]journal.Change{}
	var elsewhere []journal.Change
	for _, ch := range c.Access.Carried(changes, books) {
		g := groupOfBook(ch.Of)
		carried[g] = append(carried[g], ch)
		if g != "" {
			elsewhere = append(elsewhere, ch)
		}
	}
	changes = merged(changes, carried[""])
	p.add(step{title: "company", facts: c.Access, changes: changes, carried: elsewhere})
	groups := slices.Sorted(maps.Keys(carried))
	for _, g := range slices.Compact(slices.Sorted(slices.Values(slices.AppendSeq(groups, maps.Keys(charter.Groups))))) {
		if g == "" {
			continue
		}
		f := c.In(g)
		if f, err = f.After("", changes); err == nil {
			f, err = f.After(g, carried[g])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.of.at("", ""), err)
		}
		own, err := p.adopt(c, f.Group, g, charter.Groups[g].WithJobs(jobs))
		if err != nil {
			return err
		}
		title := bot.At[directory.Group](c, directory.OfGroup(g)).Title()
		p.add(step{g: g, title: strings.TrimSpace("groups." + string(g) + " " + title), facts: f, changes: merged(carried[g], own)})
	}
	return nil
}

func (p *plan) add(s step) {
	if len(s.changes)+len(s.carried) > 0 {
		p.steps = append(p.steps, s)
	}
}

// adopt is what one book would become.
func (p *plan) adopt(c bot.Call, book access.Book, g chat.Group, part access.Part) ([]journal.Change, error) {
	by := p.as
	if by == "" {
		by = "whoever imports it"
	}
	changes, err := book.Adopt(g, part, by, p.at)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", p.of.at(g, ""), err)}
	}
	for _, key := range book.Ended(part, c.Now) {
		p.ended = append(p.ended, p.of.at(g, key)+" "+key)
	}
	return changes, nil
}

// merged are changes of the same book, one after the other, as one.
func merged(first, then []journal.Change) []journal.Change {
	out := slices.Clone(first)
	for _, ch := range then {
		if i := slices.IndexFunc(out, func(o journal.Change) bool { return o.Of == ch.Of && o.Key == ch.Key }); i >= 0 {
			ch.Before = out[i].Before
			out[i] = ch
			continue
		}
		out = append(out, ch)
	}
	return slices.DeleteFunc(out, journal.Change.IsNothing)
}

// groupOfBook is the group whose book it is; the zero group for the company's.
func groupOfBook(n journal.Name) chat.Group {
	if n == access.Of("") {
		return ""
	}
	return chat.Group(n.ID())
}

func either(ch journal.Change) json.RawMessage {
	if ch.After != nil {
		return ch.After
	}
	return ch.Before
}

// foresee adds what the plan means for people, group by group, as commands tell it. A group that the file does not name
// is among them only if somebody gains or loses something there.
func (p *plan) foresee(c bot.Call) {
	company := slices.IndexFunc(p.steps, func(s step) bool { return s.g == "" })
	for _, l := range c.Groups.All() {
		i := slices.IndexFunc(p.steps, func(s step) bool { return s.g == l.ID })
		if i < 0 && company < 0 {
			continue
		}
		var event journal.Event
		for _, k := range []int{company, i} {
			if k >= 0 {
				event.Changes = append(event.Changes, p.steps[k].changes...)
			}
		}
		of := c
		of.Group, of.Access = bot.At[directory.Group](c, directory.OfGroup(l.ID)), c.In(l.ID)
		text := commands.Impact(of, []journal.Event{event}).EN
		if text == "" || i < 0 && strings.Contains(text, "is the same for now") {
			continue
		}
		at := i
		if at < 0 {
			at = company
		}
		for line := range strings.Lines(strings.TrimSpace(text)) {
			p.steps[at].impact += "    " + strings.TrimRight(line, "\n") + "\n"
		}
	}
}
