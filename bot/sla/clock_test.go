package sla_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/sla"
)

var shanghai = time.FixedZone("Shanghai", 8*3600)

// at is a moment of Friday, 27 February 2026, in the group's zone.
func at(clock string) time.Time {
	var h, m, s int
	_, _ = fmt.Sscanf(clock, "%d:%d:%d", &h, &m, &s)
	return time.Date(2026, 2, 27, h, m, s, 0, shanghai)
}

// office is 09:00 to 18:00 from Monday to Friday, with li on duty.
func office(from, until time.Time) []sla.Span {
	var out []sla.Span
	for d := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, shanghai); d.Before(until); d = d.AddDate(0, 0, 1) {
		if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		s := sla.Span{Start: d.Add(9 * time.Hour), End: d.Add(18 * time.Hour)}
		if s.End.After(from) && s.Start.Before(until) {
			out = append(out, s)
		}
	}
	return out
}

var (
	paused = sla.Rules{Limit: 30 * time.Minute, Hours: office, Zone: shanghai, OnDuty: func(time.Time) chat.User { return "li" }}
	counts = sla.Rules{Limit: 30 * time.Minute, Zone: shanghai, OnDuty: paused.OnDuty}
)

// talk is a conversation: one message a line, as "09:00 c1 id" for a customer, s for staff, x for handled, r for a
// recall of the id; no id is the time.
func talk(lines ...string) []sla.Message {
	var out []sla.Message
	for _, line := range lines {
		f := strings.Fields(line)
		m := sla.Message{At: at(f[0]), By: chat.User(f[1]), ID: f[0] + f[1], Source: "test"}
		m.What = map[byte]sla.What{'c': sla.ByCustomer, 's': sla.ByStaff, 'x': sla.Handled, 'r': sla.Recall, '-': sla.Nothing, 't': sla.Talk}[f[1][0]]
		if len(f) > 2 {
			m.ID = f[2]
		}
		out = append(out, m)
	}
	return out
}

// told is a sample as tests write it: kind, opened, closed, by whom.
func told(samples []sla.Sample) []string {
	out := []string{}
	for _, s := range samples {
		out = append(out, fmt.Sprintf("%c %s-%s %s", s.Kind, s.Opened.In(shanghai).Format("15:04"), s.Closed.In(shanghai).Format("15:04"), s.By))
	}
	return out
}

func TestWhoWaitsAndWhoAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		said    []string
		now     string
		waits   string // when the open clock began; empty: nobody waits
		samples []string
	}{
		"nobody spoke":                  {nil, "10:00", "", []string{}},
		"a customer waits":              {[]string{"09:00 c1"}, "09:10", "09:00", []string{}},
		"a burst is one clock":          {[]string{"09:00 c1", "09:01 c1", "09:02 c2"}, "09:10", "09:00", []string{}},
		"staff answers":                 {[]string{"09:00 c1", "09:01 c1", "09:05 s1"}, "09:10", "", []string{"f 09:00-09:05 s1"}},
		"the first to answer counts":    {[]string{"09:00 c1", "09:05 s1", "09:06 s2"}, "09:10", "", []string{"f 09:00-09:05 s1"}},
		"staff alone opens nothing":     {[]string{"09:00 s1", "09:30 s2"}, "12:00", "", []string{}},
		"what means nothing":            {[]string{"09:00 -1"}, "09:10", "", []string{}},
		"handled after silence":         {[]string{"09:00 c1", "09:05 s1", "09:20 s2"}, "09:35", "", []string{"f 09:00-09:05 s1", "h 09:00-09:20 s2"}},
		"not a second before":           {[]string{"09:00 c1", "09:05 s1"}, "09:34:59", "", []string{"f 09:00-09:05 s1"}},
		"talk goes on":                  {[]string{"09:00 c1", "09:05 s1", "09:30 c1", "09:31 s1"}, "09:40", "", []string{"f 09:00-09:05 s1", "f 09:30-09:31 s1"}},
		"and is handled once":           {[]string{"09:00 c1", "09:05 s1", "09:30 c1", "09:31 s1"}, "10:01", "", []string{"f 09:00-09:05 s1", "f 09:30-09:31 s1", "h 09:00-09:31 s1"}},
		"silence begins with an answer": {[]string{"09:00 c1", "09:45 s1", "10:10 s2"}, "10:15", "", []string{"f 09:00-09:45 s1", "h 09:00-10:10 s2"}},
		"who waits is not handled":      {[]string{"09:00 c1", "09:05 s1", "09:06 c1"}, "12:00", "09:06", []string{"f 09:00-09:05 s1"}},
		"a new matter":                  {[]string{"09:00 c1", "09:05 s1", "09:35 c1"}, "09:36", "09:35", []string{"f 09:00-09:05 s1", "h 09:00-09:05 s1"}},
		"staff long after":              {[]string{"09:00 c1", "09:05 s1", "09:40 s2"}, "09:41", "", []string{"f 09:00-09:05 s1", "h 09:00-09:05 s1"}},
		"marked as handled":             {[]string{"09:00 c1", "09:05 s1", "09:07 x1"}, "09:08", "", []string{"f 09:00-09:05 s1", "h 09:00-09:07 x1"}},
		"marked without an answer":      {[]string{"09:00 c1", "09:07 x1"}, "09:08", "", []string{"f 09:00-09:07 x1", "h 09:00-09:07 x1"}},
		"taken back":                    {[]string{"09:00 c1 A", "09:01 r1 A"}, "09:08", "", []string{}},
		"the next one counts":           {[]string{"09:00 c1 A", "09:01 c1", "09:02 r1 A"}, "09:08", "09:01", []string{}},
		"both taken back":               {[]string{"09:00 c1 A", "09:01 c1 B", "09:02 r1 B", "09:03 r1 A"}, "09:08", "", []string{}},
		"taken back after the answer":   {[]string{"09:00 c1 A", "09:01 s1", "09:02 r1 A"}, "10:00", "", []string{"f 09:00-09:01 s1"}},
		"a later one is taken back":     {[]string{"09:00 c1", "09:05 s1", "09:06 c1 B", "09:07 r1 B"}, "09:35", "", []string{"f 09:00-09:05 s1", "h 09:00-09:05 s1"}},
		"staff takes back":              {[]string{"09:00 c1", "09:05 s1 S", "09:06 r1 S"}, "09:10", "", []string{"f 09:00-09:05 s1"}},
		"taken back before it was told": {[]string{"09:01 r1 A", "09:00 c1 A"}, "09:08", "", []string{}},
		"long after the window":         {[]string{"09:00 c1 A", "09:20 c2", "09:21 r1 A"}, "09:22", "09:20", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, one := range []bool{true, false} { // all at once, or one by one
				var clock sla.Clock
				var settled []sla.Sample
				var step sla.Settled
				said := talk(c.said...)
				for i := range said {
					if one {
						clock, step = clock.Take(counts, said...)
						settled = step.Samples
						break
					}
					clock, step = clock.Take(counts, said[i])
					settled = append(settled, step.Samples...)
				}
				assert.Equal(t, c.samples, told(append(settled, clock.Unsettled(at(c.now))...)))
				w, ok := clock.Waiting()
				assert.Equal(t, c.waits != "", ok)
				if c.waits != "" {
					assert.Equal(t, c.waits, w.Opened.In(shanghai).Format("15:04"))
				}
			}
		})
	}
}

