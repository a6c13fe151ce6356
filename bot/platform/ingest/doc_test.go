package ingest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/ingest"
)

func page(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/ingest.md")
	require.NoError(t, err)
	return string(raw)
}

// block is the first fenced block of a language that contains a word.
func block(t *testing.T, page, language, word string) string {
	t.Helper()
	for _, part := range strings.Split(page, "```"+language+"\n")[1:] {
		text, _, _ := strings.Cut(part, "```")
		if strings.Contains(text, word) {
			return text
		}
	}
	require.Fail(t, "the page has no block of "+language+" with "+word)
	return ""
}

func TestThePageShowsRightSignatures(t *testing.T) {
	for _, word := range []string{"好的", "T-1001"} { // of messages, of tickets
		vector := map[string]string{}
		for line := range strings.SplitSeq(strings.TrimSpace(block(t, page(t), "text", word)), "\n") {
			name, value, _ := strings.Cut(line, " ")
			vector[name] = strings.TrimSpace(value)
		}
		assert.Equal(t, vector["signature"], ingest.Sign(vector["secret"], vector["timestamp"], vector["body"]+"\n"), word)
	}
}

func TestThePagesTicketsAreAccepted(t *testing.T) {
	d := newHelpdesk(t)
	w := d.say(block(t, page(t), "json", `"state"`))
	assert.JSONEq(t, `{"accepted":4}`, w.Body.String())
}

func TestThePagesLinesAreAccepted(t *testing.T) {
	d := newDesk(t)
	// The desk's clock stands a little before the example's.
	w := d.say(block(t, page(t), "json", `"id"`))
	assert.JSONEq(t, `{"accepted":3}`, w.Body.String())
}

// TestThePagesScriptPosts runs what the page tells people to type.
func TestThePagesScriptPosts(t *testing.T) {
	for _, tool := range []string{"sh", "openssl", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			require.NotEqual(t, "1", os.Getenv("QUNGUAN_TEST_REAL"), "%s is missing, and nothing real may be", tool)
			t.Skip(tool + " is not here: the page's script is not run")
		}
	}
	d := newDesk(t)
	server := httptest.NewServer(http.HandlerFunc(d.ServeHTTP))
	defer server.Close()
	script := block(t, page(t), "sh", "openssl")
	for old, replacement := range map[string]string{"https://bot.example.com": server.URL, "$(date +%s)": "1772415000"} {
		require.Contains(t, script, old)
		script = strings.ReplaceAll(script, old, replacement)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ingest.secret"), []byte(present+"\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "messages.jsonl"), []byte(block(t, page(t), "json", `"id"`)), 0o600))
	c := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	c.Dir, c.Env = dir, append(os.Environ(), "no_proxy=*")
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, regexp.MustCompile(`\{"accepted":3\}`), string(out))
	assert.Len(t, d.heard, 3)
}
