package simulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Press is a person pressing a button of the newest card with this task id that they see. As on the platform the
// button stays usable until the app replaces it; the person's view remembers what they pressed.
func (s *Simulator) Press(ctx context.Context, who, cardTaskID, key string) (Delivery, error) {
	cb, err := s.press(who, cardTaskID, key)
	if err != nil {
		return Delivery{}, fmt.Errorf("press %q of card %q as %q: %w", key, cardTaskID, who, err)
	}
	d, err := s.send(ctx, cb)
	if d.Status != http.StatusOK { // the client shows that it did not work, and the button can be tried again
		s.mu.Lock()
		cb.card.card.unpress(who, key)
		s.touch(cb.card)
		s.mu.Unlock()
	}
	return d, err
}

// press makes the callback of a button and marks it as pressed.
func (s *Simulator) press(who, task, key string) (*callback, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.newestCard(task, who)
	if i == nil {
		return nil, ErrNoCard
	}
	v := i.card.view(who)
	if v.Done != "" {
		return nil, ErrSpent
	}
	if !slices.ContainsFunc(v.Buttons, func(b ButtonView) bool { return b.Key == key }) {
		return nil, ErrNoCard
	}
	if _, err := s.mayTalk(who, i.card.where); err != nil {
		return nil, err
	}
	build := s.appPress
	if i.card.viaBot {
		build = s.botPress
	}
	cb, err := build(who, i, v, key)
	if err != nil {
		return nil, err
	}
	cb.card = i
	i.card.press(who, key)
	s.touch(i)
	return cb, nil
}

func (s *Simulator) botPress(who string, i *item, v *CardView, key string) (*callback, error) {
	m, err := s.botMessage(who, i.card.where)
	if err != nil {
		return nil, err
	}
	m.At, m.Type = s.opts.Now().Unix(), "event"
	m.Event = &botEvent{Type: "template_card_event", Card: &botCardTask{CardType: v.Type, EventKey: key, TaskID: v.TaskID}}
	return botCallback(m, who, i.card.where)
}

func (s *Simulator) appPress(who string, i *item, v *CardView, key string) (*callback, error) {
	c, err := s.newCode(code{use: updateCode, card: i, who: who, until: s.opts.Now().Add(72 * time.Hour)})
	if err != nil {
		return nil, err
	}
	return s.event(eventXML{
		From: cdata(who), Event: "template_card_event", EventKey: cdata(key), TaskID: cdata(v.TaskID),
		CardType: cdata(v.Type), ResponseCode: cdata(c), Agent: s.world.AgentID,
	}, who)
}
