package wecom

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

func said(text string) chat.Effect {
	return chat.Effect{ID: "e1", Kind: chat.Send, To: "li", Reply: chat.Reply{Text: chat.Same(text)}}
}

func aCard() *chat.Card {
	return &chat.Card{
		ID: "entry-7", Title: chat.Text{ZH: "请确认", EN: "Please confirm"}, Body: chat.Same("**禁言** li\\_si"),
		Fields: []chat.Field{{Name: chat.Same("群"), Value: chat.Same("G1")}},
		Buttons: []chat.Button{
			{Label: chat.Text{ZH: "确认", EN: "Confirm"}, Command: "/确认 7", Style: chat.Primary},
			{Label: chat.Same("取消"), Command: "/取消 7", Style: chat.Danger},
			{Label: chat.Same("一个超过十个字的按钮名称"), Command: "/帮助"},
		},
	}
}

func TestDeliverToAPerson(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Deliver(context.Background(), said("**hi**")))
	sent := s.office.to("message/send")
	require.Len(t, sent, 1)
	assert.Equal(t, "T1", sent[0].q.Get("access_token"))
	assert.Equal(t, map[string]any{
		"touser": "li", "agentid": 218.0, "msgtype": "markdown", "markdown": map[string]any{"content": "**hi**"},
		"enable_duplicate_check": 1.0, "duplicate_check_interval": 30.0,
	}, sent[0].body)
}

func TestDeliverCard(t *testing.T) {
	s := newStage(t)
	e := said("")
	e.Reply = chat.Reply{Card: aCard()}
	require.NoError(t, s.Deliver(context.Background(), e))
	sent := s.office.to("message/send")
	require.Len(t, sent, 1)
	assert.Equal(t, "template_card", sent[0].body["msgtype"])
	assert.Equal(t, map[string]any{
		"card_type": "button_interaction", "task_id": "entry-7", "main_title": map[string]any{"title": "请确认"},
		"sub_title_text":          "禁言 li_si",
		"horizontal_content_list": []any{map[string]any{"keyname": "群", "value": "G1"}},
		"button_list": []any{
			map[string]any{"text": "确认", "style": 1.0, "key": "/确认 7"},
			map[string]any{"text": "取消", "style": 2.0, "key": "/取消 7"},
			map[string]any{"text": "一个超过十个字的按…", "style": 4.0, "key": "/帮助"},
		},
	}, sent[0].body["template_card"])
}

func TestCardThatCannotBeOneIsWritten(t *testing.T) {
	without, long := aCard(), aCard()
	without.Buttons = nil
	long.Buttons[0].Command = "/a " + strings.Repeat("x", maxButtonKey)
	for name, card := range map[string]*chat.Card{"no buttons": without, "a long command": long} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			e := said("text")
			e.Reply.Card = card
			require.NoError(t, s.Deliver(context.Background(), e))
			sent := s.office.to("message/send")
			require.Len(t, sent, 1)
			md := sent[0].markdown(t)
			assert.True(t, strings.HasPrefix(md, "text\n**请确认**\n**禁言** li\\_si\n> 群：G1"), md)
			for _, b := range card.Buttons {
				assert.Contains(t, md, b.Command)
			}
		})
	}
}

func TestLongCardBodyIsToldInFull(t *testing.T) {
	s := newStage(t)
	e := said("")
	e.Reply = chat.Reply{Card: aCard()}
	e.Reply.Card.Body = chat.Same(strings.Repeat("步", 200))
	require.NoError(t, s.Deliver(context.Background(), e))
	sent := s.office.to("message/send")
	require.Len(t, sent, 2)
	assert.Equal(t, strings.Repeat("步", 200), sent[0].markdown(t))
	sub := inside(t, sent[1].body, "template_card", "sub_title_text")
	assert.Equal(t, maxCardBody, utf8.RuneCountInString(sub))
}

