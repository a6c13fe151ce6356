package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"qunguan/bot/chat"
)

// sealedXML finds the ciphertext in the body of an app's callback.
func sealedXML(body string) (string, error) {
	sealed := ""
	err := eachLeaf(body, func(name, value string) error {
		if name == "Encrypt" {
			sealed = value
		}
		return nil
	})
	if err == nil && sealed == "" {
		err = fmt.Errorf("%w: no Encrypt", errXML)
	}
	return sealed, err
}

// appCall is what the adapter reads of a callback of the app: pages 接收消息格式 and 事件格式.
type appCall struct {
	from, kind, content, messageID     string
	event, eventKey, taskID            string
	changeType, chatID, detail, member string // member is CurMemVer
	userID, newUserID, status          string
	created                            int64 // Unix seconds
}

func readApp(plain string) (appCall, error) {
	var c appCall
	err := eachLeaf(plain, func(name, value string) (err error) {
		switch name {
		case "FromUserName":
			c.from = value
		case "CreateTime":
			if c.created, err = strconv.ParseInt(value, 10, 64); err != nil {
				return fmt.Errorf("%w: CreateTime is not a number", errXML)
			}
		case "MsgType":
			c.kind = value
		case "Content":
			c.content = value
		case "MsgId":
			c.messageID = value
		case "Event":
			c.event = value
		case "EventKey":
			c.eventKey = value
		case "TaskId":
			c.taskID = value
		case "ChangeType":
			c.changeType = value
		case "ChatId":
			c.chatID = value
		case "UpdateDetail":
			c.detail = value
		case "CurMemVer":
			c.member = value
		case "UserID":
			c.userID = value
		case "NewUserID":
			c.newUserID = value
		case "Status":
			c.status = value
		}
		return nil
	})
	switch {
	case err != nil:
		return appCall{}, err
	case c.from == "" || c.kind == "" || c.created <= 0:
		return appCall{}, fmt.Errorf("%w: FromUserName, MsgType or CreateTime is missing", errXML)
	case c.kind == "text" && c.messageID == "":
		return appCall{}, fmt.Errorf("%w: a text without MsgId", errXML)
	}
	return c, nil
}

func (c appCall) at() time.Time { return time.Unix(c.created, 0).UTC() }

// press is the message that the press of a button types. "事件排重：FromUserName + CreateTime" – page 接收消息与事件;
// the card and the button are added because two buttons can be pressed within one second.
func (c appCall) press() chat.Message {
	sum := sha256.Sum256([]byte(c.eventKey))
	id := strings.Join([]string{"app:card", c.from, strconv.FormatInt(c.created, 10), c.taskID, hex.EncodeToString(sum[:8])}, ":")
	return chat.Message{ID: id, From: chat.User(c.from), Text: c.eventKey, At: c.at(), Pressed: true}
}

// memberLeft is the Status of update_user for "5=成员退出" – page 成员变更通知.
const memberLeft = "5"

// notice is what an event says; one that concerns no group and no person says nothing that could be read again.
func (c appCall) notice() (chat.Notice, bool) {
	n := chat.Notice{
		ID: strings.Join([]string{
			"app:event", c.from, strconv.FormatInt(c.created, 10), c.event, c.changeType, c.chatID + c.userID, c.detail, c.member,
		}, ":"),
		Group: chat.Group(c.chatID), User: chat.User(c.userID), At: c.at(),
	}
	switch c.event {
	case "change_contact":
		n.Renamed = chat.User(c.newUserID)
		n.Left = c.changeType == "delete_user" || c.newUserID != "" || c.status == memberLeft
	case "subscribe", "unsubscribe":
		n.User = chat.User(c.from)
	}
	return n, n.Group != "" || n.User != ""
}

// appSide hears the self-built app.
type appSide struct {
	a *Adapter
	e Ears
}

