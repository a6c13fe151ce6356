package duty_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

// TestSizes is the table R21 to R23 at its boundaries.
func TestSizes(t *testing.T) {
	for people, want := range map[int]duty.Size{
		-1: duty.UnknownSize, 0: duty.UnknownSize, 1: duty.Small, 50: duty.Small, 51: duty.Medium, 200: duty.Medium, 201: duty.Large, 10000: duty.Large,
	} {
		assert.Equal(t, want, duty.SizeOf(people), people)
	}
	for s, want := range map[duty.Size]struct {
		minutes time.Duration
		spans   []string
		words   []string
	}{
		duty.Small:       {30, []string{"09:00–18:00"}, []string{"small", "single", "单班", "单班制"}},
		duty.Medium:      {15, []string{"08:00–16:00", "16:00–24:00"}, []string{"medium", "两班", "两班倒"}},
		duty.Large:       {5, []string{"00:00–08:00", "08:00–16:00", "16:00–24:00"}, []string{"large", "三班", "三班制"}},
		duty.UnknownSize: {},
	} {
		var spans []string
		for _, x := range s.Spans() {
			spans = append(spans, duty.FormatSpan(x.From, x.To))
		}
		assert.Equal(t, want.spans, spans)
		assert.Equal(t, want.minutes*time.Minute, s.Answer())
		assert.NotEmpty(t, s.Label().ZH+s.Label().EN+s.People().ZH+s.People().EN)
		for _, w := range append(want.words, s.String()) {
			got, ok := duty.ParseSize(w)
			assert.Equal(t, s, got, w)
			assert.Equal(t, w != "", ok, w)
		}
	}
}

// TestCut: everybody gets a turn, whoever is next backs up, and nobody backs up themselves.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		size   duty.Size
		people []chat.User
		want   []string
	}{
		{duty.Large, []chat.User{"li", "wang", "zhao", "sun"}, []string{"li+wang", "wang+zhao", "zhao+sun"}},
		{duty.Large, []chat.User{"li", "wang"}, []string{"li+wang", "wang+li", "li+wang"}},
		{duty.Medium, []chat.User{"li", "wang", "zhao"}, []string{"li+wang", "wang+zhao"}},
		{duty.Small, []chat.User{"li", "wang"}, []string{"li+wang"}},
		{duty.Medium, []chat.User{"li"}, []string{"li+", "li+"}},
		{duty.Large, nil, nil},
		{duty.UnknownSize, []chat.User{"li"}, nil},
	} {
		var got []string
		shifts := c.size.Cut(c.people)
		for _, s := range shifts {
			got = append(got, string(s.Who)+"+"+string(s.Backup))
		}
		assert.Equal(t, c.want, got, "%v %v", c.size, c.people)
		if len(shifts) > 0 {
			_, err := duty.Roster{}.Replace("G1", "boss", shifts, time.Unix(0, 0))
			assert.NoError(t, err, "a roster can be made of it")
		}
	}
}

// TestCrossed plays groups over boundaries: each step is how many people there are and when, and whether a card comes.
func TestCrossed(t *testing.T) {
	type step struct {
		at     time.Duration
		people int
		card   bool
	}
	const hour = time.Hour
	for name, steps := range map[string][]step{
		"one more than 50":                  {{0, 50, false}, {hour, 51, true}},
		"back and forth within a day":       {{0, 50, false}, {hour, 51, true}, {2 * hour, 50, false}, {3 * hour, 51, false}, {4 * hour, 50, false}},
		"back after a day":                  {{0, 50, false}, {hour, 51, true}, {25 * hour, 50, true}},
		"a second before the day is over":   {{0, 50, false}, {hour, 51, true}, {25*hour - 1, 50, false}},
		"gone back and told of it later":    {{0, 50, false}, {hour, 51, true}, {2 * hour, 50, false}, {26 * hour, 49, true}},
		"gone back and come again later":    {{0, 50, false}, {hour, 51, true}, {2 * hour, 50, false}, {26 * hour, 51, false}},
		"growing within its size":           {{0, 51, false}, {hour, 120, false}, {2 * hour, 200, false}},
		"one more than 200":                 {{0, 200, false}, {hour, 201, true}},
		"one fewer than 201":                {{0, 201, false}, {hour, 200, true}},
		"one fewer than 51":                 {{0, 51, false}, {hour, 50, true}},
		"over both boundaries at once":      {{0, 10, false}, {hour, 300, true}},
		"over the second one the same day":  {{0, 50, false}, {hour, 51, true}, {2 * hour, 201, true}, {3 * hour, 200, false}},
		"all the way back the same day":     {{0, 50, false}, {hour, 51, true}, {2 * hour, 201, true}, {3 * hour, 50, true}},
		"seen for the first time":           {{0, 0, false}, {hour, 300, false}},
		"nobody is left to be seen in it":   {{0, 51, false}, {hour, 0, false}},
		"told of the same size only once":   {{0, 50, false}, {hour, 51, true}, {48 * hour, 52, false}},
		"the day counts from the last card": {{0, 50, false}, {hour, 51, true}, {26 * hour, 50, true}, {27 * hour, 51, false}},
	} {
		start := time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC)
		var p duty.Proposal
		before := steps[0].people
		for _, s := range steps[1:] {
			now := start.Add(s.at)
			from, ok := p.Crossed(before, s.people, now)
			assert.Equal(t, s.card, ok, "%s: %d people after %s", name, s.people, s.at)
			if ok {
				p = duty.Proposal{From: from, To: duty.SizeOf(s.people), Before: before, After: s.people, At: now}
			}
			before = s.people
		}
	}
}

