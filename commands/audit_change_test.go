package commands

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// TestChangesInWords: what an auditor reads of a record that has come, has become another, or has gone.
func TestChangesInWords(t *testing.T) {
	w := Wording{Zone: time.FixedZone("east", 8*3600), Person: func(u chat.User) chat.Text { return chat.Same("<" + string(u) + ">") }}
	side := func(s string) json.RawMessage {
		if s == "" {
			return nil
		}
		return json.RawMessage(s)
	}
	for _, c := range []struct{ of, key, before, after, zh, en string }{
		{"access/G", "role/li", "", `{"who":"li","level":"mid","job":"sales","by":"boss","at":"2026-02-20T01:00:00Z"}`,
			"新增 固定角色 li：成员 <li>，级别 中级，岗位 销售代表", "new: fixed role li: member <li>, level mid, job sales"},
		{"access/G", "role/li", `{"who":"li","level":"mid","by":"boss"}`, `{"who":"li","level":"senior","by":"sun","until":"2026-03-01T00:00:00Z"}`,
			"固定角色 li：级别 中级 → 高级，到 无 → 2026-03-01 08:00，操作人 <boss> → <sun>", "fixed role li: level mid → senior, until none → 2026-03-01 08:00, by <boss> → <sun>"},
		{"access/G", "temp/li", `{"who":"li","level":"mid","only":["mute","files"]}`, "",
			"去掉 临时角色 li：成员 <li>，级别 中级，只留 禁言、文件管理", "gone: temporary role li: member <li>, level mid, only Mute, Files"},
		{"access/G", "statement/group/person/li", "", `{"subject":{"kind":"person","id":"li"},"scope":{"kind":"group","groups":["G"]},"items":["mute"],"effect":"deny"}`,
			"新增 例外 group/person/li：对谁 <li>，效果 禁止，权限项 禁言，范围 群 G", "new: exception group/person/li: for <li>, effect deny, items Mute, scope groups G"},
		{"moderation/G", "rules", `{"text":"a"}`, `{"text":"a"}`, "禁言与群规 rules", "mutes and rules rules"},
		{"something/new", "k", "7", "8", "something/new k：值 7 → 8", "something/new k: value 7 → 8"},
		{"something/new", "k", "", `{"x":true,"y":""}`, "新增 something/new k：x 是，y 无", "new: something/new k: x yes, y none"},
	} {
		got := w.Change(journal.Change{Of: journal.Name(c.of), Key: c.key, Before: side(c.before), After: side(c.after)})
		assert.Equal(t, c.zh, got.ZH)
		assert.Equal(t, c.en, got.EN)
	}
	assert.Empty(t, w.Changes(journal.Entry{Changes: []journal.Change{{Of: "reminder/G", Key: "role/li", After: side("{}")}}}), "what follows is not told")
}
