package wecom

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"qunguan/bot/chat"
)

// archived is what the adapter reads of an opened record – page 获取会话内容, chapter 消息格式.
type archived struct {
	ID     string `json:"msgid"`
	Action string `json:"action"`
	From   string `json:"from"`
	Room   string `json:"roomid"`
	At     int64  `json:"msgtime"` // Unix milliseconds
	Form   string `json:"msgtype"`
	Text   struct {
		Content string `json:"content"`
	} `json:"text"`
	Revoke struct {
		ID string `json:"pre_msgid"`
	} `json:"revoke"`
	Mixed struct {
		Items []struct {
			Type    string `json:"type"`
			Content string `json:"content"` // JSON once more
		} `json:"item"`
	} `json:"mixed"`
}

// readArchived is what an opened record says in a group, or false if it says nothing there: single chats, the change of
// a member between companies (switch), and a customer's consent.
func readArchived(plain []byte) (chat.Heard, bool, error) {
	var m archived
	if err := json.Unmarshal(plain, &m); err != nil {
		return chat.Heard{}, false, errors.New("not the JSON of a message") // its error could quote the text
	}
	switch {
	case m.Action == "switch", m.Form == "agree", m.Form == "disagree":
		return chat.Heard{}, false, nil
	case m.ID == "" || m.From == "" || m.At <= 0 || m.Form == "":
		return chat.Heard{}, false, errors.New("msgid, from, msgtime or msgtype is missing")
	case m.Room == "":
		return chat.Heard{}, false, nil
	}
	h := chat.Heard{
		ID: MessageID(m.ID), Group: chat.Group(m.Room), From: chat.User(m.From), At: time.UnixMilli(m.At).UTC(), Form: m.Form,
	}
	h.Kind, h.Robot = Known(h.From)
	if m.Action == "recall" || m.Form == "revoke" {
		if m.Revoke.ID == "" {
			return chat.Heard{}, false, errors.New("pre_msgid is missing")
		}
		h.Recalls = MessageID(m.Revoke.ID)
		return h, true, nil
	}
	h.Text, h.Everybody = unquoted(m.text()), mentionsAll(m.text())
	return h, true, nil
}

// text is the words of a text, or of all texts in a mixed message.
func (m archived) text() string {
	if m.Form != "mixed" {
		return m.Text.Content
	}
	words := ""
	for _, i := range m.Mixed.Items {
		var inner struct {
			Content string `json:"content"`
		}
		if i.Type == "text" && json.Unmarshal([]byte(i.Content), &inner) == nil {
			words = joinedWords(words, inner.Content)
		}
	}
	return words
}

// MessageID is the id of a message as every source gives it. "msgid以_external结尾的消息，表明该消息是一条外部消息。
// msgid以_updown_stream结尾的消息，表明该消息是一条上下游消息" – page 获取会话内容; the mark is no part of the name, and a
// recall may name the message without it.
func MessageID(id string) string {
	return strings.TrimSuffix(strings.TrimSuffix(id, "_external"), "_updown_stream")
}

// leastExternal is the length from which an id that begins like an external one is taken for one: those have about 30
// letters, and a member of the company may be called woody.
const leastExternal = 16

// Known tells by the looks of an id who somebody is: "机器人与外部联系人的账号都是external_userid，其中机器人的
// external_userid是以”wb”开头…外部联系人的external_userid以”wo”或”wm”开头" – page 获取会话内容. Everybody else is of
// the company.
func Known(u chat.User) (kind chat.PersonKind, robot bool) {
	if len(u) < leastExternal {
		return chat.Staff, false
	}
	switch string(u[:2]) {
	case "wm", "wo":
		return chat.Customer, false
	case "wb":
		return "", true
	}
	return chat.Staff, false
}

// quoteMarks begin a text that quotes another message: what WeCom's client writes, and what WeChat's does.
var quoteMarks = []string{"这是一条引用/回复消息", "This is a quote/reply", "「"}

// unquoted is what somebody wrote below a message that they quote: the archive gives the quoted text first, then a line
// of dashes, then the answer. A text of another make stays as it is.
func unquoted(text string) string {
	for _, mark := range quoteMarks {
		if !strings.HasPrefix(text, mark) {
			continue
		}
		lines := strings.Split(text, "\n")
		for i := len(lines) - 1; i > 0; i-- {
			if dashes := strings.ReplaceAll(strings.TrimSpace(lines[i]), " ", ""); len(dashes) >= 6 && strings.Trim(dashes, "-") == "" {
				return strings.Join(lines[i+1:], "\n")
			}
		}
	}
	return text
}

// mentionsAll says whether text mentions all members, as the clients write it: as a word of its own.
func mentionsAll(text string) bool {
	for _, mention := range []string{"@所有人", "@All", "@all"} {
		for rest := text; ; {
			before, after, found := strings.Cut(rest, mention)
			if !found {
				break
			}
			last, _ := utf8.DecodeLastRuneInString(before)
			next, _ := utf8.DecodeRuneInString(after)
			if (before == "" || !isWord(last)) && (after == "" || !isWord(next)) {
				return true
			}
			rest = after
		}
	}
	return false
}

// isWord says whether r goes on a name in Latin letters: me@all.com mentions nobody. Chinese is written without blanks,
// so 请@所有人看 does.
func isWord(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' || r == '-')
}
