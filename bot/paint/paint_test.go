package paint_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/chat"
	"qunguan/bot/paint"
)

// fonts are the two kinds of outlines that Chinese fonts have: CFF, and TrueType. A kind is skipped where its font is
// not installed; with QUNGUAN_TEST_REAL=1 one of them must be.
var fonts = map[string]string{
	"cff":      "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"truetype": "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
}

func painter(t testing.TB, file string) *paint.Painter {
	src, err := os.Open(file)
	if os.IsNotExist(err) {
		t.Skip("no such font on this machine: " + file)
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = src.Close() })
	p, err := paint.New(src)
	require.NoError(t, err)
	return p
}

func eachFont(t *testing.T, f func(t *testing.T, p *paint.Painter)) {
	tested := 0
	for kind, file := range fonts {
		t.Run(kind, func(t *testing.T) {
			p := painter(t, file)
			tested++
			f(t, p)
		})
	}
	if tested == 0 && os.Getenv("QUNGUAN_TEST_REAL") == "1" {
		t.Error("QUNGUAN_TEST_REAL=1, but no font with Chinese characters is installed")
	}
}

func drawn(t *testing.T, p *paint.Painter, pic chat.Picture, l chat.Language) *image.RGBA {
	raw, err := p.Paint(pic, l)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	require.IsType(t, &image.RGBA{}, img)
	return img.(*image.RGBA)
}

// table is a picture of some columns and rows whose cells are all of one shade.
func table(columns, rows int, shade chat.Shade) chat.Picture {
	p := chat.Picture{Title: chat.Text{ZH: "权限表", EN: "Rights"}}
	for i := range columns {
		p.Columns = append(p.Columns, chat.Column{Label: chat.Text{ZH: fmt.Sprint(i % 24), EN: fmt.Sprint(i % 24)}})
	}
	for range rows {
		r := chat.Row{Label: chat.Text{ZH: "李敏", EN: "Li Min"}}
		for range columns {
			r.Cells = append(r.Cells, chat.Cell{Shade: shade})
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

// where is the smallest box with all pixels of a colour, and how many there are.
func where(img *image.RGBA, c color.RGBA) (box image.Rectangle, n int) {
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i] == c.R && img.Pix[i+1] == c.G && img.Pix[i+2] == c.B {
			x, y := i%img.Stride/4, i/img.Stride
			box, n = box.Union(image.Rect(x, y, x+1, y+1)), n+1
		}
	}
	return box, n
}

// counts are how many points there are of every colour. A run of one colour is looked up once: under the race detector
// each look costs, and a picture has a million.
func counts(img *image.RGBA) map[color.RGBA]int {
	out := map[color.RGBA]int{}
	for i := 0; i < len(img.Pix); {
		from := i
		for i += 4; i < len(img.Pix) && bytes.Equal(img.Pix[i:i+4], img.Pix[from:from+4]); i += 4 {
		}
		out[color.RGBA{img.Pix[from], img.Pix[from+1], img.Pix[from+2], img.Pix[from+3]}] += (i - from) / 4
	}
	return out
}

var grounds = map[chat.Shade]color.RGBA{
	chat.Blank: {0xed, 0xf0, 0xf4, 255}, chat.Yes: {0x1f, 0x8a, 0x5b, 255}, chat.Part: {0xbf, 0xdc, 0xfb, 255},
	chat.No: {0xc2, 0x33, 0x2d, 255}, chat.Warn: {0xff, 0xd9, 0x7a, 255}, chat.Off: {0xd3, 0xd9, 0xe0, 255},
}

// TestCellsHaveTheirColours: as many cells of a shade as there are, each with its sign on it.
func TestCellsHaveTheirColours(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		for shade, ground := range grounds {
			one, three := counts(drawn(t, p, table(6, 1, shade), chat.ZH)), counts(drawn(t, p, table(6, 3, shade), chat.ZH))
			n := one[ground]
			assert.Greater(t, n, 6*1000, "%q", shade)
			assert.Equal(t, 3*n, three[ground], "%q", shade)
			for other, c := range grounds {
				if other != shade {
					assert.Zero(t, one[c], "%q among %q", other, shade)
				}
			}
			if shade != chat.Blank {
				blank := table(6, 1, shade)
				for i := range blank.Rows[0].Cells {
					blank.Rows[0].Cells[i].Text = chat.Same(" ")
				}
				assert.NotEqual(t, n, counts(drawn(t, p, blank, chat.ZH))[ground], "%q has a sign of its own", shade)
			}
		}
	})
}

func TestThePlaceOfACell(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		pic := table(12, 8, chat.Blank)
		pic.Rows[5].Cells[9].Shade = chat.No
		img := drawn(t, p, pic, chat.ZH)
		box, _ := where(img, grounds[chat.No])
		assert.InDelta(t, 0.79, float64(box.Min.X)/float64(img.Bounds().Dx()), 0.05, "the tenth of twelve")
		assert.InDelta(t, 0.72, float64(box.Min.Y)/float64(img.Bounds().Dy()), 0.07, "the sixth of eight")
		assert.Greater(t, box.Dx(), 30)
	})
}

