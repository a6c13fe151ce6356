package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

func TestPeriodsAreWholeDays(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	assert.NoError(t, err)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		assert.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		now         string
		said        string
		first, last string // both inclusive
	}{
		{"2026-02-20 11:35", "今天", "2026-02-20", "2026-02-20"},
		{"2026-02-20 00:00", "yesterday", "2026-02-19", "2026-02-19"},
		{"2026-02-20 11:35", "本周", "2026-02-16", "2026-02-20"},
		{"2026-02-22 23:59", "week", "2026-02-16", "2026-02-22"}, // Sunday ends the week
		{"2026-02-23 00:00", "week", "2026-02-23", "2026-02-23"},
		{"2026-02-22 12:00", "上周", "2026-02-09", "2026-02-15"},
		{"2026-03-31 12:00", "上月", "2026-02-01", "2026-02-28"},
		{"2026-01-01 12:00", "lastmonth", "2025-12-01", "2025-12-31"},
		{"2026-03-01 00:00", "本月", "2026-03-01", "2026-03-01"},
		{"2026-02-20 11:35", "", "2026-02-16", "2026-02-20"}, // this week, if nothing is said
	} {
		got := periodWords[c.said].of(at(c.now))
		want := slaDays{at(c.first + " 00:00"), at(c.last+" 00:00").AddDate(0, 0, 1)}
		assert.Equal(t, want, got, "%s at %s", c.said, c.now)
	}
	assert.Equal(t, chat.Same("2026-02-20"), slaDays{at("2026-02-20 00:00"), at("2026-02-21 00:00")}.text())
}