func (s appSide) hear(ctx context.Context, q query, plain string) (answer, error) {
	c, err := readApp(plain)
	if err != nil {
		return answer{}, malformed(err)
	}
	switch {
	case c.kind == "text" && c.content != "":
		return s.text(ctx, q, c)
	case c.kind == "event" && (c.event == "template_card_event" || c.event == "template_card_menu_event"):
		return s.pressed(ctx, c)
	case c.kind == "event" && c.event == "msgaudit_notify":
		if s.e.Archived != nil {
			s.e.Archived()
		}
	case c.kind == "event":
		if n, telling := c.notice(); telling {
			return answer{}, s.a.notice(ctx, s.e, n)
		}
	}
	return answer{}, nil
}

func (s appSide) text(ctx context.Context, q query, c appCall) (answer, error) {
	m := chat.Message{ID: "app:" + c.messageID, From: chat.User(c.from), Text: c.content, At: c.at()}
	reply, err := s.a.say(ctx, s.e, m)
	if err != nil || reply.Text.IsZero() {
		return answer{}, err
	}
	return s.a.passiveText(q, m.From, s.a.in(reply.Text))
}

// pressed answers by a message: in the response to a press, WeCom takes nothing but a change of the card.
func (s appSide) pressed(ctx context.Context, c appCall) (answer, error) {
	if c.eventKey == "" {
		return answer{}, nil
	}
	m := c.press()
	reply, err := s.a.say(ctx, s.e, m)
	if err != nil || reply.IsZero() {
		return answer{}, err
	}
	s.a.answerLate(ctx, chat.Effect{ID: m.ID, Kind: chat.Send, To: m.From, Reply: reply})
	return answer{}, nil
}

// maxPassive is of the page 被动回复消息格式: "文本消息内容，最长不超过2048个字节，超过将截断".
const maxPassive = 2048

var goesOn = chat.Text{ZH: "…（续）", EN: "… (continued)"}

// passiveText answers in the response. What does not fit follows as messages.
func (a *Adapter) passiveText(q query, to chat.User, md string) (answer, error) {
	first, rest := md, ""
	if len(md) > maxPassive {
		more := "\n" + a.in(goesOn)
		first, rest = cut(md, maxPassive-len(more))
		first += more
	}
	body, err := a.sealText(q, to, plain(first))
	if err != nil {
		return answer{}, err
	}
	ans := answer{kind: "application/xml; charset=utf-8", body: body}
	if rest != "" {
		ans.then = func(ctx context.Context) {
			if err := a.sendMarkdown(ctx, to, rest); err != nil {
				a.log.Error("rest of a reply not sent", zap.String("to", string(to)), zap.Error(err))
			}
		}
	}
	return ans, nil
}

func (a *Adapter) sealText(q query, to chat.User, text string) ([]byte, error) {
	now := strconv.FormatInt(a.c.Now().Unix(), 10)
	inner := "<xml><ToUserName>" + cdata(string(to)) + "</ToUserName><FromUserName>" + cdata(a.c.CorpID) +
		"</FromUserName><CreateTime>" + now + "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" +
		cdata(text) + "</Content></xml>"
	sealed, signature, err := a.app.seal([]byte(inner), now, q.nonce)
	if err != nil {
		return nil, err
	}
	return []byte("<xml><Encrypt>" + cdata(sealed) + "</Encrypt><MsgSignature>" + cdata(signature) +
		"</MsgSignature><TimeStamp>" + now + "</TimeStamp><Nonce>" + cdata(q.nonce) + "</Nonce></xml>"), nil
}

// cdata quotes s. The end mark inside of s is split over two sections.
func cdata(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// answerLate delivers a reply that cannot stand in the response. The press is safe already, and pressing again
// brings the same reply, so a failure is logged and the callback acknowledged.
func (a *Adapter) answerLate(ctx context.Context, e chat.Effect) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.c.AnswerWithin)
	defer cancel()
	if err := a.Deliver(ctx, e); err != nil {
		var f *Fault
		code := 0
		if errors.As(err, &f) {
			code = f.Code
		}
		a.log.Error("reply to a press not sent", zap.String("message", e.ID), zap.Int("errcode", code), zap.Error(err))
	}
}
