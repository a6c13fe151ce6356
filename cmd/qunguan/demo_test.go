package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// visitor plays the demo over HTTP, as its page does. The machine's clock stands still, so time passes only as asked.
type visitor struct {
	t    *testing.T
	base string
}

func visit(t *testing.T, start time.Time) visitor {
	t.Helper()
	stands := time.Now()
	return visitor{t, "http://" + startDemoAt(t, start, func() time.Time { return stands })}
}

func (v visitor) do(method, path string, body any, out any) {
	v.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(v.t, err)
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, bytes.NewReader(raw))
	require.NoError(v.t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(v.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(v.t, err)
	require.Equal(v.t, http.StatusOK, resp.StatusCode, "%s %s: %s", path, raw, answer)
	require.NoError(v.t, json.Unmarshal(answer, out))
}

func (v visitor) say(who, where, text string) {
	v.t.Helper()
	var d struct{ Status int }
	v.do(http.MethodPost, "/sim/say", map[string]any{"who": who, "where": where, "text": text}, &d)
	require.Equal(v.t, http.StatusOK, d.Status, text)
}

// pass lets time pass and returns what the clock shows then.
func (v visitor) pass(wish clockWish) clockView {
	v.t.Helper()
	in := map[string]any{}
	if wish.Speed > 0 {
		in["speed"] = wish.Speed
	}
	if wish.Advance != "" {
		in["advance"] = wish.Advance
	}
	if wish.Next {
		in["next"] = true
	}
	var c clockView
	v.do(http.MethodPost, "/sim/clock", in, &c)
	return c
}

// last is the newest message that somebody sees with a word in it.
func (v visitor) last(who, word string) (simulator.Shown, bool) {
	v.t.Helper()
	var seen []simulator.Shown
	v.do(http.MethodGet, "/sim/sees?who="+url.QueryEscape(who), nil, &seen)
	for n := range seen {
		if s := seen[len(seen)-1-n]; strings.Contains(s.Text, word) {
			return s, true
		}
	}
	return simulator.Shown{}, false
}

// TestTimePassesInTheDemo lets days pass at once: what comes due on the way is told at its moment, and afterwards
// everything still answers, although tokens, kept replies and the codes of cards are long gone.
func TestTimePassesInTheDemo(t *testing.T) {
	v := visit(t, demoMorning)
	v.say("li", "", "/设管理 @sun 中级 1天 国庆值班")
	var c clockView
	v.do(http.MethodGet, "/sim/clock", nil, &c)
	assert.Equal(t, "2026-11-26T09:00:00+08:00", c.Now.Format(time.RFC3339))
	require.NotNil(t, c.Next)

	c = v.pass(clockWish{Advance: "23h30m"})
	assert.Equal(t, "2026-11-27T08:30:00+08:00", c.Now.Format(time.RFC3339))
	soon, ok := v.last("sun", "快到期了")
	require.True(t, ok, "the reminder of an hour before")
	assert.Equal(t, "2026-11-27 08:00", soon.At.Format("2006-01-02 15:04"), "told when it was due, not when somebody looked")

	c = v.pass(clockWish{Next: true})
	over, ok := v.last("sun", "已到期")
	require.True(t, ok)
	assert.Equal(t, "2026-11-27 09:00", over.At.Format("2006-01-02 15:04"))
	assert.Equal(t, "2026-11-27T09:00:01+08:00", c.Now.Format(time.RFC3339))

	c = v.pass(clockWish{Advance: "72h"})
	assert.Equal(t, "2026-11-30T09:00:01+08:00", c.Now.Format(time.RFC3339))
	v.say("li", "", "谁在值班")
	on, ok := v.last("li", "值班")
	require.True(t, ok)
	assert.Contains(t, on.Text, "到 20:00")
}

// TestMessagesArriveWhileTimeFlies writes while the clock is fast: no callback is too old when it arrives, and each is
// answered once.
func TestMessagesArriveWhileTimeFlies(t *testing.T) {
	v := visitor{t, "http://" + startDemoAt(t, demoMorning, time.Now)}
	v.pass(clockWish{Speed: 600})
	for range 20 {
		v.say("li", "", "谁在值班")
	}
	c := v.pass(clockWish{Speed: 1})
	assert.True(t, c.Now.After(demoMorning))
	var seen []simulator.Shown
	v.do(http.MethodGet, "/sim/sees?who=li", nil, &seen)
	answers := 0
	for _, s := range seen {
		if s.From == "" && strings.Contains(s.Text, "华东VIP客户群 值班") {
			answers++
		}
	}
	assert.Equal(t, 20, answers)
}

// TestTheDemoHasTheRhythmsOfTheService: what comes by the calendar comes in the demo too. It only writes no files.
func TestTheDemoHasTheRhythmsOfTheService(t *testing.T) {
	world := simulator.SampleWorld()
	demo := demoConfig(world, "127.0.0.1:6379", "http://127.0.0.1:1", "zh")
	serve, err := load(write(t, "owners: [boss]\nredis: {addrs: [\"127.0.0.1:6379\"]}\nwecom: {corp_id: ww1, bot: {token: t, encoding_aes_key: "+
		strings.Repeat("A", 43)+"}}\n"))
	require.NoError(t, err)
	serve.Schedule.Export, serve.Schedule.Archive = "", ""
	assert.Equal(t, serve.Schedule, demo.Schedule)

	s := openTheatre(t, demoMorning, nil, startEmbedded(t)).procs[0]
	s.config.Schedule = serve.Schedule
	for _, r := range s.rhythms() {
		assert.False(t, r.Title.IsZero(), "%s is shown in /status by its title", r.Name)
	}
}
