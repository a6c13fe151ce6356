package review

import (
	"slices"
	"time"

	"qunguan/bot/chat"
)

// Run is what a run would do: it is counted before anything is done.
type Run struct {
	Cases    int          `json:"cases,omitempty"`
	Reduced  int          `json:"reduced,omitempty"`
	Removed  int          `json:"removed,omitempty"`
	Groups   int          `json:"groups,omitempty"`   // in which something would be taken away
	In       []chat.Group `json:"in,omitempty"`       // the first two of them
	About    []chat.User  `json:"about,omitempty"`    // who would lose a role, the first few
	Deciders []chat.User  `json:"deciders,omitempty"` // who decided so
	Earlier  int          `json:"earlier,omitempty"`  // roles that other runs have taken away of late without a second person
	Released bool         `json:"released,omitempty"` // a second person has agreed to it
	Refused  bool         `json:"refused,omitempty"`  // nobody has
}

// mostAbout is how many people a run names.
const mostAbout = 50

// With is the run with the cases of one more group.
func (r Run) With(g chat.Group, cases []Case, p Policy) Run {
	touched := false
	for _, c := range cases {
		if c.End != "" {
			continue
		}
		r.Cases++
		switch do, _, _ := c.Effective(p); do {
		case Reduce:
			r.Reduced, touched = r.Reduced+1, true
		case Remove:
			touched = true
			if c.Evidence.Left {
				continue // they have lost their rights with the company: to note that takes nothing away
			}
			r.Removed++
			if len(r.About) < mostAbout && !slices.Contains(r.About, c.Who) {
				r.About = append(slices.Clone(r.About), c.Who)
			}
			by := p.By
			if c.Verdict != nil {
				by = c.Verdict.By
			}
			if by != "" && len(r.Deciders) < mostAbout && !slices.Contains(r.Deciders, by) {
				r.Deciders = append(slices.Clone(r.Deciders), by)
			}
		case Keep, Advised:
		}
	}
	if touched {
		r.Groups++
		if len(r.In) < 2 {
			r.In = append(slices.Clone(r.In), g)
		}
	}
	return r
}

// Place is the group that a run is about, the zero group if it is about several.
func (r Run) Place() chat.Group {
	if r.Groups == 1 {
		return r.In[0]
	}
	return ""
}

// Trip is why a run stops and asks a second person.
type Trip string

// Why a run stops (J2).
const (
	NoTrip   Trip = ""
	TooMany  Trip = "number"
	TooLarge Trip = "share"
	// InParts: it would not be too many, but together with those of the last days it is.
	InParts Trip = "parts"
)

// Trips says whether a run would take away more than the policy lets one person take: more roles than so many, or
// more than a share of those looked at, with the clean ones of whom nothing was asked. Several small runs are no way
// around it.
func (p Policy) Trips(r Run, clean int) Trip {
	switch {
	case r.Removed > p.Most:
		return TooMany
	case r.Removed > 0 && r.Removed+r.Earlier > p.Most:
		return InParts
	case 100*r.Removed > p.Share*(r.Cases+clean):
		return TooLarge
	}
	return NoTrip
}

// partsWithin is for how long what a run has taken away counts with the next ones.
const partsWithin = 7 * day

// Earlier is how many roles other runs have taken away within the last days, or are about to, without that a second person
// was asked.
func (b Book) Earlier(id string, now time.Time) (n int) {
	for _, c := range b.campaigns {
		switch {
		case c.ID == id || c.Run.Released || c.Run.Refused:
		case c.State == Applying, c.State == Judging:
			n += c.Run.Removed
		case c.State == Closed && now.Sub(c.Ended) < partsWithin:
			n += min(c.Run.Removed, c.Result.Removed)
		}
	}
	return n
}
