package grammar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestStretch(t *testing.T) {
	when := Stretch("when")
	g := alone(t, when)
	const loose = true
	for said, want := range map[string]struct {
		from, until string
		loose       bool
	}{ // it is Thursday, 2026-11-26 10:00
		"18:00-22:00":                   {"11-26 18:00", "11-26 22:00", false},
		"18:00 到 22:00":                 {"11-26 18:00", "11-26 22:00", false},
		"今晚18:00到22:00":                 {"11-26 18:00", "11-26 22:00", false},
		"从今晚6点至明早8点":                    {"11-26 18:00", "11-27 08:00", false},
		"明天18:00到22:00":                 {"11-27 18:00", "11-27 22:00", false},
		"明天22:00到6:00":                  {"11-27 22:00", "11-28 06:00", false},
		"周六 9点～18点":                     {"11-28 09:00", "11-28 18:00", false},
		"from tomorrow 9:00 to 18:00":   {"11-27 09:00", "11-27 18:00", false},
		"tomorrow 9am until friday 6pm": {"11-27 09:00", "11-27 18:00", false},
		"12-01 到 12-05":                 {"12-01 00:00", "12-05 00:00", false},
		"2026-12-01 - 2026-12-05":       {"12-01 00:00", "12-05 00:00", false},
		"12-01-12-05":                   {"12-01 00:00", "12-05 00:00", false},
		"12月1日到12月5日":                   {"12-01 00:00", "12-05 00:00", false},
		"周五到周日":                         {"11-27 00:00", "11-29 00:00", false},
		"现在到18:00":                      {"11-26 10:00", "11-26 18:00", false},
		"到18:00":                        {"11-26 10:00", "11-26 18:00", false},
		"until friday 18:00":            {"11-26 10:00", "11-27 18:00", false},
		"2小时":                           {"11-26 10:00", "11-26 12:00", false},
		"接下来3天":                         {"11-26 10:00", "11-29 10:00", false},
		"for 2h":                        {"11-26 10:00", "11-26 12:00", false},
		"今晚":                            {"11-26 18:00", "11-27 00:00", loose},
		"tonight":                       {"11-26 18:00", "11-27 00:00", loose},
		"明天":                            {"11-27 00:00", "11-28 00:00", loose},
		"明天下午":                          {"11-27 12:00", "11-27 18:00", loose},
		"周五上午":                          {"11-27 06:00", "11-27 12:00", loose},
		"下午":                            {"11-26 12:00", "11-26 18:00", loose},
		"下周一":                           {"11-30 00:00", "12-01 00:00", loose},
		"下周":                            {"11-30 00:00", "12-07 00:00", loose},
		"next week":                     {"11-30 00:00", "12-07 00:00", loose},
		"周末":                            {"11-28 00:00", "11-30 00:00", loose},
		"12-01":                         {"12-01 00:00", "12-02 00:00", loose},
		"明天9点":                          {"11-27 09:00", "", false},
		"今晚8点":                          {"11-26 20:00", "", false},
		"现在":                            {"11-26 10:00", "", false},
		"12-01 18:00":                   {"12-01 18:00", "", false},
	} {
		m := g.Match("/x "+said, addressed)
		if !assert.Nil(t, m.Problem, "%s: %v", said, m.Problem) {
			continue
		}
		got := when.Of(m.Args)
		assert.Equal(t, at(t, "2026-"+want.from+":00", shanghai), got.From, said)
		until := time.Time{}
		if want.until != "" {
			until = at(t, "2026-"+want.until+":00", shanghai)
		}
		assert.Equal(t, until, got.Until, said)
		assert.Equal(t, want.loose, got.Loose, said)
	}
	for _, said := range []string{"18", "25:00到26:00", "soon", "02-30", "发烧"} {
		assert.NotNil(t, g.Match("/x "+said, addressed).Problem, said)
	}
}

// A year without being written comes only where the end would be near it: nobody is away from 3 to 1 December of the next.
func TestAnEndBeforeItsBeginning(t *testing.T) {
	when := Stretch("when")
	g := alone(t, when)
	for said, until := range map[string]string{
		"12-03 到 12-01": "2026-12-01", "12-03 到 2027-12-01": "2027-12-01", "12-30 到 01-03": "2027-01-03", "12-03 到 06-01": "2027-06-01",
	} {
		m := g.Match("/x "+said, addressed)
		assert.Nil(t, m.Problem, said)
		assert.Equal(t, until, when.Of(m.Args).Until.Format(time.DateOnly), said)
	}
}

// Behind a stretch a person, another stretch and a reason find their place, with or without spaces around Chinese.
func TestStretchAmongOthers(t *testing.T) {
	mine, theirs := Stretch("mine"), Stretch("theirs")
	f, err := Compile([]string{"/swap {who} {mine} {theirs} [{reason}]"}, who, mine, theirs, reason)
	assert.NoError(t, err)
	g := &Grammar{}
	assert.NoError(t, g.Add("swap", f))
	m := g.Match("/swap @wang 今晚 周六 回家", addressed)
	assert.Nil(t, m.Problem)
	assert.Equal(t, 18, mine.Of(m.Args).From.Hour())
	assert.Equal(t, 28, theirs.Of(m.Args).From.Day())
	assert.Equal(t, "回家", reason.Of(m.Args))

	whom := Person("whom")
	f, err = Compile([]string{"/override {who} {when} [(for|代替) {whom}] [{reason}]"}, who, whom, Stretch("when"), reason)
	assert.NoError(t, err)
	assert.NoError(t, g.Add("override", f))
	m = g.Match("/override @wang 今晚18:00到22:00 代替 @li 家里有事", addressed)
	assert.Nil(t, m.Problem)
	assert.Equal(t, "li", whom.Ref(m.Args).Said)
	assert.Equal(t, "家里有事", reason.Of(m.Args))
	assert.Equal(t, 22, Stretch("when").Of(m.Args).Until.Hour())
}