func TestTermsOfAClock(t *testing.T) {
	monday := at("09:20").AddDate(0, 0, 3)
	warned := paused
	warned.Warn = 50
	never := paused
	never.Hours = func(_, _ time.Time) []sla.Span { return nil }
	for name, c := range map[string]struct {
		rules     sla.Rules
		opened    string
		due, warn time.Time
	}{
		"within hours":                 {paused, "10:00", at("10:30"), time.Time{}},
		"over the end of the day (D7)": {paused, "17:50", monday, time.Time{}},
		"at the last moment":           {paused, "17:30", at("18:00"), time.Time{}},
		"before hours":                 {paused, "06:00", at("09:30"), time.Time{}},
		"after hours":                  {paused, "23:00", at("09:30").AddDate(0, 0, 3), time.Time{}},
		"where all time counts":        {counts, "17:50", at("18:20"), time.Time{}},
		"half of it":                   {warned, "17:40", at("09:10").AddDate(0, 0, 3), at("17:55")},
		"where nobody is ever on duty": {never, "10:00", time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			clock, _ := sla.Clock{}.Take(c.rules, talk(c.opened+" c1")...)
			w, ok := clock.Waiting()
			require.True(t, ok)
			assert.Equal(t, sla.Waiting{
				Customer: "c1", Opened: at(c.opened).UTC(), Due: utc(c.due), Warn: utc(c.warn), Limit: 30 * time.Minute, Shift: "li",
			}, w)
			assert.False(t, w.Late(at(c.opened)))
			assert.Equal(t, !c.due.IsZero(), w.Late(at("10:00").AddDate(0, 0, 4)))
			if !c.warn.IsZero() {
				assert.Equal(t, utc(c.warn), w.Look(time.Time{}))
			}
			assert.Equal(t, utc(c.due), w.Look(utc(c.warn)))
			assert.Zero(t, w.Look(at("10:00").AddDate(0, 0, 9)))
		})
	}
}

func utc(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return at.UTC()
}

// TestLate: an answer in exactly the time allowed is in time (R21), and only duty hours count.
func TestLate(t *testing.T) {
	for _, c := range []struct {
		answered string
		days     int
		took     time.Duration
		breached bool
	}{
		{"10:29:59", 0, 29*time.Minute + 59*time.Second, false},
		{"10:30:00", 0, 30 * time.Minute, false},
		{"10:30:01", 0, 30*time.Minute + time.Second, true},
		{"09:20", 3, 8*time.Hour + 20*time.Minute, true},
	} {
		said := talk("10:00 c1", c.answered+" s1")
		said[1].At = said[1].At.AddDate(0, 0, c.days)
		clock, settled := sla.Clock{}.Take(paused, said...)
		all := slices.Concat(settled.Samples, clock.Unsettled(said[1].At))
		require.NotEmpty(t, all)
		assert.Equal(t, c.took, all[0].Took)
		assert.Equal(t, c.breached, all[0].Breached)
		assert.Equal(t, sla.Day(20260227), all[0].Day)
		assert.Equal(t, chat.User("li"), all[0].Shift)
	}
}

func TestTermsStayAsTheyWereWhenTheClockOpened(t *testing.T) {
	clock, _ := sla.Clock{}.Take(paused, talk("10:00 c1")...)
	shorter := paused
	shorter.Limit, shorter.OnDuty = 5*time.Minute, nil
	clock, _ = clock.Take(shorter, talk("10:01 c1")...)
	clock, _ = clock.Take(shorter, talk("10:20 c1")...)
	w, _ := clock.Waiting()
	assert.Equal(t, 30*time.Minute, w.Limit)
	assert.Equal(t, chat.User("li"), w.Shift)
}

func TestASourceIsKnownByItsMessages(t *testing.T) {
	var clock sla.Clock
	assert.False(t, clock.HasSource(), "and nothing may be said about answers")
	clock, _ = clock.Take(counts, talk("09:00 -1")...)
	assert.True(t, clock.HasSource(), "also by what means nothing")
	assert.Equal(t, "test", clock.Source)
	assert.Equal(t, at("09:00").UTC(), clock.Heard)
}

