// Package paint draws pictures: a chat.Picture in, a PNG out. It promises that the same picture, language and font
// give the same bytes, that what it draws can be read on a telephone, and that no character shows as an empty box.
// It only draws: whoever makes a Painter finds the font.
package paint

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"

	"golang.org/x/image/font/sfnt"

	"qunguan/bot/chat"
)

// The most that one picture shows. A telephone shows no more either, and the platforms' limit of 10 MB is far away.
const (
	MaxColumns = 7 * 24
	MaxRows    = 60
	maxPanels  = 8
	maxBars    = 16
	maxPixels  = 24 << 20
)

// ErrTooLarge is returned for a picture of more columns, rows or pixels than are drawn.
var ErrTooLarge = errors.New("the picture is too large to be drawn")

// ErrEmpty is returned for a picture without bars whose table has no column or no row.
var ErrEmpty = errors.New("the picture shows nothing")

// Painter draws with one font. It is safe for concurrent use if its source is.
type Painter struct {
	font   *sfnt.Font
	family string
}

// New reads a font, or a collection of fonts, from src, which is read again whenever something is drawn. A font that
// cannot write Chinese is an error.
func New(src io.ReaderAt) (*Painter, error) {
	f, family, err := choose(src)
	if err != nil {
		return nil, err
	}
	return &Painter{font: f, family: family}, nil
}

// Font is the name of the font that is drawn with.
func (p *Painter) Font() string { return p.family }

// Paint draws a picture in a language as a PNG.
func (p *Painter) Paint(pic chat.Picture, l chat.Language) ([]byte, error) {
	if err := check(pic); err != nil {
		return nil, err
	}
	t, err := p.typesetter()
	if err != nil {
		return nil, err
	}
	plan := lay(t, pic, l)
	if plan.width*plan.height > maxPixels {
		return nil, fmt.Errorf("draw %d×%d: %w", plan.width, plan.height, ErrTooLarge)
	}
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, plan.width, plan.height)), types: t}
	plan.draw(c)
	if t.broken {
		return nil, errors.New("draw text: the font can no longer be read")
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.img); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

func check(p chat.Picture) error {
	bars := 0
	for _, panel := range p.Panels {
		bars = max(bars, len(panel.Points))
	}
	switch {
	case bars > maxBars || len(p.Panels) > maxPanels:
		return fmt.Errorf("draw %d panels of %d bars: %w", len(p.Panels), bars, ErrTooLarge)
	case bars > 0 && len(p.Columns) == 0 && len(p.Rows) == 0:
		return nil
	case len(p.Columns) == 0 || len(p.Rows) == 0:
		return ErrEmpty
	case len(p.Columns) > MaxColumns:
		return fmt.Errorf("draw %d columns, at most %d: %w", len(p.Columns), MaxColumns, ErrTooLarge)
	case len(p.Rows) > MaxRows:
		return fmt.Errorf("draw %d rows, at most %d: %w", len(p.Rows), MaxRows, ErrTooLarge)
	}
	return nil
}
