package calendar

import (
	"net/http"
	"strings"
	"testing"
	"time"

	ical "github.com/emersion/go-ical"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// shown is an event as somebody else's parser reads it.
type shown struct {
	uid, summary, description, transparency string
	sequence                                int
	start, end                              time.Time
}

func parse(t *testing.T, text string, zone *time.Location) []shown {
	t.Helper()
	cal, err := ical.NewDecoder(strings.NewReader(text)).Decode()
	require.NoError(t, err, text)
	// The same library refuses to write what the standard does not allow, such as an event without a UID.
	require.NoError(t, ical.NewEncoder(new(strings.Builder)).Encode(cal))
	var out []shown
	for _, e := range cal.Events() {
		words := func(name string) string {
			if e.Props.Get(name) == nil {
				return ""
			}
			s, err := e.Props.Text(name)
			require.NoError(t, err)
			return s
		}
		one := shown{uid: words("UID"), summary: words("SUMMARY"), description: words("DESCRIPTION"), transparency: words("TRANSP")}
		one.sequence, err = e.Props.Get("SEQUENCE").Int()
		require.NoError(t, err)
		require.Equal(t, one.sequence, int(int32(one.sequence)), "an integer has 32 bits")
		require.Positive(t, one.sequence)
		one.start, err = e.DateTimeStart(zone)
		require.NoError(t, err)
		one.end, err = e.DateTimeEnd(zone)
		require.NoError(t, err)
		for _, name := range []string{"DTSTART", "DTEND"} {
			p := e.Props.Get(name)
			if tz := p.Params.Get("TZID"); tz != "" {
				require.Equal(t, zone.String(), tz)
				want, _ := p.DateTime(zone)
				require.True(t, want.Equal(observed(t, cal, p.Value)), "%s %s: the zone that is described is not %s", name, p.Value, zone)
			}
		}
		assert.Empty(t, e.Children, "no alarms")
		out = append(out, one)
	}
	return out
}

// observed reads a time on the wall by the VTIMEZONE of a calendar alone, as RFC 5545 says: the observance that began
// last counts, and of what comes twice the first.
func observed(t *testing.T, cal *ical.Calendar, wall string) time.Time {
	t.Helper()
	at, err := time.Parse(wallForm, wall)
	require.NoError(t, err)
	var zone *ical.Component
	for _, c := range cal.Children {
		if c.Name == "VTIMEZONE" {
			zone = c
		}
	}
	require.NotNil(t, zone)
	var best time.Time
	offset := ""
	for _, o := range zone.Children {
		assert.Contains(t, []string{"STANDARD", "DAYLIGHT"}, o.Name)
		begins, err := time.Parse(wallForm, o.Props.Get("DTSTART").Value)
		require.NoError(t, err)
		if !begins.After(at) && !begins.Before(best) {
			// Put back at 03:00 to 02:00, it begins on the wall at 03:00: 02:30 is still the first one.
			best, offset = begins, o.Props.Get("TZOFFSETTO").Value
		}
	}
	require.NotEmpty(t, offset, "%s lies before all observances", wall)
	with, err := time.Parse("20060102T150405-0700", wall+offset)
	require.NoError(t, err)
	return with
}

// TestACalendarShowsTheTurnsOfTheRoster, one by one, through days on which clocks change, read by an independent parser.
func TestACalendarShowsTheTurnsOfTheRoster(t *testing.T) {
	fine := []duty.Shift{
		shift(0, 60, "li", "wang"), shift(60, 120, "wang", "li"), shift(120, 150, "li", ""), shift(150, 180, "wang", ""),
		shift(180, 1320, "li", "zhao"), shift(1320, 1440, "zhao", "li"),
	}
	night := []duty.Shift{shift(360, 1320, "li", "wang"), shift(1320, 360, "wang", "li")}
	whole := []duty.Shift{shift(480, 480, "li", "")}
	for _, c := range []struct{ zone, now string }{
		{"Asia/Shanghai", "2026-02-20 09:00"}, {"UTC", "2028-02-20 09:00"}, {"Europe/Berlin", "2026-02-20 09:00"}, {"Europe/Berlin", "2026-10-01 23:30"},
		{"America/New_York", "2026-10-20 00:00"}, {"America/Santiago", "2026-08-20 12:00"}, {"Australia/Lord_Howe", "2026-03-20 12:00"},
		{"Asia/Kathmandu", "2026-12-20 12:00"},
	} {
		for name, shifts := range map[string][]duty.Shift{"fine": fine, "night": night, "whole": whole} {
			t.Run(c.zone+" "+c.now+" "+name, func(t *testing.T) {
				w := newWorld(t)
				h := open(t, w, c.zone, c.now)
				r := w.roster("G1", set(t, "G1", shifts...))
				y, m, d := h.now.Date()
				from, until := time.Date(y, m, d-30, 0, 0, 0, 0, h.Zone), time.Date(y, m, d+91, 0, 0, 0, 0, h.Zone)
				turns := r.Between(from, until)
				require.Greater(t, len(turns), 100)

				got := parse(t, h.get(w.feed("whole", "li", "G1")).Body.String(), h.Zone)
				require.Len(t, got, len(turns))
				uids := map[string]bool{}
				for i, turn := range turns {
					require.True(t, turn.Start.Equal(got[i].start), "%s begins %s", turn.Start, got[i].start)
					require.True(t, turn.End.Equal(got[i].end), "%s ends %s", turn.End, got[i].end)
					require.Equal(t, map[chat.User]string{"li": "李敏", "wang": "王磊", "zhao": "zhao"}[turn.Who]+` 值班：华东,VIP;\群`, got[i].summary)
					uids[got[i].uid] = true
				}
				require.Len(t, uids, len(turns), "no two events are the same")

				var own []duty.Turn
				for _, turn := range turns {
					if turn.Who == "li" || turn.Backup == "li" {
						own = append(own, turn)
					}
				}
				got = parse(t, h.get(w.feed("own", "li", "")).Body.String(), h.Zone)
				require.Len(t, got, len(own))
				for i, turn := range own {
					require.True(t, turn.Start.Equal(got[i].start) && turn.End.Equal(got[i].end), turn)
					want := map[bool]string{true: "OPAQUE", false: "TRANSPARENT"}[turn.Who == "li"]
					require.Equal(t, want, got[i].transparency)
					require.Equal(t, turn.Who == "li", strings.HasPrefix(got[i].summary, "值班："), got[i].summary)
				}
			})
		}
	}
}

// TestAMomentThatTheWallShowsTwice: from half past two, when it came for the second time, somebody else has the night.
func TestAMomentThatTheWallShowsTwice(t *testing.T) {
	w := newWorld(t)
	h := open(t, w, "Europe/Berlin", "2026-10-20 09:00")
	r := w.roster("G1", set(t, "G1", shift(1320, 360, "wang", "")))
	second := time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
	e, err := r.Give("G1", duty.Change{Code: "c", Kind: duty.Take, From: second.In(h.Zone), Until: second.Add(time.Hour), Who: "li", At: planned}, planned)
	require.NoError(t, err)
	w.roster("G1", e)
	text := h.get(w.feed("own", "li", "")).Body.String()
	got := parse(t, text, h.Zone)
	require.Len(t, got, 1)
	assert.True(t, second.Equal(got[0].start), got[0].start)
	assert.True(t, second.Add(time.Hour).Equal(got[0].end))
	assert.Contains(t, text, "DTSTART:20261025T013000Z\r\n")
	assert.Contains(t, text, "DTEND;TZID=Europe/Berlin:20261025T033000\r\n")
}

func TestACalendarIsWrittenAsProgramsWantIt(t *testing.T) {
	w := newWorld(t)
	w.roster("G1", set(t, "G1", shift(480, 960, "li", "wang")))
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	text := h.get(w.feed("whole", "li", "G1")).Body.String()
	assert.NotContains(t, strings.ReplaceAll(text, "\r\n", ""), "\n", "every line ends in CRLF")
	for line := range strings.SplitSeq(text, "\r\n") {
		assert.LessOrEqual(t, len(line), 75, line)
	}
	flat := strings.ReplaceAll(text, "\r\n ", "")
	for _, line := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//qunguan//duty//ZH", "METHOD:PUBLISH", "CALSCALE:GREGORIAN", `X-WR-CALNAME:值班：华东\,VIP\;\\群`,
		`NAME:值班：华东\,VIP\;\\群`, "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
		"BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "TZOFFSETTO:+0800", "DTSTART;TZID=Asia/Shanghai:20260220T080000",
		"DTEND;TZID=Asia/Shanghai:20260220T160000", "DTSTAMP:20260201T000001Z", "SEQUENCE:192067201", `SUMMARY:李敏 值班：华东\,VIP\;\\群`, `DESCRIPTION:值班：李敏\nB 角：王磊`,
	} {
		assert.Contains(t, "\r\n"+flat, "\r\n"+line+"\r\n", line)
	}
	assert.True(t, strings.HasSuffix(text, "END:VCALENDAR\r\n"))
	assert.NotContains(t, text, "VALARM")
	assert.NotContains(t, text, "G1", "what the group is called inside is nobody's business")
	for _, c := range []struct {
		language chat.Language
		want     string
	}{{chat.EN, "SUMMARY:On duty: 华东"}, {chat.ZH, "SUMMARY:值班：华东"}} {
		one := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
		one.Language = c.language
		assert.Contains(t, one.get(w.feed("own", "li", "")).Body.String(), c.want)
	}
	// A calendar without a turn is one all the same.
	empty := h.get(w.feed("zhao", "zhao", ""))
	assert.Equal(t, http.StatusOK, empty.Code)
	cal, err := ical.NewDecoder(strings.NewReader(empty.Body.String())).Decode()
	require.NoError(t, err)
	assert.Empty(t, cal.Events())
}

