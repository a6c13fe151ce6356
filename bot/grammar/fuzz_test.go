package grammar

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"qunguan/bot/chat"
)

var seeds = []string{
	"/mute @lisi 30m flooding", "禁言@lisi 30分钟", "／禁言　＠李四　３０分钟　刷屏：多次", "/admin add @a @b mid for 7d 国庆值班 --dry-run",
	"/设管理 张三、李四，王五 高级", "谁在值班呢？", "/duty #华东VIP", "/undo #12 #34", "/audit @li since 3d refused #9", "把@某人设为临时管理员到周五18点",
	"/why", "/admin ad", "/mute @", "/mute @“a b” “--yes” ——预演", "/预演 9点到18点", "//", "/", "#", "@@@ \x00\xff", "/admin add a,b\nc\n\n@d@e",
	"/admin add @a from for until 到从", "/notice \ue0ff", "/mute\u3000@li\u20051h", "/撤销#99999999999999999999", "\u202e/mute @li",
}

// FuzzMatch checks what holds of every message: nothing panics, a match is one thing only, it is the same each time,
// and the width of its letters does not matter.
func FuzzMatch(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, true)
		f.Add(s, false)
	}
	g := office(f)
	f.Fuzz(func(t *testing.T, text string, spokenTo bool) {
		c := Context{Now: thursday, Zone: shanghai, Addressed: spokenTo}
		m := g.Match(text, c)
		states := 0
		for _, is := range []bool{m.Silent, m.Problem != nil, m.Command != "", m.Silent || m.Problem != nil || m.Command != "" || len(m.Suggest) <= 3} {
			if is {
				states++
			}
		}
		assert.LessOrEqual(t, states, 2)
		if spokenTo {
			assert.False(t, m.Silent)
		}
		if m.Problem != nil {
			assert.NotEmpty(t, m.Problem.What.ZH)
			assert.NotEmpty(t, m.Problem.What.EN)
			assert.NotContains(t, m.Problem.What.EN, "%!")
			assert.NotContains(t, m.Problem.What.ZH, "%!")
		}
		for _, r := range m.Args.Refs() {
			assert.NotEmpty(t, r.Said)
		}
		assert.Equal(t, said(m), said(g.Match(text, c)))
		assert.Equal(t, m.Command, g.Match(Fold(chat.Clean(text)), c).Command)
		if m.Command != "" {
			assert.Equal(t, m.Command, g.Match(widen(chat.Clean(text)), c).Command)
		}
	})
}

// widen makes every character full-width.
func widen(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '　'
		case r > ' ' && r <= '~':
			return r - '!' + '！'
		}
		return r
	}, s)
}

// No message may keep the bot busy, however it is built: each of these takes some milliseconds, and the time limit of
// the test run is what fails otherwise.
func TestMatchIsBounded(t *testing.T) {
	g := office(t)
	for _, piece := range []string{
		"@a ", "a,", "1d ", "for ", "到", "#1 ", "#a ", "“", "--yes ", "mid ", "@张三到", "12-01 ", "@", "一", "从9点到",
	} {
		for _, verb := range []string{"/admin add ", "/设管理 @a ", "/临时管理 @a 从", "/audit ", "/预演 ", "/mute @a "} {
			m := g.Match(verb+strings.Repeat(piece, (chat.MaxText-len(verb))/len(piece)), addressed)
			assert.True(t, m.Problem != nil || m.Command != "", "%q × %q", verb, piece)
		}
	}
	assert.NotNil(t, g.Match("/mute "+strings.Repeat("a", chat.MaxText), addressed).Problem)
}

func BenchmarkMatch(b *testing.B) {
	g := office(b)
	for name, text := range map[string]string{
		"mute":    "/禁言 @lisi 30分钟 刷屏",
		"admin":   "/admin add @zhangsan @lisi mid for 7d from 明天9点 国庆值班 --dry-run #华东",
		"people":  "/admin add " + strings.Repeat("@zhangsan ", 500) + "mid",
		"unknown": "/muet @lisi",
		"silent":  "大家好",
	} {
		c := Context{Now: thursday, Zone: shanghai, Addressed: name != "silent"}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Match(text, c)
			}
		})
	}
}
