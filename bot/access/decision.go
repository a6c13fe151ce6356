package access

import (
	"iter"
	"time"
)

// Decision is the answer to a Request, with its reason. The zero Decision denies.
type Decision struct {
	Allowed bool
	Rule    Rule

	item      Item
	level     Level  // of the actor: the ceiling
	exclusive string // the rule of separation of duties that would be broken
	bound     time.Time

	settled *line
	key     precedence // of settled

	// What spoke: the first few without an allocation, since there are hardly ever more. The first of all, as
	// many as company says, stand in the company's book.
	spoken  int
	company int
	first   [6]*line
	more    []*line
}

// Settled is the role or statement that settled the decision: the one that won, the allow that the ceiling or the
// data scope cut, the grant that is out of time. There is none where nothing was found, and none for owners.
func (d Decision) Settled() (Voice, bool) {
	if d.settled == nil {
		return Voice{}, false
	}
	return voiceOf(d.settled, d.key.tier(), d.cuts(d.settled, d.key.tier())), true
}

// Exclusive is the name of the rule of separation of duties that would be broken; empty if none would.
func (d Decision) Exclusive() string { return d.exclusive }

// About is the item that the decision is about: of a change of rights, the one that it takes to make it.
func (d Decision) About() Item { return d.item }

// Bound is when the speaker's own right ends, where what they would grant outlasts it; zero where it does not.
func (d Decision) Bound() time.Time { return d.bound }

// Spoke walks everything that spoke: the company's book before the group's, and in each the person's roles, the
// statements about the person, then those about more people. What the ceiling cut is among it, what is out of time
// is not.
func (d Decision) Spoke() iter.Seq[Voice] {
	return func(yield func(Voice) bool) {
		for i := range d.spoken {
			l := d.voice(i)
			tier := l.tier(i < d.company)
			if !yield(voiceOf(l, tier, d.cuts(l, tier))) {
				return
			}
		}
	}
}

func (d *Decision) voice(i int) *line {
	if i < len(d.first) {
		return d.first[i]
	}
	return d.more[i-len(d.first)]
}

func (d *Decision) hear(l *line) {
	if d.spoken < len(d.first) {
		d.first[d.spoken] = l
	} else {
		d.more = append(d.more, l)
	}
	d.spoken++
}

// cuts says whether the ceiling takes the allow away (3.1, step 2): a role's above its own level; a group-tier one
// without a role above the person's level. Denies and the company's own statements are never cut.
func (d *Decision) cuts(l *line, t Tier) bool {
	if l.role != nil {
		return !l.gives.Has(d.item)
	}
	return l.effect == Allow && t == GroupTier && !Ceiling(d.level).Has(d.item)
}

func (l *line) tier(inCompany bool) Tier {
	return l.precedence(inCompany).tier()
}

func (l *line) precedence(inCompany bool) precedence {
	if inCompany {
		return l.company
	}
	return l.group
}
