package journal_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

func TestFoldMakesWhatHasHappened(t *testing.T) {
	set := func(key, before, after string) journal.Change {
		c := journal.Change{Of: "box/a", Key: key}
		if before != "" {
			c.Before = json.RawMessage(before)
		}
		if after != "" {
			c.After = json.RawMessage(after)
		}
		return c
	}
	f := journal.Fold{}
	assert.Empty(t, f.Make([]journal.Change{set("k", "", "1"), set("l", "", "2")}))
	assert.Empty(t, f.Make([]journal.Change{set("k", "1", "3")}))
	assert.Equal(t, journal.Fold{"box/a": {"k": json.RawMessage("3"), "l": json.RawMessage("2")}}, f)

	misfits := f.Make([]journal.Change{set("k", "1", "4"), set("l", "", "5"), set("m", "6", "")})
	assert.Len(t, misfits, 3, "another value, a record that was there, one that was not")
	assert.EqualError(t, misfits[0], "box/a k was 3, but its entry says 1")
	assert.EqualError(t, misfits[2], "box/a m was nothing, but its entry says 6")
	assert.Equal(t, journal.Fold{"box/a": {"k": json.RawMessage("4"), "l": json.RawMessage("5")}}, f, "it has happened all the same")

	assert.Empty(t, f.Make([]journal.Change{set("k", "4", ""), set("l", "5", "")}))
	assert.Empty(t, f, "an emptied aggregate is there no more")
}

func TestWhatIsAUse(t *testing.T) {
	done := journal.Entry{Outcome: journal.Done, Actor: "li", Items: []string{"mute", "admins"}}
	assert.Equal(t, []journal.Use{{Who: "li", Item: "mute"}, {Who: "li", Item: "admins"}}, done.Uses())
	for name, alter := range map[string]func(*journal.Entry){
		"refused":            func(e *journal.Entry) { e.Outcome = journal.Refused },
		"ended by time":      func(e *journal.Entry) { e.Outcome = journal.Expired },
		"broken":             func(e *journal.Entry) { e.Outcome = journal.Failed },
		"of the bot itself":  func(e *journal.Entry) { e.Actor = "" },
		"without any right":  func(e *journal.Entry) { e.Items = nil },
		"without an outcome": func(e *journal.Entry) { e.Outcome = "" },
	} {
		e := done
		alter(&e)
		assert.Empty(t, e.Uses(), name)
	}
}

func TestUsageKnowsTheLastUse(t *testing.T) {
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	u := journal.NewUsage(at.AddDate(0, -1, 0), map[journal.Use]time.Time{{Who: "li", Item: "mute"}: at})
	assert.Equal(t, at, u.Last("li", "mute"))
	assert.Zero(t, u.Last("li", "admins"))
	assert.Zero(t, u.Last(chat.User("zhao"), "mute"))
	assert.Zero(t, journal.Usage{}.Last("li", "mute"))
}

func TestAnEntryIsFoundByWhatItChanged(t *testing.T) {
	e := journal.Entry{Changes: []journal.Change{{Of: "box/a", Key: "k"}, {Of: "box/b", Key: "k"}}}
	assert.True(t, journal.Query{Changed: "box/b"}.Matches(e))
	assert.False(t, journal.Query{Changed: "box"}.Matches(e))
	assert.True(t, journal.Query{}.Matches(e))
}

func TestToldIsWhatIsReadAgain(t *testing.T) {
	one := json.RawMessage("1")
	for name, changes := range map[string][]journal.Change{
		"nothing":               nil,
		"it came":               {{Of: "a/1", Key: "k", After: one}},
		"one came, one went":    {{Of: "a/1", Key: "k", After: one}, {Of: "a/1", Key: "l", Before: one}},
		"neither before, after": {{Of: "a/1", Key: "k"}, {Of: "b/1", Key: "k", After: one}},
		"it came and went":      {{Of: "a/1", Key: "k", After: one}, {Of: "a/1", Key: "k", Before: one}},
	} {
		e := journal.Entry{Outcome: journal.Done, Changes: changes}
		again, err := journal.DecodeEntry(1, e.Encode())
		require.NoError(t, err)
		assert.Len(t, e.Told(), len(again.Changes), name)
	}
}
