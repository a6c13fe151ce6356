package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// judge asks every rule of rights about the plan, as if it was done by command, and notes why it would be refused.
// unknown are people whom it names and nobody knows.
func (p *plan) judge(c bot.Call) (unknown []chat.User) {
	for _, s := range p.steps {
		if why := p.denied(c, s); why != nil {
			p.wrong = append(p.wrong, why)
		}
		unknown = append(unknown, p.people(c, s)...)
	}
	p.whole(c)
	return unknown
}

// denied is why the rules of rights forbid a step; nil if they do not. A plan that is only looked at is allowed if it
// is to some owner.
func (p *plan) denied(c bot.Call, s step) error {
	askers := p.askers(c)
	changes := slices.Concat(s.changes, s.carried)
	var first error
	for _, by := range askers {
		d := s.facts.MayApply(s.g, by, changes, access.OtherChange, c.Now)
		if d.Allowed {
			return nil
		}
		if first == nil {
			first = p.refusal(c, s, by, d)
		}
	}
	if len(askers) == 0 {
		return errors.New("nobody is an owner (超级管理员) yet, so nobody can import this; owners stand in the configuration and count once the service has started with it")
	}
	return first
}

// askers are those whose act it would be; of a plan that is only looked at, any owner's.
func (p *plan) askers(c bot.Call) []chat.User {
	if p.as == "" {
		return c.Access.Company.Owners()
	}
	return []chat.User{p.as}
}

// refusal tells a decision with the records that it is about: those that would be refused by themselves, else all.
func (p *plan) refusal(c bot.Call, s step, by chat.User, d access.Decision) error {
	var about []string
	for _, ch := range s.changes {
		if one := s.facts.MayApply(s.g, by, []journal.Change{ch}, access.OtherChange, c.Now); !one.Allowed && one.Rule == d.Rule {
			about = append(about, fmt.Sprintf("%s: %s", p.of.at(s.g, ch.Key), recordName(ch)))
		}
	}
	if len(about) == 0 {
		about = []string{p.of.at(s.g, "") + ": " + s.title}
	}
	text := fmt.Sprintf("%s: %s (%s)", strings.Join(about, ", "), d.Rule.Text().EN, d.Rule)
	if x := d.Exclusive(); x != "" {
		text += fmt.Sprintf(": rule %q. Give a lower level or another job, narrow the role with only:, or exempt the person under company.exemptions (rule, who, until, reason)", x)
	}
	switch d.Rule {
	case access.RuleLastSenior:
		text += ". Name another senior in this group's roles"
	case access.RuleCap:
		text += ". Raise cap: in this group, or name fewer people"
	case access.RuleSelf:
		text += ". Let another owner import it"
	case access.RuleNothingGranted:
		text += ". Look at its level, job, only, from and until"
	}
	return errors.New(text)
}

// recordName names what a record is about, for people: "role of zhao".
func recordName(ch journal.Change) string {
	kind, id, _ := strings.Cut(ch.Key, "/")
	switch kind {
	case "role", "temp", "eligible", "active":
		return "role of " + id
	case "statement":
		if _, who, _ := access.EndOf(ch.Key, either(ch)); who != "" {
			return "exception for " + string(who)
		}
		return "statement"
	case "exempt":
		return "exemption " + id
	}
	return strings.TrimSpace(kind + " " + id)
}

