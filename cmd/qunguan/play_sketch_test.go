package main

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/platform/simulator"
)

// sketcher is the painter of the stories. People of a story see PNG files as everybody does, but what stands in one
// depends on the fonts of the machine; so it draws pictures of nothing, each with pixels of its own, and remembers what
// they would have shown. A story then says it in words:
//
//	li sees picture> 权限表（2026-02-20 09:00）
//	    　　　｜邀请｜移除｜禁言
//	    李敏（高级）｜√｜｜~
//	    √ 有权限，~ 临时
//	    notes, one a line
//
// That real pictures are drawn, sent and shown is tested beside it, where there is a font.
type sketcher struct {
	mu    sync.Mutex
	drawn map[[32]byte]string // by the bytes of the PNG
}

// Paint makes an image whose pixels are a hash of what it shows.
func (s *sketcher) Paint(p chat.Picture, l chat.Language) ([]byte, error) {
	words := inWords(p, l)
	sum := sha256.Sum256([]byte(words))
	img := image.NewGray(image.Rect(0, 0, 8, 4))
	copy(img.Pix, sum[:])
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn == nil {
		s.drawn = map[[32]byte]string{}
	}
	s.drawn[sha256.Sum256(out.Bytes())] = words
	return out.Bytes(), nil
}

// words is what a PNG of the sketcher would have shown.
func (s *sketcher) words(content []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn[sha256.Sum256(content)]
}

func inWords(p chat.Picture, l chat.Language) string {
	title := p.Title.In(l)
	if sub := p.Subtitle.In(l); sub != "" {
		title += "（" + sub + "）"
	}
	head := []string{""}
	for _, c := range p.Columns {
		head = append(head, c.Label.In(l))
	}
	lines := []string{title}
	for _, panel := range p.Panels {
		lines = append(lines, "▁▃▅ "+panel.Title.In(l))
		if m := panel.Target; m != nil {
			lines[len(lines)-1] += "，" + m.Label.In(l)
		}
		var bars []string
		for _, b := range panel.Points {
			bar := b.Label.In(l) + " " + b.Written.In(l)
			if made := b.Made.In(l); made != "" {
				bar += "（" + made + "）"
			}
			if rate := b.Rate.In(l); rate != "" {
				bar += " " + rate
			}
			bars = append(bars, bar)
		}
		lines = append(lines, strings.Join(bars, "｜"))
	}
	if len(p.Columns) > 0 {
		lines = append(lines, strings.Join(head, "｜"))
	}
	for _, r := range p.Rows {
		row := []string{r.Label.In(l)}
		if note := r.Note.In(l); note != "" {
			row[0] += "（" + note + "）"
		}
		for _, c := range r.Cells {
			row = append(row, c.Sign().In(l))
		}
		lines = append(lines, strings.Join(row, "｜"))
	}
	var legend []string
	for _, k := range p.Legend {
		legend = append(legend, strings.TrimSpace(k.Cell.Sign().In(l)+" "+k.Meaning.In(l)))
	}
	if len(p.Columns) > 0 || len(legend) > 0 {
		lines = append(lines, strings.Join(legend, "，"))
	}
	for _, n := range p.Notes {
		lines = append(lines, n.In(l))
	}
	return strings.Join(lines, "\n")
}

// TestPicturesReachTheChat draws a real picture and follows it into the simulated chat.
func TestPicturesReachTheChat(t *testing.T) {
	t.Parallel()
	drawn := chineseFont(t)
	s := openTheatre(t, time.Date(2026, 2, 20, 12, 0, 0, 0, zone), nil, startEmbedded(t))
	s.pictures = drawn
	s.boot()
	s.listen(1)
	s.kill(0)
	for _, line := range []string{"boss> /选群 华东VIP客户群", "boss> /设管理 @li 中级 客服主管", "boss> /权限表"} {
		s.say(line)
	}
	pictures := 0
	for _, i := range s.sim.Sees("boss") {
		if i.Kind != simulator.Pictured {
			continue
		}
		pictures++
		content, kind := s.sim.Media(i.Picture.ID)
		assert.Equal(t, "image/png", kind)
		assert.Equal(t, 1080, i.Picture.Width)
		assert.Greater(t, i.Picture.Height, 400)
		_, err := png.Decode(bytes.NewReader(content))
		require.NoError(t, err)
	}
	assert.Equal(t, 1, pictures)
}
