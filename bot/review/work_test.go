package review_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// twoStages is an open campaign of two stages about wang: li looks first, and what is not kept is boss's to look at, who
// also gets what li leaves undecided.
func twoStages(t *testing.T) *review.Work {
	t.Helper()
	w := &review.Work{Sheet: func(chat.Group) review.Sheet { return review.Sheet{} }, Desk: func(chat.User) review.Desk { return review.Desk{} }}
	p := review.Standard()
	p.Stages = 2
	x := review.Begin(p, review.Campaign{ID: "X", Not: "zhao"}, now)
	x.State = review.Open
	w.SetCampaign(x)
	w.Open("G1", review.Case{Campaign: "X", Who: "wang", Reviewer: "li", Fallback: "boss", Second: "boss", Advice: review.Advice{Do: review.Remove}})
	return w
}

func caseOf(t *testing.T, w *review.Work) review.Case {
	t.Helper()
	k, ok := w.SheetOf("G1").Get("X", "wang")
	require.True(t, ok)
	return k
}

// decide lets somebody remove wang, in their own right or in the place of those that they stand in for.
func decide(t *testing.T, w *review.Work, by chat.User, standsInFor ...chat.User) error {
	t.Helper()
	k := caseOf(t, w)
	x, _ := w.Book.Get("X")
	as, err := k.MayDecide(x, by, standsInFor)
	if err != nil {
		return err
	}
	_, err = w.Decide("G1", k, review.Verdict{Do: review.Remove, By: by, For: as, At: now})
	return err
}

// TestTwoStagesAreTwoPeople however the cases come to them.
func TestTwoStagesAreTwoPeople(t *testing.T) {
	t.Run("one after the other", func(t *testing.T) {
		w := twoStages(t)
		require.NoError(t, decide(t, w, "li"))
		assert.ErrorIs(t, decide(t, w, "li"), review.ErrOther)
		require.NoError(t, decide(t, w, "boss"))
		assert.EqualValues(t, "boss", caseOf(t, w).Verdict.By)
	})
	t.Run("whoever looked first stands in for the second", func(t *testing.T) {
		w := twoStages(t)
		require.NoError(t, decide(t, w, "li"))
		assert.ErrorIs(t, decide(t, w, "li", "boss"), review.ErrOther)
	})
	t.Run("the second stands in for the first", func(t *testing.T) {
		w := twoStages(t)
		require.NoError(t, decide(t, w, "boss", "li"))
		k := caseOf(t, w)
		assert.True(t, k.Pending())
		assert.EqualValues(t, "li", k.Reviewer, "whose turn it was looks now")
		assert.ErrorIs(t, decide(t, w, "boss", "li"), review.ErrOther)
		require.NoError(t, decide(t, w, "li"))
	})
	t.Run("the fallback who is the second as well", func(t *testing.T) {
		w := twoStages(t)
		require.Equal(t, 1, w.Escalate("X", "G1", "li", now.Add(time.Hour)))
		require.NoError(t, decide(t, w, "boss"))
		k := caseOf(t, w)
		assert.True(t, k.Pending(), "one person's word is not two")
		assert.EqualValues(t, "li", k.Reviewer)
		assert.ErrorIs(t, decide(t, w, "boss"), review.ErrOther)
	})
}

// TestWhoseDecisionsAreLookedAtDoesNotDecide, nor in somebody's place.
func TestWhoseDecisionsAreLookedAtDoesNotDecide(t *testing.T) {
	w := twoStages(t)
	assert.ErrorIs(t, decide(t, w, "zhao", "li"), review.ErrOther)
	assert.ErrorIs(t, decide(t, w, "wang", "li"), review.ErrOwn)
}

