package review_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/chat"
	"qunguan/bot/review"
)

var now = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return now.AddDate(0, 0, -days) }

// mid is an admin of the middle level who has been one for 200 days and used everything yesterday, in a group whose messages
// are heard and where they write none; work changes that.
func mid(work func(*review.Admin)) review.Admin {
	a := review.Admin{
		Who: "wang",
		Evidence: review.Evidence{
			Role:  review.Role{Level: "mid", Since: ago(200), Items: []string{"mute", "recall", "files", "notice"}},
			Known: ago(200), Blind: []string{"notice"},
			Uses:    []review.Use{{Item: "mute", Last: ago(1)}, {Item: "recall", Last: ago(1)}, {Item: "files", Last: ago(1)}},
			Answers: &review.Answers{Since: ago(90)},
		},
		Ladder: []review.Rung{{Level: "junior", Items: []string{"files"}}},
	}
	work(&a)
	return a
}

var roomy = review.Place{Least: 1, Admins: 5, Seniors: 2, Senior: "senior", Appoints: "admins"}

// TestAdvice is the policy: what is advised in which case, and why.
func TestAdvice(t *testing.T) {
	for name, row := range map[string]struct {
		work func(*review.Admin)
		in   review.Place
		do   review.Do
		rule review.Rule
		to   review.Target
	}{
		"everything is used":         {func(*review.Admin) {}, roomy, review.Keep, review.RuleUsed, review.Target{}},
		"left the company":           {func(a *review.Admin) { a.Evidence.Left = true }, roomy, review.Remove, review.RuleLeft, review.Target{}},
		"left, and was the only one": {func(a *review.Admin) { a.Evidence.Left = true }, review.Place{Least: 1, Admins: 1, Senior: "senior"}, review.Remove, review.RuleLeft, review.Target{}},
		"not in the group any more":  {func(a *review.Admin) { a.Evidence.Outside = true }, roomy, review.Remove, review.RuleOutside, review.Target{}},
		"ends before the review": {func(a *review.Admin) {
			a.Evidence.Role.Until, a.Evidence.Uses = ago(-3), nil
		}, roomy, review.Keep, review.RuleEnds, review.Target{}},
		"by position":          {func(a *review.Admin) { a.Evidence.Role.Source, a.Evidence.Uses = review.Inherited, nil }, roomy, review.Keep, review.RuleInherited, review.Target{}},
		"across groups":        {func(a *review.Admin) { a.Evidence.Role.Source, a.Evidence.Uses = review.Across, nil }, roomy, review.Keep, review.RuleAcross, review.Target{}},
		"new":                  {func(a *review.Admin) { a.Evidence.Known, a.Evidence.Uses = ago(29), nil }, roomy, review.Keep, review.RuleNew, review.Target{}},
		"of use nothing known": {func(a *review.Admin) { a.Evidence.Known, a.Evidence.Uses = time.Time{}, nil }, roomy, review.Keep, review.RuleNew, review.Target{}},
		"on leave":             {func(a *review.Admin) { a.Evidence.Away, a.Evidence.Uses = ago(-2), nil }, roomy, review.Keep, review.RuleAway, review.Target{}},
		"nothing can be seen":  {func(a *review.Admin) { a.Evidence.Blind, a.Evidence.Uses = a.Evidence.Role.Items, nil }, roomy, review.Keep, review.RuleBlind, review.Target{}},
		"30 days of nothing":   {func(a *review.Admin) { a.Evidence.Known, a.Evidence.Uses = ago(30), nil }, roomy, review.Remove, review.RuleIdle, review.Target{}},
		"29 days of nothing": {func(a *review.Admin) {
			a.Evidence.Uses = []review.Use{{Item: "mute", Last: ago(29)}, {Item: "recall", Last: ago(29)}, {Item: "files", Last: ago(29)}}
		}, roomy, review.Keep, review.RuleUsed, review.Target{}},
		"nothing used, but on duty": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Turns = nil, &review.Turns{Count: 3, Minutes: 900}
		}, roomy, review.Reduce, review.RuleServes, review.Target{Items: []string{"notice"}}},
		"the same, and all would be seen": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Blind, a.Evidence.Turns = nil, nil, &review.Turns{Count: 3, Minutes: 900}
		}, roomy, review.Reduce, review.RuleServes, review.Target{Level: "junior"}},
		"nothing used, but customers answered": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Blind, a.Evidence.Answers, a.Ladder = nil, nil, &review.Answers{Count: 9}, nil
		}, roomy, review.Keep, review.RuleServes, review.Target{}},
		"nothing used, but something written": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Blind, a.Evidence.Answers, a.Ladder = nil, nil, &review.Answers{Wrote: 1}, nil
		}, roomy, review.Keep, review.RuleServes, review.Target{}},
		"nothing used, no message source, some is out of sight: no role ends for it": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Answers = nil, nil
		}, roomy, review.Reduce, review.RuleUnseen, review.Target{Items: []string{"notice"}}},
		"nor where messages are heard for 29 days only": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Answers.Since = nil, ago(29)
		}, roomy, review.Reduce, review.RuleUnseen, review.Target{Items: []string{"notice"}}},
		"nor where a source has told of no message yet": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Answers.Since = nil, time.Time{}
		}, roomy, review.Reduce, review.RuleUnseen, review.Target{Items: []string{"notice"}}},
		"no message source, but everything would be seen": {func(a *review.Admin) {
			a.Evidence.Uses, a.Evidence.Answers, a.Evidence.Blind = nil, nil, nil
		}, roomy, review.Remove, review.RuleIdle, review.Target{}},
		"a lower level covers what was used": {func(a *review.Admin) {
			a.Evidence.Uses = []review.Use{{Item: "files", Last: ago(2)}}
		}, roomy, review.Reduce, review.RulePartly, review.Target{Level: "junior"}},
		"a lower level that takes only what cannot be seen is none": {func(a *review.Admin) {
			a.Evidence.Uses = []review.Use{{Item: "files", Last: ago(2)}}
			a.Ladder = []review.Rung{{Level: "junior", Items: []string{"mute", "recall", "files"}}}
		}, roomy, review.Reduce, review.RulePartly, review.Target{Items: []string{"files", "notice"}}},
		"no level does: the role is narrowed, what cannot be seen stays": {func(a *review.Admin) {
			a.Evidence.Uses = []review.Use{{Item: "mute", Last: ago(2)}, {Item: "files", Last: ago(90)}}
		}, roomy, review.Reduce, review.RulePartly, review.Target{Items: []string{"mute", "notice"}}},
		"separation of duties is broken": {func(a *review.Admin) {
			a.Evidence.Warned = []review.Warned{{What: review.Exclusive, Items: []string{"recall"}, Name: "审计"}}
		}, roomy, review.Reduce, review.RuleExclusive, review.Target{Items: []string{"mute", "files", "notice"}}},
		"idle, but the group needs as many": {func(a *review.Admin) { a.Evidence.Uses = nil },
			review.Place{Least: 5, Admins: 5, Seniors: 2, Senior: "senior", Appoints: "admins"}, review.Keep, review.RuleNeeded, review.Target{}},
		"idle, but the last senior": {func(a *review.Admin) { a.Evidence.Uses, a.Evidence.Role.Level = nil, "senior" },
			review.Place{Least: 1, Admins: 5, Seniors: 1, Senior: "senior", Appoints: "admins"}, review.Keep, review.RuleNeeded, review.Target{}},
		"the last senior keeps what appoints others": {func(a *review.Admin) {
			a.Evidence.Role.Level, a.Evidence.Role.Items = "senior", []string{"mute", "recall", "files", "notice", "admins"}
		}, review.Place{Least: 1, Admins: 5, Seniors: 1, Able: 1, Senior: "senior", Appoints: "admins"}, review.Keep, review.RuleNeeded, review.Target{}},
		"and is narrowed to it and to what is used": {func(a *review.Admin) {
			a.Evidence.Role.Level, a.Evidence.Role.Items = "senior", []string{"mute", "recall", "files", "notice", "admins"}
			a.Evidence.Uses = a.Evidence.Uses[:1]
		}, review.Place{Least: 1, Admins: 5, Seniors: 1, Able: 1, Senior: "senior", Appoints: "admins"}, review.Reduce, review.RulePartly,
			review.Target{Items: []string{"mute", "notice", "admins"}}},
		"as is one of whom nothing was seen": {func(a *review.Admin) {
			a.Evidence.Role.Level, a.Evidence.Role.Items = "senior", []string{"mute", "recall", "files", "notice", "admins"}
			a.Evidence.Uses, a.Evidence.Answers = nil, nil
		}, review.Place{Least: 1, Admins: 5, Seniors: 1, Able: 1, Senior: "senior", Appoints: "admins"}, review.Reduce, review.RulePartly,
			review.Target{Items: []string{"notice", "admins"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := review.Advise(row.in, []review.Admin{mid(row.work)}, review.Standard(), now, now.AddDate(0, 0, 9))[0]
			assert.Equal(t, row.do, got.Do, "%+v", got)
			assert.Equal(t, row.rule, got.Rule)
			assert.True(t, row.to.Equal(got.To), "%+v", got.To)
		})
	}
}

