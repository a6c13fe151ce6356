package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
	"qunguan/bot/review"
)

// TestEveryNumberOfAPolicyCanBeSet, once, and is what the usual policy says.
func TestEveryNumberOfAPolicyCanBeSet(t *testing.T) {
	words := map[string]bool{}
	for _, s := range reviewSettings {
		words[s.word] = true
		p := review.Standard()
		assert.True(t, s.set(&p, s.example().ZH), s.word)
		assert.True(t, s.set(&p, s.example().EN), s.word)
	}
	for _, n := range review.Numbers() {
		assert.True(t, words[n.Word], "%s has a word", n.Word)
	}
	assert.Len(t, reviewSettings, len(review.Numbers())+1)
}

// TestHowAValueIsTyped: with the unit that it is shown with, or without; out of bounds it is none.
func TestHowAValueIsTyped(t *testing.T) {
	of := func(word string) reviewSetting {
		for _, s := range reviewSettings {
			if s.word == word {
				return s
			}
		}
		t.Fatalf("no setting %s", word)
		return reviewSetting{}
	}
	for word, typed := range map[string][]string{
		"share": {"30", "30%", "30 %", "３０％"}, "days": {"30", "30天", "30 天", "30d", "30 days"}, "quick": {"30", "30秒", "30 seconds", "30s"},
		"sample": {"30", "30位"}, "most": {"30", "30个"}, "active": {"30", "30 条", "30条消息"},
	} {
		for _, s := range typed {
			p := review.Standard()
			assert.True(t, of(word).set(&p, s), "%s %s", word, s)
			n, _ := of(word).number()
			assert.Equal(t, 30, *n.Of(&p), "%s %s", word, s)
		}
	}
	for word, typed := range map[string]string{
		"share": "101%", "days": "0", "stages": "3", "unused": "45", "quick": "3天", "noanswer": "随便", "few": "1", "ignored": "0", "again": "-1", "large": "大",
	} {
		p := review.Standard()
		assert.False(t, of(word).set(&p, typed), "%s %s", word, typed)
	}
	assert.Equal(t, chat.Same("0–100%"), of("share").bounds())
}
