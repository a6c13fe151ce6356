package wecom

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func TestVendorExampleVerifiesTheAddress(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Now = func() time.Time { return time.Unix(1409659589, 0) } })
	q := url.Values{
		"msg_signature": {"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"}, "timestamp": {"1409659589"}, "nonce": {"263014780"},
		"echostr": {exampleEcho},
	}
	w := s.request(http.MethodGet, "/wecom/app?"+q.Encode(), "")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "1616140317555161061", w.Body.String())

	// The same ciphertext is not meant for the bot, whose receiver is empty.
	w = s.request(http.MethodGet, "/wecom/bot?"+q.Encode(), "")
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Empty(t, w.Body.String())

	unescaped := strings.ReplaceAll(q.Encode(), "%2B", "+")
	assert.Equal(t, http.StatusOK, s.request(http.MethodGet, "/wecom/app?"+unescaped, "").Code)
}

func TestVendorExampleIsHeard(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same("hi")}
	w := s.request(http.MethodPost,
		"/wecom/app?"+signed("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149"), appBody(exampleSealed))
	require.Equal(t, http.StatusOK, w.Code)
	at := time.Unix(exampleTime, 0).UTC()
	assert.Equal(t, []chat.Message{{ID: "app:4561255354251345929", From: "mycreate", Text: "hello", At: at}}, s.messages)

	// The answer is read the way WeCom reads it: with the SDK's decryption.
	var outer struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	require.NoError(t, xml.Unmarshal(w.Body.Bytes(), &outer))
	assert.Equal(t, "1372623149", outer.Nonce)
	assert.Equal(t, util.Signature(exampleToken, outer.TimeStamp, outer.Nonce, outer.Encrypt), outer.MsgSignature)
	_, plain, err := util.DecryptMsg(exampleCorp, outer.Encrypt, exampleKey)
	require.NoError(t, err)
	var inner struct{ ToUserName, FromUserName, CreateTime, MsgType, Content string }
	require.NoError(t, xml.Unmarshal(plain, &inner))
	assert.Equal(t, "mycreate", inner.ToUserName)
	assert.Equal(t, exampleCorp, inner.FromUserName)
	assert.Equal(t, "text", inner.MsgType)
	assert.Equal(t, "hi", inner.Content)
	assert.Zero(t, s.logs.Len())
}

// open reads the passive answer of the bot.
func (s *stage) stream(t *testing.T, w *httptest.ResponseRecorder) streamAnswer {
	var outer struct {
		Encrypt      string `json:"encrypt"`
		MsgSignature string `json:"msgsignature"`
		Timestamp    int64  `json:"timestamp"`
		Nonce        string `json:"nonce"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &outer))
	require.NoError(t, s.bot.verify(outer.MsgSignature, "1409659813", outer.Nonce, outer.Encrypt))
	assert.Equal(t, "nonce", outer.Nonce)
	assert.EqualValues(t, exampleTime, outer.Timestamp)
	plain, err := s.bot.open(outer.Encrypt)
	require.NoError(t, err)
	var inner streamAnswer
	require.NoError(t, json.Unmarshal([]byte(plain), &inner))
	return inner
}

func TestGroupCommandIsHeardAndAnswered(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Text{ZH: "**好** <b>", EN: "fine"}, Card: &chat.Card{Title: chat.Same("later")}}
	w := s.post(t, "bot", botText("/值班"))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, []chat.Message{{
		ID: "bot:CAIQ16HMjQYY", From: "li", Group: "G1", Text: "/值班", At: time.Unix(exampleTime, 0).UTC(), ReplyTo: replyAddress,
	}}, s.messages)
	got := s.stream(t, w)
	assert.Equal(t, "stream", got.MsgType)
	assert.True(t, got.Stream.Finish)
	assert.Equal(t, "**好** <b>", got.Stream.Content)
	assert.NotEmpty(t, got.Stream.ID)
	assert.Equal(t, got, s.stream(t, s.post(t, "bot", botText("/值班"))), "the same message is answered the same")
}

func TestBotMessages(t *testing.T) {
	const start = `{"msgid":"M","from":{"userid":"li"},`
	cases := []struct {
		name, in, text string
		group          chat.Group
		pressed        bool
	}{
		{"single chat", start + `"chattype":"single","msgtype":"text","text":{"content":"@zhao 你好"}}`, "@zhao 你好", "", false},
		{"mixed", start + `"chattype":"group","chatid":"G","msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"@Bot /a"}},` +
			`{"msgtype":"image","image":{"url":"U"}},{"msgtype":"text","text":{"content":"b"}}]}}`, "/a b", "G", false},
		{"escapes", start + `"chattype":"single","msgtype":"text","text":{"content":"\u4f60\ud83d\ude00\n\"\/"}}`, "你😀\n\"/", "", false},
		{"quote is not said", start + `"chattype":"single","msgtype":"text","text":{"content":"/a"},"quote":{"msgtype":"text","text":{"content":"/b"}}}`,
			"/a", "", false},
		{"press, nested", start + `"chattype":"group","chatid":"G","msgtype":"event","event":{"eventtype":"template_card_event",` +
			`"template_card_event":{"event_key":"/确认 7","task_id":"t"}}}`, "/确认 7", "G", true},
		{"press, flat", start + `"chattype":"single","msgtype":"event","event":{"eventtype":"template_card_event","event_key":"/确认 7","task_id":"t"}}`,
			"/确认 7", "", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			w := s.post(t, "bot", c.in)
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Empty(t, w.Body.String())
			at := time.Unix(exampleTime, 0).UTC()
			assert.Equal(t, []chat.Message{{ID: "bot:M", From: "li", Group: c.group, Text: c.text, Pressed: c.pressed, At: at}}, s.messages)
		})
	}
}

