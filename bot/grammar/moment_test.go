package grammar

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

const minute = "2006-01-02 15:04:05"

// at reads a time of the wall clock.
func at(t testing.TB, wall string, zone *time.Location) time.Time {
	now, err := time.ParseInLocation(minute, wall, zone)
	require.NoError(t, err)
	return now
}

func TestMoment(t *testing.T) {
	g := alone(t, until)
	for said, want := range map[string]string{ // it is Thursday, 2026-11-26 10:00
		"18:00": "2026-11-26 18:00:00", "9:30": "2026-11-27 09:30:00", "10:00": "2026-11-27 10:00:00", "18:00:30": "2026-11-26 18:00:30",
		"18点": "2026-11-26 18:00:00", "18时": "2026-11-26 18:00:00", "十点半": "2026-11-26 10:30:00", "9点": "2026-11-27 09:00:00",
		"9点一刻": "2026-11-27 09:15:00", "18点05分": "2026-11-26 18:05:00", "24:00": "2026-11-27 00:00:00", "24点": "2026-11-27 00:00:00",
		"下午3点": "2026-11-26 15:00:00", "下午 3 点": "2026-11-26 15:00:00", "晚上12点": "2026-11-27 00:00:00", "中午": "2026-11-26 12:00:00",
		"中午1点": "2026-11-26 13:00:00", "凌晨2点": "2026-11-27 02:00:00", "9am": "2026-11-27 09:00:00", "6 pm": "2026-11-26 18:00:00",
		"12am": "2026-11-27 00:00:00", "12:30pm": "2026-11-26 12:30:00", "noon": "2026-11-26 12:00:00",
		"今天9点": "2026-11-26 09:00:00", "今天": "2026-11-26 00:00:00", "明天": "2026-11-27 00:00:00", "明天9点": "2026-11-27 09:00:00",
		"明天 9:30": "2026-11-27 09:30:00", "后天18点": "2026-11-28 18:00:00", "大后天": "2026-11-29 00:00:00", "昨天9点": "2026-11-25 09:00:00",
		"今晚8点": "2026-11-26 20:00:00", "明早8点半": "2026-11-27 08:30:00", "今晚12点": "2026-11-27 00:00:00", "明天下午三点": "2026-11-27 15:00:00",
		"tomorrow": "2026-11-27 00:00:00", "tomorrow 9:00": "2026-11-27 09:00:00", "tomorrow at 9am": "2026-11-27 09:00:00",
		"tonight 8pm": "2026-11-26 20:00:00", "18:00 tomorrow": "2026-11-27 18:00:00", "9:00 2026-12-01": "2026-12-01 09:00:00",
		"周五18点": "2026-11-27 18:00:00", "周五": "2026-11-27 00:00:00", "周四9点": "2026-12-03 09:00:00", "周四18点": "2026-11-26 18:00:00",
		"周三": "2026-12-02 00:00:00", "周日": "2026-11-29 00:00:00", "星期天 9:00": "2026-11-29 09:00:00", "礼拜一": "2026-11-30 00:00:00",
		"本周一": "2026-11-23 00:00:00", "下周一 9:30": "2026-11-30 09:30:00", "下周四": "2026-12-03 00:00:00", "下下周一": "2026-12-07 00:00:00",
		"上周五18点": "2026-11-20 18:00:00", "下个星期三": "2026-12-02 00:00:00",
		"friday 18:00": "2026-11-27 18:00:00", "Fri": "2026-11-27 00:00:00", "next monday 9am": "2026-11-30 09:00:00", "this thu": "2026-11-26 00:00:00",
		"2026-12-01": "2026-12-01 00:00:00", "2026-12-01 18:00": "2026-12-01 18:00:00", "2026/12/1 18点": "2026-12-01 18:00:00",
		"2026.12.01": "2026-12-01 00:00:00", "2026年12月1日18点": "2026-12-01 18:00:00", "2020-01-01": "2020-01-01 00:00:00",
		"2026-12-01T18:00": "2026-12-01 18:00:00", "2026-12-01T18:00:00+08:00": "2026-12-01 18:00:00", "2026-12-01T10:00:00z": "2026-12-01 18:00:00",
		"2026-12-01 24:00": "2026-12-02 00:00:00", "12-01": "2026-12-01 00:00:00", "12-01 18:00": "2026-12-01 18:00:00", "12/1": "2026-12-01 00:00:00",
		"12月1号 9点": "2026-12-01 09:00:00", "11-25": "2027-11-25 00:00:00", "11-26 9:00": "2026-11-26 09:00:00", "02-29": "2028-02-29 00:00:00",
		"3天后": "2026-11-29 10:00:00", "3天后9点": "2026-11-29 09:00:00", "两小时后": "2026-11-26 12:00:00", "in 3 days": "2026-11-29 10:00:00",
		"2h ago": "2026-11-26 08:00:00", "30分钟前": "2026-11-26 09:30:00", "现在": "2026-11-26 10:00:00", "now": "2026-11-26 10:00:00",
		"１８：００": "2026-11-26 18:00:00", "２０２６－１２－０１　１８：００": "2026-12-01 18:00:00", "周五18点前": "2026-11-27 18:00:00", "明天起": "2026-11-27 00:00:00",
	} {
		m := g.Match("/x "+said, addressed)
		if assert.Nil(t, m.Problem, "%s: %v", said, m.Problem) {
			assert.Equal(t, at(t, want, shanghai), until.Of(m.Args), said)
		}
	}
	for said, why := range map[string]chat.Text{
		"25:00": noSuchTime, "9:75": noSuchTime, "13pm": noSuchTime, "24:30": noSuchTime, "上午15点": noSuchTime, "9:5": {}, "25点": noSuchTime,
		"2026-02-29": noSuchDay, "2026-13-01": noSuchDay, "02-30": noSuchDay, "13-01": noSuchDay, "0-0": noSuchDay, "9999-01-01": noSuchDay,
		"今晚": noHour, "明早": noHour, "今晚1点": whichHour, "今晚下午3点": whichHour, "周末": vagueDay, "下周": vagueDay, "next week": vagueDay, "月底": vagueDay,
		"soon": {}, "12.01": {}, "18": {}, "3天": {}, "in 1 month": inDays, "2026-12": {}, "明天25:00": noSuchTime, "": {}, "周八": {}, "mondayish": {},
	} {
		m := g.Match("/x "+said, addressed)
		if assert.NotNil(t, m.Problem, said) && !why.IsZero() {
			assert.Contains(t, m.Problem.What.ZH, why.ZH, said)
		}
	}
}

