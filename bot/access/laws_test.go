package access

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/chat"
)

// random draws the seed of a world, so that rapid can shrink and repeat it.
func random(t *rapid.T) dice {
	return dice{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))}
}

// drawn is facts for a test of rapid, whose T is a type of its own.
func (w world) drawn(t *rapid.T) Facts {
	build := func(records []any) Book {
		raw := map[string]json.RawMessage{}
		for _, r := range records {
			b, err := json.Marshal(r)
			require.NoError(t, err)
			raw[keyOf(r)] = b
		}
		b, err := Build(raw)
		require.NoError(t, err)
		return b
	}
	return w.around(build(w.company), build(w.group))
}

func grants(record any, who chat.User) bool {
	switch r := record.(type) {
	case Role:
		return r.Who == who
	case Statement:
		return r.Effect == Allow
	case Mapping:
		return true // perhaps to others; no law needs to know
	case Owner:
		return r.Who == who
	case DepartmentAdmin:
		return r.Who == who
	}
	return false
}

func without(records []any, drop func(any) bool) []any {
	var out []any
	for _, r := range records {
		if !drop(r) {
			out = append(out, r)
		}
	}
	return out
}

// TestDefaultDeny: whoever nobody granted anything may do nothing, whatever else is written.
func TestDefaultDeny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		granted := func(r any) bool { return grants(r, q.Actor) }
		w.company, w.group = without(w.company, granted), without(w.group, granted)
		require.False(t, Decide(w.drawn(t), q).Allowed)
	})
}

// TestADenyNeverAllowsMore: with one more deny, what was refused stays refused.
func TestADenyNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		before := Decide(w.drawn(t), q).Allowed
		inCompany := d.chance(50)
		deny := d.statement(inCompany)
		deny.Effect = Deny
		same := func(r any) bool { return keyOf(r) == keyOf(deny) }
		if inCompany {
			w.company = append(without(w.company, same), deny)
		} else {
			w.group = append(without(w.group, same), deny)
		}
		if Decide(w.drawn(t), q).Allowed {
			require.True(t, before, "more denies, more allowed")
		}
	})
}

// TestNoRightOutlivesItsEnd: once every grant is over, nothing is allowed, though the records still stand there.
func TestNoRightOutlivesItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		w, q := worldOf(d), d.question()
		end := q.At.Add(-time.Duration(d.IntN(3)) * time.Nanosecond)
		over := func(records []any) []any {
			out := without(records, func(r any) bool {
				switch r.(type) {
				case Owner, DepartmentAdmin, Mapping: // they have no end
					return true
				}
				return false
			})
			for i, r := range out {
				switch r := r.(type) {
				case Role:
					r.Until = end
					out[i] = r
				case Statement:
					if r.Effect == Allow {
						r.Until = end
						out[i] = r
					}
				case Scene:
					r.Until = end
					out[i] = r
				}
			}
			return out
		}
		w.company, w.group = over(w.company), over(w.group)
		require.False(t, Decide(w.drawn(t), q).Allowed)
	})
}

// A play is a group in which people change each other's rights at random.
type play struct {
	t       *rapid.T
	company []any
	records map[string]json.RawMessage
	now     time.Time
	people  []chat.User
	allowed map[string]int // how often each kind of change went through: the play is not idle
}

func newPlay(t *rapid.T) *play {
	p := &play{
		t: t, company: []any{Owner{boss}}, records: map[string]json.RawMessage{}, now: noon,
		people: []chat.User{boss, li, wang, zhang, "chen", "zhao"}, allowed: map[string]int{},
	}
	for _, who := range p.people[1:] {
		if l := rapid.SampledFrom([]Level{NoLevel, Junior, Mid, Senior}).Draw(t, "level"); l != NoLevel {
			j := rapid.SampledFrom([]Job{NoJob, Supervisor, Operations}).Draw(t, "job")
			p.put(Role{Who: who, Level: l, Job: j})
		}
	}
	p.put(says(Allow, About(p.someone()), Admins, byEnterprise))
	return p
}

func (p *play) put(r any) {
	raw, err := json.Marshal(r)
	require.NoError(p.t, err)
	p.records[keyOf(r)] = raw
}

func (p *play) someone() chat.User { return rapid.SampledFrom(p.people).Draw(p.t, "who") }

func (p *play) facts() Facts {
	group, err := Build(p.records)
	require.NoError(p.t, err)
	raw, err := json.Marshal(Owner{boss})
	require.NoError(p.t, err)
	company, err := Build(map[string]json.RawMessage{OwnerKey(boss): raw})
	require.NoError(p.t, err)
	return Facts{Company: company, Group: group}
}