func TestNotForTheBot(t *testing.T) {
	const start = `{"msgid":"M","from":{"userid":"li"},"chattype":"single",`
	bot := []string{
		start + `"msgtype":"image","image":{"url":"U"}}`,
		start + `"msgtype":"stream","stream":{"id":"S"}}`,
		start + `"msgtype":"event","event":{"eventtype":"enter_chat"}}`,
		start + `"msgtype":"event","event":{"eventtype":"feedback_event","feedback_event":{"id":"F","type":2}}}`,
		start + `"msgtype":"text","text":{"content":" "}}`,
	}
	app := []string{
		strings.Replace(appText(""), "[text]", "[image]", 1),
		appText(""),
		appEvent("enter_agent", ""),
		appEvent("LOCATION", "<Latitude>23.104</Latitude>"),
	}
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same("never")}
	for _, in := range bot {
		w := s.post(t, "bot", in)
		assert.Equal(t, http.StatusOK, w.Code, in)
		assert.Empty(t, w.Body.String(), in)
	}
	for _, in := range app {
		w := s.post(t, "app", in)
		assert.Equal(t, http.StatusOK, w.Code, in)
		assert.Empty(t, w.Body.String(), in)
	}
	assert.Empty(t, s.messages)
	assert.Empty(t, s.notices)
	assert.Zero(t, s.logs.Len())
}

func TestEventsBecomeNotices(t *testing.T) {
	at := time.Unix(exampleTime, 0).UTC()
	const id = "app:event:li:1409659813:"
	cases := map[string]struct {
		in   string
		want chat.Notice
	}{
		"member joined": {appEvent("change_external_chat", "<ChatId><![CDATA[wrG]]></ChatId><ChangeType>update</ChangeType>"+
			"<UpdateDetail>add_member</UpdateDetail><MemChangeList><Item>Jack</Item><Item>Rose</Item></MemChangeList><CurMemVer>v2</CurMemVer>"),
			chat.Notice{ID: id + "change_external_chat:update:wrG:add_member:v2", Group: "wrG", At: at}},
		"left": {appEvent("change_contact", "<ChangeType>delete_user</ChangeType><UserID>zhao</UserID>"),
			chat.Notice{ID: id + "change_contact:delete_user:zhao::", User: "zhao", Left: true, At: at}},
		"renamed": {appEvent("change_contact", "<ChangeType>update_user</ChangeType><UserID>zhao</UserID><NewUserID>zhao2</NewUserID>"),
			chat.Notice{ID: id + "change_contact:update_user:zhao::", User: "zhao", Left: true, Renamed: "zhao2", At: at}},
		"changed": {appEvent("change_contact", "<ChangeType>update_user</ChangeType><UserID>zhao</UserID><ExtAttr><Item><Name>n</Name></Item></ExtAttr>"),
			chat.Notice{ID: id + "change_contact:update_user:zhao::", User: "zhao", At: at}},
		"hidden": {appEvent("unsubscribe", ""), chat.Notice{ID: id + "unsubscribe::::", User: "li", At: at}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			w := s.post(t, "app", c.in)
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Empty(t, w.Body.String())
			assert.Equal(t, []chat.Notice{c.want}, s.notices)
			s.heard.err = chat.ErrUnavailable
			assert.Equal(t, http.StatusServiceUnavailable, s.post(t, "app", c.in).Code)
		})
	}
}

func TestPressInTheAppIsAnsweredByMessage(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same("已记录 #7")}
	in := appEvent("template_card_event", "<EventKey><![CDATA[/确认 7]]></EventKey><TaskId>t</TaskId><ResponseCode>R</ResponseCode>")
	w := s.post(t, "app", in)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
	require.Len(t, s.messages, 1)
	m := s.messages[0]
	assert.True(t, m.Pressed)
	assert.Equal(t, "/确认 7", m.Text)
	assert.Regexp(t, "^app:card:li:1409659813:t:[0-9a-f]{16}$", m.ID)
	sent := s.office.to("message/send")
	require.Len(t, sent, 1)
	assert.Equal(t, "li", sent[0].body["touser"])
	assert.Equal(t, map[string]any{"content": "已记录 #7"}, sent[0].body["markdown"])

	// A reply that cannot be sent does not make the press undone.
	s.office.answers["message/send"] = []string{`{"errcode":60011,"errmsg":"no privilege"}`}
	assert.Equal(t, http.StatusOK, s.post(t, "app", in).Code)
	assert.Equal(t, 1, s.logs.Len())
}

