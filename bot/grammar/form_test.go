package grammar

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct {
		why   string
		forms []string
		holes []Hole
	}{
		{"there are none", nil, nil},
		{`no form uses hole "who"`, []string{"/duty"}, []Hole{who}},
		{`hole "who" is not given`, []string{"/mute {who}"}, nil},
		{`hole "who" is given twice`, []string{"/mute {who}"}, []Hole{who, who}},
		{`hole "who" is there twice`, []string{"/mute {who} {who}"}, []Hole{who}},
		{"it does not begin with a word", []string{"{who} mute"}, []Hole{who}},
		{"it does not begin with a word", []string{"[please] mute"}, nil},
		{"it does not begin with a word", []string{""}, nil},
		{"a [ is not closed", []string{"/mute [{who}"}, []Hole{who}},
		{"a ] closes nothing", []string{"/mute {who}]"}, []Hole{who}},
		{"a < is not closed", []string{"/mute <[{who}] [now]"}, []Hole{who}},
		{"a > closes nothing", []string{"/mute [{who}>"}, []Hole{who}},
		{"two or more optional parts", []string{"/mute <[{who}]>"}, []Hole{who}},
		{"two or more optional parts", []string{"/mute <[{who}] now>"}, []Hole{who}},
		{"within another bracket", []string{"/mute [<[{who}] [now]>]"}, []Hole{who}},
		{"could be {who} or {people}", []string{"/mute <[{who}] [{people}]>"}, []Hole{people, who}},
		{"reads the same message", []string{"/mute <[{who}] [{length}]>", "/mute {length} {who}"}, []Hole{who, length}},
		{"a } is missing", []string{"/mute {who"}, []Hole{who}},
		{"a ) is missing", []string{"/mute (a|b"}, nil},
		{"opens nothing", []string{"/mute a|b"}, nil},
		{"is not a word", []string{"/mute (a|)"}, nil},
		{"is not a word", []string{"/mute @all"}, nil},
		{"an optional part is empty", []string{"/mute []"}, nil},
		{"more than 8 deep", []string{"/mute " + strings.Repeat("[", 9) + "a" + strings.Repeat("]", 9)}, nil},
		{"more than 64 ways", []string{"/" + strings.Repeat("(a|b|c|d|e) ", 3)}, nil},
		{"takes one value", []string{"/mute {who...}"}, []Hole{who}},
		{"something follows {reason}", []string{"/mute {reason} {who}"}, []Hole{who, reason}},
		{"something follows {reason}", []string{"/mute {reason} [now]"}, []Hole{reason}},
		{"could be {people} or {who}", []string{"/mute {people} {who}"}, []Hole{people, who}},
		{"could be {people} or {who}", []string{"/mute {people} [{length}] {who}"}, []Hole{people, length, who}},
		{"could be {topic} or {reason}", []string{"/mute [{topic}] [{reason}]"}, []Hole{topic, reason}},
		{"could be {from} or {until}", []string{"/mute [{from}] {until}"}, []Hole{from, until}},
		{"could be on or on", []string{"/mute [on] on"}, nil},
		{"reads the same message", []string{"/mute {who}", "/mute {people}"}, []Hole{who, people}},
		{"reads the same message", []string{"/mute [{length}]", "/(mute|hush) now", "/hush now"}, []Hole{length}},
	} {
		_, err := Compile(c.forms, c.holes...)
		assert.ErrorContains(t, err, c.why, "%q", c.forms)
	}
}

func TestCompileTakes(t *testing.T) {
	for _, c := range []struct {
		forms []string
		holes []Hole
	}{
		{[]string{"/settings [{topic} [{reason}]]"}, []Hole{topic, reason}},
		{[]string{"/mute {who} {people...}"}, []Hole{who, people}},
		{[]string{"/mute {who} [for {length}] [{reason...}]"}, []Hole{who, length, reason}},
		{[]string{"/mute {who}", "/mute list", "/mute list {length}"}, []Hole{who, length}},
		{[]string{"/x [{level}] [{job}] [{length}] [{until}] [{entry}]"}, []Hole{level, job, length, until, entryN}},
	} {
		_, err := Compile(c.forms, c.holes...)
		assert.NoError(t, err, "%q", c.forms)
	}
}

