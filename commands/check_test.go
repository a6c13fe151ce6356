package commands

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/grammar"
)

// TestFixesAreCommands: whatever a check offers as a fix is understood, in both languages.
func TestFixesAreCommands(t *testing.T) {
	var g grammar.Grammar
	for _, c := range All() {
		forms, err := grammar.Compile(c.Forms, c.Holes...)
		require.NoError(t, err)
		require.NoError(t, g.Add(c.Name, forms))
	}
	fixed := 0
	for _, k := range findingKinds {
		for _, f := range []access.Finding{
			{Kind: k, Who: "li", Items: access.ItemsOf(access.Mute, access.MentionAll), Key: "statement/x", Name: "审管分离"},
			{Kind: k, Who: "li", Items: access.ItemsOf(access.Review), Key: "role/li", Name: "审管分离"},
		} {
			fix := fixOf(f)
			if fix.IsZero() {
				continue
			}
			fixed++
			for _, said := range []string{fix.ZH, fix.EN} {
				m := g.Match(said, grammar.Context{Now: time.Unix(0, 0), Zone: time.UTC, Addressed: true})
				assert.Nil(t, m.Problem, "%s: %s", k, said)
				assert.NotEmpty(t, m.Command, "%s: %s", k, said)
			}
		}
	}
	assert.Greater(t, fixed, 10)
	for _, k := range findingKinds {
		assert.NotEmpty(t, kindTexts[k].ZH, k)
		assert.NotEmpty(t, kindTexts[k].EN, k)
	}
}
