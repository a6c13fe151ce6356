package configs

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withLinks is a configuration that is right but for its links.
func withLinks(t *testing.T, links string) (Config, error) {
	t.Helper()
	text := "owners: [boss]\nredis: {addrs: [127.0.0.1:6379]}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: " +
		strings.Repeat("A", 43) + "}}\n" + links
	return Load("/etc/q.yaml", nil, func(name string) ([]byte, error) {
		switch {
		case name == "/etc/q.yaml":
			return []byte(text), nil
		case strings.HasPrefix(name, "/run/secrets/"):
			return []byte(strings.Repeat("s", 32) + " of " + strings.TrimPrefix(name, "/run/secrets/") + "\n"), nil
		}
		return nil, errors.New("no such file")
	})
}

// TestTheExamplesLinksLoad takes the comment signs off the example's links.
func TestTheExamplesLinksLoad(t *testing.T) {
	_, rest, _ := strings.Cut(Example(), "links: []\n")
	rest, _, _ = strings.Cut(rest, "\nlog:")
	text := strings.ReplaceAll("\n"+strings.ReplaceAll(rest, "secret_file: /run/secrets/hook ", "secret: "+strings.Repeat("h", 32)+" "), "\n#", "\n")
	c, err := withLinks(t, "links:"+text)
	require.NoError(t, err)
	require.Len(t, c.Links, 3)
	hook, crm, zoho := c.Links[0], c.Links[1], c.Links[2]
	assert.Equal(t, []string{"access.*", "command.refused"}, hook.Events)
	assert.Equal(t, strings.Repeat("s", 32)+" of fxiaoke", crm.Secret.Reveal(), "each link has a secret of its own")
	assert.Equal(t, strings.Repeat("s", 32)+" of fxiaoke-code", crm.Token.Reveal())
	assert.Equal(t, "userid__c", crm.Fields["user"])
	assert.Equal(t, "高级", crm.Roles["senior"])
	assert.Equal(t, []string{Portrait}, crm.Events)
	assert.Equal(t, strings.Repeat("s", 32)+" of zoho", zoho.Secret.Reveal())
	assert.Equal(t, "v8", zoho.APIVersion)
}

func TestWhatALinkMayNotBe(t *testing.T) {
	secret := "secret: " + strings.Repeat("s", 32)
	for links, want := range map[string]string{
		"[{name: A b, kind: webhook}]":                                                                                                         `links: "A b" is no name; write 1 to 32 small letters, digits, _ and -`,
		"[{name: a, kind: slack, url: https://a.example, " + secret + "}]":                                                                     `links: a: kind "slack" is not possible; use one of: webhook, fxiaoke, zoho`,
		"[{name: a, kind: webhook, url: http://a.example, " + secret + "}]":                                                                    `links: a: url "http://a.example" is not possible; write https://host/path, or http:// for this machine only, since secrets go there`,
		"[{name: a, kind: webhook, url: 'http://a.example/x?key=hidden', " + secret + "}]":                                                     `links: a: url "http://a.example/x?…" is not possible; write https://host/path, or http:// for this machine only, since secrets go there`,
		"[{name: a, kind: webhook, url: https://a.example}]":                                                                                   `links: a: secret is missing; give it, or secret_file`,
		"[{name: a, kind: webhook, url: https://a.example, secret: short}]":                                                                    `links: a: secret is too short or contains a space; it has at least 32 characters: openssl rand -hex 32`,
		"[{name: a, kind: webhook, url: https://a.example, previous_secret: short, " + secret + "}]":                                           `links: a: previous_secret is too short or contains a space; it has at least 32 characters: openssl rand -hex 32`,
		"[{name: a, kind: webhook, url: https://a.example, events: [Granted!], " + secret + "}]":                                               `links: a: events "Granted!" is none; write the kind of a journal entry, such as access.granted, access.* or *, or portrait`,
		"[{name: a, kind: zoho, events: ['*'], client_id: i, token: t, object: o, key: k, fields: {user: k}, " + secret + "}]":                 `links: a: events "*" is not possible; a CRM keeps portraits alone: [portrait]`,
		"[{name: a, kind: zoho, client_id: i, token: t, object: o, key: k, fields: {user: other}, " + secret + "}]":                            `links: a: fields must have user, and it must be the key "k": by it a record is found again`,
		"[{name: a, kind: fxiaoke, user: u, client_id: i, object: o, key: k, fields: {user: k}, " + secret + "}]":                              `links: a: token is missing; it is of 纷享销客 the permanentCode, of Zoho the refresh token; or token_file`,
		"[{name: a, kind: fxiaoke, auth: x, user: u, client_id: i, token: t, object: o, key: k, fields: {user: k}, " + secret + "}]":           `links: a: auth "x" is not possible; use one of: oauth, corp`,
		"[{name: a, kind: webhook, url: https://a.example, " + secret + "}, {name: a, kind: webhook, url: https://a.example, " + secret + "}]": `links: "a" stands there twice; give each link a name of its own`,
		"[{name: a, fields: [x]}]": `links.fields: must be pairs; write "fields: {name: value}"`,
	} {
		_, err := withLinks(t, "links: "+links+"\n")
		require.Error(t, err, links)
		assert.Contains(t, err.Error(), want, links)
		assert.NotContains(t, err.Error(), strings.Repeat("s", 32))
	}
}

// TestTheKindOfALinkIsJudgedFirst: what else it may say depends on that, so nothing is said of a kind that it has not.
func TestTheKindOfALinkIsJudgedFirst(t *testing.T) {
	_, err := withLinks(t, "links: [{name: a, kind: hook, url: http://a.example, events: ['*'], secret: "+strings.Repeat("s", 32)+"}]\n")
	require.Error(t, err)
	first, _, _ := strings.Cut(err.Error(), "\n")
	assert.Equal(t, `/etc/q.yaml:4: links: a: kind "hook" is not possible; use one of: webhook, fxiaoke, zoho`, first)
	assert.NotContains(t, err.Error(), "CRM")
}

func TestALinkThatSaysLittleHasDefaults(t *testing.T) {
	c, err := withLinks(t, "links: [{name: a, kind: webhook, url: 'https://a.example/x?y=z', secret: "+strings.Repeat("s", 32)+"}]\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"*"}, c.Links[0].Events)
}
