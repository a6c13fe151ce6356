package paint

import (
	"image"
	"slices"

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
	underBars = sizeSmall + 16 // for the label below it, and
	underMade = sizeSmall + 8  // for what it is made of, below that
)

// panel is a row of bars, in one language.
type panel struct {
	title  string
	bars   []bar
	target float64 // 0: none
	most   float64 // what is higher is cut; 0: nothing is
	mark   string
}

type bar struct {
	label, written, made, rate string

	known bool
	value float64
	shade chat.Shade
}

func panels(in []chat.Panel, say func(chat.Text) string) []panel {
	var out []panel
	for _, p := range in {
		next := panel{title: say(p.Title), most: p.Top}
		if m := p.Target; m != nil {
			next.target, next.mark = m.Value, say(m.Label)
		}
		for _, b := range p.Points {
			next.bars = append(next.bars, bar{say(b.Label), say(b.Written), say(b.Made), say(b.Rate), b.Known, b.Value, b.Shade})
		}
		out = append(out, next)
	}
	return out
}

// under is the room below the bars.
func (p panel) under() int {
	room := underBars
	for _, has := range []func(bar) bool{func(b bar) bool { return b.made != "" }, func(b bar) bool { return b.rate != "" }} {
		if slices.ContainsFunc(p.bars, has) {
			room += underMade
		}
	}
	return room
}

// top is the value of the tallest thing in the panel.
func (p panel) top() float64 {
	if p.most > 0 {
		return p.most
	}
	top := p.target
	for _, b := range p.bars {
		if b.known {
			top = max(top, b.value)
		}
	}
	return top
}

// bars draws a panel and returns where it ends: a title with the target's name at the right, the bars with their
// numbers, the target as a dashed line over them, the labels with what each bar is made of.
func (p *plan) bars(c *canvas, b panel, y int) int {
	floor := y + sizeText + 20 + overBars + barsHigh
	if c == nil || len(b.bars) == 0 {
		return floor + b.under()
	}
	room := p.width - 2*margin
	mark := c.types.fit(sizeSmall, b.mark, room/2)
	markWide := c.types.measure(sizeSmall, mark)
	c.bold(sizeText, margin, y, c.types.fit(sizeText, b.title, room-markWide-gap-markLine), ink)
	c.text(sizeSmall, p.width-margin-markWide, y+2, mark, ink)
	if b.target > 0 {
		c.dashed(p.width-margin-markWide-markLine, p.width-margin-markWide-dash, y+2+sizeSmall/2)
	}
	step := room / len(b.bars)
	wide := min(step-barGap, mostBar)
	high := func(v float64) int {
		if top := b.top(); top > 0 {
			return int(min(1, v/top) * barsHigh)
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
			if b.most > 0 && one.value > b.most {
				c.broken(x, x+wide, top(one)+barsHigh/4)
			}
		}
		c.centred(sizeSmall, image.Rect(margin+i*step, floor+8, margin+(i+1)*step, floor+underBars), c.types.fit(sizeSmall, one.label, step), faint)
		y := floor + underBars
		for _, line := range []string{one.made, one.rate} {
			if line != "" {
				c.centred(sizeSmall, image.Rect(margin+i*step, y, margin+(i+1)*step, y+underMade), c.types.fit(sizeSmall, line, step), faint)
				y += underMade
			}
		}
	}
	c.fill(image.Rect(margin, floor, p.width-margin, floor+2), faint)
	aim := floor - high(b.target)
	if b.target > 0 {
		c.dashed(margin, p.width-margin, aim)
	}
	for i, one := range b.bars {
		box := image.Rect(margin+i*step, top(one)-overBars, margin+(i+1)*step, top(one)-2)
		if crossed := b.target > 0 && box.Min.Y < aim+lineRoom && aim-lineRoom < box.Max.Y; crossed && one.known && floor-top(one) > overBars {
			// Where the target would run through the number, it stands in the bar.
			box = image.Rect(box.Min.X, top(one)+lineRoom, box.Max.X, top(one)+lineRoom+overBars-2)
			c.centred(sizeSmall, box, c.types.fit(sizeSmall, one.written, wide-4), tones[one.shade].sign)
			continue
		}
		c.written(one, box)
	}
	return floor + b.under()
}

const (
	lineRoom = 4            // between the target and a number
	markLine = 3*dash + gap // of the target beside its name
)

// broken is the gap in a bar that is cut: two steps of the ground run through it.
func (c *canvas) broken(from, to, y int) {
	const high = 10
	for x := from; x < to; x++ {
		slant := (to - x) / 4
		c.fill(image.Rect(x, y+slant, x+1, y+slant+high), paper)
	}
}

// dashed is a dashed line, as the target is drawn.
func (c *canvas) dashed(from, to, y int) {
	for x := from; x < to; x += 2 * dash {
		c.fill(image.Rect(x, y-1, min(x+dash, to), y+2), ink)
	}
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
