package paint

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"

	"qunguan/bot/chat"
)

// point is a place on a square of side 1.
type point struct{ x, y float64 }

// signs are drawn as strokes, not taken from the font: not every font has them.
var signs = map[chat.Shade][][]point{
	chat.Yes:  {{{0.10, 0.54}, {0.38, 0.82}, {0.90, 0.20}}},
	chat.No:   {{{0.16, 0.16}, {0.84, 0.84}}, {{0.84, 0.16}, {0.16, 0.84}}},
	chat.Part: {wave()},
	chat.Warn: {{{0.5, 0.06}, {0.5, 0.60}}, {{0.5, 0.92}, {0.5, 0.93}}},
	chat.Off:  {{{0.16, 0.5}, {0.84, 0.5}}},
}

func wave() []point {
	var out []point
	for i := range 17 {
		x := float64(i) / 16
		out = append(out, point{0.06 + 0.88*x, 0.5 - 0.17*math.Sin(2*math.Pi*x)})
	}
	return out
}

// sign draws the sign of a shade in the middle of a box.
func (c *canvas) sign(box image.Rectangle, s chat.Shade, with color.RGBA) {
	side := min(float64(min(box.Dx(), box.Dy()))*0.62, 32)
	left := float64(box.Dx())/2 - side/2
	top := float64(box.Dy())/2 - side/2
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	thick := max(side*0.085, 1.6) // half of the stroke
	for _, line := range signs[s] {
		for i, p := range line {
			at := point{left + p.x*side, top + p.y*side}
			dot(r, at, thick)
			if i+1 < len(line) {
				stroke(r, at, point{left + line[i+1].x*side, top + line[i+1].y*side}, thick)
			}
		}
	}
	r.Draw(c.img, box, image.NewUniform(with), image.Point{})
}

// stroke and dot run round their shapes the same way, so that where they overlap they add up.
func stroke(r *vector.Rasterizer, from, to point, half float64) {
	dx, dy := to.x-from.x, to.y-from.y
	long := math.Hypot(dx, dy)
	nx, ny := -dy/long*half, dx/long*half
	polygon(r, []point{{from.x + nx, from.y + ny}, {from.x - nx, from.y - ny}, {to.x - nx, to.y - ny}, {to.x + nx, to.y + ny}})
}

func dot(r *vector.Rasterizer, at point, half float64) {
	var round []point
	for i := range 16 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 16)
		round = append(round, point{at.x + half*cos, at.y + half*sin})
	}
	polygon(r, round)
}

func polygon(r *vector.Rasterizer, points []point) {
	for i, p := range points {
		if i == 0 {
			r.MoveTo(float32(p.x), float32(p.y))
			continue
		}
		r.LineTo(float32(p.x), float32(p.y))
	}
	r.ClosePath()
}

// rounded fills a box with round corners.
func (c *canvas) rounded(box image.Rectangle, with color.RGBA) {
	const corner = 7
	w, h := float32(box.Dx()), float32(box.Dy())
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	r.MoveTo(corner, 0)
	r.LineTo(w-corner, 0)
	r.QuadTo(w, 0, w, corner)
	r.LineTo(w, h-corner)
	r.QuadTo(w, h, w-corner, h)
	r.LineTo(corner, h)
	r.QuadTo(0, h, 0, h-corner)
	r.LineTo(0, corner)
	r.QuadTo(0, 0, corner, 0)
	r.ClosePath()
	r.Draw(c.img, box, image.NewUniform(with), image.Point{})
}
