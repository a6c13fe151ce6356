package access

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// admins are D1 and D9: who holds a role that is not over. Whose role by position waits holds none yet.
func (o *oracle) admins(q Request) []chat.User {
	var out []chat.User
	for _, who := range o.everybody() {
		if o.appointed(who, q) || o.inherits(who, q) && !o.pending(who, q) {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return out
}

// breaks are the rules of R61 that somebody's items break, the company's first.
func (o *oracle) breaks(who chat.User, items Items, at time.Time) []string {
	var out []string
	for i, rec := range slices.Concat(o.company, o.group) {
		x, ok := rec.(Exclusive)
		from := slices.Concat(o.company, o.group)
		if i < len(o.company) {
			from = o.company // from a rule of the company no group exempts
		}
		if !ok || exemptIn(from, x.Name, who, at) {
			continue
		}
		touched := 0
		for _, set := range x.Sets {
			if slices.ContainsFunc(o.catalogue(), func(i Item) bool { return set.Has(i) && items.Has(i) }) {
				touched++
			}
		}
		if touched >= 2 {
			out = append(out, x.Name)
		}
	}
	return out
}

func (o *oracle) exempt(rule string, who chat.User, at time.Time) bool {
	return exemptIn(slices.Concat(o.company, o.group), rule, who, at)
}

func exemptIn(records []any, rule string, who chat.User, at time.Time) bool {
	return slices.ContainsFunc(records, func(rec any) bool {
		e, ok := rec.(Exemption)
		return ok && e.Rule == rule && e.Who == who && at.Before(e.Until)
	})
}

func (o *oracle) catalogue() []Item { return slices.Sorted(maps.Keys(o.marks)) }

// as is the same world asked by somebody else.
func (o *oracle) as(who chat.User) *oracle {
	other := *o
	other.actor = o.staff[who]
	return &other
}

// same fails with the world in which the two differ.
func same(t *testing.T, n int, o *oracle, what string, want, got any) {
	t.Helper()
	if !assert.ObjectsAreEqual(want, got) {
		t.Fatalf("world %d, %s: the oracle says %v, the package says %v\n%s", n, what, want, got, printed(o))
	}
}

// TestStandingEqualsTheOracle compares who holds a role, of which level, who waits for one, and who breaks a rule of
// separation of duties.
func TestStandingEqualsTheOracle(t *testing.T) {
	seen := eachWorld(t, 5, oracleWorlds(t)/5, func(t *testing.T, n int, d dice, o *oracle, seen map[string]int) {
		f := o.facts(t)
		at, items := d.question().At, d.items()
		q := Request{Group: ops, At: at}
		same(t, n, o, "the admins", o.admins(q), f.Admins(ops, at))
		for _, who := range o.everybody() {
			_, inherits := f.Inherits(o.staff[who], ops, at)
			// Of those who inherit nothing, Pending says only whether there would be room.
			pending := inherits && f.Pending(who, ops, at)
			owner, admin := o.above(who)
			var broken []string
			for _, x := range f.Breaks(who, items, at) {
				broken = append(broken, x.Name)
			}
			same(t, n, o, string(who)+" inherits", o.inherits(who, q), inherits)
			same(t, n, o, string(who)+" waits", o.pending(who, q), pending)
			same(t, n, o, string(who)+" has the level", o.level(who, q), f.LevelOf(who, ops, at))
			same(t, n, o, string(who)+" governs", owner || admin, f.Governs(who, ops))
			same(t, n, o, fmt.Sprint(who, " breaks with ", items.Names()), o.breaks(who, items, at), broken)
			for what, happened := range map[string]bool{
				"inherits": inherits, "has room": inherits && !pending, "waits": pending, "breaks": broken != nil, "governs": owner || admin,
				"inherits and is appointed": inherits && o.appointed(who, q), "exempt": o.exempt("money", who, at),
			} {
				if happened {
					seen[what]++
				}
			}
		}
	})
	t.Log(seen)
	require.Len(t, seen, 7, "the worlds are too tame")
}

// TestMatrixEqualsTheOracle asks the oracle about everything that everybody could do.
func TestMatrixEqualsTheOracle(t *testing.T) {
	seen := eachWorld(t, 6, oracleWorlds(t)/50, func(t *testing.T, n int, d dice, o *oracle, seen map[string]int) {
		f := o.facts(t)
		at := d.question().At
		want := Matrix{}
		for _, who := range o.everybody() {
			owner, admin := o.above(who)
			if owner || admin || !o.listed(who) {
				continue
			}
			for _, i := range o.catalogue() {
				if allowed, _ := o.as(who).decide(Request{Actor: who, Item: i, Group: ops, At: at}); allowed {
					want[who] = want[who].With(i)
				}
			}
		}
		same(t, n, o, "the matrix at "+at.String(), want, f.Matrix(ops, at))
		seen["people"] += len(want)
		if want[chen] != 0 {
			seen["only by the address book"]++
		}
	})
	t.Log(seen)
	require.Len(t, seen, 2, "the worlds are too tame")
}

// listed says whether a matrix has a row for somebody: whom the books name, and where positions give roles whom the
// address book knows.
func (o *oracle) listed(who chat.User) bool {
	return slices.ContainsFunc(slices.Concat(o.company, o.group), func(rec any) bool {
		switch r := rec.(type) {
		case Role:
			return r.Who == who
		case Owner:
			return r.Who == who
		case DepartmentAdmin:
			return r.Who == who
		case Statement:
			return r.Subject == About(who)
		case Mapping:
			return true
		}
		return false
	})
}
