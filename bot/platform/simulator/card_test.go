package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func cardOf(task string) j {
	return j{
		"card_type": "button_interaction", "task_id": task, "main_title": j{"title": "申请", "desc": "禁言"},
		"horizontal_content_list": []j{{"keyname": "谁", "value": "陈小雨"}},
		"button_list":             []j{{"text": "同意", "style": 1, "key": "/approve #1"}, {"text": "驳回", "key": "/reject #1"}},
	}
}

func cardReply(task string) string {
	out, _ := json.Marshal(j{"msgtype": "template_card", "template_card": cardOf(task)})
	return string(out)
}

func TestPressInGroup(t *testing.T) {
	b := start(t, func(h heard) string {
		if strings.Contains(string(h.plain), "template_card_event") {
			return stream("已同意")
		}
		return cardReply("t1")
	})
	d, err := b.sim.Say(t.Context(), "xiaochen", SampleControlGroup, "/申请 禁言")
	require.NoError(t, err)
	require.NotNil(t, d.Card)
	assert.Equal(t, []ButtonView{{Text: "同意", Key: "/approve #1", Style: 1}, {Text: "驳回", Key: "/reject #1", Style: 1}}, d.Card.Buttons)

	d, err = b.sim.Press(t.Context(), "boss", "t1", "/approve #1")
	require.NoError(t, err)
	assert.Equal(t, "已同意", d.Reply)
	var m botMessage
	require.NoError(t, json.Unmarshal(b.all()[1].plain, &m))
	assert.Equal(t, "event", m.Type)
	assert.Equal(t, "group", m.ChatType)
	assert.Equal(t, botFrom{"boss"}, m.From)
	assert.Equal(t, &botEvent{Type: "template_card_event", Card: &botCardTask{CardType: "button_interaction", EventKey: "/approve #1", TaskID: "t1"}}, m.Event)

	boss, li := b.sim.Sees("boss")[1].Card, b.sim.Sees("li")[1].Card
	assert.Equal(t, "/approve #1", boss.Pressed)
	assert.Empty(t, li.Pressed)
	assert.Equal(t, []string{"boss"}, li.Buttons[0].By, "everybody sees who pressed")

	for _, c := range []struct{ who, task, key string }{
		{"boss", "t2", "/approve #1"}, {"boss", "t1", "/other"}, {"wmCustomerZhang01", "t1", "/approve #1"},
	} {
		_, err = b.sim.Press(t.Context(), c.who, c.task, c.key)
		assert.ErrorIs(t, err, ErrNoCard)
	}
}

func TestFailedPressCanBeTriedAgain(t *testing.T) {
	b := start(t, func(heard) string { return cardReply("t1") })
	_, err := b.sim.Say(t.Context(), "li", "bot", "/x")
	require.NoError(t, err)
	b.fails(503, 503, 503)
	d, err := b.sim.Press(t.Context(), "li", "t1", "/reject #1")
	require.NoError(t, err)
	assert.Equal(t, http.StatusServiceUnavailable, d.Status)
	c := b.sim.Sees("li")[1].Card
	assert.Empty(t, c.Pressed)
	assert.Empty(t, c.Buttons[1].By)
}

func TestPassiveCardUpdate(t *testing.T) {
	b := start(t, func(h heard) string {
		if !strings.Contains(string(h.plain), "template_card_event") {
			return cardReply("t1")
		}
		card := cardOf("t1")
		card["replace_text"] = "已处理"
		out, _ := json.Marshal(j{"response_type": "update_template_card", "template_card": card})
		return string(out)
	})
	_, err := b.sim.Say(t.Context(), "li", SampleControlGroup, "/x")
	require.NoError(t, err)
	_, err = b.sim.Press(t.Context(), "li", "t1", "/reject #1")
	require.NoError(t, err)
	assert.Equal(t, "已处理", b.sim.Sees("wang")[1].Card.Done, "an update without userids is for everybody")
	_, err = b.sim.Press(t.Context(), "wang", "t1", "/reject #1")
	assert.ErrorIs(t, err, ErrSpent)
}

