package simulator

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokens(t *testing.T) {
	b := start(t, silent)
	w := b.sim.world
	for path, want := range map[string]int{
		"gettoken":                                       noCorpID,
		"gettoken?corpid=" + w.Corp:                      noSecret,
		"gettoken?corpid=other&corpsecret=x":             badCorpID,
		"gettoken?corpid=" + w.Corp + "&corpsecret=x":    badSecret,
		"user/get?userid=li":                             noToken,
		"user/get?userid=li&access_token=x":              badToken,
		"user/get?access_token=" + url.QueryEscape("%%"): badToken,
	} {
		wantCode(t, want, b.get(t, path))
	}
	first := b.token(t, w.AppSecret)
	assert.Equal(t, first, b.token(t, w.AppSecret), "a valid token is given again")
	contactToken := b.token(t, w.CustomerContactSecret)
	assert.NotEqual(t, first, contactToken)
	wantCode(t, notAllowed, b.get(t, "user/get?userid=li&access_token="+contactToken))
	wantCode(t, notAllowed, b.post(t, "externalcontact/groupchat/get?access_token="+first, j{"chat_id": SampleCustomerGroup}))

	b.sim.ExpireTokens()
	wantCode(t, tokenExpired, b.get(t, "user/get?userid=li&access_token="+first))
	second := b.token(t, w.AppSecret)
	assert.NotEqual(t, first, second)
	wantCode(t, 0, b.get(t, "user/get?userid=li&access_token="+second))
	b.later(tokenLife)
	wantCode(t, tokenExpired, b.get(t, "user/get?userid=li&access_token="+second))

	assert.Equal(t, 7, b.sim.Calls()["user/get"])
}

func TestBadDays(t *testing.T) {
	b := start(t, silent)
	b.sim.Fail("message/send", -1, 2)
	send := j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "text", "text": j{"content": "x"}}
	wantCode(t, -1, b.call(t, "message/send", send))
	wantCode(t, -1, b.call(t, "message/send", send))
	wantCode(t, 0, b.call(t, "message/send", send))

	b.sim.mu.Lock()
	b.sim.windows["api\x00message/send"].n = callsPerMinute
	b.sim.mu.Unlock()
	wantCode(t, tooOften, b.call(t, "message/send", send))
	b.later(time.Minute)
	wantCode(t, 0, b.call(t, "message/send", send))
}

func TestMessageSend(t *testing.T) {
	b := start(t, silent)
	agent := b.sim.world.AgentID
	send := func(with j) j {
		m := j{"touser": "li", "agentid": agent, "msgtype": "markdown", "markdown": j{"content": "**hi**"}}
		for k, v := range with {
			m[k] = v
		}
		return b.call(t, "message/send", m)
	}
	for _, c := range []struct {
		with j
		want int
	}{
		{j{"agentid": 7}, badAgent},
		{j{"msgtype": "voice"}, badMsgType},
		{j{"markdown": j{"content": ""}}, noContent},
		{j{"markdown": j{"content": strings.Repeat("x", maxAppText+1)}}, tooLong},
		{j{"msgtype": "text", "text": j{"content": strings.Repeat("x", maxAppText+1)}}, tooLong},
		{j{"touser": ""}, nobodyNamed},
		{j{"touser": "ghost|wmCustomerZhang01"}, nobodyReached},
		{j{"touser": strings.Repeat("li|", 1001)}, badParameter},
		{j{"touser": 1}, badJSON},
	} {
		wantCode(t, c.want, send(c.with))
	}
	assert.Empty(t, b.sim.Sees("li"))

	out := send(j{"touser": "li|ghost|boss|li"})
	wantCode(t, 0, out)
	assert.Equal(t, "ghost", out["invaliduser"])
	require.NotEmpty(t, out["msgid"])
	assert.Equal(t, []Shown{{N: 1, Rev: 1, At: noon, Kind: Notified, Markdown: true, Text: "**hi**"}}, b.sim.Sees("li"))
	assert.Len(t, b.sim.Sees("boss"), 1)
	assert.Empty(t, b.sim.Sees("wang"))

	wantCode(t, 0, b.call(t, "message/recall", j{"msgid": out["msgid"]}))
	assert.True(t, b.sim.Sees("li")[0].Recalled)
	assert.Empty(t, b.sim.Sees("li")[0].Text)
	wantCode(t, badParameter, b.call(t, "message/recall", j{"msgid": "x"}))

	wantCode(t, 0, send(j{"touser": "@all"}))
	assert.Len(t, b.sim.Sees("sun"), 1)
	wantCode(t, 0, send(j{"touser": "", "toparty": "3|99"}))
	assert.Len(t, b.sim.Sees("sun"), 2, "department 3 is 客服部")
	assert.Empty(t, b.sim.Sees("wmCustomerZhang01"))
}

