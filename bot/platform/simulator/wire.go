package simulator

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// cdata is text that is written as the platform writes it.
type cdata string

// MarshalXML writes the text as CDATA, without the characters that XML cannot hold.
func (c cdata) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(c), ""))
	return e.EncodeElement(struct {
		Text string `xml:",cdata"`
	}{clean}, start)
}

type outerXML struct {
	XMLName xml.Name `xml:"xml"`
	To      cdata    `xml:"ToUserName"`
	Agent   cdata    `xml:"AgentID"`
	Encrypt cdata    `xml:"Encrypt"`
}

// textXML is a message typed in the app's chat.
type textXML struct {
	XMLName xml.Name `xml:"xml"`
	To      cdata    `xml:"ToUserName"`
	From    cdata    `xml:"FromUserName"`
	At      int64    `xml:"CreateTime"`
	Type    cdata    `xml:"MsgType"`
	Content cdata    `xml:"Content"`
	MsgID   int64    `xml:"MsgId"`
	Agent   int      `xml:"AgentID"`
}

// eventXML is an event of any kind; empty elements are left out.
type eventXML struct {
	XMLName      xml.Name `xml:"xml"`
	To           cdata    `xml:"ToUserName"`
	From         cdata    `xml:"FromUserName"`
	At           int64    `xml:"CreateTime"`
	Type         cdata    `xml:"MsgType"`
	Event        cdata    `xml:"Event"`
	ChatID       cdata    `xml:"ChatId,omitempty"`
	ChangeType   cdata    `xml:"ChangeType,omitempty"`
	UpdateDetail cdata    `xml:"UpdateDetail,omitempty"`
	JoinScene    *int     `xml:"JoinScene,omitempty"`
	QuitScene    *int     `xml:"QuitScene,omitempty"`
	MemChangeCnt int      `xml:"MemChangeCnt,omitempty"`
	MemChange    *items   `xml:"MemChangeList,omitempty"`
	LastMemVer   cdata    `xml:"LastMemVer,omitempty"`
	CurMemVer    cdata    `xml:"CurMemVer,omitempty"`
	UserID       cdata    `xml:"UserID,omitempty"`
	NewUserID    cdata    `xml:"NewUserID,omitempty"`
	EventKey     cdata    `xml:"EventKey,omitempty"`
	TaskID       cdata    `xml:"TaskId,omitempty"`
	CardType     cdata    `xml:"CardType,omitempty"`
	ResponseCode cdata    `xml:"ResponseCode,omitempty"`
	Agent        int      `xml:"AgentID,omitempty"`
}

type items struct {
	Item []string `xml:"Item"`
}

// botMessage is a message or an event of the smart bot.
type botMessage struct {
	MsgID       string    `json:"msgid"`
	At          int64     `json:"create_time,omitempty"`
	BotID       string    `json:"aibotid"`
	ChatID      string    `json:"chatid,omitempty"`
	ChatType    string    `json:"chattype"`
	From        botFrom   `json:"from"`
	ResponseURL string    `json:"response_url"`
	Type        string    `json:"msgtype"`
	Text        *botText  `json:"text,omitempty"`
	Event       *botEvent `json:"event,omitempty"`
}

type botFrom struct {
	UserID string `json:"userid"`
}

type botText struct {
	Content string `json:"content"`
}

type botEvent struct {
	Type string       `json:"eventtype"`
	Card *botCardTask `json:"template_card_event,omitempty"`
}

type botCardTask struct {
	CardType string `json:"card_type"`
	EventKey string `json:"event_key"`
	TaskID   string `json:"task_id"`
}

// openJSON opens a passive reply of the smart bot ("nonce 使用回调 URL 中的 nonce").
func (s seal) openJSON(answer []byte, nonce string) ([]byte, error) {
	var env struct {
		Encrypt   string      `json:"encrypt"`
		Signature string      `json:"msgsignature"`
		Timestamp json.Number `json:"timestamp"`
		Nonce     string      `json:"nonce"`
	}
	if err := json.Unmarshal(answer, &env); err != nil {
		return nil, fmt.Errorf("decode envelope: %w", err)
	}
	if env.Nonce != nonce {
		return nil, fmt.Errorf("the nonce is %q, not the callback's %q", env.Nonce, nonce)
	}
	if !s.verify(env.Signature, env.Timestamp.String(), env.Nonce, env.Encrypt) {
		return nil, errors.New("the signature is wrong")
	}
	return s.decrypt(env.Encrypt)
}

// openXML opens a passive reply of the app.
func (s seal) openXML(answer []byte) ([]byte, error) {
	var env struct {
		Encrypt   string `xml:"Encrypt"`
		Signature string `xml:"MsgSignature"`
		Timestamp string `xml:"TimeStamp"`
		Nonce     string `xml:"Nonce"`
	}
	if err := xml.Unmarshal(answer, &env); err != nil {
		return nil, fmt.Errorf("decode envelope: %w", err)
	}
	if _, err := strconv.ParseInt(env.Timestamp, 10, 64); err != nil {
		return nil, fmt.Errorf("the timestamp %q is no number", env.Timestamp)
	}
	if !s.verify(env.Signature, env.Timestamp, env.Nonce, env.Encrypt) {
		return nil, errors.New("the signature is wrong")
	}
	return s.decrypt(env.Encrypt)
}