func TestMomentPast(t *testing.T) {
	g := alone(t, since)
	for said, want := range map[string]string{
		"18:00": "2026-11-25 18:00:00", "9:30": "2026-11-26 09:30:00", "周五": "2026-11-20 00:00:00", "周四9点": "2026-11-26 09:00:00",
		"周四18点": "2026-11-19 18:00:00", "12-01": "2025-12-01 00:00:00", "11-26": "2026-11-26 00:00:00", "02-29": "2024-02-29 00:00:00",
		"3天": "2026-11-23 10:00:00", "7d": "2026-11-19 10:00:00", "18时": "2026-11-25 18:00:00", "昨天": "2026-11-25 00:00:00", "3天前": "2026-11-23 10:00:00",
	} {
		m := g.Match("/x "+said, addressed)
		if assert.Nil(t, m.Problem, "%s: %v", said, m.Problem) {
			assert.Equal(t, at(t, want, shanghai), since.Of(m.Args), said)
		}
	}
}

func TestMomentOnBadDays(t *testing.T) {
	g := alone(t, until)
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	beirut, err := time.LoadLocation("Asia/Beirut")
	require.NoError(t, err)
	for _, c := range []struct {
		name, now, said, want string
		zone                  *time.Location
	}{
		{"month end", "2026-01-31 23:30:00", "明天9点", "2026-02-01T09:00:00+08:00", shanghai},
		{"year end", "2026-12-31 23:59:59", "0:00", "2027-01-01T00:00:00+08:00", shanghai},
		{"year end, day without year", "2026-12-31 12:00:00", "01-05", "2027-01-05T00:00:00+08:00", shanghai},
		{"leap day", "2028-02-28 12:00:00", "明天", "2028-02-29T00:00:00+08:00", shanghai},
		{"24:00 on the last of the month", "2026-04-30 12:00:00", "24:00", "2026-05-01T00:00:00+08:00", shanghai},
		{"Sunday is the end of the week", "2026-11-29 12:00:00", "下周一", "2026-11-30T00:00:00+08:00", shanghai},
		{"Monday is its beginning", "2026-11-30 12:00:00", "下周一", "2026-12-07T00:00:00+08:00", shanghai},
		{"weekday of today without a time", "2026-11-27 12:00:00", "周五", "2026-11-27T00:00:00+08:00", shanghai},
		{"clocks go forward: the day before", "2026-03-07 12:00:00", "明天9点", "2026-03-08T09:00:00-04:00", newYork},
		{"clocks go forward: skipped", "2026-03-07 12:00:00", "明天 2:30", "", newYork},
		{"clocks go forward: skipped, no day", "2026-03-08 01:00:00", "2:30", "", newYork},
		{"clocks go back: the first of two", "2026-10-31 12:00:00", "明天 1:30", "2026-11-01T01:30:00-04:00", newYork},
		{"clocks go back: a length stays one", "2026-11-01 00:30:00", "24小时后", "2026-11-01T23:30:00-05:00", newYork},
		{"midnight is skipped: the day begins later", "2026-03-28 12:00:00", "明天", "2026-03-29T01:00:00+03:00", beirut},
		{"midnight is skipped: 0:00 is no time", "2026-03-28 12:00:00", "明天 0:30", "", beirut},
	} {
		m := g.Match("/x "+c.said, Context{Now: at(t, c.now, c.zone).UTC(), Zone: c.zone})
		if c.want == "" {
			if assert.NotNil(t, m.Problem, c.name) {
				assert.Contains(t, m.Problem.What.EN, skipped.EN, c.name)
			}
			continue
		}
		if assert.Nil(t, m.Problem, c.name) {
			assert.Equal(t, c.want, until.Of(m.Args).Format(time.RFC3339), c.name)
		}
	}
}

