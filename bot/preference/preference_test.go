package preference

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

func build(t *testing.T, records map[string]json.RawMessage) Book {
	t.Helper()
	b, err := Build(records)
	require.NoError(t, err)
	return b
}

// TestEverySortIsSwitchedAlone and whoever has set nothing hears everything.
func TestEverySortIsSwitchedAlone(t *testing.T) {
	var records map[string]json.RawMessage
	for _, c := range Classes() {
		assert.True(t, Book{}.Wants(c), c)
		_, err := Book{}.Switch("li", c, true, noon)
		require.ErrorIs(t, err, ErrSame, "it is on")
		e, err := Book{}.Switch("li", c, false, noon)
		require.NoError(t, err)
		assert.Equal(t, SwitchedOff, e.Kind)
		assert.Equal(t, []chat.User{"li"}, e.Targets)
		b := build(t, journal.Apply(nil, Of("li"), e.Changes))
		for _, other := range Classes() {
			assert.Equal(t, other != c, b.Wants(other), "%s off, %s", c, other)
		}
		_, err = b.Switch("li", c, false, noon)
		require.ErrorIs(t, err, ErrSame)
		back, err := b.Switch("li", c, true, noon)
		require.NoError(t, err)
		assert.Equal(t, e.Changes[0].After, back.Changes[0].Before)
		assert.Nil(t, back.Changes[0].After)
		records = journal.Apply(records, Of("li"), e.Changes)
	}
	all := build(t, records)
	for _, c := range Classes() {
		assert.False(t, all.Wants(c), c)
	}
	assert.True(t, all.Wants(""), "an answer has no sort and cannot be switched off")
	_, err := Book{}.Switch("li", "weather", false, noon)
	assert.Error(t, err)
}

func TestQuietHoursAreSetMovedAndGivenUp(t *testing.T) {
	_, err := Book{}.Unhush("li")
	require.ErrorIs(t, err, ErrSame)
	_, err = Book{}.Hush("li", Quiet{From: 60, To: 60})
	require.ErrorIs(t, err, ErrWholeDay)
	night := Quiet{From: 22 * 60, To: 8 * 60}
	e, err := Book{}.Hush("li", night)
	require.NoError(t, err)
	records := journal.Apply(nil, Of("li"), e.Changes)
	b := build(t, records)
	_, err = b.Hush("li", night)
	require.ErrorIs(t, err, ErrSame)
	moved, err := b.Hush("li", Quiet{From: 23 * 60, To: 7 * 60})
	require.NoError(t, err)
	assert.Equal(t, string(e.Changes[0].After), string(moved.Changes[0].Before))
	q, ok := build(t, journal.Apply(records, Of("li"), moved.Changes)).Quiet()
	assert.True(t, ok)
	assert.Equal(t, "23:00-07:00", q.String())
	gone, err := b.Unhush("li")
	require.NoError(t, err)
	_, ok = build(t, journal.Apply(records, Of("li"), gone.Changes)).Quiet()
	assert.False(t, ok)
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	for key, raw := range map[string]string{
		"off/duty": `{"class":"rights","at":"2026-03-01T12:00:00Z"}`,
		"loud":     `{"class":"duty","at":"2026-03-01T12:00:00Z"}`,
		"quiet":    `{"from":60,"to":120,"days":1}`,
	} {
		_, err := Build(map[string]json.RawMessage{key: json.RawMessage(raw)})
		assert.Error(t, err, key)
	}
}

