package document

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"qunguan/bot/chat"
)

// workbook is one sheet: title, headings that stay when one scrolls, a row for each row, the legend below. Rows about
// people have a column of their userids. What is a number is written as one; every other cell is text, so that nothing
// that somebody is called becomes a formula.
func workbook(p chat.Picture, l chat.Language) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w := &writer{f: f, sheet: usualSheet, l: l, first: 2}
	if name := p.Sheet.In(l); name != "" {
		w.keep(f.SetSheetName(usualSheet, name))
		w.sheet = name
	}
	if slices.ContainsFunc(p.Rows, func(r chat.Row) bool { return r.ID != "" }) {
		w.first++
	}
	w.text(1, 1, p.Title.In(l), w.style(chat.Blank, true, false))
	w.text(1, 2, p.Subtitle.In(l), 0)
	row := 4
	if all := bands(p, l); all != nil {
		at := w.first
		for _, b := range all {
			w.text(at, row, b.label, w.style(chat.Blank, true, true))
			w.merge(at, row, at+b.width-1, row)
			at += b.width
		}
		row++
	}
	heading := w.style(chat.Blank, true, true)
	w.text(1, row, corner(p, l), heading)
	if w.first > 2 {
		w.text(2, row, "userid", heading)
	}
	for n, c := range p.Columns {
		w.text(n+w.first, row, c.Label.In(l), heading)
	}
	head := row
	for _, r := range p.Rows {
		row++
		label := r.Label.In(l)
		if note := r.Note.In(l); note != "" {
			label += " · " + note
		}
		w.text(1, row, label, w.style(chat.Blank, true, false))
		if r.ID != "" {
			w.text(2, row, r.ID, w.style(chat.Blank, false, false))
		}
		for n, c := range cells(p, r) {
			w.cell(n+w.first, row, c)
		}
	}
	last := row
	row++
	for _, k := range p.Legend {
		row++
		w.text(1, row, k.Cell.Sign().In(l)+" "+k.Meaning.In(l), w.style(k.Cell.Shade, false, false))
	}
	for _, t := range p.Notes {
		row++
		w.text(1, row, t.In(l), 0)
	}
	w.shape(p, head, last)
	if w.err != nil {
		return nil, fmt.Errorf("write workbook: %w", w.err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

// writer keeps the first fault, so that a table is written without asking at every cell.
type writer struct {
	f     *excelize.File
	sheet string
	l     chat.Language
	first int // the column of the first cell
	err   error
}

// usualSheet is what excelize calls the first sheet.
const usualSheet = "Sheet1"

func (w *writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) name(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	w.keep(err)
	return name
}

func (w *writer) text(column, row int, s string, style int) {
	at := w.name(column, row)
	w.keep(w.f.SetCellStr(w.sheet, at, s))
	if style != 0 {
		w.keep(w.f.SetCellStyle(w.sheet, at, at, style))
	}
}

// cell is a number where there is one, else text.
func (w *writer) cell(column, row int, c chat.Cell) {
	style := w.style(c.Shade, false, true)
	if c.Number == nil {
		w.text(column, row, c.Sign().In(w.l), style)
		return
	}
	at := w.name(column, row)
	w.keep(w.f.SetCellValue(w.sheet, at, *c.Number))
	w.keep(w.f.SetCellStyle(w.sheet, at, at, style))
}

func (w *writer) merge(column, row, toColumn, toRow int) {
	w.keep(w.f.MergeCell(w.sheet, w.name(column, row), w.name(toColumn, toRow)))
}

func (w *writer) style(s chat.Shade, bold, middle bool) int {
	style := &excelize.Style{Font: &excelize.Font{Bold: bold}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: middle}}
	if middle {
		style.Alignment.Horizontal = "center"
	}
	if colour := colours[s]; colour != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	id, err := w.f.NewStyle(style)
	w.keep(err)
	return id
}

// shape makes the sheet readable: widths by what stands there, headings that stay, a filter, landscape on one page's width.
func (w *writer) shape(p chat.Picture, head, last int) {
	width := 16
	for _, r := range p.Rows {
		width = max(width, 2*utf8.RuneCountInString(r.Label.In(w.l))+utf8.RuneCountInString(r.Note.In(w.l))+4)
	}
	end, err := excelize.ColumnNumberToName(len(p.Columns) + w.first - 1)
	w.keep(err)
	w.keep(w.f.SetColWidth(w.sheet, "A", "A", float64(min(width, 48))))
	if len(p.Columns) > 0 {
		w.keep(w.f.SetColWidth(w.sheet, "B", end, 9))
		if w.first > 2 {
			w.keep(w.f.SetColWidth(w.sheet, "B", "B", 16))
		}
		w.keep(w.f.AutoFilter(w.sheet, fmt.Sprintf("A%d:%s%d", head, end, max(last, head+1)), nil))
	}
	w.keep(w.f.SetPanes(w.sheet, &excelize.Panes{
		Freeze: true, XSplit: 1, YSplit: head, TopLeftCell: fmt.Sprintf("B%d", head+1), ActivePane: "bottomRight",
	}))
	landscape, wide, high := "landscape", 1, 0
	fit := true
	w.keep(w.f.SetSheetProps(w.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	w.keep(w.f.SetPageLayout(w.sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}))
}
