package simulator

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunguan/bot/chat"
)

// What can be wrong with something a person wants to do; the error that wraps it names the person and the place.
var (
	ErrNobody    = errors.New("no such person")
	ErrNoGroup   = errors.New("no such group")
	ErrNotMember = errors.New("not a member of this group")
	ErrNoChat    = errors.New("a customer has no chat with the app or the smart bot")
	ErrNoCard    = errors.New("no such card, or no such button on it")
	ErrSpent     = errors.New("the buttons of this card are gone")
)

// Say is a person typing: in a group (its id), in the direct chat with the app (""), or in the one with the smart bot
// ("bot"). In a group of the smart bot the message mentions it, whether or not the text does already. What no bot can
// hear is shown to the group and nothing else happens (Delivery.Unheard), but for what the archive pipeline tells of
// customer groups. A status other than 200 is no error: it is
// what the bot answered to the last of three attempts.
func (s *Simulator) Say(ctx context.Context, who, where, text string) (Delivery, error) {
	s.mu.Lock()
	kind, err := s.mayTalk(who, where)
	if err != nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("say as %q in %q: %w", who, where, err)
	}
	audience := []string{who}
	if where != "" && where != directBot {
		audience = s.members(where)
	}
	if kind == chat.BotGroup {
		text = s.mention(text)
	}
	said := s.show(item{Shown: Shown{Where: where, From: who, Kind: Said, Text: text}, audience: audience})
	var cb *callback
	switch {
	case where == "":
		cb, err = s.appText(who, text)
	case where == directBot, kind == chat.BotGroup:
		cb, err = s.botText(who, where, text)
	default:
		err = s.record(said)
	}
	archived := said.archived != ""
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, fmt.Errorf("say as %q in %q: %w", who, where, err)
	}
	switch {
	case cb != nil:
		return s.send(ctx, cb)
	case archived:
		return s.pump(ctx)
	}
	return Delivery{Unheard: true}, nil
}

// Murmur is a person typing in a group without mentioning the smart bot: the members see it, no bot hears it.
func (s *Simulator) Murmur(who, where, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, err := s.mayTalk(who, where)
	if err == nil && kind == "" {
		err = ErrNoGroup
	}
	if err != nil {
		return fmt.Errorf("murmur as %q in %q: %w", who, where, err)
	}
	s.show(item{Shown: Shown{Where: where, From: who, Kind: Said, Text: text}, audience: s.members(where)})
	return nil
}

// mayTalk returns the kind of the group, empty for a direct chat. The caller holds s.mu.
func (s *Simulator) mayTalk(who, where string) (chat.GroupKind, error) {
	p, ok := s.world.person(who)
	if !ok {
		return "", ErrNobody
	}
	if where == "" || where == directBot {
		if p.Customer {
			return "", ErrNoChat
		}
		return "", nil
	}
	g := s.world.group(where)
	if g == nil {
		return "", ErrNoGroup
	}
	if !slices.Contains(g.Members, who) {
		return "", ErrNotMember
	}
	return g.Kind, nil
}

func (s *Simulator) mention(text string) string {
	at := "@" + s.world.BotName
	// The client itself puts U+2005 after a mention that was picked from its list.
	rest, mentioned := strings.CutPrefix(strings.TrimSpace(text), at)
	if mentioned && (rest == "" || strings.IndexAny(rest, " \t\n\u2005") == 0) {
		return text
	}
	return at + " " + text
}

// appText makes the callback of a message in the app's chat. The caller holds s.mu.
func (s *Simulator) appText(who, text string) (*callback, error) {
	digits, err := drawn(s.opts.Rand, 18, "123456789")
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("make message id: %w", err)
	}
	plain, err := xml.Marshal(textXML{
		To: cdata(s.world.Corp), From: cdata(who), At: s.opts.Now().Unix(), Type: "text", Content: cdata(text),
		MsgID: id, Agent: s.world.AgentID,
	})
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return &callback{id: digits, plain: plain, who: who}, nil
}

// botText makes the callback of a message to the smart bot. The caller holds s.mu.
func (s *Simulator) botText(who, where, text string) (*callback, error) {
	m, err := s.botMessage(who, where)
	if err != nil {
		return nil, err
	}
	m.Type, m.Text = "text", &botText{Content: text}
	return botCallback(m, who, where)
}

func botCallback(m botMessage, who, where string) (*callback, error) {
	plain, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return &callback{id: m.MsgID, toBot: true, plain: plain, who: who, where: where, event: m.Event != nil}, nil
}

// botMessage is what all messages of the smart bot share. The caller holds s.mu.
func (s *Simulator) botMessage(who, where string) (botMessage, error) {
	id, err := letters(s.opts.Rand, 32)
	if err != nil {
		return botMessage{}, err
	}
	c, err := s.newCode(code{use: answerCode, where: where, who: who, until: s.opts.Now().Add(time.Hour)})
	if err != nil {
		return botMessage{}, err
	}
	m := botMessage{
		MsgID: id, BotID: "aib" + s.world.Corp, ChatType: "single", From: botFrom{UserID: who},
		ResponseURL: s.apiBase + "/cgi-bin/aibot/response?response_code=" + c,
	}
	if where != directBot {
		m.ChatType, m.ChatID = "group", where
	}
	return m, nil
}

// event makes the callback of an event. Events have no message id, so it gets a name of ours. The caller holds s.mu.
func (s *Simulator) event(e eventXML, who string) (*callback, error) {
	name, err := letters(s.opts.Rand, 16)
	if err != nil {
		return nil, err
	}
	e.To, e.At, e.Type = cdata(s.world.Corp), s.opts.Now().Unix(), "event"
	plain, err := xml.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return &callback{id: "event-" + name, plain: plain, who: who, event: true}, nil
}
