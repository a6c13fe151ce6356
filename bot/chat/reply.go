package chat

import "slices"

// Reply is what one person sees after having spoken.
type Reply struct {
	Text Text `json:"text"`
	// Card, when present, follows the text as a message of its own.
	Card *Card `json:"card,omitempty"`
	// Picture, when present, follows as a message of its own where pictures can be drawn and sent. The text says the
	// same without it.
	Picture *Picture `json:"picture,omitempty"`
	// Files follow as messages of their own. They reach the person alone, also where the reply stands in a group.
	Files []File `json:"files,omitempty"`
}

// IsZero says whether there is nothing to send: the message was not for the bot.
func (r Reply) IsZero() bool {
	return r.Text.IsZero() && r.Card == nil && r.Picture == nil && len(r.Files) == 0
}

// Number returns the reply with ThisEntry replaced by n.
func (r Reply) Number(n int64) Reply {
	r.Text = numbered(r.Text, n)
	if r.Card != nil {
		c := r.Card.Number(n)
		r.Card = &c
	}
	if r.Picture != nil {
		p := r.Picture.Number(n)
		r.Picture = &p
	}
	return r
}

// Card is a message with buttons. Platforms limit it: at most six fields and six buttons; an adapter cuts long
// texts, so what matters stands first.
type Card struct {
	// ID tells cards apart: at most 128 of [0-9A-Za-z_@-]. The engine fills it from the journal entry.
	ID      string   `json:"id,omitempty"`
	Title   Text     `json:"title"`
	Body    Text     `json:"body,omitzero"`
	Fields  []Field  `json:"fields,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
}

// Field is one labelled line of a card.
type Field struct {
	Name  Text `json:"name"`
	Value Text `json:"value"`
}

// Button is a command that one tap types. It is checked like any other message of whoever taps it.
type Button struct {
	Label   Text   `json:"label"` // at most 10 characters in either language
	Command string `json:"command"`
	Style   Style  `json:"style,omitempty"`
}

// Style is how much a button stands out. The zero Style is ordinary.
type Style string

// The styles of a button.
const (
	Primary Style = "primary"
	Danger  Style = "danger"
)

// Number returns the card with ThisEntry replaced by n.
func (c Card) Number(n int64) Card {
	c.Title, c.Body = numbered(c.Title, n), numbered(c.Body, n)
	c.Fields, c.Buttons = slices.Clone(c.Fields), slices.Clone(c.Buttons)
	for i, f := range c.Fields {
		c.Fields[i] = Field{Name: numbered(f.Name, n), Value: numbered(f.Value, n)}
	}
	for i, b := range c.Buttons {
		c.Buttons[i].Command = Number(b.Command, n)
	}
	return c
}

func numbered(t Text, n int64) Text { return Text{ZH: Number(t.ZH, n), EN: Number(t.EN, n)} }
