package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"qunguan/bot"
	"qunguan/bot/chat"
	"qunguan/bot/paint"
	"qunguan/bot/platform/wecom"
)

// pictures is what pictures are drawn with. The zero pictures draw nothing: replies are text only.
type pictures struct {
	painter wecom.Painter
	font    string // its name, for people
}

// openPictures opens the configured font, or the best one of this machine. That there is none is no error: the bot does
// without pictures. The font's file stays open as long as the program runs.
func openPictures(configured string) (pictures, error) {
	if configured != "" {
		file, err := os.Open(configured)
		if err != nil {
			return pictures{}, usageError{fmt.Errorf("font: %w; name a font file, or leave it empty to have one looked for", err)}
		}
		p, err := paint.New(file)
		if err != nil {
			_ = file.Close()
			return pictures{}, usageError{fmt.Errorf("font: %s: %w; name a .ttc, .otf or .ttf file with Chinese, such as that of the "+
				"package fonts-noto-cjk, or leave it empty to have one looked for", configured, err)}
		}
		return pictures{p, fontName(p, configured)}, nil
	}
	for _, found := range findFonts(os.DirFS("/"), fontPlaces()) {
		file, err := os.Open("/" + found)
		if err != nil {
			continue
		}
		if p, err := paint.New(file); err == nil {
			return pictures{p, fontName(p, found)}, nil
		}
		_ = file.Close()
	}
	return pictures{}, nil
}

// configuredPictures is openPictures that tells of a fault where the font was named.
func configuredPictures(font, file string) (pictures, error) {
	p, err := openPictures(font)
	return p, located(err, file, "font")
}

func fontName(p *paint.Painter, file string) string {
	if p.Font() == "" {
		return filepath.Base(file)
	}
	return p.Font()
}

// fontPlaces is where fonts are kept, below the root.
func fontPlaces() []string {
	places := []string{"usr/share/fonts", "usr/local/share/fonts", "opt/fonts", "System/Library/Fonts", "Library/Fonts"}
	if home, err := os.UserHomeDir(); err == nil {
		for _, own := range []string{".local/share/fonts", ".fonts", "Library/Fonts"} {
			places = append(places, strings.TrimPrefix(path.Join(filepath.ToSlash(home), own), "/"))
		}
	}
	return places
}

// chineseFonts are beginnings of the names of fonts that write Chinese, without their separators, the best first. A
// font that is not among them is tried after them.
var chineseFonts = []string{
	"notosanscjksc", "notosanscjk", "notosanssc", "sourcehansanssc", "sourcehansanscn", "sourcehansans", "harmonyossanssc",
	"misans", "alibabapuhuiti", "pingfang", "msyh", "hiraginosansgb", "stheiti", "wqymicrohei", "wqyzenhei", "simhei",
	"droidsansfallback", "notoserifcjk", "notoserifsc", "sourcehanserif", "uming", "ukai",
}

// mostFonts bounds the search on a machine with a type foundry on it.
const mostFonts = 5000

// findFonts lists the font files of some places, those that most likely serve first.
func findFonts(disk fs.FS, places []string) []string {
	type candidate struct {
		file string
		rank int
	}
	var found []candidate
	for _, place := range places {
		// A place that is not there, or may not be looked into, has no fonts.
		_ = fs.WalkDir(disk, place, func(file string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil // the rest is looked at all the same
			}
			if len(found) == mostFonts {
				return fs.SkipAll
			}
			if !e.IsDir() && isFont(file) {
				found = append(found, candidate{file, fontRank(path.Base(file))})
			}
			return nil
		})
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(a.rank-b.rank, strings.Compare(a.file, b.file))
	})
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.file
	}
	return slices.Compact(out)
}

func isFont(file string) bool {
	return slices.Contains([]string{".ttc", ".otf", ".ttf", ".otc"}, strings.ToLower(path.Ext(file)))
}

// fontRank orders fonts by their file: known families first, and of a family the ordinary weight.
func fontRank(name string) int {
	plain := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	rank := 2 * len(chineseFonts)
	for i, begins := range chineseFonts {
		if strings.HasPrefix(plain, begins) {
			rank = 2 * i
			break
		}
	}
	for _, unusual := range []string{"bold", "black", "heavy", "thin", "light", "medium", "mono", "italic", "vf"} {
		if strings.Contains(plain, unusual) {
			return rank + 1
		}
	}
	return rank
}

// part tells /status whether pictures are drawn, and how to have them.
func (p pictures) part() bot.Part {
	part := bot.Part{Name: chat.Text{ZH: "图片", EN: "pictures"}, Works: p.painter != nil}
	if part.Works {
		part.Note = chat.Text{ZH: "字体 %s", EN: "font %s"}.F(chat.Escape(p.font))
		return part
	}
	part.Note = noFont
	return part
}

var noFont = chat.Text{
	ZH: "没有找到中文字体，只回文字。安装字体（如 fonts-noto-cjk 或 fonts-wqy-microhei），或在配置 font 里写字体文件，然后重启",
	EN: "no font with Chinese was found, so replies are text only. Install one (fonts-noto-cjk, fonts-wqy-microhei), or name a file under `font` in the configuration, and restart",
}
