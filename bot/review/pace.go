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
	Fast    int       `json:"fast,omitempty"` // of those, too soon after the one before
	Kept    int       `json:"kept,omitempty"`
	Warned  int       `json:"warned,omitempty"`  // of those decided, with a warning
	Ignored int       `json:"ignored,omitempty"` // of those, kept all the same
}

// onePage is how many cases somebody can have seen when they decide for the first time.
const onePage = 5

// With is the pace after some cases were decided at once: they share the time since the decision before. Whether that was
// too fast is by a policy.
func (p Pace) With(by Policy, at time.Time, verdicts ...Case) Pace {
	n := len(verdicts)
	if n == 0 {
		return p
	}
	switch {
	case p.Last.IsZero():
		p.Fast += max(0, n-onePage) // nobody has seen those behind the first page
	case at.Sub(p.Last) < time.Duration(n*by.Quick)*time.Second:
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
	TooFast  Stamp = "fast"     // most cases decided too fast
	AllKept  Stamp = "all kept" // everything kept, warnings and all
	Warnings Stamp = "warnings" // most warnings ignored
)

// Stamps says by which signs of a policy a reviewer seems not to have looked; none is a careful one. Of whoever has
// decided few cases nothing is said.
func (p Pace) Stamps(by Policy) []Stamp {
	var out []Stamp
	if p.Decided < by.Few {
		return nil
	}
	if 100*p.Fast > by.Fast*p.Decided {
		out = append(out, TooFast)
	}
	if p.Kept == p.Decided && p.Warned >= fewWarnings {
		out = append(out, AllKept)
	} else if p.Warned >= fewWarnings && 100*p.Ignored >= by.Ignored*p.Warned {
		out = append(out, Warnings)
	}
	return out
}

// fewWarnings is from how many on their share says something: one can be kept with good reason.
const fewWarnings = 2

// Resampled picks the cases of a reviewer that somebody else is asked about again: as large a part of them as the policy
// says, those kept against a warning first, then the other kept ones. They are those of one person, by: the reviewer, or
// whoever has decided most of them in the reviewer's place.
func (p Policy) Resampled(reviewer chat.User, decided []Placed) (by chat.User, picks []Pick) {
	of := slices.DeleteFunc(slices.Clone(decided), func(d Placed) bool {
		v := d.Case.Verdict
		return v == nil || v.Do != Keep || v.By != reviewer && v.For != reviewer
	})
	whose := map[chat.User]int{}
	for _, d := range of {
		u := d.Case.Verdict.By
		if whose[u]++; by == "" || whose[u] > whose[by] {
			by = u
		}
	}
	of = slices.DeleteFunc(of, func(d Placed) bool { return d.Case.Verdict.By != by })
	rank := func(d Placed) int {
		switch {
		case d.Case.Warns():
			return 0
		case d.Case.Advice.Do != Keep:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(of, func(x, y Placed) int { return rank(x) - rank(y) })
	n := min(p.Sample, (len(decided)*p.Again+99)/100, len(of))
	for _, d := range of[:n] {
		picks = append(picks, Pick{d.Group, d.Case.Who})
	}
	return by, picks
}

// Placed is a case with its group.
type Placed struct {
	Group chat.Group
	Case  Case
}
