package bot

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

func TestATokenBelongsToItsMessageAndPurpose(t *testing.T) {
	b := &Bot{Config: Config{Secret: []byte("secret")}}
	token := func(b *Bot, purpose, message string, who chat.User) string {
		return Call{bot: b, Message: chat.Message{ID: message}, Actor: chat.Member{ID: who}}.Token(purpose)
	}
	first := token(b, "calendar", "m1", "li")
	assert.Regexp(t, regexp.MustCompile(`^[a-z2-7]{32}$`), first)
	assert.Equal(t, first, token(b, "calendar", "m1", "li"), "a command may run twice")
	seen := map[string]bool{first: true}
	for _, other := range []string{
		token(b, "other", "m1", "li"), token(b, "calendar", "m2", "li"), token(b, "calendar", "m1", "wang"),
		token(b, "calendar", "m1l", "i"), token(&Bot{Config: Config{Secret: []byte("another")}}, "calendar", "m1", "li"),
	} {
		assert.False(t, seen[other])
		seen[other] = true
	}
	assert.Empty(t, token(&Bot{}, "calendar", "m1", "li"))
	assert.Empty(t, Call{}.Token("calendar"))
}

func TestLink(t *testing.T) {
	_, ok := Call{}.Link("/x")
	assert.False(t, ok)
	_, ok = Call{bot: &Bot{Config: Config{PublicURL: func() string { return "" }}}}.Link("/x")
	assert.False(t, ok)
	address, ok := Call{bot: &Bot{Config: Config{PublicURL: func() string { return "https://bot.example.com" }}}}.Link("/x")
	assert.True(t, ok)
	assert.Equal(t, "https://bot.example.com/x", address)
}
