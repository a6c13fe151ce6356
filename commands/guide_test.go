package commands

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot"
	"qunguan/bot/access"
	"qunguan/bot/chat"
	"qunguan/bot/directory"
	"qunguan/bot/journal"
)

// TestGuideSaysItInTheseWords holds the strings that the requirements give word for word.
func TestGuideSaysItInTheseWords(t *testing.T) {
	for name, want := range map[string][]string{
		"permissions":   {"客户联系-配置-权限配置"},                                             // R08
		"pc":            {`登录企业微信后台→客户联系→客户群→选择目标群聊→点击"群管理"→"添加管理员"`},                 // R15
		"mobile":        {`群聊详情页→"群管理"→"设置管理员"`},                                      // R15
		"diff":          {"两端功能存在30%的操作差异", "【仅PC端】批量设置管理员", "/matrix tree", "API对接"}, // R32, R33, R34
		"advanced":      {"（如API对接）需PC端完成"},                                           // R35
		"desktop":       {"企业微信桌面版", "高17%", "远程协助"},                                  // R36
		"no-permission": {"无权限设置", "超级管理员", "分级管理员"},                                  // R19
		"size":          {"≤50人：管理员 1–2 位，单班制，首次响应 30 分钟内", "51-200人：管理员 2–3 位，两班倒，首次响应 15 分钟内", "≥201人：管理员 4–5 位，三班制，首次响应 5 分钟内", "分流管理", "AB角"},
		"migrate":       {"飞书 → 企业微信：18类→12类：6项无对应", "企业微信 → 钉钉：12类→8类：4项无对应", "飞书 → 钉钉：18类→8类：10项无对应"},
	} {
		page := pageOf(t, name)(bot.Call{Profile: chat.Profile{Name: chat.Text{ZH: "企业微信"}}})
		for _, w := range want {
			assert.Contains(t, page.ZH, w, name)
		}
	}
	education := pageOf(t, "no-permission")(bot.Call{Education: true})
	assert.Contains(t, education.ZH, "教育版", "R20")
	assert.Contains(t, education.EN, "education", "R20")
	assert.NotContains(t, pageOf(t, "no-permission")(bot.Call{}).ZH, "教育版")
}

// TestEveryPercentageIsTheCustomers: what was not measured is not told as if it were.
func TestEveryPercentageIsTheCustomers(t *testing.T) {
	for _, p := range topics() {
		page := p.page(bot.Call{})
		assert.NotEmpty(t, page.EN, p.name)
		assert.Equal(t, strings.Contains(page.ZH, "%"), strings.Contains(page.ZH, notMeasured.ZH), p.name)
	}
}

// TestTopicsAreTold: every word leads to one page.
func TestTopicsAreTold(t *testing.T) {
	seen := map[string]string{}
	for _, p := range topics() {
		for _, w := range append([]string{p.name, p.title.ZH}, p.words...) {
			assert.Empty(t, seen[w], "%q is the word of two pages", w)
			seen[w] = p.name
		}
	}
	assert.Len(t, guideList().Card.Buttons, 6)
	for _, b := range guideList().Card.Buttons {
		assert.LessOrEqual(t, len([]rune(b.Label.ZH)), 10, b.Label)
		assert.LessOrEqual(t, len([]rune(b.Label.EN)), 10, b.Label)
	}
}

// TestGuideLimitsIsWhole: no action and no kind of group is left out.
func TestGuideLimitsIsWhole(t *testing.T) {
	assert.Len(t, guideRows(), 16, "a row of 5.1 each; invite and import are one, and so are add and remove")
	for _, r := range guideRows() {
		for _, k := range []chat.GroupKind{chat.CustomerGroup, chat.AppGroup, chat.BotGroup} {
			assert.NotEmpty(t, r.of(k).text().ZH, "%s in %s", r.action.ZH, k)
		}
	}
}

func pageOf(t *testing.T, name string) func(bot.Call) chat.Text {
	for _, p := range topics() {
		if p.name == name {
			return p.page
		}
	}
	require.Fail(t, "no such page", name)
	return nil
}

// TestM02MigrationOfAGroup: who is over the cap of the other platform, whom to appoint by hand there, and who holds what
// has no counterpart.
func TestM02MigrationOfAGroup(t *testing.T) {
	records := map[string]json.RawMessage{}
	write := func(key string, v any) {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		records[key] = raw
	}
	for _, who := range []chat.User{"a1", "a2", "a3", "a4", "a5"} {
		write(access.RoleKey(who, false), access.Role{Who: who, Level: access.Junior})
	}
	write(access.RoleKey("li", false), access.Role{Who: "li", Level: access.Mid, Job: access.Supervisor, Source: "auto:position:客服主管"})
	book, err := access.Build(records)
	require.NoError(t, err)
	o := chat.Observed{Group: "G1", Kind: chat.CustomerGroup, Name: "华东", Owner: "li", MembersKnown: true}
	group, err := directory.BuildGroup(journal.Apply(nil, directory.OfGroup("G1"), directory.Group{}.Observe(o)))
	require.NoError(t, err)
	c := bot.Call{
		Now: noon, Zone: time.UTC, Group: group, Access: access.Facts{Group: book},
		Profile: chat.Profile{Name: chat.Text{ZH: "企业微信"}},
	}
	page := guideMigrate(c).ZH
	assert.Contains(t, page, "每群角色上限 5，平台群管理员名额 12；本群 6 位，超出 1 位，要先撤销或分流")
	assert.Contains(t, page, "职位继承：不支持；要手工任命：li")
	assert.Contains(t, page, "批量导入（邀请）：现在持有的有 li")
	assert.Contains(t, page, "每群角色上限 15，平台群管理员名额 10；本群 6 位，放得下")
}
