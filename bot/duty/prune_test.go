package duty_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/duty"
)

// TestWhatIsOverLongSinceLeavesTheRecords with the next act, whatever act that is, and comes back with its undo.
func TestWhatIsOverLongSinceLeavesTheRecords(t *testing.T) {
	long := shanghai("2026-03-02 00:00:00")
	for name, act := range map[string]func(d *desk, now time.Time){
		"an override": func(d *desk, now time.Time) {
			d.do(d.Give("G1", duty.Change{Code: "new", Kind: duty.Override, From: now, Until: now.Add(time.Hour), Who: "sun"}, now))
		},
		"a leave": func(d *desk, now time.Time) {
			d.do(d.GoAway("G1", duty.Leave{Code: "new", Who: "li", From: now, Until: now.Add(time.Hour)}, now))
		},
		"a schedule": func(d *desk, now time.Time) {
			d.do(d.Schedule("G1", duty.Schedule{Code: "new", From: now, Until: now.Add(time.Hour), Shifts: []duty.Shift{{To: 1440, Who: "sun"}}}, now))
		},
		"a request": func(d *desk, now time.Time) {
			d.do(d.Ask("G1", duty.Offer{Code: "new", Kind: duty.Cover, By: "li", From: now, Until: now.Add(time.Hour), Lapses: now.Add(time.Hour)}, now))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, duty.Shift{To: 1440, Who: "li", Backup: "wang"})
			hour := time.Hour
			d.do(d.Give("G1", duty.Change{Code: "c", Kind: duty.Override, From: long, Until: long.Add(hour), Who: "sun"}, long))
			d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: long.Add(2 * hour), Until: long.Add(3 * hour)}, long))
			d.do(d.Schedule("G1", duty.Schedule{Code: "s", From: long.Add(4 * hour), Until: long.Add(5 * hour), Shifts: []duty.Shift{{To: 1440, Who: "zhao"}}}, long))
			require.Len(t, d.records, 4)
			act(d, long.AddDate(0, 0, 399))
			assert.Len(t, d.records, 5, "people still ask who had those turns")
			d2 := &desk{t: t, records: d.records, Roster: d.Roster}
			delete(d2.records, "change/new")
			for _, kind := range []string{"change", "leave", "schedule", "offer"} {
				delete(d2.records, kind+"/new")
			}
			var err error
			d2.Roster, err = duty.Build(d2.records)
			require.NoError(t, err)
			act(d2, long.AddDate(0, 0, 401))
			assert.Len(t, d2.records, 2, "the shifts and what was just done")
		})
	}
}

// TestOneActTakesFewRecordsWithIt so that no act is slow because nobody acted for a year.
func TestOneActTakesFewRecordsWithIt(t *testing.T) {
	d, at := newDesk(t, duty.Shift{To: 1440, Who: "li"}), shanghai("2026-03-02 00:00:00")
	for i := range 60 {
		from := at.Add(time.Duration(i) * time.Hour)
		d.do(d.Give("G1", duty.Change{Code: fmt.Sprint("c", i), Kind: duty.Override, From: from, Until: from.Add(time.Hour), Who: "sun"}, at))
	}
	later := at.AddDate(2, 0, 0)
	give := func(code string, from time.Time) {
		d.do(d.Give("G1", duty.Change{Code: code, Kind: duty.Override, From: from, Until: from.Add(time.Hour), Who: "sun"}, later))
	}
	give("x", later)
	assert.Len(t, d.Changes(), 11)
	give("y", later.Add(2*time.Hour))
	assert.Len(t, d.Changes(), 2)
}

