package wecom

import (
	"context"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// MaxFile is how large a file may be that is sent: "普通文件（file）：20MB" – page 上传临时素材.
const MaxFile = 20 << 20

// Writer writes the files of replies. sorry, unless it is zero, is to be said in place of a file that there cannot be,
// such as one that has become too large.
type Writer interface {
	Write(ctx context.Context, f chat.File) (content []byte, sorry chat.Text, err error)
}

var noFileHere = chat.Text{
	ZH: "文件 %s 发不到这里：没有配置自建应用（wecom.app）。请维护者用命令行导出：`qunguan audit export`。",
	EN: "The file %s cannot be sent here: wecom.app is not configured. Ask the operator to export it: `qunguan audit export`.",
}

// withFiles sends everything but the files as usual, then each file to the person. If one fails, the others are sent
// again with it at the next attempt: twice is better than not at all.
func (a *Adapter) withFiles(ctx context.Context, e chat.Effect) error {
	files, rest := e.Reply.Files, e
	rest.Reply.Files = nil
	if !rest.Reply.IsZero() {
		if err := a.Deliver(ctx, rest); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := a.sendFile(ctx, e, f); err != nil {
			return err
		}
	}
	return nil
}

func (a *Adapter) sendFile(ctx context.Context, e chat.Effect, f chat.File) error {
	said := chat.Effect{ID: e.ID, Kind: chat.Send, To: e.To, Group: e.Group}
	if !a.c.hasApp() {
		said.ReplyTo, said.Reply.Text = e.ReplyTo, noFileHere.F(f.Name)
		return a.Deliver(ctx, said)
	}
	if e.To == "" {
		return &Fault{Op: opSend, Reason: "nobody to send to"}
	}
	content := []byte(f.Text)
	if f.Of != nil {
		if a.c.Writer == nil {
			return &Fault{Op: opUpload, Reason: "nobody writes " + f.Name}
		}
		var sorry chat.Text
		var err error
		if content, sorry, err = a.c.Writer.Write(ctx, f); err != nil {
			a.log.Error("file not written", zap.String("effect", e.ID), zap.String("name", f.Name), zap.Error(err))
			return err // storage may be back at the next attempt
		}
		if !sorry.IsZero() {
			said.Reply.Text = sorry
			return a.Deliver(ctx, said)
		}
	}
	media, err := a.upload(ctx, "file", file{name: f.Name, kind: "application/octet-stream", content: content})
	if err != nil {
		return err
	}
	return a.send(ctx, e.To, appMessage{MsgType: "file", File: media})
}
