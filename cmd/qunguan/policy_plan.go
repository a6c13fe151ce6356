package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// plan is what an import would do.
type plan struct {
	of      policyFile
	as      chat.User // whose act it would be; empty: it is only looked at
	at      time.Time // the moment that the records bear
	asked   map[chat.User]chat.Person
	steps   []step
	records int
	event   journal.Event
	ended   []string // what the file has and that is over
	wrong   []error  // why it would be refused
}

// step is what one book would become.
type step struct {
	g       chat.Group
	title   string
	facts   access.Facts     // before it
	changes []journal.Change // of this book
	carried []journal.Change // of others, because of custom roles of the company
	impact  string
}

// text is the plan for people: the difference, what it means, what is left out, and why it would be refused.
func (p plan) text() string {
	var b strings.Builder
	for _, s := range p.steps {
		fmt.Fprintf(&b, "%s\n%s%s", s.title, p.difference(s), s.impact)
	}
	for _, e := range p.ended {
		fmt.Fprintf(&b, "left out, for it is over: %s\n", e)
	}
	for _, e := range p.wrong {
		fmt.Fprintf(&b, "! %v\n", e)
	}
	return b.String()
}

// refused is why the import would be refused; nil if it would not be.
func (p plan) refused() error {
	if len(p.wrong) == 0 {
		return nil
	}
	return fmt.Errorf("refused, nothing was imported: %w", errors.Join(p.wrong...))
}

// same says whether two plans change the same records to the same.
func (p plan) same(o plan) bool {
	return slices.EqualFunc(p.event.Changes, o.event.Changes, func(a, b journal.Change) bool {
		return a.Of == b.Of && a.Key == b.Key && string(a.Before) == string(b.Before) && string(a.After) == string(b.After)
	})
}

// plan computes what a policy file would change, and asks every rule about it: for as, without one for an owner.
func (s *system) plan(ctx context.Context, policy policyFile, as chat.User) (plan, error) {
	found, err := s.ledger.Load(ctx, journal.Want{Names: []journal.Name{directory.AllGroups}})
	if err != nil {
		return plan{}, fmt.Errorf("read groups: %w", err)
	}
	groups, _ := found.States[directory.AllGroups].Value.(directory.Groups)
	if policy, err = policy.in(&groups); err != nil {
		return plan{}, err
	}
	p := plan{of: policy, as: as, asked: map[chat.User]chat.Person{}}
	var unknown []chat.User
	look := func(c bot.Call) (bot.Outcome, error) {
		if need := policyReads(c, policy); len(need) > 0 {
			return bot.Outcome{Need: journal.Want{Names: need}}, nil
		}
		p.at = c.Now.UTC()
		var err error
		p, unknown, err = p.computed(c)
		return bot.Outcome{}, err
	}
	if err := s.bot.AmendBy(ctx, as, []journal.Name{access.Of("")}, "", look); err != nil {
		return plan{}, err
	}
	if len(unknown) == 0 {
		return p, nil
	}
	for _, who := range unknown { // the address book may know who has not been met yet
		if seen, err := s.platform.Person(ctx, who); err == nil && !seen.Gone {
			p.asked[who] = seen
		}
	}
	err = s.bot.AmendBy(ctx, as, []journal.Name{access.Of("")}, "", look)
	return p, err
}

// carryOut commits what was shown, and nothing else: as one entry, the owner's.
func (s *system) carryOut(ctx context.Context, shown plan) error {
	return s.bot.AmendBy(ctx, shown.as, []journal.Name{access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
		if need := policyReads(c, shown.of); len(need) > 0 {
			return bot.Outcome{Need: journal.Want{Names: need}}, nil
		}
		p, _, err := plan{of: shown.of, as: shown.as, at: shown.at, asked: shown.asked}.computed(c)
		if err != nil {
			return bot.Outcome{}, err
		}
		if !p.same(shown) {
			return bot.Outcome{}, errors.New("the policy has changed since the difference was shown; nothing was imported; run it again")
		}
		if err := p.refused(); err != nil {
			return bot.Outcome{}, err
		}
		return bot.Outcome{Events: []journal.Event{p.event}, Rule: access.RuleOwner}, nil
	})
}

// policyReads is what must still be read: the books of all groups, since what the company's says reaches into each, and
// whom the file names.
func policyReads(c bot.Call, policy policyFile) []journal.Name {
	names := []journal.Name{access.Of("")}
	for _, g := range c.Groups.All() {
		names = append(names, access.Of(g.ID), directory.OfGroup(g.ID))
	}
	for g := range policy.charter.Groups {
		names = append(names, duty.Of(g))
	}
	for _, who := range namedIn(policy.charter) {
		names = append(names, directory.OfPerson(who))
	}
	return slices.DeleteFunc(names, c.Has)
}

// computed is the plan from facts; it changes nothing. unknown are people whom it names and nobody knows.
func (p plan) computed(c bot.Call) (_ plan, unknown []chat.User, err error) {
	if p.as != "" && !c.Access.IsOwner(p.as) {
		return p, nil, usageError{fmt.Errorf("--as %q: only an owner (超级管理员) imports a policy; owners stand in the configuration and count once the service has started with it", p.as)}
	}
	if err := p.of.flaws(c.Now); err != nil {
		return p, nil, err
	}
	p.event = journal.Event{Kind: access.Imported, Items: []string{access.Policy.String()}, Reason: importReason(p.of.name)}
	p.steps, p.ended, p.wrong, p.records = nil, nil, nil, 0
	if err := p.walk(c); err != nil {
		return p, nil, err
	}
	for _, s := range p.steps {
		p.records += len(s.changes)
		p.event.Changes = append(p.event.Changes, s.changes...)
		for _, ch := range s.changes {
			if _, who, _ := access.EndOf(ch.Key, either(ch)); who != "" && !slices.Contains(p.event.Targets, who) {
				p.event.Targets = append(p.event.Targets, who)
			}
		}
	}
	unknown = p.judge(c)
	p.foresee(c)
	return p, unknown, nil
}

// importReason is what the entry of an import says.
func importReason(file string) string { return "policy import " + filepath.Base(file) }
