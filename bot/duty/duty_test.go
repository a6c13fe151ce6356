package duty_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// at reads a moment on the wall clock of a zone.
func at(zone, s string) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, loc)
	if err != nil {
		panic(err)
	}
	return t
}

func shanghai(s string) time.Time { return at("Asia/Shanghai", s) }

func hours(from, to int, who chat.User) duty.Shift {
	return duty.Shift{From: from * 60, To: to * 60, Who: who}
}

// threeShifts is a day without a gap; the last shift ends on the next day.
var threeShifts = duty.Roster{Shifts: []duty.Shift{hours(6, 14, "li"), hours(14, 22, "wang"), hours(22, 6, "zhao")}}

func TestOnDuty(t *testing.T) {
	office := duty.Roster{Shifts: []duty.Shift{hours(9, 12, "li"), hours(13, 18, "wang")}}
	always := duty.Roster{Shifts: []duty.Shift{hours(8, 8, "li")}}
	whole := duty.Roster{Shifts: []duty.Shift{hours(0, 24, "li")}}
	for _, c := range []struct {
		roster duty.Roster
		at     string
		who    chat.User
		until  string
		next   chat.User
		from   string
	}{
		{threeShifts, "2026-02-27 06:00:00", "li", "2026-02-27 14:00:00", "wang", "2026-02-27 14:00:00"},
		{threeShifts, "2026-02-27 13:59:59", "li", "2026-02-27 14:00:00", "wang", "2026-02-27 14:00:00"},
		{threeShifts, "2026-02-27 14:00:00", "wang", "2026-02-27 22:00:00", "zhao", "2026-02-27 22:00:00"},
		{threeShifts, "2026-02-27 23:59:59", "zhao", "2026-02-28 06:00:00", "li", "2026-02-28 06:00:00"},
		{threeShifts, "2026-02-28 00:00:00", "zhao", "2026-02-28 06:00:00", "li", "2026-02-28 06:00:00"},
		{threeShifts, "2026-02-28 23:00:00", "zhao", "2026-03-01 06:00:00", "li", "2026-03-01 06:00:00"}, // no 29 February
		{threeShifts, "2028-02-28 23:00:00", "zhao", "2028-02-29 06:00:00", "li", "2028-02-29 06:00:00"},
		{threeShifts, "2028-02-29 23:00:00", "zhao", "2028-03-01 06:00:00", "li", "2028-03-01 06:00:00"},
		{threeShifts, "2026-12-31 23:59:59", "zhao", "2027-01-01 06:00:00", "li", "2027-01-01 06:00:00"},
		{office, "2026-02-28 08:59:59", "", "", "li", "2026-02-28 09:00:00"},
		{office, "2026-02-28 11:59:59", "li", "2026-02-28 12:00:00", "wang", "2026-02-28 13:00:00"},
		{office, "2026-02-28 12:00:00", "", "", "wang", "2026-02-28 13:00:00"},
		{office, "2026-02-28 18:00:00", "", "", "li", "2026-03-01 09:00:00"},
		{always, "2026-02-28 07:59:59", "li", "2026-02-28 08:00:00", "li", "2026-02-28 08:00:00"},
		{always, "2026-02-28 08:00:00", "li", "2026-03-01 08:00:00", "li", "2026-03-01 08:00:00"},
		{whole, "2026-02-28 23:59:59", "li", "2026-03-01 00:00:00", "li", "2026-03-01 00:00:00"},
		{whole, "2026-03-01 00:00:00", "li", "2026-03-02 00:00:00", "li", "2026-03-02 00:00:00"},
	} {
		moment := shanghai(c.at)
		turn, ok := c.roster.OnDuty(moment)
		assert.Equal(t, c.who != "", ok, c.at)
		assert.Equal(t, c.who, turn.Who, c.at)
		if ok {
			assert.Equal(t, shanghai(c.until), turn.End, c.at)
			assert.False(t, turn.Start.After(moment), c.at)
		}
		turn, ok = c.roster.Next(moment)
		assert.True(t, ok, c.at)
		assert.Equal(t, c.next, turn.Who, c.at)
		assert.Equal(t, shanghai(c.from), turn.Start, c.at)
	}
}

