package commands

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// usedIn is what the journal knows of somebody's use, as the ledger would tell it.
func (l *log) usedIn(who chat.User, items access.Items) (uses []review.Use) {
	for i := range items.All() {
		var last time.Time
		for _, e := range l.entries {
			for _, u := range e.Uses() {
				if u.Who == who && u.Item == i.String() {
					last = e.At
				}
			}
		}
		if !last.IsZero() {
			uses = append(uses, review.Use{Item: i.String(), Last: last})
		}
	}
	return uses
}

// admin is somebody with a role and what the journal knows of its use; blind are the items that no command needs.
func (l *log) admin(who chat.User, r access.Role, blind access.Items) review.Admin {
	items := r.Items()
	a := review.Admin{Who: who, Evidence: review.Evidence{
		Role: review.Role{Level: r.Level.String(), Items: items.Names()}, Known: noon,
		Blind: (items & blind).Names(), Uses: l.usedIn(who, items.Minus(blind)),
	}}
	for level := access.Junior; level < r.Level; level++ {
		lower := r
		lower.Level = level
		a.Ladder = append(a.Ladder, review.Rung{Level: level.String(), Items: lower.Items().Names()})
	}
	return a
}

// TestTheSmallestRoleStandsTheReplay holds M14 to the letter, over random journals: the real commands of the last 30 or 90
// days, decided again on the smallest role of whoever gave them, refuse nothing that was allowed; and one item less than
// what was used does refuse something, so that the test can fail.
func TestTheSmallestRoleStandsTheReplay(t *testing.T) {
	people := []chat.User{"li", "wang", "zhao"}
	items := []access.Item{access.Mute, access.ReviewMessages, access.Admins, access.Duty, access.Review, access.Policy}
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		l := newLog(t)
		roles := map[chat.User]access.Role{}
		grants(l, access.RoleKey("chief", false), roleOf("chief", access.Senior)) // somebody else can always appoint
		for _, who := range people {
			r := roleOf(who, access.Level(rapid.IntRange(2, 3).Draw(t, "level")))
			roles[who] = *r
			grants(l, access.RoleKey(who, false), r)
		}
		for range rapid.IntRange(1, 40).Draw(t, "length") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(0, 96).Draw(t, "hours")) * time.Hour)
			l.asks(rapid.SampledFrom(people).Draw(t, "who"), rapid.SampledFrom(items).Draw(t, "item"))
		}
		days := rapid.SampledFrom([]int{30, 90}).Draw(t, "window")
		since := l.now.AddDate(0, 0, -days)
		for _, who := range people {
			to, _, ok := review.Smallest(l.admin(who, roles[who], access.ItemsOf(access.Invite, access.Remove, access.Notice)), since)
			if !ok {
				continue
			}
			changes := l.reduced(t, who, to)
			out := l.replaySince(since, changes...)
			assert.Empty(t, out.refuses, "%s: %+v", who, to)
			made++
			for _, i := range to.Items {
				item, _ := access.ParseItem(i)
				used := slices.ContainsFunc(l.usedIn(who, access.ItemsOf(item)), func(u review.Use) bool { return !u.Last.Before(since) })
				less := slices.DeleteFunc(slices.Clone(to.Items), func(j string) bool { return i == j })
				if used && len(less) > 0 {
					assert.NotEmpty(t, l.replaySince(since, l.reduced(t, who, review.Target{Items: less})...).refuses, "without %s", i)
				}
			}
		}
	})
	require.Positive(t, made, "some role became smaller")
}

// reduced are the changes that make a role smaller, as the owner makes them.
func (l *log) reduced(t require.TestingT, who chat.User, to review.Target) access.Change {
	var changes access.Change
	var d access.Decision
	f := l.facts()
	if level, ok := access.ParseLevel(to.Level); ok {
		changes, d = f.Relevel(replayGroup, "boss", who, level, l.now)
	} else {
		changes, d = f.Restrict(replayGroup, "boss", who, itemsNamed(to.Items), l.now)
	}
	require.True(t, d.Allowed, "%+v: %s", to, d.Rule)
	return changes
}
