package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/platform/simulator"
)

// letter is a callback as somebody on the net could post it.
type letter struct {
	token, key, receiver string
	at                   time.Time
}

// seal encrypts and signs a text as the platform does: 16 bytes, length, text, receiver, padded to 32.
func (l letter) seal(t *testing.T, text []byte) (url.Values, string) {
	key, err := base64.StdEncoding.DecodeString(l.key + "=")
	require.NoError(t, err)
	plain := append(bytes.Repeat([]byte("r"), 16), binary.BigEndian.AppendUint32(nil, uint32(len(text)))...)
	plain = append(append(plain, text...), l.receiver...)
	pad := 32 - len(plain)%32
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(plain, plain)
	sealed := base64.StdEncoding.EncodeToString(plain)
	stamp := fmt.Sprint(l.at.Unix())
	parts := []string{l.token, stamp, "1234567890", sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return url.Values{"msg_signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {"1234567890"}}, sealed
}

// post sends a callback to the running bot and returns the status and the lines that it wrote to the log.
func (s *theatre) post(path string, q url.Values, body []byte) (int, []string) {
	before := s.logs.Len()
	p := s.procs[s.talkTo]
	resp, err := http.Post(p.server.URL+path+"?"+q.Encode(), "text/xml", bytes.NewReader(body))
	require.NoError(s.t, err)
	require.NoError(s.t, resp.Body.Close())
	p.busy.Wait()
	var lines []string
	for _, l := range s.logs.All()[before:] {
		if l.Message != "own act" {
			lines = append(lines, l.Message)
		}
	}
	return resp.StatusCode, lines
}

// TestBadInput posts what no client of the platform would post. Each gets a clear status and one line in the log.
func TestBadInput(t *testing.T) {
	s := newBadInput(t)
	app := func(inner string) []byte {
		return fmt.Appendf(nil, `<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[boss]]></FromUserName>`+
			`<CreateTime>%d</CreateTime><MsgType><![CDATA[text]]></MsgType>%s<AgentID>1</AgentID></xml>`, s.world.Corp, s.now().Unix(), inner)
	}
	id := 0
	said := func(text string) []byte {
		id++
		return app(fmt.Sprintf(`<Content><![CDATA[%s]]></Content><MsgId>%d</MsgId>`, text, 1000+id))
	}
	outer := func(sealed string) []byte { return []byte("<xml><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>") }
	right := letter{token: s.world.App.Token, key: s.world.App.EncodingAESKey, receiver: s.world.Corp, at: s.now()}
	cases := []struct {
		name   string
		from   letter
		inner  []byte
		damage func(q url.Values, body []byte) (url.Values, []byte)
		status int
		log    string
	}{
		{"as it should be", right, said("/帮助"), nil, 200, "message"},
		{"another token", letter{"x" + right.token, right.key, right.receiver, right.at}, said("/帮助"), nil, 401, "callback refused"},
		{"signature of another body", right, said("/帮助"), func(q url.Values, _ []byte) (url.Values, []byte) { return q, outer("AAAA") }, 401, "callback refused"},
		{"no signature", right, said("/帮助"), func(_ url.Values, b []byte) (url.Values, []byte) { return url.Values{}, b }, 401, "callback refused"},
		{"another company", letter{right.token, right.key, "ww_someone_else", right.at}, said("/帮助"), nil, 400, "callback refused"},
		{"an hour old", letter{right.token, right.key, right.receiver, right.at.Add(-time.Hour)}, said("/帮助"), nil, 401, "callback refused"},
		{"an entity", right, []byte(`<!DOCTYPE x [<!ENTITY e SYSTEM "urn:somewhere">]><xml><FromUserName>&e;</FromUserName></xml>`), nil, 400, "callback refused"},
		{"an entity outside", right, nil, func(q url.Values, _ []byte) (url.Values, []byte) {
			return q, []byte(`<!DOCTYPE x [<!ENTITY e "lol">]><xml><Encrypt>&e;</Encrypt></xml>`)
		}, 400, "callback refused"},
		{"no XML", right, []byte("hello"), nil, 400, "callback refused"},
		{"not closed", right, []byte("<xml><FromUserName>boss"), nil, 400, "callback refused"},
		{"nothing", right, nil, func(q url.Values, _ []byte) (url.Values, []byte) { return q, nil }, 400, "callback refused"},
		{"two megabytes", right, nil, func(q url.Values, _ []byte) (url.Values, []byte) { return q, bytes.Repeat([]byte("x"), 2<<20) }, 413, "callback refused"},
		{"no base64", right, nil, func(q url.Values, _ []byte) (url.Values, []byte) { return q, outer("%%%%") }, 401, "callback refused"},
		{"no user", right, []byte("<xml><MsgType>text</MsgType><Content>/帮助</Content><CreateTime>1</CreateTime><MsgId>5</MsgId></xml>"), nil, 400, "callback refused"},
		{"invalid UTF-8", right, said("/禁言 \xff\xfe@wmCustomerWu00004 10分钟"), nil, 400, "callback refused"},
		{"ten thousand words", right, said(strings.Repeat("word ", 10000)), nil, 200, "message"},
		{"a thousand people", right, said("/设管理 " + strings.Repeat("@li ", 1000) + "中级"), nil, 200, "message"},
		{"a thousand others", right, said("/设管理 " + names(1000) + "中级"), nil, 200, "message"},
		{"control characters", right, said("/值班 \x00\x01\x1b[31m #\u202e华东"), nil, 200, "message"},
	}
	for _, c := range cases {
		q, sealed := c.from.seal(t, c.inner)
		body := outer(sealed)
		if c.damage != nil {
			q, body = c.damage(q, body)
		}
		status, lines := s.post("/wecom/app", q, body)
		assert.Equal(t, c.status, status, c.name)
		assert.Equal(t, []string{c.log}, lines, c.name)
	}
	for _, path := range []string{"/wecom/", "/wecom/other", "/wecom/app/x"} {
		status, _ := s.post(path, nil, nil)
		assert.Equal(t, http.StatusNotFound, status, path)
	}
	s.settle()
	s.laws(nil)
	assert.Empty(t, s.faults())
}

// TestBadInputToTheSmartBot is the same for the other address, whose bodies are JSON.
func TestBadInputToTheSmartBot(t *testing.T) {
	s := newBadInput(t)
	right := letter{token: s.world.Bot.Token, key: s.world.Bot.EncodingAESKey, at: s.now()}
	id := 0
	said := func(text string) []byte {
		id++
		raw, err := json.Marshal(map[string]any{
			"msgid": fmt.Sprint("m", id), "chattype": "group", "chatid": "opsControl0001", "msgtype": "text",
			"from": map[string]string{"userid": "boss"}, "text": map[string]string{"content": "@群管 " + text},
		})
		require.NoError(t, err)
		return raw
	}
	outer := func(sealed string) []byte { return []byte(`{"encrypt":"` + sealed + `"}`) }
	cases := []struct {
		name   string
		from   letter
		inner  []byte
		body   []byte
		status int
		log    string
	}{
		{"as it should be", right, said("/帮助"), nil, 200, "message"},
		{"the key of the app", letter{s.world.App.Token, s.world.App.EncodingAESKey, s.world.Corp, right.at}, said("/帮助"), nil, 401, "callback refused"},
		{"with a receiver", letter{right.token, right.key, s.world.Corp, right.at}, said("/帮助"), nil, 400, "callback refused"},
		{"no JSON", right, []byte("<xml/>"), nil, 400, "callback refused"},
		{"nobody", right, []byte(`{"msgid":"m","chattype":"single","msgtype":"text","text":{"content":"/帮助"}}`), nil, 400, "callback refused"},
		{"a group without an id", right, []byte(`{"msgid":"m","chattype":"group","from":{"userid":"boss"},"msgtype":"text","text":{"content":"/帮助"}}`), nil, 400, "callback refused"},
		{"deep", right, []byte(strings.Repeat("[", 5000)), nil, 400, "callback refused"},
		{"two megabytes", right, nil, bytes.Repeat([]byte("x"), 2<<20), 413, "callback refused"},
		{"ten thousand words", right, said(strings.Repeat("word ", 10000)), nil, 200, "message"},
		{"a thousand people", right, said("/禁言 " + strings.Repeat("@li ", 1000)), nil, 200, "message"},
	}
	for _, c := range cases {
		q, sealed := c.from.seal(t, c.inner)
		body := outer(sealed)
		if c.body != nil {
			body = c.body
		}
		status, lines := s.post("/wecom/bot", q, body)
		assert.Equal(t, c.status, status, c.name)
		assert.Equal(t, []string{c.log}, lines, c.name)
	}
	s.settle()
	s.laws(nil)
	assert.Empty(t, s.faults())
}

func newBadInput(t *testing.T) *theatre {
	s := openTheatre(t, time.Date(2026, 2, 20, 9, 0, 0, 0, zone), nil, startEmbedded(t))
	s.settle()
	return s
}

func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "@nobody%d ", i)
	}
	return b.String()
}

