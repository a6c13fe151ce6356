package paint

import (
	"image"

	"qunguan/bot/chat"
)

// The measures of a picture, in pixels. It is made for the width of a telephone and grows beyond only for columns
// that could not be told apart otherwise.
const (
	pageWidth = 1080
	margin    = 36
	gap       = 24 // between the parts

	foldAt   = 24 // columns beside each other, unless a band says otherwise
	leastCol = 34 // two digits
	mostCol  = 112
	leastTag = 130 // the labels of the rows
	mostTag  = 340
	// Many columns need the room more than long names do.
	manyCols      = 14
	mostTagOfMany = 270
	bandGap       = 10
	bandHigh      = sizeSmall + 16
	mostHead      = 290
	padding       = 14 // between a label and the first cell
	swatch        = 44
)

// plan says where everything stands.
type plan struct {
	width, height int
	title         []string
	subtitle      []string
	notes         []string
	panels        []panel
	heads         []head
	rows          []tag
	blocks        []block
	tagWide       int // the width of the labels, and
	colWide       int // of a column
	headHigh      int
	rowHigh       int
	banded        bool
	legend        [][]entry // by line
}

// head is the head of a column: lines beside its neighbours', or one line upright.
type head struct {
	lines []string
	set   setting
	band  string
}

// setting is how a head is written.
type setting int

const (
	flat    setting = iota
	stacked         // characters below each other
	turned          // a line turned upwards
)

// tag is the label of a row, with its cells.
type tag struct {
	label, note string
	cells       []field
}

type field struct {
	shade chat.Shade
	text  string // in place of the sign
}

// block is a run of columns that stand beside each other, with the left end of each.
type block struct {
	from, to int
	left     []int
}

// entry is one explanation of the legend.
type entry struct {
	field
	meaning string
	left    int
}

// lay arranges a picture.
func lay(t *typesetter, pic chat.Picture, l chat.Language) *plan {
	say := func(text chat.Text) string { return t.plain(either(text, l)) }
	p := &plan{}
	p.read(t, pic, say)
	p.panels = panels(pic.Panels, say)
	p.blocks, p.width = fold(pic.Columns), pageWidth
	if len(p.blocks) > 0 {
		p.columns(t)
	}
	inner := p.width - 2*margin
	p.title = t.wrap(sizeTitle, say(pic.Title), inner, 2)
	p.subtitle = t.wrap(sizeSmall, say(pic.Subtitle), inner, 3)
	for _, n := range pic.Notes {
		p.notes = append(p.notes, t.wrap(sizeSmall, say(n), inner, 4)...)
	}
	p.explain(t, pic.Legend, say, inner)
	for i := range p.rows {
		p.rows[i].label = t.fit(sizeText, p.rows[i].label, p.tagWide-padding)
		p.rows[i].note = t.fit(sizeSmall, p.rows[i].note, p.tagWide-padding)
	}
	p.height = p.draw(nil)
	return p
}

// either is a text in l, or in the other language rather than nothing.
func either(t chat.Text, l chat.Language) string {
	for _, s := range []string{t.In(l), t.ZH, t.EN} {
		if s != "" {
			return s
		}
	}
	return ""
}

func (p *plan) read(t *typesetter, pic chat.Picture, say func(chat.Text) string) {
	for _, c := range pic.Columns {
		p.heads = append(p.heads, head{lines: []string{say(c.Label)}, band: say(c.Band)})
		p.banded = p.banded || !c.Band.IsZero()
	}
	p.rowHigh = sizeText + 26
	for _, r := range pic.Rows {
		row := tag{label: say(r.Label), note: say(r.Note), cells: make([]field, len(pic.Columns))}
		for i, c := range r.Cells[:min(len(r.Cells), len(row.cells))] {
			row.cells[i] = field{c.Shade, say(c.Text)}
		}
		if row.note != "" {
			p.rowHigh = sizeText + sizeSmall + 28
		}
		p.tagWide = max(p.tagWide, t.measure(sizeText, row.label)+padding, t.measure(sizeSmall, row.note)+padding)
		p.rows = append(p.rows, row)
	}
}

// fold breaks the columns into blocks of at most foldAt, where a band begins if possible.
func fold(columns []chat.Column) []block {
	var out []block
	from := 0
	for from < len(columns) {
		to := from
		for to < len(columns) {
			end := to + 1
			for end < len(columns) && columns[end].Band == columns[to].Band && !columns[to].Band.IsZero() {
				end++
			}
			if end-from > foldAt {
				break
			}
			to = end
		}
		if to == from { // a band that is too wide by itself
			to = min(from+foldAt, len(columns))
		}
		out = append(out, block{from: from, to: to})
		from = to
	}
	return out
}

