package review_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// books is the campaigns X, of all groups, in some state, with wang of G1 under review.
func books(state review.State, end review.End) *review.Work {
	w := &review.Work{Sheet: func(chat.Group) review.Sheet { return review.Sheet{} }, Desk: func(chat.User) review.Desk { return review.Desk{} }}
	w.SetCampaign(review.Campaign{ID: "X", Kind: review.Matrix, State: state, Cursor: "G2"})
	w.SetCase("G1", review.Case{Campaign: "X", Who: "wang", Reviewer: "li", End: end})
	return w
}

// TestAGroupIsUnderReview where something is still to come of a case, or cases may still be made; that a campaign is about
// all groups is no matter.
func TestAGroupIsUnderReview(t *testing.T) {
	for name, row := range map[string]struct {
		state review.State
		end   review.End
		group chat.Group
		want  bool
	}{
		"its admins are being decided about":        {review.Open, "", "G1", true},
		"what was decided is not carried out yet":   {review.Held, "", "G1", true},
		"nothing was asked in it":                   {review.Open, "", "G2", false},
		"it is still to be looked at":               {review.Preparing, "", "G3", true},
		"it was looked at, and nothing found":       {review.Preparing, "", "G2", false},
		"what was decided is carried out":           {review.Judging, review.Applied, "G1", false},
		"that review was stopped, and decides none": {review.Stopped, "", "G1", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := books(row.state, row.end)
			_, under := w.Book.Under(row.group, w.SheetOf(row.group))
			assert.Equal(t, row.want, under)
		})
	}
}

// TestAPeriodHasOneReviewThatWasNotStopped.
func TestAPeriodHasOneReviewThatWasNotStopped(t *testing.T) {
	w := books(review.Stopped, "")
	next := func() string {
		id, fresh := w.Book.Next("X")
		if !fresh {
			return "there is " + id
		}
		return id
	}
	assert.Equal(t, "X-2", next())
	w.SetCampaign(review.Campaign{ID: "X-2", State: review.Stopped})
	assert.Equal(t, "X-3", next())
	w.SetCampaign(review.Campaign{ID: "X-3", State: review.Closed})
	assert.Equal(t, "there is X-3", next())
	assert.True(t, review.IsID("business-2026Q2-2"))
}
