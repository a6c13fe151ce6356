package wecom

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// sketch draws a picture as its title.
type sketch struct {
	err   error
	large int
}

// Paint puts the title behind the signature of a PNG.
func (s sketch) Paint(p chat.Picture, l chat.Language) ([]byte, error) {
	return append([]byte("\x89PNG "+p.Title.In(l)), make([]byte, s.large)...), s.err
}

func aPicture() *chat.Picture {
	return &chat.Picture{
		Title: chat.Text{ZH: "权限表", EN: "Rights"}, Columns: []chat.Column{{Label: chat.Same("禁言")}},
		Rows: []chat.Row{{Label: chat.Same("李敏"), Cells: []chat.Cell{{Shade: chat.Yes}}}},
	}
}

func pictured(text string) chat.Effect {
	e := said(text)
	e.Reply.Picture = aPicture()
	return e
}

func painting(c *Config) { c.Painter = sketch{} }

const mediaAnswer = `{"errcode":0,"errmsg":"","type":"image","media_id":"M1","created_at":"1380000000"}`

func TestPictureIsUploadedAndSent(t *testing.T) {
	s := newStage(t, painting)
	s.office.answers["media/upload"] = []string{mediaAnswer}
	require.NoError(t, s.Deliver(context.Background(), pictured("")))
	up := s.office.to("media/upload")
	require.Len(t, up, 1)
	assert.Equal(t, "image", up[0].q.Get("type"))
	assert.Equal(t, "T1", up[0].q.Get("access_token"))
	require.Len(t, up[0].form.File["media"], 1)
	file := up[0].form.File["media"][0]
	assert.Equal(t, "picture.png", file.Filename)
	assert.Equal(t, "image/png", file.Header.Get("Content-Type"))
	f, err := file.Open()
	require.NoError(t, err)
	raw, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "\x89PNG 权限表", string(raw), "drawn in the language of replies")
	sent := s.office.to("message/send")
	require.Len(t, sent, 1)
	assert.Equal(t, map[string]any{
		"touser": "li", "agentid": 218.0, "msgtype": "image", "image": map[string]any{"media_id": "M1"},
		"enable_duplicate_check": 1.0, "duplicate_check_interval": 30.0,
	}, sent[0].body)
}

func TestTheTextComesBeforeItsPicture(t *testing.T) {
	s := newStage(t, painting)
	s.office.answers["media/upload"] = []string{mediaAnswer}
	require.NoError(t, s.Deliver(context.Background(), pictured("the rights")))
	sent := s.office.to("message/send")
	require.Len(t, sent, 2)
	assert.Equal(t, "the rights", sent[0].markdown(t))
	assert.Equal(t, "image", sent[1].body["msgtype"])

	e := pictured("the rights")
	e.ReplyTo = s.office.URL + "/cgi-bin/aibot/response?response_code=C0DE"
	require.NoError(t, s.Deliver(context.Background(), e))
	assert.Len(t, s.office.to("aibot/response"), 1, "a reply address takes the text")
	assert.Len(t, s.office.to("message/send"), 3, "and no picture, which goes to the person")
}

// TestWithoutAFontTheTextStandsAlone: nothing is drawn, so nothing more is sent, and that is no failure.
func TestWithoutAFontTheTextStandsAlone(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no painter":    func(*Config) {},
		"cannot draw":   func(c *Config) { c.Painter = sketch{err: errors.New("too large")} },
		"larger than 1": func(c *Config) { c.Painter = sketch{large: maxImage} },
	} {
		s := newStage(t, change)
		require.NoError(t, s.Deliver(context.Background(), pictured("the rights")), name)
		assert.Len(t, s.office.to("message/send"), 1, name)
		assert.Empty(t, s.office.to("media/upload"), name)
		assert.Equal(t, name != "no painter", s.logs.FilterMessage("picture not drawn").Len() == 1, name)
	}
}

func TestPictureFaults(t *testing.T) {
	for answer, again := range map[string]bool{
		`{"errcode":-1}`: true, `{"errcode":45009}`: true, `{"errcode":40004,"errmsg":"bad T1 app-secret"}`: false,
		`{"errcode":0}`: true,
	} {
		s := newStage(t, painting)
		s.office.answers["media/upload"] = []string{answer}
		var f *Fault
		require.ErrorAs(t, s.Deliver(context.Background(), pictured("")), &f, answer)
		assert.Equal(t, "media/upload", f.Op)
		assert.Equal(t, again, f.Retry, answer)
		assert.NotContains(t, f.Error(), "T1")
		assert.NotContains(t, f.Error(), "app-secret")
		assert.Empty(t, s.office.to("message/send"), answer)
	}
	s := newStage(t, painting)
	s.office.answers["media/upload"] = []string{`{"errcode":42001}`, mediaAnswer}
	require.NoError(t, s.Deliver(context.Background(), pictured("")), "the token is renewed once")
	assert.Len(t, s.office.to("media/upload"), 2)

	s.office.answers["message/send"] = []string{`{"errcode":81013}`}
	var f *Fault
	require.ErrorAs(t, s.Deliver(context.Background(), pictured("")), &f)
	assert.Equal(t, 81013, f.Code)
	assert.False(t, f.Retry)
}

func TestPictureNeedsTheApp(t *testing.T) {
	s := newStage(t, painting, func(c *Config) { c.App.Secret, c.App.Token, c.App.EncodingAESKey = "", "", "" })
	e := pictured("")
	var f *Fault
	require.ErrorAs(t, s.Deliver(context.Background(), e), &f)
	assert.True(t, f.Alarm)
	assert.False(t, f.Retry)
	assert.Contains(t, f.Error(), "wecom.app is not configured")

	e.ReplyTo = s.office.URL + "/cgi-bin/aibot/response?response_code=C0DE"
	require.NoError(t, s.Deliver(context.Background(), e))
	sent := s.office.to("aibot/response")
	require.Len(t, sent, 1)
	assert.True(t, strings.HasPrefix(sent[0].markdown(t), "图片发不到这里"), "whoever asked is told")
}
