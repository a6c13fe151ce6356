package grammar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

var (
	shanghai = time.FixedZone("CST", 8*60*60)
	// thursday is 2026-11-26 10:00 in Shanghai.
	thursday  = time.Date(2026, 11, 26, 10, 0, 0, 0, shanghai)
	addressed = Context{Now: thursday, Zone: shanghai, Addressed: true}
	overheard = Context{Now: thursday, Zone: shanghai}
)

// oneOf accepts the words of a list, whatever the case, and gives the first of each pair.
func oneOf(pairs ...string) func(string) (string, bool) {
	return func(said string) (string, bool) {
		for i, p := range pairs {
			if strings.EqualFold(p, said) {
				return pairs[i-i%2], true
			}
		}
		return "", false
	}
}

var (
	who    = Person("who")
	people = People("people")
	length = Length("length")
	from   = Moment("from")
	until  = Moment("until")
	since  = Moment("since").Past()
	reason = Rest("reason")
	entryN = Number("entry")
	topic  = Word("topic")
	level  = Choice("level", oneOf("senior", "高级", "mid", "中级", "junior", "普通"), chat.Text{ZH: "级别", EN: "level"})
	job    = Choice("job", oneOf("supervisor", "客服主管", "sales", "销售代表"), chat.Text{ZH: "岗位", EN: "job"})
	item   = Choice("item", oneOf("mute", "禁言", "remove", "移除"), chat.Text{ZH: "权限", EN: "item"})
)

// office has commands of every shape that the bot's own have.
func office(t testing.TB) *Grammar {
	g := &Grammar{}
	add := func(command string, forms []string, holes ...Hole) {
		f, err := Compile(forms, holes...)
		require.NoError(t, err, command)
		require.NoError(t, g.Add(command, f))
	}
	add("admin add", []string{
		"/admin (add|temp) {people...} [{level}] [{job}] [[for] {length}] [from {from}] [until {until}] [{reason}]",
		"/设管理 {people...} [{level}] [{job}] [{length}] [从 {from}] [到 {until}] [{reason}]",
		"/临时管理 {people...} [{level}] [{job}] [{length}] [从 {from}] [到 {until}] [{reason}]",
	}, people, level, job, length, from, until, reason)
	add("admin list", []string{"/admin list", "/管理员"})
	add("admin quit", []string{"/admin quit", "/辞任"})
	add("mute", []string{"/mute {who} [[for] {length}] [{reason}]", "/禁言 {who} [{length}] [{reason}]"}, who, length, reason)
	add("mute list", []string{"/mute list", "/禁言名单"})
	add("duty", []string{"/duty", "/值班", "谁在值班", "(现在|今天)谁值班", "who is on duty"})
	add("duty next", []string{"/duty next", "/下一班"})
	add("duty at", []string{"/duty at {from}", "/值班 {from}"}, from)
	add("why", []string{"/why {entry}", "/为什么 {entry}", "/why {who} {item}", "/为什么 {who} {item}"}, entryN, who, item)
	add("undo", []string{"/undo [{entry}]", "/撤销 [{entry}]"}, entryN)
	add("reject", []string{"/reject {entry} [{reason}]", "/驳回 {entry} [{reason}]"}, entryN, reason)
	add("audit", []string{
		"/audit [{who}] [{item}] [since {since}] [refused] [{entry}]",
		"/审计 [{who}] [{item}] [自 {since}] [被拒] [{entry}]",
	}, who, item, since, entryN)
	add("rehearse", []string{"/rehearse {from} {until}", "/预演 {from} [到] {until}"}, from, until)
	add("notice", []string{"/notice {reason}", "/公告 {reason}"}, reason)
	add("guide", []string{"/guide {topic}", "/指引 {topic}"}, topic)
	add("appoint", []string{"把 {who} 设为临时管理员 到 {until}"}, who, until)
	return g
}

