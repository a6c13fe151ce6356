package review

import (
	"slices"
	"time"
)

// Advice is what is advised about a role, and by which rule.
type Advice struct {
	Do    Do       `json:"do"`
	To    Target   `json:"to,omitzero"` // of Reduce
	Rule  Rule     `json:"rule"`
	Items []string `json:"items,omitempty"` // what the rule is about: unused, exclusive
	Along []string `json:"along,omitempty"` // what goes along with a level although its use cannot be seen
	Days  int      `json:"days,omitempty"`  // for how long
	Name  string   `json:"name,omitempty"`  // of a rule of separation of duties
	Needs string   `json:"needs,omitempty"` // an item that stays, unused, since the group has nobody else for it
	Lacks Lack     `json:"lacks,omitempty"` // of RuleNeeded: what the group would lack

	// What nothing is claimed about: how many items are out of sight, and whether nobody tells of duty, or of answers.
	Blind    int  `json:"blind,omitempty"`
	NoRoster bool `json:"no_roster,omitempty"`
	NoSource bool `json:"no_source,omitempty"`

	// Of RuleServes: by what they serve.
	OnDuty  bool `json:"on_duty,omitempty"`
	Answers bool `json:"answers,omitempty"`
	Writes  bool `json:"writes,omitempty"`
}

// Rule is why something is advised.
type Rule string

// The rules, in the order in which they are asked: the first that fits settles it.
const (
	RuleLeft      Rule = "left"      // has left the company
	RuleOutside   Rule = "outside"   // is not in the group any more
	RuleEnds      Rule = "ends"      // ends by itself before the review does
	RuleInherited Rule = "inherited" // comes with a position, which no review takes away
	RuleAcross    Rule = "across"    // was given for several groups, and is ended where it was given
	RuleExclusive Rule = "exclusive" // breaks separation of duties
	RuleNew       Rule = "new"       // is too new to be judged by use
	RuleAway      Rule = "away"      // was on leave
	RuleBlind     Rule = "blind"     // gives nothing whose use the bot can see
	RuleIdle      Rule = "idle"      // nothing was used for long, and it would have been seen
	RuleUnseen    Rule = "unseen"    // nothing was used for long, but most that they might do would not be seen
	RuleServes    Rule = "serves"    // nothing was used, but duty was done, customers were answered, something was written
	RulePartly    Rule = "partly"    // a smaller role covers what was used
	RuleUsed      Rule = "used"      // what it gives is used
	RuleNeeded    Rule = "needed"    // would be taken away, but the group cannot do without
)

// Place is the group as far as advice needs to know it.
type Place struct {
	Least    int // admins that a group of this size needs (D1)
	Admins   int
	Seniors  int
	Able     int    // of those, who can appoint others: a senior who cannot does not stand in for one
	Senior   string // the level that a group must have somebody of
	Appoints string // the item by which a senior appoints others
}

// judge is what one rule looks at.
type judge struct {
	Admin
	now    time.Time
	window int       // days without use that count as unused
	ends   time.Time // of the campaign
}

// rules are the policy: each says what it advises, if it fits.
var rules = []func(judge) (Advice, bool){
	func(j judge) (Advice, bool) { return Advice{Do: Remove, Rule: RuleLeft}, j.Evidence.Left },
	func(j judge) (Advice, bool) { return Advice{Do: Remove, Rule: RuleOutside}, j.Evidence.Outside },
	func(j judge) (Advice, bool) {
		until := j.Evidence.Role.Until
		return Advice{Do: Keep, Rule: RuleEnds}, !until.IsZero() && !until.After(j.ends)
	},
	func(j judge) (Advice, bool) {
		return Advice{Do: Keep, Rule: RuleInherited, Name: j.Evidence.Role.From}, j.Evidence.Role.Source == Inherited
	},
	func(j judge) (Advice, bool) {
		return Advice{Do: Keep, Rule: RuleAcross}, j.Evidence.Role.Source == Across
	},
	judge.exclusive,
	func(j judge) (Advice, bool) {
		return Advice{Do: Keep, Rule: RuleNew, Days: j.Evidence.known(j.now)}, j.Evidence.known(j.now) < j.window
	},
	func(j judge) (Advice, bool) { return Advice{Do: Keep, Rule: RuleAway}, !j.Evidence.Away.IsZero() },
	func(j judge) (Advice, bool) {
		return Advice{Do: Keep, Rule: RuleBlind}, len(j.Evidence.measured()) == 0
	},
	judge.idle,
	judge.partly,
	func(judge) (Advice, bool) { return Advice{Do: Keep, Rule: RuleUsed}, true },
}

func (j judge) exclusive() (Advice, bool) {
	i := slices.IndexFunc(j.Evidence.Warned, func(w Warned) bool { return w.What == Exclusive })
	if i < 0 {
		return Advice{}, false
	}
	w := j.Evidence.Warned[i]
	left := without(j.Evidence.Role.Items, w.Items)
	if len(left) == 0 || len(w.Items) == 0 {
		return Advice{}, false
	}
	return Advice{Do: Reduce, To: Target{Items: left}, Rule: RuleExclusive, Items: w.Items, Name: w.Name}, true
}