// people notes who would newly be given something and may not be: customers, and people whom nobody knows, who are
// returned.
func (p *plan) people(c bot.Call, s step) (unknown []chat.User) {
	for _, ch := range s.changes {
		for _, who := range newlyNamed(ch) {
			m, known := p.member(c, s.g, who)
			switch {
			case !known:
				unknown = append(unknown, who)
				p.wrong = append(p.wrong, fmt.Errorf("%s: %s: nobody here is %q: not in the group, and no such account in the address book; write a userid", p.of.at(s.g, ch.Key), recordName(ch), who))
			case m.Kind != chat.Staff:
				p.wrong = append(p.wrong, fmt.Errorf("%s: %s: %s (%s)", p.of.at(s.g, ch.Key), recordName(ch), access.RuleNotStaff.Text().EN, access.RuleNotStaff))
			case isRole(ch.Key) && s.g != "" && m.Contact == chat.RightMissing && bot.At[directory.Group](c, directory.OfGroup(s.g)).Kind == chat.CustomerGroup:
				p.wrong = append(p.wrong, fmt.Errorf("%s: %s: %s (%s)", p.of.at(s.g, ch.Key), recordName(ch), access.RuleNoContactRight.Text().EN, access.RuleNoContactRight))
			}
		}
		if by := makerOf(ch); by != "" && by != p.as && ch.Before == nil && !c.Access.IsOwner(by) && p.as != "" {
			if _, known := p.member(c, s.g, by); !known {
				unknown = append(unknown, by)
				p.wrong = append(p.wrong, fmt.Errorf("%s: %s: by: nobody here is %q; leave by and at out, and it is the setting of whoever imports it", p.of.at(s.g, ch.Key), recordName(ch), by))
			}
		}
	}
	return unknown
}

// member is what is known of somebody: of the group, of any group, or by the address book.
func (p *plan) member(c bot.Call, g chat.Group, who chat.User) (chat.Member, bool) {
	person := bot.At[directory.Person](c, directory.OfPerson(who))
	if m, ok := bot.At[directory.Group](c, directory.OfGroup(g)).Member(who); ok {
		if m.Contact == "" {
			m.Contact = person.Contact
		}
		return m, true
	}
	if person.Known() && !person.Gone {
		m := person.Member()
		m.Contact = person.Contact
		return m, true
	}
	for _, l := range c.Groups.All() {
		if m, ok := bot.At[directory.Group](c, directory.OfGroup(l.ID)).Member(who); ok {
			return m, true
		}
	}
	if seen, ok := p.asked[who]; ok {
		return chat.Member{ID: who, Name: seen.Name, Kind: chat.Staff, Contact: seen.Contact}, true
	}
	return chat.Member{}, false
}

// whole asks what can be asked only of all books together.
func (p *plan) whole(c bot.Call) {
	company, books, changes := c.Access, map[chat.Group]access.Book{}, map[chat.Group][]journal.Change{}
	for _, s := range p.steps {
		changes[s.g] = s.changes
	}
	company, err := company.After("", changes[""])
	if err != nil {
		p.wrong = append(p.wrong, err)
		return
	}
	for _, l := range c.Groups.All() {
		f := c.In(l.ID)
		all := slices.Concat(changes[""], changes[l.ID])
		then, err := f.After(l.ID, changes[l.ID])
		if err != nil {
			p.wrong = append(p.wrong, err)
			continue
		}
		books[l.ID] = then.Group
		byItself := slices.ContainsFunc(p.askers(c), func(by chat.User) bool {
			return f.MayApply(l.ID, by, changes[l.ID], access.OtherChange, c.Now).Allowed
		})
		// What the group's own changes are refused for was told with them.
		if fit, err := f.Fits(l.ID, all, c.Now); err == nil && fit.Rule != "" && byItself {
			p.wrong = append(p.wrong, fmt.Errorf("%s: group %s: %s (%s)", p.of.at("", ""), l.ID, fit.Rule.Text().EN, fit.Rule))
		}
	}
	p.parted(c, changes)
	for _, ch := range changes[""] {
		name, isJob := strings.CutPrefix(ch.Key, "job/")
		if !isJob || ch.After != nil {
			continue
		}
		if held := company.JobHolders(access.Job(name), books, c.Now); len(held) > 0 {
			p.wrong = append(p.wrong, fmt.Errorf("%s: job %s: it is in use (%s) and cannot be deleted; change or remove those first", p.of.at("", ""), name, holders(held)))
		}
	}
	p.exemptions(company, books)
}

