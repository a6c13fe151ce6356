package duty_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/duty"
	"qunguan/bot/journal"
)

var noonUTC = time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)

func feedsOf(t *testing.T, records map[string]json.RawMessage) duty.Feeds {
	t.Helper()
	fs, err := duty.BuildFeeds(records)
	require.NoError(t, err)
	return fs
}

func TestAFeedOpensToItsSecretAlone(t *testing.T) {
	f := duty.NewFeed("abc", "li", "", noonUTC)
	assert.True(t, f.Opens("abc"))
	for _, other := range []string{"", "ab", "abcd", "ABC", f.Hash, f.ID} {
		assert.False(t, f.Opens(other), other)
	}
	assert.False(t, duty.Feed{}.Opens(""), "no feed opens to anything")
	raw, err := json.Marshal(duty.NewFeed("a-long-secret", "li", "", noonUTC))
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "a-long-secret", "only what the secret cannot be made of is kept")
}

// TestMakingAndRevoking: a feed is found by its address and by its person as long as it stands, and in neither way after.
func TestMakingAndRevoking(t *testing.T) {
	own, group := duty.NewFeed("a", "li", "", noonUTC), duty.NewFeed("b", "li", "G1", noonUTC.Add(time.Hour))
	byPerson, byAddress := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, f := range []duty.Feed{group, own} {
		e, err := feedsOf(t, byPerson).Make(f)
		require.NoError(t, err)
		assert.Equal(t, []chat.User{"li"}, e.Targets)
		byPerson = journal.Apply(byPerson, duty.OfFeeds("li"), e.Changes)
		byAddress = journal.Apply(nil, duty.OfFeed(f.ID), e.Changes)
		found, err := duty.BuildFeed(byAddress)
		require.NoError(t, err)
		assert.Equal(t, f, found)
	}
	all := feedsOf(t, byPerson)
	assert.Equal(t, []duty.Feed{own, group}, all.All(), "the oldest first")

	_, _, ok := all.Revoke(func(duty.Feed) bool { return false })
	assert.False(t, ok)
	e, ended, ok := all.Revoke(func(f duty.Feed) bool { return f.Group == "" })
	require.True(t, ok)
	assert.Equal(t, []duty.Feed{own}, ended)
	assert.Empty(t, journal.Apply(byAddress, duty.OfFeed(own.ID), e.Changes))
	assert.Equal(t, []duty.Feed{group}, feedsOf(t, journal.Apply(byPerson, duty.OfFeeds("li"), e.Changes)).All())
}

func TestAPersonHasSoManyFeeds(t *testing.T) {
	records := map[string]json.RawMessage{}
	for i := range duty.MostFeeds {
		e, err := feedsOf(t, records).Make(duty.NewFeed(fmt.Sprint(i), "li", "", noonUTC))
		require.NoError(t, err)
		records = journal.Apply(records, duty.OfFeeds("li"), e.Changes)
	}
	_, err := feedsOf(t, records).Make(duty.NewFeed("one more", "li", "", noonUTC))
	assert.ErrorIs(t, err, duty.ErrManyFeeds)
}

func TestFeedsRefuseWhatTheyDoNotKnow(t *testing.T) {
	for _, records := range []map[string]json.RawMessage{{"feed": json.RawMessage(`{"no":1}`)}, {"other": json.RawMessage(`{}`)}} {
		_, err := duty.BuildFeed(records)
		assert.Error(t, err)
		_, err = duty.BuildFeeds(records)
		assert.Error(t, err)
	}
}
