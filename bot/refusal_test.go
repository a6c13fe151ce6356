package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// permits are the rules that allow; no refusal ends in them.
var permits = []access.Rule{
	access.RuleOwner, access.RuleDepartmentAdmin, access.RuleGranted, access.RuleTemporary, access.RuleApproved, access.RuleOnDuty,
	access.RuleEligible,
}

// TestEveryRefusalSaysWhatToDo walks all rules in both languages: what was asked, the rule by name and in words, who
// could do it or what would have to change, and what to type next.
func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	c := refused(t)
	for _, rule := range access.AllRules() {
		if slices.Contains(permits, rule) {
			continue
		}
		for _, item := range []access.Item{access.Mute, access.Admins, access.Policy} {
			d := &Denied{Decision: access.Decision{Rule: rule}, Item: item, Target: "zhao"}
			text := denied(c, Command{Name: "mute"}, d)
			for language, said := range map[chat.Language]string{chat.ZH: text.ZH, chat.EN: text.EN} {
				name := string(rule) + " " + item.String() + " " + string(language)
				assert.Contains(t, strings.ToLower(said), strings.ToLower(item.Label().In(language)), "%s: what was asked", name)
				assert.Contains(t, said, bracketed(language, rule), "%s: the rule", name)
				assert.Contains(t, said, "`/", "%s: what to type next: %s", name, said)
				assert.NotContains(t, said, "%!", name)
			}
			assert.NotEqual(t, text.ZH, text.EN)
		}
	}
}

func bracketed(l chat.Language, r access.Rule) string {
	if l == chat.EN {
		return "(" + string(r) + ")"
	}
	return "（" + string(r) + "）"
}

// refused is a call in a group with an owner, two seniors, and li who has been refused.
func refused(t *testing.T) Call {
	t.Helper()
	now := time.Date(2026, 2, 20, 1, 0, 0, 0, time.UTC)
	build := func(records map[string]any) access.Book {
		raw := map[string]json.RawMessage{}
		for key, r := range records {
			b, err := json.Marshal(r)
			require.NoError(t, err)
			raw[key] = b
		}
		b, err := access.Build(raw)
		require.NoError(t, err)
		return b
	}
	g := directory.Group{}
	g.ID, g.Kind = "G1", chat.CustomerGroup
	c := Call{
		Now: now, Said: now, Zone: time.UTC, Actor: chat.Member{ID: "li", Kind: chat.Staff}, Group: g,
		Message: chat.Message{From: "li", Text: "/禁言 @zhao"}, unnamed: &[]journal.Name{},
	}
	c.Access = access.Facts{
		Company: build(map[string]any{access.OwnerKey("boss"): access.Owner{Who: "boss"}}),
		Group: build(map[string]any{
			access.RoleKey("wang", false): access.Role{Who: "wang", Level: access.Senior}, access.RoleKey("sun", false): access.Role{Who: "sun", Level: access.Senior},
		}),
	}
	return c
}
