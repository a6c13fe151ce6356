package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"qunguan/bot/chat"
)

// The limits of the page 模板卡片类型. Titles and values are only recommended to be short; they are cut where a
// client would stop showing them anyway.
const (
	maxCardFields  = 6
	maxCardButtons = 6
	maxButtonText  = 10
	maxButtonKey   = 1024 // bytes
	maxTaskID      = 128
	maxCardTitle   = 36
	maxCardBody    = 160
	maxFieldName   = 16
	maxFieldValue  = 64
)

type templateCard struct {
	CardType string       `json:"card_type"`
	Main     cardTitle    `json:"main_title"`
	Sub      string       `json:"sub_title_text,omitempty"`
	Fields   []cardField  `json:"horizontal_content_list,omitempty"`
	Buttons  []cardButton `json:"button_list,omitempty"`
	TaskID   string       `json:"task_id"`
}

type cardTitle struct {
	Title string `json:"title"`
}

type cardField struct {
	Name  string `json:"keyname"`
	Value string `json:"value"`
}

type cardButton struct {
	Text  string `json:"text"`
	Style int    `json:"style"`
	Key   string `json:"key"`
}

// card renders the card of e. Without one, or where it cannot be a card, it returns nil and the Markdown to show
// instead: a card without buttons ("card_action" is required of those), and one with a command that no button can
// hold. With one, body is what the card says below its title, in full.
func (a *Adapter) card(e chat.Effect) (card *templateCard, body string) {
	c := e.Reply.Card
	if c == nil {
		return nil, ""
	}
	buttons, fit := a.buttons(c.Buttons)
	if !fit {
		return nil, a.cardMarkdown(*c)
	}
	body = plain(a.in(c.Body))
	card = &templateCard{
		CardType: "button_interaction", Main: cardTitle{Title: brief(plain(a.in(c.Title)), maxCardTitle)},
		Sub: brief(body, maxCardBody), Buttons: buttons, TaskID: taskID(*c, e.ID),
	}
	for i, f := range c.Fields {
		if i == maxCardFields {
			break
		}
		card.Fields = append(card.Fields, cardField{
			Name:  brief(firstOf(plain(a.in(f.Name)), "–"), maxFieldName), // required
			Value: brief(plain(a.in(f.Value)), maxFieldValue),
		})
	}
	return card, a.in(c.Body)
}

func (a *Adapter) buttons(in []chat.Button) (out []cardButton, fit bool) {
	for i, b := range in {
		if i == maxCardButtons {
			break
		}
		if b.Command == "" || len(b.Command) > maxButtonKey {
			return nil, false
		}
		label := brief(firstOf(a.in(b.Label), b.Command), maxButtonText)
		out = append(out, cardButton{Text: label, Style: style(b.Style), Key: b.Command})
	}
	return out, len(out) > 0
}

// style follows the page 模板卡片类型: "按钮样式，目前可填1~4".
func style(s chat.Style) int {
	switch s {
	case chat.Primary:
		return 1
	case chat.Danger:
		return 2
	}
	return 4
}

// taskID is the card's own id where it is one: "只能由数字、字母和“_-@”组成，最长128字节" – the same page. A card
// without one is named after the effect, so that sending it again is the same card.
func taskID(c chat.Card, effect string) string {
	id := c.ID
	if id == "" {
		id = effect
	}
	valid := id != "" && len(id) <= maxTaskID && strings.IndexFunc(id, func(r rune) bool {
		return r != '_' && r != '-' && r != '@' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
	if valid {
		return id
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s\x00%#v", id, c)))
	return hex.EncodeToString(sum[:16])
}

// cardMarkdown writes a card as text: its buttons become the commands they would type.
func (a *Adapter) cardMarkdown(c chat.Card) string {
	sep := a.in(chat.Text{ZH: "：", EN: ": "})
	var lines []string
	if t := a.in(c.Title); t != "" {
		lines = append(lines, "**"+t+"**")
	}
	if t := a.in(c.Body); t != "" {
		lines = append(lines, t)
	}
	for _, f := range c.Fields {
		lines = append(lines, "> "+a.in(f.Name)+sep+a.in(f.Value))
	}
	for _, b := range c.Buttons {
		lines = append(lines, a.in(b.Label)+sep+"`"+b.Command+"`")
	}
	return strings.Join(lines, "\n")
}
