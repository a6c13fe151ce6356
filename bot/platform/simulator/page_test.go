package simulator

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openPage(t *testing.T, b *fakeBot) *httptest.Server {
	t.Helper()
	side := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "side "+r.URL.RequestURI()) })
	server := httptest.NewServer(b.sim.Page(side))
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, r *http.Request) (int, string, http.Header) {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body), resp.Header
}

func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	status, out, _ := fetch(t, r)
	return status, out
}

func TestPageIsWhole(t *testing.T) {
	server := openPage(t, start(t, silent))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/", nil)
	require.NoError(t, err)
	status, body, header := fetch(t, r)
	assert.Equal(t, 200, status)
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'self'")
	for _, file := range []string{"style.css", "chat.css", "side.css", "app.js", "icon.svg"} {
		assert.Contains(t, body, file)
	}
	entries, err := assets.ReadDir("page")
	require.NoError(t, err)
	for _, e := range entries {
		raw, err := assets.ReadFile("page/" + e.Name())
		require.NoError(t, err)
		for _, word := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval(", "src=\"http", "url(http"} {
			assert.NotContains(t, string(raw), word, e.Name())
		}
	}
	status, body = ask(t, "GET", server.URL+"/console/rights?group=G", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, "side /console/rights?group=G", body)
}

func TestPageTellsNoSecret(t *testing.T) {
	b := start(t, silent)
	status, body := ask(t, "GET", openPage(t, b).URL+"/sim/world", "")
	assert.Equal(t, 200, status)
	w := b.sim.world
	for _, secret := range []string{w.AppSecret, w.CustomerContactSecret, w.App.Token, w.App.EncodingAESKey, w.Bot.Token, w.Bot.EncodingAESKey} {
		assert.NotContains(t, body, secret)
	}
	var v worldView
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	assert.Len(t, v.People, 11)
	assert.Equal(t, groupView{SampleCustomerGroup, "华东VIP客户群", "customer", "zhou", w.Groups[1].Members, []string{"li"}}, v.Groups[1])
}

func TestPageConversation(t *testing.T) {
	b := start(t, func(h heard) string {
		switch {
		case !h.toBot:
			return ""
		case strings.Contains(string(h.plain), "event"):
			return stream("ok")
		}
		return cardReply("t1")
	})
	at := openPage(t, b).URL
	status, body := ask(t, "POST", at+"/sim/say", `{"who":"li","where":"opsControl0001","text":"/x"}`)
	assert.Equal(t, 200, status, body)
	assert.Contains(t, body, `"status":200`)
	status, _ = ask(t, "POST", at+"/sim/say", `{"who":"li","where":"opsControl0001","text":"hello","murmur":true}`)
	assert.Equal(t, 200, status)
	assert.Len(t, b.all(), 1)

	var seen []Shown
	_, body = ask(t, "GET", at+"/sim/sees?who=boss&after=0", "")
	require.NoError(t, json.Unmarshal([]byte(body), &seen))
	require.Len(t, seen, 3)
	status, body = ask(t, "POST", at+"/sim/press", `{"who":"boss","card":"t1","key":"/approve #1"}`)
	assert.Equal(t, 200, status, body)
	_, body = ask(t, "GET", at+"/sim/sees?who=boss&after=3", "")
	require.NoError(t, json.Unmarshal([]byte(body), &seen))
	require.Len(t, seen, 2, "the card that changed and the answer")
	assert.Equal(t, "/approve #1", seen[0].Card.Pressed)
	_, body = ask(t, "GET", at+"/sim/sees?who=boss&after=99", "")
	assert.Equal(t, "[]", body)

	var heads map[string]map[string]int64
	_, body = ask(t, "GET", at+"/sim/heads", "")
	require.NoError(t, json.Unmarshal([]byte(body), &heads))
	assert.Equal(t, seen[1].N, heads["li"][SampleControlGroup])

	for path, in := range map[string]string{
		"/sim/say": `{"who":"nobody","text":"x"}`, "/sim/press": `{"who":"li","card":"x","key":"y"}`,
		"/sim/admin": `{"group":"x"}`, "/sim/member": `{"group":"x"}`,
		"/sim/position": `{"user":"nobody"}`,
	} {
		status, body = ask(t, "POST", at+path, in)
		assert.Equal(t, 400, status, path)
		assert.Contains(t, body, `"error"`)
		status, _ = ask(t, "POST", at+path, "{")
		assert.Equal(t, 400, status, path)
	}
	status, _ = ask(t, "POST", at+"/sim/admin", `{"group":"wrHuadongVIP0001","user":"wang","on":true}`)
	assert.Equal(t, 200, status)
	status, _ = ask(t, "POST", at+"/sim/member", `{"group":"wrHuadongVIP0001","user":"wang","on":false}`)
	assert.Equal(t, 200, status)
	assert.NotContains(t, b.sim.world.Groups[1].Members, "wang")
	status, _ = ask(t, "POST", at+"/sim/position", `{"user":"sun","position":"客服主管"}`)
	assert.Equal(t, 200, status)
	p, _ := b.sim.world.person("sun")
	assert.Equal(t, "客服主管", p.Position)
	status, _ = ask(t, "GET", at+"/sim/sees?who=li&after=x", "")
	assert.Equal(t, 400, status)
}

func TestOtherSitesAreRefused(t *testing.T) {
	b := start(t, silent)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, openPage(t, b).URL+"/sim/say", strings.NewReader(`{"who":"boss","where":"","text":"/x"}`))
	require.NoError(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	status, _, _ := fetch(t, r)
	assert.Equal(t, http.StatusForbidden, status)
	assert.Empty(t, b.all())
}

func TestPageEvents(t *testing.T) {
	b := start(t, silent)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, openPage(t, b).URL+"/sim/events", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "end"
	}
	assert.Equal(t, `data: {"n":0,"world":1}`, next())
	require.NoError(t, b.sim.Murmur("li", SampleControlGroup, "x"))
	assert.Equal(t, `data: {"n":1,"world":1}`, next())
	require.NoError(t, b.sim.SetAdmin(SampleCustomerGroup, "wang", true))
	assert.Equal(t, `data: {"n":1,"world":2}`, next())
	b.sim.Close()
	b.sim.Close()
	assert.Equal(t, "end", next())
}
