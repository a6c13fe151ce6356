package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// forge signs whatever it is given, as somebody would who knows the token but not the key, or who is WeCom.
func (s *stage) forge(side, sealed string) (target, body string) {
	stamp := strconv.FormatInt(exampleTime, 10)
	body = appBody(sealed)
	if side == "bot" {
		body = `{"encrypt":"` + sealed + `"}`
	}
	return "/wecom/" + side + "?" + signed(util.Signature(exampleToken, stamp, "n", sealed), stamp, "n"), body
}

// sealRaw encrypts a plaintext frame as it is, with padding included.
func sealRaw(t *testing.T, frame []byte) string {
	key, err := base64.StdEncoding.DecodeString(exampleKey + "=")
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	out := make([]byte, len(frame))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(out, frame)
	return base64.StdEncoding.EncodeToString(out)
}

func frame(length uint32, rest string, pad byte, padded int) []byte {
	f := append(make([]byte, 16), byte(length>>24), byte(length>>16), byte(length>>8), byte(length))
	f = append(f, rest...)
	for range padded {
		f = append(f, pad)
	}
	return f
}

func sealFor(t *testing.T, receiver, plain string) string {
	b, err := util.EncryptMsg(make([]byte, 16), []byte(plain), receiver, exampleKey)
	require.NoError(t, err)
	return string(b)
}

func TestBadCiphertextIs400(t *testing.T) {
	good := sealFor(t, exampleCorp, appText("secret words"))
	cases := map[string]string{
		"wrong receiver":         sealFor(t, "wx0000000000000000", appText("secret words")),
		"no receiver":            sealFor(t, "", appText("secret words")),
		"receiver with a tail":   sealFor(t, exampleCorp+"x", appText("secret words")),
		"truncated by a block":   base64.StdEncoding.EncodeToString(decoded(t, good)[:len(decoded(t, good))-16]),
		"truncated by two":       base64.StdEncoding.EncodeToString(decoded(t, good)[:len(decoded(t, good))-32]),
		"random":                 base64.StdEncoding.EncodeToString([]byte(strings.Repeat("0123456789abcdef", 8))),
		"one block":              base64.StdEncoding.EncodeToString([]byte("0123456789abcdef")),
		"not base64":             "!!!!",
		"line break in base64":   good[:40] + "\n" + good[40:],
		"padding of zero":        sealRaw(t, frame(0, exampleCorp, 0, 26)),
		"padding beyond 32":      sealRaw(t, frame(0, "", 33, 44)),
		"padding not all alike":  sealRaw(t, append(frame(0, exampleCorp, 1, 25), 26)),
		"length beyond the data": sealRaw(t, frame(0xFFFFFFFF, exampleCorp, 26, 26)),
		"only padding":           sealRaw(t, []byte(strings.Repeat("\x20", 32))),
		"not XML":                sealFor(t, exampleCorp, "hello"),
		"entities": sealFor(t, exampleCorp, `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>`+
			`<xml><FromUserName>li</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId><Content>&b;</Content></xml>`),
		"an own entity": sealFor(t, exampleCorp, strings.Replace(appText("x"), "<![CDATA[x]]>", "&xxe;", 1)),
		"nested deeply": sealFor(t, exampleCorp, "<xml>"+strings.Repeat("<a>", 10000)+strings.Repeat("</a>", 10000)+"</xml>"),
		"invalid UTF-8": sealFor(t, exampleCorp, appText("\xff\xfe")),
		"no sender":     sealFor(t, exampleCorp, "<xml><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"),
		"text without id": sealFor(t, exampleCorp,
			"<xml><FromUserName>li</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"),
	}
	for name, sealed := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			w := s.request(http.MethodPost, first(s.forge("app", sealed)), second(s.forge("app", sealed)))
			s.refused(t, http.StatusBadRequest, w.Code, w.Body.String())
		})
	}
}

func TestBadBotJSONIs400(t *testing.T) {
	const start = `{"msgid":"M","from":{"userid":"li"},"msgtype":"text",`
	cases := map[string]string{
		"cut":                   botText("secret words")[:40],
		"no place":              start + `"text":{"content":"secret words"}}`,
		"group without id":      start + `"chattype":"group","text":{"content":"secret words"}}`,
		"no sender":             `{"msgid":"M","chattype":"single","msgtype":"text","text":{"content":"secret words"}}`,
		"another type":          start + `"chattype":"single","text":"secret words"}`,
		"a field twice":         start + `"from":{"userid":"boss"},"chattype":"single","text":{"content":"secret words"}}`,
		"nested deeply":         start + `"x":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`,
		"invalid UTF-8":         start + "\"chattype\":\"single\",\"text\":{\"content\":\"\xff\"}}",
		"something behind":      botText("secret words") + "x",
		"press without a place": `{"msgid":"M","from":{"userid":"li"},"msgtype":"event","event":{"eventtype":"template_card_event","event_key":"/a"}}`,
	}
	for name, plain := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			w := s.post(t, "bot", plain)
			s.refused(t, http.StatusBadRequest, w.Code, w.Body.String())
		})
	}
}