// TestWhoIsIdleLongestGoesFirst: of several whom a group cannot all lose, those stay who used their rights last.
func TestWhoIsIdleLongestGoesFirst(t *testing.T) {
	idle := func(u chat.User, days int) review.Admin {
		return mid(func(a *review.Admin) { a.Who, a.Evidence.Uses = u, []review.Use{{Item: "mute", Last: ago(days)}} })
	}
	admins := []review.Admin{idle("a", 40), idle("b", 90), idle("c", 60)}
	got := review.Advise(review.Place{Least: 2, Admins: 3, Seniors: 1, Senior: "senior"}, admins, review.Standard(), now, now)
	assert.Equal(t, []review.Do{review.Keep, review.Remove, review.Keep}, []review.Do{got[0].Do, got[1].Do, got[2].Do})
	assert.Equal(t, review.RuleNeeded, got[0].Rule)
}

// TestTheSmallestRoleRefusesNothingThatWasUsed replays: whatever was used within the window, the smaller role has it; it is
// smaller; and nothing of whose use nothing is known is taken by a list of items (M14).
func TestTheSmallestRoleRefusesNothingThatWasUsed(t *testing.T) {
	all := []string{"invite", "remove", "mute", "recall", "files", "rename", "notice", "admins"}
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string, of []string) []string {
			var out []string
			for _, i := range of {
				if rapid.Bool().Draw(t, name+" "+i) {
					out = append(out, i)
				}
			}
			return out
		}
		held := some("held", all)
		a := review.Admin{Evidence: review.Evidence{Role: review.Role{Items: held}, Known: ago(200), Blind: some("blind", held)}}
		for n := range rapid.IntRange(0, 3).Draw(t, "rungs") {
			a.Ladder = append(a.Ladder, review.Rung{Level: string(rune('a' + n)), Items: some("rung", all)})
		}
		days := rapid.SampledFrom([]int{30, 90}).Draw(t, "window")
		for _, i := range some("used", held) {
			a.Evidence.Uses = append(a.Evidence.Uses, review.Use{Item: i, Last: ago(rapid.IntRange(0, 120).Draw(t, "days"))})
		}
		to, unused, ok := review.Smallest(a, ago(days))
		if !ok {
			return
		}
		left := to.Items
		for _, r := range a.Ladder {
			if to.Level == r.Level && to.Level != "" {
				left = r.Items
				break
			}
		}
		assert.Less(t, len(left), len(held), "it is smaller")
		assert.Subset(t, held, left, "it gives nothing new")
		for _, u := range a.Evidence.Uses {
			blind := slices.Contains(a.Evidence.Blind, u.Item)
			if !u.Last.Before(ago(days)) && !blind {
				assert.Contains(t, left, u.Item, "what was used would be refused")
				assert.NotContains(t, unused, u.Item)
			}
		}
		if to.Level == "" {
			assert.Subset(t, left, a.Evidence.Blind)
		}
	})
}

