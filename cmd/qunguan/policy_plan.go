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
)

// plan is what an import would do.
type plan struct {
	text    string // the difference, as people read it
	records int
	event   journal.Event
}

// planned computes the plan from facts; it changes nothing. With an owner it asks every rule of rights about it, as if
// they did it by command; without one it only compares.
func planned(c bot.Call, charter access.Charter, as chat.User, file string) (plan, error) {
	p := plan{event: journal.Event{Kind: access.Imported, Items: []string{access.Policy.String()}, Reason: importReason(file)}}
	if as != "" && !c.Access.IsOwner(as) {
		return p, usageError{fmt.Errorf("--as %q: only an owner (超级管理员) imports a policy; owners stand in the configuration and count once the service has started with it", as)}
	}
	jobs := slices.Concat(charter.Company.Jobs, c.Access.Company.JobDefinitions())
	facts, err := p.adopt(c, c.Access, "", charter.Company.WithJobs(jobs), as)
	if err != nil {
		return p, err
	}
	for _, g := range slices.Sorted(maps.Keys(charter.Groups)) {
		if len(c.Groups.Find(string(g))) == 0 {
			return p, usageError{fmt.Errorf("%s: groups.%s: %w", file, g, errNoGroup)}
		}
		group := bot.At[directory.Group](c, directory.OfGroup(g))
		f := facts
		f.Group = bot.At[access.Book](c, access.Of(g))
		f.Place = access.Place{Departments: group.Departments(), Tags: f.Group.Tags(), People: len(group.Members())}
		if _, err := p.adopt(c, f, g, charter.Groups[g].WithJobs(jobs), as); err != nil {
			return p, err
		}
	}
	return p, nil
}

// adopt adds what one book would become.
func (p *plan) adopt(c bot.Call, f access.Facts, g chat.Group, part access.Part, as chat.User) (access.Facts, error) {
	title, book := "company", f.Company
	if g != "" {
		title, book = "groups."+string(g), f.Group
	}
	by := as
	if by == "" {
		by = "whoever imports it"
	}
	changes, err := book.Adopt(g, part, by, c.Now)
	if err != nil {
		return f, usageError{fmt.Errorf("%s: %w", title, err)}
	}
	if len(changes) == 0 {
		return f, nil
	}
	if as != "" {
		if d := f.MayApply(g, as, changes, access.OtherChange, c.Now); !d.Allowed {
			return f, fmt.Errorf("%s: refused, nothing was imported: %s (%s)%s", title, d.Rule.Text().EN, d.Rule, ofRule(d))
		}
	}
	lines := []string{title}
	for _, ch := range changes {
		lines = append(lines, difference(ch))
		if _, who, _ := access.EndOf(ch.Key, either(ch)); who != "" && !slices.Contains(p.event.Targets, who) {
			p.event.Targets = append(p.event.Targets, who)
		}
	}
	p.text += strings.Join(lines, "\n") + "\n"
	p.records += len(changes)
	p.event.Changes = append(p.event.Changes, changes...)
	return f.After(g, changes)
}

// ofRule names the rule of separation of duties that was in the way.
func ofRule(d access.Decision) string {
	if d.Exclusive() == "" {
		return ""
	}
	return fmt.Sprintf(": %q", d.Exclusive())
}

func either(ch journal.Change) json.RawMessage {
	if ch.After != nil {
		return ch.After
	}
	return ch.Before
}

// difference shows one record: what comes with +, what goes with -.
func difference(ch journal.Change) string {
	switch {
	case ch.Before == nil:
		return fmt.Sprintf("  + %s\n      %s", ch.Key, ch.After)
	case ch.After == nil:
		return fmt.Sprintf("  - %s\n      %s", ch.Key, ch.Before)
	}
	return fmt.Sprintf("  ~ %s\n    - %s\n    + %s", ch.Key, ch.Before, ch.After)
}
