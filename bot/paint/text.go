package paint

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// The sizes of text, in pixels of a picture that a telephone shows at a third: nothing is smaller than 26.
const (
	sizeTitle = 44
	sizeText  = 30
	sizeSmall = 26
)

const (
	ellipsis = "…"
	// longest is how many characters of one text are looked at; no part of a picture shows as many.
	longest = 500
)

// plain is s with what the font can write: a character that it lacks becomes a likeness of it, or goes. What nothing
// is left of becomes a question mark.
func (t *typesetter) plain(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.Join(strings.Fields(s), " ") {
		if n++; n > longest {
			break
		}
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
			// joiners, direction marks, accents and variants of the character before: a face draws each for itself
		case t.writable(r):
			b.WriteRune(r)
		default:
			for _, like := range likeness(r) {
				if t.writable(like) {
					b.WriteRune(like)
				}
			}
		}
	}
	out := strings.Join(strings.Fields(b.String()), " ")
	if out == "" && s != "" {
		return "?"
	}
	return out
}

// likeness is how a character can be written that a font lacks; empty if it is best left out, as emoji are.
func likeness(r rune) string {
	if r > 0xFF00 && r < 0xFF5F { // full-width forms of ASCII
		return string(r - 0xFF00 + 0x20)
	}
	if unicode.IsLetter(r) || unicode.IsNumber(r) {
		return "?"
	}
	return likenesses[r]
}

var likenesses = map[rune]string{
	'…': "...", '—': "-", '–': "-", '－': "-", '−': "-", '“': `"`, '”': `"`, '‘': "'", '’': "'", '·': ".", '•': ".",
	'→': ">", '←': "<", '√': "v", '✓': "√", '✔': "√", '×': "x", '✕': "×", '✗': "×", '　': " ", '\u00a0': " ", '（': "(", '）': ")",
}

// measure is how wide s is drawn. s must be plain.
func (t *typesetter) measure(size int, s string) int {
	return font.MeasureString(t.faces[size], s).Ceil()
}

// fit is s within width, cut at its end if need be.
func (t *typesetter) fit(size int, s string, width int) string {
	if t.measure(size, s) <= width {
		return s
	}
	end := t.plain(ellipsis)
	runes, n := []rune(s), 0
	for room := width - t.measure(size, end); n < len(runes) && room >= 0; n++ {
		room -= t.measure(size, string(runes[n]))
	}
	for n--; n > 0; n-- { // kerning may still tip the balance
		cut := strings.TrimRight(string(runes[:n]), " ，、,(（·") + end
		if t.measure(size, cut) <= width {
			return cut
		}
	}
	return end
}

// wrap breaks s into at most most lines of a width, at spaces and between Chinese characters; the last is cut.
func (t *typesetter) wrap(size int, s string, width, most int) []string {
	var lines []string
	for rest := s; rest != ""; {
		if len(lines) == most-1 || t.measure(size, rest) <= width {
			return append(lines, t.fit(size, rest, width))
		}
		n := t.breakAt(size, rest, width)
		lines = append(lines, strings.TrimSpace(rest[:n]))
		rest = strings.TrimSpace(rest[n:])
	}
	return lines
}

// two breaks s at a space into at most two lines of a width; whole is false if that cannot be.
func (t *typesetter) two(size int, s string, width int) (lines []string, whole bool) {
	if t.measure(size, s) <= width {
		return []string{s}, true
	}
	for i, r := range s {
		if r == ' ' && t.measure(size, s[:i]) <= width && t.measure(size, s[i+1:]) <= width {
			return []string{s[:i], s[i+1:]}, true
		}
	}
	return nil, false
}

