package directory

import (
	"slices"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// followers is whose customer somebody is.
type followers struct {
	Staff  []chat.User `json:"staff,omitempty"`
	SeenAt int64       `json:"seen_at"` // Unix seconds
}

// freshFor is how long it is believed whose customer somebody is. Platforms tell of a changed one in a callback of its
// own, which may be lost.
const freshFor = 24 * time.Hour

// FollowersKnown says whether it is known, lately enough, whose customer the person is.
func (p Person) FollowersKnown(now time.Time) bool {
	return !p.FollowersAt.IsZero() && now.Before(p.FollowersAt.Add(freshFor))
}

// Follow returns the change in which u is known to be a customer of just these members of staff. That they are the
// same as before is a change too: it says until when that is believed.
func (p Person) Follow(u chat.User, staff []chat.User, now time.Time) journal.Change {
	staff = slices.Clone(staff)
	slices.Sort(staff)
	var before *followers
	if !p.FollowersAt.IsZero() {
		before = &followers{Staff: p.Followers, SeenAt: clock(p.FollowersAt)}
	}
	return journal.Set(OfPerson(u), followersKey, before, &followers{Staff: slices.Compact(staff), SeenAt: clock(now)})
}
