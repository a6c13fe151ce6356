// Package document writes tables as files that people keep: a workbook, a page to print. It promises the same cells as
// the picture and the text have, each with its sign, so that nothing depends on a colour; it decides nothing and reads
// nothing.
package document

import (
	"fmt"
	"slices"

	"qunguan/bot/chat"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	HTML Format = "html"
)

// Write makes a file of a table, in one language.
func Write(f Format, p chat.Picture, l chat.Language) ([]byte, error) {
	switch f {
	case XLSX:
		return workbook(p, l)
	case HTML:
		return page(p, l)
	}
	return nil, fmt.Errorf("write document: %q is neither xlsx nor html", f)
}

// band is a common heading of neighbouring columns.
type band struct {
	label string
	width int
}

func bands(p chat.Picture, l chat.Language) []band {
	var out []band
	for _, c := range p.Columns {
		label := c.Band.In(l)
		if n := len(out); n > 0 && out[n-1].label == label {
			out[n-1].width++
			continue
		}
		out = append(out, band{label, 1})
	}
	if len(out) == 1 && out[0].label == "" {
		return nil
	}
	return out
}

// corner is the heading of the rows.
func corner(p chat.Picture, l chat.Language) string {
	if p.Corner.IsZero() {
		return chat.Text{ZH: "名称", EN: "Name"}.In(l)
	}
	return p.Corner.In(l)
}

// cells are a row's, one a column.
func cells(p chat.Picture, r chat.Row) []chat.Cell {
	return append(slices.Clone(r.Cells), make([]chat.Cell, max(0, len(p.Columns)-len(r.Cells)))...)
}

// colours are the shades of a cell, light enough for black text on them.
var colours = map[chat.Shade]string{
	chat.Yes: "C9EBD3", chat.Part: "CFE3F8", chat.No: "F6CFCB", chat.Warn: "FBE7B6", chat.Off: "E3E5E8",
}
