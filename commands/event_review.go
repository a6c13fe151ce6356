package commands

import (
	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/event"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// reviewBefore tells, with the reminder of a big event, how it is with the review of the group's admins before it: that it
// begins, how far it is, or that there is none since the group is under review already.
func reviewBefore(c bot.Call, e event.Event, happened []journal.Event) chat.Text {
	id, book := review.BeforeEvent(c.Group.ID, e.From.In(c.Zone)), bot.At[review.Book](c, review.All)
	for _, h := range happened {
		for _, ch := range h.Changes {
			if ch.Of == review.All && ch.Key == review.CampaignKey(id) && ch.Before == nil {
				_, x := sides[review.Campaign](ch)
				return chat.Text{ZH: "现在开始，%s 截止", EN: "begins now, to be decided by %s"}.F(whenText(c, x.Closes))
			}
		}
	}
	if x, ok := book.Get(id); ok {
		return courseText(c, x)
	}
	if x, ok := book.Under(c.Group.ID, bot.At[review.Sheet](c, review.Of(c.Group.ID))); ok {
		return chat.Text{ZH: "不另外复核，本群已在另一次里：%s，%s", EN: "none of its own, since the group is in another: %s, %s"}.F(campaignTold(x), courseText(c, x))
	}
	return chat.Text{ZH: "来不及了，离大事太近", EN: "none, it is too near"}
}
