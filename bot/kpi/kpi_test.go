package kpi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/journal"
	"qunguan/bot/kpi"
)

// TestVerdicts reads: of what was measured in a week, this is said.
func TestVerdicts(t *testing.T) {
	week := func(change func(*kpi.Measured)) kpi.Measured {
		m := kpi.Measured{
			Days: 7, Over: true, Source: true, Handled: 3, Handling: time.Hour, Complaints: 20, Solved: 20, Caught: 25, Messages: 2000,
		}
		change(&m)
		return m
	}
	for _, c := range []struct {
		of   kpi.Name
		want kpi.Verdict
		m    kpi.Measured
	}{
		{kpi.Response, kpi.Passed, week(func(m *kpi.Measured) { m.Handling = 2 * time.Hour })},
		{kpi.Response, kpi.Failed, week(func(m *kpi.Measured) { m.Handling = 2*time.Hour + time.Minute })},
		{kpi.Response, kpi.Failed, week(func(m *kpi.Measured) { m.Handling = 2*time.Hour + time.Millisecond })},
		{kpi.Response, kpi.TooFew, week(func(m *kpi.Measured) { m.Handled, m.Handling = 0, 0 })},
		{kpi.Response, kpi.NoSource, week(func(m *kpi.Measured) { m.Source = false })},

		{kpi.Quality, kpi.Passed, week(func(m *kpi.Measured) { m.Solved = 19 })}, // 95.0 %
		{kpi.Quality, kpi.Passed, week(func(m *kpi.Measured) { m.Complaints, m.Solved = 1000, 950 })},
		{kpi.Quality, kpi.Failed, week(func(m *kpi.Measured) { m.Complaints, m.Solved = 1000, 949 })},
		{kpi.Quality, kpi.Failed, week(func(m *kpi.Measured) { m.Complaints, m.Solved = 100_000, 94_999 })},
		{kpi.Quality, kpi.Failed, week(func(m *kpi.Measured) { m.Solved = 0 })},
		{kpi.Quality, kpi.TooFew, week(func(m *kpi.Measured) { m.Complaints, m.Solved = 0, 0 })},
		{kpi.Quality, kpi.Passed, week(func(m *kpi.Measured) { m.Source = false })}, // tickets need no messages

		{kpi.Risk, kpi.Passed, week(func(m *kpi.Measured) { m.Caught = 20 })},
		{kpi.Risk, kpi.Failed, week(func(m *kpi.Measured) { m.Caught = 19 })},
		{kpi.Risk, kpi.Failed, week(func(m *kpi.Measured) { m.Caught, m.Messages = 19, 1000 })},
		{kpi.Risk, kpi.TooFew, week(func(m *kpi.Measured) { m.Caught, m.Messages = 19, 999 })},
		{kpi.Risk, kpi.TooFew, week(func(m *kpi.Measured) { m.Caught, m.Messages = 0, 0 })},
		{kpi.Risk, kpi.NoSource, week(func(m *kpi.Measured) { m.Source, m.Messages = false, 0 })},
		// Of a week that is not over nothing bad is said yet, and what is good already stands.
		{kpi.Risk, kpi.Running, week(func(m *kpi.Measured) { m.Over, m.Caught = false, 19 })},
		{kpi.Risk, kpi.Running, week(func(m *kpi.Measured) { m.Over, m.Messages = false, 999 })},
		{kpi.Risk, kpi.Passed, week(func(m *kpi.Measured) { m.Over, m.Caught = false, 20 })},
		// Longer times are judged by the week.
		{kpi.Risk, kpi.Passed, week(func(m *kpi.Measured) { m.Days, m.Caught = 28, 80 })},
		{kpi.Risk, kpi.Failed, week(func(m *kpi.Measured) { m.Days, m.Caught = 28, 79 })},
		{kpi.Risk, kpi.Passed, week(func(m *kpi.Measured) { m.Days, m.Caught = 31, 89 })}, // 88.6
		{kpi.Risk, kpi.Failed, week(func(m *kpi.Measured) { m.Days, m.Caught = 31, 88 })},
	} {
		for _, i := range c.m.Indicators() {
			if i.Name == c.of {
				assert.Equal(t, c.want, i.Verdict, "%s of %+v", c.of, c.m)
				known := c.want == kpi.Passed || c.want == kpi.Failed || c.of == kpi.Risk && c.want != kpi.NoSource
				assert.Equal(t, known, i.Known, "%s of %+v", c.of, c.m)
			}
		}
	}
	risk := week(func(*kpi.Measured) {}).Indicators()[2]
	assert.InDelta(t, 12.5, risk.Rate, 1e-9, "in 1,000 messages")
}

