package paint

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// ErrNoChinese is returned for a font that has no Chinese characters.
var ErrNoChinese = errors.New("the font has no Chinese characters")

// probe is what a font must be able to write.
const probe = "权限表群管理员值班"

// choose returns the font of a file that writes Chinese as it is written on the mainland. A collection holds the same
// characters in several national shapes; the order of its fonts says nothing.
func choose(src io.ReaderAt) (*sfnt.Font, string, error) {
	fonts, err := sfnt.ParseCollectionReaderAt(src)
	if err != nil {
		return nil, "", fmt.Errorf("read font: %w", err)
	}
	var (
		best   *sfnt.Font
		family string
		most   = -1
		unread error
		buf    sfnt.Buffer
	)
	for i := range fonts.NumFonts() {
		f, err := fonts.Font(i)
		if err != nil {
			f, err = aligned(src, i)
		}
		if err != nil {
			unread = err
			continue
		}
		if !writes(f, &buf, probe) {
			continue
		}
		name, err := f.Name(&buf, sfnt.NameIDFull)
		if err != nil {
			name = "" // a font without a name still writes
		}
		if fit := mainland(name); fit > most {
			best, family, most = f, name, fit
		}
	}
	switch {
	case best == nil && unread != nil:
		return nil, "", fmt.Errorf("read font: %w", unread)
	case best == nil:
		return nil, "", ErrNoChinese
	}
	return best, family, nil
}

func writes(f *sfnt.Font, buf *sfnt.Buffer, text string) bool {
	for _, r := range text {
		if i, err := f.GlyphIndex(buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// mainland says how well a font of a collection fits, by its name: simplified characters first, then those that do not
// say, then those of other countries; of two, the one that is not monospaced.
func mainland(name string) int {
	fit := 2
	words := strings.Fields(name)
	for _, w := range words {
		switch w {
		case "SC", "CN", "GB":
			fit += 2
		case "JP", "KR", "TC", "HK", "TW", "Mono":
			fit--
		}
	}
	return fit
}

// typesetter measures and draws text for one picture: the faces of a font must not be shared.
type typesetter struct {
	font  *sfnt.Font
	buf   sfnt.Buffer
	faces map[int]font.Face // by size in pixels
	has   map[rune]bool
	// broken says that a character could not be read from the font after all.
	broken bool
}

func (p *Painter) typesetter() (*typesetter, error) {
	t := &typesetter{font: p.font, faces: map[int]font.Face{}, has: map[rune]bool{}}
	for _, size := range []int{sizeTitle, sizeText, sizeSmall} {
		// At 72 dots an inch a point is a pixel.
		f, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, fmt.Errorf("make face: %w", err)
		}
		t.faces[size] = f
	}
	return t, nil
}

// writable says whether the font has a character.
func (t *typesetter) writable(r rune) bool {
	has, known := t.has[r]
	if !known {
		i, err := t.font.GlyphIndex(&t.buf, r)
		has = err == nil && i != 0
		t.has[r] = has
	}
	return has
}
