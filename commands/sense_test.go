package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/evidence"
	"qunguan/bot/journal"
	"qunguan/bot/moderation"
)

// TestEveryMeansOfModerationHasASense: a new kind of event of moderation must be said to intercept something or not, and
// to take something from somebody or not.
func TestEveryMeansOfModerationHasASense(t *testing.T) {
	for _, h := range moderation.Happenings() {
		_, said := senses[h.Kind]
		assert.True(t, said, "%s (%s): say in senses what it comes to", h.Kind, h.Text.ZH)
	}
	known := Happenings()
	for k := range senses {
		assert.Contains(t, known, k)
	}
	assert.Equal(t, []journal.Kind{access.Restricted, access.Revoked, moderation.Muted, moderation.Warned}, destructive)
	assert.Equal(t, []journal.Kind{moderation.Asked, moderation.Caught, moderation.Muted, moderation.Warned}, catching[:len(catching)-1])
	assert.Equal(t, kindsThat(func(m sense) bool { return m.intercepts == byAdmin || m.intercepts == upon }), evidence.Intercepting,
		"reviews and indicators count the same acts of a person")
}

// TestAnAnswerToTheBotIsNoSuspicion: it had asked for it, and the breach is counted already.
func TestAnAnswerToTheBotIsNoSuspicion(t *testing.T) {
	w := watching(bot.Call{})
	for _, of := range []map[moderation.What]int{nil, {moderation.File: 1}} {
		e, _, err := moderation.Book{}.Warn("G", moderation.Warning{Code: "1", Who: "wm1", By: "li", Reason: "广告", Of: of})
		assert.NoError(t, err)
		entry := journal.Entry{Kind: e.Kind, Actor: "li", Command: "/警告", Changes: e.Changes}
		assert.Equal(t, of == nil, w.Destructive(entry))
		assert.Equal(t, of != nil, uponCase(entry))
	}
}