// TestAnAcceptedSwapTidiesOnce although it makes two changes.
func TestAnAcceptedSwapTidiesOnce(t *testing.T) {
	d, old := newDesk(t, duty.Shift{To: 720, Who: "li"}, duty.Shift{From: 720, To: 1440, Who: "wang"}), shanghai("2026-03-02 00:00:00")
	d.do(d.Give("G1", duty.Change{Code: "c", Kind: duty.Override, From: old, Until: old.Add(time.Hour), Who: "sun"}, old))
	asked := old.AddDate(0, 0, 400)
	from := asked.AddDate(0, 0, 3)
	d.do(d.Ask("G1", duty.Offer{Code: "o", Kind: duty.Swap, By: "li", From: from, Until: from.Add(12 * time.Hour), With: "wang",
		BackFrom: from.Add(12 * time.Hour), BackUntil: from.Add(24 * time.Hour), Lapses: from}, asked))
	require.Len(t, d.Changes(), 1)
	e, err := d.Accept("G1", "o", "wang", asked.AddDate(0, 0, 2), old.Location())
	require.NoError(t, err)
	assert.Len(t, e.Changes, 4, "two changes, the offer, and one record that is over")
	d.do(e, err)
	assert.Len(t, d.Changes(), 2)
}

// TestALeaverHasNoTurns: the backup has them, nobody can be given any, and it is noted once.
func TestALeaverHasNoTurns(t *testing.T) {
	d, now := newDesk(t, duty.Shift{To: 720, Who: "li", Backup: "wang"}, duty.Shift{From: 720, To: 1440, Who: "li"}), shanghai("2026-03-02 00:00:00")
	e, ok := d.Depart("G1", "li", "gone", now)
	require.True(t, ok)
	d.do(e, nil)
	assert.Equal(t, "wang 02 00:00-12:00", d.says("2026-03-02 00:00", "2026-03-03 00:00"))
	assert.Equal(t, "wang 02 00:00-12:00", d.says("2056-03-02 00:00", "2056-03-03 00:00"), "for good")
	assert.Len(t, d.Vacant(now, now.AddDate(0, 0, 1)), 1)
	require.Len(t, d.Departed(), 1)
	_, ok = d.Depart("G1", "li", "again", now.Add(time.Hour))
	assert.False(t, ok, "noted already")
	_, ok = d.Depart("G1", "sun", "sun", now)
	assert.False(t, ok, "has no turns here")
	_, err := d.Give("G1", duty.Change{Code: "c", Kind: duty.Override, From: now.Add(24 * time.Hour), Until: now.Add(25 * time.Hour), Who: "li"}, now)
	require.ErrorIs(t, err, duty.ErrAway)
	var absent duty.Absent
	require.True(t, errors.As(err, &absent))
	assert.True(t, absent.Leave.Left)
	assert.Equal(t, "li", string(absent.Leave.Who))

	back := now.AddDate(0, 1, 0)
	d.do(d.ComeBack("G1", "gone", back))
	assert.Empty(t, d.Departed(), "they are back")
	assert.Equal(t, "li 02 12:00-00:00", d.says("2026-04-02 12:00", "2026-04-02 13:00"))
	e, ok = d.Depart("G1", "li", "once more", back.AddDate(0, 1, 0))
	require.True(t, ok, "and leave again")
	d.do(e, nil)
	assert.Len(t, d.Departed(), 1)
}

// TestASlipLeavesNoTrace: what is taken back within a minute does not cut a turn into pieces of seconds.
func TestASlipLeavesNoTrace(t *testing.T) {
	for after, records := range map[time.Duration]int{0: 1, 59 * time.Second: 1, time.Minute: 2, time.Hour: 2} {
		d, now := newDesk(t, duty.Shift{To: 1440, Who: "li", Backup: "wang"}), shanghai("2026-03-02 10:00:00")
		d.do(d.GoAway("G1", duty.Leave{Code: "l", Who: "li", From: now, Until: now.AddDate(0, 0, 1)}, now))
		d.do(d.ComeBack("G1", "l", now.Add(after)))
		assert.Len(t, d.records, records, after)
		d.do(d.Give("G1", duty.Change{Code: "c", Kind: duty.Take, From: now.Add(2 * time.Hour), Until: now.Add(9 * time.Hour), Who: "wang"}, now.Add(2*time.Hour)))
		d.do(d.GiveBack("G1", "c", now.Add(2*time.Hour+after)))
		assert.Len(t, d.records, records*2-1, after)
	}
}