// said prints what a message was understood as, so that a table reads as one line a message.
func said(m Match) string {
	switch {
	case m.Silent:
		return "silent"
	case m.Problem != nil:
		return "problem: " + m.Problem.What.ZH
	case m.Command == "":
		return "suggest: " + strings.Join(m.Suggest, " ")
	}
	out := m.Command
	for _, r := range m.Args.Refs() {
		out += " @" + r.Said
	}
	for _, h := range []Hole{level, job, item, topic} {
		if v := valueOf[string](m.Args, h.Name()); v != "" {
			out += " " + v
		}
	}
	if length.Given(m.Args) {
		out += " " + FormatLength(length.Of(m.Args)).EN
	}
	for _, h := range []MomentHole{from, until, since} {
		if h.Given(m.Args) {
			out += " " + h.Name() + "=" + FormatMoment(h.Of(m.Args), shanghai)
		}
	}
	if entryN.Given(m.Args) {
		out += fmt.Sprintf(" n=%d", entryN.Of(m.Args))
	}
	if reason.Given(m.Args) {
		out += " (" + reason.Of(m.Args) + ")"
	}
	if m.Group != "" {
		out += " #" + m.Group
	}
	if m.Flags.DryRun {
		out += " dry"
	}
	if m.Flags.Yes {
		out += " yes"
	}
	return out
}