// TestQuietHoursEnd reads: at this moment in this zone, with these quiet hours, it is quiet until then.
func TestQuietHoursEnd(t *testing.T) {
	night, siesta := Quiet{From: 22 * 60, To: 8 * 60}, Quiet{From: 12 * 60, To: 14 * 60}
	for _, c := range []struct {
		zone  string
		quiet Quiet
		now   string
		until string // empty: it is not quiet
	}{
		{"Asia/Shanghai", night, "2026-03-01 21:59:59", ""},
		{"Asia/Shanghai", night, "2026-03-01 22:00:00", "2026-03-02 08:00"},
		{"Asia/Shanghai", night, "2026-02-28 23:59:59", "2026-03-01 08:00"},
		{"Asia/Shanghai", night, "2028-02-29 00:00:00", "2028-02-29 08:00"},
		{"Asia/Shanghai", night, "2026-12-31 22:30:00", "2027-01-01 08:00"},
		{"Asia/Shanghai", night, "2026-03-02 07:59:59", "2026-03-02 08:00"},
		{"Asia/Shanghai", night, "2026-03-02 08:00:00", ""},
		{"Asia/Shanghai", siesta, "2026-03-02 11:59:59", ""},
		{"Asia/Shanghai", siesta, "2026-03-02 12:00:00", "2026-03-02 14:00"},
		{"Asia/Shanghai", siesta, "2026-03-02 14:00:00", ""},
		{"Asia/Shanghai", Quiet{From: 22 * 60}, "2026-03-02 23:00:00", "2026-03-03 00:00"},
		{"Asia/Shanghai", Quiet{From: 8 * 60, To: 8*60 - 1}, "2026-03-02 08:00:30", "2026-03-03 07:59"},
		// The clock is put forward from 02:00 to 03:00 on 29 March …
		{"Europe/Berlin", night, "2026-03-28 22:00:00", "2026-03-29 08:00"},
		{"Europe/Berlin", Quiet{From: 22 * 60, To: 150}, "2026-03-29 01:45:00", "2026-03-29 03:00"},
		{"Europe/Berlin", Quiet{From: 150, To: 300}, "2026-03-29 03:00:00", "2026-03-29 05:00"},
		// … and back from 03:00 to 02:00 on 25 October.
		{"Europe/Berlin", night, "2026-10-24 22:00:00", "2026-10-25 08:00"},
		{"Europe/Berlin", Quiet{From: 22 * 60, To: 210}, "2026-10-25 01:45:00", "2026-10-25 03:30"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		now, err := time.ParseInLocation(time.DateTime, c.now, zone)
		require.NoError(t, err)
		until, ok := c.quiet.End(now, zone)
		assert.Equal(t, c.until != "", ok, "%s %s %s", c.zone, c.quiet, c.now)
		if ok {
			assert.Equal(t, c.until, until.In(zone).Format("2006-01-02 15:04"), "%s %s %s", c.zone, c.quiet, c.now)
			assert.True(t, until.After(now))
		}
	}
}

// TestQuietHoursEndAtTheFirstLoudMinute compares End with a walk by the minute, over the nights on which clocks change.
func TestQuietHoursEndAtTheFirstLoudMinute(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, day := range []time.Time{
			time.Date(2026, 3, 8, 0, 0, 0, 0, zone), time.Date(2026, 3, 29, 0, 0, 0, 0, zone), time.Date(2026, 4, 5, 0, 0, 0, 0, zone),
			time.Date(2026, 10, 4, 0, 0, 0, 0, zone), time.Date(2026, 10, 25, 0, 0, 0, 0, zone), time.Date(2026, 11, 1, 0, 0, 0, 0, zone),
		} {
			for _, q := range []Quiet{{From: 22 * 60, To: 8 * 60}, {From: 22 * 60, To: 150}, {From: 90, To: 140}, {From: 150, To: 170}, {From: 0, To: 180}} {
				for now := day.Add(-3 * time.Hour); now.Before(day.Add(9 * time.Hour)); now = now.Add(7 * time.Minute) {
					walk := now
					for q.Covers(walk) {
						walk = walk.Add(time.Minute)
					}
					until, ok := q.End(now, zone)
					require.Equal(t, q.Covers(now), ok)
					if ok {
						require.True(t, walk.Truncate(time.Minute).Equal(until), "%s %s at %s: %s, by the minute %s", name, q, now, until.In(zone), walk)
					}
				}
			}
		}
	}
}

func TestSpansOfTheDayAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"22:00-08:00": "22:00-08:00", "22-8": "22:00-08:00", "22点到8点半": "22:00-08:30", "23点15分至7点": "23:15-07:00", "12:00–14:00": "12:00-14:00",
		"22:00-24:00": "22:00-00:00", "0-6": "00:00-06:00",
		"": "", "22:00": "", "25-8": "", "22:60-8": "", "22-24:01": "", "night": "", "-3-8": "", "22:00-08:00x": "",
	} {
		q, ok := Parse(text)
		assert.Equal(t, want != "", ok, text)
		if ok {
			assert.Equal(t, want, q.String(), text)
		}
	}
}