func TestNobodyIsOnDutyWithoutShifts(t *testing.T) {
	var none duty.Roster
	_, ok := none.OnDuty(shanghai("2026-02-28 12:00:00"))
	assert.False(t, ok)
	_, ok = none.Next(shanghai("2026-02-28 12:00:00"))
	assert.False(t, ok)
	assert.Empty(t, none.Between(shanghai("2026-02-28 12:00:00"), shanghai("2026-03-28 12:00:00")))
}

func TestTheZoneOfTheMomentIsTheRosters(t *testing.T) {
	moment := shanghai("2026-02-28 07:00:00")
	here, _ := threeShifts.OnDuty(moment)
	there, _ := threeShifts.OnDuty(moment.UTC())
	assert.Equal(t, []chat.User{"li", "zhao"}, []chat.User{here.Who, there.Who}, "07:00 in Shanghai is 23:00 the day before in UTC")
}

func TestBetween(t *testing.T) {
	for _, c := range []struct {
		from, until string
		want        string
	}{
		{"2026-02-28 06:00:00", "2026-03-01 06:00:00", "li wang zhao"},
		{"2026-02-28 05:59:59", "2026-03-01 06:00:01", "zhao li wang zhao li"},
		{"2026-02-28 12:00:00", "2026-02-28 12:00:01", "li"},
		{"2026-02-28 12:00:00", "2026-02-28 12:00:00", ""},
		{"2026-02-28 12:00:00", "2026-02-28 11:00:00", ""},
		{"2026-02-28 14:00:00", "2026-02-28 22:00:00", "wang"},
	} {
		var got string
		for i, turn := range threeShifts.Between(shanghai(c.from), shanghai(c.until)) {
			if i > 0 {
				got += " "
			}
			got += string(turn.Who)
		}
		assert.Equal(t, c.want, got, "%s – %s", c.from, c.until)
	}
	assert.Len(t, threeShifts.Between(shanghai("2026-02-01 06:00:00"), shanghai("2026-03-01 06:00:00")), 28*3)
	elsewhere := threeShifts.Between(shanghai("2026-02-28 06:00:00"), shanghai("2026-03-01 06:00:00").UTC())
	assert.Len(t, elsewhere, 3, "the zone of the end does not matter")
}

// minutes walks a stretch of time and calls visit with each minute and what a clock on the wall has shown at most by
// then, in minutes after the midnight of some day: a clock that is put back does not show what is past.
func minutes(from, until time.Time, visit func(at time.Time, wall int)) {
	highest := 0
	for m := from; m.Before(until); m = m.Add(time.Minute) {
		_, offset := m.Zone()
		if shown := int(m.Unix()/60) + offset/60; shown > highest {
			highest = shown
		}
		visit(m, highest)
	}
}

// TestEveryMinuteOfBadDays compares every answer with what a person would say who looks at the clock on the wall.
func TestEveryMinuteOfBadDays(t *testing.T) {
	fine := duty.Roster{Shifts: []duty.Shift{
		{From: 0, To: 30, Who: "a"}, {From: 30, To: 60, Who: "b"}, {From: 60, To: 90, Who: "c"}, {From: 90, To: 120, Who: "d"},
		{From: 120, To: 130, Who: "e"}, {From: 130, To: 150, Who: "f"}, {From: 150, To: 180, Who: "g"}, {From: 200, To: 1380, Who: "h"},
		{From: 1380, To: 1440, Who: "i"},
	}}
	overnight := duty.Roster{Shifts: []duty.Shift{{From: 120, To: 1350, Who: "day"}, {From: 1350, To: 120, Who: "night"}}}
	whole := duty.Roster{Shifts: []duty.Shift{hours(0, 24, "a")}}
	late := duty.Roster{Shifts: []duty.Shift{{From: 1425, To: 5, Who: "a"}, {From: 150, To: 151, Who: "b"}}}
	for _, day := range []struct{ zone, date, what string }{
		{"Asia/Shanghai", "2026-02-28", "the last of February"},
		{"UTC", "2024-02-29", "a leap day"},
		{"Europe/Berlin", "2026-03-29", "02:00 is followed by 03:00"},
		{"Europe/Berlin", "2026-10-25", "03:00 is followed by 02:00"},
		{"America/New_York", "2026-03-08", "02:00 is followed by 03:00"},
		{"America/New_York", "2026-11-01", "02:00 is followed by 01:00"},
		{"Africa/Cairo", "2026-04-24", "00:00 is followed by 01:00"},
		{"Africa/Cairo", "2026-10-29", "24:00 is followed by 23:00"},
		{"America/Santiago", "2026-09-06", "00:00 is followed by 01:00"},
		{"America/Santiago", "2026-04-04", "24:00 is followed by 23:00"},
		{"America/Havana", "2026-11-01", "01:00 is followed by 00:00"},
		{"Atlantic/Azores", "2026-10-25", "01:00 is followed by 00:00"},
		{"Australia/Lord_Howe", "2026-10-04", "02:00 is followed by 02:30"},
		{"Australia/Lord_Howe", "2026-04-05", "02:00 is followed by 01:30"},
		{"America/St_Johns", "2006-10-29", "00:01 is followed by 23:01 of the day before"},
		{"America/St_Johns", "2006-04-02", "00:01 is followed by 01:01"},
		{"Pacific/Apia", "2011-12-30", "a day that was skipped"},
		{"Asia/Kathmandu", "2026-01-01", "a quarter of an hour beside the others"},
	} {
		for name, r := range map[string]duty.Roster{"fine": fine, "overnight": overnight, "whole": whole, "late": late} {
			t.Run(day.zone+" "+day.date+" "+name, func(t *testing.T) { walk(t, r, at(day.zone, day.date+" 12:00:00")) })
		}
	}
}