func TestMatch(t *testing.T) {
	g := office(t)
	for _, c := range []struct{ text, want string }{
		{"/mute @lisi 30m", "mute @lisi 30m"},
		{"/mute lisi 30m flooding the group", "mute @lisi 30m (flooding the group)"},
		{"/mute lisi@example.com for 2h", "mute @lisi@example.com 2h"},
		{"/mute @lisi for a week", "mute @lisi 7d"},
		{"/mute @lisi for spamming", "mute @lisi (for spamming)"},
		{"/mute @lisi “flooded for 2h”", "mute @lisi (“flooded for 2h”)"},
		{"/mute @lisi 1h flooded for 2h", "mute @lisi 1h (flooded for 2h)"},
		{`/mute @"Li Si" 1h`, "mute @Li Si 1h"},
		{"/禁言 @“李 四” 1小时", "mute @李 四 1h"},
		{"/禁言 @lisi 30分钟 刷屏", "mute @lisi 30m (刷屏)"},
		{"禁言@lisi 30分钟", "mute @lisi 30m"},
		{"禁言 李四 半小时，刷屏，很多次！", "mute @李四 30m (刷屏，很多次！)"},
		{"／ＭＵＴＥ　＠ｌｉｓｉ　３０ｍ", "mute @lisi 30m"},
		{"／禁言　＠李四　３０分钟　刷屏：多次（三次）", "mute @李四 30m (刷屏：多次（三次）)"},
		{"/Mute @LiSi 30M", "mute @LiSi 30m"},
		{"/禁言：@李四 30 分钟", "mute @李四 30m"},
		{"/mute list", "mute list"},
		{"/mute @list", "mute @list"},
		{"/mute 1001 30m", "mute @1001 30m"},

		{"/admin add @zhangsan @lisi mid for 7d 国庆值班", "admin add @zhangsan @lisi mid 7d (国庆值班)"},
		{"/admin temp @zhangsan 7d", "admin add @zhangsan 7d"},
		{"/设管理 @张三@李四 中级 客服主管 7天内 国庆", "admin add @张三 @李四 mid supervisor 7d (国庆)"},
		{"设管理 张三、李四，王五 高级", "admin add @张三 @李四 @王五 senior"},
		{"设管理 zhangsan\nlisi\nwang@example.com\n中级", "admin add @zhangsan @lisi @wang@example.com mid"},
		{"/admin add zhangsan flooding", "admin add @zhangsan (flooding)"},
		{"/admin add @a from 2026-12-01 until 12-05 18:00 holiday", "admin add @a from=2026-12-01 00:00 until=2026-12-05 18:00 (holiday)"},
		{"/临时管理 @a 从明天9点到周六18点 国庆", "admin add @a from=2026-11-27 09:00 until=2026-11-28 18:00 (国庆)"},
		{"/临时管理 @a 从明天起到周五为止", "admin add @a from=2026-11-27 00:00 until=2026-11-27 00:00"},
		{"/临时管理 @a 到处发广告", "admin add @a (到处发广告)"},
		{"把@某人设为临时管理员到周五18点", "appoint @某人 until=2026-11-27 18:00"},

		{"/duty", "duty"}, {"谁在值班", "duty"}, {"谁在值班？", "duty"}, {"谁在值班呢?", "duty"}, {"，谁在值班 呢", "duty"},
		{"/谁在值班", "duty"}, {"今天谁值班？", "duty"}, {"现在谁值班", "duty"}, {"/值班", "duty"}, {"值班", "duty"}, {"who is on duty?", "duty"},
		{"/duty #华东VIP", "duty #华东VIP"}, {"/值班＃华东ＶＩＰ", "duty #华东VIP"}, {"/duty #12", "duty #12"},
		{`/duty #"East VIP" `, "duty #East VIP"},
		{"/duty next", "duty next"}, {"/DUTY  NEXT", "duty next"},
		{"/值班 明天9点", "duty at from=2026-11-27 09:00"},

		{"/why #1234", "why n=1234"}, {"/why 1234", "why n=1234"}, {"/why ＃１２３４", "why n=1234"},
		{"/why @li mute #12", "why @li mute #12"},
		{"/undo", "undo"}, {"/撤销 12号", "undo n=12"}, {"/undo #12", "undo n=12"}, {"撤销#12", "undo n=12"},
		{"/undo #12 #34", "undo n=12 #34"}, {"/undo #华东 #12", "undo n=12 #华东"},
		{"/reject #12 不同意 #华东", "reject n=12 (不同意) #华东"},
		{"/reject #12 见“#11”", "reject n=12 (见“#11”)"},
		{"/audit", "audit"}, {"/audit refused", "audit"}, {"/audit @li mute since 3d refused #9", "audit @li mute since=2026-11-23 10:00 n=9"},
		{"/审计 自 昨天 被拒", "audit since=2026-11-25 00:00"},
		{"/rehearse 2026-12-01 18:00 2026-12-02", "rehearse from=2026-12-01 18:00 until=2026-12-02 00:00"},
		{"/预演 9点到18点", "rehearse from=2026-11-27 09:00 until=2026-11-26 18:00"},

		{"/mute @li 30m --dry-run", "mute @li 30m dry"}, {"/mute --yes @li 30m 刷屏", "mute @li 30m (刷屏) yes"},
		{"/禁言 @li 30分钟 —预演", "mute @li 30m dry"}, {"/禁言 @li －－确认 30分钟", "mute @li 30m yes"},
		{"/禁言 @li 30分钟 ——确认。", "mute @li 30m yes"}, {"/禁言 @li 30分钟 ——第二次", "mute @li 30m (——第二次)"},
		{"/禁言 @li 30分钟 “--确认”", "mute @li 30m (“--确认”)"},
		{"/notice @all hello\nworld", "notice (@all hello\nworld)"},
		{"/公告：今晚停机 20:00–22:00", "notice (今晚停机 20:00–22:00)"},
		{"/guide pc", "guide pc"},
	} {
		assert.Equal(t, c.want, said(g.Match(c.text, addressed)), "%q", c.text)
	}
}