func TestBadEnvelopes(t *testing.T) {
	stamp := strconv.FormatInt(exampleTime, 10)
	good := sealFor(t, exampleCorp, appText("secret words"))
	signature := util.Signature(exampleToken, stamp, "n", good)
	at := func(stamp string) string {
		return "/wecom/app?" + signed(util.Signature(exampleToken, stamp, "n", good), stamp, "n")
	}
	cases := map[string]struct {
		method, target, body string
		want                 int
	}{
		"bad signature":    {"POST", "/wecom/app?" + signed(strings.Repeat("0", 40), stamp, "n"), appBody(good), 401},
		"no signature":     {"POST", "/wecom/app", appBody(good), 401},
		"upper case":       {"POST", "/wecom/app?" + signed(strings.ToUpper(signature), stamp, "n"), appBody(good), 401},
		"another nonce":    {"POST", "/wecom/app?" + signed(signature, stamp, "m"), appBody(good), 401},
		"bad on GET":       {"GET", "/wecom/app?echostr=x&" + signed(signature, stamp, "n"), "", 401},
		"too old":          {"POST", at(strconv.Itoa(exampleTime - 601)), appBody(good), 401},
		"too early":        {"POST", at(strconv.Itoa(exampleTime + 601)), appBody(good), 401},
		"no number":        {"POST", at("today"), appBody(good), 401},
		"far beyond":       {"POST", at("9223372036854775807"), appBody(good), 401},
		"not XML":          {"POST", at(stamp), "hello", 400},
		"empty":            {"POST", at(stamp), "", 400},
		"no Encrypt":       {"POST", at(stamp), "<xml></xml>", 400},
		"JSON for the app": {"POST", at(stamp), `{"encrypt":"x"}`, 400},
		"billion laughs":   {"POST", at(stamp), `<!DOCTYPE a [<!ENTITY b "b">]><xml><Encrypt>&b;</Encrypt></xml>`, 400},
		"XML for the bot":  {"POST", "/wecom/bot", appBody(good), 400},
		"2 MiB":            {"POST", at(stamp), strings.Repeat("x", 2<<20), 413},
		"1 MiB and 1":      {"POST", at(stamp), strings.Repeat("x", 1<<20+1), 413},
		"another method":   {"PUT", at(stamp), appBody(good), 405},
		"another path":     {"POST", "/wecom/other", appBody(good), 404},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			w := s.request(c.method, c.target, c.body)
			s.refused(t, c.want, w.Code, w.Body.String())
		})
	}
	s := newStage(t)
	assert.Equal(t, 200, s.request("POST", at(strconv.Itoa(exampleTime-600)), appBody(good)).Code, "10 minutes are allowed")
}

func TestUnconfiguredSideIs404(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Bot.Token, c.Bot.EncodingAESKey = "", "" })
	w := s.request(http.MethodPost, "/wecom/bot", `{"encrypt":"x"}`)
	s.refused(t, http.StatusNotFound, w.Code, w.Body.String())
}

// refused asserts an empty answer, one log line, nothing heard and nothing leaked.
func (s *stage) refused(t *testing.T, want, code int, body string) {
	t.Helper()
	assert.Equal(t, want, code)
	assert.Empty(t, body)
	assert.Empty(t, s.messages)
	lines := s.logs.All()
	require.Len(t, lines, 1)
	assert.EqualValues(t, want, lines[0].ContextMap()["status"])
	assert.NotEmpty(t, lines[0].ContextMap()["reason"])
	for _, field := range lines[0].Context {
		for _, secret := range []string{"secret words", exampleToken, exampleKey, "app-secret"} {
			assert.NotContains(t, field.String, secret)
		}
	}
}

func TestLargeMessagesArrive(t *testing.T) {
	for name, text := range map[string]string{
		"10000 words":   "/a " + strings.Repeat("word ", 10000) + "end",
		"1000 mentions": "/a " + strings.Repeat("@zhao ", 1000) + "end",
		"brackets":      "/a ]]> <b> & ]]]]><![CDATA[> end",
		"line breaks":   "/a\r\nb\rc",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			assert.Equal(t, 200, s.post(t, "app", appText(text)).Code)
			assert.Equal(t, 200, s.post(t, "bot", botText(text)).Code)
			require.Len(t, s.messages, 2)
			unified := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
			assert.Equal(t, unified, s.messages[0].Text)
			assert.Equal(t, text, s.messages[1].Text)
		})
	}
}

// Many small pieces must not cost the square of their number: the envelope is read before its signature is checked.
func TestManyPiecesAreReadInOnePass(t *testing.T) {
	body := "<xml><Encrypt>" + strings.Repeat("<![CDATA[x]]>", 80000) + "</Encrypt></xml>"
	sealed, err := sealedXML(body)
	require.NoError(t, err)
	assert.Len(t, sealed, 80000)
	assert.Less(t, testing.AllocsPerRun(1, func() { _, _ = sealedXML(body) }), 100.0)
}

func decoded(t *testing.T, s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	require.NoError(t, err)
	return b
}

func first(a, _ string) string  { return a }
func second(_, b string) string { return b }
