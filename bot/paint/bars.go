package paint

import (
	"image"

	"qunguan/bot/chat"
)

// The measures of a panel of bars, in pixels.
const (
	barsHigh  = 230 // the tallest bar, or the target
	barGap    = 22
	mostBar   = 120
	leastBar  = 4 // a bar of nothing is seen as one all the same
	dash      = 14
	overBars  = sizeSmall + 14 // for the number that stands on a bar
	underBars = sizeSmall + 16 // for the label below it
)

// panel is a row of bars, in one language.
type panel struct {
	title  string
	bars   []bar
	target float64 // 0: none
	mark   string
}

type bar struct {
	label, written string
	known          bool
	value          float64
	shade          chat.Shade
}

func panels(in []chat.Panel, say func(chat.Text) string) []panel {
	var out []panel
	for _, p := range in {
		next := panel{title: say(p.Title)}
		if m := p.Target; m != nil {
			next.target, next.mark = m.Value, say(m.Label)
		}
		for _, b := range p.Points {
			next.bars = append(next.bars, bar{say(b.Label), say(b.Written), b.Known, b.Value, b.Shade})
		}
		out = append(out, next)
	}
	return out
}

// top is the value of the tallest thing in the panel.
func (p panel) top() float64 {
	top := p.target
	for _, b := range p.bars {
		if b.known {
			top = max(top, b.value)
		}
	}
	return top
}

// bars draws a panel and returns where it ends: a title with the target's name at the right, the bars with their
// numbers, the target as a dashed line over them, the labels.
func (p *plan) bars(c *canvas, b panel, y int) int {
	floor := y + sizeText + 20 + overBars + barsHigh
	if c == nil || len(b.bars) == 0 {
		return floor + underBars
	}
	room := p.width - 2*margin
	mark := c.types.fit(sizeSmall, b.mark, room/2)
	markWide := c.types.measure(sizeSmall, mark)
	c.bold(sizeText, margin, y, c.types.fit(sizeText, b.title, room-markWide-gap), ink)
	c.text(sizeSmall, p.width-margin-markWide, y+2, mark, faint)
	step := room / len(b.bars)
	wide := min(step-barGap, mostBar)
	high := func(v float64) int {
		if top := b.top(); top > 0 {
			return int(v / top * barsHigh)
		}
		return 0
	}
	top := func(one bar) int {
		if !one.known {
			return floor
		}
		return floor - max(high(one.value), leastBar)
	}
	for i, one := range b.bars {
		x := margin + i*step + (step-wide)/2
		if one.known {
			c.fill(image.Rect(x, top(one), x+wide, floor), tones[one.shade].ground)
		}
		c.centred(sizeSmall, image.Rect(margin+i*step, floor+8, margin+(i+1)*step, floor+underBars), c.types.fit(sizeSmall, one.label, step), faint)
	}
	c.fill(image.Rect(margin, floor, p.width-margin, floor+2), faint)
	if b.target > 0 {
		at := floor - high(b.target)
		for x := margin; x < p.width-margin; x += 2 * dash {
			c.fill(image.Rect(x, at-1, min(x+dash, p.width-margin), at+2), ink)
		}
	}
	for i, one := range b.bars {
		c.written(one, image.Rect(margin+i*step, top(one)-overBars, margin+(i+1)*step, top(one)-2))
	}
	return floor + underBars
}

// written stands on a bar, or on the floor where there is none, on a ground of its own so that no line runs through it.
func (c *canvas) written(b bar, box image.Rectangle) {
	text := c.types.fit(sizeSmall, b.written, box.Dx()-4)
	half := c.types.measure(sizeSmall, text)/2 + 6
	mid := (box.Min.X + box.Max.X) / 2
	c.fill(image.Rect(mid-half, box.Min.Y, mid+half, box.Max.Y), paper)
	if b.known {
		c.centred(sizeSmall, box, text, ink)
		return
	}
	c.centred(sizeSmall, box, text, faint)
}