func TestMatchProblem(t *testing.T) {
	g := office(t)
	for _, c := range []struct{ text, want string }{
		{"/mute", "缺少 人员（如 @lisi）。"},
		{"/禁言 @", "“@” 没看懂：@ 后面缺少名字。"},
		{"/mute 30m", "“30m” 没看懂，这里应是 人员（如 @lisi）。"},
		{"/mute @a @b 30m", "“@b” 没看懂：这里不再写人；要写多个人，请连在一起写在前面（若此命令允许）。"},
		{"/admin add @a mid @b", "“@b” 没看懂：这里不再写人；要写多个人，请连在一起写在前面（若此命令允许）。"},
		// A slip in a length or an end must never become a reason, and the act one without an end.
		{"/mute @li 30 刷屏", "“30” 没看懂：请写明单位，如 30分钟、2小时、3天。"},
		{"/mute @li 30x 刷屏", "“30x” 没看懂：请写明单位，如 30分钟、2小时、3天。"},
		{"/mute @li 30分钟刷屏", "“30分钟刷屏” 没看懂：时长后面请加空格。"},
		{"/mute @li for 1 month", "“1” 没看懂：月和年长短不一，请写天数或周数，如 30天。"},
		{"/禁言 @li 1个月", "“1个月” 没看懂：月和年长短不一，请写天数或周数，如 30天。"},
		{"/禁言 @li 3日 刷屏", "“3日” 没看懂：请写成“天”，如 3天。"},
		{"/mute @li 0m", "“0m” 没看懂：时长必须大于零。"},
		{"/mute @li 9999d", "“9999d” 没看懂：时长最多十年。"},
		{"/mute @li for", "缺少 时长（如 30分钟、2小时、7天）。"},
		{"/admin add @li mid until firday 国庆", "“firday” 没看懂，这里应是 结束时间（如 18:00、明天9点、2026-12-01 18:00）。"},
		{"/禁言 @li 刷屏 30分钟", "“30分钟” 没看懂：这像是时长：请写在说明文字之前；若属于说明文字，请给文字加引号。"},
		{"/mute 张 三 30分钟", "“30分钟” 没看懂：这像是时长：请写在说明文字之前；若属于说明文字，请给文字加引号。"},
		{"/admin add @li 从 12-01 9:00 国庆", "“12-01” 没看懂：这像是开始时间：请写在说明文字之前；若属于说明文字，请给文字加引号。"},
		{"/admin add @li mid until 2026-02-30", "“2026-02-30” 没看懂：没有这一天。"},
		{"/admin add @li until 25:00", "“25:00” 没看懂：没有这个时刻。"},
		{"/admin add @li until tonight", "“tonight” 没看懂：请写明几点，如 今晚8点。"},
		{"/设管理 @li 到 周末", "“周末” 没看懂：请写明是哪一天，如 周五、下周一、2026-12-01。"},
		{"/duty nxt", "“nxt” 是多出来的，没看懂。"},
		{"/why @li", "缺少 权限。"},
		{"/why @li foo", "“foo” 没看懂，这里应是 权限。"},
		{"/reject 99999999999999999999", "“99999999999999999999” 没看懂：编号太大。"},
		{"/audit @li foo", "“foo” 没看懂，这里应是 权限 或 “since” 或 “refused” 或 编号（如 #12）。"},
		{"/mute @li 1h --dryrnu", "“--dryrnu” 不认识；可用的是 --预演 和 --确认。"},
		{"/mute @li 1h ——确定", "“——确定” 不认识；可用的是 --预演 和 --确认。"},
		{"/mute @li #a #12", "一条命令只能用 # 写一个群。"}, {"/mute @li #11 #12", "一条命令只能用 # 写一个群。"},
		{"/why #12 foo", "“foo” 是多出来的，没看懂。"},
		{"/duty #a #b", "写了两个群：“a”、“b”；一次只能一个。"},
		{"/mute @li " + strings.Repeat("长", 6000), "消息太长：最多 16 KiB。请分几次发。"},
		{"/admin add " + strings.Repeat("@a ", 1001), "“@a” 没看懂：一条消息最多写 1000 个人，请分几次发。"},
	} {
		m := g.Match(c.text, addressed)
		if assert.NotNil(t, m.Problem, "%.60q: %s", c.text, said(m)) {
			assert.Equal(t, c.want, m.Problem.What.ZH, "%.60q", c.text)
			assert.NotEmpty(t, m.Problem.What.EN)
			assert.Empty(t, m.Command)
		}
	}
}

