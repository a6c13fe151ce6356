package event

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/journal"
)

var shanghai = time.FixedZone("CST", 8*60*60)

func day(month time.Month, d, hour int) time.Time {
	return time.Date(2026, month, d, hour, 0, 0, 0, shanghai)
}

// TestReminders holds when reminders come: at nine, seven days and one day before, as far as that is still to come.
func TestReminders(t *testing.T) {
	national := day(10, 1, 0)
	for _, c := range []struct {
		from, now, want time.Time
	}{
		{national, day(9, 1, 0), day(9, 24, 9)},
		{national, day(9, 24, 9), day(9, 30, 9)},
		{national, day(9, 24, 10), day(9, 30, 9)},
		{national, day(9, 30, 9), time.Time{}},
		{national, day(10, 2, 0), time.Time{}},
		{day(10, 1, 20), day(9, 30, 8), day(9, 30, 9)},
		{day(3, 1, 0), day(2, 25, 0), day(2, 28, 9)}, // over the end of a month
	} {
		got := NextReminder(c.from, c.now)
		assert.True(t, c.want.Equal(got), "of %s after %s: want %s, got %s", c.from, c.now, c.want, got)
	}
}

// apply folds what happened.
func apply(t *testing.T, records map[string]json.RawMessage, e journal.Event) (Book, map[string]json.RawMessage) {
	t.Helper()
	records = journal.Apply(records, Of("G1"), e.Changes)
	b, err := Build(records)
	require.NoError(t, err)
	return b, records
}

// TestAReminderComesOnce walks through the life of an event.
func TestAReminderComesOnce(t *testing.T) {
	launch := Event{Name: "launch", From: day(10, 1, 0), Until: day(10, 4, 0)}
	added, err := Book{}.Add("G1", launch, "boss", day(9, 1, 0))
	require.NoError(t, err)
	b, records := apply(t, nil, added)
	_, err = b.Add("G1", launch, "boss", day(9, 2, 0))
	require.ErrorIs(t, err, ErrSame)

	_, ok := b.Remind("G1", Key("launch"), day(9, 24, 8), shanghai)
	assert.False(t, ok, "too early")
	week, ok := b.Remind("G1", Key("launch"), day(9, 24, 9), shanghai)
	require.True(t, ok)
	assert.True(t, day(9, 30, 9).Equal(week.Changes[0].Due), "the next one is due a day before")
	b, records = apply(t, records, week)
	_, ok = b.Remind("G1", Key("launch"), day(9, 24, 10), shanghai)
	assert.False(t, ok, "it has come")

	last, ok := b.Remind("G1", Key("launch"), day(9, 30, 12), shanghai)
	require.True(t, ok)
	assert.True(t, last.Changes[0].Due.IsZero(), "no more")
	b, records = apply(t, records, last)
	_, ok = b.Remind("G1", Key("launch"), day(10, 1, 0), shanghai)
	assert.False(t, ok)

	gone, err := b.Remove("G1", "launch")
	require.NoError(t, err)
	b, _ = apply(t, records, gone)
	assert.Empty(t, b.All())
	_, err = b.Remove("G1", "launch")
	require.ErrorIs(t, err, ErrUnknown)
}

// TestMissedRemindersAreOne holds that a bot that was down reminds once, not twice.
func TestMissedRemindersAreOne(t *testing.T) {
	added, err := Book{}.Add("G1", Event{Name: "fair", From: day(10, 1, 0), Until: day(10, 2, 0)}, "boss", day(9, 1, 0))
	require.NoError(t, err)
	b, _ := apply(t, nil, added)
	late, ok := b.Remind("G1", Key("fair"), day(9, 30, 10), shanghai)
	require.True(t, ok)
	assert.True(t, late.Changes[0].Due.IsZero())
}

// TestWhatIsNoEvent holds what is refused.
func TestWhatIsNoEvent(t *testing.T) {
	for _, c := range []struct {
		from, until time.Time
		want        error
	}{
		{day(10, 1, 0), day(10, 1, 0), ErrBackwards},
		{day(8, 1, 0), day(8, 2, 0), ErrOver},
		{day(10, 1, 0), day(11, 2, 0), ErrLong},
	} {
		_, err := Book{}.Add("G1", Event{Name: "x", From: c.from, Until: c.until}, "boss", day(9, 1, 0))
		assert.ErrorIs(t, err, c.want)
	}
}
