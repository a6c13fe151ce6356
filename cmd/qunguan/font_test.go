package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"qunguan/bot/paint"
)

// TestFindFonts: what most likely writes Chinese is tried first, wherever it lies, and of a family the ordinary weight.
func TestFindFonts(t *testing.T) {
	disk := fstest.MapFS{}
	for _, file := range []string{
		"usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
		"usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
		"usr/share/fonts/a/NotoSansMono-Regular.ttf", "usr/share/fonts/b/Company.OTF", "usr/share/fonts/b/readme.txt",
		"usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "home/bot/.fonts/NotoSansSC-VF.ttf",
		"home/bot/.fonts/Noto_Sans_SC-Regular.otf", "elsewhere/NotoSansSC-Regular.otf",
	} {
		disk[file] = &fstest.MapFile{}
	}
	assert.Equal(t, []string{
		"usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
		"home/bot/.fonts/Noto_Sans_SC-Regular.otf", "home/bot/.fonts/NotoSansSC-VF.ttf",
		"usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
		"usr/share/fonts/b/Company.OTF", "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
		"usr/share/fonts/a/NotoSansMono-Regular.ttf",
	}, findFonts(disk, []string{"usr/share/fonts", "nowhere", "home/bot/.fonts", "usr/share/fonts"}))
	assert.Empty(t, findFonts(fstest.MapFS{}, fontPlaces()))
}

// TestAConfiguredFontMustServe: a font that was named and cannot be used is a mistake, not a bot without pictures.
func TestAConfiguredFontMustServe(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.ttf")
	require.NoError(t, os.WriteFile(junk, []byte("no font"), 0o600))
	for _, file := range []string{junk, junk + ".missing", filepath.Dir(junk)} {
		_, err := openPictures(file)
		var usage usageError
		require.ErrorAs(t, err, &usage, file)
		assert.ErrorContains(t, err, "font: ")
		assert.ErrorContains(t, err, file)
	}
	const latin = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
	_, err := openPictures(latin)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no font without Chinese on this machine")
	}
	assert.ErrorIs(t, err, paint.ErrNoChinese)
	assert.ErrorContains(t, err, "fonts-noto-cjk")
}

// chineseFont opens the font that pictures are drawn with. Where everything real is insisted on, its absence is a failure.
func chineseFont(t *testing.T) pictures {
	t.Helper()
	found, err := openPictures("")
	require.NoError(t, err)
	if found.painter != nil {
		return found
	}
	if os.Getenv("QUNGUAN_TEST_REAL") == "1" {
		t.Fatal("QUNGUAN_TEST_REAL=1, but no font with Chinese characters is installed")
	}
	t.Skip("no font with Chinese on this machine: pictures are not drawn")
	return found
}

// TestStatusTellsOfPictures: without a font it says so, and what to do about it.
func TestStatusTellsOfPictures(t *testing.T) {
	off := pictures{}.part()
	assert.False(t, off.Works)
	assert.Contains(t, off.Note.ZH, "fonts-noto-cjk")
	assert.Contains(t, off.Note.EN, "fonts-noto-cjk")
	found := chineseFont(t)
	assert.True(t, found.part().Works)
	assert.Contains(t, found.part().Note.EN, found.font)
}
