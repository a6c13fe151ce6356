package commands

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
	"qunguan/bot/reminder"
)

var (
	morning = noon.Add(-3 * time.Hour)
	evening = noon.Add(6 * time.Hour)
)

// nearingOf is a record of the group's book that is about to end.
func nearingOf(t *testing.T, key string, record any) nearing {
	t.Helper()
	raw, err := json.Marshal(record)
	require.NoError(t, err)
	s := spanOf(key, raw)
	return nearing{
		Reminder: reminder.Reminder{Record: key, Who: s.who, By: s.by, Until: s.until},
		c:        bot.Call{Now: noon, Zone: time.UTC}, group: directory.Unknown("G1"), record: raw,
	}
}

// TestEveryRecordThatEndsIsSpokenOf: whatever has an end has a card that says what ends.
func TestEveryRecordThatEndsIsSpokenOf(t *testing.T) {
	allow := access.Statement{
		Subject: access.About("li"), Scope: access.In("G1"), Items: access.ItemsOf(access.Mute), Effect: access.Allow,
		At: morning, Until: evening, By: "boss", Reason: "展会",
	}
	deny, all := allow, allow
	deny.Effect = access.Deny
	all.Subject = access.Subject{}
	temp := access.Role{Who: "li", Level: access.Mid, From: morning, Until: evening, By: "boss", Reason: "展会"}
	eligible, active := temp, temp
	eligible.Eligible, active.Active, active.By = true, true, "li"
	scene := access.Scene{Name: access.OfflineEvent, From: morning, Until: evening, By: "boss"}
	for _, c := range []struct {
		name, key string
		record    any
		who       chat.User
		body      string
	}{
		{"a temporary role", temp.Key(), temp, "li", "li：中级管理员"},
		{"an eligibility", eligible.Key(), eligible, "li", "li：中级管理员（候补）"},
		{"an activation", active.Key(), active, "li", "li：中级管理员（已激活）"},
		{"an allow", access.StatementKey(allow), allow, "li", "li：例外：允许 禁言"},
		{"a deny", access.StatementKey(deny), deny, "li", "li：例外：禁止 禁言"},
		{"one for everybody", access.StatementKey(all), all, "", "例外：允许 禁言"},
		{"a scene", access.SceneKey(scene.Name), scene, "", "场景“线下活动”"},
	} {
		n := nearingOf(t, c.key, c.record)
		assert.Equal(t, c.who, n.Who, c.name)
		assert.Equal(t, evening, n.Until, c.name)
		assert.Equal(t, c.body, n.card("boss").Body.ZH, c.name)
	}
	for _, r := range []any{access.Role{Who: "li", Level: access.Mid}, access.Owner{Who: "li"}} {
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Zero(t, spanOf("role/li", raw), "what has no end is not spoken of")
	}
	assert.Zero(t, spanOf("temp/li", nil))
	assert.Zero(t, spanOf("temp/li", json.RawMessage(`{`)))
}

// TestSpanBeginsWithTheRight, or where the record does not say when, with its setting.
func TestSpanBeginsWithTheRight(t *testing.T) {
	r := access.Role{Who: "li", Level: access.Mid, From: noon, At: morning, Until: evening}
	assert.Equal(t, noon, nearingSpan(t, r).from)
	r.From = time.Time{}
	assert.Equal(t, morning, nearingSpan(t, r).from)
}

func nearingSpan(t *testing.T, r access.Role) span {
	t.Helper()
	raw, err := json.Marshal(r)
	require.NoError(t, err)
	return spanOf(r.Key(), raw)
}

// TestWhoMayExtendIsOfferedIt: an activation its holder, anything else whoever gave it, and nobody their own right.
func TestWhoMayExtendIsOfferedIt(t *testing.T) {
	whole := access.Role{Who: "li", Level: access.Mid, Active: true, From: morning, Until: evening, By: "li", Reason: "展会"}
	one := whole
	one.Only = access.ItemsOf(access.Mute)
	commands := func(n nearing, to chat.User) []string {
		var out []string
		for _, b := range n.card(to).Buttons {
			out = append(out, b.Command)
		}
		return out
	}
	assert.Equal(t, []string{"/activate for 1h #G1 展会"}, commands(nearingOf(t, whole.Key(), whole), "li"))
	assert.Equal(t, []string{"/activate mute for 1h #G1 展会"}, commands(nearingOf(t, one.Key(), one), "li"))
	assert.Empty(t, commands(nearingOf(t, whole.Key(), whole), "boss"))

	temp := access.Role{Who: "li", Level: access.Mid, From: morning, Until: evening, By: "boss"}
	n := nearingOf(t, temp.Key(), temp)
	assert.Empty(t, commands(n, "li"), "nobody extends their own right")
	assert.Equal(t, "/admin extend @li until 2026-11-23 19:00 #G1", n.extend(time.Hour, "").Command, "an end, not a length: two taps do no more than one")
}

// TestFollowPlansNothingOnWhatWasNotRead: the reminders are asked for where a record begins or ceases to have an end.
func TestFollowPlansNothingOnWhatWasNotRead(t *testing.T) {
	temp := access.Role{Who: "li", Level: access.Mid, From: noon, Until: evening}
	fixed := access.Role{Who: "li", Level: access.Mid}
	set := func(before, after *access.Role) []journal.Name {
		return remember(bot.Call{Now: noon}, journal.Set(access.Of("G1"), temp.Key(), before, after), bot.Consequence{}).Need
	}
	assert.Equal(t, []journal.Name{"reminder/G1"}, set(nil, &temp))
	assert.Equal(t, []journal.Name{"reminder/G1"}, set(&temp, nil))
	moved := temp
	moved.Until = evening.Add(time.Hour)
	assert.Equal(t, []journal.Name{"reminder/G1"}, set(&temp, &moved))
	releveled := temp
	releveled.Level = access.Junior
	assert.Empty(t, set(&temp, &releveled), "the end is where it was")
	c := journal.Set(access.Of("G1"), fixed.Key(), nil, &fixed)
	assert.Empty(t, remember(bot.Call{Now: noon}, c, bot.Consequence{}).Need, "a fixed role has none")
}
