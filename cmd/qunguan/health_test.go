package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/platform/wecom"
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

// TestAnInterfaceNeedsItsCredential: without that it is spoken, but cannot be used, and says why.
func TestAnInterfaceNeedsItsCredential(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	parts := s.procs[0].spokenParts([]wecom.Check{{Name: "wecom.app.secret", Err: errors.New("40001")}, {Name: "wecom.customer_contact.secret"}})
	require.Len(t, parts, 3)
	for _, p := range parts {
		app := p.Name == chat.Text{ZH: "企业微信 自建应用接口", EN: "WeCom app interface"}
		assert.Equal(t, !app, p.Works, p.Name.ZH)
		assert.Contains(t, p.Note.ZH, map[bool]string{true: "用不了：wecom.app.secret 不可用", false: ""}[app])
	}
}