// Parts between < and > come in whatever order, each once; what they were is the same.
func TestAnyOrder(t *testing.T) {
	g := &Grammar{}
	f, err := Compile([]string{"/find <[{who}] [{level}] [(since|从) {from}] [(until|到) {until}]> [{entry}]"}, who, level, from, until, entryN)
	require.NoError(t, err)
	require.NoError(t, g.Add("find", f))
	assert.Equal(t, "/find [@who] [LEVEL] [since FROM] [until UNTIL] [#entry]", f.Usage(chat.EN))
	want := g.Match("/find @li mid since 9:00 until 10:00 #7", addressed)
	require.Equal(t, "find", want.Command)
	for _, text := range []string{
		"/find mid @li until 10:00 since 9:00 #7", "/find since 9:00 until 10:00 mid @li #7", "/find 从9点到10点 @li mid #7", "/find until 10:00 @li since 9:00 mid #7",
	} {
		got := g.Match(text, addressed)
		require.Equal(t, "find", got.Command, "%s: %+v", text, got.Problem)
		assert.Equal(t, want.Args.values[level.Name()], got.Args.values[level.Name()], text)
		assert.Equal(t, want.Args.values[from.Name()], got.Args.values[from.Name()], text)
		assert.Equal(t, want.Args.values[until.Name()], got.Args.values[until.Name()], text)
		assert.Equal(t, want.Args.Refs(), got.Args.Refs(), text)
	}
	for _, text := range []string{"/find", "/find mid", "/find #7", "/find until 10:00"} {
		assert.Equal(t, "find", g.Match(text, addressed).Command, text)
	}
	for text, why := range map[string]string{
		"/find mid senior": "“senior”", "/find @li @wang": "“@wang”", "/find mid since": "from", "/find until 25:00 mid": "“25:00”",
	} {
		p := g.Match(text, addressed).Problem
		require.NotNil(t, p, text)
		assert.Contains(t, p.What.EN, why, text)
	}
}

func TestAddRefuses(t *testing.T) {
	g := office(t)
	add := func(command, form string, holes ...Hole) error {
		f, err := Compile([]string{form}, holes...)
		require.NoError(t, err)
		return g.Add(command, f)
	}
	before := len(g.entries)
	assert.ErrorContains(t, add("mute", "/hush"), "it is there already")
	assert.ErrorContains(t, g.Add("empty", Forms{}), "it has no forms")
	assert.ErrorContains(t, add("silence", "/mute {people}", people), `reads the same message as "/mute @who [[for] LENGTH] [REASON]"`)
	assert.ErrorContains(t, add("shout", "/notice {topic}", topic), "reads the same message")
	assert.ErrorContains(t, add("on", "值班"), "reads the same message", "with or without a slash")
	assert.Len(t, g.entries, before, "nothing is added")
	assert.NoError(t, add("mute all", "/mute all"), "a word wins over a hole")
}

// Two choices cannot be compared before a message is there, so it is the message that is refused.
func TestMatchOfTwoCommands(t *testing.T) {
	g := &Grammar{}
	for command, h := range map[string]Hole{"level": level, "item": Choice("what", oneOf("mute", "禁言", "mid", "中"), chat.Same("what"))} {
		f, err := Compile([]string{"/request {" + h.Name() + "}"}, h)
		require.NoError(t, err)
		require.NoError(t, g.Add(command, f))
	}
	assert.Equal(t, "level", g.Match("/request senior", addressed).Command)
	assert.Equal(t, "item", g.Match("/request mute", addressed).Command)
	p := g.Match("/request mid", addressed).Problem
	require.NotNil(t, p)
	assert.Contains(t, p.What.EN, "It could be")
}

