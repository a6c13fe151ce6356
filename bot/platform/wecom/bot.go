package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// message is what Ears hear of it.
func (c botCall) message(now time.Time, text string) chat.Message {
	m := chat.Message{ID: "bot:" + c.messageID, From: chat.User(c.from), Text: text, At: now, ReplyTo: c.replyTo}
	if c.chatType == "group" {
		m.Group = chat.Group(c.chatID)
	}
	if c.created > 0 {
		m.At = time.Unix(c.created, 0).UTC()
	}
	return m
}

// complete refuses a call whose place is not certain: a command in a group must never be taken for a direct message.
func (c botCall) complete() error {
	switch {
	case c.messageID == "" || c.from == "":
		return fmt.Errorf("%w: msgid or userid is missing", errJSON)
	case c.chatType == "group" && c.chatID != "", c.chatType == "single":
		return nil
	}
	return fmt.Errorf("%w: neither a group with its id nor a single chat", errJSON)
}

// botSide hears the smart bot.
type botSide struct {
	a *Adapter
	e Ears
}

func (s botSide) hear(ctx context.Context, q query, plain string) (answer, error) {
	c, err := readBot(plain)
	if err != nil {
		return answer{}, malformed(err)
	}
	switch {
	case c.kind == "text", c.kind == "mixed":
		return s.text(ctx, q, c)
	case c.kind == "event" && (c.event == "template_card_event" || c.event == "template_card_menu_event"):
		return s.pressed(ctx, q, c)
	}
	// Pictures, files, the start of a chat, feedback, and the polling of an answer that is finished already.
	return answer{}, nil
}

func (s botSide) text(ctx context.Context, q query, c botCall) (answer, error) {
	if err := c.complete(); err != nil {
		return answer{}, malformed(err)
	}
	text := strings.TrimSpace(c.text)
	if c.chatType == "group" {
		text = unmentioned(text, s.a.c.BotName)
	}
	if text == "" {
		return answer{}, nil
	}
	reply, err := s.a.say(ctx, s.e, s.a.reachable(c.message(q.at, text)))
	if err != nil {
		return answer{}, err
	}
	var ans answer
	if !reply.Text.IsZero() {
		if ans, err = s.a.passiveStream(q, c.messageID, s.a.in(reply.Text)); err != nil {
			return answer{}, err
		}
	}
	ans.then = s.overheard(q, c, text)
	return ans, nil
}

// pressed answers through the callback's address: the response to a press can only change the card.
func (s botSide) pressed(ctx context.Context, q query, c botCall) (answer, error) {
	if err := c.complete(); err != nil {
		return answer{}, malformed(err)
	}
	if c.eventKey == "" {
		return answer{}, nil
	}
	m := s.a.reachable(c.message(q.at, c.eventKey))
	m.Pressed = true
	reply, err := s.a.say(ctx, s.e, m)
	if err != nil || reply.IsZero() {
		return answer{}, err
	}
	s.a.answerLate(ctx, chat.Effect{ID: m.ID, Kind: chat.Send, To: m.From, Group: m.Group, ReplyTo: m.ReplyTo, Reply: reply})
	return answer{}, nil
}

// reachable drops a reply address that does not belong to WeCom.
func (a *Adapter) reachable(m chat.Message) chat.Message {
	if m.ReplyTo != "" && !a.c.mayReply(m.ReplyTo) {
		a.log.Warn("reply address of a callback is not one of WeCom's", zap.String("message", m.ID))
		m.ReplyTo = ""
	}
	return m
}

// unmentioned returns what was said to the bot without the mention of it: a group message arrives only if it
// mentions the bot. Mentions are plain text, so other people's stay as they are. Without a name, or if the name is
// not found (the bot may have been renamed), the first word is dropped if it begins with @.
func unmentioned(text, name string) string {
	if name != "" {
		if rest, found := withoutName(text, "@"+name); found {
			return strings.TrimSpace(rest)
		}
	}
	if !strings.HasPrefix(text, "@") {
		return text
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r == '/' || unicode.IsSpace(r) })
	if end < 0 {
		return ""
	}
	return strings.TrimSpace(text[end:])
}

func withoutName(text, mention string) (rest string, found bool) {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, mention)
		b.WriteString(before)
		if !ok {
			return b.String(), found
		}
		if next, _ := utf8.DecodeRuneInString(after); after == "" || next == '/' || unicode.IsSpace(next) {
			found = true
			if b.Len() > 0 {
				after = strings.TrimLeftFunc(after, unicode.IsSpace)
			}
		} else {
			b.WriteString(mention) // somebody whose name begins like the bot's
		}
		text = after
	}
}

// maxStream is of the page 被动回复消息 (smart bot): "最长不超过20480个字节，必须是utf8编码".
const maxStream = 20480

var cutOff = chat.Text{
	ZH: "…（内容过长，此处截断；请缩小查询范围）",
	EN: "… (too long, cut off here; please narrow the question)",
}

// fitting is md within limit bytes, and says so where it was cut.
func (a *Adapter) fitting(md string, limit int) string {
	if len(md) <= limit {
		return md
	}
	note := "\n" + a.in(cutOff)
	first, _ := cut(md, limit-len(note))
	return first + note
}

type streamAnswer struct {
	MsgType string `json:"msgtype"`
	Stream  struct {
		ID      string `json:"id"`
		Finish  bool   `json:"finish"`
		Content string `json:"content"`
	} `json:"stream"`
}

type sealedAnswer struct {
	Encrypt   string `json:"encrypt"`
	Signature string `json:"msgsignature"`
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
}

// passiveStream answers in the response. The id of the stream comes from the message, so the same message
// delivered again continues no second answer.
func (a *Adapter) passiveStream(q query, messageID, md string) (answer, error) {
	var s streamAnswer
	sum := sha256.Sum256([]byte(messageID))
	s.MsgType, s.Stream.ID, s.Stream.Finish = "stream", hex.EncodeToString(sum[:16]), true
	s.Stream.Content = a.fitting(md, maxStream)
	inner, err := json.Marshal(s)
	if err != nil {
		return answer{}, fmt.Errorf("encode answer: %w", err)
	}
	now := a.c.Now().Unix()
	sealed, signature, err := a.bot.seal(inner, strconv.FormatInt(now, 10), q.nonce)
	if err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(sealedAnswer{Encrypt: sealed, Signature: signature, Timestamp: now, Nonce: q.nonce})
	if err != nil {
		return answer{}, fmt.Errorf("encode answer: %w", err)
	}
	return answer{kind: "application/json; charset=utf-8", body: body}, nil
}