// step lets by want something of who, and commits it if it may be.
func (p *play) step(by, who chat.User) (what string, d Decision) {
	f := p.facts()
	l := rapid.SampledFrom([]Level{NoLevel, Junior, Mid, Senior}).Draw(p.t, "level")
	j := rapid.SampledFrom([]Job{NoJob, Supervisor, Sales, Operations}).Draw(p.t, "job")
	until := rapid.SampledFrom([]time.Time{{}, p.now.Add(time.Hour), p.now.Add(3 * time.Hour)}).Draw(p.t, "until")
	e := rapid.SampledFrom([]Effect{Allow, Deny}).Draw(p.t, "effect")
	i := rapid.SampledFrom([]Item{Mute, Admins, Rename, Invite}).Draw(p.t, "item")
	exception := Statement{Subject: About(who), Items: ItemsOf(i), Breadth: Single, Effect: e, Until: until}
	what = rapid.SampledFrom([]string{"appoint", "dismiss", "relevel", "rejob", "extend", "quit", "except", "unset"}).Draw(p.t, "what")
	var c Change
	switch what {
	case "appoint":
		c, d = f.Appoint(ops, Appointment{By: by, Who: who, WhoKind: chat.Staff, Level: l, Job: j, Until: until}, p.now)
	case "dismiss":
		c, d = f.Dismiss(ops, by, who, "", p.now)
	case "relevel":
		c, d = f.Relevel(ops, by, who, l, p.now)
	case "rejob":
		c, d = f.Rejob(ops, by, who, j, p.now)
	case "extend":
		c, d, _ = f.Extend(ops, by, who, until, p.now)
	case "quit":
		c, d = f.Quit(ops, by, "", p.now)
	case "except":
		c, d = f.Except(ops, by, exception, p.now)
	case "unset":
		c, d = f.Unset(ops, by, exception, p.now)
	}
	if !d.Allowed {
		require.Empty(p.t, c, "what is refused changes nothing")
		return what, d
	}
	p.allowed[what]++
	for _, one := range c {
		require.Equal(p.t, string(p.records[one.Key]), string(one.Before))
		delete(p.records, one.Key)
		if one.After != nil {
			p.records[one.Key] = one.After
		}
	}
	return what, d
}

func (p *play) rights() map[chat.User]Items {
	f, out := p.facts(), map[chat.User]Items{}
	for _, who := range p.people {
		out[who] = f.Items(who, Person{}, ops, p.now)
	}
	return out
}

func (p *play) seniors() int {
	f, n := p.facts(), 0
	for _, who := range p.people {
		if f.LevelOf(who, ops, p.now) == Senior {
			n++
		}
	}
	return n
}

// TestWithoutAdminsNobodyChangesRights: whoever lacks the item changes nobody's rights; they can only step down.
func TestWithoutAdminsNobodyChangesRights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPlay(t)
		for range 12 {
			by, who := p.someone(), p.someone()
			before := p.rights()
			what, _ := p.step(by, who)
			if before[by].Has(Admins) {
				continue
			}
			after := p.rights()
			if what == "quit" {
				require.Zero(t, after[by].Minus(before[by]), "stepping down gave rights")
				after[by] = before[by]
			}
			require.Equal(t, before, after, "%s %s %s", by, what, who)
		}
	})
}

// TestNobodyExceedsTheirGrantors: whatever is done in whatever order, people hold at most what those who granted
// held then, and what they began with.
func TestNobodyExceedsTheirGrantors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPlay(t)
		bound := p.rights()
		for range 12 {
			by, who := p.someone(), p.someone()
			held := p.rights()[by]
			if what, d := p.step(by, who); d.Allowed && what != "quit" {
				bound[who] |= held
			}
			for u, items := range p.rights() {
				require.Zero(t, items.Minus(bound[u]), "%s holds what no grantor held", u)
			}
			p.now = p.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)
		}
	})
}

// TestTheLastSeniorStays: no change takes it away; only time does.
func TestTheLastSeniorStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPlay(t)
		for range 12 {
			before := p.seniors()
			by, who := p.someone(), p.someone()
			what, _ := p.step(by, who)
			if before > 0 {
				require.NotZero(t, p.seniors(), "%s %s %s", by, what, who)
			}
			p.now = p.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)
		}
	})
}

// TestChangesCanBeTakenBack: the opposite of what somebody did is theirs to do, unless it would be about themselves
// or leave no senior.
func TestChangesCanBeTakenBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPlay(t)
		for range 6 {
			p.step(p.someone(), p.someone())
		}
		who := p.someone()
		f := p.facts()
		c, d := f.Appoint(ops, Appointment{By: boss, Who: who, WhoKind: chat.Staff, Level: Mid}, p.now)
		if !d.Allowed {
			return
		}
		for _, one := range c {
			p.records[one.Key] = one.After
		}
		require.True(t, p.facts().MayApply(ops, boss, opposite(c), OtherChange, p.now).Allowed)
	})
}