func (j judge) idle() (Advice, bool) {
	days := j.Evidence.idle(j.now)
	if days < j.window {
		return Advice{}, false
	}
	a := Advice{Do: Remove, Rule: RuleIdle, Items: j.Evidence.measured(), Days: days}
	a.Blind, a.NoRoster, a.NoSource = len(j.Evidence.Blind), j.Evidence.Turns == nil, j.Evidence.Answers == nil
	switch {
	case j.Evidence.serves():
		a.Do, a.Rule, a.Items = Keep, RuleServes, nil
		t, s := j.Evidence.Turns, j.Evidence.Answers
		a.OnDuty, a.Answers, a.Writes = t != nil && t.Count > 0, s != nil && s.Count > 0, s != nil && s.Wrote > 0
		if to, gives, ok := j.lowest(); ok {
			a.Do, a.To, a.Items = Reduce, to, gives
		}
	case !j.Evidence.shows(j.now, j.window):
		a.Do, a.To, a.Rule = Reduce, Target{Items: j.Evidence.unmeasured()}, RuleUnseen
	}
	return a, true
}

func (j judge) partly() (Advice, bool) {
	to, takes, ok := Smallest(j.Admin, j.now.AddDate(0, 0, -j.window))
	unused, unseen := j.Evidence.Split(takes)
	return Advice{Do: Reduce, To: to, Rule: RulePartly, Items: unused, Along: unseen, Days: j.window}, ok
}

// Advise judges all admins of a group together, since what is advised of one depends on who remains: whoever used their
// rights longest ago goes first, and a group keeps a senior who can appoint and as many as its size needs. Only who has left
// the company goes all the same.
func Advise(p Place, admins []Admin, policy Policy, now, ends time.Time) []Advice {
	out := make([]Advice, len(admins))
	order := make([]int, len(admins))
	judged := func(i int) judge {
		return judge{Admin: admins[i], now: now, window: policy.Unused, ends: ends}
	}
	for i := range admins {
		order[i] = i
		for _, rule := range rules {
			if advice, fits := rule(judged(i)); fits {
				out[i] = advice
				break
			}
		}
	}
	slices.SortStableFunc(order, func(x, y int) int {
		if x, y := out[x].Rule == RuleLeft, out[y].Rule == RuleLeft; x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		return admins[x].Evidence.Last().Compare(admins[y].Evidence.Last())
	})
	for _, i := range order {
		next, lacks := p.after(admins[i].Evidence.Role, out[i])
		if lacks == NoLack || out[i].Rule == RuleLeft {
			p = next
			continue
		}
		less, fits := p.spared(judged(i))
		if fits = fits && out[i].Do == Reduce; !fits {
			less = Advice{Do: Keep, Rule: RuleNeeded, Days: out[i].Days, Items: out[i].Items, Lacks: lacks}
		}
		out[i] = less
	}
	return out
}

// spared is what is advised of a senior without whom nobody could appoint: the smallest role that still can.
func (p Place) spared(j judge) (Advice, bool) {
	j.Admin = j.Needed(p.Appoints, j.now)
	a, ok := j.partly()
	if !ok || !p.Spares(j.Evidence.Role, a) {
		return Advice{}, false
	}
	a.Needs = p.Appoints
	return a, true
}

// Lack is what a group would lack without a role, or with less of it.
type Lack string

// What a group does not do without.
const (
	NoLack         Lack = ""
	LacksSenior    Lack = "senior"   // somebody of the highest level
	LacksAppointer Lack = "appoints" // one of them who can appoint others
	LacksPeople    Lack = "minimum"  // as many admins as its size needs
)

// Lacks says what the group would lack with a role as some advice, or a verdict, would leave it.
func (p Place) Lacks(r Role, a Advice) Lack {
	_, lacks := p.after(r, a)
	return lacks
}

// Spares says whether the group can do with a role as some advice would leave it.
func (p Place) Spares(r Role, a Advice) bool { return p.Lacks(r, a) == NoLack }

// after is the group once an advice about a role was taken, and what it lacks then.
func (p Place) after(r Role, a Advice) (Place, Lack) {
	next := p
	if a.Do == Remove {
		next.Admins--
	}
	ends := r.Level == p.Senior && (a.Do == Remove || a.Do == Reduce && a.To.Level != "")
	if ends {
		next.Seniors--
	}
	able := r.Level == p.Senior && slices.Contains(r.Items, p.Appoints)
	if able && (ends || a.Do == Reduce && !slices.Contains(a.To.Items, p.Appoints)) {
		next.Able--
	}
	switch {
	case next.Admins < p.Admins && next.Admins < p.Least:
		return next, LacksPeople
	case next.Seniors <= 0 && next.Seniors < p.Seniors:
		return next, LacksSenior
	case next.Able <= 0 && next.Able < p.Able:
		return next, LacksAppointer
	}
	return next, NoLack
}
