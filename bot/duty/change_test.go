package duty_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// desk is a group's roster as acts change it.
type desk struct {
	t       *testing.T
	records map[string]json.RawMessage
	duty.Roster
}

func newDesk(t *testing.T, shifts ...duty.Shift) *desk {
	t.Helper()
	d := &desk{t: t}
	e, err := d.Replace("G1", "boss", shifts, shanghai("2026-03-01 00:00:00"))
	require.NoError(t, err)
	d.do(e, nil)
	return d
}

// do makes an event so, and checks that its opposite takes it back to the byte.
func (d *desk) do(e journal.Event, err error) {
	d.t.Helper()
	require.NoError(d.t, err)
	next := journal.Apply(d.records, duty.Of("G1"), e.Changes)
	back := journal.Apply(next, duty.Of("G1"), journal.Entry{Changes: e.Changes}.Opposite())
	if len(d.records) > 0 {
		assert.Equal(d.t, d.records, back)
	}
	d.records = next
	d.Roster, err = duty.Build(next)
	require.NoError(d.t, err)
}

// week tells the turns of a time as "who 09:00-18:00", days apart by "|".
func (d *desk) says(from, until string) string {
	var out []string
	for _, t := range d.Between(shanghai(from+":00"), shanghai(until+":00")) {
		s := string(t.Who)
		if t.Backup != "" {
			s += "+" + string(t.Backup)
		}
		out = append(out, s+t.Start.Format(" 02 15:04-")+t.End.Format("15:04"))
	}
	return strings.Join(out, ", ")
}

func rotation(s duty.Shift, unit duty.Unit, length int, people ...chat.User) duty.Shift {
	s.Rotation = &duty.Rotation{People: people, Unit: unit, Length: length, Anchor: duty.Day{Year: 2026, Month: 3, Day: 2}}
	return s
}

// 2 March 2026 is a Monday.
func TestRotations(t *testing.T) {
	office := hours(9, 18, "")
	workdays := office
	workdays.Days = duty.Workdays
	for name, c := range map[string]struct {
		shift duty.Shift
		want  string
	}{
		"by day": {rotation(office, duty.Daily, 1, "li", "wang", "zhao"),
			"li+wang 02 09:00-18:00, wang+zhao 03 09:00-18:00, zhao+li 04 09:00-18:00, li+wang 05 09:00-18:00, wang+zhao 06 09:00-18:00, zhao+li 07 09:00-18:00, li+wang 08 09:00-18:00, wang+zhao 09 09:00-18:00"},
		"two days each": {rotation(office, duty.Daily, 2, "li", "wang"),
			"li+wang 02 09:00-18:00, li+wang 03 09:00-18:00, wang+li 04 09:00-18:00, wang+li 05 09:00-18:00, li+wang 06 09:00-18:00, li+wang 07 09:00-18:00, wang+li 08 09:00-18:00, wang+li 09 09:00-18:00"},
		"by workday: the weekend has no shift, and nobody loses a turn by it": {rotation(workdays, duty.Daily, 1, "li", "wang"),
			"li+wang 02 09:00-18:00, wang+li 03 09:00-18:00, li+wang 04 09:00-18:00, wang+li 05 09:00-18:00, li+wang 06 09:00-18:00, wang+li 09 09:00-18:00"},
		"by week, on workdays": {rotation(workdays, duty.Weekly, 1, "li", "wang"),
			"li+wang 02 09:00-18:00, li+wang 03 09:00-18:00, li+wang 04 09:00-18:00, li+wang 05 09:00-18:00, li+wang 06 09:00-18:00, wang+li 09 09:00-18:00"},
	} {
		assert.Equal(t, c.want, newDesk(t, c.shift).says("2026-03-02 00:00", "2026-03-10 00:00"), name)
	}
	d := newDesk(t, rotation(hours(0, 24, ""), duty.Hourly, 10, "li", "wang"))
	assert.Equal(t, "li+wang 02 00:00-10:00, wang+li 02 10:00-20:00, li+wang 02 20:00-00:00, wang+li 03 00:00-10:00",
		d.says("2026-03-02 00:00", "2026-03-03 05:00"), "the order runs on from one day to the next")
	before := newDesk(t, rotation(office, duty.Daily, 1, "li", "wang", "zhao"))
	assert.Equal(t, "zhao+li 01 09:00-18:00", before.says("2026-03-01 00:00", "2026-03-02 00:00"), "also before the anchor")
}

