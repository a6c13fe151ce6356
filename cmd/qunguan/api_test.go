package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/grammar"
	"qunguan/bot/platform/simulator"
	"qunguan/commands"
)

const apiToken = "0123456789abcdef0123456789abcdef"

// TestProgramsReadWhatPeopleRead: the JSON has the numbers and verdicts that /kpi says.
func TestProgramsReadWhatPeopleRead(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 16, 9, 0, 0, 0, zone), []string{"archive"}, startEmbedded(t))
	s.config.API.Token = apiToken
	s.boot()
	s.listen(1)
	s.kill(0)
	s.settle()
	handler := s.procs[len(s.procs)-1].handler()
	get := func(query, token string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, "/api/kpi"+query, nil)
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	// Before anything was heard the company is told so, like a group.
	status, body := get("", "Bearer "+apiToken)
	require.Equal(t, http.StatusOK, status, body)
	assert.Contains(t, body, `"verdict":"no_source"`)
	assert.Contains(t, body, "已接入消息来源，但还没有收到过任何群的消息，响应和拦截率无法衡量。")
	for _, line := range []string{
		"boss> /选群 华东VIP客户群", "boss> /设管理 @li 高级 --确认", "wmCustomerZhang01@华东VIP客户群> 一号单到了吗", "li@华东VIP客户群> 到了",
		"li> /选群 华东VIP客户群", "li> /禁言 @wmCustomerLiu0002 30分钟 广告",
	} {
		s.say(line)
	}
	s.advance(s.now().Add(time.Hour))
	s.look()
	g := s.group("华东VIP客户群")
	// Whoever is asked about: the group, one person, the company; this week, or other days.
	for command, query := range map[string]string{
		"/kpi": "?group=" + g, "/kpi @li": "?group=" + g + "&who=li", "/kpi all": "", "/kpi @zhao": "?group=" + g + "&who=zhao",
		"/kpi 2026-02-09 to 2026-02-15": "?group=" + g + "&from=2026-02-09&until=2026-02-15", "/kpi all last-week": "?from=2026-02-09&until=2026-02-15",
	} {
		s.say("boss> " + command)
		said := replied(t, s.sim, "boss")
		status, body := get(query, "Bearer "+apiToken)
		require.Equal(t, http.StatusOK, status, body)
		var d commands.KPIDocument
		require.NoError(t, json.Unmarshal([]byte(body), &d))
		assert.Contains(t, said, d.From, command)
		for _, i := range d.Indicators {
			assert.Contains(t, said, inChat(i), command)
		}
		for _, m := range d.Missing {
			assert.Contains(t, said, m, command)
		}
		assert.Equal(t, strings.Count(said, "缺："), strings.Count(strings.Join(d.Missing, " "), "缺："), command)
	}
	s.say("boss> /kpi @li")
	said := replied(t, s.sim, "boss")

	status, body = get("?group="+g+"&who=li", "Bearer "+apiToken)
	require.Equal(t, http.StatusOK, status, body)
	var d commands.KPIDocument
	require.NoError(t, json.Unmarshal([]byte(body), &d))
	require.Len(t, d.Indicators, 3)
	assert.Equal(t, "华东VIP客户群", d.Group.Name)
	assert.Contains(t, said, d.From)
	for _, i := range d.Indicators {
		words := map[string]string{"passed": "达标", "failed": "未达标", "too_few": "样本不足", "running": "未到期末"}
		assert.Regexp(t, regexp.QuoteMeta(map[string]string{"response": "响应效率", "quality": "运营质量", "risk": "风险管控"}[i.Name])+".*"+words[i.Verdict], said)
	}
	require.NotNil(t, d.Indicators[2].Value)
	assert.Contains(t, said, fmt.Sprintf("拦截数 %.0f 次，每千条消息 %.1f 次", *d.Indicators[2].Value, *d.Indicators[2].PerThousand))
	assert.Nil(t, d.Indicators[1].Value, "not known, and not 0")
	for _, m := range d.Missing {
		assert.Contains(t, said, m)
	}
	require.Len(t, d.Portrait, 5)
	assert.Contains(t, said, fmt.Sprintf("响应 %d", *d.Portrait[0].Score))

	for query, want := range map[string]int{
		"": http.StatusOK, "?group=nobody": http.StatusNotFound, "?from=2026-02-16": http.StatusBadRequest, "?from=2026-02-17&until=2026-02-16": http.StatusBadRequest,
		"?from=2020-01-01&until=2026-02-16": http.StatusBadRequest, "?week=1": http.StatusBadRequest, "?from=2026-02-16&until=2026-02-16": http.StatusOK,
		"?group=" + strings.Repeat("x", 200): http.StatusBadRequest,
		"?who=nobody":                        http.StatusNotFound, "?who=nobody&group=" + g: http.StatusNotFound, "?who=boss": http.StatusOK, "?who=zhao": http.StatusOK,
		"?who=wmCustomerZhang01": http.StatusOK,
	} {
		status, body := get(query, "Bearer "+apiToken)
		assert.Equal(t, want, status, "%s: %s", query, body)
		assert.True(t, json.Valid([]byte(body)))
	}
	for _, token := range []string{"", "Bearer ", "Bearer " + apiToken + "x", "Basic " + apiToken, apiToken} {
		status, body := get("", token)
		assert.Equal(t, http.StatusUnauthorized, status, token)
		assert.NotContains(t, body, apiToken)
	}
	limited := 0
	for range callsPerMinute + 1 {
		if status, _ := get("?week=1", "Bearer "+apiToken); status == http.StatusTooManyRequests {
			limited++
		}
	}
	assert.Positive(t, limited)
	s.advance(s.now().Add(time.Minute))
	status, _ = get("", "Bearer "+apiToken)
	assert.Equal(t, http.StatusOK, status, "a minute later there is room again")
}

