package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGroupMessageReachesTheSmartBot(t *testing.T) {
	b := start(t, func(heard) string { return stream("**孙悦** 值班") })
	d, err := b.sim.Say(t.Context(), "li", SampleControlGroup, "谁在值班")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, d.Status)
	assert.Equal(t, "**孙悦** 值班", d.Reply)

	require.Len(t, b.all(), 1)
	var m botMessage
	require.NoError(t, json.Unmarshal(b.all()[0].plain, &m))
	assert.Equal(t, botMessage{
		MsgID: d.MsgID, BotID: m.BotID, ChatID: SampleControlGroup, ChatType: "group", From: botFrom{"li"},
		ResponseURL: m.ResponseURL, Type: "text", Text: &botText{"@群管 谁在值班"},
	}, m)
	assert.True(t, strings.HasPrefix(m.ResponseURL, "https://api.example/cgi-bin/aibot/response?response_code="))

	for _, who := range []string{"li", "boss", "xiaochen"} { // every member sees both
		seen := b.sim.Sees(who)
		require.Len(t, seen, 2, who)
		assert.Equal(t, Shown{N: 1, Rev: 1, At: noon, Where: SampleControlGroup, From: "li", Kind: Said, Text: "@群管 谁在值班"}, seen[0])
		assert.Equal(t, Shown{N: 2, Rev: 2, At: noon, Where: SampleControlGroup, Kind: Replied, Markdown: true, Text: "**孙悦** 值班"}, seen[1])
	}
	assert.Empty(t, b.sim.Sees("wmCustomerZhang01"))
}

func TestMentionStandsOnce(t *testing.T) {
	b := start(t, silent)
	for _, said := range []string{"@群管 /help", "@群管\u2005/help", "  @群管"} {
		assert.Equal(t, said, b.sim.mention(said))
	}
	assert.Equal(t, "@群管 @群管家 你好", b.sim.mention("@群管家 你好"))
}

func TestDirectMessageReachesTheApp(t *testing.T) {
	b := start(t, func(heard) string { return text("wang", "值班：孙悦") })
	d, err := b.sim.Say(t.Context(), "wang", "", "谁在]]>值班\x01？")
	require.NoError(t, err)
	assert.Equal(t, "值班：孙悦", d.Reply)
	plain := string(b.all()[0].plain)
	assert.Contains(t, plain, "<FromUserName><![CDATA[wang]]></FromUserName>")
	assert.Contains(t, plain, "<MsgId>"+d.MsgID+"</MsgId><AgentID>1000002</AgentID>")
	assert.Contains(t, plain, "谁在]]]]><![CDATA[>值班？")
	assert.Contains(t, string(b.all()[0].body), "<AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[")

	seen := b.sim.Sees("wang")
	require.Len(t, seen, 2)
	assert.False(t, seen[1].Markdown, "the platform shows a passive text as it is")
	assert.Empty(t, b.sim.Sees("li"))
}

func TestNoBotHears(t *testing.T) {
	b := start(t, silent)
	for _, c := range []struct{ who, where string }{
		{"wmCustomerZhang01", SampleCustomerGroup}, {"li", SampleCustomerGroup}, {"li", SampleAppGroup},
	} {
		d, err := b.sim.Say(t.Context(), c.who, c.where, "@群管 /help")
		require.NoError(t, err)
		assert.Equal(t, Delivery{Unheard: true}, d)
	}
	require.NoError(t, b.sim.Murmur("li", SampleControlGroup, "大家好"))
	assert.Empty(t, b.all())
	assert.Len(t, b.sim.Sees("wmCustomerLiu0002"), 2)
	assert.Len(t, b.sim.Sees("xiaochen"), 1)
}

func TestWhoMaySpeakWhere(t *testing.T) {
	b := start(t, silent)
	for _, c := range []struct {
		who, where string
		want       error
	}{
		{"nobody", SampleControlGroup, ErrNobody},
		{"li", "nowhere", ErrNoGroup},
		{"xiaochen", SampleCustomerGroup, ErrNotMember},
		{"wmCustomerZhang01", "", ErrNoChat},
		{"wmCustomerZhang01", "bot", ErrNoChat},
	} {
		_, err := b.sim.Say(t.Context(), c.who, c.where, "hello")
		assert.ErrorIs(t, err, c.want)
	}
	assert.ErrorIs(t, b.sim.Murmur("li", "", "hello"), ErrNoGroup)
	assert.Empty(t, b.all())
}

func TestThreeAttempts(t *testing.T) {
	b := start(t, func(heard) string { return stream("ok") })
	b.fails(503, 500)
	d, err := b.sim.Say(t.Context(), "li", "bot", "/help")
	require.NoError(t, err)
	assert.Equal(t, 3, d.Tries)
	assert.Equal(t, "ok", d.Reply)
	assert.Len(t, b.pauses, 2)
	calls := b.all()
	assert.Equal(t, calls[0], calls[2], "a retry is the same bytes")

	b.fails(503, 503, 503, 503)
	d, err = b.sim.Say(t.Context(), "li", "bot", "/help")
	require.NoError(t, err)
	assert.Equal(t, 503, d.Status)
	assert.Equal(t, 3, d.Tries)
	assert.Len(t, b.all(), 6)
}

