package access

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Check looks through everything that is written about a group, and what its people could do and have done: grants
// that conflict, are shadowed, useless, unused or wider than needed, separation of duties, caps and staffing (R42, R61,
// R62, D1). The worst come first. What the company's book says of all groups is looked at as it counts in this one.
func (f Facts) Check(g chat.Group, used Used, now time.Time) []Finding {
	c := checker{f: &f, g: g, now: now, used: used}
	c.statements(f.Group, g)
	c.roles()
	c.separation()
	c.staffing()
	slices.SortStableFunc(c.out, func(a, b Finding) int {
		return cmp.Or(int(b.Severity)-int(a.Severity), strings.Compare(string(a.Kind), string(b.Kind)), cmp.Compare(a.Who, b.Who))
	})
	return c.out
}

// CheckCompany looks through the company's own book: exceptions in all groups, and what belongs to no group.
func (f Facts) CheckCompany(now time.Time) []Finding {
	c := checker{f: &f, now: now}
	c.statements(f.Company, "")
	return c.out
}

type checker struct {
	f    *Facts
	g    chat.Group
	now  time.Time
	used Used
	out  []Finding
}

func (c *checker) found(x Finding) { c.out = append(c.out, x) }

// statements looks at exceptions about one person: whether each makes any difference, and which contradict.
func (c *checker) statements(b Book, book chat.Group) {
	all := b.Statements()
	told := map[string]bool{} // of those that contradict, the other one
	for n := range all {
		s := &all[n]
		if s.Subject.Kind != OnePerson || s.IsGlass() || !s.Until.IsZero() && !c.now.Before(s.Until) {
			continue
		}
		if !s.Review.IsZero() && !c.now.Before(s.Review) {
			c.found(Finding{Kind: FoundReview, Severity: Warning, Items: s.Items, Since: s.Review}.about(s))
		}
		if told[StatementKey(*s)] {
			continue
		}
		if o := contradicts(all[n+1:], s, c.now); o != nil {
			told[StatementKey(*o)] = true
			c.found(c.conflict(s, o, book))
			continue
		}
		if c.now.Before(s.From) || s.Scope.Kind == MemberSet || c.g == "" {
			continue // what is yet to count, or counts for some or somewhere only, is not judged by what is so here and now
		}
		c.without(Finding{Items: s.Items}.about(s), book, s.Effect)
	}
	c.wide(b)
	c.exemptions(b)
}

func ptrLine(l line) *line { return &l }

// about fills in which exception a finding is about.
func (x Finding) about(s *Statement) Finding {
	x.Who, x.Key, x.Effect, x.Temporary = chat.User(s.Subject.ID), StatementKey(*s), s.Effect, !s.Until.IsZero()
	return x
}

// conflict tells of two that contradict which one has no effect. A prohibition is only called so if nobody gains
// anything without it, also when the other one has ended.
func (c *checker) conflict(s, o *Statement, book chat.Group) Finding {
	x := Finding{Kind: FoundConflict, Severity: Warning, Items: s.Items & o.Items}
	if s.Effect == Deny {
		s, o = o, s // of two without effect, the one that allows goes
	}
	for _, pair := range [][2]*Statement{{s, o}, {o, s}} {
		if idle, strong := pair[0], pair[1]; c.idle(idle, book) {
			x = x.about(idle)
			x.By = voiceOf(ptrLine(lineOfStatement(strong)), strong.Tier, false)
			return x
		}
	}
	x = x.about(s)
	x.Key, x.By = "", voiceOf(ptrLine(lineOfStatement(o)), o.Tier, false)
	return x
}

// idle says whether nothing would be different without a statement, now or at any moment that is planned.
func (c *checker) idle(s *Statement, book chat.Group) bool {
	if s.Scope.Kind == MemberSet || c.g == "" {
		return false // it counts for some, or somewhere only
	}
	after, err := c.f.After(book, []journal.Change{{Of: Of(book), Key: StatementKey(*s)}})
	return err == nil && c.same(after, chat.User(s.Subject.ID), s.Items)
}

