package directory_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

type records = map[string]json.RawMessage

// shop is a customer group as the platform shows it.
func shop() chat.Observed {
	return chat.Observed{
		Group: "G1", Kind: chat.CustomerGroup, Name: "华东VIP", Owner: "zhou", Admins: []chat.User{"wang", "li"}, AdminsKnown: true, MembersKnown: true,
		Members: []chat.Member{
			{ID: "zhou", Name: "周凯", Kind: chat.Staff, Department: "华东", JoinedAt: 1}, {ID: "li", Name: "李敏", Kind: chat.Staff, JoinedAt: 2},
			{ID: "wmA", Name: "客户", Kind: chat.Customer, JoinedAt: 3},
		},
	}
}

// project is a group of which the platform tells nothing.
func project() chat.Observed { return chat.Observed{Group: "G2", Kind: chat.BotGroup} }

func group(t *testing.T, r records) directory.Group {
	t.Helper()
	g, err := directory.BuildGroup(r)
	require.NoError(t, err)
	return g
}

// seen is a group after it was observed, one observation after the other, from nothing; every one is taken back once
// and made again on the way.
func seen(t *testing.T, all ...chat.Observed) directory.Group {
	t.Helper()
	r := records{}
	for _, o := range all {
		r = lawful(t, r, directory.OfGroup(o.Group), group(t, r).Observe(o))
	}
	return group(t, r)
}

// lawful makes changes, having checked that each changes something, of the aggregate that is meant, and that taken back
// they leave the records as they were.
func lawful(t *testing.T, before records, of journal.Name, changes []journal.Change) records {
	t.Helper()
	for _, c := range changes {
		assert.False(t, c.IsNothing(), "%s %s", c.Of, c.Key)
		assert.Equal(t, of, c.Of)
	}
	after := journal.Apply(before, of, changes)
	assert.Equal(t, before, journal.Apply(after, of, journal.Entry{Changes: changes}.Opposite()))
	return after
}

func TestTheFirstLookAtAGroup(t *testing.T) {
	g := seen(t, shop())
	assert.True(t, g.Bound())
	assert.Equal(t, "华东VIP", g.Title())
	assert.Equal(t, chat.User("zhou"), g.Owner)
	assert.Equal(t, []chat.User{"li", "wang"}, g.Admins)
	assert.Equal(t, []string{"华东"}, g.Departments())
	m, ok := g.Member("wmA")
	assert.True(t, ok)
	assert.Equal(t, chat.Customer, m.Kind)
	_, ok = g.Member("nobody")
	assert.False(t, ok)
	assert.Len(t, g.Members(), 3)
	assert.Empty(t, g.Observe(shop()), "seen again, nothing is new")
	turned := shop()
	turned.Admins = []chat.User{"li", "wang"}
	turned.Members[0], turned.Members[2] = turned.Members[2], turned.Members[0]
	assert.Empty(t, g.Observe(turned), "another order is nothing new")
}

func TestTheZeroGroupIsNotBound(t *testing.T) {
	var g directory.Group
	assert.False(t, g.Bound())
	assert.Empty(t, g.Members())
	assert.Empty(t, g.Departments())
	assert.Empty(t, g.Meet(chat.Member{ID: "li"}))
	assert.Equal(t, "G9", directory.Unknown("G9").Title(), "where there is no name the id stands")
}

