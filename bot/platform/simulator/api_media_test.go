package simulator

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func aPNG(t *testing.T, width, height int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

// upload posts a form with one part.
func (b *fakeBot) upload(t *testing.T, kind, part, name string, content []byte) j {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile(part, name)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	address := b.api.URL + "/cgi-bin/media/upload?type=" + kind + "&access_token=" + b.token(t, b.sim.world.AppSecret)
	resp, err := http.Post(address, form.FormDataContentType(), &body)
	require.NoError(t, err)
	return answerOf(t, resp)
}

func TestMediaUpload(t *testing.T) {
	b := start(t, silent)
	for name, c := range map[string]struct {
		kind, part, file string
		content          []byte
		want             int
	}{
		"a video":      {"video", "media", "a.png", aPNG(t, 2, 2), badMediaType},
		"another part": {"image", "file", "a.png", aPNG(t, 2, 2), noMedia},
		"no file name": {"image", "media", "", aPNG(t, 2, 2), noMedia},
		"too small":    {"image", "media", "a.png", []byte("abcde"), badMediaSize},
		"too large":    {"image", "media", "a.png", make([]byte, maxImage+1), badMediaSize},
		"no picture":   {"image", "media", "a.png", []byte("GIF89a nothing"), badMediaType},
		"a picture":    {"image", "media", "a.png", aPNG(t, 2, 2), 0},
		"a file":       {"file", "media", "a.csv", []byte("1,2,3\n"), 0},
		"a large file": {"file", "media", "a.csv", make([]byte, maxFile+1), badMediaSize},
	} {
		got := b.upload(t, c.kind, c.part, c.file, c.content)
		assert.EqualValues(t, c.want, got["errcode"], "%s: %v", name, got)
	}
	wantCode(t, noToken, b.post(t, "media/upload?type=image", j{}))
	wantCode(t, noMedia, b.post(t, "media/upload?type=image&access_token="+b.token(t, b.sim.world.AppSecret), j{}))
}

func TestPictures(t *testing.T) {
	b := start(t, silent)
	id := as[string](t, b.upload(t, "image", "media", "a.png", aPNG(t, 30, 20))["media_id"])
	send := func(id string) j {
		return b.call(t, "message/send", j{"touser": "li", "agentid": b.sim.world.AgentID, "msgtype": "image", "image": j{"media_id": id}})
	}
	wantCode(t, badMediaID, send("unknown"))
	sent := send(id)
	wantCode(t, 0, sent)
	seen := b.sim.Sees("li")
	require.Len(t, seen, 1)
	assert.Equal(t, Pictured, seen[0].Kind)
	assert.Equal(t, &Picture{ID: id, Width: 30, Height: 20}, seen[0].Picture)
	content, kind := b.sim.Media(id)
	assert.Equal(t, aPNG(t, 30, 20), content)
	assert.Equal(t, "image/png", kind)

	page := openPage(t, b).URL
	status, body := ask(t, "GET", page+"/sim/media/"+id, "")
	assert.Equal(t, 200, status)
	assert.True(t, strings.HasPrefix(body, "\x89PNG"))
	status, _ = ask(t, "GET", page+"/sim/media/unknown", "")
	assert.Equal(t, 404, status)

	wantCode(t, 0, b.call(t, "message/recall", j{"msgid": sent["msgid"]}))
	assert.Nil(t, b.sim.Sees("li")[0].Picture, "taken back")

	wantCode(t, 0, b.call(t, "appchat/send", j{"chatid": SampleAppGroup, "msgtype": "image", "image": j{"media_id": id}}))
	b.later(mediaLife)
	wantCode(t, badMediaID, send(id))
}

func TestMediaIsForgotten(t *testing.T) {
	b := start(t, silent)
	first := as[string](t, b.upload(t, "image", "media", "a.png", append(aPNG(t, 2, 2), make([]byte, maxImage/2)...))["media_id"])
	for range 2 * keptMedia / maxImage {
		b.upload(t, "image", "media", "a.png", append(aPNG(t, 2, 2), make([]byte, maxImage/2)...))
	}
	content, _ := b.sim.Media(first)
	assert.Nil(t, content)
}