// TestTempo holds both sides of the thresholds (D10).
func TestTempo(t *testing.T) {
	for name, row := range map[string]struct {
		people   int
		messages int64
		heard    bool
		want     review.TempoWhy
		months   []time.Month
	}{
		"200 people, nobody tells":   {200, 0, false, review.NotHeard, []time.Month{1, 4, 7, 10}},
		"201 people, nobody tells":   {201, 0, false, review.BySize, []time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		"299 messages in 30 days":    {20, 299, true, review.Quiet, []time.Month{1, 4, 7, 10}},
		"300 messages in 30 days":    {20, 300, true, review.ByMessages, []time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
		"unknown size, nobody tells": {0, 0, false, review.NotHeard, []time.Month{1, 4, 7, 10}},
	} {
		t.Run(name, func(t *testing.T) {
			got := review.Standard().TempoOf(row.people, row.messages, row.heard)
			assert.Equal(t, row.want, got.Why)
			var months []time.Month
			for m := time.January; m <= time.December; m++ {
				if got.Due(m) {
					months = append(months, m)
				}
			}
			assert.Equal(t, row.months, months)
		})
	}
}

func TestIDsSayKindAndPeriod(t *testing.T) {
	assert.Equal(t, "matrix-2026-03", review.IDOf(review.Matrix, now))
	for m, want := range map[time.Month]string{1: "business-2026Q1", 3: "business-2026Q1", 4: "business-2026Q2", 10: "business-2026Q4", 12: "business-2026Q4"} {
		assert.Equal(t, want, review.IDOf(review.Business, time.Date(2026, m, 15, 9, 0, 0, 0, time.UTC)))
	}
}

// TestTheBreaker: more than five roles, or more than a fifth of those looked at, take a second person; likewise to reduce
// more than twenty, or more than half.
func TestTheBreaker(t *testing.T) {
	for name, row := range map[string]struct {
		removed, reduced, kept, left, clean int
		want                                review.Trip
	}{
		"nothing": {want: review.NoTrip}, "one of five": {removed: 1, kept: 4}, "one of four": {removed: 1, kept: 3, want: review.TooLarge},
		"one of four and a clean one": {removed: 1, kept: 3, clean: 1}, "five of a hundred": {removed: 5, kept: 95},
		"six of a hundred": {removed: 6, kept: 94, want: review.TooMany}, "who has left does not count": {kept: 1, left: 9},
		"twenty reduced of a hundred": {reduced: 20, kept: 80}, "one more": {reduced: 21, kept: 79, want: review.ManyLess},
		"five reduced of ten": {reduced: 5, kept: 5}, "six reduced of eleven": {reduced: 6, kept: 5, want: review.LargeLess},
		"two reduced of two are mended with a tap": {reduced: 2}, "three of three": {reduced: 3, want: review.LargeLess},
		"what ends counts first": {removed: 6, reduced: 30, want: review.TooMany}, "what ends is no reduction": {removed: 5, reduced: 20, kept: 75},
	} {
		t.Run(name, func(t *testing.T) {
			var cases []review.Case
			add := func(n int, do review.Do, left bool) {
				for range n {
					cases = append(cases, review.Case{Evidence: review.Evidence{Left: left}, Verdict: &review.Verdict{Do: do, By: "boss"}})
				}
			}
			add(row.removed, review.Remove, false)
			add(row.reduced, review.Reduce, false)
			add(row.kept, review.Keep, false)
			add(row.left, review.Remove, true)
			p := review.Standard()
			assert.Equal(t, row.want, p.Trips(review.Run{}.With("G1", cases, p), row.clean))
		})
	}
}

// TestRubberStamps: three that were not looked at, and a careful one (M13).
func TestRubberStamps(t *testing.T) {
	usual := review.Standard()
	warned := review.Evidence{Warned: []review.Warned{{What: review.Idle}}}
	decided := func(do review.Do, e review.Evidence) review.Case {
		return review.Case{Evidence: e, Advice: review.Advice{Do: review.Remove}, Verdict: &review.Verdict{Do: do}}
	}
	pace := func(every time.Duration, cases ...review.Case) (p review.Pace) {
		at := now
		for _, k := range cases {
			at = at.Add(every)
			p = p.With(usual, at, k)
		}
		return p
	}
	keep, drop := decided(review.Keep, review.Evidence{}), decided(review.Remove, warned)
	ignore := decided(review.Keep, warned)
	assert.Equal(t, []review.Stamp{review.TooFast}, pace(time.Second, keep, drop, keep, drop, keep).Stamps(usual), "a second each")
	assert.Equal(t, []review.Stamp{review.AllKept}, pace(time.Minute, keep, ignore, ignore, keep, keep).Stamps(usual), "all kept, two with warnings")
	assert.Equal(t, []review.Stamp{review.Warnings}, pace(time.Minute, ignore, ignore, ignore, ignore, drop).Stamps(usual), "four of five warnings ignored")
	assert.Empty(t, pace(time.Minute, keep, drop, drop, ignore, keep).Stamps(usual), "careful")
	assert.Empty(t, pace(time.Second, keep, keep, keep, keep).Stamps(usual), "of four nothing is said")
	all := slices.Repeat([]review.Case{drop}, 12)
	assert.Equal(t, []review.Stamp{review.TooFast}, review.Pace{}.With(usual, now, all...).Stamps(usual), "a dozen with the first tap")
	batch := review.Pace{}.With(usual, now, keep, keep).With(usual, now.Add(30*time.Second), keep, keep, keep, drop)
	assert.Empty(t, batch.Stamps(usual), "a page that was looked at is no haste")

	strict, lenient := usual, usual
	strict.Quick, strict.Few, strict.Ignored, lenient.Fast, lenient.Few = 90, 4, 50, 99, 6
	assert.Equal(t, []review.Stamp{review.TooFast}, review.Pace{}.With(strict, now, keep, drop).With(strict, now.Add(time.Minute), drop, drop, drop).Stamps(strict), "a minute for three")
	assert.NotEmpty(t, pace(time.Second, keep, keep, keep, keep).Stamps(strict), "who wants to hear of four does")
	assert.Equal(t, []review.Stamp{review.Warnings}, pace(time.Minute, ignore, ignore, drop, drop).Stamps(strict), "half of the warnings ignored")
	assert.Empty(t, pace(time.Second, keep, drop, keep, drop, keep).Stamps(lenient), "who wants to hear of six alone")
}

func resampled(p review.Policy, reviewer chat.User, decided []review.Placed) []review.Pick {
	_, picks := p.Resampled(reviewer, decided)
	return picks
}

func TestASampleIsOfWhatWasKept(t *testing.T) {
	var decided []review.Placed
	for i, do := range []review.Do{review.Keep, review.Remove, review.Keep, review.Keep, review.Keep, review.Keep, review.Keep} {
		k := review.Case{Who: chat.User(rune('a' + i)), Verdict: &review.Verdict{Do: do, By: "li"}, Advice: review.Advice{Do: review.Keep}}
		if i == 4 {
			k.Evidence.Warned, k.Advice.Do = []review.Warned{{What: review.Idle}}, review.Remove
		}
		decided = append(decided, review.Placed{Group: "G1", Case: k})
	}
	usual := review.Standard()
	got := resampled(usual, "li", decided)
	require.Len(t, got, 2, "a fifth of seven")
	assert.Equal(t, review.Pick{Group: "G1", Who: "e"}, got[0], "first who was kept against a warning")
	assert.Empty(t, resampled(usual, "wang", decided), "somebody else's decisions")
	usual.Again = 100
	assert.Len(t, resampled(usual, "li", decided), 5, "five at most")
	usual.Sample = 20
	assert.Len(t, resampled(usual, "li", decided), 6, "all that were kept, who wants that")
	usual.Again = 0
	assert.Empty(t, resampled(usual, "li", decided), "none, who wants none")
}

// TestWhatGoesAlongWithALevel is told apart from what was not used.
func TestWhatGoesAlongWithALevel(t *testing.T) {
	a := mid(func(a *review.Admin) { a.Evidence.Uses = []review.Use{{Item: "files", Last: ago(2)}} })
	got := review.Advise(review.Place{Least: 1, Admins: 9, Seniors: 3, Able: 3}, []review.Admin{a}, review.Standard(), now, now)[0]
	assert.Equal(t, review.Target{Level: "junior"}, got.To)
	assert.Equal(t, []string{"mute", "recall"}, got.Items)
	assert.Equal(t, []string{"notice"}, got.Along)
}

func TestPoliciesAreBounded(t *testing.T) {
	assert.NoError(t, review.Standard().Sound())
	for name, spoil := range map[string]func(*review.Policy){
		"no days": func(p *review.Policy) { p.Days = 0 }, "three stages": func(p *review.Policy) { p.Stages = 3 },
		"a share above all": func(p *review.Policy) { p.Share = 101 }, "45 days": func(p *review.Policy) { p.Unused = 45 },
		"no answer means nothing": func(p *review.Policy) { p.NoAnswer = "" }, "no time is too short": func(p *review.Policy) { p.Quick = 0 },
		"no reviewer judged by one case": func(p *review.Policy) { p.Few = 1 }, "more warnings than all": func(p *review.Policy) { p.Ignored = 101 },
	} {
		p := review.Standard()
		spoil(&p)
		assert.Error(t, p.Sound(), name)
	}
}

// TestReminders come in the morning half-way and on the last day, and at no other time.
func TestReminders(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	opened, closes := time.Date(2026, 3, 2, 10, 0, 0, 0, shanghai), time.Date(2026, 3, 9, 18, 0, 0, 0, shanghai)
	var got []string
	for at := review.NextReminder(opened, closes, opened); !at.IsZero(); at = review.NextReminder(opened, closes, at.In(shanghai)) {
		got = append(got, at.In(shanghai).Format("01-02 15:04"))
	}
	assert.Equal(t, []string{"03-06 09:00", "03-09 09:00"}, got)
	short := opened.Add(6 * time.Hour)
	assert.Zero(t, review.NextReminder(opened, short, opened), "of a few hours nobody is reminded")
}
