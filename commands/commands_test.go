package commands

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// TestEveryCommandIsSound holds what the engine and the help rely on: forms compile and use just the declared holes, no
// two commands read the same message, examples are read as their own command, help speaks both languages.
func TestEveryCommandIsSound(t *testing.T) {
	_, err := bot.New(bot.Config{
		Commands: All(), Now: time.Now, Follow: Follow,
	})
	require.NoError(t, err, "mend the forms that it names")

	var g grammar.Grammar
	names := map[string]bool{}
	for _, c := range All() {
		assert.False(t, names[c.Name], "%s is declared twice", c.Name)
		names[c.Name] = true
		forms, err := grammar.Compile(c.Forms, c.Holes...)
		require.NoError(t, err, c.Name)
		require.NoError(t, g.Add(c.Name, forms), c.Name)
		assert.NotEmpty(t, c.Examples, "%s needs an example", c.Name)
		assert.NotEmpty(t, c.Help.ZH, "%s: say in Chinese what it does", c.Name)
		assert.NotEmpty(t, c.Help.EN, "%s: say in English what it does", c.Name)
		assert.NotNil(t, c.Run, "%s does nothing", c.Name)
		if c.On != nil {
			assert.NotEqual(t, access.NoItem, c.Needs, "%s acts on a person without needing an item", c.Name)
		}
	}
	for _, c := range All() {
		for _, e := range c.Examples {
			for _, text := range []string{e.ZH, e.EN} {
				m := g.Match(text, grammar.Context{Now: noon, Zone: time.UTC, Addressed: true})
				assert.Nil(t, m.Problem, "%s: the example %q is not understood", c.Name, text)
				assert.Equal(t, c.Name, m.Command, "the example %q is read as another command", text)
			}
		}
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestCommandsMayRunTwice holds that Run has no memory: two sets of commands do not share holes, and none keeps state.
func TestCommandsMayRunTwice(t *testing.T) {
	a, b := All(), All()
	require.Len(t, b, len(a))
	for i := range a {
		assert.Equal(t, a[i].Name, b[i].Name)
	}
}

// TestEveryHappeningIsDescribed holds that a kind of event has both texts, and an opposite or a reason for having none.
func TestEveryHappeningIsDescribed(t *testing.T) {
	for kind, h := range Happenings() {
		assert.Equal(t, kind, h.Kind)
		assert.NotEmpty(t, h.Text.ZH, kind)
		assert.NotEmpty(t, h.Text.EN, kind)
		assert.Equal(t, h.Final.ZH == "", h.Final.EN == "", "%s: say in both languages why it has no opposite", kind)
		noun, verb, ok := strings.Cut(string(kind), ".")
		assert.True(t, ok && noun != "" && verb != "", "%s: name it noun.happened", kind)
	}
}

// TestEveryAggregateIsRead holds that whatever an empty aggregate is built into is usable: absence is a good zero value.
func TestEveryAggregateIsRead(t *testing.T) {
	for kind, build := range Builds() {
		v, err := build(nil)
		assert.NoError(t, err, kind)
		assert.NotNil(t, v, kind)
		_, err = build(map[string]json.RawMessage{"no such record": json.RawMessage(`{"x":1}`)})
		assert.Error(t, err, "%s: a record that is not understood must not be passed over", kind)
	}
}

// TestDueIsThatOfTheRecord holds that a change made of other changes knows its moment as well as one made by a domain.
func TestDueIsThatOfTheRecord(t *testing.T) {
	until := noon.Add(time.Hour)
	role := access.Role{Who: "li", Level: access.Mid, Until: until}
	set := journal.Set(access.Of("G1"), access.RoleKey("li", true), nil, &role)
	assert.True(t, until.Equal(due(set)), "the end of a grant")
	assert.True(t, set.Due.Equal(due(set)))
	assert.Zero(t, due(set.Opposite()), "nothing to look at when the record is gone")
}

// TestFollowNeedsWhatItLooksAt holds that consequences are drawn from facts that were read, or are asked for.
func TestFollowNeedsWhatItLooksAt(t *testing.T) {
	role := access.Role{Who: "li", Level: access.Mid}
	e := journal.Event{Kind: access.Granted, Group: "G1", Changes: []journal.Change{
		journal.Set(access.Of("G1"), access.RoleKey("li", false), nil, &role)}}
	after := Follow(bot.Call{Actor: chat.Member{ID: "boss"}}, []journal.Event{e})
	assert.Empty(t, after.Effects, "nothing is done on facts that were not read")
	assert.Contains(t, after.Need, journal.Name("task/G1"))
	assert.Contains(t, after.Need, journal.Name("group/G1"))
}

// TestEveryCommandHasAChapter: what the help does not name, nobody finds.
func TestEveryCommandHasAChapter(t *testing.T) {
	seen := map[string]int{}
	for _, chapter := range chapters {
		assert.NotEmpty(t, chapter.name.ZH)
		assert.NotEmpty(t, chapter.name.EN)
		for _, name := range chapter.commands {
			seen[name]++
		}
	}
	for _, c := range All() {
		if c.Hidden {
			assert.Zero(t, seen[c.Name], "%s is hidden", c.Name)
			continue
		}
		assert.Equal(t, 1, seen[c.Name], "%s belongs to one chapter of the help: see chapter.go", c.Name)
		delete(seen, c.Name)
	}
	assert.Empty(t, seen, "chapters name commands that do not exist")
}
