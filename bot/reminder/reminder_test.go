package reminder

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name   string
		lasts  time.Duration
		passed time.Duration // since it began
		before time.Duration // the end; 0: no reminder
	}{
		{"a week", 7 * 24 * time.Hour, 0, 24 * time.Hour},
		{"just three days", 72 * time.Hour, 0, 24 * time.Hour},
		{"just under three days", 72*time.Hour - 1, 0, time.Hour},
		{"four hours", 4 * time.Hour, 0, time.Hour},
		{"just under four hours", 4*time.Hour - 1, 0, 10 * time.Minute},
		{"half an hour", 30 * time.Minute, 0, 10 * time.Minute},
		{"less", 30*time.Minute - 1, 0, 0},
		{"a week, of which six and a half days are over", 7 * 24 * time.Hour, 156 * time.Hour, time.Hour},
		{"a week, on the very moment", 7 * 24 * time.Hour, 144 * time.Hour, time.Hour},
		{"a week, in its last minutes", 7 * 24 * time.Hour, 168*time.Hour - 11*time.Minute, 10 * time.Minute},
		{"a week, in its last ten minutes", 7 * 24 * time.Hour, 168*time.Hour - 10*time.Minute, 0},
		{"a week that is over", 7 * 24 * time.Hour, 8 * 24 * time.Hour, 0},
	} {
		until := noon.Add(c.lasts)
		at, ok := Plan(noon, until, noon.Add(c.passed))
		assert.Equal(t, c.before != 0, ok, c.name)
		if ok {
			assert.Equal(t, c.before, until.Sub(at), c.name)
		}
	}
}

// TestAReminderIsSpokenOfOnce, at its moment, and not after the end.
func TestAReminderIsSpokenOfOnce(t *testing.T) {
	r := Reminder{Record: "temp/li", Who: "li", By: "boss", Until: noon.Add(time.Hour), Remind: noon}
	e, ok := Book{}.Set("G1", r)
	require.True(t, ok)
	assert.Equal(t, noon, e.Changes[0].Due)
	b := build(t, nil, e)
	_, ok = b.Set("G1", r)
	assert.False(t, ok, "it stands so already")

	_, ok = b.Come("G1", "temp/li", noon.Add(-1))
	assert.False(t, ok, "too early: it was moved")
	_, ok = b.Come("G1", "temp/li", noon.Add(time.Hour))
	assert.False(t, ok, "too late: it has ended")
	told, ok := b.Come("G1", "temp/li", noon.Add(time.Minute))
	require.True(t, ok)
	assert.Equal(t, Reminded, told.Kind)
	assert.Equal(t, []chat.User{"li"}, told.Targets)
	after := build(t, map[string]json.RawMessage{"temp/li": e.Changes[0].After}, told)
	_, ok = after.Come("G1", "temp/li", noon.Add(time.Minute))
	assert.False(t, ok, "never twice")
	_, ok = after.Drop("G1", "temp/li")
	assert.False(t, ok)
}

func TestAMovedReminderKeepsWhatWasBefore(t *testing.T) {
	r := Reminder{Record: "temp/li", Until: noon.Add(time.Hour), Remind: noon}
	e, _ := Book{}.Set("G1", r)
	r.Until, r.Remind = noon.Add(2*time.Hour), noon.Add(time.Hour)
	moved, ok := build(t, nil, e).Set("G1", r)
	require.True(t, ok)
	assert.Equal(t, string(e.Changes[0].After), string(moved.Changes[0].Before))
	dropped, ok := build(t, nil, e).Drop("G1", "temp/li")
	require.True(t, ok)
	assert.Nil(t, dropped.Changes[0].After)
}

func TestBuildRefusesWhatStandsUnderAnothersKey(t *testing.T) {
	_, err := Build(map[string]json.RawMessage{"temp/li": json.RawMessage(`{"record":"temp/wang","until":"2026-03-01T12:00:00Z","remind":"2026-03-01T12:00:00Z"}`)})
	assert.Error(t, err)
	_, err = Build(map[string]json.RawMessage{"temp/li": json.RawMessage(`{`)})
	assert.Error(t, err)
}

func build(t *testing.T, records map[string]json.RawMessage, e journal.Event) Book {
	t.Helper()
	b, err := Build(journal.Apply(records, Of("G1"), e.Changes))
	require.NoError(t, err)
	return b
}
