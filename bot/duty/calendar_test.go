package duty_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

func onDay(s string) duty.Day {
	d, err := duty.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestBuiltInCalendar(t *testing.T) {
	const works, off = true, false
	c := duty.BuiltIn()
	for _, row := range []struct {
		day     string
		workday bool
		name    string // of the holiday that the day belongs to or makes up for
	}{
		{"2025-12-31", works, ""},
		{"2026-01-01", off, "元旦"},
		{"2026-01-03", off, "元旦"},
		{"2026-01-04", works, "元旦"}, // Sunday
		{"2026-01-05", works, ""},
		{"2026-01-10", off, ""},
		{"2026-02-14", works, "春节"}, // Saturday
		{"2026-02-15", off, "春节"},
		{"2026-02-23", off, "春节"}, // Monday
		{"2026-02-24", works, ""},
		{"2026-02-28", works, "春节"}, // Saturday
		{"2026-04-06", off, "清明节"},  // Monday
		{"2026-04-26", off, ""},
		{"2026-05-01", off, "劳动节"},
		{"2026-05-05", off, "劳动节"},
		{"2026-05-06", works, ""},
		{"2026-05-09", works, "劳动节"}, // Saturday
		{"2026-06-19", off, "端午节"},
		{"2026-06-22", works, ""},
		{"2026-09-20", works, "国庆节"}, // Sunday
		{"2026-09-25", off, "中秋节"},
		{"2026-09-27", off, "中秋节"},
		{"2026-09-28", works, ""},
		{"2026-10-01", off, "国庆节"},
		{"2026-10-07", off, "国庆节"}, // Wednesday
		{"2026-10-08", works, ""},
		{"2026-10-10", works, "国庆节"}, // Saturday
		{"2026-10-11", off, ""},

		{"2025-01-26", works, "春节"}, // Sunday
		{"2025-01-28", off, "春节"},   // the eve
		{"2025-02-05", works, ""},
		{"2025-10-08", off, "国庆节、中秋节"},
		{"2025-10-11", works, "国庆节、中秋节"},

		{"2024-02-09", works, ""}, // the eve, which the notice only recommends
		{"2024-02-18", works, "春节"},
		{"2024-02-29", works, ""},
		{"2024-04-07", works, "清明节"},
		{"2024-06-08", off, "端午节"},
		{"2024-09-14", works, "中秋节"},
	} {
		d := onDay(row.day)
		assert.Equal(t, row.workday, c.Workday(d), row.day)
		name, off, ok := c.Holiday(d)
		assert.Equal(t, row.name, name.ZH, row.day)
		assert.Equal(t, row.name != "", ok, row.day)
		assert.Equal(t, ok && !row.workday, off, row.day)
	}
}

// TestNoticesAreWholeYears counts: what a typing error would most likely change.
func TestNoticesAreWholeYears(t *testing.T) {
	c := duty.BuiltIn()
	assert.Equal(t, []int{2024, 2025, 2026}, c.Years())
	for _, y := range []struct{ year, off, made, worked int }{
		{2024, 30, 8, 251}, {2025, 28, 5, 248}, {2026, 33, 6, 248},
	} {
		off, made, worked := 0, 0, 0
		for d := (duty.Day{Year: y.year, Month: time.January, Day: 1}); d.Year == y.year; d = d.Plus(1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			name, free, special := c.Holiday(d)
			if special && free {
				off++
			}
			if special && !free {
				made++
				assert.True(t, weekend, "%s makes up for a holiday, and is no weekend day", d)
			}
			if special {
				assert.NotEmpty(t, name.ZH, d)
				assert.NotEmpty(t, name.EN, d)
			}
			if c.Workday(d) {
				worked++
			}
		}
		assert.Equal(t, []int{y.off, y.made, y.worked}, []int{off, made, worked}, "%d", y.year)
	}
}

func TestAnUnknownYearIsNotGuessed(t *testing.T) {
	c := duty.BuiltIn()
	assert.False(t, c.Known(2027))
	assert.True(t, c.Workday(onDay("2027-01-01")), "a Friday, as far as anybody can tell")
	_, _, ok := c.Holiday(onDay("2027-01-01"))
	assert.False(t, ok)
	assert.False(t, c.Workday(onDay("2027-01-02")))

	var none duty.Calendar
	assert.False(t, none.Known(2026))
	assert.True(t, none.Workday(onDay("2026-10-01")))
	assert.False(t, none.Workday(onDay("2026-10-10")))
	assert.Empty(t, none.Years())
}

func TestWithACorrection(t *testing.T) {
	anniversary := chat.Text{ZH: "司庆", EN: "anniversary"}
	before := duty.BuiltIn()

	c := before.With(duty.Correction{Days: []duty.Special{
		{Day: onDay("2026-06-18"), Name: anniversary},
		{Day: onDay("2026-10-07"), Name: anniversary, Works: true},
		{Day: onDay("2027-06-18"), Name: anniversary},
	}})
	assert.False(t, c.Workday(onDay("2026-06-18")))
	assert.True(t, c.Workday(onDay("2026-10-07")), "a day of the notice can be taken back")
	assert.False(t, c.Workday(onDay("2026-10-06")), "the rest of the notice stands")
	assert.False(t, c.Workday(onDay("2027-06-18")))
	assert.False(t, c.Known(2027), "a single day does not make a year known")

	c = before.With(duty.Correction{Years: []int{2026, 2027}, Days: []duty.Special{{Day: onDay("2026-06-18"), Name: anniversary}}})
	assert.True(t, c.Known(2027))
	assert.False(t, c.Workday(onDay("2026-06-18")))
	assert.True(t, c.Workday(onDay("2026-10-01")), "a year that is given is given whole")
	assert.False(t, c.Workday(onDay("2026-10-10")))
	assert.False(t, c.Workday(onDay("2025-10-01")), "other years stand")

	require.True(t, before.Workday(onDay("2026-06-18")), "a calendar never changes")
	assert.True(t, duty.Calendar{}.With(duty.Correction{Years: []int{2027}}).Known(2027))
}

func BenchmarkWorkday(b *testing.B) {
	c, d := duty.BuiltIn(), onDay("2026-10-12")
	for b.Loop() {
		c.Workday(d)
	}
}
