package chat

import "slices"

// Picture is something to look at: a table, such as people by permissions or days by hours, or panels of bars. It is data; whoever delivers it draws it. Its
// texts are plain, not Markdown. Whatever it shows must stand in a text too: not everybody gets to see it.
type Picture struct {
	Title    Text     `json:"title"`
	Subtitle Text     `json:"subtitle,omitzero"`
	Panels   []Panel  `json:"panels,omitempty"`
	Columns  []Column `json:"columns"`
	Rows     []Row    `json:"rows"`
	Legend   []Key    `json:"legend,omitempty"`
	Notes    []Text   `json:"notes,omitempty"` // below the table, one a line
	// Sheet is what a document calls the table, in a word, and Corner the heading of its rows; a picture shows neither.
	Sheet  Text `json:"sheet,omitzero"`
	Corner Text `json:"corner,omitzero"`
}

// Column is the head of a column. Neighbours of the same Band stand under one common heading; a table that is too
// wide is folded where a band begins, so a week of hours reads day by day.
type Column struct {
	Label Text `json:"label"`
	Band  Text `json:"band,omitzero"`
}

// Row is one line: who or when, and a cell for each column; cells that are missing at the end are None.
type Row struct {
	Label Text   `json:"label"`
	Note  Text   `json:"note,omitzero"` // a second, smaller line below the label
	Cells []Cell `json:"cells,omitempty"`
	// ID is the userid of whoever the row is about; a document has a column of it.
	ID string `json:"id,omitempty"`
}

// Cell is one field. The zero Cell is empty.
type Cell struct {
	Shade Shade `json:"shade,omitempty"`
	// Text stands in place of the sign of the shade: a character, or a number of two digits.
	Text Text `json:"text,omitzero"`
	// Number is what Text writes, where that is a number: a document can add it up and sort by it.
	Number *float64 `json:"number,omitempty"`
}

// Key explains in the legend what a cell means.
type Key struct {
	Cell    Cell `json:"cell"`
	Meaning Text `json:"meaning"`
}

// Shade is what a cell says at a glance: a colour, and a sign for whoever does not tell colours apart.
type Shade string

// The shades.
const (
	Blank Shade = ""     // nothing to say
	Yes   Shade = "yes"  // green, √
	Part  Shade = "part" // blue, ~
	No    Shade = "no"   // red, ×
	Warn  Shade = "warn" // amber, !
	Off   Shade = "off"  // grey, –
)

// Sign is how a shade is written where there are no colours; empty for Blank.
func (s Shade) Sign() string {
	switch s {
	case Yes:
		return "√"
	case Part:
		return "~"
	case No:
		return "×"
	case Warn:
		return "!"
	case Off:
		return "–"
	}
	return ""
}

// Sign is how a cell is written where there are no colours: its text, else the sign of its shade.
func (c Cell) Sign() Text {
	if !c.Text.IsZero() {
		return c.Text
	}
	return Same(c.Shade.Sign())
}

// Number returns the picture with ThisEntry replaced by n in its title and its notes.
func (p Picture) Number(n int64) Picture {
	p.Title, p.Subtitle, p.Notes = numbered(p.Title, n), numbered(p.Subtitle, n), slices.Clone(p.Notes)
	for i, t := range p.Notes {
		p.Notes[i] = numbered(t, n)
	}
	return p
}