// TestTheBreakerInParts: what small runs take away one after the other counts together, until a second person was asked.
func TestTheBreakerInParts(t *testing.T) {
	p := review.Standard()
	removes := func(n int) []review.Case {
		var out []review.Case
		for range n {
			out = append(out, review.Case{Verdict: &review.Verdict{Do: review.Remove, By: "boss"}})
		}
		return out
	}
	w := twoStages(t)
	done := func(id string, ago time.Duration, released bool) {
		x := review.Begin(p, review.Campaign{ID: id}, now.Add(-ago))
		x.State, x.Ended, x.Run, x.Result.Removed = review.Closed, now.Add(-ago), review.Run{Removed: 4, Released: released}, 4
		w.SetCampaign(x)
	}
	run := func() review.Run {
		r := review.Run{}.With("G1", removes(2), p)
		r.Earlier, r.Before = w.Book.Earlier("X", now)
		return r
	}
	done("long ago", 8*24*time.Hour, false)
	done("released", time.Hour, true)
	assert.Equal(t, review.NoTrip, p.Trips(run(), 100))
	done("yesterday", 24*time.Hour, false)
	assert.Equal(t, review.InParts, p.Trips(run(), 100))
	assert.Equal(t, review.NoTrip, p.Trips(review.Run{Earlier: 100, Before: 100, Cases: 3}, 0), "what takes nothing away asks nobody")
	narrowed := review.Begin(p, review.Campaign{ID: "narrowed"}, now)
	narrowed.State, narrowed.Ended, narrowed.Run, narrowed.Result.Reduced = review.Closed, now.Add(-time.Hour), review.Run{Reduced: 20}, 19
	w.SetCampaign(narrowed)
	r := review.Run{Cases: 100, Reduced: 1}
	_, r.Before = w.Book.Earlier("X", now)
	assert.Equal(t, review.NoTrip, p.Trips(r, 0), "twenty in all")
	r.Reduced = 2
	assert.Equal(t, review.PartsLess, p.Trips(r, 0))
}

// TestAGroupKeepsWhoCanAppoint: a senior may be narrowed where another one can appoint, and not where none can.
func TestAGroupKeepsWhoCanAppoint(t *testing.T) {
	senior := review.Role{Level: "senior", Items: []string{"mute", "admins"}}
	narrow := func(items ...string) review.Advice {
		return review.Advice{Do: review.Reduce, To: review.Target{Items: items}}
	}
	place := review.Place{Admins: 2, Seniors: 2, Able: 2, Senior: "senior", Appoints: "admins"}
	assert.True(t, place.Spares(senior, narrow("mute")))
	place.Able = 1
	assert.False(t, place.Spares(senior, narrow("mute")), "the other senior cannot appoint")
	assert.False(t, place.Spares(senior, review.Advice{Do: review.Remove}))
	assert.True(t, place.Spares(senior, narrow("admins")))
	assert.True(t, place.Spares(review.Role{Level: "senior", Items: []string{"mute"}}, review.Advice{Do: review.Remove}))
}

// TestWhoWouldLoseSomethingDoesNotAgree, nor does whoever decided it: of reductions as of removals.
func TestWhoWouldLoseSomethingDoesNotAgree(t *testing.T) {
	r := review.Run{}.With("G1", []review.Case{
		{Who: "wang", Verdict: &review.Verdict{Do: review.Reduce, By: "li"}},
		{Who: "sun", Verdict: &review.Verdict{Do: review.Remove, By: "boss"}},
		{Who: "zhao", Verdict: &review.Verdict{Do: review.Keep, By: "chen"}},
	}, review.Standard())
	assert.Equal(t, []chat.User{"sun", "wang"}, r.Losers())
	p := review.Standard()
	assert.Equal(t, []chat.User{"boss"}, p.Stopped(r, 0), "one of three ends, which is too much; one becomes smaller, which is not")
	p.Fewer = 0
	assert.Equal(t, []chat.User{"boss", "li"}, p.Stopped(r, 0))
	p.Share = 100
	assert.Equal(t, []chat.User{"li"}, p.Stopped(r, 0))
}

// TestAPolicyThatSaysLessIsTheUsualOne in the rest, so that a limit that came later is not zero.
func TestAPolicyThatSaysLessIsTheUsualOne(t *testing.T) {
	p, err := journal.Decode[review.Policy]([]byte(`{"days":3,"no_answer":"remove"}`))
	require.NoError(t, err)
	want := review.Standard()
	want.Days, want.NoAnswer = 3, review.Remove
	assert.Equal(t, want, p)
	_, err = journal.Decode[review.Policy]([]byte(`{"dayz":3}`))
	assert.Error(t, err, "what is not known is not passed over")
}