func walk(t *testing.T, r duty.Roster, noon time.Time) {
	from, until := noon.Add(-36*time.Hour), noon.Add(36*time.Hour)
	var turns []duty.Turn // as they follow from the walk
	minutes(from.Add(-24*time.Hour), until, func(m time.Time, wall int) {
		var want chat.User
		for _, s := range r.Shifts {
			length := s.To - s.From
			if length <= 0 {
				length += 24 * 60
			}
			if into := wall - s.From; ((into%1440)+1440)%1440 < length {
				want = s.Who
			}
		}
		if m.Before(from) {
			return
		}
		got, ok := r.OnDuty(m)
		require.Equal(t, want != "", ok, m)
		require.Equal(t, want, got.Who, m)
		if ok && (len(turns) == 0 || !turns[len(turns)-1].Start.Equal(got.Start)) {
			turns = append(turns, got)
		}
	})
	between := r.Between(from, until)
	require.Len(t, between, len(turns))
	for i, turn := range turns {
		require.Equal(t, turn, between[i])
		if i == 0 {
			continue
		}
		require.False(t, turn.Start.Before(turns[i-1].End), "turns do not overlap")
		next, ok := r.Next(turns[i-1].Start)
		require.True(t, ok)
		require.Equal(t, turn, next)
		next, ok = r.Next(turn.Start.Add(-time.Nanosecond))
		require.True(t, ok)
		require.Equal(t, turn, next)
	}
}

func TestReplace(t *testing.T) {
	now := time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		shifts []duty.Shift
		err    error
	}{
		"shifts that meet":             {threeShifts.Shifts, nil},
		"in another order":             {[]duty.Shift{hours(22, 6, "zhao"), hours(6, 14, "li")}, nil},
		"gaps":                         {[]duty.Shift{hours(9, 10, "li"), hours(12, 13, "li")}, nil},
		"a whole day":                  {[]duty.Shift{hours(0, 24, "li")}, nil},
		"a whole day from eight":       {[]duty.Shift{hours(8, 8, "li")}, nil},
		"none":                         {nil, duty.ErrNoShifts},
		"two at a time":                {[]duty.Shift{hours(8, 12, "li"), hours(11, 14, "wang")}, duty.ErrOverlap},
		"one within another":           {[]duty.Shift{hours(8, 12, "li"), hours(9, 10, "wang")}, duty.ErrOverlap},
		"the same twice":               {[]duty.Shift{hours(8, 12, "li"), hours(8, 12, "wang")}, duty.ErrOverlap},
		"over midnight into the first": {[]duty.Shift{hours(6, 14, "li"), hours(22, 7, "wang")}, duty.ErrOverlap},
		"beside a whole day":           {[]duty.Shift{hours(0, 24, "li"), hours(3, 4, "wang")}, duty.ErrOverlap},
		"before the day":               {[]duty.Shift{{From: -5, To: 60, Who: "li"}}, duty.ErrTime},
		"after the day":                {[]duty.Shift{{From: 1440, To: 60, Who: "li"}}, duty.ErrTime},
		"longer than the day":          {[]duty.Shift{{From: 0, To: 1441, Who: "li"}}, duty.ErrTime},
		"ending before any day":        {[]duty.Shift{{From: 0, To: -1, Who: "li"}}, duty.ErrTime},
		"of nobody":                    {[]duty.Shift{{From: 0, To: 60, Backup: "li"}}, duty.ErrPerson},
	} {
		e, err := duty.Roster{}.Replace("G1", "boss", c.shifts, now)
		assert.ErrorIs(t, err, c.err, name)
		if c.err != nil {
			assert.Zero(t, e, name)
			continue
		}
		r := apply(t, nil, e.Changes)
		assert.Equal(t, duty.Set, e.Kind)
		assert.Equal(t, chat.User("boss"), r.By)
		assert.True(t, now.Equal(r.At))
		assert.IsIncreasing(t, begins(r), name)
	}
}

