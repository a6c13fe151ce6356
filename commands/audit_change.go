package commands

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/grammar"
	"qunguan/bot/journal"
)

// Wording writes records of the journal for people.
type Wording struct {
	Zone   *time.Location
	Person func(chat.User) chat.Text // how somebody is called
}

// Changes tells what an entry has changed, a line a record, by the fields that are another afterwards. Who did it and when
// stands in the entry, and what the bot keeps for its own sake is left out.
func (w Wording) Changes(e journal.Entry) []chat.Text {
	var out []chat.Text
	for _, ch := range e.Changes {
		if !slices.Contains(ownRecords, ch.Of.Kind()) {
			out = append(out, w.Change(ch))
		}
	}
	return out
}

// ownRecords are kinds of aggregates that follow from others, or only say what was asked.
var ownRecords = []string{"ask", "reminder"}

// Change tells what has changed about one record: "固定角色 li：级别 中级 → 高级".
func (w Wording) Change(ch journal.Change) chat.Text {
	before, after := fieldsOf(ch.Before), fieldsOf(ch.After)
	var parts []chat.Text
	for _, name := range fieldOrder(before, after) {
		is, was := after[name], before[name]
		switch {
		case bytes.Equal(is, was):
		case ch.Before != nil && ch.After != nil:
			parts = append(parts, chat.Text{ZH: "%s %s → %s", EN: "%s %s → %s"}.F(fieldText(name), w.value(name, string(was)), w.value(name, string(is))))
		case !slices.Contains(said, name):
			parts = append(parts, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(fieldText(name), w.value(name, cmp.Or(string(is), string(was)))))
		}
	}
	head := recordText(ch)
	switch {
	case ch.Before == nil:
		head = chat.Text{ZH: "新增 %s", EN: "new: %s"}.F(head)
	case ch.After == nil:
		head = chat.Text{ZH: "去掉 %s", EN: "gone: %s"}.F(head)
	}
	if len(parts) == 0 {
		return head
	}
	return chat.Text{ZH: "%s：%s", EN: "%s: %s"}.F(head, chat.Text{ZH: chat.Join("，", parts...).ZH, EN: chat.Join(", ", parts...).EN})
}

// said are fields that repeat of a new record what the entry tells already.
var said = []string{"by", "at", "id", "code", "tier", "kind", "breadth"}

// fieldsOf are the fields of a record; of one that has none, the record is its only field.
func fieldsOf(raw json.RawMessage) map[string]json.RawMessage {
	var out map[string]json.RawMessage
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return map[string]json.RawMessage{"": raw}
	}
	return out
}

// fieldOrder is the names of the fields of both, those that matter most first.
func fieldOrder(a, b map[string]json.RawMessage) []string {
	both := maps.Clone(a)
	if both == nil {
		both = b
	} else {
		maps.Copy(both, b)
	}
	names := slices.Sorted(maps.Keys(both))
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(rank(x), rank(y)) })
	return names
}

// ranks is where a field stands in fieldNames: a long journal asks for it very often.
var ranks = func() map[string]int {
	out := make(map[string]int, len(fieldNames))
	for i, f := range fieldNames {
		out[f.field] = i
	}
	return out
}()

func rank(field string) int {
	if i, ok := ranks[field]; ok {
		return i
	}
	return len(fieldNames)
}

type namedField struct {
	field string
	text  chat.Text
}

// fieldNames are the words for fields of records, in the order in which they are told. One that is not among them goes by
// its own name.
var fieldNames = []namedField{
	{"who", chat.Text{ZH: "成员", EN: "member"}}, {"subject", chat.Text{ZH: "对谁", EN: "for"}}, {"name", chat.Text{ZH: "名称", EN: "name"}},
	{"level", chat.Text{ZH: "级别", EN: "level"}}, {"job", chat.Text{ZH: "岗位", EN: "job"}}, {"effect", chat.Text{ZH: "效果", EN: "effect"}},
	{"items", chat.Text{ZH: "权限项", EN: "items"}}, {"only", chat.Text{ZH: "只留", EN: "only"}}, {"scope", chat.Text{ZH: "范围", EN: "scope"}},
	{"groups", chat.Text{ZH: "群", EN: "groups"}}, {"on_duty", chat.Text{ZH: "值班生效", EN: "on duty only"}}, {"state", chat.Text{ZH: "状态", EN: "state"}},
	{"from", chat.Text{ZH: "从", EN: "from"}}, {"until", chat.Text{ZH: "到", EN: "until"}}, {"review", chat.Text{ZH: "复查", EN: "review"}},
	{"text", chat.Text{ZH: "内容", EN: "text"}}, {"reason", chat.Text{ZH: "原因", EN: "reason"}}, {"note", chat.Text{ZH: "备注", EN: "note"}},
	{"verdict", chat.Text{ZH: "决定", EN: "verdict"}}, {"owner", chat.Text{ZH: "群主", EN: "owner"}}, {"admins", chat.Text{ZH: "企业微信里的管理员", EN: "admins in WeCom"}},
	{"members", chat.Text{ZH: "成员名单", EN: "members"}}, {"solved_by", chat.Text{ZH: "解决人", EN: "solved by"}}, {"reviewer", chat.Text{ZH: "复核人", EN: "reviewer"}},
	{"by", chat.Text{ZH: "操作人", EN: "by"}}, {"at", chat.Text{ZH: "时间", EN: "at"}}, {"", chat.Text{ZH: "值", EN: "value"}},
}

func fieldText(field string) chat.Text {
	if i := rank(field); i < len(fieldNames) {
		return fieldNames[i].text
	}
	return chat.Same(field)
}

