package access

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/chat"
)

// settles is what the laws compare: whether it is allowed, and why.
func settles(t *rapid.T, w world, q Request) (bool, Rule) {
	d := Decide(w.drawn(t), q)
	return d.Allowed, d.Rule
}

// roomy is the world without caps: everybody in it has room for a role.
func roomy(w world) world {
	w.company, w.group = without(w.company, isCap), without(w.group, isCap)
	return w
}

// TestFewerGrantsNeverAllowMore: what is taken away gives nothing. It is asked where nobody is acted on, since a target
// whose role is taken may be acted on by more people, and without caps, since a place that is given up is another's.
func TestFewerGrantsNeverAllowMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := roomy(worldOf(d)), d.question()
		q.Target, q.TargetKind = "", ""
		before, _ := settles(t, w, q)
		denies := func(r any) bool { s, ok := r.(Statement); return ok && s.Effect == Deny }
		for range 4 {
			book := pick(d, &w.company, &w.group)
			if n := len(*book); n > 0 {
				if i := d.IntN(n); !denies((*book)[i]) {
					*book = slices.Delete(slices.Clone(*book), i, i+1)
				}
			}
			after, _ := settles(t, w, q)
			require.True(t, before || !after, "fewer grants, more allowed")
			before = after
		}
	})
}

// TestOnlyEndsMatter: between two moments at which something begins or ends, nothing changes.
func TestOnlyEndsMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		ends := []time.Time{noon.Add(-24 * time.Hour), noon.Add(24 * time.Hour)}
		for _, shift := range w.rota {
			ends = append(ends, shift[0], shift[1])
		}
		for _, r := range slices.Concat(w.company, w.group) {
			switch r := r.(type) {
			case Role:
				ends = append(ends, r.From, r.Until)
			case Statement:
				ends = append(ends, r.From, r.Until)
			case Scene:
				ends = append(ends, r.From, r.Until)
			}
		}
		slices.SortFunc(ends, time.Time.Compare)
		ends = slices.CompactFunc(ends, time.Time.Equal)
		for i := range ends[1:] {
			q.At = ends[i]
			first, why := settles(t, w, q)
			q.At = ends[i+1].Add(-1)
			last, whyNow := settles(t, w, q)
			require.Equal(t, first, last, "from %s to %s", ends[i], ends[i+1])
			require.Equal(t, why, whyNow, "from %s to %s", ends[i], ends[i+1])
		}
	})
}

// TestOrderDoesNotMatter: records are found by what they say, whatever stands first in a book or in a list.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		allowed, rule := settles(t, w, q)
		shuffle(d, w.company)
		shuffle(d, w.group)
		shuffle(d, w.place.Departments)
		w.place.Departments = append(w.place.Departments, "华南")
		slices.Reverse(w.place.Departments)
		mixed := people(func(p *Person) {
			p.Positions, p.Departments, p.Followers = slices.Clone(p.Positions), slices.Clone(p.Departments), slices.Clone(p.Followers)
			shuffle(d, p.Positions)
			shuffle(d, p.Departments)
			shuffle(d, p.Followers)
		})
		mixed(&w)
		roles(func(r *Role) {
			r.Groups = slices.Clone(r.Groups)
			slices.Reverse(r.Groups)
		})(&w)
		again, why := settles(t, w, q)
		require.Equal(t, allowed, again)
		require.Equal(t, rule, why)
	})
}

func shuffle[T any](d dice, list []T) {
	d.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// TestOthersMatterOnlyForTheirPlaces: what is written by name about people who neither act nor are acted on decides
// nothing, but for the places under the cap that they take.
func TestOthersMatterOnlyForTheirPlaces(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		f := w.drawn(t)
		before := Decide(f, q)
		other := func(who chat.User) bool { return who != q.Actor && who != q.Target }
		dropping(func(r any) bool { who, named := subjectOf(r); return named && other(who) })(&w)
		for who := range w.people() {
			if other(who) {
				delete(w.staff, who)
			}
		}
		g := w.drawn(t)
		for _, who := range []chat.User{q.Actor, q.Target} {
			if f.Pending(who, ops, q.At) != g.Pending(who, ops, q.At) {
				return
			}
		}
		compared++
		after := Decide(g, q)
		require.Equal(t, before.Allowed, after.Allowed)
		require.Equal(t, before.Rule, after.Rule)
	})
	require.NotZero(t, compared)
}

// subjectOf is the one person whom a record names.
func subjectOf(record any) (chat.User, bool) {
	switch r := record.(type) {
	case Role:
		return r.Who, true
	case Statement:
		return chat.User(r.Subject.ID), r.Subject.Kind == OnePerson
	case Owner:
		return r.Who, true
	case DepartmentAdmin:
		return r.Who, true
	case Exemption:
		return r.Who, true
	}
	return "", false
}

// TestWhatIsSilentDecidesNothing: with all that sleeps, waits, is switched off or out of time struck from the books,
// the same is allowed. A sleeping role keeps its place under the cap, so that it is asked without caps.
func TestWhatIsSilentDecidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := roomy(worldOf(d)), d.question()
		before, _ := settles(t, w, q)
		dropping(func(r any) bool {
			switch r := r.(type) {
			case Role:
				return r.Eligible || r.Suspended || r.OnDuty && !w.rota.OnDuty(r.Who, q.At) || outOfTerm(r.From, r.Until, q.At) != ""
			case Statement:
				return outOfTerm(r.From, r.Until, q.At) != ""
			case Scene:
				return outOfTerm(r.From, r.Until, q.At) != ""
			case Mapping:
				return r.Off
			}
			return false
		})(&w)
		after, _ := settles(t, w, q)
		require.Equal(t, before, after)
	})
}

// TestConsentOnlyOpensTheWayToAnEqual: a second person's consent takes nothing away, and gives acts of a 高级 on a
// 高级 alone.
func TestConsentOnlyOpensTheWayToAnEqual(t *testing.T) {
	opened := 0
	for n := range 4_000 {
		d := dice{rand.New(rand.NewPCG(9, uint64(n)))}
		w, q := worldOf(d), d.question()
		w.consent = false
		f := w.facts(t)
		alone := Decide(f, q)
		f.Consent = true
		together := Decide(f, q)
		if alone.Allowed == together.Allowed {
			continue
		}
		opened++
		require.True(t, together.Allowed, "world %d: consent took something away", n)
		require.Equal(t, RuleSecondPerson, alone.Rule, "world %d", n)
		require.Equal(t, Senior, f.LevelOf(q.Target, ops, q.At), "world %d", n)
		require.Equal(t, Senior, f.LevelOf(q.Actor, ops, q.At), "world %d", n)
	}
	require.NotZero(t, opened)
}
