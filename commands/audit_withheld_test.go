package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
	"qunguan/bot/request"
	"qunguan/bot/review"
)

// TestWhatIsKeptFromWhom is the policy of the journal towards those whom it is about.
func TestWhatIsKeptFromWhom(t *testing.T) {
	w := &review.Work{}
	for id, s := range map[string]review.State{"group-2026-12": review.Open, "group-2026-11": review.Closed, "hand-2026-12-01-ab": review.Stopped} {
		x := review.Begin(review.Standard(), review.Campaign{ID: id}, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		x.State = s
		w.SetCampaign(x)
	}
	about := func(id string, people ...chat.User) journal.Entry {
		var e journal.Entry
		for _, u := range people {
			e.Changes = append(e.Changes, journal.Set(review.Of("G1"), review.CaseKey(id, u), nil, &review.Case{Campaign: id, Who: u}))
		}
		return e
	}
	report := journal.Entry{Changes: []journal.Change{journal.Set(moderation.ConductOf("G1"), "report/1", nil, &moderation.Report{Who: "li", By: "sun"})}}
	held := func(id string, losers ...chat.User) journal.Entry {
		r := request.Request{Code: review.RequestPrefix + id, For: losers}
		return journal.Entry{Changes: []journal.Change{journal.Set(request.Of("G1"), r.Code, nil, &r)}}
	}
	run := review.Campaign{ID: "group-2026-12", Run: review.Run{Lessened: []chat.User{"li"}}}
	counted := journal.Entry{Changes: []journal.Change{journal.Set(review.All, review.CampaignKey(run.ID), nil, &run)}}
	for name, row := range map[string]struct {
		e        journal.Entry
		from     chat.User
		withheld bool
	}{
		"a report on the reader":                               {report, "li", true},
		"a report on another":                                  {report, "wang", false},
		"a review of the reader that goes on":                  {about("group-2026-12", "li"), "li", true},
		"one of many":                                          {about("group-2026-12", "wang", "li"), "li", true},
		"a review of another":                                  {about("group-2026-12", "wang"), "li", false},
		"of one whose id ends alike":                           {about("group-2026-12", "xli"), "li", false},
		"a review of the reader that is over":                  {about("group-2026-11", "li"), "li", false},
		"one that was stopped":                                 {about("hand-2026-12-01-ab", "li"), "li", false},
		"one that nobody knows any more":                       {about("group-2025-01", "li"), "li", false},
		"a run that would take something away from the reader": {counted, "li", true},
		"from another":                                         {counted, "wang", false},
		"a second person is asked about the reader":            {held("group-2026-12", "wang", "li"), "li", true},
		"about another":                                        {held("group-2026-12", "wang"), "li", false},
		"and has answered":                                     {held("group-2026-11", "li"), "li", false},
		"what is written for nobody holds everything":          {about("group-2026-12", "li"), "", false},
	} {
		assert.Equal(t, row.withheld, Withheld(row.from, row.e, w.Book), name)
	}
}