// same says whether somebody may use the same of some items by other facts, now and at any moment that is planned.
func (c *checker) same(after Facts, who chat.User, items Items) bool {
	p := c.f.person(who)
	for _, at := range append([]time.Time{c.now}, c.f.Moments(c.now, c.now.Add(farAhead))...) {
		if (c.f.Items(who, p, c.g, at)^after.Items(who, p, c.g, at))&items != 0 {
			return false
		}
	}
	return true
}

// farAhead is how far a check looks ahead for what is planned.
const farAhead = 2 * 365 * 24 * time.Hour

// contradicts finds a live statement about the same person that says the opposite of s.
func contradicts(others []Statement, s *Statement, now time.Time) *Statement {
	for i := range others {
		o := &others[i]
		if o.Subject == s.Subject && o.Effect != s.Effect && o.Items&s.Items != 0 && (o.Until.IsZero() || now.Before(o.Until)) {
			return o
		}
	}
	return nil
}

// without asks what would be so without the record that a finding is about. If nothing would be different, now or when
// something else has ended, it says why.
func (c *checker) without(x Finding, book chat.Group, e Effect) {
	who, items := x.Who, x.Items
	after, err := c.f.After(book, []journal.Change{{Of: Of(book), Key: x.Key}})
	if err != nil || c.f.Governs(who, c.g) {
		return
	}
	if !c.same(after, who, items) {
		return
	}
	p := c.f.person(who)
	x.Kind, x.Severity = FoundUseless, Note
	for i := range items.All() {
		f := *c.f
		f.Actor = p
		d := decide(&f, &Request{Actor: who, Item: i, Group: c.g, At: c.now})
		x.Rule = d.Rule
		if v, ok := d.Settled(); ok && d.Allowed != (e == Allow) && d.Rule != RuleCeiling {
			x.Kind, x.Severity, x.By = FoundShadowed, Warning, v
			break
		}
	}
	c.found(x)
}

// wide looks at what is said of many people at once.
func (c *checker) wide(b Book) {
	for _, s := range b.Statements() {
		if s.Subject.Kind == OnePerson || s.Effect != Allow || !s.Until.IsZero() {
			continue
		}
		if risky := s.Items & (aboutPeople | 1<<Admins | GovernanceItems); risky != 0 && s.Subject.Kind == Everyone {
			c.found(Finding{Kind: FoundOverWide, Severity: Warning, Items: risky, Key: StatementKey(s)})
		}
	}
	for _, m := range b.Mappings() {
		if m.Level == Senior && !m.Off && (m.Subject.Kind == OfDepartment || m.Scope.Kind == All) && b.ix == c.f.Company.ix {
			c.found(Finding{Kind: FoundOverWide, Severity: Warning, Items: m.Role("").Items(), Key: MappingKey(m), Name: m.Subject.ID})
		}
	}
}

func (c *checker) exemptions(b Book) {
	for _, e := range b.Exemptions() {
		if !c.now.Before(e.Until) {
			c.found(Finding{
				Kind: FoundExemption, Severity: Warning, Who: e.Who, Name: e.Rule, Key: ExemptionKey(e.Rule, e.Who), Since: e.Until,
			})
		}
	}
}

// roles looks at every role that is live in the group.
func (c *checker) roles() {
	for _, who := range c.f.everyone() {
		if c.f.Governs(who, c.g) {
			continue
		}
		held := c.f.Items(who, c.f.person(who), c.g, c.now)
		if touches(held, Members) && touches(held, Content) && touches(held, Config) {
			c.found(Finding{Kind: FoundFamilies, Severity: Note, Who: who, Items: held.Minus(GovernanceItems)})
		}
		for _, r := range c.f.Holds(who, c.g, c.now) {
			if r.Review.IsZero() || c.now.Before(r.Review) {
				c.use(r, held)
				continue
			}
			c.found(Finding{Kind: FoundReview, Severity: Warning, Who: who, Items: r.Items(), Key: r.Key(), Since: r.Review})
		}
		if r := c.f.Group.held(who, true); r != nil && r.Live(c.now) && !r.OnDuty {
			c.without(Finding{Who: who, Items: r.Items(), Key: r.Key()}, c.g, Allow)
		}
	}
}

func touches(held Items, f Family) bool { return held&f.Items() != 0 }

