package duty_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		"8-16 @li @wang":             duty.ErrOrder,
		"8-16 @li+@wang+@zhao":       duty.ErrOrder,
		"8-16 @li @wang 16-24 @zhao": duty.ErrOrder,
	} {
		got, err := duty.Parse(text)
		assert.ErrorIs(t, err, want, text)
		assert.Nil(t, got, text)
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
