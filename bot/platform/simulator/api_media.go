package simulator

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // the two kinds of pictures that the platform takes
	_ "image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// "图片（image）：10MB，支持JPG,PNG格式"; "所有文件size必须大于5个字节" – page 上传临时素材.
	// "普通文件（file）：20MB".
	maxImage = 10 << 20
	maxFile  = 20 << 20
	minMedia = 5
	// "媒体文件上传后获取的唯一标识，3天内有效".
	mediaLife = 3 * 24 * time.Hour
	// keptMedia is how many bytes of media are remembered; the oldest are forgotten.
	keptMedia = 64 << 20
)

// Picture is a picture as a person sees it.
type Picture struct {
	ID     string `json:"id"` // its media_id, for Media
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// File is a file as a person sees it.
type File struct {
	ID   string `json:"id"` // its media_id, for Media
	Name string `json:"name"`
	Size int    `json:"size"`
}

// media is one uploaded file.
type media struct {
	Picture
	name    string // of a file; empty: it is a picture
	kind    string
	content []byte
	at      time.Time
}

// mediaUpload is "上传临时素材", for pictures and files.
func (s *Simulator) mediaUpload(c call) (map[string]any, *apiError) {
	of := c.query.Get("type")
	if of != "image" && of != "file" {
		return nil, fail(badMediaType, "invalid media type %q", of)
	}
	name, content, err := uploaded(c)
	if err != nil {
		return nil, fail(noMedia, "media data missing: %v", err)
	}
	most := map[string]int{"image": maxImage, "file": maxFile}[of]
	if len(content) <= minMedia || len(content) > most {
		return nil, fail(badMediaSize, "the file has %d bytes", len(content))
	}
	m := &media{name: name, kind: "application/octet-stream", content: content, at: c.now}
	if of == "image" {
		config, kind, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil {
			return nil, fail(badMediaType, "neither JPG nor PNG")
		}
		m.name, m.kind, m.Width, m.Height = "", "image/"+kind, config.Width, config.Height
	}
	if m.ID, err = letters(s.opts.Rand, 43); err != nil {
		return nil, fail(-1, "system busy")
	}
	s.keepMedia(m)
	return map[string]any{"type": of, "media_id": m.ID, "created_at": strconv.FormatInt(c.now.Unix(), 10)}, nil
}

// uploaded reads the part "media" of a form, which must have a file name.
func uploaded(c call) (name string, content []byte, err error) {
	kind, params, err := mime.ParseMediaType(c.kind)
	if err != nil || kind != "multipart/form-data" {
		return "", nil, errors.New("the body is no form")
	}
	form := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return "", nil, err
		}
		if part.FormName() == "media" && part.FileName() != "" {
			content, err := io.ReadAll(part)
			return part.FileName(), content, err
		}
	}
}

func (s *Simulator) keepMedia(m *media) {
	s.media = append(s.media, m)
	total := 0
	for i := len(s.media) - 1; i >= 0; i-- {
		if total += len(s.media[i].content); total > keptMedia {
			s.media = s.media[i+1:]
			return
		}
	}
}

// mediaOf returns what was uploaded under an id, nil if there is nothing. The caller holds s.mu.
func (s *Simulator) mediaOf(id string) *media {
	for _, m := range s.media {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// Media returns an uploaded file and its content type; nil if there is none.
func (s *Simulator) Media(id string) (content []byte, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mediaOf(id); m != nil {
		return m.content, m.kind
	}
	return nil, ""
}

// pageMedia serves a picture or a file to the page. What stands under an id never changes.
func (s *Simulator) pageMedia(w http.ResponseWriter, r *http.Request) {
	content, kind := s.Media(r.PathValue("id"))
	if content == nil {
		http.NotFound(w, r)
		return
	}
	if !strings.HasPrefix(kind, "image/") {
		w.Header().Set("Content-Disposition", "attachment") // a file is kept, whatever it claims to be
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	_, _ = w.Write(content) // a client that went away needs no answer
}
