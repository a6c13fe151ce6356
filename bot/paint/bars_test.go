package paint_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/paint"
)

// trend is eight weeks of three indicators, as /kpi shows them.
func trend() chat.Picture {
	week := func(label, written string, known bool, value float64, shade chat.Shade) chat.Point {
		p := chat.Point{Label: chat.Same(label), Written: chat.Same(written), Known: known, Value: value, Shade: shade}
		if known {
			p.Made = chat.Text{ZH: "1234条", EN: "n 1234"}
		}
		return p
	}
	return chat.Picture{
		Title: chat.Text{ZH: "华东VIP客户群 绩效", EN: "Indicators"}, Subtitle: chat.Text{ZH: "近 8 周，截至 2026-11-26 10:00", EN: "8 weeks"},
		Panels: []chat.Panel{
			{Title: chat.Text{ZH: "平均处理时长（分钟）", EN: "Mean handling (minutes)"}, Target: &chat.Aim{Value: 120, Label: chat.Text{ZH: "目标 ≤ 2 小时", EN: "target ≤ 2 h"}}, Points: []chat.Point{
				week("10-05", "无来源", false, 0, chat.Off), week("10-12", "无来源", false, 0, chat.Off), week("10-19", "186", true, 186, chat.No), week("10-26", "131", true, 131, chat.No),
				week("11-02", "120", true, 120, chat.Yes), week("11-09", "96", true, 96, chat.Yes), week("11-16", "88", true, 88, chat.Yes), week("11-23", "74", true, 74, chat.Yes),
			}},
			{Title: chat.Text{ZH: "投诉解决率（%）", EN: "Complaints solved (%)"}, Target: &chat.Aim{Value: 95, Label: chat.Text{ZH: "目标 ≥ 95%", EN: "target ≥ 95%"}}, Points: []chat.Point{
				week("10-05", "样本不足", false, 0, chat.Off), week("10-12", "100", true, 100, chat.Yes), week("10-19", "90", true, 90, chat.No), week("10-26", "95", true, 95, chat.Yes),
				week("11-02", "97.5", true, 97.5, chat.Yes), week("11-09", "样本不足", false, 0, chat.Off), week("11-16", "100", true, 100, chat.Yes), week("11-23", "100", true, 100, chat.Yes),
			}},
			{Title: chat.Text{ZH: "违规拦截（次）", EN: "Interceptions"}, Target: &chat.Aim{Value: 20, Label: chat.Text{ZH: "目标 ≥ 20 次/周", EN: "target ≥ 20 a week"}}, Points: []chat.Point{
				week("10-05", "无来源", false, 0, chat.Off), week("10-12", "无来源", false, 0, chat.Off), week("10-19", "0", true, 0, chat.No), week("10-26", "12", true, 12, chat.No),
				week("11-02", "19", true, 19, chat.No), week("11-09", "20", true, 20, chat.Yes), week("11-16", "26", true, 26, chat.Yes), week("11-23", "9", true, 9, chat.Part),
			}},
		},
		Notes: []chat.Text{{ZH: "绿：达标，红：未达标，蓝：未到期末，灰字：样本不足或没有消息来源", EN: "green passed, red failed"}},
	}
}

// TestBarsStandWhereTheirNumbersSay and one of nothing is seen all the same.
func TestBarsStandWhereTheirNumbersSay(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		one := func(value float64) int {
			img := drawn(t, p, chat.Picture{Title: chat.Same("x"), Panels: []chat.Panel{{Title: chat.Same("y"), Points: []chat.Point{
				{Label: chat.Same("a"), Written: chat.Same("1"), Known: true, Value: value, Shade: chat.Yes},
				{Label: chat.Same("b"), Written: chat.Same("2"), Known: true, Value: 100, Shade: chat.No},
				{Label: chat.Same("c"), Written: chat.Same("-")},
			}}}}, chat.ZH)
			assert.Equal(t, 1080, img.Rect.Dx())
			box, n := where(img, color.RGBA{0x1f, 0x8a, 0x5b, 255})
			require.Positive(t, n)
			return box.Dy()
		}
		full, half, none := one(100), one(50), one(0)
		assert.InDelta(t, full/2, half, 1)
		assert.Positive(t, none)
		assert.Less(t, none, half/10)
		img := drawn(t, p, trend(), chat.ZH)
		assert.Less(t, img.Rect.Dy(), 1600, "one screen of a telephone")
	})
}

