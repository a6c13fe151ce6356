package configs

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func readExample(string) ([]byte, error) { return []byte(Example()), nil }

func TestTheExampleLoadsOnceItsBlanksAreFilled(t *testing.T) {
	_, err := Load("example.yaml", nil, readExample)
	var blanks []string
	for p := range strings.SplitSeq(err.Error(), "\n") {
		_, rest, _ := strings.Cut(p, ": ")
		key, text, _ := strings.Cut(rest, ": ")
		blanks = append(blanks, key)
		assert.Contains(t, text, "is missing", "the example is wrong in more than its blanks")
	}
	assert.Equal(t, []string{"wecom.app.secret", "wecom.app.token", "wecom.app.encoding_aes_key"}, blanks)

	c, err := Load("example.yaml", []string{
		"QUNGUAN_WECOM__APP__SECRET=s", "QUNGUAN_WECOM__APP__TOKEN=t",
		"QUNGUAN_WECOM__APP__ENCODING_AES_KEY=" + strings.Repeat("A", 43),
	}, readExample)
	require.NoError(t, err)
	assert.Equal(t, []string{"boss"}, c.Owners)
	assert.Equal(t, 1000002, c.WeCom.App.AgentID)
	assert.False(t, c.WeCom.Bot.InUse())
}

func TestTheExampleShowsEveryKeyAndTheDefaults(t *testing.T) {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(Example()), &root))
	shown, lists := map[string]string{}, map[string][]string{}
	var walk func(n *yaml.Node, prefix string)
	walk = func(n *yaml.Node, prefix string) {
		for i := 0; i < len(n.Content); i += 2 {
			path, value := prefix+n.Content[i].Value, n.Content[i+1]
			shown[path] = value.Value
			if value.Kind == yaml.SequenceNode {
				lists[path] = texts(value)
			}
			if value.Kind == yaml.MappingNode {
				walk(value, path+".")
			}
		}
	}
	walk(root.Content[0], "")

	for path, k := range schema {
		if k == secretFile || strings.HasPrefix(path, "department_admins.") || strings.HasPrefix(path, "archive.private_keys.") || strings.HasPrefix(path, "links.") {
			continue // shown in comments
		}
		assert.Contains(t, shown, path, "configs/qunguan.example.yaml must show %s", path)
	}
	for path := range shown {
		assert.Contains(t, schema, path, "configs/qunguan.example.yaml shows a key that does not exist")
	}
	for path, value := range defaults {
		if list, ok := value.([]string); ok {
			assert.Equal(t, list, lists[path], "configs/qunguan.example.yaml must show the default of %s", path)
			continue
		}
		assert.Equal(t, value, shown[path], "configs/qunguan.example.yaml must show the default of %s", path)
	}
}

// texts are the elements of a list.
func texts(n *yaml.Node) []string {
	var out []string
	for _, e := range n.Content {
		out = append(out, e.Value)
	}
	return out
}

func TestEveryKeyHasAVariable(t *testing.T) {
	seen := map[string]string{}
	for path := range schema {
		v := variable(path)
		assert.Empty(t, seen[v], "two keys share the variable %s", v)
		assert.False(t, foreign.MatchString(v), "%s would be ignored as somebody else's", v)
		seen[v] = path
	}
}

func TestNearest(t *testing.T) {
	for unknown, want := range map[string]string{
		"owner":                  "owners",
		"adrs":                   "redis.addrs",
		"wecom.agent_id":         "wecom.app.agent_id",
		"redis.master":           "redis.master_name",
		"wecom.app.secrt":        "wecom.app.secret",
		"encoding_aes_key":       "wecom.app.encoding_aes_key",
		"log_level":              "log.level",
		"departments_admins":     "department_admins",
		"wecom.customer.contact": "wecom.customer_contact",
	} {
		assert.Equal(t, want, nearest(unknown), "%s", unknown)
	}
	assert.True(t, slices.IsSorted(slices.Sorted(known())))
	assert.Equal(t, 3, distance("kitten", "sitting"))
}