// TestTheSizeFitsATelephone: as wide as the telephone, as long as it needs, and the same whatever is written.
func TestTheSizeFitsATelephone(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		for _, c := range []struct{ columns, rows int }{{1, 1}, {18, 12}, {24, 3}, {168, 2}} {
			img := drawn(t, p, table(c.columns, c.rows, chat.Yes), chat.ZH)
			assert.Equal(t, 1080, img.Bounds().Dx(), "%v", c)
			assert.Less(t, img.Bounds().Dy(), 4096, "%v", c)
		}
		long := table(12, 3, chat.Yes)
		long.Rows[1].Label, long.Rows[1].Cells = chat.Same(strings.Repeat("很长的名字", 40)), nil
		assert.Equal(t, 1080, drawn(t, p, long, chat.ZH).Bounds().Dx())
	})
}

// TestTheSameBytes: a picture is the same each time, also while others are drawn beside it.
func TestTheSameBytes(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		pic := table(12, 3, chat.Part)
		pic.Columns[3].Label = chat.Text{ZH: "发言审核", EN: "Review messages"}
		want, err := p.Paint(pic, chat.EN)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				got, err := p.Paint(pic, chat.EN)
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(want, got))
			})
		}
		wg.Wait()
		zh, err := p.Paint(pic, chat.ZH)
		require.NoError(t, err)
		assert.False(t, bytes.Equal(want, zh), "the language is heard")
	})
}

// TestWhatTheFontLacksIsNoBox: an emoji is left out, a look-alike stands in, and a name of nothing else is a question mark.
func TestWhatTheFontLacksIsNoBox(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		same := func(a, b string) {
			x, y := table(3, 1, chat.Yes), table(3, 1, chat.Yes)
			x.Rows[0].Label, y.Rows[0].Label = chat.Same(a), chat.Same(b)
			one, err := p.Paint(x, chat.ZH)
			require.NoError(t, err)
			other, err := p.Paint(y, chat.ZH)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(one, other), "%q is drawn as %q", a, b)
		}
		same("😀王磊🎉", "王磊")
		same("王\u200d\u202e磊\ufe0f", "王磊")
		same("🎉", "?")
		same("王\t 磊\n", "王 磊")
		same("\U0001F9FF\U00013000x", "?x")
	})
}

func TestTextIsWritten(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		dark := color.RGBA{0x1b, 0x24, 0x30, 255}
		bare := counts(drawn(t, p, table(3, 2, chat.Yes), chat.ZH))[dark]
		more := table(3, 2, chat.Yes)
		more.Title = chat.Same("华东VIP客户群的权限表")
		assert.Greater(t, counts(drawn(t, p, more, chat.ZH))[dark], bare+500)
		only, both := table(3, 2, chat.Yes), table(3, 2, chat.Yes)
		only.Title, both.Title = chat.Text{ZH: "权限表"}, chat.Same("权限表")
		assert.Equal(t, drawn(t, p, both, chat.EN), drawn(t, p, only, chat.EN), "rather the other language than nothing")
	})
}

func TestWhatIsTooLargeIsNotDrawn(t *testing.T) {
	eachFont(t, func(t *testing.T, p *paint.Painter) {
		for _, c := range []struct {
			columns, rows int
			want          error
		}{
			{0, 1, paint.ErrEmpty}, {1, 0, paint.ErrEmpty},
			{paint.MaxColumns + 1, 1, paint.ErrTooLarge}, {1, paint.MaxRows + 1, paint.ErrTooLarge},
			{paint.MaxColumns, paint.MaxRows, paint.ErrTooLarge},
		} {
			_, err := p.Paint(table(c.columns, c.rows, chat.Yes), chat.ZH)
			assert.ErrorIs(t, err, c.want, "%d×%d", c.columns, c.rows)
		}
		much := table(2, 1, chat.Yes)
		much.Title = chat.Same(strings.Repeat("长", 4000))
		much.Rows[0].Cells = append(much.Rows[0].Cells, chat.Cell{Shade: chat.No}, chat.Cell{Shade: "unknown"})
		assert.Less(t, drawn(t, p, much, chat.ZH).Bounds().Dy(), 600, "texts are cut, and cells beyond the columns are left out")
	})
}

func TestFontsThatDoNotServe(t *testing.T) {
	for _, junk := range []string{"", "no font", "ttcf\x00\x01\x00\x00\xff\xff\xff\xff", "\x00\x01\x00\x00\xff\xff" + strings.Repeat("\xff", 64)} {
		_, err := paint.New(strings.NewReader(junk))
		assert.Error(t, err, "%q", junk)
	}
	src, err := os.Open("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil {
		t.Skip("no font without Chinese on this machine")
	}
	defer src.Close()
	_, err = paint.New(src)
	assert.ErrorIs(t, err, paint.ErrNoChinese)
}

// TestTheMainlandsShapes: of a collection, the font with the characters as they are written on the mainland.
func TestTheMainlandsShapes(t *testing.T) {
	assert.Equal(t, "Noto Sans CJK SC", painter(t, fonts["cff"]).Font())
}

func BenchmarkPaint(b *testing.B) {
	p := painter(b, fonts["cff"])
	pic := table(18, 10, chat.Yes)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Paint(pic, chat.ZH); err != nil {
			b.Fatal(err)
		}
	}
}
