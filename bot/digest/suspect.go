package digest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// Sort is what makes somebody's acts suspicious.
type Sort string

// The sorts of suspicion (R65, R09). None of them is a proof.
const (
	Frequent Sort = "frequent" // many destructive acts in a short time
	OffShift Sort = "off_shift"
	Selfish  Sort = "self"    // an act that benefits whoever did it
	Refused  Sort = "refused" // refused again and again
)

// Bounds are from when on acts stand out. A field that is zero is as the requirements have it (R65, R09): over 10
// destructive acts in 10 minutes, three refusals in 10 minutes.
type Bounds struct {
	Acts     int           // so many destructive acts of one person within Within are usual
	Refusals int           // so many refusals are told
	Within   time.Duration // how close together they lie
}

const (
	usualBurst    = 10 * time.Minute
	usualActs     = 10
	usualRefusals = 3
)

// MostActs is how many destructive acts of one person within Burst are usual.
func (b Bounds) MostActs() int { return cmp.Or(b.Acts, usualActs) }

// LeastRefusals is how many refusals of one person within Burst are told.
func (b Bounds) LeastRefusals() int { return cmp.Or(b.Refusals, usualRefusals) }

// Burst is how close together they lie.
func (b Bounds) Burst() time.Duration { return cmp.Or(b.Within, usualBurst) }

// Suspicion is something that a person should look at.
type Suspicion struct {
	Sort  Sort       `json:"sort"`
	Who   chat.User  `json:"who"`
	Group chat.Group `json:"group,omitempty"` // where it was; of several groups the last
	N     int        `json:"n"`               // acts, or refusals
	First time.Time  `json:"first"`
	Last  time.Time  `json:"last"`
	Entry int64      `json:"entry"` // the last of them
}

// Watch is how acts are judged.
type Watch struct {
	// Destructive says whether an act takes something from somebody; Benefits whether it gives something to its targets.
	Destructive, Benefits func(journal.Entry) bool
	// OffShift says whether somebody has shifts in a group, but none that runs at a moment; nil: nobody has any.
	OffShift func(g chat.Group, who chat.User, at time.Time) bool
	Bounds   Bounds
}

// Suspicions are what stands out among entries, in the order of time: one of each sort for each person and, of what
// belongs to a group, for each group. What the bot did by itself, and what was refused, is no act.
func (w Watch) Suspicions(entries []journal.Entry) []Suspicion {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b journal.Entry) int { return cmp.Compare(a.N, b.N) })
	acts, refusals := map[chat.User][]mark{}, map[chat.User][]mark{}
	found := map[string]Suspicion{}
	for _, e := range entries {
		if e.Actor == "" {
			continue
		}
		if e.Outcome == journal.Refused {
			refusals[e.Actor] = append(refusals[e.Actor], mark{e, 1})
			continue
		}
		if e.Outcome != journal.Done || e.Undoes != 0 {
			continue
		}
		if w.Destructive(e) {
			acts[e.Actor] = append(acts[e.Actor], mark{e, max(1, len(e.Targets))})
			if w.OffShift != nil && e.Group != "" && w.OffShift(e.Group, e.Actor, e.At) {
				note(found, OffShift, e, 1)
			}
		}
		if w.Benefits(e) && slices.Contains(e.Targets, e.Actor) {
			note(found, Selfish, e, 1)
		}
	}
	for _, who := range slices.Sorted(maps.Keys(acts)) {
		w.Bounds.note(found, Frequent, acts[who], w.Bounds.MostActs()+1)
	}
	for _, who := range slices.Sorted(maps.Keys(refusals)) {
		w.Bounds.note(found, Refused, refusals[who], w.Bounds.LeastRefusals())
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Suspicion) int {
		return cmp.Or(a.Last.Compare(b.Last), cmp.Compare(a.Key(), b.Key()))
	})
}

// mark is an entry with how many acts it is: one for each person that it was about.
type mark struct {
	journal.Entry
	n int
}

// note notes the first and the last of marks that lie so close together that least of them fall into one Burst.
func (b Bounds) note(found map[string]Suspicion, sort Sort, marks []mark, least int) {
	from, n, already := 0, 0, 0
	for to, m := range marks {
		n += m.n
		for m.At.Sub(marks[from].At) >= b.Burst() {
			n -= marks[from].n
			from++
		}
		if n < least {
			continue
		}
		for i := max(from, already); i <= to; i++ {
			note(found, sort, marks[i].Entry, marks[i].n)
		}
		already = to + 1
	}
}

func note(found map[string]Suspicion, sort Sort, e journal.Entry, n int) {
	s := Suspicion{Sort: sort, Who: e.Actor, Group: e.Group, First: e.At}
	key := s.Key()
	if old, ok := found[key]; ok {
		s.First, s.N = old.First, old.N
	}
	s.N, s.Last, s.Entry = s.N+n, e.At, e.N
	found[key] = s
}

// Key is the record of the suspicion: one a sort and person and, of what belongs to a group, one a group.
func (s Suspicion) Key() string {
	key := suspectPrefix + string(s.Sort) + "/" + string(s.Who)
	if s.Sort == OffShift || s.Sort == Selfish {
		key += "/" + string(s.Group)
	}
	return key
}

// Same says whether s is what was told already: it began before that had been over for a Burst. Acts out of shift are
// told once a day.
func (s Suspicion) Same(told Suspicion, b Bounds) bool {
	pause := b.Burst()
	if s.Sort == OffShift {
		pause = 24 * time.Hour
	}
	if s.Sort == Selfish {
		return s.Entry <= told.Entry
	}
	return s.First.Before(told.Last.Add(pause))
}