func TestWhatChangesInAGroup(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*chat.Observed)
		want   string // the records that change
		check  func(*testing.T, directory.Group)
	}{
		"a new name": {func(o *chat.Observed) { o.Name = "华北VIP" }, "[binding]", func(t *testing.T, g directory.Group) {
			assert.Equal(t, "华北VIP", g.Title())
		}},
		"a new owner": {func(o *chat.Observed) { o.Owner = "li" }, "[binding]", func(t *testing.T, g directory.Group) {
			assert.Equal(t, chat.User("li"), g.Owner)
		}},
		"an admin less": {func(o *chat.Observed) { o.Admins = nil }, "[binding]", func(t *testing.T, g directory.Group) {
			assert.Empty(t, g.Admins)
			assert.True(t, g.AdminsKnown)
		}},
		"somebody has come": {func(o *chat.Observed) { o.Members = append(o.Members, chat.Member{ID: "new"}) }, "[member/new]",
			func(t *testing.T, g directory.Group) { assert.Len(t, g.Members(), 4) }},
		"somebody has left": {func(o *chat.Observed) { o.Members = o.Members[:2] }, "[member/wmA]", func(t *testing.T, g directory.Group) {
			_, ok := g.Member("wmA")
			assert.False(t, ok)
		}},
		"everybody has left": {func(o *chat.Observed) { o.Members = nil }, "[member/li member/wmA member/zhou]", func(t *testing.T, g directory.Group) {
			assert.Empty(t, g.Members())
		}},
		"somebody has another name": {func(o *chat.Observed) { o.Members[1].Name = "李" }, "[member/li]", func(t *testing.T, g directory.Group) {
			m, _ := g.Member("li")
			assert.Equal(t, "李", m.Name)
		}},
		"when somebody came is not told this time": {func(o *chat.Observed) { o.Members[1].JoinedAt = 0 }, "[]", func(t *testing.T, g directory.Group) {
			m, _ := g.Member("li")
			assert.Equal(t, int64(2), m.JoinedAt)
		}},
		"it is gone": {func(o *chat.Observed) { *o = chat.Observed{Group: "G1", Gone: true} }, "[binding]", func(t *testing.T, g directory.Group) {
			assert.False(t, g.Bound())
			assert.Equal(t, "华东VIP", g.Title(), "what it was is still known")
			assert.Equal(t, chat.CustomerGroup, g.Kind)
			assert.Len(t, g.Members(), 3)
		}},
		"another kind is none: it is fixed at binding": {func(o *chat.Observed) { o.Kind = chat.AppGroup }, "[]", func(t *testing.T, g directory.Group) {
			assert.Equal(t, chat.CustomerGroup, g.Kind)
		}},
		"nothing is told this time": {func(o *chat.Observed) { *o = chat.Observed{Group: "G1", Kind: chat.BotGroup} }, "[binding]",
			func(t *testing.T, g directory.Group) {
				assert.Equal(t, "华东VIP", g.Title())
				assert.Equal(t, chat.User("zhou"), g.Owner)
				assert.Equal(t, chat.CustomerGroup, g.Kind)
				assert.Len(t, g.Members(), 3)
				assert.False(t, g.AdminsKnown, "nothing may be claimed of them")
				assert.Empty(t, g.Admins)
			}},
	} {
		t.Run(name, func(t *testing.T) {
			o := shop()
			c.change(&o)
			changes := seen(t, shop()).Observe(o)
			var keys []string
			for _, ch := range changes {
				keys = append(keys, ch.Key)
			}
			assert.Equal(t, c.want, fmt.Sprint(keys))
			g := seen(t, shop(), o)
			c.check(t, g)
			assert.Empty(t, g.Observe(o), "seen again, nothing is new")
			assert.Empty(t, seen(t, shop(), o, shop()).Observe(shop()), "and back")
		})
	}
}

