package access

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/journal"
)

// full is every kind of record that a charter has.
func full() []any {
	return []any{
		role(li, Senior, NoJob), temp(wang, Mid, Sales, inAnHour), eligible(role(zhang, Mid, NoJob)),
		active(temp(zhang, Mid, NoJob, inAnHour)), says(Deny, everyone, Remove), says(Allow, me, Mute),
		lead(), scene(OfflineEvent), Tag{Name: "vip", By: boss, At: hourAgo}, inAndOut, exempted(inAnHour),
		JobDefinition{Name: "展会专员", Items: ItemsOf(Invite), By: boss, At: hourAgo}, Cap{7},
		Approval{What: AnyRequest, Need: 2, Deny: 1, Longest: time.Hour, By: boss, At: hourAgo},
	}
}

// TestCharterRoundTrip: what a book exports builds the same book, but for what the configuration says there.
func TestCharterRoundTrip(t *testing.T) {
	b := book(t, full()...)
	again, err := b.Part(false).Book()
	require.NoError(t, err)
	assert.Equal(t, b.ix.records, again.ix.records)
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		inCompany := d.chance(50)
		raw := map[string]json.RawMessage{}
		for _, r := range d.records(inCompany) {
			b, err := json.Marshal(r)
			require.NoError(t, err)
			raw[keyOf(r)] = b
		}
		b, err := Build(raw)
		require.NoError(t, err)
		again, err := b.Part(inCompany).Book()
		require.NoError(t, err)
		for key := range raw {
			if strings.HasPrefix(key, "owner/") || strings.HasPrefix(key, "department-admin/") || inCompany && key == CapKey {
				delete(raw, key)
			}
		}
		require.Equal(t, raw, again.ix.records)
		changes, err := b.Adopt(ops, b.Part(false), boss, noon)
		require.NoError(t, err)
		require.Empty(t, changes, "to adopt one's own policy changes nothing")
	})
}

// TestEveryRecordHasASection: whatever is policy is in a charter, and in one section of it.
func TestEveryRecordHasASection(t *testing.T) {
	raw := json.RawMessage("{}")
	for kind := range policyKinds {
		in := 0
		for _, s := range sections {
			if s.holds(kind+"/x", raw) {
				in++
			}
		}
		assert.Equal(t, 1, in, "%s: give it a section of Part", kind)
	}
}

// TestAdopt: a section that is not given is left alone, one that is empty is emptied.
func TestAdopt(t *testing.T) {
	b := book(t, full()...)
	keys := func(p Part) (out []string) {
		changes, err := b.Adopt(ops, p, boss, noon)
		require.NoError(t, err)
		for _, c := range changes {
			kind, _, _ := strings.Cut(c.Key, "/")
			switch {
			case c.After == nil:
				kind = "-" + kind
			case c.Before == nil:
				kind = "+" + kind
			}
			out = append(out, kind)
		}
		return out
	}
	none := 0
	five := 5
	over := temp("old", Mid, NoJob, hourAgo)
	again := b.Part(false)
	unsigned := again.Scenes[0]
	unsigned.By, unsigned.At = "", time.Time{}
	longer := unsigned
	longer.Until = inAnHour
	for _, row := range []struct {
		name string
		part Part
		want []string
	}{
		{"nothing is said", Part{}, nil},
		{"all that there is", again, nil},
		{"no roles", Part{Roles: []Role{}}, []string{"-active", "-eligible", "-role", "-temp"}},
		{"no statements about many", Part{Statements: []Statement{}}, []string{"-statement"}},
		{"no exceptions", Part{Exceptions: []Statement{}}, []string{"-statement"}},
		{"no scene, no tag", Part{Scenes: []Scene{}, Tags: []Tag{}}, []string{"-scene", "-tag"}},
		{"another tag", Part{Tags: []Tag{{Name: "vip"}, {Name: "north"}}}, []string{"+tag"}},
		{"no cap", Part{Cap: &none}, []string{"-cap"}},
		{"another cap", Part{Cap: &five}, []string{"cap"}},
		{"unsigned is the same matter", Part{Scenes: []Scene{unsigned}}, nil},
		{"another end is not", Part{Scenes: []Scene{longer}}, []string{"scene"}},
		{"what is over does not come back", Part{Roles: append(again.Roles, over)}, nil},
		{"no rule and no exemption", Part{Separation: []Exclusive{}, Exemptions: []Exemption{}}, []string{"-exempt", "-sod"}},
	} {
		assert.Equal(t, row.want, keys(row.part), row.name)
	}
	changes, err := b.Adopt(ops, Part{Scenes: []Scene{longer}}, boss, noon)
	require.NoError(t, err)
	s, err := journal.Decode[Scene](changes[0].After)
	require.NoError(t, err)
	assert.Equal(t, []any{boss, noon, inAnHour}, []any{s.By, s.At, s.Until}, "what is unsigned is the setting of who imports it")
	assert.Equal(t, inAnHour, changes[0].Due, "and ends by itself")
}

// TestAdoptRefuses what no book can hold.
func TestAdoptRefuses(t *testing.T) {
	seven := 7
	for name, part := range map[string]Part{
		"stands there twice":        {Tags: []Tag{{Name: "a"}, {Name: "a"}}},
		"belongs to the exceptions": {Statements: []Statement{says(Allow, me, Mute)}},
		"an exception is about one": {Exceptions: []Statement{says(Allow, everyone, Mute)}},
		"unknown job":               {Roles: []Role{role(li, Mid, "nobody's")}},
		"a name and two sets":       {Separation: []Exclusive{{Name: "x"}}},
	} {
		_, err := Book{}.Adopt(ops, part, boss, noon)
		assert.ErrorContains(t, err, name)
	}
	_, err := Book{}.Adopt("", Part{Cap: &seven}, boss, noon)
	assert.ErrorContains(t, err, "configuration")
}

// TestWithJobs: a role may name a custom job without saying what it gives.
func TestWithJobs(t *testing.T) {
	own := JobDefinition{Name: "展会专员", Items: ItemsOf(Invite)}
	p := Part{Roles: []Role{role(li, Mid, own.Name), role(wang, Mid, Sales)}, Mappings: []Mapping{lead(func(m *Mapping) { m.Job = own.Name })}}
	filled := p.WithJobs([]JobDefinition{own})
	assert.Equal(t, []Items{own.Items, 0, own.Items}, []Items{filled.Roles[0].Grants, filled.Roles[1].Grants, filled.Mappings[0].Grants})
	assert.Zero(t, p.Roles[0].Grants, "the part itself is left as it was")
	_, err := filled.Book()
	assert.NoError(t, err)
}