// TestTargetsCanBeSet: a boundary is as exact as the usual one, the texts name it, and a score of Pass just meets it.
func TestTargetsCanBeSet(t *testing.T) {
	own := kpi.Targets{Handling: 90 * time.Minute, Solved: 100, Caught: 3, Weeks: 2}
	m := kpi.Measured{
		Days: 7, Over: true, Source: true, Handled: 1, Handling: 90 * time.Minute, Complaints: 20, Solved: 20, Caught: 3, Messages: 1000, Targets: own,
	}
	for _, i := range m.Indicators() {
		assert.Equal(t, kpi.Passed, i.Verdict, i.Name)
	}
	for n, trait := range kpi.Portrait(m, kpi.Kept{}, 0)[:3] {
		assert.Equal(t, []int{kpi.Pass, 100, kpi.Pass}[n], trait.Score, trait.Key) // of all complaints no more can be solved
	}
	m.Handling, m.Solved, m.Caught = m.Handling+time.Second, 19, 2
	for n, i := range m.Indicators() {
		assert.Equal(t, kpi.Failed, i.Verdict, i.Name)
		assert.Equal(t, []string{"≤ 1 小时 30 分钟", "≥ 100%", "≥ 3 次/周"}[n], i.Target().ZH)
	}
	assert.Equal(t, 2, own.EnoughWeeks())
	for n, i := range (kpi.Measured{}).Indicators() {
		assert.Equal(t, []string{"≤ 2 h", "≥ 95%", "≥ 20 a week"}[n], i.Target().EN)
	}
	assert.Equal(t, 4, kpi.Targets{}.EnoughWeeks())
}

// TestFourWeeksInARow: an indicator with too few samples is skipped; one that failed, or has no source, ends the run.
func TestFourWeeksInARow(t *testing.T) {
	w := func(verdicts ...kpi.Verdict) []kpi.Indicator {
		var out []kpi.Indicator
		for _, v := range verdicts {
			out = append(out, kpi.Indicator{Verdict: v})
		}
		return out
	}
	good, thin := w(kpi.Passed, kpi.Passed, kpi.Passed), w(kpi.Passed, kpi.TooFew, kpi.TooFew)
	for _, c := range []struct {
		weeks [][]kpi.Indicator
		want  int
	}{
		{nil, 0},
		{[][]kpi.Indicator{good, good, good, good}, 4},
		{[][]kpi.Indicator{good, thin, thin, good}, 4},
		{[][]kpi.Indicator{w(kpi.Failed, kpi.Passed, kpi.Passed), good, good, good}, 3},
		{[][]kpi.Indicator{good, good, good, w(kpi.Passed, kpi.Failed, kpi.Passed)}, 0},
		{[][]kpi.Indicator{good, w(kpi.TooFew, kpi.TooFew, kpi.TooFew), good}, 1},
		{[][]kpi.Indicator{good, w(kpi.NoSource, kpi.Passed, kpi.NoSource)}, 0},
		{[][]kpi.Indicator{good, w(kpi.Passed, kpi.Passed, kpi.Running)}, 0},
	} {
		assert.Equal(t, c.want, kpi.Run(c.weeks), c.weeks)
	}
}

