package access

import (
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Wish is an item or a level that somebody asks for, for themselves and for a while (R67). One of Item and Level is set.
type Wish struct {
	Who    chat.User
	Is     Person // what the address book says of them
	Item   Item
	Level  Level
	Until  time.Time
	Reason string
	Source string // what the record names as its source
	// NoContact says that the person is known to lack the platform's right that a role needs.
	NoContact bool
	// OwnShift says that they have made the roster themselves, so that to be on shift is their own word.
	OwnShift bool
}

// What is the wish by the name of what is wanted.
func (w Wish) What() string {
	if w.Level != NoLevel {
		return w.Level.String()
	}
	return w.Item.String()
}

// Grant is what becomes of a wish when by agrees to it: a temporary exception, or a temporary role, of by's tier. by
// must hold Review, be able to give just that alone, and be somebody else. What would not count once given (a ceiling
// cuts it, a fixed deny goes before it) is refused by the rule that would refuse it then.
func (f Facts) Grant(g chat.Group, by chat.User, w Wish, now time.Time) (Change, Decision) {
	if by == w.Who {
		return nil, Decision{Rule: RuleSelf, item: Review}
	}
	if d := f.mayReview(g, by, now); !d.Allowed {
		return nil, d
	}
	changes, d := f.fulfil(g, by, w, now)
	if !d.Allowed || len(changes) == 0 {
		return nil, d
	}
	if w.Level != NoLevel {
		return changes, Decision{Allowed: true, Rule: RuleApproved, item: Admins}
	}
	after, err := f.After(g, changes)
	if err != nil {
		return nil, denied(RuleNothingGranted)
	}
	after.Actor = w.Is
	if d := decide(&after, &Request{Actor: w.Who, Item: w.Item, Group: g, At: now}); !d.Allowed {
		return nil, d
	}
	return changes, Decision{Allowed: true, Rule: RuleApproved, item: w.Item}
}

func (f Facts) mayReview(g chat.Group, by chat.User, now time.Time) Decision {
	return decide(&f, &Request{Actor: by, Item: Review, Group: g, At: now})
}

func (f Facts) fulfil(g chat.Group, by chat.User, w Wish, now time.Time) (Change, Decision) {
	if w.Level != NoLevel {
		return f.Appoint(g, Appointment{
			By: by, Who: w.Who, WhoKind: chat.Staff, Level: w.Level, Until: w.Until, Reason: w.Reason, NoContact: w.NoContact,
		}, now)
	}
	return f.Except(g, by, Statement{
		Subject: About(w.Who), Items: ItemsOf(w.Item), Breadth: Single, Effect: Allow, Until: w.Until, Reason: w.Reason,
		Source: w.Source,
	}, now)
}

// Approvers lists who could agree to a wish: people named in the books, then department admins of the place, then
// owners. Where two must agree, either counts as the other's second person.
func (f Facts) Approvers(g chat.Group, w Wish, now time.Time) []chat.User {
	f.Consent = f.ApprovalOf(w.What()).Need > 1
	return f.able(Review, g, now, func(f Facts, u chat.User) bool {
		_, d := f.Grant(g, u, w, now)
		return d.Allowed
	})
}

// GrantOnDuty fulfils a wish at once where the company's policy lets whoever is on shift have it: as a setting of
// whoever made that policy. ok is false where there is no such policy, no such shift, one that they have planned
// themselves, or where that would not count.
func (f Facts) GrantOnDuty(g chat.Group, w Wish, now time.Time) (c Change, d Decision, ok bool) {
	rule := f.ApprovalOf(w.What())
	if !rule.OnDuty || w.OwnShift || !f.onDuty(w.Who, now) {
		return nil, Decision{}, false
	}
	w.Source = "on-duty"
	f.Actor = f.People[rule.By] // who is judged
	c, d = f.Grant(g, rule.By, w, now)
	if !d.Allowed {
		return nil, d, false
	}
	d.Rule = RuleOnDuty
	return c, d, true
}

// MayConsent asks whether by may agree, as the second person, to changes that somebody else wants to make: whoever
// could make them with a second person's consent themselves, and is not among those concerned. needs is the item of the
// act; NoItem is Admins.
func (f Facts) MayConsent(
	g chat.Group, by, asks chat.User, about []chat.User, needs Item, changes Change, now time.Time,
) Decision {
	if by == asks || slices.Contains(about, by) {
		return Decision{Rule: RuleSelf, item: needs}
	}
	if !f.Governs(by, g) && slices.ContainsFunc(changes, func(c journal.Change) bool { return f.favours(by, c) }) {
		return Decision{Rule: RuleSelf, item: needs}
	}
	return f.MayWithConsent(g, by, about, needs, changes, now)
}

// favours says whether the change of a record gives somebody something by their position or department, though nobody
// names them: it makes them a beneficiary like one who is named.
func (f *Facts) favours(who chat.User, c journal.Change) bool {
	kind, _, _ := strings.Cut(c.Key, "/")
	concerns := func(s Subject) bool {
		l, named := line{subject: &s}, f.People[who]
		return (s.Kind == OfPosition || s.Kind == OfDepartment) && (l.about(&f.Actor) || l.about(&named))
	}
	switch kind {
	case "mapping":
		m, err := journal.Decode[Mapping](c.After)
		return c.After != nil && (err != nil || !m.Off && concerns(m.Subject))
	case "statement":
		raw, gives := c.After, Allow
		if raw == nil {
			raw, gives = c.Before, Deny // to lift it gives what it denied
		}
		s, err := decodeStatement(c.Key, raw)
		return err != nil || s.Effect == gives && concerns(s.Subject)
	}
	return false
}

// MayWithConsent asks whether somebody may make changes once a second person has agreed.
func (f Facts) MayWithConsent(g chat.Group, by chat.User, about []chat.User, needs Item, changes Change, now time.Time) Decision {
	if needs == NoItem {
		needs = Admins
	}
	f.Consent = true
	if !aboutPeople.Has(needs) || len(about) == 0 {
		about = []chat.User{""} // nobody's rank is asked
	}
	for _, who := range about {
		if d := decide(&f, &Request{Actor: by, Item: needs, Group: g, Target: who, TargetKind: chat.Staff, At: now}); !d.Allowed {
			return d
		}
	}
	return f.MayApply(g, by, changes, OtherChange, now)
}

// Consenters lists who could agree as the second person, in the order of Approvers.
func (f Facts) Consenters(
	g chat.Group, asks chat.User, about []chat.User, needs Item, changes Change, now time.Time,
) []chat.User {
	if needs == NoItem {
		needs = Admins
	}
	return f.able(needs, g, now, func(f Facts, u chat.User) bool {
		return f.MayConsent(g, u, asks, about, needs, changes, now).Allowed
	})
}

// able lists those who hold an item and of whom may says yes, each judged with what is known of them.
func (f Facts) able(item Item, g chat.Group, at time.Time, may func(Facts, chat.User) bool) []chat.User {
	return slices.DeleteFunc(f.Who(item, g, at), func(u chat.User) bool {
		as := f
		as.Actor = f.People[u]
		return !may(as, u)
	})
}
