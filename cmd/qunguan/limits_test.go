package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/platform/wecom"
	"qunguan/configs"
)

// TestTheProfileIsThatOfTheTable: what the adapter says of WeCom and what rights know of it are the same.
func TestTheProfileIsThatOfTheTable(t *testing.T) {
	got := profileOf(configs.Config{})
	want, ok := access.ParsePlatform(got.Name.ZH)
	require.True(t, ok)
	assert.Equal(t, wecom.Profile().RoleCap, got.RoleCap)
	assert.Equal(t, []any{want.RoleCap, want.NativeCap, want.Inherits}, []any{got.RoleCap, got.NativeCap, got.Inherits})
	assert.Equal(t, want.Items, bot.Offered(got).Minus(access.GovernanceItems))
}

// TestTheConfigurationSetsTheLimits: D9, both are settings.
func TestTheConfigurationSetsTheLimits(t *testing.T) {
	got := profileOf(configs.Config{Limits: configs.Limits{RoleCap: 5, NativeAdmins: 10}})
	assert.Equal(t, []int{5, 10}, []int{got.RoleCap, got.NativeCap})
}