// breakAt is where the first line of s ends: after at least one character.
func (t *typesetter) breakAt(size int, s string, width int) int {
	last, first := 0, 0
	for i, r := range s {
		if i > 0 && t.measure(size, s[:i]) > width {
			break
		}
		if i > 0 && first == 0 {
			first = i
		}
		if i > 0 && (r == ' ' || wide(r) && !closing(r)) {
			last = i
		}
	}
	if last > 0 {
		return last
	}
	for i := range s { // one long word
		if i > first && t.measure(size, s[:i]) > width {
			return first
		}
		first = max(first, i)
	}
	return len(s)
}

// wide says whether a character stands in a square of its own, so that it can be stacked.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r < 0x3100 || r >= 0xAC00 && r < 0xD7A4 || r >= 0xFF00 && r < 0xFFEF
}

func closing(r rune) bool { return strings.ContainsRune("，。、；：）》”’！？", r) }

// canvas is what is drawn on.
type canvas struct {
	img   *image.RGBA
	types *typesetter
}

// text draws s with its left end at x and its line, of the height of its size, beginning at y.
func (c *canvas) text(size, x, y int, s string, ink color.Color) {
	c.write(c.img, size, x, baseline(size, y), s, ink)
}

// baseline is where the letters of a line stand that begins at y.
func baseline(size, y int) int { return y + size*86/100 }

// write draws s glyph by glyph, so that a font that can no longer be read is noticed.
func (c *canvas) write(onto *image.RGBA, size, x, base int, s string, ink color.Color) {
	face, src, dot, before := c.types.faces[size], image.NewUniform(ink), fixed.P(x, base), rune(-1)
	for _, r := range s {
		if before >= 0 {
			dot.X += face.Kern(before, r)
		}
		where, mask, from, advance, ok := face.Glyph(dot, r)
		if !ok {
			c.types.broken = true
			return
		}
		draw.DrawMask(onto, where, src, image.Point{}, mask, from, draw.Over)
		dot.X, before = dot.X+advance, r
	}
}

// bold draws s as text does, a little thicker.
func (c *canvas) bold(size, x, y int, s string, ink color.Color) {
	c.text(size, x, y, s, ink)
	c.text(size, x+1, y, s, ink)
}

// centred draws s in the middle of a box.
func (c *canvas) centred(size int, box image.Rectangle, s string, ink color.Color) {
	x := box.Min.X + (box.Dx()-c.types.measure(size, s))/2
	c.text(size, x, box.Min.Y+(box.Dy()-size)/2, s, ink)
}

// stacked draws the characters of s below each other, the last at the bottom of box.
func (c *canvas) stacked(size int, box image.Rectangle, s string, ink color.Color) {
	runes := []rune(s)
	y := box.Max.Y - len(runes)*leading(size)
	for _, r := range runes {
		one := string(r)
		c.text(size, box.Min.X+(box.Dx()-c.types.measure(size, one))/2, y, one, ink)
		y += leading(size)
	}
}

// leading is the height of a stacked character.
func leading(size int) int { return size + 3 }

// turned draws s upwards, beginning at the bottom of box.
func (c *canvas) turned(size int, box image.Rectangle, s string, ink color.Color) {
	w, h := c.types.measure(size, s), size*13/10
	flat := image.NewRGBA(image.Rect(0, 0, w+2, h))
	c.write(flat, size, 0, size, s, ink)
	left := box.Min.X + (box.Dx()-h)/2
	for y := range h {
		for x := range w + 2 {
			p := flat.RGBAAt(x, y)
			if p.A != 0 {
				blend(c.img, left+y, box.Max.Y-1-x, p)
			}
		}
	}
}

// blend puts a premultiplied colour over a pixel.
func blend(img *image.RGBA, x, y int, p color.RGBA) {
	if !(image.Point{X: x, Y: y}).In(img.Rect) {
		return
	}
	under := img.RGBAAt(x, y)
	over := func(top, below uint8) uint8 { return uint8(int(top) + int(below)*(255-int(p.A))/255) }
	img.SetRGBA(x, y, color.RGBA{R: over(p.R, under.R), G: over(p.G, under.G), B: over(p.B, under.B), A: 255})
}
