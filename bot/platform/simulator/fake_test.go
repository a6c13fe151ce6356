package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// heard is one callback as the fake bot received it.
type heard struct {
	toBot bool
	query string
	body  []byte
	plain []byte
}

// fakeBot answers callbacks with what reply says; an empty answer is an empty 200.
type fakeBot struct {
	sim      *Simulator
	api      *httptest.Server
	app, bot seal

	mu     sync.Mutex
	now    time.Time
	pauses []time.Duration
	calls  []heard
	status []int // for the next callbacks; then 200
	reply  func(heard) string
	spoil  func([]byte) []byte // changes the sealed answer
}

func start(t *testing.T, reply func(heard) string) *fakeBot {
	t.Helper()
	w := SampleWorld().WithSecrets(rand.Reader)
	b := &fakeBot{now: noon, reply: reply, spoil: func(x []byte) []byte { return x }}
	var err error
	b.app, err = newSeal(w.App, w.Corp)
	require.NoError(t, err)
	b.bot, err = newSeal(w.Bot, "")
	require.NoError(t, err)
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.sim, err = New(w, Options{
		Now: b.clock, CallbackBase: server.URL + "/", APIBase: "https://api.example",
		Pause: func(_ context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.pauses = append(b.pauses, d)
			return nil
		},
	})
	require.NoError(t, err)
	b.api = httptest.NewServer(b.sim.API())
	t.Cleanup(b.api.Close)
	return b
}

func (b *fakeBot) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *fakeBot) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *fakeBot) all() []heard {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

func (b *fakeBot) fails(status ...int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

func (b *fakeBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := heard{toBot: r.URL.Path == "/wecom/bot", query: r.URL.RawQuery}
	k := b.app
	if h.toBot {
		k = b.bot
	}
	q := r.URL.Query()
	if r.Method == http.MethodGet {
		plain, err := k.decrypt(q.Get("echostr"))
		if err != nil || !k.verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), q.Get("echostr")) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(plain)
		return
	}
	h.body, _ = io.ReadAll(r.Body)
	var env struct {
		Encrypt string `json:"encrypt" xml:"Encrypt"`
	}
	if h.toBot {
		_ = json.Unmarshal(h.body, &env)
	} else {
		_ = xml.Unmarshal(h.body, &env)
	}
	var err error
	h.plain, err = k.decrypt(env.Encrypt)
	if err != nil || !k.verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), env.Encrypt) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b.mu.Lock()
	b.calls = append(b.calls, h)
	status := 0
	if len(b.status) > 0 {
		status, b.status = b.status[0], b.status[1:]
	}
	b.mu.Unlock()
	if status != 0 && status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	if out := b.reply(h); out != "" {
		_, _ = w.Write(b.spoil(b.seal(k, h.toBot, q.Get("nonce"), out)))
	}
}

func (b *fakeBot) seal(k seal, toBot bool, nonce, plain string) []byte {
	sealed, err := k.encrypt(rand.Reader, []byte(plain))
	if err != nil {
		return nil
	}
	at := b.clock().Unix()
	stamp := strconv.FormatInt(at, 10)
	if toBot {
		out, _ := json.Marshal(map[string]any{"encrypt": sealed, "msgsignature": k.sign(stamp, nonce, sealed), "timestamp": at, "nonce": nonce})
		return out
	}
	return []byte("<xml><Encrypt><![CDATA[" + sealed + "]]></Encrypt><MsgSignature>" + k.sign(stamp, nonce, sealed) +
		"</MsgSignature><TimeStamp>" + stamp + "</TimeStamp><Nonce>" + nonce + "</Nonce></xml>")
}

// stream is a finished answer of the smart bot.
func stream(content string) string {
	out, _ := json.Marshal(map[string]any{"msgtype": "stream", "stream": map[string]any{"id": "1", "finish": true, "content": content}})
	return string(out)
}

func text(to, content string) string {
	return "<xml><ToUserName>" + to + "</ToUserName><MsgType>text</MsgType><Content>" + content + "</Content></xml>"
}

func silent(heard) string { return "" }

// token fetches an access token with a secret of the world.
func (b *fakeBot) token(t *testing.T, secret string) string {
	t.Helper()
	out := b.get(t, "gettoken?corpid="+b.sim.world.Corp+"&corpsecret="+secret)
	require.EqualValues(t, 0, out["errcode"], "%v", out)
	return as[string](t, out["access_token"])
}

func (b *fakeBot) get(t *testing.T, path string) map[string]any {
	t.Helper()
	resp, err := http.Get(b.api.URL + "/cgi-bin/" + path)
	require.NoError(t, err)
	return answerOf(t, resp)
}

// call posts with the app's token, or customer contact's where that is needed.
func (b *fakeBot) call(t *testing.T, path string, body any) map[string]any {
	t.Helper()
	secret := b.sim.world.AppSecret
	if len(path) > 15 && path[:15] == "externalcontact" {
		secret = b.sim.world.CustomerContactSecret
	}
	return b.post(t, path+"?access_token="+b.token(t, secret), body)
}

func (b *fakeBot) post(t *testing.T, path string, body any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	resp, err := http.Post(b.api.URL+"/cgi-bin/"+path, "application/json", bytes.NewReader(raw))
	require.NoError(t, err)
	return answerOf(t, resp)
}

func answerOf(t *testing.T, resp *http.Response) map[string]any {
	t.Helper()
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var out map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	return out
}

func wantCode(t *testing.T, want int, got map[string]any) {
	t.Helper()
	assert.EqualValues(t, want, got["errcode"], "%v", got)
}

type j = map[string]any

// as is a value of decoded JSON in the type it must have.
func as[T any](t *testing.T, v any) T {
	t.Helper()
	out, ok := v.(T)
	require.True(t, ok, "%v is a %T", v, v)
	return out
}