// use compares what a fixed role gives with what was used of it.
func (c *checker) use(r Role, held Items) {
	set := r.At
	if set.Before(c.used.Since) {
		set = c.used.Since
	}
	age := c.now.Sub(set)
	measured := r.Items() & held & c.used.Measured
	if r.Temporary() || c.used.Last == nil || set.IsZero() || age < unusedFor || measured == 0 {
		return
	}
	var last, lastSenior time.Time
	for i := range measured.All() {
		at := c.used.Last(r.Who, i)
		last = later(last, at)
		if !Ceiling(Mid).Has(i) {
			lastSenior = later(lastSenior, at)
		}
	}
	idle := age
	if !last.IsZero() {
		idle = min(age, c.now.Sub(last))
	}
	x := Finding{Who: r.Who, Items: measured, Key: r.Key(), Last: last, Days: int(idle / (24 * time.Hour))}
	switch {
	case idle >= longUnusedFor:
		x.Kind, x.Severity = FoundUnused, Warning
	case idle >= unusedFor:
		x.Kind = FoundUnused
	case r.Level == Senior && age >= longUnusedFor && c.now.Sub(lastSenior) >= longUnusedFor && r.Source == "":
		x.Kind, x.Items, x.Days = FoundOverWide, measured.Minus(Ceiling(Mid)), int(longUnusedFor/(24*time.Hour))
		x.Last = lastSenior
	default:
		return
	}
	c.found(x)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// separation looks for people who hold what is exclusive, with no live exemption.
func (c *checker) separation() {
	for _, who := range c.f.everyone() {
		if c.f.Governs(who, c.g) {
			continue
		}
		items := c.f.Items(who, c.f.person(who), c.g, c.now)
		for _, x := range c.f.Breaks(who, items, c.now) {
			c.found(Finding{Kind: FoundSeparation, Severity: Alarm, Who: who, Items: x.among(items), Name: x.Name})
		}
	}
}

// among are the items that touch a set of the rule.
func (x Exclusive) among(items Items) Items {
	var all Items
	for _, s := range x.Sets {
		all |= s
	}
	return items & all
}

// staffing looks at how many admins the group has, and what only one of them can.
func (c *checker) staffing() {
	admins, most := c.f.Admins(c.g, c.now), c.f.MostAdmins()
	if n := len(admins); n >= most-1 {
		severity := Note
		if n >= most {
			severity = Warning
		}
		c.found(Finding{Kind: FoundCap, Severity: severity, Count: n, Limit: most})
	}
	for who, p := range c.f.People {
		if m, inherits := c.f.Inherits(p, c.g, c.now); inherits && c.f.Pending(who, c.g, c.now) {
			c.found(Finding{Kind: FoundPending, Severity: Warning, Who: who, Items: m.Role(who).Items(), Name: m.Subject.ID})
		}
	}
	if c.f.Place.People > 0 {
		least, wanted := Wanted(c.f.Place.People)
		switch HeadcountOf(c.f.Place.People, len(admins)) {
		case Alarming:
			c.found(Finding{Kind: FoundHeadcount, Severity: Alarm, Count: len(admins), Limit: least})
		case TooFew:
			c.found(Finding{Kind: FoundHeadcount, Severity: Warning, Count: len(admins), Limit: least})
		case TooMany:
			c.found(Finding{Kind: FoundHeadcount, Severity: Note, Count: len(admins), Limit: wanted})
		case RightNumber:
		}
	}
	if least, _ := Wanted(c.f.Place.People); c.f.Place.People <= 50 || len(admins) < least {
		return // of a group that one admin is right for, a backup is not asked (R21); where too few are, that is said
	}
	sole := map[chat.User]Items{}
	matrix := c.f.Matrix(c.g, c.now)
	for i := range (aboutPeople | 1<<Admins).All() {
		if able := matrix.Who(i); len(able) == 1 && c.f.offers(i) && len(admins) > 1 {
			sole[able[0]] = sole[able[0]].With(i)
		}
	}
	for who, items := range sole {
		c.found(Finding{Kind: FoundAlone, Severity: Note, Who: who, Items: items})
	}
}
