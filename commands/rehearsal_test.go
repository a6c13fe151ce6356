package commands

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

var cst = time.FixedZone("CST", 8*60*60)

// onTurn tells decisions who is on duty.
type onTurn struct{ duty.Roster }

func (o onTurn) OnDuty(who chat.User, at time.Time) bool {
	t, ok := o.Roster.OnDuty(at.In(cst))
	return ok && t.Who == who
}

func (onTurn) NextShift(chat.User, time.Time) (time.Time, bool) { return time.Time{}, false }

func bookOf(t require.TestingT, roles []access.Role, statements []access.Statement) access.Book {
	records := map[string]json.RawMessage{}
	put := func(key string, v any) {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		records[key] = raw
	}
	for _, r := range roles {
		put(r.Key(), r)
	}
	for _, s := range statements {
		put(access.StatementKey(s), s)
	}
	b, err := access.Build(records)
	require.NoError(t, err)
	return b
}

// TestEachHourOfARehearsalIsTheEngines walks every quarter of an hour of a rehearsal of random grants and shifts, and asks
// the engine and the roster the same (M06).
func TestEachHourOfARehearsalIsTheEngines(t *testing.T) {
	const g = chat.Group("G1")
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, cst)
	until := from.AddDate(0, 0, 3)
	people := []chat.User{"li", "wang", "zhao", "sun"}
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) time.Time {
			return from.Add(time.Duration(rapid.IntRange(-10, 80*4).Draw(t, name)) * 15 * time.Minute).UTC()
		}
		var roles []access.Role
		var statements []access.Statement
		for _, who := range people {
			r := access.Role{Who: who, Level: access.Level(rapid.IntRange(1, 3).Draw(t, "level")), Tier: access.GroupTier}
			r.OnDuty = rapid.Bool().Draw(t, "on duty")
			if rapid.Bool().Draw(t, "temporary") {
				r.From, r.Until = at("from"), at("until")
			}
			roles = append(roles, r)
			s := access.Statement{
				Subject: access.About(who), Scope: access.In(g), Effect: access.Deny, Items: access.ItemsOf(access.Mute),
				From: at("denied from"), Until: at("denied until"),
			}
			statements = append(statements, s)
		}
		roster := duty.Roster{Shifts: []duty.Shift{
			{From: rapid.IntRange(0, 5*60).Draw(t, "early"), To: 12 * 60, Who: "li"}, {From: 12*60 + 30, To: 60, Who: "wang"},
		}}
		r := rehearsal{from: from, until: until, group: g, roster: roster, facts: access.Facts{
			Group: bookOf(t, roles, statements), Roster: onTurn{roster},
		}}.walk()
		require.Equal(t, from, r.stretches[0].from)
		require.Equal(t, until, r.stretches[len(r.stretches)-1].until)
		for now := from; now.Before(until); now = now.Add(15 * time.Minute) {
			s := r.hourly(now)[0]
			turn, on := roster.OnDuty(now)
			assert.Equal(t, on, s.onDuty, now)
			assert.Equal(t, turn.Who, s.turn.Who, now)
			for _, who := range people {
				for _, i := range []access.Item{access.Mute, access.Invite, access.Duty, access.Admins, access.Recall} {
					d := access.Decide(r.facts, access.Request{Actor: who, Item: i, Group: g, At: now})
					assert.Equal(t, d.Allowed, s.rights[who].Has(i), "%s %s at %s", who, i, now)
				}
			}
		}
	})
}

// TestTimesAreToldAsPeopleSay holds how spans are told.
func TestTimesAreToldAsPeopleSay(t *testing.T) {
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, cst)
	r := rehearsal{from: from, until: from.AddDate(0, 0, 7)}
	day := func(n, hour, hours int) period {
		at := from.AddDate(0, 0, n).Add(time.Duration(hour) * time.Hour)
		return period{at, at.Add(time.Duration(hours) * time.Hour)}
	}
	var noons, nights []period
	for n := range 7 {
		noons = append(noons, day(n, 12, 1))
	}
	nights = append(nights, period{from, from.Add(6 * time.Hour)})
	for n := range 6 {
		nights = append(nights, day(n, 22, 8))
	}
	nights = append(nights, day(6, 22, 2))
	for _, c := range []struct {
		spans []period
		want  string
	}{
		{[]period{{r.from, r.until}}, "全程"},
		{noons, "每天 12:00–13:00"},
		{noons[:2], "10-01 12:00–13:00、10-02 12:00–13:00"},
		{noons[2:6], "10-03 至 10-06 每天 12:00–13:00"},
		{nights, "每天 22:00–06:00"},
		{[]period{day(0, 12, 12)}, "10-01 12:00–24:00"},
		{[]period{day(0, 12, 48)}, "10-01 12:00 – 10-03 12:00"},
	} {
		got := r.times(c.spans)
		assert.Equal(t, c.want, got.ZH, fmt.Sprint(c.spans))
	}
}

// TestStepsOfAPlan holds where one command of a plan ends and the next begins.
func TestStepsOfAPlan(t *testing.T) {
	for plan, want := range map[string][]string{
		"":            nil,
		"/设管理 @li 高级": {"/设管理 @li 高级"},
		"/设管理 @li 高级\n\n /撤管理 @zhao\n": {"/设管理 @li 高级", "/撤管理 @zhao"},
		"/a 1；/b 2; ／c 3":              {"/a 1", "/b 2", "／c 3"},
		"/a 原因；很长":                     {"/a 原因；很长"},
	} {
		assert.Equal(t, want, steps(plan), plan)
	}
}
