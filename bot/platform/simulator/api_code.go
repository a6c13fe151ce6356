package simulator

import (
	"encoding/json"
	"time"
)

// The two uses of a response code.
type codeUse int

const (
	answerCode codeUse = iota // answers a message of the smart bot, once within 1 h
	updateCode                // changes a card of the app, once within 72 h
)

// code is a response code that the bot got with a callback or an answer.
type code struct {
	use   codeUse
	where string
	who   string // whose card; empty is everybody who got it
	card  *item
	until time.Time
	spent bool
}

// newCode makes a code. The caller holds s.mu.
func (s *Simulator) newCode(c code) (string, error) {
	name, err := letters(s.opts.Rand, 43)
	if err != nil {
		return "", err
	}
	now := s.opts.Now()
	if len(s.codes) >= keptItems {
		for n, old := range s.codes {
			if !now.Before(old.until) || old.spent {
				delete(s.codes, n)
			}
		}
	}
	for n := range s.codes { // still too many: any of them goes
		if len(s.codes) < 4*keptItems {
			break
		}
		delete(s.codes, n)
	}
	s.codes[name] = &c
	return name, nil
}

// codeFor returns a code that can still be used, nil if it cannot. The caller spends it.
func (s *Simulator) codeFor(name string, use codeUse, now time.Time) *code {
	c := s.codes[name]
	if c == nil || c.use != use || c.spent || !now.Before(c.until) {
		return nil
	}
	return c
}

// botResponse answers a message of the smart bot later ("主动回复消息": once, within an hour, without a token).
func (s *Simulator) botResponse(c call) (map[string]any, *apiError) {
	k := s.codeFor(c.query.Get("response_code"), answerCode, c.now)
	if k == nil {
		return nil, fail(spentCode, "response_code invalid, expired or used")
	}
	var w struct {
		Type     string `json:"msgtype"`
		Markdown struct {
			Content string `json:"content"`
		} `json:"markdown"`
		Card *wireCard `json:"template_card"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	audience := []string{k.who}
	if k.where != directBot {
		if audience = s.members(k.where); audience == nil {
			return nil, fail(unknownChat, "the chat is gone")
		}
	}
	switch w.Type {
	case "markdown":
		if err := checkText(w.Markdown.Content, maxStream); err != nil {
			return nil, err
		}
		s.show(item{Shown: Shown{Where: k.where, Kind: Replied, Markdown: true, Text: w.Markdown.Content}, audience: audience})
	case "template_card":
		if w.Card == nil {
			return nil, fail(badParameter, "template_card missing")
		}
		if err := w.Card.check(); err != nil {
			return nil, fail(badParameter, "%v", err)
		}
		if !s.knownTask(w.Card.TaskID, true) {
			s.show(item{Shown: Shown{Where: k.where, Kind: Carded}, card: newCard(*w.Card, true, k.where), audience: audience})
		}
	default:
		return nil, fail(badMsgType, "invalid msgtype %q", w.Type)
	}
	k.spent = true
	return nil, nil
}

// updateCard changes a card of the app that was sent or pressed ("更新模版卡片消息").
func (s *Simulator) updateCard(c call) (map[string]any, *apiError) {
	var w struct {
		Users  []string `json:"userids"`
		All    int      `json:"atall"`
		Agent  int      `json:"agentid"`
		Code   string   `json:"response_code"`
		Button *struct {
			Name string `json:"replace_name"`
		} `json:"button"`
		Card json.RawMessage `json:"template_card"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	if w.Agent != s.world.AgentID {
		return nil, fail(badAgent, "invalid agentid %d", w.Agent)
	}
	k := s.codeFor(w.Code, updateCode, c.now)
	if k == nil {
		return nil, fail(badParameter, "response_code invalid, expired or used")
	}
	users := w.Users
	switch {
	case w.All == 1:
		users = nil
	case len(users) == 0:
		return nil, fail(nobodyNamed, "userids, partyids, tagids and atall are all empty")
	}
	switch {
	case w.Button != nil && w.Button.Name != "":
		k.card.card.finish(k.card.audience, users, w.Button.Name)
	case len(w.Card) > 0:
		var card wireCard
		if err := json.Unmarshal(w.Card, &card); err != nil {
			return nil, fail(badJSON, "data format error: %v", err)
		}
		if card.TaskID == "" {
			card.TaskID = k.card.card.taskID
		}
		if err := card.check(); err != nil || card.TaskID != k.card.card.taskID {
			return nil, fail(badParameter, "template_card does not fit: %v", err)
		}
		k.card.card.replace(k.card.audience, users, card)
	default:
		return nil, fail(badParameter, "neither button nor template_card")
	}
	k.spent = true
	s.touch(k.card)
	return map[string]any{"invaliduser": []string{}}, nil
}
