package storage

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"qunguan/bot/chat"
	"qunguan/bot/journal"
)

// message is how an accepted message is kept until it is finished.
type message struct {
	ID      string     `json:"id"`
	From    chat.User  `json:"from"`
	Group   chat.Group `json:"group,omitempty"`
	Text    string     `json:"text"`
	At      time.Time  `json:"at"`
	ReplyTo string     `json:"reply_to,omitempty"`
	Pressed bool       `json:"pressed,omitempty"`
}

func messageV1(m chat.Message) message {
	return message{ID: m.ID, From: m.From, Group: m.Group, Text: m.Text, At: m.At, ReplyTo: m.ReplyTo, Pressed: m.Pressed}
}

func (m message) message() chat.Message {
	return chat.Message{ID: m.ID, From: m.From, Group: m.Group, Text: m.Text, At: m.At, ReplyTo: m.ReplyTo, Pressed: m.Pressed}
}

func finished(reply, n any) (journal.Finished, error) {
	var f journal.Finished
	if raw := text(reply); raw != "" {
		if err := json.Unmarshal([]byte(raw), &f.Reply); err != nil {
			return f, fmt.Errorf("decode reply: %w", err)
		}
	}
	if raw := text(n); raw != "" {
		var err error
		if f.N, err = strconv.ParseInt(raw, 10, 64); err != nil {
			return f, fmt.Errorf("decode entry number: %w", err)
		}
	}
	return f, nil
}
