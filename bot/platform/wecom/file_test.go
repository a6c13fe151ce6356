package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
)

// clerk writes what is asked for, or does not.
type clerk struct {
	sorry chat.Text
	err   error
}

// Write writes the question itself.
func (c clerk) Write(_ context.Context, f chat.File) ([]byte, chat.Text, error) {
	return []byte("of " + string(f.Of)), c.sorry, c.err
}

const fileAnswer = `{"errcode":0,"errmsg":"","type":"file","media_id":"F1","created_at":"1380000000"}`

func withFile(f ...chat.File) chat.Effect {
	e := said("")
	e.Reply = chat.Reply{Files: f}
	return e
}

func TestFilesAreUploadedAndSent(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Writer = clerk{} })
	s.office.answers["media/upload"] = []string{fileAnswer, fileAnswer}
	require.NoError(t, s.Deliver(context.Background(), withFile(
		chat.File{Name: "entry-5.json", Text: "{\"n\":5}"}, chat.File{Name: "audit.xlsx", Of: json.RawMessage(`{"a":1}`)})))
	up := s.office.to("media/upload")
	require.Len(t, up, 2)
	for i, want := range []struct{ name, content string }{{"entry-5.json", `{"n":5}`}, {"audit.xlsx", `of {"a":1}`}} {
		assert.Equal(t, "file", up[i].q.Get("type"))
		file := up[i].form.File["media"][0]
		assert.Equal(t, want.name, file.Filename)
		f, err := file.Open()
		require.NoError(t, err)
		raw, err := io.ReadAll(f)
		require.NoError(t, err)
		assert.Equal(t, want.content, string(raw))
	}
	sent := s.office.to("message/send")
	require.Len(t, sent, 2)
	assert.Equal(t, "file", sent[0].body["msgtype"])
	assert.Equal(t, map[string]any{"media_id": "F1"}, sent[0].body["file"])
}

// TestAFileThatThereCannotBe: a person who waits for a file hears why there is none.
func TestAFileThatThereCannotBe(t *testing.T) {
	asked := chat.File{Name: "audit.xlsx", Of: json.RawMessage(`{}`)}
	s := newStage(t, func(c *Config) { c.Writer = clerk{sorry: chat.Same("too large")} })
	require.NoError(t, s.Deliver(context.Background(), withFile(asked)))
	assert.Empty(t, s.office.to("media/upload"))
	sent := s.office.to("message/send")
	require.Len(t, sent, 1)
	assert.Equal(t, "too large", sent[0].markdown(t))

	s = newStage(t, func(c *Config) { c.Writer = clerk{err: errors.New("storage is away")} })
	require.ErrorContains(t, s.Deliver(context.Background(), withFile(asked)), "storage is away", "it is tried again")
	var f *Fault
	require.ErrorAs(t, newStage(t).Deliver(context.Background(), withFile(asked)), &f)
	assert.False(t, f.Retry)
	e := withFile(asked)
	e.To = ""
	require.ErrorAs(t, newStage(t).Deliver(context.Background(), e), &f, "a file is a person's")
}

func TestFilesNeedTheApp(t *testing.T) {
	s := newStage(t, func(c *Config) { c.App.Secret, c.App.Token, c.App.EncodingAESKey = "", "", "" })
	e := withFile(chat.File{Name: "audit.xlsx", Text: "x"})
	e.ReplyTo = s.office.URL + "/cgi-bin/aibot/response?response_code=C0DE"
	require.NoError(t, s.Deliver(context.Background(), e))
	require.Len(t, s.office.to("aibot/response"), 1, "whoever asked hears why there is no file")
	var f *Fault
	e.ReplyTo = ""
	require.ErrorAs(t, s.Deliver(context.Background(), e), &f)
	assert.True(t, f.Alarm)
}