// TestNoAnswer is what becomes of a role of which nobody has decided, by each policy, whatever was advised.
func TestNoAnswer(t *testing.T) {
	to := review.Target{Level: "junior"}
	advised := map[review.Do]review.Advice{review.Keep: {Do: review.Keep}, review.Reduce: {Do: review.Reduce, To: to}, review.Remove: {Do: review.Remove}}
	for policy, want := range map[review.Do]map[review.Do]review.Do{
		review.Keep:    {review.Keep: review.Keep, review.Reduce: review.Keep, review.Remove: review.Keep},
		review.Reduce:  {review.Keep: review.Keep, review.Reduce: review.Reduce, review.Remove: review.Keep},
		review.Remove:  {review.Keep: review.Remove, review.Reduce: review.Remove, review.Remove: review.Remove},
		review.Advised: {review.Keep: review.Keep, review.Reduce: review.Reduce, review.Remove: review.Remove},
	} {
		for advice, becomes := range want {
			p := review.Standard()
			p.NoAnswer = policy
			do, target, silent := review.Case{Advice: advised[advice]}.Effective(p)
			assert.Equal(t, becomes, do, "no answer means %s, advised is %s", policy, advice)
			assert.True(t, silent)
			assert.Equal(t, do == review.Reduce, target.Equal(to))
			do, _, silent = review.Case{Advice: advised[advice], Verdict: &review.Verdict{Do: review.Keep}}.Effective(p)
			assert.Equal(t, review.Keep, do, "what was decided counts")
			assert.False(t, silent)
		}
	}
}

// TestIDsAreTold from what else somebody may write behind a name.
func TestIDsAreTold(t *testing.T) {
	for _, id := range []string{"matrix-2026-03", "business-2026Q1", "group-2026-12", "event-wr1-2026-03-10", "sample-group-2026-12-li", "sample-event-wr1-2026-03-10-陈", "hand-2026-02-20-7584"} {
		assert.True(t, review.IsID(id), id)
	}
	for _, word := range []string{"", "group", "group-", "仍在负责", "hand", "hand-over", "business-critical", "event-driven", "group-wide", "2026-03-01"} {
		assert.False(t, review.IsID(word), word)
	}
}

// TestWhatTakesAReason: what deviates, and whatever is kept when a sample is looked at again.
func TestWhatTakesAReason(t *testing.T) {
	k := review.Case{Advice: review.Advice{Do: review.Keep}}
	usual, again := review.Campaign{Kind: review.Group}, review.Campaign{Kind: review.Sample}
	assert.False(t, usual.TakesReason(k, review.Keep, review.Target{}))
	assert.True(t, usual.TakesReason(k, review.Remove, review.Target{}))
	assert.True(t, again.TakesReason(k, review.Keep, review.Target{}))
	k.Advice.Do = review.Remove
	assert.False(t, again.TakesReason(k, review.Remove, review.Target{}), "as advised")
	assert.True(t, again.TakesReason(k, review.Keep, review.Target{}))
}

// TestWhoseDecisionsAreLookedAtAgain: those of a reviewer, and those that somebody has made in their place, whoever that is.
func TestWhoseDecisionsAreLookedAtAgain(t *testing.T) {
	kept := func(who, by, inPlaceOf chat.User) review.Placed {
		return review.Placed{Group: "G1", Case: review.Case{Who: who, Verdict: &review.Verdict{Do: review.Keep, By: by, For: inPlaceOf}}}
	}
	removed := kept("x", "li", "")
	removed.Case.Verdict.Do = review.Remove
	for name, row := range map[string]struct {
		decided []review.Placed
		by      chat.User
		picks   []review.Pick
	}{
		"by the reviewer":               {[]review.Placed{removed, kept("a", "li", "")}, "li", []review.Pick{{Group: "G1", Who: "a"}}},
		"by a delegate":                 {[]review.Placed{kept("a", "wang", "li")}, "wang", []review.Pick{{Group: "G1", Who: "a"}}},
		"by the delegate for the most":  {[]review.Placed{kept("a", "li", ""), kept("b", "wang", "li"), kept("c", "wang", "li")}, "wang", []review.Pick{{Group: "G1", Who: "b"}}},
		"by others, in their own right": {[]review.Placed{kept("a", "wang", "")}, "", nil},
		"nothing kept":                  {[]review.Placed{removed}, "", nil},
	} {
		by, picks := review.Standard().Resampled("li", row.decided)
		assert.Equal(t, row.by, by, name)
		assert.Equal(t, row.picks, picks, name)
	}
}
