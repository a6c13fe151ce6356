package scheduler

import (
	"slices"
	"time"

	"qunguan/bot/review"
)

// Begins is when a rhythm begins reviews: its name, and five fields of cron.
type Begins struct{ Name, Spec string }

// Collision is a review that begins while an earlier one may still be open: it leaves out all who are looked at there.
type Collision struct {
	Earlier, Later string
	Begins         time.Time // the later one
	Ends           time.Time // the earlier one, with the days of the fallbacks
}

// Collisions are, of each two of some rhythms, the first time within two years that one begins before what the other has
// begun ends by a policy. Rhythms that never begin, or that cannot be read, collide with nothing. The location of from is
// the zone that they are meant in.
func Collisions(rhythms []Begins, p review.Policy, from time.Time) []Collision {
	type begun struct {
		name     string
		at, ends time.Time
	}
	var all []begun
	for _, r := range rhythms {
		s, err := parse(r.Spec)
		if err != nil {
			continue
		}
		until, most := from.AddDate(2, 0, 0), 800 // once a day is as often as says anything
		for at := s.Next(from); !at.IsZero() && at.Before(until) && most > 0; at, most = s.Next(at), most-1 {
			all = append(all, begun{r.Name, at, review.Begin(p, review.Campaign{}, at).Ends})
		}
	}
	slices.SortStableFunc(all, func(x, y begun) int { return x.at.Compare(y.at) })
	var out []Collision
	for i, earlier := range all {
		for _, later := range all[i+1:] {
			if !later.at.Before(earlier.ends) {
				break
			}
			if !slices.ContainsFunc(out, func(c Collision) bool { return c.Earlier == earlier.name && c.Later == later.name }) {
				out = append(out, Collision{earlier.name, later.name, later.at, earlier.ends})
			}
		}
	}
	return out
}
