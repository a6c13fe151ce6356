package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/configs"
)

// TestTheExampleOfHolidaysIsTheBuiltInYear: what people copy reads, and says what the program says.
func TestTheExampleOfHolidaysIsTheBuiltInYear(t *testing.T) {
	raw, err := os.ReadFile("../../configs/holidays.example.yaml")
	require.NoError(t, err)
	o, err := readHolidays("holidays.example.yaml", raw)
	require.NoError(t, err)
	assert.Equal(t, []int{2026}, o.Years)
	assert.Equal(t, duty.BuiltIn(), duty.BuiltIn().With(o))

	commented := strings.NewReplacer("days: []\n", "days:\n", "#  - {", "  - {").Replace(string(raw))
	o, err = readHolidays("holidays.example.yaml", []byte(commented))
	require.NoError(t, err, "the lines that are shown in comments are right as well")
	c := duty.BuiltIn().With(o)
	name, off, ok := c.Holiday(duty.Day{Year: 2026, Month: 6, Day: 18})
	assert.Equal(t, []any{chat.Text{ZH: "司庆", EN: "Founding day"}, true, true}, []any{name, off, ok})
	assert.True(t, c.Workday(duty.Day{Year: 2026, Month: 12, Day: 26}), "a Saturday")
}

func TestHolidaysOfAFile(t *testing.T) {
	for text, works := range map[string]map[string]bool{
		"":                {"2026-10-01": false, "2026-10-10": true},
		"# nothing\n":     {"2026-10-01": false},
		"years:\ndays:\n": {"2026-10-01": false},
		"years: {2027: [{name: 春节, from: 2027-02-06, to: 2027-02-12, work: [2027-02-13]}]}\n": {
			"2027-02-05": true, "2027-02-06": false, "2027-02-12": false, "2027-02-13": true, "2027-02-14": false, "2026-10-01": false,
		},
		"years: {2026: [{name: 国庆, from: 2026-10-01}]}\n":                                         {"2026-10-01": false, "2026-10-02": true, "2026-10-10": false},
		"days: [{name: 赶工, work: [2026-10-07]}]\n":                                                {"2026-10-06": false, "2026-10-07": true},
		"days: [{name: 赶工, work: [2026-10-01]}]\nyears: {2026: [{name: 国庆, from: 2026-10-01}]}\n": {"2026-10-01": true},
	} {
		o, err := readHolidays("h.yaml", []byte(text))
		require.NoError(t, err, text)
		c := duty.BuiltIn().With(o)
		for day, want := range works {
			d, err := duty.ParseDay(day)
			require.NoError(t, err)
			assert.Equal(t, want, c.Workday(d), "%s: %s", text, day)
		}
	}
}

