package duty_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

// year is a year of a group's duty, hour by hour: rosters change, people swap, fall ill, come late or not at all.
type year struct {
	*watch
	random *rand.Rand
	people []chat.User

	arrivals map[time.Time]chat.User // when somebody who was greeted comes
	begun    map[string]int          // by turn: how often it began
	told     map[string]int          // by turn: how often somebody was reminded of it
	changed  time.Time               // when the roster last changed
	returned int
	taken    map[chat.User]bool // whose turn the backup has, until they come
	codes    int
}

func turnKey(who chat.User, start time.Time) string { return fmt.Sprintf("%s %d", who, start.Unix()) }

// TestAYearOfDuty plays a year of days that go as days do. Each turn begins once; each reminder comes once, to whoever has
// the turn, before it begins; there is one holder at any moment, and what was taken over comes back.
func TestAYearOfDuty(t *testing.T) {
	y := &year{
		watch: newWatch(t, "Asia/Shanghai"), random: rand.New(rand.NewPCG(1, 4)), people: []chat.User{"li", "wang", "sun", "zhao"},
		arrivals: map[time.Time]chat.User{}, begun: map[string]int{}, told: map[string]int{}, taken: map[chat.User]bool{},
	}
	y.play(shanghai("2026-01-01 00:00:00"))
	assert.Greater(t, y.returned, 5, "few came late")
}

func (y *year) play(start time.Time) {
	y.roster, y.life = nil, nil
	y.change(start)
	begins, reminded := 0, 0
	for h := range 365 * 24 {
		hour := start.Add(time.Duration(h) * time.Hour)
		y.upTo(hour)
		if s, ok := y.StintAt(hour); ok && s.Start.Equal(hour) {
			before, had := y.StintAt(hour.Add(-time.Minute))
			goesOn := had && before.Who == s.Who
			n := y.begun[turnKey(s.Who, s.Start)]
			if goesOn {
				assert.Zero(y.t, n, "%s: %s goes on, and begins again", hour, s.Who)
			} else if !y.changed.Equal(hour) {
				assert.Equal(y.t, 1, n, "%s: the turn of %s begins once", hour, s.Who)
				begins++
			}
			if quiet := hour.Sub(y.changed) > 15*24*time.Hour; quiet {
				want := 3
				if goesOn {
					want = 2
				}
				assert.Equal(y.t, want, y.told[turnKey(s.Who, s.Start)], "%s: reminders of %s", hour, s.Who)
				reminded++
			}
		}
		// A month and a half of changes, then as long without.
		if hour.YearDay()/45%2 == 0 && y.random.IntN(20) == 0 {
			y.change(hour)
		}
		y.respond(hour)
	}
	assert.Greater(y.t, begins, 300)
	assert.Greater(y.t, reminded, 100)
}

// upTo plays the clock, and those who come meanwhile.
func (y *year) upTo(hour time.Time) {
	for at := hour.Add(-time.Hour); at.Before(hour); {
		at = at.Add(5 * time.Minute)
		if !y.upcoming.IsZero() && !y.upcoming.After(at) {
			y.until(at, y.see)
		}
		if who, ok := y.arrivals[at]; ok {
			y.arrive(who, at)
		}
	}
}

func (y *year) see(now time.Time, r duty.Round) {
	for _, l := range r.Begun {
		y.begun[turnKey(l.Who, l.Start)]++
		y.expect(l, now)
	}
	for _, m := range r.Reminders {
		for i, s := range m.Stints {
			y.told[turnKey(m.Who, s.Start)]++
			assert.True(y.t, s.Start.After(now), "%s: %s is reminded of what has begun", now, m.Who)
			is, ok := y.StintAt(s.Start)
			assert.True(y.t, ok && is.Who == m.Who, "%s: %s is reminded of a turn of %s", now, m.Who, is.Who)
			assert.True(y.t, i == 0 || m.Stints[i-1].Start.Before(s.Start), "in order, each once")
		}
	}
	for _, l := range r.Late {
		assert.True(y.t, now.Sub(l.Start) >= 10*time.Minute, "%s is late after ten minutes", l.Who)
		if l.TakenOver {
			y.taken[l.Who] = true
			holder, ok := y.OnDuty(now)
			assert.True(y.t, ok && holder.Who != l.Who && holder.By == duty.Takeover, "%s: the backup of %s", now, l.Who)
		}
	}
}