func TestMeet(t *testing.T) {
	g := seen(t, project())
	li := chat.Member{ID: "li", Name: "李敏", Kind: chat.Staff}
	r := lawful(t, records{}, directory.OfGroup("G2"), g.Observe(project()))
	assert.Empty(t, r, "observed already")
	met := g.Meet(li)
	require.Len(t, met, 1)
	assert.Equal(t, directory.OfGroup("G2"), met[0].Of)
	assert.Equal(t, "member/li", met[0].Key)
	assert.Empty(t, seen(t, shop()).Meet(chat.Member{ID: "new"}), "where the platform tells the members, it tells all")
	gone := project()
	gone.Gone = true
	assert.Empty(t, seen(t, project(), gone).Meet(li))
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, r := range []records{
		{"bindings": json.RawMessage(`{}`)}, {"binding": json.RawMessage(`{"id":"G1","colour":"red"}`)}, {"member/li": json.RawMessage(`[]`)},
	} {
		_, err := directory.BuildGroup(r)
		assert.Error(t, err, r)
	}
	for _, r := range []records{
		{"rank": json.RawMessage(`{}`)}, {"profile": json.RawMessage(`{"id":"li","boss":true}`)}, {"chosen": json.RawMessage(`"G1"`)},
	} {
		_, err := directory.BuildPerson(r)
		assert.Error(t, err, r)
	}
	_, err := directory.BuildGroups(records{"G1": json.RawMessage(`{"id":"G1","secret":1}`)})
	assert.Error(t, err)
}

func TestTheListOfGroups(t *testing.T) {
	list := func(r records) directory.Groups {
		gs, err := directory.BuildGroups(r)
		require.NoError(t, err)
		return gs
	}
	r := records{}
	look := func(o chat.Observed) { r = lawful(t, r, directory.AllGroups, list(r).List(o)) }
	look(shop())
	look(project())
	other := shop()
	other.Group = "G3"
	look(other)
	empty := chat.Observed{Group: "华东vip", Kind: chat.AppGroup}
	look(empty)

	ids := func(said string) (out []chat.Group) {
		for _, l := range list(r).Find(said) {
			out = append(out, l.ID)
		}
		return out
	}
	assert.Len(t, list(r).All(), 4)
	for said, want := range map[string][]chat.Group{
		"G1": {"G1"}, "华东VIP": {"G1", "G3"}, "华东vip": {"华东vip"}, "华东": nil, "": nil, "g1": nil, "华东Vip": {"G1", "G3"},
	} {
		assert.Equal(t, want, ids(said), said)
	}
	assert.Empty(t, list(r).List(shop()), "nothing is new")
	silent := shop()
	silent.Name, silent.Kind = "", chat.BotGroup
	assert.Empty(t, list(r).List(silent), "what is not told stays")
	renamed, gone := shop(), shop()
	renamed.Name, gone.Gone = "华北VIP", true
	look(renamed)
	assert.Equal(t, []chat.Group{"G1"}, ids("华北VIP"))
	look(gone)
	assert.Empty(t, ids("G1"))
	assert.Empty(t, list(r).List(gone), "gone is gone")
	look(shop())
	assert.Equal(t, []chat.Group{"G1"}, ids("G1"), "and can come back")
}

var noon = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

func person(t *testing.T, r records) directory.Person {
	t.Helper()
	p, err := directory.BuildPerson(r)
	require.NoError(t, err)
	return p
}

func TestAPersonOfTheAddressBook(t *testing.T) {
	var nobody directory.Person
	assert.False(t, nobody.Known())
	li := chat.Person{ID: "li", Name: "李敏", Email: "li@example.com", Position: "运营", Departments: []string{"华东", "客服"}}
	of, r := directory.OfPerson("li"), records{}
	r = lawful(t, r, of, person(t, r).Observe("li", li, noon))
	p := person(t, r)
	assert.True(t, p.Known())
	assert.Equal(t, chat.Member{ID: "li", Name: "李敏", Kind: chat.Staff, Email: "li@example.com", Department: p.Departments[0]}, p.Member())
	li.Departments = []string{"客服", "华东"}
	assert.Empty(t, p.Observe("li", li, noon.Add(time.Hour)), "the same, later, in another order")

	r = lawful(t, r, of, p.Observe("li", chat.Person{ID: "li", Gone: true}, noon.Add(time.Hour)))
	p = person(t, r)
	assert.True(t, p.Gone)
	assert.Equal(t, "李敏", p.Name, "who has left is still called by name")
	assert.Empty(t, p.Observe("li", chat.Person{ID: "li", Gone: true}, noon.Add(2*time.Hour)))
	r = lawful(t, r, of, p.Observe("li", li, noon.Add(3*time.Hour)))
	assert.False(t, person(t, r).Gone, "and may come back")
}