func TestDaysThatHaveAShift(t *testing.T) {
	week, rest := hours(9, 18, "li"), hours(10, 16, "wang")
	week.Days, rest.Days = duty.Workdays, duty.RestDays
	assert.Equal(t, "li 06 09:00-18:00, wang 07 10:00-16:00, wang 08 10:00-16:00, li 09 09:00-18:00",
		newDesk(t, week, rest).says("2026-03-06 00:00", "2026-03-10 00:00"))
	some := hours(22, 6, "li")
	some.Days = duty.On(time.Friday, time.Saturday)
	assert.Equal(t, "li 06 22:00-06:00, li 07 22:00-06:00", newDesk(t, some).says("2026-03-02 00:00", "2026-03-10 00:00"))

	clash := hours(4, 8, "wang")
	clash.Days = duty.On(time.Saturday)
	_, err := duty.Roster{}.Replace("G1", "boss", []duty.Shift{some, clash}, time.Unix(0, 0))
	assert.ErrorIs(t, err, duty.ErrOverlap, "the shift of Friday ends on Saturday")
	clash.Days = duty.On(time.Friday)
	_, err = duty.Roster{}.Replace("G1", "boss", []duty.Shift{some, clash}, time.Unix(0, 0))
	assert.NoError(t, err)
}

// TestChanges tells stories of a day with two shifts: li with wang as backup, then wang with li.
func TestChanges(t *testing.T) {
	early, late := hours(8, 16, "li"), hours(16, 24, "wang")
	early.Backup, late.Backup = "wang", "li"
	now := shanghai("2026-03-01 12:00:00")
	at := func(s string) time.Time { return shanghai("2026-03-" + s + ":00") }
	change := func(code string, kind duty.ChangeKind, from, until string, whose, who chat.User) duty.Change {
		return duty.Change{Code: code, Kind: kind, From: at(from), Until: at(until), For: whose, Who: who}
	}
	for name, c := range map[string]struct {
		do   func(d *desk)
		want string
	}{
		"nothing": {func(*desk) {}, "li+wang 02 08:00-16:00, wang+li 02 16:00-00:00"},
		"a part of a shift is given": {func(d *desk) {
			d.do(d.Give("G1", change("c", duty.Override, "02 10:00", "02 12:00", "li", "zhao"), now))
		}, "li+wang 02 08:00-10:00, zhao+wang 02 10:00-12:00, li+wang 02 12:00-16:00, wang+li 02 16:00-00:00"},
		"a whole day is given": {func(d *desk) {
			d.do(d.Give("G1", change("c", duty.Override, "02 00:00", "03 00:00", "", "zhao"), now))
		}, "zhao+wang 02 08:00-16:00, zhao+li 02 16:00-00:00"},
		"the backup covers and is no backup": {func(d *desk) {
			d.do(d.Give("G1", change("c", duty.Cover, "02 08:00", "02 16:00", "li", "wang"), now))
		}, "wang 02 08:00-16:00, wang+li 02 16:00-00:00"},
		"who covers is covered again": {func(d *desk) {
			d.do(d.Give("G1", change("c", duty.Cover, "02 08:00", "02 16:00", "li", "zhao"), now))
			d.do(d.Give("G1", change("d", duty.Cover, "02 12:00", "02 16:00", "zhao", "sun"), now.Add(time.Minute)))
		}, "zhao+wang 02 08:00-12:00, sun+wang 02 12:00-16:00, wang+li 02 16:00-00:00"},
		"leave: the backup has it, and backs up nobody": {func(d *desk) {
			d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: at("02 00:00"), Until: at("03 00:00")}, now))
		}, "wang 02 08:00-16:00, wang 02 16:00-00:00"},
		"both away: nobody": {func(d *desk) {
			d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: at("02 00:00"), Until: at("03 00:00")}, now))
			d.do(d.GoAway("G1", duty.Leave{Code: "m", Who: "wang", From: at("02 00:00"), Until: at("02 12:00")}, now))
		}, "wang 02 12:00-16:00, wang 02 16:00-00:00"},
		"somebody covers who is asked to while li is away": {func(d *desk) {
			d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: at("02 00:00"), Until: at("03 00:00")}, now))
			d.do(d.Give("G1", change("c", duty.Cover, "02 08:00", "02 16:00", "wang", "zhao"), now))
		}, "zhao+wang 02 08:00-16:00, wang 02 16:00-00:00"},
		"a swap": {func(d *desk) {
			d.do(d.Ask("G1", duty.Offer{Code: "o", Kind: duty.Swap, By: "li", From: at("02 08:00"), Until: at("02 16:00"), With: "wang",
				BackFrom: at("02 16:00"), BackUntil: at("03 00:00"), Lapses: at("02 08:00")}, now))
			assert.Equal(t, "li+wang 02 08:00-16:00, wang+li 02 16:00-00:00", d.says("2026-03-02 00:00", "2026-03-03 00:00"), "nothing yet")
			d.do(d.Accept("G1", "o", "wang", now.Add(time.Hour), shanghai("2026-03-01 00:00:00").Location()))
			assert.Empty(t, d.Offers())
		}, "wang 02 08:00-16:00, li 02 16:00-00:00"},
		"taken over and given back": {func(d *desk) {
			d.do(d.Give("G1", change("c", duty.Takeover, "02 08:10", "02 16:00", "li", "wang"), at("02 08:10")))
			d.do(d.GiveBack("G1", "c", at("02 08:30")))
		}, "li+wang 02 08:00-08:10, wang 02 08:10-08:30, li+wang 02 08:30-16:00, wang+li 02 16:00-00:00"},
		"a temporary schedule": {func(d *desk) {
			d.do(d.Schedule("G1", duty.Schedule{Code: "s", From: at("02 12:00"), Until: at("03 00:00"), Shifts: []duty.Shift{hours(10, 20, "zhao")}}, now))
		}, "li+wang 02 08:00-12:00, zhao 02 12:00-20:00"},
	} {
		d := newDesk(t, early, late)
		c.do(d)
		assert.Equal(t, c.want, d.says("2026-03-02 00:00", "2026-03-03 00:00"), name)
	}
	d := newDesk(t, early, late)
	d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: at("02 00:00"), Until: at("03 00:00")}, now))
	d.do(d.GoAway("G1", duty.Leave{Code: "m", Who: "wang", From: at("02 00:00"), Until: at("03 00:00")}, now))
	assert.Len(t, d.Vacant(at("02 00:00"), at("03 00:00")), 2)
	_, ok := d.OnDuty(at("02 09:00"))
	assert.False(t, ok)
}

