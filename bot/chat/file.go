package chat

import "encoding/json"

// File is a file for a person to keep. It is data: what is short stands in it, anything else is written by whoever
// delivers it, from what Of asks for.
type File struct {
	Name string          `json:"name"` // with its ending; ASCII, so that every client shows it
	Text string          `json:"text,omitempty"`
	Of   json.RawMessage `json:"of,omitempty"` // what it is written from; nil: it is Text
}