func TestLongMessageIsSplitAtLineBreaks(t *testing.T) {
	s := newStage(t)
	line := strings.Repeat("字", 30)
	require.NoError(t, s.Deliver(context.Background(), said(strings.TrimSuffix(strings.Repeat(line+"\n", 60), "\n"))))
	lines := 0
	sent := s.office.to("message/send")
	assert.Len(t, sent, 3)
	for _, c := range sent {
		md := c.markdown(t)
		assert.LessOrEqual(t, len(md), maxMarkdown)
		assert.True(t, utf8.ValidString(md))
		for l := range strings.Lines(md) {
			if strings.TrimSuffix(l, "\n") == line {
				lines++
			}
		}
	}
	assert.Equal(t, 60, lines)
}

func respondTo(s *stage, text string, card *chat.Card) chat.Effect {
	e := said(text)
	e.ReplyTo, e.Reply.Card = s.office.URL+"/cgi-bin/aibot/response?response_code=C0DE", card
	return e
}

func TestDeliverToAReplyAddress(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Deliver(context.Background(), respondTo(s, "hi", nil)))
	require.NoError(t, s.Deliver(context.Background(), respondTo(s, "", aCard())))
	sent := s.office.to("aibot/response")
	require.Len(t, sent, 2)
	assert.Equal(t, "C0DE", sent[0].q.Get("response_code"))
	assert.Equal(t, "markdown", sent[0].body["msgtype"])
	assert.Equal(t, "template_card", sent[1].body["msgtype"])
	assert.Empty(t, s.office.to("message/send"))
	assert.Empty(t, s.office.to("gettoken"), "the address needs no token")
}

func TestTextAndCardShareOneReplyAddress(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Deliver(context.Background(), respondTo(s, "hi", aCard())))
	assert.Len(t, s.office.to("aibot/response"), 1)
	assert.Len(t, s.office.to("message/send"), 1)

	alone := newStage(t, func(c *Config) { c.App.Secret, c.App.Token, c.App.EncodingAESKey = "", "", "" })
	require.NoError(t, alone.Deliver(context.Background(), respondTo(alone, "hi", aCard())))
	sent := alone.office.to("aibot/response")
	require.Len(t, sent, 1)
	assert.Contains(t, sent[0].markdown(t), "确认：`/确认 7`")
}

func TestUsedReplyAddressFallsBackToThePerson(t *testing.T) {
	s := newStage(t)
	s.office.answers["aibot/response"] = []string{`{"errcode":60140,"errmsg":"used"}`}
	require.NoError(t, s.Deliver(context.Background(), respondTo(s, "hi", nil)))
	assert.Len(t, s.office.to("message/send"), 1)

	// While it may still work, nobody is written to instead.
	s.office.answers["aibot/response"] = []string{`{"errcode":-1,"errmsg":"busy"}`}
	var f *Fault
	require.ErrorAs(t, s.Deliver(context.Background(), respondTo(s, "hi", nil)), &f)
	assert.True(t, f.Retry)
	assert.Len(t, s.office.to("message/send"), 1)
}

func TestReplyAddressOutsideOfWeComIsNotCalled(t *testing.T) {
	s := newStage(t)
	c := exampleConfig("")
	c, err := c.complete()
	require.NoError(t, err)
	for address, want := range map[string]bool{
		replyAddress: true,
		"http://qyapi.weixin.qq.com/cgi-bin/aibot/response": false,
		"https://qyapi.weixin.qq.com.evil.example/x":        false,
		"https://evilweixin.qq.com/x":                       false,
		"https://u@qyapi.weixin.qq.com/x":                   false,
		"ftp://qyapi.weixin.qq.com/x":                       false,
		"http://169.254.169.254/":                           false,
		"%":                                                 false,
	} {
		assert.Equal(t, want, c.mayReply(address), address)
	}
	e := said("hi")
	e.To, e.ReplyTo = "", "http://169.254.169.254/"
	var f *Fault
	require.ErrorAs(t, s.Deliver(context.Background(), e), &f)
	assert.False(t, f.Retry)
}

