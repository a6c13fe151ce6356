package access

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// printedCatalogue is 4.1, transcribed: item, 高级 中级 普通, 主 销 运, family, DingTalk Feishu.
const printedCatalogue = `
invite          ●○· √√× Members    = =
remove          ●○· √√× Members    = =
approve         ●●· √√× Members    = =
import          ●○· √√× Members    – =
mute            ●○· √×√ Content    = =
recall          ●●· √×√ Content    = =
review_messages ●○· √×√ Content    – =
files           ●●● √×√ Content    – =
rename          ●·· √×√ Config     = =
notice          ●●· √×√ Config     = =
mention_all     ●○· √×√ Config     – =
admins          ●·· √×√ Config     = =
share_card      ●○· √√× Members    – +
speak_mode      ●○· √×√ Content    – +
pin             ●○· √×√ Content    – +
urgent          ●○· √×√ Config     – +
bots            ●·· √×√ Config     – +
secrecy         ●·· √×√ Config     – +
audit           ●○· ××× Governance . .
duty            ●●· ××× Governance . .
review          ●○· ××× Governance . .
policy          ●·· ××× Governance . .
settings        ●·· ××× Governance . .
reports         ●○· ××× Governance . .
`

// listing is one row of the catalogue as the requirements write it.
type listing struct {
	item             Item
	levels           map[Level]rune
	jobs             map[Job]rune
	family           string
	dingtalk, feishu string
}

func listings(t testing.TB) []listing {
	t.Helper()
	var out []listing
	for line := range strings.Lines(strings.TrimSpace(printedCatalogue)) {
		f := strings.Fields(line)
		item, ok := ParseItem(f[0])
		require.True(t, ok, f[0])
		l, j := []rune(f[1]), []rune(f[2])
		out = append(out, listing{
			item:   item,
			levels: map[Level]rune{Senior: l[0], Mid: l[1], Junior: l[2], NoLevel: '·'},
			jobs:   map[Job]rune{Supervisor: j[0], Sales: j[1], Operations: j[2]},
			family: f[3], dingtalk: f[4], feishu: f[5],
		})
	}
	return out
}

func TestCatalogue(t *testing.T) {
	families := map[string]Family{"Members": Members, "Content": Content, "Config": Config, "Governance": Governance}
	list := listings(t)
	require.Len(t, list, 24)
	for n, row := range list {
		i := row.item
		assert.Equal(t, Item(n+1), i, "the order of the catalogue")
		assert.Equal(t, families[row.family], i.Family(), i)
		for l, mark := range row.levels {
			assert.Equal(t, mark != '·', Ceiling(l).Has(i), "%s %s", l, i)
			assert.Equal(t, mark == '●', Preset(l).Has(i), "%s %s", l, i)
		}
		for j, mark := range row.jobs {
			items, ok := JobItems(j)
			assert.True(t, ok)
			assert.Equal(t, mark == '√', items.Has(i), "%s %s", j, i)
		}
		assert.Equal(t, row.dingtalk == "=", DingTalkItems.Has(i), i)
		assert.Equal(t, row.feishu == "=" || row.feishu == "+", FeishuItems.Has(i), i)
		assert.Equal(t, row.feishu == "=", WeComItems.Has(i), i)
		assert.Equal(t, row.family == "Governance", GovernanceItems.Has(i), i)
		assert.NotEmpty(t, i.Label().ZH)
		assert.NotEmpty(t, i.Label().EN)
	}
}

func TestR11ItemsOfThePlatforms(t *testing.T) {
	count := func(s Items) [4]int {
		return [4]int{s.Len(), (s & Members.Items()).Len(), (s & Content.Items()).Len(), (s & Config.Items()).Len()}
	}
	assert.Equal(t, [4]int{12, 4, 4, 4}, count(WeComItems))
	assert.Equal(t, [4]int{8, 3, 2, 3}, count(DingTalkItems))
	assert.Equal(t, [4]int{18, 5, 6, 7}, count(FeishuItems))
	assert.Equal(t, 4, WeComItems.Minus(DingTalkItems).Len(), "lost from WeCom to DingTalk")
	assert.Equal(t, 6, FeishuItems.Minus(WeComItems).Len(), "lost from Feishu to WeCom")
	assert.Equal(t, 10, FeishuItems.Minus(DingTalkItems).Len(), "lost from Feishu to DingTalk")
}