func TestWeeksBeginOnMonday(t *testing.T) {
	shanghai := time.FixedZone("", 8*3600)
	berlin, err := time.LoadLocation("Europe/Berlin")
	assert.NoError(t, err)
	day := func(s string, zone *time.Location) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
		assert.NoError(t, err)
		return at
	}
	for at, want := range map[string]string{
		"2026-11-23 00:00:00": "2026-11-23 至 11-29",
		"2026-11-29 23:59:59": "2026-11-23 至 11-29",
		"2026-11-22 12:00:00": "2026-11-16 至 11-22",
		"2027-01-01 12:00:00": "2026-12-28 至 2027-01-03",
	} {
		assert.Equal(t, want, kpi.WeekOf(day(at, shanghai)).Text().ZH, at)
	}
	change := kpi.WeekOf(day("2026-03-29 12:00:00", berlin)) // the clock is put forward on Sunday
	assert.Equal(t, 7, change.Days())
	assert.Equal(t, 7*24*time.Hour-time.Hour, change.Until.Sub(change.From))
	assert.False(t, change.Over(change.Until.Add(-time.Nanosecond)))
	assert.True(t, change.Over(change.Until))
	for many, want := range map[int]string{1: "2026-11-01 至 11-30", 3: "2026-10-01 至 12-31", 12: "2026-01-01 至 12-31"} {
		assert.Equal(t, want, kpi.MonthsOf(day("2026-11-30 23:59:59", shanghai), many).Text().ZH)
	}
	assert.Equal(t, 28, kpi.MonthsOf(day("2026-02-28 23:59:59", shanghai), 1).Days())
	weeks := kpi.Weeks(4, day("2026-11-26 10:00:00", shanghai))
	assert.Equal(t, "2026-11-02 至 11-08", weeks[0].Text().ZH)
	assert.Equal(t, "2026-11-23 至 11-29", weeks[3].Text().ZH)
}

// TestScores: a target that is just met is Pass, whatever it is about.
func TestScores(t *testing.T) {
	base := kpi.Measured{
		Days: 7, Source: true, Handled: 1, Handling: 2 * time.Hour, Complaints: 20, Solved: 19, Caught: 20, Messages: 1000,
	}
	for _, trait := range kpi.Portrait(base, kpi.Kept{Turns: 20, OnTime: 19}, 70) {
		assert.True(t, trait.Known, trait.Key)
		assert.Equal(t, kpi.Pass, trait.Score, trait.Key)
	}
	best := kpi.Measured{Days: 7, Source: true, Handled: 1, Complaints: 1, Solved: 1, Caught: 400, Messages: 1000}
	for _, trait := range kpi.Portrait(best, kpi.Kept{Turns: 1, OnTime: 1}, 1400) {
		assert.Equal(t, 100, trait.Score, trait.Key)
	}
	worst := kpi.Measured{Days: 7, Source: true, Handled: 1, Handling: 100 * time.Hour, Complaints: 1, Messages: 1000}
	for _, trait := range kpi.Portrait(worst, kpi.Kept{Turns: 1}, 0) {
		assert.True(t, trait.Known, trait.Key)
		assert.Zero(t, trait.Score, trait.Key)
	}
	for _, trait := range kpi.Portrait(kpi.Measured{Days: 7}, kpi.Kept{}, 0) {
		assert.False(t, trait.Known, trait.Key)
	}
}

// TestOneRunIsProposedOnce and the next one, of other weeks, again.
func TestOneRunIsProposedOnce(t *testing.T) {
	monday := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	run := func(weeks int) kpi.Praise {
		from := monday.AddDate(0, 0, 7*weeks)
		return kpi.Praise{Who: "li", From: from, Until: from.AddDate(0, 0, 28), At: from.AddDate(0, 0, 29)}
	}
	e, ok := kpi.Book{}.Commend("G", run(0))
	assert.True(t, ok)
	b, err := kpi.Build(journal.Apply(nil, kpi.Of("G"), e.Changes))
	assert.NoError(t, err)
	for weeks := range 4 {
		_, ok = b.Commend("G", run(weeks))
		assert.False(t, ok, "%d weeks later some of the weeks are the same", weeks)
	}
	_, ok = b.Commend("G", run(4))
	assert.True(t, ok)
	other := run(0)
	other.Who = "wang"
	_, ok = b.Commend("G", other)
	assert.True(t, ok)
}
