package wecom

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

const (
	opUpload = "media/upload"
	// maxImage is of the page 上传临时素材: "图片（image）：10MB，支持JPG,PNG格式"; "所有文件size必须大于5个字节".
	maxImage = 10 << 20
)

// image is the content of a message of msgtype "image", and of "file".
type image struct {
	MediaID string `json:"media_id"`
}

var noPictureHere = chat.Text{
	ZH: "图片发不到这里：没有配置自建应用（wecom.app）。以上文字已是全部内容。",
	EN: "The picture cannot be sent here: wecom.app is not configured. The text above says all of it.",
}

// withPicture sends everything but the picture as usual, then the picture to the person. In a group nothing else is
// documented: a response_url takes Markdown and cards only, and the images of a passive answer (msg_item) go with the
// answer itself, which has been given by the time an effect is delivered.
func (a *Adapter) withPicture(ctx context.Context, e chat.Effect) error {
	pic, rest := *e.Reply.Picture, e
	rest.Reply.Picture = nil
	if !rest.Reply.IsZero() {
		if err := a.Deliver(ctx, rest); err != nil {
			return err
		}
	}
	if a.c.Painter == nil {
		return nil // the text stands alone, and /status tells why
	}
	if !a.c.hasApp() && e.ReplyTo != "" && rest.Reply.IsZero() {
		rest.Reply.Text = noPictureHere
		return a.Deliver(ctx, rest)
	}
	if !a.c.hasApp() {
		return &Fault{Op: opUpload, Alarm: true, Reason: "wecom.app is not configured, so no picture can be sent"}
	}
	png, err := a.c.Painter.Paint(pic, a.c.Language)
	if err == nil && len(png) > maxImage {
		err = fmt.Errorf("%d bytes, at most %d are allowed", len(png), maxImage)
	}
	if err != nil {
		// Another attempt would draw the same. The person has the text, and the operator the reason.
		a.log.Error("picture not drawn", zap.String("effect", e.ID), zap.Error(err))
		return nil
	}
	return a.sendImage(ctx, e.To, png)
}

// sendImage uploads a picture and sends it. Each attempt uploads again, so WeCom cannot tell that two messages hold the
// same picture: after an unclear failure a person may see it twice.
func (a *Adapter) sendImage(ctx context.Context, to chat.User, png []byte) error {
	if to == "" {
		return &Fault{Op: opSend, Reason: "nobody to send to"}
	}
	media, err := a.upload(ctx, "image", file{name: "picture.png", kind: "image/png", content: png})
	if err != nil {
		return err
	}
	return a.send(ctx, to, appMessage{MsgType: "image", Image: media})
}

// upload puts a file where messages can refer to it.
func (a *Adapter) upload(ctx context.Context, kind string, f file) (*image, error) {
	var media struct {
		ID string `json:"media_id"` // good for three days
	}
	if err := a.api(ctx, a.c.appCredential(), opUpload, url.Values{"type": {kind}}, f, &media); err != nil {
		return nil, err
	}
	if media.ID == "" {
		return nil, &Fault{Op: opUpload, Status: http.StatusOK, Retry: true, Reason: "the answer holds no media_id"}
	}
	return &image{MediaID: media.ID}, nil
}

// file is the body of an upload. The SDK's knows no context, and its errors hold the address with the token.
type file struct {
	name, kind string
	content    []byte
}

// request is "使用multipart/form-data POST上传文件，文件标识名为media" – page 上传临时素材.
func (f file) request(ctx context.Context, address string) (*http.Request, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="media"; filename=%q; filelength=%d`, f.name, len(f.content))},
		"Content-Type":        {f.kind},
	})
	if err == nil {
		_, err = part.Write(f.content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return req, nil
}
