package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"qunguan/bot/chat"
)

// The example that WeCom publishes on the page 加解密方案说明 (企业内部开发, 附录): its key, token and corp id belong
// to nobody.
const (
	exampleCorp  = "wx5823bf96d3bd56c7"
	exampleToken = "QDG6eK"
	exampleKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

	exampleTime = 1409659813 // of the example's message

	exampleEcho = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="

	exampleSealed = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg" +
		"3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+" +
		"LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9" +
		"EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ" +
		"2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)

// appBody is the envelope of an app's callback.
func appBody(sealed string) string {
	return "<xml><ToUserName><![CDATA[" + exampleCorp + "]]></ToUserName><AgentID><![CDATA[218]]></AgentID><Encrypt><![CDATA[" +
		sealed + "]]></Encrypt></xml>"
}

// appText is a message to the app.
func appText(content string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName>\n<FromUserName><![CDATA[li]]></FromUserName>\n"+
		"<CreateTime>%d</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content>%s</Content>\n"+
		"<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>", exampleCorp, exampleTime, cdata(content))
}

// appEvent is an event of the app with more elements.
func appEvent(event, more string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[li]]></FromUserName>"+
		"<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[%s]]></Event>%s</xml>",
		exampleCorp, exampleTime, event, more)
}

const replyAddress = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=C0DE"

// botText is a message to the smart bot in a group.
func botText(content string) string {
	raw, _ := json.Marshal("@Bot " + content)
	return `{"msgid":"CAIQ16HMjQYY","aibotid":"AIBOTID","chatid":"G1","chattype":"group","from":{"userid":"li"},` +
		`"response_url":"` + replyAddress + `","msgtype":"text","text":{"content":` + string(raw) + `}}`
}

// heard keeps what Ears were told.
type heard struct {
	messages []chat.Message
	notices  []chat.Notice
	reply    chat.Reply
	err      error
}

func (h *heard) ears() Ears {
	return Ears{
		Say: func(_ context.Context, m chat.Message) (chat.Reply, error) {
			h.messages = append(h.messages, m)
			return h.reply, h.err
		},
		Notice: func(_ context.Context, n chat.Notice) error {
			h.notices = append(h.notices, n)
			return h.err
		},
	}
}

// called is one call that the pretended WeCom got.
type called struct {
	path string
	q    url.Values
	body map[string]any
	form *multipart.Form // of an upload, instead
}

// markdown is the text that the call sends.
func (c called) markdown(t *testing.T) string {
	t.Helper()
	return inside(t, c.body, "markdown", "content")
}

// inside is a text in an object of a body.
func inside(t *testing.T, body map[string]any, object, key string) string {
	t.Helper()
	m, ok := body[object].(map[string]any)
	require.True(t, ok, "%v has no %s", body, object)
	text, ok := m[key].(string)
	require.True(t, ok, "%v has no %s", m, key)
	return text
}

// office pretends to be WeCom: it answers as told, and with errcode 0 where it was told nothing.
type office struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []called
	answers map[string][]string // path → answers in order; the last one stays
	status  map[string]int
}

func newOffice(t *testing.T) *office {
	o := &office{answers: map[string][]string{}, status: map[string]int{}}
	o.answers["gettoken"] = []string{`{"errcode":0,"access_token":"T1","expires_in":7200}`}
	o.Server = httptest.NewServer(http.HandlerFunc(o.serve))
	t.Cleanup(o.Close)
	return o
}

func (o *office) serve(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := called{path: strings.TrimPrefix(r.URL.Path, "/cgi-bin/"), q: r.URL.Query()}
	raw, _ := io.ReadAll(r.Body)
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && params["boundary"] != "" {
		c.form, _ = multipart.NewReader(bytes.NewReader(raw), params["boundary"]).ReadForm(int64(len(raw)))
	} else {
		_ = json.Unmarshal(raw, &c.body)
	}
	o.calls = append(o.calls, c)
	if s := o.status[c.path]; s != 0 {
		w.WriteHeader(s)
	}
	list := o.answers[c.path]
	if len(list) == 0 {
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
		return
	}
	if len(list) > 1 {
		o.answers[c.path] = list[1:]
	}
	_, _ = io.WriteString(w, list[0])
}

// to are the calls of one path.
func (o *office) to(path string) (out []called) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.calls {
		if c.path == path {
			out = append(out, c)
		}
	}
	return out
}

func exampleConfig(base string) Config {
	c := Config{CorpID: exampleCorp, APIBase: base, Now: func() time.Time { return time.Unix(exampleTime, 0) }}
	c.App.AgentID, c.App.Secret, c.App.Token, c.App.EncodingAESKey = 218, "app-secret", exampleToken, exampleKey
	c.Bot.Token, c.Bot.EncodingAESKey = exampleToken, exampleKey
	return c
}

// stage is an adapter with everything around it.
type stage struct {
	*Adapter
	*heard
	office *office
	logs   *observer.ObservedLogs
	server http.Handler
}

func newStage(t *testing.T, change ...func(*Config)) *stage {
	s := &stage{heard: &heard{}, office: newOffice(t)}
	core, logs := observer.New(zapcore.DebugLevel)
	c := exampleConfig(s.office.URL)
	c.Log = zap.New(core)
	for _, f := range change {
		f(&c)
	}
	a, err := New(c)
	require.NoError(t, err)
	s.Adapter, s.logs, s.server = a, logs, a.Handler(s.ears())
	return s
}

// post seals plain for a side and posts it.
func (s *stage) post(t *testing.T, side, plain string) *httptest.ResponseRecorder {
	e, body := s.app, appBody
	if side == "bot" {
		e, body = s.bot, func(sealed string) string { return `{"encrypt":"` + sealed + `"}` }
	}
	stamp := strconv.FormatInt(exampleTime, 10)
	sealed, signature, err := e.seal([]byte(plain), stamp, "nonce")
	require.NoError(t, err)
	return s.request(http.MethodPost, "/wecom/"+side+"?"+signed(signature, stamp, "nonce"), body(sealed))
}

func (s *stage) request(method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func signed(signature, stamp, nonce string) string {
	return url.Values{"msg_signature": {signature}, "timestamp": {stamp}, "nonce": {nonce}}.Encode()
}
