package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// message is one message/send, kept so that it can be recalled.
type message struct {
	at    time.Time
	items []*item
}

type wireText struct {
	Content string `json:"content"`
}

// wireMessage is what message/send and appchat/send share.
type wireMessage struct {
	Type     string    `json:"msgtype"`
	Text     wireText  `json:"text"`
	Markdown wireText  `json:"markdown"`
	Card     *wireCard `json:"template_card"`
	Image    struct {
		MediaID string `json:"media_id"`
	} `json:"image"`
	File struct {
		MediaID string `json:"media_id"`
	} `json:"file"`
}

// messageSend is "发送应用消息" for text, markdown, pictures and template cards.
func (s *Simulator) messageSend(c call) (map[string]any, *apiError) {
	var w struct {
		wireMessage
		To       string `json:"touser"`
		Parties  string `json:"toparty"`
		Tags     string `json:"totag"`
		Agent    int    `json:"agentid"`
		Check    int    `json:"enable_duplicate_check"`
		Interval int    `json:"duplicate_check_interval"`
	}
	if err := c.decode(&w); err != nil {
		return nil, err
	}
	if w.Agent != s.world.AgentID {
		return nil, fail(badAgent, "invalid agentid %d", w.Agent)
	}
	i, failed := s.readMessage(w.wireMessage, true, c.now)
	if failed != nil {
		return nil, failed
	}
	if w.To == "" && w.Parties == "" && w.Tags == "" {
		return nil, fail(nobodyNamed, "touser, toparty and totag are all empty")
	}
	to, badUsers, badParties, failed := s.receivers(w.To, w.Parties)
	if failed != nil {
		return nil, failed
	}
	out := map[string]any{
		"invaliduser": strings.Join(badUsers, "|"), "invalidparty": strings.Join(badParties, "|"), "invalidtag": w.Tags,
		"unlicenseduser": "",
	}
	if len(to) == 0 {
		return out, fail(nobodyReached, "no receiver is valid")
	}
	id, err := letters(s.opts.Rand, 40)
	if err != nil {
		return nil, fail(-1, "system busy")
	}
	out["msgid"] = id
	if w.Check == 1 && !s.first(c, w.Interval) {
		return out, nil
	}
	// Cards with buttons answer with a code even if the card was already there and is not shown again.
	known := i.card != nil && s.knownTask(i.card.taskID, false)
	m := &message{at: c.now}
	if !known {
		m.items = s.showEach(i, to, c.now)
	}
	s.keepMessage(id, m)
	if i.card != nil && i.card.base.CardType == "button_interaction" && len(m.items) > 0 {
		code, err := s.newCode(code{use: updateCode, card: m.items[0], until: c.now.Add(72 * time.Hour)})
		if err != nil {
			return nil, fail(-1, "system busy")
		}
		out["response_code"] = code
	}
	return out, nil
}

// showEach shows a message to everybody who may still get one. A card is one card for all of them, so that updating
// it reaches all.
func (s *Simulator) showEach(i item, to []string, now time.Time) []*item {
	var reached []string
	for _, u := range to {
		inMinute := s.within("minute\x00"+u, time.Minute, perMemberMin, now)
		if s.within("hour\x00"+u, time.Hour, perMemberHour, now) && inMinute {
			reached = append(reached, u)
		}
	}
	if len(reached) == 0 {
		return nil
	}
	i.audience = reached
	return []*item{s.show(i)}
}