func TestRecallIsPossibleForADay(t *testing.T) {
	b := start(t, silent)
	out := b.call(t, "message/send", j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "text", "text": j{"content": "x"}})
	b.later(24*time.Hour + time.Second)
	wantCode(t, badParameter, b.call(t, "message/recall", j{"msgid": out["msgid"]}))
}

func TestMessageLimits(t *testing.T) {
	b := start(t, silent)
	m := j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "text", "text": j{"content": "x"}}
	for range perMemberMin + 5 {
		wantCode(t, 0, b.call(t, "message/send", m))
	}
	assert.Len(t, b.sim.Sees("li"), perMemberMin, "more than 30 a minute are dropped without a word")
	b.later(time.Minute)
	m["enable_duplicate_check"] = 1
	wantCode(t, 0, b.call(t, "message/send", m))
	wantCode(t, 0, b.call(t, "message/send", m))
	assert.Len(t, b.sim.Sees("li"), perMemberMin+1)
	b.later(1800 * time.Second)
	wantCode(t, 0, b.call(t, "message/send", m))
	assert.Len(t, b.sim.Sees("li"), perMemberMin+2)
}

func TestBotResponse(t *testing.T) {
	b := start(t, silent)
	ask := func(where string) string {
		_, err := b.sim.Say(t.Context(), "li", where, "/help")
		require.NoError(t, err)
		calls := b.all()
		_, rest, _ := strings.Cut(string(calls[len(calls)-1].plain), "response_code=")
		name, _, _ := strings.Cut(rest, `"`)
		return "aibot/response?response_code=" + name
	}
	answer := j{"msgtype": "markdown", "markdown": j{"content": "晚到的答复"}}
	at := ask(SampleControlGroup)
	wantCode(t, badMsgType, b.post(t, at, j{"msgtype": "text"}))
	wantCode(t, 0, b.post(t, at, answer))
	wantCode(t, spentCode, b.post(t, at, answer))
	wantCode(t, spentCode, b.post(t, "aibot/response?response_code=x", answer))
	seen := b.sim.Sees("wang")
	assert.Equal(t, "晚到的答复", seen[len(seen)-1].Text)

	at = ask("bot")
	wantCode(t, badParameter, b.post(t, at, j{"msgtype": "template_card", "template_card": j{}}))
	wantCode(t, 0, b.post(t, at, j{"msgtype": "template_card", "template_card": cardOf("t9")}))
	seen = b.sim.Sees("li")
	assert.Equal(t, "t9", seen[len(seen)-1].Card.TaskID)
	assert.Equal(t, "bot", seen[len(seen)-1].Where)

	at = ask("bot")
	b.later(time.Hour)
	wantCode(t, spentCode, b.post(t, at, answer))
}

func TestAddressBook(t *testing.T) {
	b := start(t, silent)
	at := "&access_token=" + b.token(t, b.sim.world.AppSecret)
	out := b.get(t, "user/get?userid=li"+at)
	wantCode(t, 0, out)
	assert.Equal(t, "李敏", out["name"])
	assert.Equal(t, "客服主管", out["position"])
	assert.Equal(t, []any{4.0}, out["department"])
	wantCode(t, unknownUser, b.get(t, "user/get?userid=ghost"+at))
	wantCode(t, unknownUser, b.get(t, "user/get?userid=wmCustomerZhang01"+at))
	wantCode(t, badUserID, b.get(t, "user/get?userid=%20"+at))

	out = b.get(t, "department/list?x="+at)
	wantCode(t, 0, out)
	require.Len(t, out["department"], 7)
	assert.Equal(t, "客服部", as[j](t, as[[]any](t, out["department"])[3])["name"])
	assert.InDelta(t, 3, as[j](t, as[[]any](t, out["department"])[3])["parentid"], 0, "客服部 is part of 客户中心")
	wantCode(t, unknownDept, b.get(t, "department/list?id=99"+at))
	assert.Len(t, b.get(t, "department/list?id=3"+at)["department"], 3, "with those below it")
	assert.Len(t, b.get(t, "department/simplelist?id=3"+at)["department_id"], 3)
	assert.Len(t, b.get(t, "user/list?department_id=4"+at)["userlist"], 2)
	assert.Empty(t, b.get(t, "user/list?department_id=3"+at)["userlist"])
	assert.Len(t, b.get(t, "user/list?department_id=3&fetch_child=1"+at)["userlist"], 4)
	assert.Len(t, b.get(t, "user/simplelist?department_id=1&fetch_child=1"+at)["userlist"], 7)
	wantCode(t, unknownDept, b.get(t, "user/list?department_id=99"+at))
	wantCode(t, 0, b.get(t, "getcallbackip?x="+at))
}
