package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// CardView is a template card as one person sees it.
type CardView struct {
	TaskID  string       `json:"task_id"`
	Type    string       `json:"type"`
	Source  string       `json:"source,omitempty"`
	Title   string       `json:"title"`
	Desc    string       `json:"desc,omitempty"`
	Sub     string       `json:"sub,omitempty"`
	Quote   string       `json:"quote,omitempty"`
	Fields  []FieldView  `json:"fields,omitempty"`
	Buttons []ButtonView `json:"buttons,omitempty"`
	Pressed string       `json:"pressed,omitempty"` // the key this person pressed last
	Done    string       `json:"done,omitempty"`    // stands in place of the buttons once the app replaced them
}

// FieldView is one labelled line of a card.
type FieldView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ButtonView is a button and who has pressed it.
type ButtonView struct {
	Text  string   `json:"text"`
	Key   string   `json:"key"`
	Style int      `json:"style"` // 1 to 4; 1 primary, 2 danger text, 3 danger, 4 plain
	By    []string `json:"by,omitempty"`
}

// wireCard is a template card as the API and the passive replies carry it ("模板卡片类型").
type wireCard struct {
	CardType string `json:"card_type"`
	Source   struct {
		Desc string `json:"desc"`
	} `json:"source"`
	MainTitle struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	SubTitle  string `json:"sub_title_text"`
	QuoteArea struct {
		Title string `json:"title"`
		Text  string `json:"quote_text"`
	} `json:"quote_area"`
	Fields []struct {
		Keyname string `json:"keyname"`
		Value   string `json:"value"`
	} `json:"horizontal_content_list"`
	CardAction *struct {
		Type int    `json:"type"`
		URL  string `json:"url"`
	} `json:"card_action"`
	Buttons []struct {
		Text  string `json:"text"`
		Style int    `json:"style"`
		Key   string `json:"key"`
	} `json:"button_list"`
	TaskID      string `json:"task_id"`
	ReplaceText string `json:"replace_text"`
}

// card is one shown card, with what became of it.
type card struct {
	viaBot   bool // came from the smart bot; else from the app
	where    string
	taskID   string
	base     wireCard
	of       map[string]wireCard // replaced for one person
	done     map[string]string   // buttons replaced for one person
	pressed  map[string]string
	pressers map[string][]string // key → who, in order
}

func newCard(w wireCard, viaBot bool, where string) *card {
	return &card{
		viaBot: viaBot, where: where, taskID: w.TaskID, base: w, of: map[string]wireCard{},
		done: map[string]string{}, pressed: map[string]string{}, pressers: map[string][]string{},
	}
}

// "任务id，同一个应用任务id不能重复，只能由数字、字母和“_-@”组成，最长128字节".
var taskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// check holds the documented limits of a card.
func (w wireCard) check() error {
	switch w.CardType {
	case "button_interaction":
		if len(w.Buttons) == 0 || len(w.Buttons) > 6 {
			return fmt.Errorf("button_list has %d buttons, 1 to 6 are allowed", len(w.Buttons))
		}
		if !taskID.MatchString(w.TaskID) {
			return fmt.Errorf("task_id %q is not 1 to 128 of 0-9A-Za-z_@-", w.TaskID)
		}
	case "text_notice", "news_notice":
		if w.CardAction == nil {
			return fmt.Errorf("a %s needs card_action", w.CardType)
		}
	default:
		return fmt.Errorf("card_type %q is unknown here", w.CardType)
	}
	if w.MainTitle.Title == "" && w.SubTitle == "" {
		return fmt.Errorf("main_title.title and sub_title_text are both empty")
	}
	if len(w.Fields) > 6 {
		return fmt.Errorf("horizontal_content_list has %d entries, 6 are allowed", len(w.Fields))
	}
	for _, f := range w.Fields {
		if f.Keyname == "" {
			return fmt.Errorf("horizontal_content_list has an entry without keyname")
		}
	}
	for _, b := range w.Buttons {
		switch {
		case b.Text == "" || utf8.RuneCountInString(b.Text) > 10:
			return fmt.Errorf("button text %q is not 1 to 10 characters", b.Text)
		case b.Key == "" || len(b.Key) > 1024:
			return fmt.Errorf("the key of button %q is not 1 to 1024 bytes", b.Text)
		case b.Style < 0 || b.Style > 4:
			return fmt.Errorf("button style %d is not 1 to 4", b.Style)
		}
	}
	return nil
}

func (c *card) view(who string) *CardView {
	w, replaced := c.of[who]
	if !replaced {
		w = c.base
	}
	v := &CardView{
		TaskID: w.TaskID, Type: w.CardType, Source: w.Source.Desc, Title: w.MainTitle.Title, Desc: w.MainTitle.Desc,
		Sub: w.SubTitle, Quote: w.QuoteArea.Text, Pressed: c.pressed[who], Done: c.done[who],
	}
	if w.ReplaceText != "" {
		v.Done = w.ReplaceText
	}
	for _, f := range w.Fields {
		v.Fields = append(v.Fields, FieldView{Name: f.Keyname, Value: f.Value})
	}
	for _, b := range w.Buttons {
		v.Buttons = append(v.Buttons, ButtonView{
			Text: b.Text, Key: b.Key, Style: max(b.Style, 1), By: slices.Clone(c.pressers[b.Key]),
		})
	}
	return v
}

// replace shows other content to some people; nobody named is everybody who sees the card.
func (c *card) replace(audience, users []string, w wireCard) {
	if len(users) == 0 {
		users = audience
	}
	for _, u := range users {
		c.of[u] = w
		delete(c.done, u)
		delete(c.pressed, u)
	}
}

// finish puts a grey text in place of the buttons.
func (c *card) finish(audience, users []string, text string) {
	if len(users) == 0 {
		users = audience
	}
	for _, u := range users {
		c.done[u] = text
	}
}

func (c *card) press(who, key string) {
	c.pressed[who] = key
	if !slices.Contains(c.pressers[key], who) {
		c.pressers[key] = append(c.pressers[key], who)
	}
}

func (c *card) unpress(who, key string) {
	delete(c.pressed, who)
	c.pressers[key] = slices.DeleteFunc(c.pressers[key], func(u string) bool { return u == who })
}

// newestCard is the last card with this task id that who can see. The caller holds s.mu.
func (s *Simulator) newestCard(task, who string) *item {
	for _, i := range slices.Backward(s.shown) {
		if i.card != nil && !i.Recalled && i.card.taskID == task && slices.Contains(i.audience, who) {
			return i
		}
	}
	return nil
}

// knownTask says whether a card with this task id was sent before the same way. The caller holds s.mu.
func (s *Simulator) knownTask(task string, viaBot bool) bool {
	if task == "" {
		return false
	}
	return slices.ContainsFunc(s.shown, func(i *item) bool {
		return i.card != nil && i.card.viaBot == viaBot && i.card.taskID == task
	})
}
