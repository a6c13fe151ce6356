package paint

import (
	"image"
	"image/color"
	"image/draw"

	"qunguan/bot/chat"
)

// The colours. Each sign stands out from its ground by more than 4.5 to 1, and the grounds differ in lightness too, so
// that they are told apart in grey.
var (
	paper = color.RGBA{R: 255, G: 255, B: 255, A: 255}
	ink   = color.RGBA{R: 0x1b, G: 0x24, B: 0x30, A: 255}
	faint = color.RGBA{R: 0x5a, G: 0x66, B: 0x75, A: 255}
	hair  = color.RGBA{R: 0xdd, G: 0xe2, B: 0xe8, A: 255}
)

type tone struct{ ground, sign color.RGBA }

var tones = map[chat.Shade]tone{
	chat.Blank: {color.RGBA{R: 0xed, G: 0xf0, B: 0xf4, A: 255}, faint},
	chat.Yes:   {color.RGBA{R: 0x1f, G: 0x8a, B: 0x5b, A: 255}, paper},
	chat.Part:  {color.RGBA{R: 0xbf, G: 0xdc, B: 0xfb, A: 255}, color.RGBA{R: 0x0d, G: 0x44, B: 0x8c, A: 255}},
	chat.No:    {color.RGBA{R: 0xc2, G: 0x33, B: 0x2d, A: 255}, paper},
	chat.Warn:  {color.RGBA{R: 0xff, G: 0xd9, B: 0x7a, A: 255}, color.RGBA{R: 0x5f, G: 0x3c, B: 0x00, A: 255}},
	chat.Off:   {color.RGBA{R: 0xd3, G: 0xd9, B: 0xe0, A: 255}, color.RGBA{R: 0x40, G: 0x4b, B: 0x59, A: 255}},
}

// draw draws the plan and returns its height. On no canvas it only finds the height.
func (p *plan) draw(c *canvas) int {
	if c != nil {
		draw.Draw(c.img, c.img.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	}
	y := margin
	for _, l := range p.title {
		if c != nil {
			c.bold(sizeTitle, margin, y, l, ink)
		}
		y += sizeTitle + 14
	}
	y = p.lines(c, y, p.subtitle)
	for _, b := range p.panels {
		y = p.bars(c, b, y+gap)
	}
	for _, b := range p.blocks {
		y = p.table(c, b, y+gap)
	}
	if len(p.legend) > 0 {
		y += gap
	}
	for _, line := range p.legend {
		for _, e := range line {
			if c != nil {
				c.field(image.Rect(e.left, y, e.left+swatch, y+swatch-6), e.field)
				c.text(sizeSmall, e.left+swatch+10, y+(swatch-6-sizeSmall)/2, e.meaning, ink)
			}
		}
		y += swatch + 8
	}
	if len(p.notes) > 0 {
		y = p.lines(c, y+gap/2, p.notes)
	}
	return y + margin - 8
}

// lines draws small lines below each other.
func (p *plan) lines(c *canvas, y int, lines []string) int {
	for _, l := range lines {
		if c != nil {
			c.text(sizeSmall, margin, y, l, faint)
		}
		y += sizeSmall + 12
	}
	return y
}

// table draws one block of columns with all rows.
func (p *plan) table(c *canvas, b block, y int) int {
	if p.banded {
		for i := range b.left {
			if box, begins := p.bandBox(b, i, y); begins && c != nil {
				name := c.types.fit(sizeSmall, p.heads[b.from+i].band, box.Dx())
				c.centred(sizeSmall, box, name, faint)
				c.fill(image.Rect(box.Min.X, box.Max.Y-4, box.Max.X, box.Max.Y-2), faint)
			}
		}
		y += bandHigh + 6
	}
	for i, left := range b.left {
		if c != nil {
			c.head(p.heads[b.from+i], image.Rect(left, y, left+p.colWide, y+p.headHigh))
		}
	}
	y += p.headHigh + 10
	for _, r := range p.rows {
		if c != nil {
			p.row(c, b, r, y)
		}
		y += p.rowHigh
	}
	return y
}

func (c *canvas) head(h head, box image.Rectangle) {
	switch h.set {
	case stacked:
		c.stacked(sizeSmall, box, h.lines[0], ink)
	case turned:
		c.turned(sizeSmall, box, h.lines[0], ink)
	case flat:
		y := box.Max.Y - len(h.lines)*(sizeSmall+6)
		for _, l := range h.lines {
			c.centred(sizeSmall, image.Rect(box.Min.X, y, box.Max.X, y+sizeSmall+6), l, ink)
			y += sizeSmall + 6
		}
	}
}

func (p *plan) row(c *canvas, b block, r tag, y int) {
	right := b.left[len(b.left)-1] + p.colWide
	c.fill(image.Rect(margin, y, right, y+1), hair)
	if r.note == "" {
		c.text(sizeText, margin, y+(p.rowHigh-sizeText)/2, r.label, ink)
	} else {
		top := y + (p.rowHigh-sizeText-sizeSmall-6)/2
		c.text(sizeText, margin, top, r.label, ink)
		c.text(sizeSmall, margin, top+sizeText+6, r.note, faint)
	}
	for i, left := range b.left {
		c.field(image.Rect(left+2, y+4, left+p.colWide-2, y+p.rowHigh-3), r.cells[b.from+i])
	}
}

// field draws a cell: its ground, and on it the text or the sign.
func (c *canvas) field(box image.Rectangle, f field) {
	look, known := tones[f.shade]
	if !known {
		look = tones[chat.Blank]
	}
	c.rounded(box, look.ground)
	if f.text != "" {
		c.centred(sizeSmall, box, c.types.fit(sizeSmall, f.text, box.Dx()), look.sign)
		return
	}
	c.sign(box, f.shade, look.sign)
}

func (c *canvas) fill(box image.Rectangle, with color.Color) {
	draw.Draw(c.img, box, image.NewUniform(with), image.Point{}, draw.Src)
}
