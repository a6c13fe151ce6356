package directory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

func TestWhoseCustomer(t *testing.T) {
	of, r := directory.OfPerson("wmA"), records{}
	follow := func(at time.Time, staff ...chat.User) {
		r = lawful(t, r, of, []journal.Change{person(t, r).Follow("wmA", staff, at)})
	}
	assert.False(t, person(t, r).FollowersKnown(noon), "what was never read is not known")
	follow(noon, "zhou", "wang", "zhou")
	p := person(t, r)
	assert.Equal(t, []chat.User{"wang", "zhou"}, p.Followers)
	assert.False(t, p.Known(), "the address book does not know a customer")
	assert.True(t, p.FollowersKnown(noon.Add(24*time.Hour-time.Second)))
	assert.False(t, p.FollowersKnown(noon.Add(24*time.Hour)), "after a day it is read again")
	follow(noon.Add(25*time.Hour), "wang", "zhou")
	assert.True(t, person(t, r).FollowersKnown(noon.Add(26*time.Hour)), "also when it is the same")
	follow(noon.Add(27 * time.Hour))
	assert.Empty(t, person(t, r).Followers, "nobody's customer is known too")
	assert.True(t, person(t, r).FollowersKnown(noon.Add(27*time.Hour)))
}

func TestDepartmentsOfPeopleAndGroups(t *testing.T) {
	within := []chat.Department{{Name: "总部", Depth: 1}, {Name: "华东", Above: "总部", Depth: 2}}
	of, r := directory.OfPerson("li"), records{}
	r = lawful(t, r, of, person(t, r).Observe("li", chat.Person{ID: "li", Departments: []string{"华东"}, Within: within}, noon))
	assert.Equal(t, within, person(t, r).Within)
	r = lawful(t, r, of, person(t, r).Observe("li", chat.Person{ID: "li", Gone: true}, noon))
	assert.Equal(t, within, person(t, r).Within, "of who has left, what was known stays")

	o := shop()
	o.Departments = []string{"总部", "华东"}
	assert.Equal(t, []string{"总部", "华东"}, seen(t, o).Departments(), "those above included")
	silent := shop()
	assert.Equal(t, []string{"总部", "华东"}, seen(t, o, silent).Departments(), "what is not told this time stays")
	silent.Owner = "li"
	assert.NotContains(t, seen(t, o, silent).Departments(), "总部", "but not with another owner")
}
