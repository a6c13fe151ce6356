package commands

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/digest"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// TestTheButtonOfAnAlertShowsWhatItCounts: refusals are counted wherever they were.
func TestTheButtonOfAnAlertShowsWhatItCounts(t *testing.T) {
	book, err := access.Build(records(t, (access.Book{}).Configure([]chat.User{"boss"}, nil, 0)))
	require.NoError(t, err)
	c := bot.Call{Access: access.Facts{Company: book}}
	refused := digest.Suspicion{Sort: digest.Refused, Who: "li", Group: "G1"}
	assert.Equal(t, "/audit @li refused everywhere", lookAt(c, refused, "boss"))
	assert.Equal(t, "/audit @li refused #G1", lookAt(c, refused, "wang"))
	refused.Group = ""
	assert.Equal(t, "/audit @li refused everywhere", lookAt(c, refused, "boss"))
	assert.Equal(t, "/audit @li #G1", lookAt(c, digest.Suspicion{Sort: digest.OffShift, Who: "li", Group: "G1"}, "boss"))
}

func records(t *testing.T, changes []journal.Change) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{}
	for _, ch := range changes {
		out[ch.Key] = ch.After
	}
	return out
}

// TestACarriedOutReviewIsNoSuspicion, but nobody hides behind its words.
func TestACarriedOutReviewIsNoSuspicion(t *testing.T) {
	w := watching(bot.Call{})
	e := journal.Entry{Kind: access.Revoked, Actor: "li", Reason: review.Reason + "group-2026-03"}
	assert.False(t, w.Destructive(e))
	e.Command = "/撤管理 @wang 权限复核 group-2026-03"
	assert.True(t, w.Destructive(e))
}
