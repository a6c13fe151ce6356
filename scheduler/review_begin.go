package scheduler

import (
	"context"
	"time"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/event"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// reviewRhythm is the rhythm that begins a campaign of a kind. Its id says kind and period, so that it is begun once in
// each, whoever begins it.
func reviewRhythm(b *bot.Bot, k review.Kind, title chat.Text, spec string) Rhythm {
	return Rhythm{Name: "review_" + string(k), Title: title, Spec: spec, Run: func(ctx context.Context) error {
		return b.Amend(ctx, []journal.Name{review.All, access.Of("")}, "", func(c bot.Call) (bot.Outcome, error) {
			w := work(c)
			id := review.IDOf(k, c.Now.In(c.Zone))
			if _, begun := w.Book.Get(id); begun || len(c.Groups.All()) == 0 {
				return bot.Outcome{}, nil
			}
			w.SetCampaign(review.Begin(w.Book.Policy(), review.Campaign{ID: id, Kind: k}, c.Now.In(c.Zone)))
			return happened(review.Began, w), nil
		})
	}}
}

// beforeEvent begins the review of a group a few days before a big event, when its first reminder comes. A group whose
// admins are being looked at already is left alone; the card of the reminder says so.
func beforeEvent(c bot.Call, g chat.Group, e event.Event) []journal.Event {
	w := work(c)
	x := review.Begin(w.Book.Policy(), review.Campaign{
		ID: review.BeforeEvent(g, e.From.In(c.Zone)), Kind: review.Event, Name: e.Name, Groups: []chat.Group{g},
	}, c.Now.In(c.Zone))
	for x.Ends.After(e.From) && x.Closes.After(c.Now) {
		x.Closes, x.Ends = x.Closes.AddDate(0, 0, -1), x.Ends.AddDate(0, 0, -1)
	}
	_, begun := w.Book.Get(x.ID)
	if _, under := w.Book.Under(g, w.SheetOf(g)); begun || under || x.Closes.Sub(c.Now) < shortestReview {
		return nil
	}
	w.SetCampaign(x)
	return happened(review.Began, w).Events
}

// shortestReview is how long a review must have before an event to be worth beginning.
const shortestReview = 48 * time.Hour