func TestWhatIsWrongWithHolidaysNamesLineAndDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026: []\n":           "h.yaml:1: 2026: unknown key; there are days, years",
		"- 2026-10-01\n":       "h.yaml:1: must hold keys: days, years",
		"days: 2026-10-01\n":   "h.yaml:1: days: must be a list",
		"years: [2026]\n":      "h.yaml:1: years: must hold years",
		"years:\n  next: []\n": `h.yaml:2: years: "next" is no year`,
		"years:\n  2027: []\n": "h.yaml:2: years: 2027 has no holidays",
		"days:\n  - {name: 司庆, form: 2026-06-18}\n":                                                               "h.yaml:2: days.form: unknown key; there are from, name, name_en, to, work",
		"days:\n  - {name: 司庆, from: 2026-02-29}\n":                                                               `h.yaml:2: days.from: "2026-02-29" is no date`,
		"days:\n  - {name: 司庆, from: 18.6.2026}\n":                                                                `h.yaml:2: days.from: "18.6.2026" is no date`,
		"days:\n  - {name: 司庆}\n":                                                                                 "h.yaml:2: days: 司庆 has no day off",
		"days:\n  - {name: 司庆, to: 2026-06-18}\n":                                                                 "h.yaml:2: days: 司庆 has no day off",
		"days:\n  - {from: 2026-06-18}\n":                                                                         "h.yaml:2: days: has no name",
		"days:\n  - {name: [], from: 2026-06-18}\n":                                                               "h.yaml:2: days.name: must be a name",
		"days:\n  - {name: a, from: 2026-06-18, to: 2026-06-17}\n":                                                "a ends on 2026-06-17, before it begins on 2026-06-18",
		"days:\n  - {name: a, from: 2026-06-18, to: 2062-06-19}\n":                                                "a holiday has at most 31 days",
		"days:\n  - {name: a, from: 2026-06-18, work: 2026-06-20}\n":                                              "h.yaml:2: days.work: must be a list",
		"years:\n  2027:\n    - {name: a, from: 2026-10-01}\n":                                                    "h.yaml:3: years.2027.from: 2026-10-01 does not lie in 2027",
		"years:\n  2027:\n    - {name: a, from: 2027-10-01, work: [2027-10-08]}\n":                                "2027-10-08 is a Friday, which is worked anyway",
		"years:\n  2027:\n    - {name: a, from: 2027-10-01}\n    - {name: b, from: 2027-09-30, to: 2027-10-02}\n": "h.yaml:4: years.2027: 2027-10-01 stands here a second time; the first is on line 3",
		"years: {2027: [{name: a, from: 2027-10-01}], 2027: [{name: a, from: 2027-10-02}]}\n":                     "twice",
		"a: [\n":              "h.yaml: parse YAML",
		"days:\n---\ndays:\n": "more than one document",
	} {
		_, err := readHolidays("h.yaml", []byte(text))
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want, text)
		assert.NotContains(t, err.Error(), "\n", text)
	}
}

func TestTheCalendarOfAnInstallation(t *testing.T) {
	c, err := calendarOf(configs.Config{})
	require.NoError(t, err)
	assert.Equal(t, duty.BuiltIn(), c)

	file := filepath.Join(t.TempDir(), "h.yaml")
	require.NoError(t, os.WriteFile(file, []byte("years: {2027: [{name: a, from: 2027-10-01}]}"), 0o600))
	c, err = calendarOf(configs.Config{Duty: configs.Duty{Holidays: file}})
	require.NoError(t, err)
	assert.True(t, c.Known(2027))

	_, err = calendarOf(configs.Config{Duty: configs.Duty{Holidays: file + ".not"}})
	var usage usageError
	require.ErrorAs(t, err, &usage)
	assert.Contains(t, err.Error(), "duty.holidays: ")
	require.NoError(t, os.WriteFile(file, []byte("year: 2027"), 0o600))
	_, err = calendarOf(configs.Config{Duty: configs.Duty{Holidays: file}})
	require.ErrorAs(t, err, &usage)
	assert.Contains(t, err.Error(), "h.yaml:1: year: unknown key")
}

func TestKnownYears(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-26": "ok   holidays: 2024, 2025, 2026",
		"2026-12-02": "warn holidays: 2027 is not known (known: 2024, 2025, 2026): Monday to Friday is worked then;",
		"2028-06-01": "warn holidays: 2028 is not known",
	} {
		at, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		assert.Contains(t, knownYears(duty.BuiltIn(), at), want, day)
	}
}

// TestTheSecretIsTheInstallations: replicas have the same, other installations have another.
func TestTheSecretIsTheInstallations(t *testing.T) {
	of := func(corp, app, bot string) string {
		var c configs.Config
		c.WeCom.CorpID, c.WeCom.App.EncodingAESKey, c.WeCom.Bot.EncodingAESKey = corp, configs.Secret(app), configs.Secret(bot)
		secret, err := secretOf(c)
		require.NoError(t, err)
		assert.Len(t, secret, 32)
		return string(secret)
	}
	first := of("ww1", "a", "b")
	assert.Equal(t, first, of("ww1", "a", "b"))
	for _, other := range []string{of("ww2", "a", "b"), of("ww1", "ab", ""), of("ww1", "", "b"), of("ww1", "a", "")} {
		assert.NotEqual(t, first, other)
	}
}