// inChat is an indicator of the API as the chat says it: value, target, verdict.
func inChat(i commands.KPIIndicator) string {
	verdict := map[string]string{"passed": "达标", "failed": "未达标", "too_few": "样本不足", "running": "未到期末", "no_source": "无消息来源"}[i.Verdict]
	value, target := "—", ""
	switch i.Name {
	case "response":
		target = "≤ 2 小时"
		if i.Value != nil {
			value = grammar.FormatLength(time.Duration(*i.Value * float64(time.Minute)).Round(time.Minute)).ZH
			if *i.Value < 1 {
				value = "" // in seconds there
			}
		}
	case "quality":
		target = "≥ 95%"
		if i.Value != nil {
			value = fmt.Sprintf("%.1f%%", *i.Value)
		}
	case "risk":
		target = "≥ 20 次/周"
		if i.Value != nil {
			value = fmt.Sprintf("%.0f 次，每千条消息 —", *i.Value)
			if i.PerThousand != nil {
				value = fmt.Sprintf("%.0f 次，每千条消息 %.1f", *i.Value, *i.PerThousand)
			}
			value += " 次"
		}
	}
	return value + "，目标 " + target + "，" + verdict
}

// TestWithoutATokenThereIsNoAPI so that nobody finds one that they have not set up.
func TestWithoutATokenThereIsNoAPI(t *testing.T) {
	t.Parallel()
	s := openTheatre(t, time.Date(2026, 2, 16, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	w := httptest.NewRecorder()
	s.procs[0].handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/kpi", nil))
	assert.Equal(t, http.StatusNotFound, w.Code)
}

// replied is the newest text that somebody got as an answer.
func replied(t *testing.T, sim *simulator.Simulator, who string) string {
	t.Helper()
	text := ""
	for _, i := range sim.Sees(who) {
		if i.Kind == simulator.Replied {
			text = i.Text
		}
	}
	require.NotEmpty(t, text)
	return text
}
