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
	Lessened []chat.User  `json:"lessened,omitempty"` // whose role would become smaller, the first few
	Deciders []chat.User  `json:"deciders,omitempty"` // who decided that roles end
	Lessens  []chat.User  `json:"lessens,omitempty"`  // and who, that they become smaller
	Earlier  int          `json:"earlier,omitempty"`  // roles that other runs have taken away of late without a second person
	Before   int          `json:"before,omitempty"`   // roles that they have reduced, likewise
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
		do, _, _ := c.Effective(p)
		if do == Keep {
			continue
		}
		touched = true
		by := p.By
		if c.Verdict != nil {
			by = c.Verdict.By
		}
		switch {
		case c.Evidence.Left: // they have lost their rights with the company: to note that takes nothing away
		case do == Reduce:
			r.Reduced, r.Lessened, r.Lessens = r.Reduced+1, withSome(r.Lessened, c.Who), withSome(r.Lessens, by)
		default:
			r.Removed, r.About, r.Deciders = r.Removed+1, withSome(r.About, c.Who), withSome(r.Deciders, by)
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

// withSome is a list with one more person, as long as there are few.
func withSome(list []chat.User, u chat.User) []chat.User {
	if u == "" || len(list) >= mostAbout || slices.Contains(list, u) {
		return list
	}
	return append(slices.Clone(list), u)
}

// RequestPrefix begins the code of the request that asks a second person to release a run; the id of the campaign follows.
const RequestPrefix = "review-"

// Losers are those who would lose something, as far as the run names them: none of them agrees to it.
func (r Run) Losers() []chat.User { return slices.Concat(r.About, r.Lessened) }

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
	// The same of roles that become smaller.
	ManyLess  Trip = "less number"
	LargeLess Trip = "less share"
	PartsLess Trip = "less parts"
)

// fewLess are so few reductions that their share says nothing: one tap takes them back.
const fewLess = 2

// Trips says whether a run would take away more than the policy lets one person take: more roles than so many, or
// more than a share of those looked at, with the clean ones of whom nothing was asked; and likewise of roles that become
// smaller, of which there may be more. Several small runs are no way around it.
func (p Policy) Trips(r Run, clean int) Trip {
	looked := r.Cases + clean
	switch {
	case r.Removed > p.Most:
		return TooMany
	case r.Removed > 0 && r.Removed+r.Earlier > p.Most:
		return InParts
	case 100*r.Removed > p.Share*looked:
		return TooLarge
	case r.Reduced > p.Fewer:
		return ManyLess
	case r.Reduced > 0 && r.Reduced+r.Before > p.Fewer:
		return PartsLess
	case r.Reduced > fewLess && 100*r.Reduced > p.Part*looked:
		return LargeLess
	}
	return NoTrip
}

// Stopped are those who decided what makes a run stop, as far as it names them: none of them releases it alone.
func (p Policy) Stopped(r Run, clean int) []chat.User {
	var out []chat.User
	ends, lessens := r, r
	ends.Reduced, lessens.Removed = 0, 0
	if p.Trips(ends, clean) != NoTrip {
		out = append(out, r.Deciders...)
	}
	if p.Trips(lessens, clean) == NoTrip {
		return out
	}
	for _, u := range r.Lessens {
		if !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// partsWithin is for how long what a run has taken away counts with the next ones.
const partsWithin = 7 * day

// Earlier is how many roles other runs have taken away, and have reduced, within the last days, or are about to, without
// that a second person was asked.
func (b Book) Earlier(id string, now time.Time) (removed, reduced int) {
	for _, c := range b.campaigns {
		switch {
		case c.ID == id || c.Run.Released || c.Run.Refused:
		case c.State == Applying, c.State == Judging:
			removed, reduced = removed+c.Run.Removed, reduced+c.Run.Reduced
		case c.State == Closed && now.Sub(c.Ended) < partsWithin:
			removed += min(c.Run.Removed, c.Result.Removed)
			reduced += min(c.Run.Reduced, c.Result.Reduced)
		}
	}
	return removed, reduced
}