// parted notes who would break a rule of separation of duties because a custom role has become another one, in any group:
// the command that defines one refuses that too.
func (p *plan) parted(c bot.Call, changes map[chat.Group][]journal.Change) {
	if !slices.ContainsFunc(changes[""], func(ch journal.Change) bool { return strings.HasPrefix(ch.Key, "job/") && ch.After != nil }) {
		return
	}
	for _, l := range c.Groups.All() {
		impact, err := c.In(l.ID).Impact(l.ID, map[chat.Group][]journal.Change{l.ID: changes[l.ID], "": changes[""]}, c.Now)
		if err != nil {
			p.wrong = append(p.wrong, err)
			continue
		}
		for _, b := range impact.Breaks {
			p.wrong = append(p.wrong, fmt.Errorf("%s: in group %s %s would break the rule %q of separation of duties (%s); change their job first, or give an exemption",
				p.of.at("", ""), l.ID, b.Who, b.Rule.Name, access.RuleSeparation))
		}
	}
}

// exemptions notes those from rules that there are not.
func (p *plan) exemptions(company access.Facts, books map[chat.Group]access.Book) {
	for _, s := range p.steps {
		f := company
		f.Group = books[s.g]
		for _, ch := range s.changes {
			if !strings.HasPrefix(ch.Key, "exempt/") || ch.After == nil {
				continue
			}
			e, err := journal.Decode[access.Exemption](ch.After)
			if _, _, ok := f.Exclusive(e.Rule); err == nil && !ok {
				p.wrong = append(p.wrong, fmt.Errorf("%s: there is no rule %q of separation of duties to be exempt from; define it under separation, or remove the exemption", p.of.at(s.g, ch.Key), e.Rule))
			}
		}
	}
}

// holders names where a job is in use, the first few.
func holders(held []access.JobHolder) string {
	var out []string
	for i, h := range held {
		if i == 5 {
			out = append(out, fmt.Sprintf("and %d more", len(held)-i))
			break
		}
		where, who := string(h.Group), string(h.Who)
		if where == "" {
			where = "company"
		}
		if who == "" {
			who = "mapping of " + h.Mapping.Subject.ID
		}
		out = append(out, where+": "+who)
	}
	return strings.Join(out, ", ")
}

func isRole(key string) bool {
	kind, _, _ := strings.Cut(key, "/")
	return slices.Contains([]string{"role", "temp", "eligible", "active"}, kind)
}

// newlyNamed is whom a record speaks about that was not there before.
func newlyNamed(ch journal.Change) []chat.User {
	if ch.After == nil || ch.Before != nil {
		return nil
	}
	if strings.HasPrefix(ch.Key, "exempt/") {
		if e, err := journal.Decode[access.Exemption](ch.After); err == nil {
			return []chat.User{e.Who}
		}
	}
	if _, who, _ := access.EndOf(ch.Key, ch.After); who != "" {
		return []chat.User{who}
	}
	return nil
}

// makerOf is who made a record, by its own word.
func makerOf(ch journal.Change) chat.User {
	if ch.After == nil {
		return ""
	}
	var made struct {
		By chat.User `json:"by"`
	}
	if json.Unmarshal(ch.After, &made) != nil {
		return ""
	}
	return made.By
}

// namedIn are all people whom a charter names, by userid.
func namedIn(c access.Charter) []chat.User {
	var out []chat.User
	add := func(p access.Part) {
		for _, r := range p.Roles {
			out = append(out, r.Who, r.By)
		}
		for _, s := range p.Exceptions {
			out = append(out, chat.User(s.Subject.ID), s.By)
		}
		for _, e := range p.Exemptions {
			out = append(out, e.Who, e.By)
		}
		for _, s := range p.Statements {
			out = append(out, s.By)
		}
		for _, m := range p.Mappings {
			out = append(out, m.By)
		}
	}
	add(c.Company)
	for _, p := range c.Groups {
		add(p)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(u chat.User) bool { return u == "" })
}