func begins(r duty.Roster) []int {
	out := []int{-1}
	for _, s := range r.Shifts {
		out = append(out, s.From)
	}
	return out
}

func apply(t *testing.T, records map[string]json.RawMessage, changes []journal.Change) duty.Roster {
	t.Helper()
	r, err := duty.Build(journal.Apply(records, duty.Of("G1"), changes))
	require.NoError(t, err)
	return r
}

func TestReplaceNamesThoseOnDuty(t *testing.T) {
	e, err := threeShifts.Replace("G1", "boss", []duty.Shift{
		{From: 0, To: 60, Who: "li", Backup: "wang"}, {From: 60, To: 120, Who: "wang", Backup: "zhao"},
	}, time.Unix(0, 0).UTC())
	require.NoError(t, err)
	assert.Equal(t, []chat.User{"li", "wang", "zhao"}, e.Targets)
	assert.Equal(t, []string{"duty"}, e.Items)
	assert.Equal(t, chat.Group("G1"), e.Group)
}

// TestReplaceAndTakeBack: a roster that is taken back is the one before, to the byte.
func TestReplaceAndTakeBack(t *testing.T) {
	now := time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)
	var all []map[string]json.RawMessage
	var events []journal.Event
	records, roster := map[string]json.RawMessage{}, duty.Roster{}
	for i := range 4 {
		e, err := roster.Replace("G1", "boss", []duty.Shift{hours(i, i+8, "li")}, now.Add(time.Duration(i)*time.Hour))
		require.NoError(t, err)
		all, events = append(all, records), append(events, e)
		records = journal.Apply(records, duty.Of("G1"), e.Changes)
		roster = apply(t, records, nil)
	}
	for i := len(events) - 1; i >= 0; i-- {
		records = journal.Apply(records, duty.Of("G1"), journal.Entry{Changes: events[i].Changes}.Opposite())
		assert.Equal(t, all[i], records)
	}
	assert.Empty(t, records)
}

func TestBuildRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, records := range []map[string]json.RawMessage{
		{"rosters": json.RawMessage(`{}`)},
		{"roster": json.RawMessage(`{"shifts":[],"swaps":[]}`)},
		{"roster": json.RawMessage(`{}{}`)},
		{"roster": json.RawMessage(`[]`)},
	} {
		_, err := duty.Build(records)
		assert.Error(t, err, records)
	}
}

func TestHappeningsSpeakBothLanguages(t *testing.T) {
	for _, h := range duty.Happenings() {
		assert.NotEmpty(t, h.Text.ZH, h.Kind)
		assert.NotEmpty(t, h.Text.EN, h.Kind)
	}
}

// The night shift of the last of February ends on 1 March.
func Example() {
	drafts, err := duty.Parse("06-14 @li+@wang，14:00-22:00 @wang，22-6 @zhao")
	if err != nil {
		fmt.Println(err)
		return
	}
	var shifts []duty.Shift
	for _, d := range drafts {
		shifts = append(shifts, duty.Shift{From: d.From, To: d.To, Who: chat.User(d.Who), Backup: chat.User(d.Backup)})
	}
	r := duty.Roster{Shifts: shifts}
	for _, s := range []string{"2026-02-28 13:59:59", "2026-02-28 23:00:00"} {
		now, _ := r.OnDuty(shanghai(s))
		next, _ := r.Next(shanghai(s))
		fmt.Println(s, now.Who, now.Backup, "until", now.End.Format("01-02 15:04"), "then", next.Who)
	}
	// Output:
	// 2026-02-28 13:59:59 @li @wang until 02-28 14:00 then @wang
	// 2026-02-28 23:00:00 @zhao  until 03-01 06:00 then @li
}
