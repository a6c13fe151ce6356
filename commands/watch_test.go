package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/journal"
	"qunguan/bot/review"
)

// TestACarriedOutReviewIsNoSuspicion, but nobody hides behind its words.
func TestACarriedOutReviewIsNoSuspicion(t *testing.T) {
	w := watching(bot.Call{})
	e := journal.Entry{Kind: access.Revoked, Actor: "li", Reason: review.Reason + "group-2026-03"}
	assert.False(t, w.Destructive(e))
	e.Command = "/撤管理 @wang 权限复核 group-2026-03"
	assert.True(t, w.Destructive(e))
}
