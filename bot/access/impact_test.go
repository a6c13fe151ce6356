package access

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func TestImpact(t *testing.T) {
	senior, mid := role(li, Senior, NoJob), role(wang, Mid, NoJob)
	f := staffed(senior, mid, apart, Cap{2}).facts(t)
	drop := []journal.Change{set[Role](f.Group, ops, senior.Key(), nil)}
	i, err := f.Impact(ops, map[chat.Group][]journal.Change{ops: drop}, noon)
	require.NoError(t, err)
	assert.Equal(t, []Holding{{li, allItems}}, i.Losses)
	assert.Empty(t, i.Gains)
	assert.Equal(t, allItems.Minus(Preset(Mid)), i.Uncovered, "nobody is left who can")
	assert.Equal(t, []Holding{{wang, Preset(Mid)}}, i.Sole, "and of what both could, one is left")
	assert.Equal(t, []chat.User{li}, i.Bare)
	assert.Equal(t, 1, i.Admins)

	lower := Role{Who: li, Level: Mid, Only: ItemsOf(Files), At: hourAgo}
	f = staffed(lower, apart).facts(t)
	i, err = f.Impact(ops, map[chat.Group][]journal.Change{ops: {set(f.Group, ops, StatementKey(says(Allow, me, Mute)), ptr(says(Allow, me, Mute)))}}, noon)
	require.NoError(t, err)
	assert.Equal(t, []Holding{{li, ItemsOf(Mute)}}, i.Gains)
	require.Len(t, i.Breaks, 1)
	assert.Equal(t, li, i.Breaks[0].Who)

	i, err = f.Impact(ops, nil, noon)
	require.NoError(t, err)
	assert.Equal(t, Impact{Admins: 1, Cap: DefaultCap, At: noon}, i, "no change, no difference")
}

func ptr[T any](v T) *T { return &v }

// TestImpactEqualsWhatIsMeasuredAfterwards: what a preview says is what the decisions of everybody become once the
// records are really changed (M08).
func TestImpactEqualsWhatIsMeasuredAfterwards(t *testing.T) {
	for n := range 400 {
		d := dice{rand.New(rand.NewPCG(8, uint64(n)))}
		before, other := worldOf(d), worldOf(d)
		after := before
		after.company, after.group = other.company, other.group
		f, g := before.facts(t), after.facts(t)
		i, err := f.Impact(ops, map[chat.Group][]journal.Change{ops: between(f.Group, g.Group, ops), "": between(f.Company, g.Company, "")}, noon)
		require.NoError(t, err)
		gains, losses := map[chat.User]Items{}, map[chat.User]Items{}
		for _, h := range i.Gains {
			gains[h.Who] = h.Items
		}
		for _, h := range i.Losses {
			losses[h.Who] = h.Items
		}
		for _, who := range slices.Concat(f.everyone(), g.everyone()) { // what a statement gives to all is not told of each
			if f.Governs(who, ops) || g.Governs(who, ops) {
				continue // who is above the group, before or after, is not counted among its admins
			}
			for item := Invite; item < pastItems; item++ {
				ask := Request{Actor: who, Item: item, Group: ops, At: noon}
				f.Actor, g.Actor = f.People[who], g.People[who]
				could, can := Decide(f, ask).Allowed, Decide(g, ask).Allowed
				assert.Equal(t, can && !could, gains[who].Has(item), "world %d: %s gains %s", n, who, item)
				assert.Equal(t, could && !can, losses[who].Has(item), "world %d: %s loses %s", n, who, item)
			}
		}
	}
}

// between is the changes that make one book the other.
func between(from, to Book, g chat.Group) []journal.Change {
	var out []journal.Change
	for key, raw := range to.ix.records {
		out = append(out, journal.Change{Of: Of(g), Key: key, Before: from.record(key), After: raw})
	}
	for key, raw := range from.ix.records {
		if _, stays := to.ix.records[key]; !stays {
			out = append(out, journal.Change{Of: Of(g), Key: key, Before: raw})
		}
	}
	return out
}
