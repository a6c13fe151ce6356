package wecom

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/work/message"

	"qunguan/bot/chat"
)

const (
	opRespond = "aibot/response"
	opSend    = "message/send"

	opGroupSend = "appchat/send"

	// maxMarkdown is of the page 发送应用消息: "markdown内容，最长不超过2048个字节，必须是utf8编码".
	maxMarkdown = 2048
	// sameWithin makes a message that is sent again after an unclear failure arrive once ("是否开启重复消息检查",
	// in seconds). It is short, because a person may well ask the same twice.
	sameWithin = 30
)

// Deliver sends what e says: to its reply address while that is good, else to the person. Its errors are *Fault.
// Sending the same effect twice within half a minute is one message; later it may be two.
func (a *Adapter) Deliver(ctx context.Context, e chat.Effect) error {
	if e.Kind != chat.Send {
		return &Fault{Op: "deliver", Reason: "an effect of kind " + string(e.Kind) + " is nothing to send"}
	}
	if e.Reply.Picture != nil {
		return a.withPicture(ctx, e)
	}
	if e.Reply.Files != nil {
		return a.withFiles(ctx, e)
	}
	if e.Reply.IsZero() {
		return nil
	}
	if e.ReplyTo == "" {
		return a.direct(ctx, e)
	}
	err := a.respond(ctx, e)
	var f *Fault
	spent := errors.As(err, &f) && f.Op == opRespond && !f.Retry // used already, or its hour is over
	if spent && e.To != "" && a.c.hasApp() {
		return a.direct(ctx, e)
	}
	return err
}

// direct sends to the person: the text in as many messages as it needs, then the card.
func (a *Adapter) direct(ctx context.Context, e chat.Effect) error {
	if !a.c.hasApp() {
		return &Fault{Op: opSend, Alarm: true, Reason: "wecom.app is not configured, so nobody can be written to"}
	}
	if e.To == "" && e.Group != "" {
		return a.toGroup(ctx, e)
	}
	if e.To == "" {
		return &Fault{Op: opSend, Reason: "nobody to send to"}
	}
	md := a.in(e.Reply.Text)
	card, whole := a.card(e)
	if card == nil {
		return a.sendMarkdown(ctx, e.To, joined(md, whole))
	}
	if utf8.RuneCountInString(whole) > maxCardBody {
		md = joined(md, whole) // the card shows its beginning only
	}
	if md != "" {
		if err := a.sendMarkdown(ctx, e.To, md); err != nil {
			return err
		}
	}
	return a.send(ctx, e.To, appMessage{MsgType: "template_card", Card: card})
}

// respond uses the reply address, once: "每个response_url仅可调用一次，有效期为1小时" – page 主动回复消息 (smart bot). So a
// text and a card share one message: the card goes to the person where that is possible, else its commands are
// written below the text.
func (a *Adapter) respond(ctx context.Context, e chat.Effect) error {
	if !a.c.mayReply(e.ReplyTo) {
		return &Fault{Op: opRespond, Reason: "the reply address is not one of WeCom's"}
	}
	md := a.in(e.Reply.Text)
	card, whole := a.card(e)
	if card != nil && md == "" {
		return a.toAddress(ctx, e.ReplyTo, cardResponse{MsgType: "template_card", Card: card})
	}
	if card != nil && e.To != "" && a.c.hasApp() {
		if err := a.toAddress(ctx, e.ReplyTo, a.markdownResponse(md)); err != nil {
			return err
		}
		return a.direct(ctx, chat.Effect{ID: e.ID, Kind: chat.Send, To: e.To, Group: e.Group, Reply: chat.Reply{Card: e.Reply.Card}})
	}
	if card != nil {
		whole = a.cardMarkdown(*e.Reply.Card)
	}
	return a.toAddress(ctx, e.ReplyTo, a.markdownResponse(joined(md, whole)))
}

type markdown struct {
	Content string `json:"content"`
}

type markdownResponse struct {
	MsgType  string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
}