// readMessage checks the content of a message and makes what is shown of it.
func (s *Simulator) readMessage(w wireMessage, cards bool, now time.Time) (item, *apiError) {
	switch {
	case w.Type == "text":
		return item{Shown: Shown{Kind: Notified, Text: w.Text.Content}}, checkText(w.Text.Content, maxAppText)
	case w.Type == "markdown":
		return item{Shown: Shown{Kind: Notified, Markdown: true, Text: w.Markdown.Content}}, checkText(w.Markdown.Content, maxAppText)
	case w.Type == "image":
		m := s.mediaOf(w.Image.MediaID)
		if m == nil || m.name != "" || now.Sub(m.at) >= mediaLife {
			return item{}, fail(badMediaID, "invalid media_id")
		}
		return item{Shown: Shown{Kind: Pictured, Picture: &m.Picture}}, nil
	case w.Type == "file":
		m := s.mediaOf(w.File.MediaID)
		if m == nil || m.name == "" || now.Sub(m.at) >= mediaLife {
			return item{}, fail(badMediaID, "invalid media_id")
		}
		return item{Shown: Shown{Kind: Filed, File: &File{ID: m.ID, Name: m.name, Size: len(m.content)}}}, nil
	case w.Type == "template_card" && cards:
		if w.Card == nil {
			return item{}, fail(badParameter, "template_card missing")
		}
		if err := w.Card.check(); err != nil {
			return item{}, fail(badParameter, "%v", err)
		}
		return item{Shown: Shown{Kind: Carded}, card: newCard(*w.Card, false, "")}, nil
	}
	return item{}, fail(badMsgType, "invalid msgtype %q", w.Type)
}

func checkText(text string, most int) *apiError {
	if text == "" {
		return fail(noContent, "content is empty")
	}
	if len(text) > most {
		return fail(tooLong, textTooLong, len(text), most)
	}
	return nil
}

// receivers resolves touser and toparty to members of staff, each once.
func (s *Simulator) receivers(users, parties string) (to, badUsers, badParties []string, failed *apiError) {
	names, depts := split(users), split(parties)
	if len(names) > 1000 || len(depts) > 100 {
		return nil, nil, nil, fail(badParameter, "more than 1000 users or 100 parties")
	}
	add := func(id string) {
		if !slices.Contains(to, id) {
			to = append(to, id)
		}
	}
	for _, u := range names {
		switch {
		case u == "@all":
			for _, p := range s.world.People {
				if !p.Customer {
					add(p.ID)
				}
			}
		case s.world.staff(u):
			add(u)
		default:
			badUsers = append(badUsers, u)
		}
	}
	for _, d := range depts {
		id, err := strconv.Atoi(d)
		members, ok := s.inDepartment(id, true)
		if err != nil || !ok {
			badParties = append(badParties, d)
			continue
		}
		for _, p := range members {
			add(p.ID)
		}
	}
	return to, badUsers, badParties, nil
}

func split(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "|"), func(p string) bool { return p == "" })
}

// first says whether the same body was not sent within the interval ("默认1800s，最大不超过4小时").
func (s *Simulator) first(c call, seconds int) bool {
	interval := 1800 * time.Second
	if seconds > 0 {
		interval = min(time.Duration(seconds)*time.Second, 4*time.Hour)
	}
	for k, at := range s.once {
		if c.now.Sub(at) >= 4*time.Hour {
			delete(s.once, k)
		}
	}
	sum := sha256.Sum256(c.body)
	key := hex.EncodeToString(sum[:])
	if at, seen := s.once[key]; seen && c.now.Sub(at) < interval {
		return false
	}
	if len(s.once) < 4*keptItems {
		s.once[key] = c.now
	}
	return true
}

func (s *Simulator) keepMessage(id string, m *message) {
	s.messages[id] = m
	s.msgIDs = append(s.msgIDs, id)
	for len(s.msgIDs) > keptItems {
		delete(s.messages, s.msgIDs[0])
		s.msgIDs = s.msgIDs[1:]
	}
}

// messageRecall is "撤回应用消息": within 24 hours, messages of the app only.
func (s *Simulator) messageRecall(c call) (map[string]any, *apiError) {
	var w struct {
		ID string `json:"msgid"`
	}
	if err := json.Unmarshal(c.body, &w); err != nil {
		return nil, fail(badJSON, "data format error: %v", err)
	}
	m := s.messages[w.ID]
	if m == nil || c.now.Sub(m.at) > 24*time.Hour {
		return nil, fail(badParameter, "msgid unknown or older than 24 hours")
	}
	for _, i := range m.items {
		i.Recalled, i.Text, i.Picture, i.File = true, "", nil, nil
		s.touch(i)
	}
	return nil, nil
}
