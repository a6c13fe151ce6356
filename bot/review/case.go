package review

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Verdict is what somebody has decided about a role.
type Verdict struct {
	Do     Do        `json:"do"`
	To     Target    `json:"to,omitzero"` // of Reduce
	Reason string    `json:"reason,omitempty"`
	By     chat.User `json:"by"`
	For    chat.User `json:"for,omitempty"` // in whose place, while that one is away
	At     time.Time `json:"at"`
}

// Question is what an admin was asked about their own role, and what they said.
type Question struct {
	By     chat.User `json:"by"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
	Told   time.Time `json:"told,omitzero"`
}

// End is what came of a case.
type End string

// What can come of a case.
const (
	Applied End = "applied" // carried out; of Keep, nothing had to be
	Blocked End = "blocked" // the rules of rights forbid it; Why says which
	NotRun  End = "held"    // a second person did not agree to the run
	Changed End = "changed" // the role had changed by itself since the campaign began
)

// Why a case is blocked, beside the rules of rights.
const (
	BelowMinimum = "minimum"  // the group would have fewer admins than its size needs (D1)
	NoAppointer  = "appoints" // no senior of the group could appoint others
)

// Case is one admin of one group under review. It is the turn of Reviewer; what is decided in the first of two stages
// is First.
type Case struct {
	Campaign string    `json:"campaign"`
	Who      chat.User `json:"who"`
	Evidence Evidence  `json:"evidence"`
	Advice   Advice    `json:"advice"`
	Reviewer chat.User `json:"reviewer"`
	Fallback chat.User `json:"fallback,omitempty"` // who gets it when Reviewer does not answer; zero: nobody
	Second   chat.User `json:"second,omitempty"`   // who looks at what is not kept; zero: nobody
	Stage    int       `json:"stage,omitempty"`    // 1: it is with Second
	Asked    *Question `json:"asked,omitempty"`
	First    *Verdict  `json:"first,omitempty"`
	Verdict  *Verdict  `json:"verdict,omitempty"`
	Silent   bool      `json:"silent,omitempty"` // nobody has decided: the policy did
	End      End       `json:"end,omitempty"`
	Why      string    `json:"why,omitempty"` // of Blocked: the rule
}

// Pending says whether the case waits for its reviewer.
func (c Case) Pending() bool { return c.Verdict == nil && c.End == "" }

// Deviates says whether a decision is another one than was advised: then it takes a reason.
func (c Case) Deviates(do Do, to Target) bool {
	if do != c.Advice.Do {
		return true
	}
	return do == Reduce && !to.Equal(c.Advice.To)
}

// Warns says whether something about the role should not be so, and the advice is not to keep it.
func (c Case) Warns() bool { return len(c.Evidence.Warned) > 0 && c.Advice.Do != Keep }

// Effective is what becomes of the role once nobody can decide any more: what was decided, else what the policy says.
func (c Case) Effective(p Policy) (do Do, to Target, silent bool) {
	if c.Verdict != nil {
		return c.Verdict.Do, c.Verdict.To, false
	}
	switch p.NoAnswer {
	case Advised:
		return c.Advice.Do, c.Advice.To, true
	case Remove:
		return Remove, Target{}, true
	case Reduce:
		if c.Advice.Do == Reduce {
			return Reduce, c.Advice.To, true
		}
	}
	return Keep, Target{}, true
}

// Sheet is the cases of one group. The zero Sheet has none. Safe to share; it never changes.
type Sheet struct{ cases map[string]Case }

// Of names the aggregate of a group's cases.
func Of(g chat.Group) journal.Name { return journal.Named("review", string(g)) }

// CaseKey is the record of a case.
func CaseKey(campaign string, who chat.User) string { return "case/" + campaign + "/" + string(who) }

// CaseOf is the campaign of a record that is the case of somebody; ok is false if it is another's.
func CaseOf(key string, who chat.User) (campaign string, ok bool) {
	rest, begins := strings.CutPrefix(key, "case/")
	campaign, ends := strings.CutSuffix(rest, "/"+string(who))
	return campaign, begins && ends
}

// BuildSheet makes a Sheet of its records.
func BuildSheet(records map[string]json.RawMessage) (Sheet, error) {
	s := Sheet{cases: make(map[string]Case, len(records))}
	for key, raw := range records {
		c, err := journal.Decode[Case](raw)
		if err != nil {
			return Sheet{}, err
		}
		if key != CaseKey(c.Campaign, c.Who) {
			return Sheet{}, fmt.Errorf("record %q of cases is that of %q", key, c.Who)
		}
		s.cases[key] = c
	}
	return s, nil
}

// Get returns the case of a person in a campaign.
func (s Sheet) Get(campaign string, who chat.User) (Case, bool) {
	c, ok := s.cases[CaseKey(campaign, who)]
	return c, ok
}

// Of lists the cases of a campaign by userid.
func (s Sheet) Of(campaign string) []Case {
	return s.list(func(c Case) bool { return c.Campaign == campaign })
}

// Open lists the cases that somebody has yet to decide, by campaign and userid.
func (s Sheet) Open() []Case { return s.list(Case.Pending) }

// About lists the cases of a person, by campaign.
func (s Sheet) About(who chat.User) []Case {
	return s.list(func(c Case) bool { return c.Who == who })
}

func (s Sheet) list(which func(Case) bool) []Case {
	var out []Case
	for _, c := range s.cases {
		if which(c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y Case) int { return cmp.Or(strings.Compare(x.Campaign, y.Campaign), cmp.Compare(x.Who, y.Who)) })
	return out
}

// Keys are the records of a campaign's cases.
func (s Sheet) campaigns() []string {
	var out []string
	for _, c := range s.cases {
		if !slices.Contains(out, c.Campaign) {
			out = append(out, c.Campaign)
		}
	}
	slices.Sort(out)
	return out
}