// expect lets somebody come at once, a bit late, or never.
func (y *year) expect(l duty.Life, now time.Time) {
	late := time.Duration(y.random.IntN(6)) * 5 * time.Minute
	if y.random.IntN(10) == 0 {
		return
	}
	y.arrivals[now.Truncate(5*time.Minute).Add(5*time.Minute+late)] = l.Who
}

func (y *year) arrive(who chat.User, at time.Time) {
	s, events, err := y.CheckIn(room, y.Roster, who, at)
	if err != nil {
		return // the turn is somebody else's by now
	}
	y.commit(at, events...)
	if s.Start.After(at) {
		y.begun[turnKey(who, s.Start)]++ // who checks in early is not greeted
	}
	if holder, ok := y.OnDuty(at); y.taken[who] && !s.Start.After(at) && ok {
		assert.NotEqual(y.t, duty.Takeover, holder.By, "%s: %s is back", at, who)
		y.returned++
	}
	delete(y.taken, who)
}

// respond lets a customer wait too long now and then, and people hand over.
func (y *year) respond(hour time.Time) {
	if y.random.IntN(50) == 0 {
		if e, ok := y.TakeOver(room, hour, duty.LateAnswer); ok {
			holder, _ := y.OnDuty(hour)
			y.taken[holder.Who] = true
			y.commit(hour, e)
			y.arrivals[hour.Add(15*time.Minute)] = holder.Who
		}
	}
	holder, ok := y.OnDuty(hour)
	if ok && y.random.IntN(5) == 0 {
		if _, _, e, err := y.HandOver(room, y.Roster, holder.Who, "", hour); err == nil && e.Kind != "" {
			y.commit(hour, e)
		}
	}
	if ok && y.random.IntN(2) == 0 {
		if _, e, err := y.Confirm(room, holder.Who, hour); err == nil {
			y.commit(hour, e)
		}
	}
}

// change lets somebody who plans duty, or somebody on duty, change the roster.
func (y *year) change(hour time.Time) {
	const h = 60
	who := func() chat.User { return y.people[y.random.IntN(len(y.people))] }
	y.codes++
	code := fmt.Sprint("c", y.codes)
	from := hour.Add(time.Duration(y.random.IntN(72)) * time.Hour)
	until := from.Add(time.Duration(1+y.random.IntN(30)) * time.Hour)
	switch n := y.random.IntN(12); {
	case len(y.Shifts) == 0 || n == 0:
		a, b := who(), who()
		shifts := [][]duty.Shift{
			{{From: 9 * h, To: 18 * h, Who: a, Backup: b}},
			{{From: 8 * h, To: 16 * h, Who: a, Backup: b}, {From: 16 * h, To: 24 * h, Who: b, Backup: a}},
			{{From: 0, To: 8 * h, Who: a}, {From: 8 * h, To: 16 * h, Who: b}, {From: 16 * h, To: 24 * h, Who: who()}},
			{{From: 22 * h, To: 6 * h, Days: duty.Workdays, Rotation: &duty.Rotation{People: y.people, Unit: duty.Daily, Length: 1, Anchor: duty.DayOf(hour)}}},
			{{From: 9 * h, To: 18 * h, Rotation: &duty.Rotation{People: y.people, Unit: duty.Weekly, Length: 1, Anchor: duty.DayOf(hour)}}},
		}[y.random.IntN(5)]
		for i := range shifts {
			if shifts[i].Backup == shifts[i].Who {
				shifts[i].Backup = ""
			}
		}
		e, err := y.Replace(room, "boss", shifts, hour.UTC())
		require.NoError(y.t, err)
		y.commit(hour, e)
	case n < 6:
		e, err := y.Give(room, duty.Change{Code: code, Kind: duty.Override, From: from, Until: until, Who: who(), By: "boss"}, hour)
		if err != nil {
			return
		}
		y.commit(hour, e)
	case n < 9:
		e, err := y.GoAway(room, duty.Leave{Code: code, Who: who(), From: from, Until: until, By: "boss"}, hour)
		if err != nil {
			return
		}
		y.commit(hour, e)
	default:
		all := y.Changes()
		if len(all) == 0 {
			return
		}
		e, err := y.GiveBack(room, all[y.random.IntN(len(all))].Code, hour)
		if err != nil {
			return
		}
		y.commit(hour, e)
	}
	y.changed = hour
}