func TestActsAreRefused(t *testing.T) {
	early, late := hours(8, 16, "li"), hours(16, 24, "wang")
	d := newDesk(t, early, late)
	now := shanghai("2026-03-02 12:00:00")
	at := func(s string) time.Time { return shanghai("2026-03-" + s + ":00") }
	d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "sun", From: at("02 00:00"), Until: at("04 00:00")}, now))
	for name, c := range map[string]struct {
		change duty.Change
		err    error
	}{
		"backwards":      {duty.Change{From: at("02 14:00"), Until: at("02 14:00"), For: "li", Who: "zhao"}, duty.ErrBackwards},
		"over":           {duty.Change{From: at("02 08:00"), Until: at("02 12:00"), For: "li", Who: "zhao"}, duty.ErrOver},
		"to themselves":  {duty.Change{From: at("02 13:00"), Until: at("02 14:00"), For: "li", Who: "li"}, duty.ErrSelf},
		"not theirs":     {duty.Change{From: at("02 13:00"), Until: at("02 14:00"), For: "wang", Who: "zhao"}, duty.ErrNotTheirs},
		"on leave":       {duty.Change{From: at("02 13:00"), Until: at("02 14:00"), For: "li", Who: "sun"}, duty.ErrAway},
		"theirs already": {duty.Change{From: at("02 13:00"), Until: at("02 14:00"), Who: "li"}, duty.ErrTwice},
	} {
		c.change.Kind = duty.Override
		_, err := d.Give("G1", c.change, now)
		assert.ErrorIs(t, err, c.err, name)
	}
}