func TestFormatMoment(t *testing.T) {
	assert.Equal(t, "2026-11-26 10:00", FormatMoment(thursday.UTC(), shanghai))
	assert.Equal(t, "2026-11-26 02:00", FormatMoment(thursday, nil))
}

func TestNearMoment(t *testing.T) {
	for at, want := range map[string]chat.Text{
		"2026-11-26 00:00": chat.Same("00:00"),
		"2026-11-26 23:59": chat.Same("23:59"),
		"2026-11-27 00:00": {ZH: "明天 00:00", EN: "tomorrow 00:00"},
		"2026-11-25 23:59": {ZH: "昨天 23:59", EN: "yesterday 23:59"},
		"2026-11-29 09:00": {ZH: "11-29 周日 09:00", EN: "Sun 11-29 09:00"},
		"2026-12-02 09:00": {ZH: "12-02 周三 09:00", EN: "Wed 12-02 09:00"},
		"2026-12-03 09:00": chat.Same("2026-12-03 09:00"),
		"2026-11-20 09:00": {ZH: "11-20 周五 09:00", EN: "Fri 11-20 09:00"},
		"2026-11-19 09:00": chat.Same("2026-11-19 09:00"),
	} {
		m, err := time.ParseInLocation("2006-01-02 15:04", at, shanghai)
		require.NoError(t, err)
		assert.Equal(t, want, NearMoment(m.UTC(), thursday, shanghai), at)
	}
}

// FuzzMoment checks that every moment is read as it is printed, and that no text breaks the rules, in zones where the
// clocks change.
func FuzzMoment(f *testing.F) {
	for n, said := range []string{"18:00", "明天9点", "周五18点", "2026-12-01 18:00", "今晚8点", "3天后9点", "next friday at 9 pm", "02-29", "下下周日24点"} {
		f.Add(said, int64(1_700_000_000+n*86_399*31))
	}
	g := alone(f, until)
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, said string, unix int64) {
		if unix < 0 || unix > 7_000_000_000 {
			return
		}
		now := time.Unix(unix, 0)
		for _, zone := range []*time.Location{shanghai, newYork} {
			c := Context{Now: now, Zone: zone}
			if m := g.Match("/x "+said, c); m.Command != "" {
				got := until.Of(m.Args)
				assert.False(t, got.IsZero())
				assert.Equal(t, zone, got.Location())
				assert.Equal(t, m, g.Match("/x "+said, c), "the same each time")
			}
			printed := FormatMoment(now, zone)
			m := g.Match("/x "+printed, c)
			require.Nil(t, m.Problem, printed)
			assert.Equal(t, printed, FormatMoment(until.Of(m.Args), zone))
		}
	})
}
