package chat

// Panel is one row of bars to look at: how a number went, point by point. A Picture with panels shows them below each
// other, before its table if it has one.
type Panel struct {
	Title  Text    `json:"title"`
	Points []Point `json:"points"`
	// Target is drawn as a line across the bars; nil draws none.
	Target *Aim `json:"target,omitempty"`
	// Top is the value at the upper end; a bar beyond it is cut there, visibly. 0 is that of the highest bar.
	Top float64 `json:"top,omitempty"`
}

// Point is one bar. Where Known is not set there is none, and Written says why.
type Point struct {
	Label   Text    `json:"label"`
	Known   bool    `json:"known,omitempty"`
	Value   float64 `json:"value,omitempty"`
	Written Text    `json:"written"`       // the value as people read it
	Made    Text    `json:"made,omitzero"` // of how many it is made, as people read it; empty: nothing is said of that
	Rate    Text    `json:"rate,omitzero"` // what the value is beside something else, likewise
	Shade   Shade   `json:"shade,omitempty"`
}

// Aim is a height with its name.
type Aim struct {
	Value float64 `json:"value"`
	Label Text    `json:"label"`
}