// columns finds the widths, and how the heads are written.
func (p *plan) columns(t *typesetter) {
	most, bands := 0, 0
	for _, b := range p.blocks {
		most, bands = max(most, b.to-b.from), max(bands, p.bands(b))
	}
	room := pageWidth - 2*margin - (bands-1)*bandGap
	widest := mostTag
	if most > manyCols {
		widest = mostTagOfMany
	}
	p.tagWide = min(max(p.tagWide, leastTag), max(leastTag, min(widest, room-most*leastCol)))
	p.colWide = min(max((room-p.tagWide)/most, leastCol), max(mostCol, p.widestCell(t)))
	p.tagWide = max(p.tagWide, min(room-most*p.colWide, widest))
	p.width = max(pageWidth, 2*margin+p.tagWide+most*p.colWide+(bands-1)*bandGap)
	for i := range p.blocks {
		b, x := &p.blocks[i], margin+p.tagWide
		for n := b.from; n < b.to; n++ {
			if n > b.from && p.heads[n].band != p.heads[n-1].band {
				x += bandGap
			}
			b.left = append(b.left, x)
			x += p.colWide
		}
	}
	p.setHeads(t)
}

// widestCell is the width that the texts in the cells ask for.
func (p *plan) widestCell(t *typesetter) int {
	most := 0
	for _, r := range p.rows {
		for _, f := range r.cells {
			most = max(most, t.measure(sizeSmall, f.text)+2*padding)
		}
	}
	return most
}

// bands is how many bands a block has, at least one.
func (p *plan) bands(b block) int {
	n := 1
	for i := b.from + 1; i < b.to; i++ {
		if p.heads[i].band != p.heads[i-1].band {
			n++
		}
	}
	return n
}

// setHeads writes all heads flat if all fit in two lines, else all upright: Chinese stacked, other scripts turned.
func (p *plan) setHeads(t *typesetter) {
	lines, fits := make([][]string, len(p.heads)), true
	for i, h := range p.heads {
		var whole bool
		lines[i], whole = t.two(sizeSmall, h.lines[0], p.colWide-3)
		fits = fits && whole
	}
	for i := range p.heads {
		h := &p.heads[i]
		switch {
		case fits:
			h.lines = lines[i]
			p.headHigh = max(p.headHigh, len(h.lines)*(sizeSmall+6))
		case stacks(h.lines[0]):
			h.set = stacked
			p.headHigh = max(p.headHigh, len([]rune(h.lines[0]))*leading(sizeSmall))
		default:
			h.set, h.lines[0] = turned, t.fit(sizeSmall, h.lines[0], mostHead)
			p.headHigh = max(p.headHigh, t.measure(sizeSmall, h.lines[0])+4)
		}
	}
}

// stacks says whether a text is short enough, and Chinese enough, to be read from top to bottom.
func stacks(s string) bool {
	runes, squares := []rune(s), 0
	for _, r := range runes {
		if wide(r) {
			squares++
		}
	}
	return len(runes)*leading(sizeSmall) <= mostHead && squares*2 > len(runes)
}

// explain arranges the legend in lines.
func (p *plan) explain(t *typesetter, legend []chat.Key, say func(chat.Text) string, inner int) {
	x := 0
	for _, k := range legend {
		e := entry{field: field{k.Cell.Shade, say(k.Cell.Text)}, meaning: t.fit(sizeSmall, say(k.Meaning), inner-swatch-10)}
		wide := swatch + 10 + t.measure(sizeSmall, e.meaning) + 30
		if len(p.legend) == 0 || x+wide-30 > inner {
			p.legend, x = append(p.legend, nil), 0
		}
		e.left = margin + x
		x += wide
		last := len(p.legend) - 1
		p.legend[last] = append(p.legend[last], e)
	}
}

// bandBox is where the heading of the band stands that column i of a block begins; ok is false within a band.
func (p *plan) bandBox(b block, i, y int) (image.Rectangle, bool) {
	at := func(n int) string { return p.heads[b.from+n].band }
	if at(i) == "" || i > 0 && at(i) == at(i-1) {
		return image.Rectangle{}, false
	}
	end := i
	for end+1 < len(b.left) && at(end+1) == at(i) {
		end++
	}
	return image.Rect(b.left[i]+2, y, b.left[end]+p.colWide-2, y+bandHigh), true
}