func TestProblemTellsTheForm(t *testing.T) {
	g := office(t)
	p := g.Match("/禁言 @li 1个月", addressed).Problem
	require.NotNil(t, p)
	assert.Equal(t, "mute", p.Command)
	assert.Equal(t, chat.Text{ZH: "/禁言 @人员 [〈时长〉] [〈原因〉]", EN: "/mute @who [[for] LENGTH] [REASON]"}, p.Form)
	p = g.Match("/why @li foo *bar*", addressed).Problem
	require.NotNil(t, p)
	assert.Equal(t, "/why @who ITEM", p.Form.EN, "the form that got furthest")
	assert.Equal(t, []string{"/duty next"}, g.Match("/duty nxt", addressed).Suggest)
	p = g.Match("/duty *x*", addressed).Problem
	require.NotNil(t, p)
	assert.Contains(t, p.What.EN, `\*x\*`, "what people wrote does not become Markdown")
}

func TestMatchSilentAndSuggest(t *testing.T) {
	g := office(t)
	for _, c := range []struct {
		text string
		c    Context
		want string
	}{
		{"谁在值班", overheard, "silent"},
		{"禁言 @lisi 30分钟", overheard, "silent"},
		{"/禁言 @lisi 30分钟", overheard, "mute @lisi 30m"},
		{"hello", overheard, "silent"},
		{"", overheard, "silent"},
		{strings.Repeat("长", 6000), overheard, "silent"},
		{"/srv/li/file", overheard, "silent"},
		{"/ hello", overheard, "silent"},
		{"/12", overheard, "silent"},
		{"", addressed, "suggest: "},
		{"hello", addressed, "suggest: "},
		{"/muet @li", overheard, "suggest: /mute /mute list"},
		{"/admin ad @li", overheard, "suggest: /admin add /admin list /admin quit"},
		{"/admin", overheard, "suggest: /admin add /admin list /admin quit"},
		{"mute @li 30m", addressed, "suggest: /mute /mute list /duty"},
		{"禁严 @li", addressed, "suggest: /禁言"},
		{"/禁言李四", addressed, "suggest: /禁言 /禁言名单"},
	} {
		assert.Equal(t, c.want, said(g.Match(c.text, c.c)), "%q", c.text)
	}
	var nothing Grammar
	assert.Equal(t, Match{}, nothing.Match("/mute", addressed))
	assert.Equal(t, Match{Silent: true}, nothing.Match("mute", overheard))
}

func TestArgs(t *testing.T) {
	g := office(t)
	m := g.Match("/设管理 @li、@wang @li 中级", addressed)
	require.Equal(t, "admin add", m.Command)
	assert.Equal(t, []Ref{{"li", ByID}, {"wang", ByID}, {"li", ByID}}, m.Args.Refs())
	assert.Empty(t, people.Of(m.Args), "nobody is known before Resolve")
	assert.False(t, length.Given(m.Args))
	assert.True(t, level.Given(m.Args))

	asked := 0
	args, err := m.Args.Resolve(func(r Ref) (chat.Member, error) {
		asked++
		return chat.Member{ID: chat.User(r.Said)}, nil
	})
	require.NoError(t, err)
	assert.Equal(t, 2, asked)
	assert.Equal(t, []chat.Member{{ID: "li"}, {ID: "wang"}}, people.Of(args))

	unknown := errors.New("nobody of that name")
	_, err = m.Args.Resolve(func(Ref) (chat.Member, error) { return chat.Member{}, unknown })
	assert.ErrorIs(t, err, unknown)

	m = g.Match("/mute li@example.com", addressed)
	assert.Equal(t, Ref{"li@example.com", ByEmail}, who.Ref(m.Args))
	assert.Equal(t, Ref{"li", Bare}, who.Ref(g.Match("/mute li", addressed).Args))
	assert.Zero(t, who.Of(Args{}))
}
