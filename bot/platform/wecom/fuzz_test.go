package wecom

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode"

	"github.com/silenceper/wechat/v2/util"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCrossCheck exchanges messages of every length with the SDK, in both directions.
func TestCrossCheck(t *testing.T) {
	e, err := newEnvelope(exampleToken, exampleKey, exampleCorp)
	require.NoError(t, err)
	bot, err := newEnvelope(exampleToken, exampleKey, "")
	require.NoError(t, err)
	for n := range 200 {
		text := strings.Repeat("x", n)
		got, err := e.open(sealFor(t, exampleCorp, text))
		require.NoError(t, err)
		require.Equal(t, text, got)

		sealed, signature, err := e.seal([]byte(text), "1", "n")
		require.NoError(t, err)
		require.Equal(t, util.Signature(exampleToken, "1", "n", sealed), signature)
		require.NoError(t, e.verify(signature, "1", "n", sealed))
		_, plain, err := util.DecryptMsg(exampleCorp, sealed, exampleKey)
		require.NoError(t, err)
		require.Equal(t, text, string(plain))

		// The SDK cannot open what has no receiver; its sealing is right.
		got, err = bot.open(sealFor(t, "", text))
		require.NoError(t, err)
		require.Equal(t, text, got)
		_, err = bot.open(sealed)
		require.ErrorIs(t, err, errSealed)
	}
}

func FuzzEnvelope(f *testing.F) {
	e, err := newEnvelope(exampleToken, exampleKey, exampleCorp)
	require.NoError(f, err)
	f.Add(exampleSealed, "1409659813", "1372623149", "477715d11cdb4164915debcba66cb864d751f3e6")
	f.Add(exampleEcho, "1409659589", "263014780", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3")
	f.Add("", "", "", "")
	f.Add("AAAA", "1", "n", strings.Repeat("0", 40))
	f.Fuzz(func(t *testing.T, sealed, timestamp, nonce, signature string) {
		right := util.Signature(exampleToken, timestamp, nonce, sealed)
		assert.Equal(t, right == signature, e.verify(signature, timestamp, nonce, sealed) == nil)
		assert.NoError(t, e.verify(right, timestamp, nonce, sealed))
		got, err := e.open(sealed)
		if err != nil {
			assert.ErrorIs(t, err, errSealed)
			assert.Empty(t, got)
			return
		}
		_, want, err := util.DecryptMsg(exampleCorp, sealed, exampleKey)
		require.NoError(t, err)
		assert.Equal(t, string(want), got)
	})
}

func FuzzXML(f *testing.F) {
	f.Add(appBody(exampleSealed))
	f.Add(appText("你好 ]]> <b>"))
	f.Add(appEvent("change_external_chat", "<MemChangeList><Item>Jack</Item></MemChangeList>"))
	f.Add(`<?xml version="1.0" encoding="UTF-8"?><xml><a>&lt;&amp;&gt;&quot;&apos;</a><b/><c >x<![CDATA[y]]>z</c ></xml> `)
	f.Add("<xml><a>\r\n<![CDATA[\r]]></a></xml>")
	f.Add(`<!DOCTYPE a [<!ENTITY b "b">]><xml><a>&b;</a></xml>`)
	f.Add("<xml><a>]]></a></xml>")
	f.Add("<xml><a><")
	f.Add("<xml><a>&#60;&#x3C;&#34;&#xA;&#xD;\r\n</a></xml>")
	f.Add("<xml><a>&#0;&#xD800;&#x110000;</a></xml>")
	f.Fuzz(func(t *testing.T, doc string) {
		var got []string
		err := eachLeaf(doc, func(name, value string) error {
			got = append(got, name, value)
			return nil
		})
		if err != nil {
			assert.ErrorIs(t, err, errXML)
			return
		}
		if strings.ContainsFunc(doc, func(r rune) bool {
			return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF
		}) {
			return // passed on here, an error there
		}
		var want []string
		require.NoError(t, leavesByTheBook(doc, &want), "%q", doc)
		assert.Equal(t, want, got, "%q", doc)
	})
}

// leavesByTheBook is eachLeaf with encoding/xml.
func leavesByTheBook(doc string, out *[]string) error {
	var root struct {
		Children []struct {
			XMLName xml.Name
			Text    string     `xml:",chardata"`
			Nested  []struct{} `xml:",any"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(doc), &root); err != nil {
		return err
	}
	for _, c := range root.Children {
		if len(c.Nested) == 0 {
			*out = append(*out, c.XMLName.Local, c.Text)
		}
	}
	return nil
}

func FuzzBotJSON(f *testing.F) {
	f.Add(botText("/a"))
	f.Add(`{"encrypt":"x"}`)
	f.Add(`{"msgtype":"mixed","mixed":{"msg_item":[{"text":{"content":"a"}},{"image":{}},null,{"text":{"content":"b"}}]}}`)
	f.Add(`{"msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"k"}},"create_time":1700000000}`)
	f.Add(`{"msgtype":"\ud83d\ude00\ud800x\u0000\/\b","n":[-0.5e+3,true,false,null,{}],"create_time":null}`)
	f.Add(`{"msgtype":"a","x":01}`)
	f.Fuzz(func(t *testing.T, doc string) {
		got, err := readBot(doc)
		if err != nil {
			assert.ErrorIs(t, err, errJSON)
			return
		}
		want, ok := botByTheBook(t, doc)
		if ok {
			assert.Equal(t, want, got, "%q", doc)
		}
	})
}

// botByTheBook is readBot with encoding/json. It is not sure of a time beyond the whole numbers of a float64.
func botByTheBook(t *testing.T, doc string) (c botCall, sure bool) {
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(doc), &m), "%q", doc)
	at := func(path ...string) string {
		var v any = m
		for _, key := range path {
			object, _ := v.(map[string]any)
			v = object[key]
		}
		text, _ := v.(string)
		return text
	}
	c = botCall{
		messageID: at("msgid"), from: at("from", "userid"), chatID: at("chatid"), chatType: at("chattype"),
		replyTo: at("response_url"), kind: at("msgtype"), text: at("text", "content"), event: at("event", "eventtype"),
		eventKey: at("event", "event_key") + at("event", "template_card_event", "event_key") +
			at("event", "template_card_menu_event", "event_key"),
	}
	if n, ok := m["create_time"].(float64); ok {
		if n > 1<<53 || n < -1<<53 {
			return c, false
		}
		c.created = int64(n)
	}
	if c.kind == "mixed" {
		c.text = ""
		mixed, _ := m["mixed"].(map[string]any)
		items, _ := mixed["msg_item"].([]any)
		for _, item := range items {
			object, _ := item.(map[string]any)
			text, _ := object["text"].(map[string]any)
			content, _ := text["content"].(string)
			c.text = joinedWords(c.text, content)
		}
	}
	return c, true
}