func TestAppCard(t *testing.T) {
	b := start(t, func(h heard) string {
		return "<xml><ToUserName>zhou</ToUserName><MsgType>update_button</MsgType><Button><ReplaceName>核对中</ReplaceName></Button></xml>"
	})
	send := j{"touser": "zhou|li", "agentid": b.sim.world.AgentID, "msgtype": "template_card", "template_card": cardOf("t1")}
	out := b.call(t, "message/send", send)
	wantCode(t, 0, out)
	require.NotEmpty(t, out["response_code"])

	d, err := b.sim.Press(t.Context(), "zhou", "t1", "/approve #1")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, d.Status)
	plain := string(b.all()[0].plain)
	for _, part := range []string{"<Event><![CDATA[template_card_event]]>", "<EventKey><![CDATA[/approve #1]]>", "<TaskId><![CDATA[t1]]>", "<FromUserName><![CDATA[zhou]]>", "<ResponseCode><![CDATA["} {
		assert.Contains(t, plain, part)
	}
	assert.Equal(t, "核对中", b.sim.Sees("zhou")[0].Card.Done)
	assert.Empty(t, b.sim.Sees("li")[0].Card.Done, "a passive update changes only the card of whoever pressed")

	wantCode(t, 0, b.call(t, "message/send", send))
	assert.Len(t, b.sim.Sees("li"), 1, "a task id that was used is accepted and not shown again")

	update := j{"atall": 1, "agentid": b.sim.world.AgentID, "response_code": out["response_code"], "button": j{"replace_name": "完成"}}
	wantCode(t, badAgent, b.call(t, "message/update_template_card", j{"response_code": out["response_code"]}))
	wantCode(t, 0, b.call(t, "message/update_template_card", update))
	assert.Equal(t, "完成", b.sim.Sees("li")[0].Card.Done)
	wantCode(t, badParameter, b.call(t, "message/update_template_card", update))
}

func TestUpdateCodeExpires(t *testing.T) {
	b := start(t, silent)
	out := b.call(t, "message/send", j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "template_card", "template_card": cardOf("t1")})
	b.later(72 * time.Hour)
	wantCode(t, badParameter, b.call(t, "message/update_template_card", j{
		"userids": []string{"li"}, "agentid": b.sim.world.AgentID, "response_code": out["response_code"], "template_card": cardOf("t1"),
	}))
}

func TestCardLimits(t *testing.T) {
	bad := map[string]func(j){
		"no buttons":      func(c j) { c["button_list"] = []j{} },
		"seven buttons":   func(c j) { c["button_list"] = make([]j, 7) },
		"long button":     func(c j) { c["button_list"] = []j{{"text": "一二三四五六七八九十零", "key": "k"}} },
		"long key":        func(c j) { c["button_list"] = []j{{"text": "x", "key": strings.Repeat("k", 1025)}} },
		"no key":          func(c j) { c["button_list"] = []j{{"text": "x"}} },
		"style":           func(c j) { c["button_list"] = []j{{"text": "x", "key": "k", "style": 5}} },
		"no task id":      func(c j) { delete(c, "task_id") },
		"task id":         func(c j) { c["task_id"] = "a b" },
		"no title":        func(c j) { delete(c, "main_title") },
		"seven fields":    func(c j) { c["horizontal_content_list"] = make([]j, 7) },
		"unknown type":    func(c j) { c["card_type"] = "hologram" },
		"notice, no link": func(c j) { c["card_type"] = "text_notice" },
	}
	for name, change := range bad {
		b := start(t, silent)
		c := cardOf("t1")
		change(c)
		out := b.call(t, "message/send", j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "template_card", "template_card": c})
		assert.EqualValues(t, badParameter, out["errcode"], "%s: %v", name, out)
		assert.Empty(t, b.sim.Sees("li"))
	}
}