// aboutText is the words for kinds of aggregates.
var aboutText = map[string]chat.Text{
	"access": {ZH: "权限", EN: "rights"}, "company": {ZH: "全公司的权限", EN: "rights of the company"}, "duty": {ZH: "排班", EN: "roster"},
	"shift": {ZH: "当班", EN: "shift"}, "task": {ZH: "群主的步骤", EN: "step of the owner"}, "moderation": {ZH: "禁言与群规", EN: "mutes and rules"},
	"conduct": {ZH: "言行", EN: "conduct"}, "keywords": {ZH: "关键词", EN: "keyword"}, "event": {ZH: "大事", EN: "event"}, "review": {ZH: "复核", EN: "review"},
	"reviews": {ZH: "复核", EN: "review"}, "reviewer": {ZH: "复核人", EN: "reviewer"}, "digest": {ZH: "简报", EN: "digest"}, "kpi": {ZH: "绩效", EN: "KPI"},
	"group": {ZH: "群信息", EN: "group"}, "person": {ZH: "个人", EN: "person"}, "ticket": {ZH: "工单", EN: "ticket"}, "sla": {ZH: "响应", EN: "response"},
	"prefs": {ZH: "通知设置", EN: "notifications"}, "request": {ZH: "申请", EN: "request"}, "setup": {ZH: "向导", EN: "set-up"}, "feed": {ZH: "日历", EN: "calendar"},
	"feeds": {ZH: "日历", EN: "calendar"},
}

// keyText is the words for what the first part of a record's name says.
var keyText = map[string]chat.Text{
	"role": {ZH: "固定角色", EN: "fixed role"}, "temp": {ZH: "临时角色", EN: "temporary role"}, "eligible": {ZH: "候补角色", EN: "eligible role"},
	"active": {ZH: "激活的角色", EN: "activated role"}, "statement": {ZH: "例外", EN: "exception"}, "case": {ZH: "个案", EN: "case"},
}

// longestKey is how much of a record's name is told: that of a statement holds all that it says.
const longestKey = 32

// recordText names a record: "固定角色 li", or what it is about and its own name.
func recordText(ch journal.Change) chat.Text {
	about, ok := aboutText[ch.Of.Kind()]
	if !ok {
		about = chat.Same(string(ch.Of))
	}
	key := strings.ReplaceAll(ch.Key, "`", "'")
	first, rest, _ := strings.Cut(key, "/")
	if t, ok := keyText[first]; ok {
		about, key = t, rest
	}
	if r := []rune(key); len(r) > longestKey {
		key = string(r[:longestKey-1]) + "…"
	}
	return chat.Text{ZH: "%s %s", EN: "%s %s"}.F(about, key)
}

// longestValue is how much of a value is told, in runes.
const longestValue = 120

// value writes the value of a field, which is JSON; empty is none.
func (w Wording) value(field, text string) chat.Text {
	if text == "" {
		return chat.Text{ZH: "无", EN: "none"}
	}
	var v any = strings.Trim(text, `"`)
	if text[0] != '"' || strings.ContainsRune(text, '\\') { // most are plain words, which need no parser
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return chat.Same(text)
		}
	}
	t := w.plain(field, v)
	return chat.Text{ZH: clipped(t.ZH), EN: clipped(t.EN)}
}

func clipped(s string) string {
	s = strings.ReplaceAll(s, "`", "'")
	if len(s) <= longestValue {
		return s
	}
	r := []rune(s)
	if len(r) <= longestValue {
		return s
	}
	return string(r[:longestValue-1]) + "…"
}

// plain writes a value that was decoded from JSON.
func (w Wording) plain(field string, v any) chat.Text {
	switch v := v.(type) {
	case string:
		return w.word(field, v)
	case float64: // never as 1.7e+09
		return chat.Same(strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		if v {
			return chat.Text{ZH: "是", EN: "yes"}
		}
		return chat.Text{ZH: "否", EN: "no"}
	case []any:
		parts := make([]chat.Text, len(v))
		for i, one := range v {
			parts[i] = w.plain(field, one)
		}
		return chat.Text{ZH: chat.Join("、", parts...).ZH, EN: chat.Join(", ", parts...).EN}
	case map[string]any:
		if id, ok := v["id"].(string); ok && v["kind"] == "person" {
			return w.Person(chat.User(id))
		}
		var parts []chat.Text
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if name != "kind" { // the fields beside it tell
				parts = append(parts, chat.Text{ZH: "%s %s", EN: "%s %s"}.F(fieldText(name), w.plain(name, v[name])))
			}
		}
		return chat.Text{ZH: chat.Join("，", parts...).ZH, EN: chat.Join(", ", parts...).EN}
	}
	return chat.Same(fmt.Sprint(v))
}

// people are the fields that name people.
var people = []string{"who", "by", "owner", "reviewer", "admins", "solved_by", "decided", "customer", "second"}

func (w Wording) word(field, v string) chat.Text {
	switch {
	case v == "":
		return chat.Text{ZH: "无", EN: "none"}
	case slices.Contains(people, field):
		return w.Person(chat.User(v))
	case field == "level":
		if l, ok := access.ParseLevel(v); ok {
			return l.Label()
		}
	case field == "job":
		if j, ok := access.ParseJob(v); ok {
			return j.Label()
		}
	case field == "items", field == "only", field == "item":
		if i, ok := access.ParseItem(v); ok {
			return i.Label()
		}
	case field == "effect" && v == "allow":
		return chat.Text{ZH: "允许", EN: "allow"}
	case field == "effect" && v == "deny":
		return chat.Text{ZH: "禁止", EN: "deny"}
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return chat.Same(grammar.FormatMoment(at, w.Zone))
	}
	return chat.Same(v)
}
