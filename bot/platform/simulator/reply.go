package simulator

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
)

// The most bytes of one message.
const (
	maxAppText   = 2048
	maxStream    = 20480
	textTooLong  = "the text has %d bytes, %d are allowed"
	notThisReply = "msgtype %q cannot answer this callback"
)

// passive is a passive reply, read from either format.
type passive struct {
	text     string
	markdown bool
	card     *wireCard // a new card
	update   *wireCard // instead of the card that was pressed
	users    []string  // for whom; nobody is everybody
	finished string    // instead of the buttons that were pressed
}

// showReply shows a decrypted passive reply and completes the delivery with it.
func (s *Simulator) showReply(cb *callback, d *Delivery) error {
	read := readAppReply
	if cb.toBot {
		read = readBotReply
	}
	p, err := read(d.Raw, cb)
	if err != nil {
		return err
	}
	d.Reply = p.text
	if p.card != nil {
		d.Card = newCard(*p.card, cb.toBot, cb.where).view(cb.who)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cb.answered {
		return nil
	}
	cb.answered = true
	audience := []string{cb.who}
	if cb.where != "" && cb.where != directBot {
		audience = s.members(cb.where)
	}
	if p.text != "" {
		s.show(item{Shown: Shown{Where: cb.where, Kind: Replied, Text: p.text, Markdown: p.markdown}, audience: audience})
	}
	if p.card != nil && !s.knownTask(p.card.TaskID, cb.toBot) {
		c := newCard(*p.card, cb.toBot, cb.where)
		s.show(item{Shown: Shown{Where: cb.where, Kind: Carded}, card: c, audience: audience})
	}
	if cb.card == nil {
		return nil
	}
	if p.update != nil {
		cb.card.card.replace(cb.card.audience, p.users, *p.update)
		s.touch(cb.card)
	}
	if p.finished != "" {
		cb.card.card.finish(cb.card.audience, p.users, p.finished)
		s.touch(cb.card)
	}
	return nil
}

func readBotReply(raw []byte, cb *callback) (passive, error) {
	var w struct {
		Type   string `json:"msgtype"`
		Update string `json:"response_type"`
		Stream *struct {
			ID      string `json:"id"`
			Finish  bool   `json:"finish"`
			Content string `json:"content"`
		} `json:"stream"`
		Card  *wireCard `json:"template_card"`
		Users []string  `json:"userids"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return passive{}, fmt.Errorf("decode reply: %w", err)
	}
	if w.Update == "update_template_card" {
		if cb.card == nil || w.Card == nil || w.Card.TaskID != cb.card.card.taskID {
			return passive{}, fmt.Errorf("update_template_card without the card that was pressed")
		}
		return passive{update: w.Card, users: w.Users}, w.Card.check()
	}
	var p passive
	switch w.Type {
	case "stream":
		w.Card = nil
	case "template_card":
		w.Stream = nil
	case "stream_with_template_card":
	default: // "text" answers only the first opening of a direct chat
		return passive{}, fmt.Errorf(notThisReply, w.Type)
	}
	if w.Stream == nil && w.Card == nil {
		return passive{}, fmt.Errorf("msgtype %q without its content", w.Type)
	}
	if w.Stream != nil {
		if w.Stream.ID == "" || !w.Stream.Finish {
			return passive{}, fmt.Errorf("stream %q is not finished, or has no id", w.Stream.ID)
		}
		if n := len(w.Stream.Content); n > maxStream {
			return passive{}, fmt.Errorf(textTooLong, n, maxStream)
		}
		p.text, p.markdown = w.Stream.Content, true
	}
	if w.Card != nil {
		p.card = w.Card
		return p, w.Card.check()
	}
	return p, nil
}

func readAppReply(raw []byte, cb *callback) (passive, error) {
	var w struct {
		To      string `xml:"ToUserName"`
		Type    string `xml:"MsgType"`
		Content string `xml:"Content"`
		Replace string `xml:"Button>ReplaceName"`
	}
	if err := xml.Unmarshal(raw, &w); err != nil {
		return passive{}, fmt.Errorf("decode reply: %w", err)
	}
	if w.To != cb.who {
		return passive{}, fmt.Errorf("the reply is to %q, the message was from %q", w.To, cb.who)
	}
	switch {
	case w.Type == "text" && (!cb.event || cb.card != nil):
		if n := len(w.Content); n > maxAppText {
			return passive{}, fmt.Errorf(textTooLong, n, maxAppText)
		}
		return passive{text: w.Content}, nil
	case w.Type == "update_button" && cb.card != nil && w.Replace != "":
		return passive{finished: w.Replace, users: []string{cb.who}}, nil // changes only the card of whoever pressed
	}
	return passive{}, fmt.Errorf(notThisReply, w.Type)
}
