package wecom

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewNamesTheKeyAtFault(t *testing.T) {
	cases := map[string]func(*Config){
		"wecom.corp_id":              func(c *Config) { c.CorpID = "" },
		"wecom.api_base":             func(c *Config) { c.APIBase = "qyapi.weixin.qq.com" },
		"wecom.app.agent_id":         func(c *Config) { c.App.AgentID = 0 },
		"wecom.app.secret":           func(c *Config) { c.App.Secret = "" },
		"wecom.app.token":            func(c *Config) { c.App.Token = "" },
		"wecom.app.encoding_aes_key": func(c *Config) { c.App.EncodingAESKey = exampleKey[1:] },
		"wecom.bot.token":            func(c *Config) { c.Bot.Token = "" },
		"wecom.bot.encoding_aes_key": func(c *Config) { c.Bot.EncodingAESKey = strings.Repeat("!", 43) },
		"neither wecom.app nor wecom.bot": func(c *Config) {
			*c = Config{CorpID: c.CorpID, Now: c.Now}
		},
		"no clock": func(c *Config) { c.Now = nil },
	}
	for key, spoil := range cases {
		c := exampleConfig("")
		spoil(&c)
		_, err := New(c)
		require.ErrorContains(t, err, key)
		for _, secret := range []string{"app-secret", exampleToken, exampleKey, exampleKey[1:]} {
			assert.NotContains(t, err.Error(), secret)
		}
	}
	c := exampleConfig("")
	c.App.AgentID, c.App.Secret, c.App.Token, c.App.EncodingAESKey = 1000002, "", "", ""
	_, err := New(c)
	assert.NoError(t, err, "an agent id alone, the default of the example file, configures no app")
}

func TestPlain(t *testing.T) {
	cases := map[string]string{
		"**已记录** `#12`":                "已记录 #12",
		"# 标题\n> 引用\n#12":              "标题\n引用\n#12",
		`a\*b \[x\] &lt;i&gt; \#1 c\d`: `a*b [x] <i> #1 c\d`,
		"2*3=6":                        "2*3=6",
		"[手册](https://x.example/a)。":   "手册 https://x.example/a。",
		"[x] (y)":                      "[x] (y)",
		"***":                          "",
		"a & b":                        "a & b",
	}
	for in, want := range cases {
		assert.Equal(t, want, plain(in), "%q", in)
		assert.LessOrEqual(t, len(plain(in)), len(in))
	}
}

func TestCut(t *testing.T) {
	cases := []struct {
		in    string
		limit int
		want  [2]string
	}{
		{"short", 10, [2]string{"short", ""}},
		{"line one\nline two", 12, [2]string{"line one", "line two"}},
		{"a\nlong line", 8, [2]string{"a\nlong l", "ine"}},
		{"群群群", 4, [2]string{"群", "群群"}},
		{"12345678\n9", 8, [2]string{"12345678", "9"}},
	}
	for _, c := range cases {
		first, rest := cut(c.in, c.limit)
		assert.Equal(t, c.want, [2]string{first, rest}, "%q", c.in)
	}
	assert.Equal(t, "群", brief("群", 1))
	assert.Equal(t, "群管", brief("群管", 2))
	assert.Equal(t, "群…", brief("群管理", 2))
}
