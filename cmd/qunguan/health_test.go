package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot"
	"qunguan/bot/chat"
)

// TestTheVersionOfRedisIsToldAndJudged (R51): what is older than this program was made for is degraded, and why is said.
func TestTheVersionOfRedisIsToldAndJudged(t *testing.T) {
	t.Parallel()
	for v, works := range map[string]bool{"6.2.14": false, "5": false, "7.0.15": true, "8.0.0": true, "10.1": true, "unknown": true} {
		p := oldServer(bot.Part{Works: true, Note: chat.Same("x")}, v)
		assert.Equal(t, works, p.Works, v)
		assert.Equal(t, works, p.Note == chat.Same("x"), v)
	}
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startServer(t))
	p := s.procs[0].redisPart(s.ctx)
	assert.True(t, p.Works)
	assert.Regexp(t, `^应答正常，版本 [0-9]+\.[0-9.]+`, p.Note.ZH)
}
