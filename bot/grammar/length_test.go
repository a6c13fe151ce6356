package grammar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// alone compiles a form whose only argument is h.
func alone(t testing.TB, h Hole) *Grammar {
	f, err := Compile([]string{"/x {" + h.Name() + "}"}, h)
	require.NoError(t, err)
	g := &Grammar{}
	require.NoError(t, g.Add("x", f))
	return g
}

func TestLength(t *testing.T) {
	g := alone(t, length)
	for said, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "2h": 2 * time.Hour, "1d12h": 36 * time.Hour, "1d 12h": 36 * time.Hour, "45s": 45 * time.Second,
		"1.5h": 90 * time.Minute, "2 hours": 2 * time.Hour, "10 MIN": 10 * time.Minute, "3days": 3 * day, "1 week": week,
		"a week": week, "an hour": time.Hour, "two weeks": 2 * week, "half an hour": 30 * time.Minute,
		"30分钟": 30 * time.Minute, "30分": 30 * time.Minute, "2小时": 2 * time.Hour, "2时": 2 * time.Hour, "3天": 3 * day,
		"2个小时": 2 * time.Hour, "1小时30分钟": 90 * time.Minute, "1天12小时": 36 * time.Hour, "30 分钟": 30 * time.Minute,
		"半小时": 30 * time.Minute, "半个小时": 30 * time.Minute, "一个半小时": 90 * time.Minute, "两天半": 60 * time.Hour,
		"半天": 12 * time.Hour, "一周": week, "两周": 2 * week, "一个星期": week, "三个礼拜": 3 * week, "十分钟": 10 * time.Minute,
		"十五分钟": 15 * time.Minute, "二十天": 20 * day, "一百二十分钟": 2 * time.Hour, "一刻钟": 15 * time.Minute,
		"7天内": 7 * day, "两小时之内": 2 * time.Hour, "３０ｍ": 30 * time.Minute, "３０分钟": 30 * time.Minute, "3653d": MaxLength,
		"0d1h": time.Hour,
	} {
		m := g.Match("/x "+said, addressed)
		if assert.Nil(t, m.Problem, said) {
			assert.Equal(t, want, length.Of(m.Args), said)
		}
	}
	for said, why := range map[string]chat.Text{
		"1个月": inDays, "1 month": inDays, "半年": inDays, "2y": inDays, "3日": sayDays, "30": noUnit, "30q": noUnit,
		"1h 30": {}, "0m": notZero, "3654d": tooLong, "99999999999999999999w": tooLong, "9999999999999h": tooLong,
		"30分钟刷屏": noSpace, "soon": {}, "半": {}, "天": {}, "m": {}, "-5m": {}, "30m 2h": {}, "": {}, "1e3m": noUnit,
	} {
		m := g.Match("/x "+said, addressed)
		if assert.NotNil(t, m.Problem, said) && !why.IsZero() {
			assert.Contains(t, m.Problem.What.ZH, why.ZH, said)
			assert.Contains(t, m.Problem.What.EN, why.EN, said)
		}
	}
}

func TestFormatLength(t *testing.T) {
	for d, want := range map[time.Duration]chat.Text{
		week:                           {ZH: "7天", EN: "7d"},
		36 * time.Hour:                 {ZH: "1天12小时", EN: "1d12h"},
		30 * time.Minute:               {ZH: "30分钟", EN: "30m"},
		time.Minute + 5*time.Second:    {ZH: "1分钟5秒", EN: "1m5s"},
		0:                              {ZH: "0分钟", EN: "0m"},
		time.Millisecond:               {ZH: "0分钟", EN: "0m"},
		-90 * time.Minute:              {ZH: "-1小时30分钟", EN: "-1h30m"},
		2*time.Hour + time.Millisecond: {ZH: "2小时", EN: "2h"},
	} {
		assert.Equal(t, want, FormatLength(d), d.String())
	}
}

// FuzzLength checks that every length is read as it is printed, in both languages, and that no text breaks the rules.
func FuzzLength(f *testing.F) {
	for n, said := range []string{"30m", "1d12h", "半小时", "两个半小时", "99999999999999999999d", "1个月", "３０分钟", "a week", "0.0001s"} {
		f.Add(said, int64(n*n*n*977))
	}
	g := alone(f, length)
	f.Fuzz(func(t *testing.T, said string, seconds int64) {
		if m := g.Match("/x "+said, addressed); m.Command != "" {
			d := length.Of(m.Args)
			assert.Positive(t, d)
			assert.LessOrEqual(t, d, MaxLength)
		}
		if seconds <= 0 || seconds > int64(MaxLength/time.Second) {
			return
		}
		want := time.Duration(seconds) * time.Second
		printed := FormatLength(want)
		for _, l := range []chat.Language{chat.ZH, chat.EN} {
			m := g.Match("/x "+printed.In(l), addressed)
			require.Nil(t, m.Problem, printed.In(l))
			assert.Equal(t, want, length.Of(m.Args), printed.In(l))
		}
	})
}
