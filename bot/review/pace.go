package review

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Pace is how a reviewer has decided, as far as it can be seen.
type Pace struct {
	Last    time.Time `json:"last,omitzero"`
	Decided int       `json:"decided,omitempty"`
	Fast    int       `json:"fast,omitempty"` // of those, within quick of the one before
	Kept    int       `json:"kept,omitempty"`
	Warned  int       `json:"warned,omitempty"`  // of those decided, with a warning
	Ignored int       `json:"ignored,omitempty"` // of those, kept all the same
}

// quick is what nobody needs less than to look at a case (M13).
const quick = 3 * time.Second

// onePage is how many cases somebody can have seen when they decide for the first time.
const onePage = 5

// With is the pace after some cases were decided at once: they share the time since the decision before.
func (p Pace) With(at time.Time, verdicts ...Case) Pace {
	n := len(verdicts)
	if n == 0 {
		return p
	}
	switch {
	case p.Last.IsZero():
		p.Fast += max(0, n-onePage) // nobody has seen those behind the first page
	case at.Sub(p.Last) < time.Duration(n)*quick:
		p.Fast += n
	}
	for _, c := range verdicts {
		v := c.Verdict
		if v == nil {
			v = c.First
		}
		p.Decided++
		kept := v != nil && v.Do == Keep
		if kept {
			p.Kept++
		}
		if c.Warns() {
			p.Warned++
			if kept {
				p.Ignored++
			}
		}
	}
	p.Last = at
	return p
}

// Stamp is why somebody seems to have decided without looking.
type Stamp string

// The signs of a rubber stamp (M13).
const (
	TooFast  Stamp = "fast"     // most cases within three seconds each
	AllKept  Stamp = "all kept" // everything kept, warnings and all
	Warnings Stamp = "warnings" // most warnings ignored
)

// Stamps says by which signs a reviewer seems not to have looked; none is a careful one. Of fewer than five cases
// nothing is said.
func (p Pace) Stamps() []Stamp {
	var out []Stamp
	if p.Decided < fewCases {
		return nil
	}
	if 2*p.Fast > p.Decided {
		out = append(out, TooFast)
	}
	if p.Kept == p.Decided && p.Warned >= 2 {
		out = append(out, AllKept)
	} else if p.Warned >= 2 && 5*p.Ignored >= 4*p.Warned {
		out = append(out, Warnings)
	}
	return out
}

// fewCases are too few to judge a reviewer by.
const fewCases = 5

// mostAgain is how many cases of one reviewer are asked again at most.
const mostAgain = 5

// Again picks the cases of a reviewer that somebody else is asked about again: a fifth of them, five at most, those kept
// against a warning first, then the other kept ones. They are those of one person, by: the reviewer, or whoever has decided
// most of them in the reviewer's place.
func Again(reviewer chat.User, decided []Placed) (by chat.User, picks []Pick) {
	of := slices.DeleteFunc(slices.Clone(decided), func(p Placed) bool {
		v := p.Case.Verdict
		return v == nil || v.Do != Keep || v.By != reviewer && v.For != reviewer
	})
	whose := map[chat.User]int{}
	for _, p := range of {
		u := p.Case.Verdict.By
		if whose[u]++; by == "" || whose[u] > whose[by] {
			by = u
		}
	}
	of = slices.DeleteFunc(of, func(p Placed) bool { return p.Case.Verdict.By != by })
	rank := func(p Placed) int {
		switch {
		case p.Case.Warns():
			return 0
		case p.Case.Advice.Do != Keep:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(of, func(x, y Placed) int { return rank(x) - rank(y) })
	n := min(mostAgain, (len(decided)+4)/5, len(of))
	for _, p := range of[:n] {
		picks = append(picks, Pick{p.Group, p.Case.Who})
	}
	return by, picks
}

// Placed is a case with its group.
type Placed struct {
	Group chat.Group
	Case  Case
}
