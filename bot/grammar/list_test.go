package grammar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// rank is a word that may stand beside a person in the tests.
func rank(s string) (string, bool) {
	switch s {
	case "高级", "中级", "mid":
		return s, true
	}
	return "", false
}

// TestLists holds that a pasted list is read line by line, and that text is not taken for one.
func TestLists(t *testing.T) {
	who, level, own := People("who"), Choice("level", rank, chat.Same("level")), Choice("job", rank, chat.Same("job"))
	job := own.Or(func(s string) (string, bool) { return "own " + s, true })
	length, reason := Length("length"), Rest("reason")
	list := List("list", func(s string) bool { _, ok := rank(s); return ok })
	forms, err := Compile([]string{
		"/add {who...} [{level}] [{job}] [[for] {length}] [{reason}]",
		"/add [{level}] [[for] {length}] {list}",
	}, who, level, job, length, reason, list)
	require.NoError(t, err)
	var g Grammar
	require.NoError(t, g.Add("add", forms))
	person := func(said string, by RefKind) Ref { return Ref{said, by} }
	for _, c := range []struct {
		text   string
		lines  []Line // nil: it is no list
		reason string
	}{
		{"/add 张三 高级\n@li 中级 运营专员\nwang@corp.com", []Line{
			{[]Ref{person("张三", Bare)}, []string{"高级"}}, {[]Ref{person("li", ByID)}, []string{"中级", "运营专员"}},
			{[]Ref{person("wang@corp.com", ByEmail)}, nil},
		}, ""},
		{"/add\n1. 张三　高级\n２、李四\n• @wang\tmid", []Line{
			{[]Ref{person("张三", Bare)}, []string{"高级"}}, {[]Ref{person("李四", Bare)}, nil}, {[]Ref{person("wang", ByID)}, []string{"mid"}},
		}, ""},
		{"/add 中级 7天\n张三\n李四 高级\n原因：换季 加人", []Line{
			{[]Ref{person("张三", Bare)}, nil}, {[]Ref{person("李四", Bare)}, []string{"高级"}}, {nil, []string{"换季", "加人"}},
		}, ""},
		{"/add 张三 高级\n李四 中级", []Line{
			{[]Ref{person("张三", Bare)}, []string{"高级"}}, {[]Ref{person("李四", Bare)}, []string{"中级"}},
		}, ""},
		{"/add @li 中级\n国庆值班", nil, ""}, // as ever: what follows the level is a word of its own, or the reason
		{"/add @li @wang 中级", nil, ""},
		{"/add\n@li\n@wang\n@zhao", nil, ""},
		{"/add 张三\n李四\n王五 中级", nil, ""},
		{"/add @li 中级 7天 国庆 值班", nil, "国庆 值班"},
	} {
		m := g.Match(c.text, Context{Now: time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC), Zone: time.UTC, Addressed: true})
		require.Nil(t, m.Problem, "%q: %v", c.text, m.Problem)
		assert.Equal(t, c.lines, list.Of(m.Args), "%q", c.text)
		assert.Equal(t, c.reason, reason.Of(m.Args), "%q", c.text)
	}
}

// TestOwnWords holds that a word of one's own never takes what another hole reads.
func TestOwnWords(t *testing.T) {
	who, length, reason := People("who"), Length("length"), Rest("reason")
	job := Choice("job", rank, chat.Same("job")).Or(func(s string) (string, bool) { return "own " + s, true })
	forms, err := Compile([]string{"/add {who...} [{job}] [[for] {length}] [{reason}]"}, who, job, length, reason)
	require.NoError(t, err)
	var g Grammar
	require.NoError(t, g.Add("add", forms))
	for text, want := range map[string][2]string{
		"/add @li 活动助理 7天 国庆":  {"own 活动助理", "国庆"},
		"/add 张三 活动助理":         {"own 活动助理", ""},
		"/add 张三 mid 活动":       {"mid", "活动"},
		"/add @li 7天 国庆":       {"", "国庆"},
		"/add @li for 7d sick": {"", "sick"},
		"/add 张三":              {"", ""},
	} {
		m := g.Match(text, Context{Now: time.Date(2026, 2, 20, 9, 0, 0, 0, time.UTC), Zone: time.UTC, Addressed: true})
		require.Nil(t, m.Problem, "%q: %v", text, m.Problem)
		assert.Equal(t, want, [2]string{job.Of(m.Args), reason.Of(m.Args)}, "%q", text)
	}
}