// TestTheTargetIsSeenWhateverTheNumbers: no number stands on the line, and what a bar is made of has room of its own.
func TestTheTargetIsSeenWhateverTheNumbers(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		pic := func(made string, values ...float64) chat.Picture {
			out := chat.Panel{Title: chat.Same("y"), Target: &chat.Aim{Value: 100, Label: chat.Same("≥ 100")}}
			for _, v := range values {
				out.Points = append(out.Points, chat.Point{
					Label: chat.Same("a"), Written: chat.Same("000"), Known: true, Value: v, Shade: chat.Yes, Made: chat.Same(made),
				})
			}
			return chat.Picture{Title: chat.Same("x"), Panels: []chat.Panel{out}}
		}
		line := func(pic chat.Picture) int { // how much of the line is drawn, in the row that has most of it
			img, most := drawn(t, p, pic, chat.ZH), 0
			for y := range img.Rect.Dy() {
				n := 0
				for x := range img.Rect.Dx() {
					if img.RGBAAt(x, y) == (color.RGBA{0x1b, 0x24, 0x30, 255}) {
						n++
					}
				}
				most = max(most, n)
			}
			return most
		}
		free := line(pic("", 10, 10, 10, 10, 10, 10, 10, 200))
		assert.InDelta(t, free, line(pic("", 99, 98, 96, 92, 90, 88, 85, 200)), 4)
		assert.InDelta(t, free, line(pic("", 100, 100, 100, 100, 100, 100, 100, 200)), 4)
		assert.Greater(t, drawn(t, p, pic("12件", 1), chat.ZH).Rect.Dy(), drawn(t, p, pic("", 1), chat.ZH).Rect.Dy()+20)
	})
}

// TestABarThatGoesBeyondIsCut: the others keep their heights, the cut one reaches the top and has a gap, and its number
// stands on it.
func TestABarThatGoesBeyondIsCut(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		heights := func(top, second float64) (low, high image.Rectangle, pixels int) {
			img := drawn(t, p, chat.Picture{Title: chat.Same("x"), Panels: []chat.Panel{{Title: chat.Same("y"), Top: top, Points: []chat.Point{
				{Label: chat.Same("a"), Written: chat.Same("120"), Known: true, Value: 120, Shade: chat.Yes},
				{Label: chat.Same("b"), Written: chat.Same("5848"), Known: true, Value: second, Shade: chat.No},
			}}}}, chat.ZH)
			low, _ = where(img, color.RGBA{0x1f, 0x8a, 0x5b, 255})
			high, pixels = where(img, grounds[chat.No])
			return low, high, pixels
		}
		flat, _, _ := heights(0, 5848)
		low, cut, broken := heights(240, 5848)
		_, whole, solid := heights(240, 240)
		assert.Less(t, flat.Dy(), 10, "an outlier presses the others to the floor")
		assert.InDelta(t, whole.Dy()/2, low.Dy(), 1)
		assert.Equal(t, whole, cut, "it ends where the picture does")
		assert.Less(t, broken, solid, "with a gap")
	})
}

func TestTooManyBarsAreNotDrawn(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		pic := trend()
		pic.Panels[0].Points = make([]chat.Point, 17)
		_, err := p.Paint(pic, chat.ZH)
		require.ErrorIs(t, err, paint.ErrTooLarge)
		_, err = p.Paint(chat.Picture{Panels: []chat.Panel{{}}}, chat.ZH)
		require.ErrorIs(t, err, paint.ErrEmpty)
	})
}