func TestPressInAGroupIsAnsweredAtItsAddress(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same("ok")}
	in := `{"msgid":"M","from":{"userid":"li"},"chattype":"group","chatid":"G","msgtype":"event","response_url":"` + s.office.URL +
		`/cgi-bin/aibot/response?response_code=R","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"/a"}}}`
	assert.Equal(t, http.StatusOK, s.post(t, "bot", in).Code)
	sent := s.office.to("aibot/response")
	require.Len(t, sent, 1)
	assert.Equal(t, url.Values{"response_code": {"R"}}, sent[0].q)
	assert.Equal(t, map[string]any{"msgtype": "markdown", "markdown": map[string]any{"content": "ok"}}, sent[0].body)
}

func TestLongPassiveReplyGoesOn(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same(strings.Repeat("第一行\n", 400))}
	w := s.post(t, "app", appText("/help"))
	var outer struct{ Encrypt string }
	require.NoError(t, xml.Unmarshal(w.Body.Bytes(), &outer))
	plain, err := s.app.open(outer.Encrypt)
	require.NoError(t, err)
	var inner struct{ Content string }
	require.NoError(t, xml.Unmarshal([]byte(plain), &inner))
	assert.LessOrEqual(t, len(inner.Content), maxPassive)
	assert.True(t, strings.HasSuffix(inner.Content, "第一行\n…（续）"), "%q", inner.Content[len(inner.Content)-40:])
	lines := strings.Count(inner.Content, "第一行")
	for _, c := range s.office.to("message/send") {
		lines += strings.Count(c.markdown(t), "第一行")
	}
	assert.Equal(t, 400, lines, "nothing is lost and nothing is said twice")
}

func TestLongStreamIsCutWithANote(t *testing.T) {
	s := newStage(t)
	s.reply = chat.Reply{Text: chat.Same(strings.Repeat("群", 9000))}
	got := s.stream(t, s.post(t, "bot", botText("/audit"))).Stream.Content
	assert.LessOrEqual(t, len(got), maxStream)
	assert.True(t, strings.HasSuffix(got, "群\n"+cutOff.ZH))
}

func TestWhatEarsReturn(t *testing.T) {
	cases := map[error]int{
		nil:                    http.StatusOK,
		chat.ErrLater:          http.StatusOK,
		chat.ErrUnavailable:    http.StatusServiceUnavailable,
		errors.New("anything"): http.StatusServiceUnavailable,
	}
	for err, want := range cases {
		s := newStage(t)
		s.heard.err = err
		for side, in := range map[string]string{"app": appText("/a"), "bot": botText("/a")} {
			w := s.post(t, side, in)
			assert.Equal(t, want, w.Code, "%s %v", side, err)
			assert.Empty(t, w.Body.String())
		}
		logged := 0
		if want != http.StatusOK {
			logged = 2
		}
		assert.Equal(t, logged, s.logs.Len())
	}
}

func TestSlowEarsAreTold(t *testing.T) {
	s := newStage(t, func(c *Config) { c.AnswerWithin = time.Millisecond })
	s.server = s.Handler(Ears{Say: func(ctx context.Context, _ chat.Message) (chat.Reply, error) {
		<-ctx.Done()
		return chat.Reply{}, chat.ErrLater
	}})
	w := s.post(t, "bot", botText("/a"))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Body.String())
}

func TestThatTheAnswerFollowsIsSaid(t *testing.T) {
	s := newStage(t)
	s.server = s.Handler(Ears{Say: func(context.Context, chat.Message) (chat.Reply, error) {
		return chat.Reply{Text: chat.Text{ZH: "正在处理", EN: "Working on it"}}, chat.ErrLater
	}})
	for side, in := range map[string]string{"app": appText("/a"), "bot": botText("/a")} {
		w := s.post(t, side, in)
		assert.Equal(t, http.StatusOK, w.Code, side)
		assert.NotEmpty(t, w.Body.String(), side)
	}
}

func TestMentions(t *testing.T) {
	cases := []struct{ text, name, want string }{
		{"@Bot /a @zhao", "", "/a @zhao"},
		{"@Bot\u2005/a", "", "/a"},
		{"@Bot/a", "", "/a"},
		{"/a @Bot", "", "/a @Bot"},
		{"@Bot", "", ""},
		{"@群 管 /a", "群 管", "/a"},
		{"/a @zhao @群管", "群管", "/a @zhao"},
		{"@群管2 hello", "群管", "hello"},
		{"/a @群管 b", "群管", "/a b"},
		{"/a @群管2 b @群管", "群管", "/a @群管2 b"},
		{"@old /a", "new", "/a"},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, unmentioned(c.text, c.name), "%q", c.text)
	}
}