func TestNobodyListens(t *testing.T) {
	b := start(t, silent)
	b.sim.SetCallbackBase("http://127.0.0.1:1")
	d, err := b.sim.Say(t.Context(), "li", "bot", "/help")
	require.Error(t, err)
	assert.Equal(t, 3, d.Tries)
	assert.NotContains(t, err.Error(), "msg_signature")
}

func TestRedeliver(t *testing.T) {
	b := start(t, func(heard) string { return stream("ok") })
	d, err := b.sim.Say(t.Context(), "li", SampleControlGroup, "/help")
	require.NoError(t, err)
	b.later(time.Minute)
	same, err := b.sim.Redeliver(t.Context(), d.MsgID, false)
	require.NoError(t, err)
	fresh, err := b.sim.Redeliver(t.Context(), d.MsgID, true)
	require.NoError(t, err)
	assert.Equal(t, "ok", same.Reply)
	assert.Equal(t, "ok", fresh.Reply)

	calls := b.all()
	require.Len(t, calls, 3)
	assert.Equal(t, calls[0], calls[1])
	assert.NotEqual(t, calls[0].query, calls[2].query)
	assert.False(t, bytes.Equal(calls[0].body, calls[2].body))
	assert.Equal(t, calls[0].plain, calls[2].plain)
	assert.Len(t, b.sim.Sees("li"), 2, "the answer is shown once")

	_, err = b.sim.Redeliver(t.Context(), "unknown", true)
	assert.ErrorIs(t, err, ErrUnknownMessage)
}

func TestBadPassiveReplies(t *testing.T) {
	spoilt := map[string]func([]byte) []byte{
		"not an envelope": func([]byte) []byte { return []byte("hello") },
		"signature": func(x []byte) []byte {
			return bytes.Replace(x, []byte(`"msgsignature":"`), []byte(`"msgsignature":"0`), 1)
		},
		"nonce": func(x []byte) []byte { return bytes.Replace(x, []byte(`"nonce":"`), []byte(`"nonce":"0`), 1) },
	}
	for name, f := range spoilt {
		b := start(t, func(heard) string { return stream("ok") })
		b.spoil = f
		_, err := b.sim.Say(t.Context(), "li", "bot", "/help")
		assert.Error(t, err, name)
		assert.Len(t, b.sim.Sees("li"), 1, "nothing is shown of a %s", name)
	}
	for _, plain := range []string{
		`{"msgtype":"text","text":{"content":"hello"}}`,
		`{"msgtype":"stream","stream":{"id":"1","finish":false,"content":"half"}}`,
		`{"msgtype":"stream"}`,
		stream(strings.Repeat("x", maxStream+1)),
		`{"msgtype":"template_card","template_card":{"card_type":"button_interaction","task_id":"1","main_title":{"title":"x"}}}`,
		`{"response_type":"update_template_card","template_card":{}}`,
	} {
		b := start(t, func(heard) string { return plain })
		_, err := b.sim.Say(t.Context(), "li", "bot", "/help")
		assert.Error(t, err, plain)
	}
	for _, plain := range []string{text("boss", "x"), text("li", strings.Repeat("x", maxAppText+1)), "<xml><ToUserName>li</ToUserName><MsgType>image</MsgType></xml>"} {
		b := start(t, func(heard) string { return plain })
		_, err := b.sim.Say(t.Context(), "li", "", "/help")
		assert.Error(t, err, plain)
	}
}

func TestVerify(t *testing.T) {
	b := start(t, silent)
	require.NoError(t, b.sim.Verify(t.Context()))
	b.bot, b.app = b.app, b.bot
	assert.ErrorContains(t, b.sim.Verify(t.Context()), "/wecom/app")
}

func TestMemoryIsBounded(t *testing.T) {
	b := start(t, silent)
	for range keptItems + 10 {
		require.NoError(t, b.sim.Murmur("li", SampleControlGroup, "x"))
	}
	seen := b.sim.Sees("boss")
	assert.Len(t, seen, keptItems)
	assert.EqualValues(t, 11, seen[0].N)
}

func TestManyAtOnce(t *testing.T) {
	b := start(t, func(heard) string { return stream("ok") })
	done := make(chan error)
	for _, who := range []string{"li", "boss", "wang", "zhao"} {
		go func() {
			var err error
			for range 5 {
				if _, e := b.sim.Say(t.Context(), who, SampleControlGroup, "/help"); e != nil {
					err = e
				}
				b.sim.Sees(who)
			}
			done <- err
		}()
	}
	for range 4 {
		assert.NoError(t, <-done)
	}
	assert.Len(t, b.sim.Sees("sun"), 40)
}

func BenchmarkSees(b *testing.B) {
	s, err := New(SampleWorld().WithSecrets(bytes.NewReader(bytes.Repeat([]byte("qunguan-simulator"), 100))), Options{Now: func() time.Time { return noon }})
	require.NoError(b, err)
	for range keptItems {
		require.NoError(b, s.Murmur("li", SampleControlGroup, "x"))
	}
	for b.Loop() {
		s.seesSince("boss", keptItems-10)
	}
}