func TestUsage(t *testing.T) {
	f, err := Compile([]string{
		"/mute {who} [[for] {length}] [{reason}]", "/(mute|hush) list [{entry}]", "/禁言 {who} [{length}] [{reason}]",
	}, who, length, reason, entryN)
	require.NoError(t, err)
	assert.Equal(t, "/mute @who [[for] LENGTH] [REASON]\n/(mute|hush) list [#entry]", f.Usage(chat.EN))
	assert.Equal(t, "/禁言 @人员 [〈时长〉] [〈原因〉]", f.Usage(chat.ZH))

	f, err = Compile([]string{"/ping {people...} [{level}]"}, people, level)
	require.NoError(t, err)
	assert.Equal(t, "/ping @人员… [〈级别〉]", strings.ReplaceAll(f.Usage(chat.ZH), "@people… [LEVEL]", "@人员… [〈级别〉]"))
	assert.Equal(t, "/ping @people… [LEVEL]", f.Usage(chat.EN))
	assert.Empty(t, Forms{}.Usage(chat.ZH))

	whatever := Choice("any", func(s string) (string, bool) { return s, true }, chat.Text{ZH: "名称", EN: "name"})
	kind := Choice("kind", oneOf("mute", "禁言", "mid", "中"), chat.Text{ZH: "禁言|中", EN: "mute|mid"})
	further := Choice("level2", oneOf("mid", "中"), level.Label())
	f, err = Compile([]string{
		"/need {level} [{level2}] {n} [(until|到) {entry}] {kind} {any}", "/需 {level} [{level2}] {n} [(到|until) {entry}] {kind} {any}",
	}, level, further, Number("n").Called(chat.Text{ZH: "人数", EN: "n"}), entryN, kind, whatever)
	require.NoError(t, err)
	assert.Equal(t, "/need LEVEL… N [until #entry] (mute|mid) NAME", f.Usage(chat.EN))
	assert.Equal(t, "/需 〈级别〉… 〈人数〉 [到 #编号] (禁言|中) 〈名称〉", f.Usage(chat.ZH))
}

func TestNearest(t *testing.T) {
	words := []string{"禁言", "移除", "mute", "批量导入"}
	for said, want := range map[string]string{"禁音": "禁言", "mtue": "mute", "MUTE": "mute", "批量道入": "批量导入", "飞行": "", "": "", "x": ""} {
		assert.Equal(t, want, Nearest(said, words), said)
	}
}

// What the help prints is what the bot reads: every printed form, with values for its holes, is its command.
func TestUsageIsRead(t *testing.T) {
	g := office(t)
	values := strings.NewReplacer(
		"@人员…", "@li、@wang", "@people…", "@li @wang", "@人员", "@li", "@who", "@li", "#编号", "#12", "#entry", "#12",
		"〈级别〉", "中级", "LEVEL", "mid", "〈岗位〉", "客服主管", "JOB", "sales", "〈权限〉", "禁言", "ITEM", "mute",
		"〈时长〉", "30分钟", "LENGTH", "30m", "〈开始时间〉", "明天9点", "FROM", "2026-12-01", "〈结束时间〉", "周六18点", "UNTIL", "12-05 18:00",
		"〈起始时间〉", "3天", "SINCE", "3d", "〈原因〉", "刷屏", "REASON", "flooding", "〈主题〉", "电脑", "TOPIC", "pc",
	)
	choice := regexp.MustCompile(`\(([^|)]*)[^)]*\)`)
	optional := regexp.MustCompile(`\[[^][]*\]`)
	for _, e := range g.entries {
		printed := choice.ReplaceAllString(e.form.print(), "$1")
		full := values.Replace(strings.NewReplacer("[", "", "]", "").Replace(printed))
		for optional.MatchString(printed) {
			printed = optional.ReplaceAllString(printed, "")
		}
		for _, text := range []string{full, values.Replace(printed)} {
			m := g.Match(text, addressed)
			assert.Nil(t, m.Problem, text)
			assert.Equal(t, e.command, m.Command, text)
		}
		m := g.Match(full, addressed)
		for _, p := range e.form.parts {
			if p.hole != nil {
				assert.True(t, m.Args.given(p.hole.Name()), "%s in %q", p.hole.Name(), full)
			}
		}
	}
}
