package document

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"qunguan/bot/chat"
)

// Heading is a column of a Sheet.
type Heading struct {
	Name  string
	Width float64 // in characters
	Wraps bool    // long texts go on in the next line
}

// Sheet writes a workbook of many rows, one after the other; its memory does not grow with them. Headings stay when one
// scrolls, and every column can be filtered. Cells are numbers, moments and texts; a text never becomes a formula.
type Sheet struct {
	f        *excelize.File
	w        *excelize.StreamWriter
	title    string
	headings []Heading
	styles   struct{ head, moment, text, wraps int }
	zone     *time.Location
	sheets   int
	row      int // of the sheet, the last that was written
}

// perSheet is how many rows one sheet of the workbook holds; programs open at most 1,048,576.
const perSheet = 1_000_000

// longestCell is how many characters a cell may have.
const longestCell = excelize.TotalCellChars

// NewSheet begins a workbook. Moments are shown in the zone.
func NewSheet(title string, zone *time.Location, headings ...Heading) (*Sheet, error) {
	s := &Sheet{f: excelize.NewFile(), title: title, headings: headings, zone: zone}
	s.f.SetZipWriter(quickZip)
	format := "yyyy-mm-dd hh:mm:ss"
	top := &excelize.Alignment{Vertical: "top"}
	for _, made := range []struct {
		at    *int
		style excelize.Style
	}{
		{&s.styles.head, excelize.Style{
			Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colours[chat.Off]}},
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
		}},
		{&s.styles.moment, excelize.Style{CustomNumFmt: &format, Alignment: top}},
		{&s.styles.text, excelize.Style{Alignment: top}},
		{&s.styles.wraps, excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
	} {
		style := made.style
		var err error
		if *made.at, err = s.f.NewStyle(&style); err != nil {
			return nil, fmt.Errorf("begin sheet: %w", err)
		}
	}
	return s, s.begin()
}

// quickZip packs a workbook for speed: of a long table the smallest size takes longer than writing it.
func quickZip(w io.Writer) excelize.ZipWriter {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	return z
}

// begin begins the next sheet of the workbook.
func (s *Sheet) begin() error {
	s.sheets++
	name := s.title
	if s.sheets > 1 {
		name = fmt.Sprintf("%s %d", s.title, s.sheets)
		if _, err := s.f.NewSheet(name); err != nil {
			return fmt.Errorf("begin sheet: %w", err)
		}
	} else if err := s.f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	var err error
	if s.w, err = s.f.NewStreamWriter(name); err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	for i, h := range s.headings {
		if err := s.w.SetColWidth(i+1, i+1, h.Width); err != nil {
			return fmt.Errorf("begin sheet: %w", err)
		}
	}
	if err := s.w.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	names := make([]any, len(s.headings))
	for i, h := range s.headings {
		names[i] = excelize.Cell{StyleID: s.styles.head, Value: h.Name}
	}
	s.row = 1
	if err := s.w.SetRow("A1", names, excelize.RowOpts{Height: 32}); err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	return nil
}

// Row writes a row: texts, numbers and moments, one for each heading. A text that is too long for a cell is cut, and
// says so.
func (s *Sheet) Row(cells ...any) error {
	if s.row > perSheet {
		if err := s.end(); err != nil {
			return err
		}
		if err := s.begin(); err != nil {
			return err
		}
	}
	s.row++
	out := make([]any, len(cells))
	for i, v := range cells {
		switch v := v.(type) {
		case time.Time:
			out[i] = excelize.Cell{StyleID: s.styles.moment, Value: v.In(s.zone)}
		case string:
			style := s.styles.text
			if i < len(s.headings) && s.headings[i].Wraps {
				style = s.styles.wraps
			}
			out[i] = excelize.Cell{StyleID: style, Value: fitting(v)}
		default:
			out[i] = excelize.Cell{StyleID: s.styles.text, Value: v}
		}
	}
	at, err := excelize.CoordinatesToCellName(1, s.row)
	if err == nil {
		err = s.w.SetRow(at, out)
	}
	if err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

// end finishes the sheet that is being written.
func (s *Sheet) end() error {
	last, err := excelize.CoordinatesToCellName(len(s.headings), s.row)
	if err == nil {
		err = s.f.AutoFilter(s.f.GetSheetList()[s.sheets-1], "A1:"+last, nil) // before it is flushed: later it would be read back
	}
	if err == nil {
		err = s.w.Flush()
	}
	if err != nil {
		return fmt.Errorf("end sheet: %w", err)
	}
	return nil
}

// WriteTo ends the workbook and writes it.
func (s *Sheet) WriteTo(w io.Writer) (int64, error) {
	if err := s.end(); err != nil {
		return 0, err
	}
	n, err := s.f.WriteTo(w)
	if err != nil {
		return n, fmt.Errorf("write workbook: %w", err)
	}
	return n, nil
}

// Close gives back what the workbook needs, written or not.
func (s *Sheet) Close() error { return s.f.Close() }

// fitting is a text that a cell holds. What XML cannot say is left out.
func fitting(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= longestCell {
		return text
	}
	return string([]rune(text)[:longestCell-1]) + "…"
}