// TestAdopt: a plan is one event with the roster, is not made twice, and taken back leaves everything as it was.
func TestAdopt(t *testing.T) {
	at := time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC)
	plan := duty.PlanOf(duty.Medium, 2, 3)
	assert.Equal(t, duty.Plan{Size: duty.Medium, Least: 2, Most: 3, Shifts: 2, Minutes: 15}, plan)
	shifts := duty.Medium.Cut([]chat.User{"li", "wang"})
	set, err := duty.Roster{}.Replace("G1", "boss", []duty.Shift{hours(9, 18, "li")}, at)
	require.NoError(t, err)
	records := journal.Apply(nil, duty.Of("G1"), set.Changes)
	before := apply(t, records, nil)

	e, err := before.Adopt("G1", "boss", plan, shifts, at.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, duty.Planned, e.Kind)
	assert.Equal(t, []string{"duty"}, e.Items)
	assert.Equal(t, []chat.User{"li", "wang"}, e.Targets)
	after := apply(t, records, e.Changes)
	assert.Equal(t, shifts, after.Shifts)
	assert.Equal(t, chat.User("boss"), after.Plan.By)
	assert.Equal(t, duty.Medium, after.Plan.Size)
	taken := journal.Apply(journal.Apply(records, duty.Of("G1"), e.Changes), duty.Of("G1"), journal.Entry{Changes: e.Changes}.Opposite())
	assert.Equal(t, records, taken)

	_, err = after.Adopt("G1", "li", plan, shifts, at.Add(2*time.Hour))
	assert.ErrorIs(t, err, duty.ErrPlanned)
	_, err = after.Adopt("G1", "li", plan, nil, at.Add(2*time.Hour))
	assert.ErrorIs(t, err, duty.ErrPlanned, "no shifts leave the roster as it is")
	e, err = after.Adopt("G1", "li", duty.PlanOf(duty.Small, 1, 2), nil, at.Add(2*time.Hour))
	require.NoError(t, err)
	assert.Len(t, e.Changes, 1)
	assert.Equal(t, shifts, apply(t, journal.Apply(records, duty.Of("G1"), append(append([]journal.Change{}, journal.Set(duty.Of("G1"), "roster", nil, &after)), e.Changes...)), nil).Shifts)
}

// TestLeave: an offer is left once, and only where there is one.
func TestLeave(t *testing.T) {
	at := time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC)
	_, ok := duty.Roster{}.Leave("G1", "boss", at)
	assert.False(t, ok)
	offered := duty.Roster{}.Propose("G1", duty.Proposal{From: duty.Small, To: duty.Medium, Before: 50, After: 51, Asked: []chat.User{"boss"}, At: at})
	r := apply(t, map[string]json.RawMessage{}, offered.Changes)
	assert.Equal(t, 51, r.Proposal.After)
	e, ok := r.Leave("G1", "boss", at.Add(time.Hour))
	require.True(t, ok)
	r = apply(t, journal.Apply(nil, duty.Of("G1"), offered.Changes), e.Changes)
	assert.Equal(t, chat.User("boss"), r.Proposal.LeftBy)
	_, ok = r.Leave("G1", "li", at.Add(2*time.Hour))
	assert.False(t, ok)
}

func TestStaff(t *testing.T) {
	r := duty.Roster{Shifts: []duty.Shift{{From: 0, To: 60, Who: "li", Backup: "sun"}, {From: 60, To: 120, Who: "wang", Backup: "li"}, {From: 120, To: 180, Who: "li"}}}
	assert.Equal(t, []chat.User{"li", "wang", "sun"}, r.Staff())
}
