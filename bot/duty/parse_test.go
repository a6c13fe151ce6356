package duty_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
)

func draft(from, to int, who, backup string) duty.Draft {
	return duty.Draft{From: from, To: to, Who: who, Backup: backup}
}

func TestParse(t *testing.T) {
	for text, want := range map[string][]duty.Draft{
		"08:00-16:00 @li":                    {draft(480, 960, "@li", "")},
		"8-16 @li+@wang 16-24 @wang/@zhao":   {draft(480, 960, "@li", "@wang"), draft(960, 1440, "@wang", "@zhao")},
		"22:30-6 li":                         {draft(1350, 360, "li", "")},
		"0-24 @li":                           {draft(0, 1440, "@li", "")},
		"8-8 @li":                            {draft(480, 480, "@li", "")},
		"08:00 - 16:00 @li + @wang":          {draft(480, 960, "@li", "@wang")},
		"08:00–16:00 @li, 16:00—24:00 @wang": {draft(480, 960, "@li", ""), draft(960, 1440, "@wang", "")},
		"8点-16点半 @li，16点30分到24点 @wang；0时至8时 @zhao": {draft(480, 990, "@li", ""), draft(990, 1440, "@wang", ""), draft(0, 480, "@zhao", "")},
		"０８：００－１６：００　＠li＋＠wang":                    {draft(480, 960, "@li", "@wang")},
		"8～16 @li\r\n16~24 @wang":                  {draft(480, 960, "@li", ""), draft(960, 1440, "@wang", "")},
		"8-16 9527 16-24 @a-b":                     {draft(480, 960, "9527", ""), draft(960, 1440, "@a-b", "")},
	} {
		got, err := duty.Parse(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]error{
		"":                           duty.ErrNoShifts,
		" ,\n":                       duty.ErrNoShifts,
		"8-25 @li":                   duty.ErrTime,
		"24-8 @li":                   duty.ErrTime,
		"8-24:30 @li":                duty.ErrTime,
		"8:60-9 @li":                 duty.ErrTime,
		"8:5-9 @li":                  duty.ErrTime,
		"08:00 @li":                  duty.ErrTime,
		"8点 @li":                     duty.ErrTime,
		"8-16-24 @li":                duty.ErrTime,
		"008-16 @li":                 duty.ErrTime,
		"8-16":                       duty.ErrPerson,
		"8-16 16-24 @li":             duty.ErrPerson,
		"8-16 +@wang":                duty.ErrTime,
		"8-16 @li+":                  duty.ErrPerson,
		"@li 8-16":                   duty.ErrOrder,
		"8-16 @li @wang":             duty.ErrTurns,
		"8-16 @li+@wang+@zhao":       duty.ErrOrder,
		"8-16 @li @wang 16-24 @zhao": duty.ErrTurns,
		"8-16 @li 轮换":                duty.ErrPerson,
		"8-16 @li 每周":                duty.ErrPerson,
		"8-16 @li+@wang @zhao 轮换":    duty.ErrOrder,
		"8-16 @li @wang+@zhao 轮换":    duty.ErrOrder,
		"8-16 @li @wang 轮换 从 13-01":  duty.ErrDay,
		"8-16 @li @wang 轮换 从":        duty.ErrDay,
		"8-16 @li @wang 轮换 从 02-30":  duty.ErrDay,
	} {
		got, err := duty.Parse(text)
		assert.ErrorIs(t, err, want, text)
		assert.Nil(t, got, text)
	}
}

func TestParseTurnsAndDays(t *testing.T) {
	turns := func(unit duty.Unit, length int, people ...string) duty.Draft {
		return duty.Draft{From: 540, To: 1080, People: people, Unit: unit, Length: length}
	}
	on := func(d duty.Draft, days duty.Days) duty.Draft { d.Days = days; return d }
	from := func(d duty.Draft, y int, m time.Month, day int) duty.Draft {
		d.Anchor = duty.Day{Year: y, Month: m, Day: day}
		return d
	}
	backed := func(d duty.Draft, by string) duty.Draft { d.Backup = by; return d }
	weekend := duty.On(time.Saturday, time.Sunday)
	weekdays := duty.On(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	li := draft(540, 1080, "@li", "")
	for text, want := range map[string][]duty.Draft{
		"9-18 @li @wang @zhao 轮换":            {turns(duty.Daily, 1, "@li", "@wang", "@zhao")},
		"9-18 @li @wang 每天":                  {turns(duty.Daily, 1, "@li", "@wang")},
		"9-18 @li、@wang 轮流 每周":               {turns(duty.Weekly, 1, "@li", "@wang")},
		"9-18 轮换 每两周 @li @wang":              {turns(duty.Weekly, 2, "@li", "@wang")},
		"9-18 @li @wang 每3小时轮换":              {turns(duty.Hourly, 3, "@li", "@wang")},
		"9-18 @li @wang 每3小时 轮换":             {turns(duty.Hourly, 3, "@li", "@wang")},
		"9-18 @li @wang every 3h":            {turns(duty.Hourly, 3, "@li", "@wang")},
		"9-18 @li @wang rotate every 2 days": {turns(duty.Daily, 2, "@li", "@wang")},
		"9-18 @li @wang weekly":              {turns(duty.Weekly, 1, "@li", "@wang")},
		"9-18 @li @wang 每周 从 2026-12-01":     {from(turns(duty.Weekly, 1, "@li", "@wang"), 2026, 12, 1)},
		"9-18 @li @wang 每周 从12月1日起":          {from(turns(duty.Weekly, 1, "@li", "@wang"), 0, 12, 1)},
		"9-18 @li @wang weekly from 12-01":   {from(turns(duty.Weekly, 1, "@li", "@wang"), 0, 12, 1)},
		"9-18 @li @wang 轮换 B角 @zhao":         {backed(turns(duty.Daily, 1, "@li", "@wang"), "@zhao")},
		"9-18 @li 每天":                        {li},
		"9-18 @li 工作日":                       {on(li, duty.Workdays)},
		"9-18 @li workdays":                  {on(li, duty.Workdays)},
		"9-18 @li 周一至周五":                     {on(li, weekdays)},
		"9-18 @li 周一到五":                      {on(li, weekdays)},
		"9-18 @li mon-fri":                   {on(li, weekdays)},
		"9-18 @li 周六日":                       {on(li, weekend)},
		"9-18 @li 周六、周日":                     {on(li, weekend)},
		"9-18 @li sat sun":                   {on(li, weekend)},
		"9-18 sun":                           {draft(540, 1080, "sun", "")},
		"9-18 @li 工作日 10-16 @wang 休息日":       {on(li, duty.Workdays), on(draft(600, 960, "@wang", ""), duty.RestDays)},
		"工作日 9-18 @li 周末：10-16 @wang":        nil,
		"工作日 9-18 @li 周末 10-16 @wang":        {on(li, duty.Workdays), on(draft(600, 960, "@wang", ""), weekend)},
		"周六 周日 9-18 @li 18-24 @wang":         {on(li, weekend), on(draft(1080, 1440, "@wang", ""), weekend)},
		"9-18 @li @wang 轮换 每天 工作日，18:00-22:00 @zhao 周一三五": {on(turns(duty.Daily, 1, "@li", "@wang"), duty.Workdays), on(draft(1080, 1320, "@zhao", ""), duty.On(time.Monday, time.Wednesday, time.Friday))},
	} {
		got, err := duty.Parse(text)
		if want == nil {
			assert.Error(t, err, text)
			continue
		}
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

// What Format writes is read as the same shifts.
func TestFormatIsRead(t *testing.T) {
	shifts := []duty.Shift{
		{From: 0, To: 480, Who: "li"},
		{From: 480, To: 960, Who: "li", Backup: "wang", Days: duty.Workdays},
		{From: 480, To: 960, Days: duty.RestDays, Backup: "sun", Rotation: &duty.Rotation{
			People: []chat.User{"li", "wang"}, Unit: duty.Daily, Length: 2, Anchor: duty.Day{Year: 2026, Month: 12, Day: 1}}},
		{From: 960, To: 1320, Days: duty.On(time.Monday, time.Sunday), Rotation: &duty.Rotation{
			People: []chat.User{"li", "wang", "zhao"}, Unit: duty.Weekly, Length: 1, Anchor: duty.Day{Year: 2026, Month: 12, Day: 7}}},
		{From: 1320, To: 1440, Rotation: &duty.Rotation{
			People: []chat.User{"li", "wang"}, Unit: duty.Hourly, Length: 1, Anchor: duty.Day{Year: 2026, Month: 12, Day: 7}}},
	}
	for _, text := range []string{duty.Format(shifts).ZH, duty.Format(shifts).EN} {
		drafts, err := duty.Parse(text)
		require.NoError(t, err, text)
		require.Len(t, drafts, len(shifts), text)
		for i, d := range drafts {
			s := duty.Shift{From: d.From, To: d.To, Who: chat.User(strings.TrimPrefix(d.Who, "@")), Backup: chat.User(strings.TrimPrefix(d.Backup, "@")), Days: d.Days}
			if d.Unit != "" {
				s.Rotation = &duty.Rotation{Unit: d.Unit, Length: d.Length, Anchor: d.Anchor}
				for _, u := range d.People {
					s.Rotation.People = append(s.Rotation.People, chat.User(strings.TrimPrefix(u, "@")))
				}
			}
			assert.True(t, duty.Same(shifts[i:i+1], []duty.Shift{s}), "%s: %+v", text, s)
		}
	}
}

func TestFormatSpan(t *testing.T) {
	assert.Equal(t, "08:05–24:00", duty.FormatSpan(485, 1440))
	assert.Equal(t, "22:00–06:00", duty.FormatSpan(1320, 360))
}

// FuzzParse: nothing breaks it, and what it has read and is written again reads the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"08:00-16:00 @li+@wang 16-24 @zhao", "8点半到16点 @li/@wang", "０８：００－１６：００　＠李＋＠王", "22-6 a,6-22 b", "8-16 @li + @wang", "8:", "+", "9-9-9",
		"8-16 \xff", "8-16 ÷", "99999999999999999999-1 @li",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		drafts, err := duty.Parse(s)
		if err != nil {
			assert.Nil(t, drafts)
			return
		}
		var again strings.Builder
		for _, d := range drafts {
			require.True(t, 0 <= d.From && d.From < 1440 && 0 <= d.To && d.To <= 1440, "%+v", d)
			require.NotEmpty(t, d.Who)
			fmt.Fprintf(&again, "%s %s", duty.FormatSpan(d.From, d.To), d.Who)
			if d.Backup != "" {
				fmt.Fprintf(&again, "+%s", d.Backup)
			}
			again.WriteString("\n")
		}
		second, err := duty.Parse(again.String())
		require.NoError(t, err, again.String())
		require.Equal(t, drafts, second)
	})
}
