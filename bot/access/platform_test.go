package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
)

// TestM02WhatAMoveLoses is the last row of 4.1, in all six directions.
func TestM02WhatAMoveLoses(t *testing.T) {
	for _, c := range []struct {
		from, to string
		lost     access.Items
	}{
		{"企业微信", "钉钉", access.ItemsOf(access.Import, access.ReviewMessages, access.Files, access.MentionAll)},
		{"企业微信", "飞书", 0},
		{"钉钉", "企业微信", 0},
		{"钉钉", "飞书", 0},
		{"飞书", "企业微信", access.ItemsOf(
			access.ShareCard, access.SpeakMode, access.Pin, access.Urgent, access.Bots, access.Secrecy)},
		{"飞书", "钉钉", access.ItemsOf(
			access.Import, access.ReviewMessages, access.Files, access.MentionAll,
			access.ShareCard, access.SpeakMode, access.Pin, access.Urgent, access.Bots, access.Secrecy)},
	} {
		assert.Equal(t, c.lost, platform(t, c.from).Lost(platform(t, c.to)), "%s→%s", c.from, c.to)
	}
}

// TestWhatComesNearest is the brackets of 4.1.
func TestWhatComesNearest(t *testing.T) {
	wecom, dingtalk := platform(t, "wecom"), platform(t, "dingtalk")
	for _, c := range []struct {
		on   access.Platform
		lost access.Item
		want access.Item
	}{
		{dingtalk, access.Import, access.Invite},
		{dingtalk, access.MentionAll, access.Notice},
		{dingtalk, access.ReviewMessages, access.NoItem},
		{dingtalk, access.Files, access.NoItem},
		{wecom, access.ShareCard, access.Invite},
		{wecom, access.SpeakMode, access.Mute},
		{wecom, access.Pin, access.Notice},
		{wecom, access.Urgent, access.MentionAll},
		{dingtalk, access.Urgent, access.Notice}, // @全体 is not there either
		{wecom, access.Bots, access.NoItem},
		{wecom, access.Secrecy, access.NoItem},
	} {
		assert.Equal(t, c.want, c.on.Nearest(c.lost), "%s on %s", c.lost, c.on.Name)
	}
}

// TestPlatforms is the profiles of 4.1 (R10, R11, R12, D9).
func TestPlatforms(t *testing.T) {
	for name, want := range map[string]struct {
		items, roleCap, nativeCap int
		inherits                  bool
	}{
		"wecom": {12, 10, 3, true}, "dingtalk": {8, 5, 12, false}, "feishu": {18, 15, 10, true},
	} {
		p := platform(t, name)
		assert.Equal(t, want.items, p.Items.Len(), name)
		assert.Equal(t, []int{want.roleCap, want.nativeCap}, []int{p.RoleCap, p.NativeCap}, name)
		assert.Equal(t, want.inherits, p.Inherits, name)
	}
	_, ok := access.ParsePlatform("")
	assert.False(t, ok)
}

func platform(t *testing.T, said string) access.Platform {
	p, ok := access.ParsePlatform(said)
	require.True(t, ok, said)
	return p
}