func TestFaults(t *testing.T) {
	cases := map[string]Fault{
		`{"errcode":-1}`:    {Code: -1, Retry: true, After: time.Second},
		`{"errcode":45009}`: {Code: 45009, Retry: true, After: time.Minute},
		`{"errcode":45033}`: {Code: 45033, Retry: true, After: 2 * time.Second},
		`{"errcode":60020}`: {Code: 60020, Alarm: true},
		`{"errcode":60011}`: {Code: 60011},
		`{"errcode":81013}`: {Code: 81013},
		`{"errcode":60111}`: {Code: 60111, Gone: true},
		`{"errcode":99999}`: {Code: 99999},
		`{"errcode":0,"errmsg":"ok","invaliduser":"LI"}`:    {Code: 81013},
		`{"errcode":0,"errmsg":"ok","unlicenseduser":"li"}`: {Code: 81013},
		`<html>`: {Retry: true},
	}
	for answer, want := range cases {
		s := newStage(t)
		s.office.answers["message/send"] = []string{answer}
		var f *Fault
		require.ErrorAs(t, s.Deliver(context.Background(), said("hi")), &f, answer)
		got := Fault{Code: f.Code, Retry: f.Retry, After: f.After, Alarm: f.Alarm, Gone: f.Gone}
		assert.Equal(t, want, got, answer)
		assert.Equal(t, "message/send", f.Op)
		after, again := f.Again()
		assert.Equal(t, want.Retry, again)
		assert.Equal(t, want.After, after)
	}
	for status, again := range map[int]bool{500: true, 502: true, 429: true, 404: false, 403: false, 302: false} {
		s := newStage(t)
		s.office.status["message/send"] = status
		var f *Fault
		require.ErrorAs(t, s.Deliver(context.Background(), said("hi")), &f)
		assert.Equal(t, status, f.Status)
		assert.Equal(t, again, f.Retry, "%d", status)
	}
}

func TestDeliverRefuses(t *testing.T) {
	s := newStage(t)
	for name, e := range map[string]chat.Effect{
		"everybody":    {Kind: chat.Send, To: "@all", Reply: chat.Reply{Text: chat.Same("x")}},
		"two people":   {Kind: chat.Send, To: "li|zhao", Reply: chat.Reply{Text: chat.Same("x")}},
		"nobody":       {Kind: chat.Send, Reply: chat.Reply{Text: chat.Same("x")}},
		"another kind": chat.ObserveGroup("G"),
	} {
		var f *Fault
		require.ErrorAs(t, s.Deliver(context.Background(), e), &f, name)
		assert.False(t, f.Retry, name)
	}
	assert.NoError(t, s.Deliver(context.Background(), chat.Effect{Kind: chat.Send, To: "li"}), "nothing to say")
	assert.Empty(t, s.office.calls)
}

func TestTextIsNeverEmptyForWantOfALanguage(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Language = chat.EN })
	e := said("")
	e.Reply.Text = chat.Text{ZH: "只有中文"}
	require.NoError(t, s.Deliver(context.Background(), e))
	assert.Equal(t, map[string]any{"content": "只有中文"}, s.office.to("message/send")[0].body["markdown"])
}

// TestDeliverToAGroup: without a person the message is for the group, which the app writes to where it has made it.
func TestDeliverToAGroup(t *testing.T) {
	s := newStage(t)
	e := chat.SendTo("", "appgroup0001", chat.Reply{Text: chat.Same("应急")})
	require.NoError(t, s.Deliver(context.Background(), e))
	calls := s.office.to("appchat/send")
	require.Len(t, calls, 1)
	assert.Equal(t, map[string]any{
		"chatid": "appgroup0001", "msgtype": "markdown", "markdown": map[string]any{"content": "应急"},
	}, calls[0].body)
	assert.Empty(t, s.office.to("message/send"))
}
