package commands

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
)

// TestGroupNames holds that groups are found by name or id, that what follows is the reason, and that a name that fits
// none, or several, is a question and never a guess.
func TestGroupNames(t *testing.T) {
	records := map[string]json.RawMessage{}
	for id, name := range map[string]string{"G1": "华东VIP客户群", "G2": "华东", "G3": "East VIP", "G4": "华南", "G5": "华南"} {
		raw, err := json.Marshal(directory.Listed{ID: chat.Group(id), Name: name, Kind: chat.CustomerGroup})
		require.NoError(t, err)
		records[id] = raw
	}
	groups, err := directory.BuildGroups(records)
	require.NoError(t, err)
	c := bot.Call{Groups: groups}
	for said, want := range map[string]struct {
		groups []chat.Group
		reason string
		no     string // part of the question
	}{
		"华东VIP客户群、华东":          {[]chat.Group{"G1", "G2"}, "", ""},
		"华东VIP客户群":             {[]chat.Group{"G1"}, "", ""},
		"华东ｖｉｐ客户群，east vip 优秀": {[]chat.Group{"G1", "G3"}, "优秀", ""},
		"G1 G4 原因：两季 达标":       {[]chat.Group{"G1", "G4"}, "两季 达标", ""},
		"华东 华东":                {[]chat.Group{"G2"}, "", ""},
		"华东、华西":                {nil, "", "华西"},
		"华西 优秀":                {nil, "", "华西"},
		"华南":                   {nil, "", "G5"},
		"华东区":                  {nil, "", "华东区"},
		" ":                    {nil, "", "跨群"},
	} {
		got, reason, err := groupNames(c, said)
		assert.Equal(t, want.groups, got, "%q", said)
		assert.Equal(t, want.reason, reason, "%q", said)
		if want.no == "" {
			assert.NoError(t, err, "%q", said)
			continue
		}
		var r *bot.Refusal
		if assert.ErrorAs(t, err, &r, "%q", said) {
			assert.Contains(t, r.Text.ZH, want.no, "%q", said)
		}
	}
}
