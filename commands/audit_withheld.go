package commands

import (
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/journal"
	"qunguan/bot/request"
	"qunguan/bot/review"
)

// This file says what of the journal is kept from whom, whatever right to it they hold.

// Withheld says whether an entry is kept from a reader: it holds a report about them, and who has made it, or how a
// review of them goes on that is not over. A file cannot leave that out of an entry, so the entry is left out of the file.
func Withheld(from chat.User, e journal.Entry, reviews review.Book) bool {
	_, ok := reportAbout(from, e)
	return ok || underReview(from, e, reviews)
}

// underReview says whether an entry tells what is thought of somebody in a review that is not over: the evidence, the
// advice, what was decided, or what a second person is asked to let happen to them.
func underReview(who chat.User, e journal.Entry, reviews review.Book) bool {
	for _, ch := range e.Changes {
		if id, ok := reviewAbout(who, ch); ok {
			if x, known := reviews.Get(id); known && !x.State.Over() {
				return true
			}
		}
	}
	return false
}

// reviewAbout is the review of which a record tells something about somebody.
func reviewAbout(who chat.User, ch journal.Change) (id string, ok bool) {
	if who == "" {
		return "", false
	}
	switch ch.Of.Kind() {
	case review.Of("").Kind():
		return review.CaseOf(ch.Key, who)
	case review.All.Kind():
		if before, after := sides[review.Campaign](ch); slices.Contains(after.Run.Losers(), who) || slices.Contains(before.Run.Losers(), who) {
			return after.ID, true
		}
	case request.Of("").Kind():
		if id, ok := strings.CutPrefix(ch.Key, review.RequestPrefix); ok {
			before, after := sides[request.Request](ch)
			return id, slices.Contains(after.For, who) || slices.Contains(before.For, who)
		}
	}
	return "", false
}

// hidesEntry says whether an entry is not even named to the reader: it is the act of somebody who has reported them, or
// about a review of them that is not over, unless they were asked in it.
func hidesEntry(c bot.Call, e journal.Entry) bool {
	return hidesActor(c, e) || hushed(c, e)
}

func hushed(c bot.Call, e journal.Entry) bool {
	return e.Kind != review.Asked && e.Kind != review.Answered && underReview(c.Actor.ID, e, reviews.Of(c))
}

// mayAuditCompany lets those read what belongs to no group who may read the journal of the company: of whoever may read
// that of a group, it is no business who was reviewed, or moved, in others.
func mayAuditCompany(c bot.Call, who chat.User) error {
	d := access.Decide(c.In(""), access.Request{Actor: c.Actor.ID, Item: access.Audit, At: c.Now})
	if d.Allowed {
		return nil
	}
	return &bot.Denied{Decision: d, Item: access.Audit, Target: who, Next: chat.Text{
		ZH: "这一条不属于哪个群，只给能看全公司审计的人看。", EN: " It belongs to no group, and is for whoever may read the journal of the company.",
	}}
}

var reviewOfYou = chat.Text{ZH: "这关于对您的复核，复核结束后才看得到。", EN: "It is about a review of you, to be seen once that is over."}