// TestHeld is 4.2, in the WeCom profile.
func TestHeld(t *testing.T) {
	members, content, config := Members.Items()&WeComItems, Content.Items()&WeComItems, Config.Items()&WeComItems
	for _, c := range []struct {
		name  string
		job   Job
		level Level
		want  Items
		len   int
	}{
		{"R05 客服主管 √√√ at 高级", Supervisor, Senior, members | content | config, 12},
		{"客服主管 at 中级: all but rename, admins", Supervisor, Mid, WeComItems.Minus(ItemsOf(Rename, Admins)), 10},
		{"客服主管 at 普通: files", Supervisor, Junior, ItemsOf(Files), 1},
		{"R06 销售代表 √×× at 高级", Sales, Senior, members, 4},
		{"销售代表 at 中级", Sales, Mid, members, 4},
		{"销售代表 at 普通: nothing left", Sales, Junior, 0, 0},
		{"R07 运营专员 ×√√ at 高级", Operations, Senior, content | config, 8},
		{"运营专员 at 中级", Operations, Mid, content | ItemsOf(Notice, MentionAll), 6},
		{"运营专员 at 普通", Operations, Junior, ItemsOf(Files), 1},
		{"R53 no job at 高级", NoJob, Senior, WeComItems, 12},
		{"R54 no job at 中级", NoJob, Mid, ItemsOf(Approve, Recall, Notice, Files), 4},
		{"R55 no job at 普通", NoJob, Junior, ItemsOf(Files), 1},
		{"no level, no job", NoJob, NoLevel, 0, 0},
		{"no level with a job", Supervisor, NoLevel, 0, 0},
		{"a job nobody knows", "cook", Senior, 0, 0},
	} {
		got := Held(c.level, c.job) & WeComItems
		assert.Equal(t, c.want, got, c.name)
		assert.Equal(t, c.len, got.Len(), c.name)
	}
	assert.Zero(t, Held(Junior, Sales), "refused: nothing left, governance included")
}

func TestGovernanceFollowsTheLevelAlone(t *testing.T) {
	for _, j := range []Job{NoJob, Supervisor, Sales, Operations} {
		assert.Equal(t, GovernanceItems, Held(Senior, j)&GovernanceItems, j)
		assert.Equal(t, ItemsOf(Duty), Held(Mid, j)&GovernanceItems, j)
		assert.Zero(t, Held(Junior, j)&GovernanceItems, j)
	}
}

// TestDataScopeByLevel is 4.3 (R56): whom each level acts on.
func TestDataScopeByLevel(t *testing.T) {
	for _, c := range []struct {
		mine   Level
		theirs Level
		may    bool
	}{
		{Senior, NoLevel, true}, {Senior, Junior, true}, {Senior, Mid, true}, {Senior, Senior, false},
		{Mid, NoLevel, true}, {Mid, Junior, false}, {Mid, Mid, false}, {Mid, Senior, false},
		{Junior, NoLevel, false}, {Junior, Junior, false}, {Junior, Mid, false}, {Junior, Senior, false},
	} {
		w := group(role(li, c.mine, Supervisor))
		if c.theirs != NoLevel {
			w = w.and(role(wang, c.theirs, NoJob))
		}
		assert.Equal(t, c.may, Decide(w.facts(t), asksOn(Remove, wang)).Allowed, "%s on %s", c.mine, c.theirs)
	}
	junior := group(role(li, Junior, NoJob)).facts(t)
	assert.True(t, Decide(junior, asks(Files)).Allowed, "普通: group files")
	assert.False(t, Decide(junior, asks(Settings)).Allowed, "普通: no settings")
	assert.False(t, Decide(group(role(li, Mid, Supervisor)).facts(t), asks(Settings)).Allowed, "中级: no settings")
	assert.True(t, Decide(group(role(li, Senior, Sales)).facts(t), asks(Settings)).Allowed, "高级: all settings")
}