// TestChangesReachTheCalendar: a turn that somebody else takes stays the same event in the group's calendar, told anew,
// and leaves the person's own.
func TestChangesReachTheCalendar(t *testing.T) {
	w := newWorld(t)
	h := open(t, w, "Asia/Shanghai", "2026-02-20 09:00")
	r := w.roster("G1", set(t, "G1", shift(480, 960, "li", "")))
	own, whole := w.feed("own", "li", ""), w.feed("whole", "li", "G1")
	on := func(list []shown, at time.Time) *shown {
		for _, e := range list {
			if e.start.Equal(at) {
				return &e
			}
		}
		return nil
	}
	read := func(path string) []shown { return parse(t, h.get(path).Body.String(), h.Zone) }
	begins := moment(t, "Asia/Shanghai", "2026-03-02 08:00")
	before, mine := on(read(whole), begins), on(read(own), begins)
	require.NotNil(t, before)
	require.NotNil(t, mine)

	e, err := r.Give("G1", duty.Change{Code: "c", Kind: duty.Cover, From: begins, Until: begins.Add(8 * time.Hour), For: "li", Who: "wang", At: h.now}, h.now)
	require.NoError(t, err)
	w.roster("G1", e)
	h.now = h.now.Add(freshFor)
	after := on(read(whole), begins)
	require.NotNil(t, after)
	assert.Equal(t, before.uid, after.uid)
	assert.Greater(t, after.sequence, before.sequence)
	assert.Contains(t, before.summary, "李敏")
	assert.Contains(t, after.summary, "王磊")
	assert.Nil(t, on(read(own), begins), "what is not one's own any more is gone")

	w.roster("G1", journal.Event{Changes: []journal.Change{e.Changes[0].Opposite()}})
	h.now = h.now.Add(freshFor)
	assert.Equal(t, mine.uid, on(read(own), begins).uid, "taken back, it is the event that it was")
	assert.Greater(t, on(read(whole), begins).sequence, after.sequence)
}