// TestWhoWaitsBehind: a burst is one clock, and the others in it are not forgotten by whoever reads the clock.
func TestWhoWaitsBehind(t *testing.T) {
	for name, c := range map[string]struct {
		said []string
		want sla.Behind
	}{
		"nobody":                   {nil, sla.Behind{}},
		"alone":                    {[]string{"09:00 c1"}, sla.Behind{}},
		"the same customer again":  {[]string{"09:00 c1", "09:01 c1"}, sla.Behind{Messages: 1}},
		"three customers":          {[]string{"09:00 c1", "09:01 c2", "09:02 c3", "09:03 c2"}, sla.Behind{Messages: 3, Others: []chat.User{"c2", "c3"}}},
		"answered":                 {[]string{"09:00 c1", "09:01 c2", "09:02 s1"}, sla.Behind{}},
		"handled, and asked again": {[]string{"09:00 c1", "09:01 c2", "09:02 x1", "09:03 c3"}, sla.Behind{}},
		"taken back":               {[]string{"09:00 c1", "09:01 c2 two", "09:02 r2 two"}, sla.Behind{}},
		"the first taken back":     {[]string{"09:00 c1 one", "09:01 c2", "09:02 c3", "09:02 r1 one"}, sla.Behind{Messages: 1, Others: []chat.User{"c3"}}},
		"long ago":                 {[]string{"09:00 c1", "09:01 c2", "09:30 c3"}, sla.Behind{Messages: 2, Others: []chat.User{"c2", "c3"}}},
		"more than is remembered":  {[]string{"09:00 c1", "09:01 c2", "09:02 c2", "09:03 c2", "09:04 c2", "09:30 c3"}, sla.Behind{Messages: 4, More: true, Others: []chat.User{"c2", "c3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			clock, _ := sla.Clock{}.Take(counts, talk(c.said...)...)
			assert.Equal(t, c.want, clock.Behind())
			read, err := sla.Unpack(clock.Pack())
			require.NoError(t, err)
			assert.Equal(t, c.want, read.Behind(), "it is part of what is kept")
		})
	}
}

func TestWhatComesTooLateIsCounted(t *testing.T) {
	clock, _ := sla.Clock{}.Take(counts, talk("10:00 c1")...)
	clock, _ = clock.Take(counts, talk("09:50 c1", "09:49:59 c1", "09:00 s1")...)
	assert.Equal(t, 2, clock.Late)
	w, _ := clock.Waiting()
	assert.Equal(t, "09:50", w.Opened.In(shanghai).Format("15:04"))
}

// TestAMarkMayComeLate: the outbox may have been held up. It ends what had begun when it was made, and once.
func TestAMarkMayComeLate(t *testing.T) {
	mark := talk("09:10 x1")
	clock, _ := sla.Clock{}.Take(counts, talk("09:00 c1", "09:40 c1")...)
	clock, settled := clock.Take(counts, mark...)
	assert.Equal(t, []string{"f 09:00-09:10 x1", "h 09:00-09:10 x1"}, told(append(settled.Samples, clock.Unsettled(at("09:41"))...)))
	clock, _ = clock.Take(counts, talk("10:00 c1")...)
	clock, settled = clock.Take(counts, mark...)
	assert.Empty(t, settled.Samples)
	w, ok := clock.Waiting()
	assert.True(t, ok)
	assert.Equal(t, "09:40", w.Opened.In(shanghai).Format("15:04"))
}

// TestTooManyMessages: what is more than the window holds is settled early, and nothing is lost.
func TestTooManyMessages(t *testing.T) {
	var clock sla.Clock
	var all []sla.Sample
	for i := range 1000 {
		who := []string{"c1", "s1"}[i%2]
		m := talk("09:00 " + who)
		m[0].ID, m[0].At = fmt.Sprint(i), m[0].At.Add(time.Duration(i)*100*time.Millisecond)
		var settled sla.Settled
		clock, settled = clock.Take(counts, m...)
		all = append(all, settled.Samples...)
	}
	assert.Len(t, append(all, clock.Unsettled(at("09:10"))...), 500)
	assert.Less(t, len(clock.Pack()), 10_000)
	same := make([]sla.Message, 1000) // and if all of them are of one moment
	for i := range same {
		same[i] = sla.Message{ID: fmt.Sprint(i), What: sla.ByCustomer, By: "c1", At: at("12:00")}
	}
	clock, _ = clock.Take(counts, same...)
	assert.Less(t, len(clock.Pack()), 10_000)
}