func TestChoosingAGroup(t *testing.T) {
	of, r := directory.OfPerson("li"), records{}
	for _, g := range []chat.Group{"G1", "G2", "G1"} {
		e := person(t, r).Choose("li", g)
		assert.Equal(t, directory.GroupChosen, e.Kind)
		assert.Equal(t, g, e.Group)
		r = lawful(t, r, of, e.Changes)
		assert.Equal(t, g, person(t, r).Chosen)
	}
	assert.JSONEq(t, `{"group":"G1"}`, string(r["chosen"]), "the ledger reads this record by itself")
}

func TestHappeningsSpeakBothLanguages(t *testing.T) {
	for _, h := range directory.Happenings() {
		for _, text := range []chat.Text{h.Text, h.Final} {
			assert.Equal(t, text.ZH == "", text.EN == "", h.Kind)
		}
		assert.False(t, h.Text.IsZero(), h.Kind)
	}
}

// What a platform shows is kept as the difference to what it showed before.
func Example() {
	r := records{}
	for _, o := range []chat.Observed{
		{Group: "G1", Kind: chat.CustomerGroup, Name: "VIP", Owner: "zhou", MembersKnown: true, Members: []chat.Member{{ID: "zhou"}, {ID: "li"}}},
		{Group: "G1", Kind: chat.CustomerGroup, Name: "VIP", Owner: "zhou", MembersKnown: true, Members: []chat.Member{{ID: "zhou"}}},
	} {
		g, err := directory.BuildGroup(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		changes := g.Observe(o)
		for _, c := range changes {
			fmt.Printf("%s: %s → %s\n", c.Key, c.Before, c.After)
		}
		r = journal.Apply(r, directory.OfGroup("G1"), changes)
	}
	// Output:
	// binding:  → {"id":"G1","kind":"customer","name":"VIP","owner":"zhou","members_known":true}
	// member/zhou:  → {"id":"zhou"}
	// member/li:  → {"id":"li"}
	// member/li: {"id":"li"} →
}

// TestWhatIsNotToldOfARightStays: a platform that does not tell today leaves a right as it was; one that tells changes it.
func TestWhatIsNotToldOfARightStays(t *testing.T) {
	for _, c := range []struct{ first, then, want chat.Right }{
		{chat.RightHeld, "", chat.RightHeld}, {chat.RightMissing, "", chat.RightMissing}, {"", "", ""},
		{chat.RightMissing, chat.RightHeld, chat.RightHeld}, {chat.RightHeld, chat.RightMissing, chat.RightMissing},
	} {
		first, then := shop(), shop()
		first.Members[1].Contact, then.Members[1].Contact = c.first, c.then
		m, _ := seen(t, first, then).Member("li")
		assert.Equal(t, c.want, m.Contact)
		r := lawful(t, records{}, directory.OfPerson("li"), directory.Person{}.Observe("li", chat.Person{ID: "li", Contact: c.first}, time.Unix(1, 0)))
		p, err := directory.BuildPerson(r)
		require.NoError(t, err)
		r = lawful(t, r, directory.OfPerson("li"), p.Observe("li", chat.Person{ID: "li", Contact: c.then}, time.Unix(2, 0)))
		p, err = directory.BuildPerson(r)
		require.NoError(t, err)
		assert.Equal(t, c.want, p.Member().Contact)
	}
}

// TestNamesHoldNothingThatMisleads: people choose what they and their groups are called.
func TestNamesHoldNothingThatMisleads(t *testing.T) {
	o := shop()
	o.Name, o.Members[1].Name = "华东\nVIP\u202e", "\u202e李敏\ue0ff"
	g := seen(t, o)
	assert.Equal(t, "华东 VIP", g.Title())
	li, _ := g.Member("li")
	assert.Equal(t, "李敏", li.Name)
	assert.Empty(t, g.Observe(o), "and that is no change the next time")
}