// TestVendorVectors posts the examples of the vendor's page 加解密方案说明 to the whole bot, at the time they were made.
func TestVendorVectors(t *testing.T) {
	const (
		corp, token = "wx5823bf96d3bd56c7", "QDG6eK"
		key         = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
		echo        = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
		sealed      = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
	)
	s := openTheatreOf(t, time.Unix(1409659589, 0), nil, startEmbedded(t), func(w *simulator.World) {
		w.Corp, w.App = corp, simulator.Keys{Token: token, EncodingAESKey: key}
		w.People = append(w.People, simulator.Person{ID: "mycreate", Name: "示例", Departments: []string{"客服部"}})
	})
	resp, err := http.Get(s.procs[0].server.URL + "/wecom/app?" + url.Values{
		"msg_signature": {"5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"}, "timestamp": {"1409659589"}, "nonce": {"263014780"}, "echostr": {echo},
	}.Encode())
	require.NoError(t, err)
	var got bytes.Buffer
	_, err = got.ReadFrom(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "1616140317555161061", got.String())

	s.clock.Store(time.Unix(1409659813, 0).UnixNano())
	q := url.Values{"msg_signature": {"477715d11cdb4164915debcba66cb864d751f3e6"}, "timestamp": {"1409659813"}, "nonce": {"1372623149"}}
	body := []byte("<xml><ToUserName><![CDATA[" + corp + "]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>")
	status, lines := s.post("/wecom/app", q, body)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, []string{"message"}, lines)
	recorder := httptest.NewRecorder()
	s.procs[0].handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/wecom/app?"+q.Encode(), bytes.NewReader(body)))
	assert.Contains(t, recorder.Body.String(), "<Encrypt>", "hello is answered, in an envelope")
	s.laws(nil)
}