// TestOutsideTheCatalogue: what is no item, level or family has no name and gives nothing.
func TestOutsideTheCatalogue(t *testing.T) {
	for _, i := range []Item{NoItem, 99} {
		assert.Empty(t, i.String())
		assert.Zero(t, i.Label())
		assert.Equal(t, NoFamily, i.Family())
	}
	assert.Empty(t, Level(9).String())
	assert.Zero(t, Level(9).Label())
	assert.Zero(t, Ceiling(9))
	assert.Zero(t, Preset(9))
	assert.Zero(t, Held(9, NoJob))
	assert.Equal(t, "内容管控", Content.Label().ZH)
	assert.Zero(t, Family(9).Label())
	assert.Equal(t, []string{"enterprise", "deny", "allow"}, []string{Enterprise.String(), Deny.String(), Allow.String()})
	assert.Equal(t, []string{"members", "single", "position", ""}, []string{MemberSet.String(), Single.String(), OfPosition.String(), Tier(9).String()})
	for range ItemsOf(Mute, Recall).All() {
		break // a reader may stop early
	}
}

func TestHappenings(t *testing.T) {
	for _, h := range Happenings() {
		assert.NotEmpty(t, h.Text.ZH, h.Kind)
		assert.NotEmpty(t, h.Text.EN, h.Kind)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]Item{
		"mute": Mute, "禁言": Mute, "MUTE": Mute, " Mute ": Mute, "review_messages": ReviewMessages,
		"review messages": ReviewMessages, "Review-Messages": ReviewMessages, "@全体": MentionAll, "kick": Remove, "公告": Notice,
	} {
		got, ok := ParseItem(in)
		assert.True(t, ok, in)
		assert.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "everything", "所有", "members"} {
		_, ok := ParseItem(in)
		assert.False(t, ok, in)
	}
	for i := range (^Items(0)).All() {
		for _, w := range []string{i.String(), i.Label().ZH, i.Label().EN} {
			got, ok := ParseItem(w)
			assert.True(t, ok, w)
			assert.Equal(t, i, got, w)
		}
	}
	for _, l := range []Level{Junior, Mid, Senior} {
		for _, w := range []string{l.String(), l.Label().ZH, strings.ToUpper(l.Label().EN)} {
			got, ok := ParseLevel(w)
			assert.True(t, ok, w)
			assert.Equal(t, l, got, w)
		}
	}
	for _, j := range []Job{Supervisor, Sales, Operations} {
		for _, w := range []string{string(j), j.Label().ZH, strings.ToUpper(j.Label().EN)} {
			got, ok := ParseJob(w)
			assert.True(t, ok, w)
			assert.Equal(t, j, got, w)
		}
	}
	_, ok := ParseLevel("")
	assert.False(t, ok)
	_, ok = ParseJob("")
	assert.False(t, ok)
}

func TestItems(t *testing.T) {
	s := ItemsOf(Recall, Mute, NoItem)
	assert.Equal(t, 2, s.Len())
	assert.Equal(t, []Item{Mute, Recall}, slices.Collect(s.All()))
	assert.Equal(t, chat.Text{ZH: "禁言、撤回", EN: "Mute, Recall"}, s.Label())
	assert.Equal(t, ItemsOf(Mute), s.Minus(ItemsOf(Recall, Files)))
	assert.False(t, s.Has(NoItem))
	assert.False(t, (^Items(0)).Has(NoItem), "no set holds no item")
	assert.False(t, (^Items(0)).Has(31))
	assert.Equal(t, 24, (^Items(0)).Len())
	raw, err := json.Marshal(s)
	require.NoError(t, err)
	assert.JSONEq(t, `["mute","recall"]`, string(raw))
	var back Items
	require.NoError(t, json.Unmarshal(raw, &back))
	assert.Equal(t, s, back)
	assert.Error(t, json.Unmarshal([]byte(`["mute","fly"]`), &back))
	assert.Error(t, json.Unmarshal([]byte(`["禁言"]`), &back), "what people type is no stored form")
}

// TestD1AdminCount: ≤50 → 1–2, 51–200 → 2–3, ≥201 → 4–5 (R17, R21-R23).
func TestD1AdminCount(t *testing.T) {
	for _, c := range []struct {
		people, admins int
		want           Headcount
	}{
		{1, 0, Alarming}, {1, 1, RightNumber}, {50, 2, RightNumber}, {50, 3, TooMany},
		{51, 0, Alarming}, {51, 1, TooFew}, {51, 2, RightNumber}, {200, 3, RightNumber}, {200, 4, TooMany},
		{201, 2, Alarming}, {201, 3, TooFew}, {201, 4, RightNumber}, {201, 5, RightNumber}, {201, 6, TooMany},
	} {
		assert.Equal(t, c.want, HeadcountOf(c.people, c.admins), "%d people, %d admins", c.people, c.admins)
	}
}