type cardResponse struct {
	MsgType string        `json:"msgtype"`
	Card    *templateCard `json:"template_card"`
}

func (a *Adapter) markdownResponse(md string) markdownResponse {
	return markdownResponse{MsgType: "markdown", Markdown: markdown{Content: a.fitting(md, maxStream)}}
}

func (a *Adapter) toAddress(ctx context.Context, address string, in any) error {
	k := call{op: opRespond, address: address, in: in}
	if u, err := url.Parse(address); err == nil {
		for _, values := range u.Query() {
			k.secrets = append(k.secrets, values...)
		}
	}
	return a.client.do(ctx, k, nil)
}

// appMessage is the body of message/send. The SDK's writes agentid as a string and knows neither Markdown nor cards.
type appMessage struct {
	ToUser    string        `json:"touser"`
	MsgType   string        `json:"msgtype"`
	AgentID   int           `json:"agentid"`
	Markdown  *markdown     `json:"markdown,omitempty"`
	Card      *templateCard `json:"template_card,omitempty"`
	Image     *image        `json:"image,omitempty"`
	File      *image        `json:"file,omitempty"`
	CheckSame int           `json:"enable_duplicate_check"`
	Within    int           `json:"duplicate_check_interval"`
}

func (a *Adapter) sendMarkdown(ctx context.Context, to chat.User, md string) error {
	for _, part := range parts(md, maxMarkdown) {
		if err := a.send(ctx, to, appMessage{MsgType: "markdown", Markdown: &markdown{Content: part}}); err != nil {
			return err
		}
	}
	return nil
}

func (a *Adapter) send(ctx context.Context, to chat.User, m appMessage) error {
	// "|" separates receivers and "@all" is everybody: an id that is neither reaches one person.
	if strings.Contains(string(to), "|") || strings.EqualFold(string(to), "@all") {
		return &Fault{Op: opSend, Reason: "the receiver is not one person"}
	}
	m.ToUser, m.AgentID, m.CheckSame, m.Within = string(to), a.c.App.AgentID, 1, sameWithin
	var out message.SendResponse
	if err := a.api(ctx, a.c.appCredential(), opSend, nil, m, &out); err != nil {
		return err
	}
	// "如果部分接收人无权限或不存在，发送仍然执行，但会返回无效的部分" – page 发送应用消息. Ids come back in lower case.
	lost := slices.Concat(strings.Split(out.InvalidUser, "|"), strings.Split(out.UnlicensedUser, "|"))
	for _, id := range lost {
		if strings.EqualFold(id, string(to)) {
			return refused(opSend, codeNobody, "the receiver is not valid or has no licence")
		}
	}
	return nil
}

// toGroup says something to everybody in a group that the app has made ("应用推送消息", appchat/send); no other group can
// be written to unasked. There is no check for duplicates: sent again after an unclear failure, it may arrive twice.
func (a *Adapter) toGroup(ctx context.Context, e chat.Effect) error {
	for _, part := range parts(joined(a.in(e.Reply.Text), a.groupCard(e)), maxMarkdown) {
		m := groupMessage{Chat: string(e.Group), MsgType: "markdown", Markdown: markdown{Content: part}}
		if err := a.api(ctx, a.c.appCredential(), opGroupSend, nil, m, nil); err != nil {
			return err
		}
	}
	return nil
}

type groupMessage struct {
	Chat     string   `json:"chatid"`
	MsgType  string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
}

func (a *Adapter) groupCard(e chat.Effect) string {
	if e.Reply.Card == nil {
		return ""
	}
	return a.cardMarkdown(*e.Reply.Card) // app groups have no cards with buttons
}

// joined puts two Markdown texts below each other.
func joined(md, more string) string {
	if md == "" || more == "" {
		return md + more
	}
	return md + "\n" + more
}

// in is t in the configured language, or in the other one rather than nothing.
func (a *Adapter) in(t chat.Text) string {
	return firstOf(t.In(a.c.Language), t.ZH, t.EN)
}
