package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/platform/wecom"
)

// TestAnOldRedisIsSaidToBe; one that does not say what it is, is not judged.
func TestAnOldRedisIsSaidToBe(t *testing.T) {
	for version, want := range map[string]struct {
		major int
		works bool
		says  string
	}{
		"7.2.4":  {7, true, "版本 7.2.4"},
		"6.2.14": {6, false, "版本 6.2.14（太旧，要 7 或更新）"},
		"":       {0, true, "版本未知（服务器没有说）"},
	} {
		works, says := redisVersion(version, want.major)
		assert.Equal(t, want.works, works, version)
		assert.Equal(t, want.says, says.ZH)
	}
}

// TestAnInterfaceNeedsItsCredential: without that it is spoken, but cannot be used, and says why.
func TestAnInterfaceNeedsItsCredential(t *testing.T) {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC), nil, startEmbedded(t))
	parts := s.procs[0].spokenParts([]wecom.Check{{Name: "wecom.app.secret", Err: errors.New("40001")}, {Name: "wecom.customer_contact.secret"}})
	require.NotEmpty(t, parts)
	for _, p := range parts {
		app := p.Name == chat.Text{ZH: "企业微信 自建应用接口", EN: "WeCom app interface"}
		assert.Equal(t, !app, p.Works, p.Name.ZH)
		assert.Contains(t, p.Note.ZH, map[bool]string{true: "用不了：wecom.app.secret 不可用", false: ""}[app])
	}
}
